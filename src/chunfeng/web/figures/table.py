"""The table of a form: areas against indicators, with completeness, a map of tiles and another day beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.areas.choices import Level
from chunfeng.reporting.queries.rollup import AreaRow, Number, RollUp, indicator_of, rollup, shown
from chunfeng.web.figures.asked import Question, ask, beside, choices, head, spans
from chunfeng.web.guards import guarded

SHADES = 5


@dataclass(frozen=True)
class Change:
    """A figure of another day, and how far it is from there."""

    before: str
    difference: str
    per_cent: str


@dataclass(frozen=True)
class Line:
    """A row of the table. `deeper` opens the areas below, `offices` the reports behind the figures."""

    row: AreaRow
    name: str
    deeper: str
    offices: str
    figures: list[tuple[str, str, str]]
    change: Change | None


@dataclass(frozen=True)
class Tile:
    """A square of the map: the shade 1–5 by rank, 0 where there is no figure."""

    name: str
    shown: str
    shade: int
    link: str


@dataclass
class Shades:
    """Which shade a figure has: the distinct figures in five groups of equal number."""

    steps: list[Number] = field(default_factory=list)

    def of(self, value: Number) -> int:
        """1 the lowest … 5 the highest; 0 for no figure."""
        if value is None or not self.steps:
            return 0
        return 1 + self.steps.index(value) * SHADES // len(self.steps)


@guarded("report.read")
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """One area with the areas directly below it."""
    question = ask(request, pk)
    if question is None:
        return render(request, "web/figures/nothing.html", {"form_id": pk})
    cells = [*question.cells, question.cell]
    found = rollup(
        question.actor, question.form, question.first, question.last,
        at=question.at, area=question.area, today=question.today, cells=cells,
    )  # fmt: skip
    other = _other_day(question)
    lines = [_line(question, row, found, other) for row in found.rows]
    tiles, legend = _tiles(question, found, lines)
    earlier, later = beside(question)
    context = {
        "q": question,
        "found": found,
        "head": head(question.form, question.definition, question.cell) if question.cell else None,
        "lines": lines,
        "total": _line(question, found.total, found, other),
        "tiles": tiles,
        "legend": legend,
        "kept": _kept(question, found),
        "choices": choices(question.definition).items(),
        "spans": spans(question),
        "against_last": question.against + (question.last - question.first) if question.against else None,
        "earlier": earlier,
        "later": later,
    }
    return render(request, "web/figures/table.html", context)


def _other_day(question: Question) -> dict[tuple[str, bool], Number] | None:
    if question.against is None or not question.cell:
        return None
    there = rollup(
        question.actor, question.form, question.against, question.against + (question.last - question.first),
        at=question.at, area=question.area, today=question.today, cells=[question.cell],
    )  # fmt: skip
    found = {(row.code, row.own): row.numbers.get(question.cell) for row in there.rows}
    return found | {("", False): there.total.numbers.get(question.cell)}


def _line(
    question: Question, row: AreaRow, found: RollUp, other: dict[tuple[str, bool], Number] | None
) -> Line:
    whole = row is found.total
    name = _("%(area)s, own level") % {"area": row.name} if row.own else row.name
    offices = reverse("figures-offices", args=[question.form.pk]) + question.link(
        area=row.code, own="1" if row.own else None, show=None, against=None
    )
    leaf = row.own or whole or codes.level(row.code) >= Level.VILLAGE
    deeper = "" if leaf else question.link(area=row.code)
    figures = [
        (cell, shown(indicator_of(found.definition, cell), row.numbers.get(cell)), _whence(row, cell))
        for cell in question.cells
    ]
    change = None
    if other is not None:
        before = other.get(("", False) if whole else (row.code, row.own))
        change = _change(question, row.numbers.get(question.cell), before)
    return Line(row, name, deeper, offices, figures, change)


def _whence(row: AreaRow, cell: str) -> str:
    """Beside a figure: what of it stands here only because its parts are unknown."""
    kept = row.kept.get(cell)
    return _("%(n)s of it cannot be divided") % {"n": f"{kept:,}"} if kept else ""


def _change(question: Question, now: Number, before: Number) -> Change:
    indicator = indicator_of(question.definition, question.cell)
    if now is None or before is None:
        return Change(shown(indicator, before), "—", "—")
    step = Fraction(now) - Fraction(before)
    sign = "+" if step > 0 else ""
    per_cent = f"{sign}{float(step / before * 100):.1f}%" if before else "—"
    exact = int(step) if step.denominator == 1 else step
    return Change(shown(indicator, before), sign + shown(indicator, exact), per_cent)


def _tiles(question: Question, found: RollUp, lines: list[Line]) -> tuple[list[Tile], list[tuple[int, str]]]:
    """Squares in order of the codes, which puts neighbours of one area together, and the legend."""
    if not question.cell or len(lines) < 2:
        return [], []
    indicator = indicator_of(found.definition, question.cell)
    values = [line.row.numbers.get(question.cell) for line in lines]
    shades = Shades(sorted({value for value in values if value is not None}))
    tiles = [
        Tile(line.name, shown(indicator, value), shades.of(value), line.deeper or line.offices)
        for line, value in zip(lines, values, strict=True)
    ]
    legend = []
    for shade in range(1, SHADES + 1):
        own = [value for value in shades.steps if shades.of(value) == shade]
        if own:
            ends = dict.fromkeys([shown(indicator, own[0]), shown(indicator, own[-1])])
            legend.append((shade, " – ".join(ends)))
    return tiles, legend


def _kept(question: Question, found: RollUp) -> bool:
    return question.today and any(row.kept for row in found.rows)
