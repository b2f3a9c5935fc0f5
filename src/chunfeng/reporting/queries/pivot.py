"""A table turned the way somebody wants it: areas, days, weeks or months against each other or indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.models import Form
from chunfeng.reporting.queries.folding import Part, Row, Tree
from chunfeng.reporting.queries.grouping import Plan, Span, groups
from chunfeng.reporting.queries.rollup import Number, definition_for, label_of, within


class Axis(TextChoices):
    """What rows or columns are."""

    BELOW = "below", _("Areas directly below")
    PREFECTURE = "prefecture", _("Prefecture level")
    COUNTY = "county", _("County level")
    TOWNSHIP = "township", _("Township level")
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    INDICATOR = "indicator", _("Indicator")


LEVELS = {Axis.PREFECTURE: 2, Axis.COUNTY: 3, Axis.TOWNSHIP: 4}
TIMES = {
    Axis.DAY: "period_start",
    Axis.WEEK: "date_trunc('week', period_start)::date",
    Axis.MONTH: "date_trunc('month', period_start)::date",
}
Key = Row | date | str
"""A head: an area with its mark for the seat's own line, the first day of a stretch, a cell's code."""


class BadAxes(ValueError):
    """Two axes of the same kind."""


@dataclass(frozen=True)
class Pivot:
    """Heads with their labels, figures by (row, column), and the totals where adding up means something."""

    definition: FormDefinition
    cells: list[str]
    rows: list[tuple[Key, str]]
    columns: list[tuple[Key, str]]
    numbers: dict[tuple[Key, Key], Number]
    row_totals: dict[Key, Number] | None
    column_totals: dict[Key, Number] | None
    total: Number
    as_of: datetime

    def cell_of(self, row: Key | None, column: Key | None) -> str:
        """The cell a figure belongs to."""
        return next((key for key in (row, column) if isinstance(key, str)), self.cells[0])


def pivot(
    actor: Actor,
    form: Form,
    first: date,
    last: date,
    *,
    rows: Axis,
    columns: Axis,
    cells: Sequence[str],
    at: datetime,
    area: str = "",
) -> Pivot:
    """The first of `cells`, or all of them where indicators are an axis, over the two axes.

    Totals over time are reckoned from the reports and not from the columns: a stock is not added up day by
    day. Raises `BadAxes` when both axes are areas, times or indicators.
    """
    if _kind(rows) == _kind(columns):
        raise BadAxes
    several = Axis.INDICATOR in (rows, columns)
    shown = list(cells if several else cells[:1])
    asked = definition_for(form, last)
    where = area or actor.area_code or form.area_code
    span = Span(form.pk, first, last, *within(where, actor))
    places = next((axis for axis in (rows, columns) if _kind(axis) == "area"), None)
    time = next((TIMES[axis] for axis in (rows, columns) if axis in TIMES), None)
    tree = None if places is None else _tree(where, places, last)
    sums = _Sums(asked, form.slots, shown, span, tree, time, at)
    heads = {"area": sums.places(last), "time": sums.times(), "indicator": _indicators(asked, shown)}
    down, across = heads[_kind(rows)], heads[_kind(columns)]
    return Pivot(
        asked,
        shown,
        down,
        across,
        {(row, column): sums.at(row, column) for row, _l in down for column, _m in across},
        None if columns == Axis.INDICATOR else {row: sums.at(row) for row, _l in down},
        None if rows == Axis.INDICATOR else {column: sums.at(column) for column, _l in across},
        None if several else sums.at(),
        at,
    )


class _Sums:
    """Partial figures by (area, stretch of time), each None for all together."""

    def __init__(
        self,
        asked: FormDefinition,
        slots: Mapping[str, int],
        shown: Sequence[str],
        span: Span,
        tree: Tree | None,
        time: str | None,
        at: datetime,
    ) -> None:
        self.asked, self.shown = asked, shown
        self.parts: dict[tuple[Row | None, date | None], Part] = {}
        key = tree.key() if tree else "''"
        once = asked.every != "event"
        for bucket in [None] if time is None else [None, time]:
            single = once and (bucket == TIMES[Axis.DAY] or span.first == span.last)
            plan = Plan.of(asked, slots, shown, single=single)
            for k, b, columns in groups(plan, span, key, at, bucket or "0"):
                stretch = b if bucket else None
                for place in {tree.row(k) if tree else None, None}:
                    self.parts.setdefault((place, stretch), Part(plan)).add(columns)

    def at(self, *keys: Key) -> Number:
        """The figure where these heads meet."""
        place = next((key for key in keys if isinstance(key, tuple)), None)
        stretch = next((key for key in keys if isinstance(key, date)), None)
        cell = next((key for key in keys if isinstance(key, str)), self.shown[0])
        part = self.parts.get((place, stretch))
        return part.numbers(self.asked).get(cell) if part else None

    def places(self, on: date) -> list[tuple[Key, str]]:
        """Areas in order of their codes, the seat's own line first."""
        found = sorted({row for row, _b in self.parts if row}, key=lambda row: (row[0], not row[1]))
        names = areas.areas((code for code, _own in found), on)
        return [((code, own), names[code].name if code in names else code) for code, own in found]

    def times(self) -> list[tuple[Key, str]]:
        """First days in order."""
        return [(day, day.isoformat()) for day in sorted({b for _row, b in self.parts if b})]


def _indicators(asked: FormDefinition, shown: Sequence[str]) -> list[tuple[Key, str]]:
    return [(cell, label_of(asked, cell)) for cell in shown]


def _kind(axis: Axis) -> str:
    if axis == Axis.INDICATOR:
        return "indicator"
    return "time" if axis in TIMES else "area"


def _tree(where: str, axis: Axis, on: date) -> Tree:
    if axis in LEVELS:
        return Tree(where, [], LEVELS[axis])
    return Tree(where, [row.code for row in areas.children(where, on)])
