"""An office tree from a spreadsheet: every row gets a verdict, and the same file again changes nothing."""

from chunfeng.offices.imports.runs import Outcome, import_offices
from chunfeng.offices.imports.sheets import result_file, template_file
from chunfeng.offices.imports.verdicts import Verdict

__all__ = ["Outcome", "Verdict", "import_offices", "result_file", "template_file"]
