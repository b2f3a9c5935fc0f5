"""What a form asks, as data. Pure: no database.

`parse` turns the plain data of a YAML file (or the editor) into a checked `FormDefinition`, `dump` turns it
back; both directions keep everything.
"""

from chunfeng.reporting.definition.dumping import dump
from chunfeng.reporting.definition.expressions import BadExpression, Expression, Figures
from chunfeng.reporting.definition.files import dump_yaml, load_yaml
from chunfeng.reporting.definition.parsing import BadForm, parse
from chunfeng.reporting.definition.shape import (
    Aggregate,
    Cell,
    Check,
    Dimension,
    FormDefinition,
    Indicator,
    Reporter,
    Source,
    Strength,
    Text,
    Type,
)

__all__ = [
    "Aggregate",
    "BadExpression",
    "BadForm",
    "Cell",
    "Check",
    "Dimension",
    "Expression",
    "Figures",
    "FormDefinition",
    "Indicator",
    "Reporter",
    "Source",
    "Strength",
    "Text",
    "Type",
    "dump",
    "dump_yaml",
    "load_yaml",
    "parse",
]
