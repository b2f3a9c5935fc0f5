"""What if: a measure with other values or another text, beside the one in force, over the same table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import ibis

from chunfeng_rules import dialects
from chunfeng_rules.batch import evaluate
from chunfeng_rules.measure import Measure, Span, Value
from chunfeng_rules.texts import Trouble
from chunfeng_rules.units import parse_value


def variant(measure: Measure, changes: Mapping[str, str], *, since: date | None = None) -> Measure:
    """The measure with other values of some parameters, from a day on (default: always). Values as in a file: "6 %".

    Raises Trouble for a parameter it does not have, a table or list, or a value that cannot be read.
    """
    parameters = dict(measure.parameters)
    for name, written in changes.items():
        known = parameters.get(name)
        if known is None:
            raise Trouble(f"{measure.code} 没有参数“{name}”", f"{measure.code} has no parameter “{name}”")
        if known.by is not None or known.is_list:
            raise Trouble(f"“{name}”是表或名单，请改文件", f"“{name}” is a table or list: change the file")
        clause = known.values[0].clause
        value = Value(Span(since, None), parse_value(written, known.unit), clause, measure.code)
        parameters[name] = replace(known, values=(value, *known.values))
    return replace(measure, parameters=parameters)


def compare(
    table: Any,
    before: Measure,
    after: Measure,
    *,
    on: date | str,
    area: str | None = "area",
    subject: str = "subject",
    groups: Mapping[str, Any] | None = None,
    level: int = 6,
) -> Any:
    """Who gains, who loses and what it costs, by area and month; a lazy table.

    `level` is how many characters of the area code are kept. Columns: area, month, subjects, eligible_before,
    eligible_after, gain, lose, open_before, open_after, and in fen cost_before, cost_after (first outcome in money).
    """
    old, new = replace(before, code="before"), replace(after, code="after")
    keep = [subject]
    for name in (area, on):
        if isinstance(name, str) and name in table.columns and name not in keep:
            keep.append(name)
    rows = evaluate(table, [old, new], on=on, area=area, subject=subject, groups=groups, keep=keep)
    figures: dict[str, Any] = {}
    for side, measure in (("before", old), ("after", new)):
        failed, unknown = rows[f"{side}__failed"], rows[f"{side}__open"]
        figures[f"eligible_{side}"] = (failed == 0) & (unknown == 0)
        figures[f"open_{side}"] = (failed == 0) & (unknown != 0)
        paid = money(measure)
        cost = rows[f"{side}__{paid}"].fill_null(0) if paid else ibis.literal(0, type="int64")
        figures[f"cost_{side}"] = cost
    where = rows[area].substr(0, level) if area and area in rows.columns else ibis.literal("", type="string")
    when = (rows[on] if isinstance(on, str) else ibis.literal(on)).strftime("%Y-%m")
    judged = rows.select(where=where, month=when, **figures)

    def how_many(test: Any) -> Any:
        return ibis.ifelse(test, 1, 0).sum()

    better = (judged.cost_after > judged.cost_before) | (judged.eligible_after & ~judged.eligible_before)
    worse = (judged.cost_after < judged.cost_before) | (judged.eligible_before & ~judged.eligible_after)
    return (
        judged.group_by("where", "month")
        .agg(
            subjects=judged.count(),
            eligible_before=how_many(judged.eligible_before),
            eligible_after=how_many(judged.eligible_after),
            gain=how_many(better),
            lose=how_many(worse),
            open_before=how_many(judged.open_before),
            open_after=how_many(judged.open_after),
            cost_before=judged.cost_before.sum(),
            cost_after=judged.cost_after.sum(),
        )
        .rename(area="where")
        .order_by("area", "month")
    )


def sql(
    schema: Mapping[str, str],
    before: Measure,
    after: Measure,
    *,
    dialect: str,
    table: str = "facts",
    groups: Mapping[str, Mapping[str, str]] | None = None,
    **options: Any,
) -> str:
    """The SQL text of `compare` for a table of this schema (column → Ibis type)."""
    related = {name: ibis.table(columns, name=name) for name, columns in (groups or {}).items()}
    found = compare(ibis.table(schema, name=table), before, after, groups=related, **options)
    return dialects.sql(found, dialect)


def money(measure: Measure) -> str:
    """The name of the first outcome that is an amount of money; "" where there is none."""
    return next((o.name for o in measure.gives if o.unit.dims == (("fen", 1),)), "")
