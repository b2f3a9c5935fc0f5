"""From the ledger to partial sums: one SQL, grouped by the beginning of the area code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from chunfeng.reporting.choices import ANSWERED, OPEN, State
from chunfeng.reporting.definition import Aggregate, FormDefinition


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
    """One partial figure of a cell. `op` says how two of them come together: "+" or "max"."""

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

    @classmethod
    def of(
        cls, form: FormDefinition, slots: Mapping[str, int], cells: Iterable[str] | None, *, single: bool
    ) -> Plan:
        """What the cells need; all of them when None. Ratios ask for their parts."""
        wanted = None if cells is None else _with_parts(form, cells)
        found: list[Column] = []
        lasts: list[int] = []
        for cell in form.number_cells:
            if cell.code not in slots or (wanted is not None and cell.code not in wanted):
                continue
            place = slots[cell.code] + 1
            match cell.indicator.aggregate:
                case Aggregate.NONE:
                    continue
                case Aggregate.MAX:
                    found.append(Column(cell.code, f"max(n[{place}])", "max"))
                case Aggregate.MEAN:
                    found.append(Column(cell.code, f"sum(n[{place}])", "+"))
                    found.append(Column(cell.code, f"count(n[{place}])", "+"))
                case Aggregate.LAST if not single:
                    lasts.append(place)
                    found.append(Column(cell.code, f"sum(n[{place}]) FILTER (WHERE ord = last{place})", "+"))
                case _:
                    found.append(Column(cell.code, f"sum(n[{place}])", "+"))
        return cls((*_COUNTS, *found), tuple(lasts))


def groups(plan: Plan, span: Span, key: str | None, now: datetime | None) -> list[tuple[Any, list[Any]]]:
    """Each value of the SQL expression `key` (None: everything together) with its columns.

    Only rows that count, only statements that stand: a returned report adds nothing until it comes again.
    `now` tells what is missing; without it nothing is.
    """
    rows = f"""SELECT {key or "''"} AS k, office_id, state, first_filed_at > closes_at AS is_late,
            closes_at < %(now)s AS is_over, CASE WHEN state = ANY(%(answered)s) THEN numbers END AS n,
            (period_start - DATE '2000-01-01') * 1000000::bigint + sequence AS ord
        FROM reporting_obligation
        WHERE form_id = %(form)s AND period_start >= %(first)s AND period_start <= %(last)s AND counts
            AND area_code >= %(lo)s AND area_code < %(hi)s"""  # noqa: S608  (expressions of ours)
    joined = "stated"
    extra = ""
    if plan.lasts:
        ends = ", ".join(f"max(ord) FILTER (WHERE n[{p}] IS NOT NULL) AS last{p}" for p in plan.lasts)
        extra = f", ends AS (SELECT office_id, {ends} FROM stated GROUP BY office_id)"  # noqa: S608
        joined = "stated JOIN ends USING (office_id)"
    chosen = ", ".join(column.sql for column in plan.columns)
    sql = f"WITH stated AS NOT MATERIALIZED ({rows}){extra} SELECT k, {chosen} FROM {joined} GROUP BY k"  # noqa: S608
    params = {
        "now": now,
        "answered": [str(state) for state in ANSWERED],
        "form": span.form,
        "first": span.first,
        "last": span.last,
        "lo": span.lo,
        "hi": span.hi,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [(row[0], [None if x is None else int(x) for x in row[1:]]) for row in cursor.fetchall()]


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
        f"{_in(ANSWERED)} AND is_late",
        f"{_in(OPEN)} AND is_over",
        f"state = '{State.RETURNED}'",
        f"state = '{State.EXEMPT}'",
    )
)
