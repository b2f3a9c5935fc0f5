"""Ledgers of people from files: every row gets one verdict, and the same file again changes nothing.

Here is how a file is read, settled and handed back; `chunfeng.people.actions.imports` starts, maps, tries,
runs and drops an import.
"""

from chunfeng.people.imports.fields import FIELDS, suggest_columns
from chunfeng.people.imports.reading import Table, open_file
from chunfeng.people.imports.reasons import sentence, sentences
from chunfeng.people.imports.results import ResultFile, result_file, template

__all__ = [
    "FIELDS",
    "ResultFile",
    "Table",
    "open_file",
    "result_file",
    "sentence",
    "sentences",
    "suggest_columns",
    "template",
]
