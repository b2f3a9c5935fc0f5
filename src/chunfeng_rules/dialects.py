"""From an Ibis expression to the text of a database: whole numbers stay whole, choices are looked up.

Ibis divides through binary floats, which hold a quotient only up to 2**53. `quotient` stands for the whole division
that every database has under a name of its own; it is put in when the text is made. Nothing is asked of the database,
so that texts for Spark are made where Spark is not installed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import sqlglot.expressions as sge
from ibis.backends.sql import compilers

_NAME = "whole_quotient"


@ibis.udf.scalar.builtin(name=_NAME, signature=(("int64", "int64"), "int64"))
def quotient(num: int, den: int) -> int:  # type: ignore[empty-body]
    """num // den of numbers that are not negative."""


def _bigint(value: Any) -> Any:
    """PostgreSQL takes the parts of a date for `numeric`, whose division is none of whole numbers."""
    return sge.Cast(this=value, to=sge.DataType.build("bigint"))


_DIVIDED: dict[str, Callable[[Any, Any], Any]] = {
    "duckdb": lambda num, den: sge.Anonymous(this="divide", expressions=[num, den]),
    "postgres": lambda num, den: sge.Div(this=_bigint(num), expression=_bigint(den), typed=True),
    "pyspark": lambda num, den: sge.Paren(this=sge.IntDiv(this=sge.paren(num), expression=sge.paren(den))),
}


def sql(expression: Any, dialect: str) -> str:
    """The text of an expression over unbound tables: "duckdb", "postgres" or "pyspark"."""
    compiler = getattr(compilers, dialect).compiler
    tree = compiler.to_sqlglot(expression.unbind()).copy()  # what stands there twice is one node before
    calls = [call for call in tree.find_all(sge.Anonymous) if str(call.this).lower() == _NAME]
    for call in reversed(calls):  # the inner ones first
        call.replace(_DIVIDED[dialect](*call.expressions))
    if dialect == "duckdb":
        for case in list(tree.find_all(sge.Case)):
            looked_up = _looked_up(case)
            if looked_up is not None:
                case.replace(looked_up)
    return str(tree.sql(dialect=compiler.dialect))


def _looked_up(case: Any) -> Any:
    """A CASE over the codes of one column as a look-up in a constant map; None where it is another kind of CASE.

    Parquet keeps codes as a dictionary, and DuckDB looks each of its few entries up once instead of comparing the
    texts of every row.
    """
    otherwise = case.args.get("default")
    typed = otherwise if isinstance(otherwise, sge.Cast) else None
    if case.this or not isinstance(typed.this if typed else otherwise, sge.Null):
        return None
    key: Any = None
    pairs: list[tuple[Any, Any]] = []
    for branch in case.args["ifs"]:
        test, value = branch.this, branch.args["true"]
        if isinstance(test, sge.EQ) and isinstance(value, sge.Literal | sge.Boolean):
            codes = [(test.expression, value)]
        elif isinstance(test, sge.In) and value == test.this:
            codes = [(code, code) for code in test.expressions]
        else:
            return None
        if not all(isinstance(code, sge.Literal) and code.is_string for code, _ in codes):
            return None
        if not isinstance(test.this, sge.Column) or (key is not None and test.this != key):
            return None
        key = test.this
        pairs += codes
    values = [value.copy() for _, value in pairs]
    if typed:
        values[0] = sge.Cast(this=values[0], to=typed.args["to"].copy())
    held = sge.Map(
        keys=sge.Array(expressions=[code.copy() for code, _ in pairs]), values=sge.Array(expressions=values)
    )
    return sge.Anonymous(this="map_extract_value", expressions=[held, key.copy()])
