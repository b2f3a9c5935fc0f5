"""From the ledger to partial sums: one SQL, grouped by the beginning of the area code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db import DataError, connection, transaction

from chunfeng.reporting.choices import ANSWERED, State
from chunfeng.reporting.definition import Aggregate, FormDefinition
from chunfeng.reporting.queries.ledger import LATE_SQL, MISSING_SQL


class Counts(NamedTuple):
    """How many reports are owed and how they stand; `due` leaves out the exempt."""

    due: int = 0
    answered: int = 0
    zero: int = 0
    late: int = 0
    missing: int = 0
    returned: int = 0
    exempt: int = 0


@dataclass(frozen=True)
class Span:
    """Which rows: a form's periods beginning from `first` to `last`, in the code range [lo, hi)."""

    form: int
    first: date
    last: date
    lo: str
    hi: str


@dataclass(frozen=True)
class Column:
    """One partial figure. `op` is "+", "max", or "mean" for a sum whose count is the next column."""

    cell: str
    sql: str
    op: str


@dataclass(frozen=True)
class Plan:
    """The columns a table needs. The first are those of `Counts`.

    `lasts` are the places (from 1) of stocks that need each office's last statement within the span; with
    one period an office, what it stated is its last.
    """

    columns: tuple[Column, ...]
    lasts: tuple[int, ...]
    alone: tuple[str, ...] = ()
    """Cells that are never added up."""

    @cached_property
    def maxima(self) -> list[int]:
        """Columns of which the largest holds."""
        return [i for i, column in enumerate(self.columns) if column.op == "max"]

    @cached_property
    def places(self) -> list[tuple[str, int]]:
        """Cells of one column, and which."""
        return [(c.cell, i) for i, c in enumerate(self.columns) if c.cell and c.op != "mean"]

    @cached_property
    def means(self) -> list[tuple[str, int]]:
        """Cells whose sum stands in this column and whose count in the next."""
        return [(c.cell, i) for i, c in enumerate(self.columns) if c.op == "mean"]

    @classmethod
    def of(
        cls, form: FormDefinition, slots: Mapping[str, int], cells: Iterable[str] | None, *, single: bool
    ) -> Plan:
        """What the cells need; all of them when None. Ratios ask for their parts."""
        wanted = None if cells is None else _with_parts(form, cells)
        found: list[Column] = []
        lasts: list[int] = []
        alone: list[str] = []
        for cell in form.number_cells:
            if cell.code not in slots or (wanted is not None and cell.code not in wanted):
                continue
            place = slots[cell.code] + 1
            match cell.indicator.aggregate:
                case Aggregate.NONE:
                    alone.append(cell.code)
                case Aggregate.MAX:
                    found.append(Column(cell.code, _of("max", place), "max"))
                case Aggregate.MEAN:
                    found.append(Column(cell.code, _of("sum", place), "mean"))
                    found.append(Column("", _of("count", place), "+"))
                case Aggregate.LAST if not single:
                    lasts.append(place)
                    found.append(Column(cell.code, _of("sum", place, f"ord = last{place}"), "+"))
                case _:
                    found.append(Column(cell.code, _of("sum", place), "+"))
        return cls((*_COUNTS, *found), tuple(lasts), tuple(alone))


def groups(
    plan: Plan, span: Span, key: str, now: datetime | None, bucket: str = "0"
) -> list[tuple[Any, Any, list[Any]]]:
    """Each value of the SQL expressions `key` and `bucket` with the columns of its rows.

    A stock's last statement is looked for within each bucket. Only rows that count and statements that stand
    are added: a returned report adds nothing until it comes again. `now` tells what is missing; without it
    nothing is.
    """
    rows = f"""SELECT {key} AS k, {bucket} AS b, office_id, state, ({LATE_SQL}) AS is_late,
            ({MISSING_SQL}) AS is_missing, {_in(ANSWERED)} AS answered, numbers AS n,
            (period_start - DATE '2000-01-01') * 1000000::bigint + sequence AS ord
        FROM reporting_obligation o
        WHERE form_id = %(form)s AND period_start >= %(first)s AND period_start <= %(last)s AND counts
            AND area_code >= %(lo)s AND area_code < %(hi)s"""  # noqa: S608  (expressions of ours)
    joined = "stated"
    extra = ""
    if plan.lasts:
        ends = ", ".join(f"max(ord) FILTER (WHERE n[{p}] IS NOT NULL) AS last{p}" for p in plan.lasts)
        extra = f", ends AS (SELECT office_id, b, {ends} FROM stated WHERE answered GROUP BY office_id, b)"  # noqa: S608
        joined = "stated LEFT JOIN ends USING (office_id, b)"
    params = {
        "now": now,
        "form": span.form,
        "first": span.first,
        "last": span.last,
        "lo": span.lo,
        "hi": span.hi,
    }

    def told(cast: str) -> list[tuple[Any, Any, list[Any]]]:
        chosen = ", ".join(column.sql + cast for column in plan.columns)
        sql = f"""WITH stated AS NOT MATERIALIZED ({rows}){extra}
            SELECT k, b, {chosen} FROM {joined} GROUP BY k, b"""  # noqa: S608
        with connection.cursor() as cursor:
            # a province's townships then fit into one hash instead of a sort
            cursor.execute("SELECT set_config('work_mem', '64MB', true)")
            cursor.execute(sql, params)
            return [(k, b, columns) for k, b, *columns in cursor.fetchall()]

    try:
        with transaction.atomic():
            return told("::bigint")  # read much faster than the numeric a sum comes as
    except DataError:  # absurdly large figures: still told, exactly
        return [(k, b, [None if x is None else int(x) for x in columns]) for k, b, columns in told("")]


def _of(fold: str, place: int, also: str = "") -> str:
    """The fold of one place over the statements that stand."""
    return f"{fold}(n[{place}]) FILTER (WHERE answered{' AND ' + also if also else ''})"


def _with_parts(form: FormDefinition, cells: Iterable[str]) -> set[str]:
    wanted = set(cells)
    for ratio in form.ratios:
        if ratio.code in wanted:
            wanted |= {ratio.of, ratio.to}
    return wanted


def _in(states: Iterable[State]) -> str:
    return "state IN (" + ", ".join(f"'{state}'" for state in states) + ")"


_COUNTS = tuple(
    Column("", f"count(*) FILTER (WHERE {condition})", "+")
    for condition in (
        f"state <> '{State.EXEMPT}'",
        _in(ANSWERED),
        f"state = '{State.ZERO}'",
        "is_late",
        "is_missing",
        f"state = '{State.RETURNED}'",
        f"state = '{State.EXEMPT}'",
    )
)
