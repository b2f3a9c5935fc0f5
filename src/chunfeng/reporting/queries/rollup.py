"""The roll-up: figures of every area, reckoned live from the ledger in one query (C1, C5, C14).

Nothing is stored. `grouping` turns the ledger into partial sums by the beginning of the area code, `folding`
puts those into the rows of a table; row-level security keeps both inside the range of whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import EVERYWHERE, Actor
from chunfeng.reporting import values
from chunfeng.reporting.definition import FormDefinition, Indicator, Type
from chunfeng.reporting.models import Form, Obligation
from chunfeng.reporting.queries import folding
from chunfeng.reporting.queries.forms import definition_of, version_for
from chunfeng.reporting.queries.grouping import Counts, Plan, Span, groups

Number = int | Fraction | None
"""A figure at the scale of its indicator; a mean or a ratio is exact. None where nobody stated anything."""


@dataclass(frozen=True)
class AreaRow:
    """One line: how complete the area is, and its figures by cell code (ratios by indicator code).

    `own` marks the line of the seat itself and of what no area below holds. `kept` tells, by cell, what
    stands here only because nobody knows how it was divided ("as of today").
    """

    code: str
    name: str
    counts: Counts
    numbers: Mapping[str, Number]
    own: bool = False
    kept: Mapping[str, int] = field(default_factory=dict)

    @property
    def due(self) -> int:
        """Reports owed, the exempt left out."""
        return self.counts.due

    @property
    def answered(self) -> int:
        """Reports that stand, zero reports among them."""
        return self.counts.answered

    @property
    def zero(self) -> int:
        """Zero reports."""
        return self.counts.zero

    @property
    def late(self) -> int:
        """Reports that stand and first came after the grace."""
        return self.counts.late

    @property
    def missing(self) -> int:
        """Reports still owed after the grace."""
        return self.counts.missing

    @property
    def returned(self) -> int:
        """Reports sent back and not yet filed again."""
        return self.counts.returned

    @property
    def exempt(self) -> int:
        """Reports not owed, with a reason."""
        return self.counts.exempt

    @property
    def per_cent(self) -> int | None:
        """Completeness: answered of due in whole per cent, rounded down, so that 100 means all."""
        return (self.due and self.answered * 100 // self.due) or (0 if self.due else None)


@dataclass(frozen=True)
class RollUp:
    """A table of figures: the rows add up to the total, which is reckoned from the same parts."""

    form: Form
    definition: FormDefinition
    area: str
    first: date
    last: date
    today: bool
    as_of: datetime
    rows: list[AreaRow]
    total: AreaRow


@dataclass(frozen=True)
class Figure:
    """One number as it may be cited: `value` at the indicator's scale, `shown` with its unit, and its source."""

    value: Number
    shown: str
    source: str
    as_of: datetime
    due: int
    answered: int


def rollup(
    actor: Actor,
    form: Form,
    first: date,
    last: date,
    *,
    at: datetime,
    by: int | Literal["children"] = "children",
    area: str = "",
    today: bool = False,
    cells: Iterable[str] | None = None,
) -> RollUp:
    """Figures of the periods that begin from `first` to `last`, by area.

    `by` is the level of the rows (1 province … 5 village, see `areas.codes.level`) or the areas directly
    below; what lies above that level stands in lines of its own. `area` (by default the actor's) never
    reaches beyond the actor's range. With `today` figures stand on the codes of today. `cells` keeps to some.
    """
    asked = definition_for(form, last)
    where = area or actor.area_code or form.area_code
    plan = Plan.of(asked, form.slots, cells, single=first == last and asked.every != "event")
    span = Span(form.pk, first, last, *within(where, actor))
    on = timezone.localdate(at) if today else last
    below = areas.children(where, on) if by == "children" else []
    tree = folding.Tree(where, [row.code for row in below], by if isinstance(by, int) else 0)
    parts = None
    if today:
        parts = folding.on_todays_codes(plan, replace(span, lo=actor.lo, hi=actor.hi), tree, on, at)
    if parts is None:
        parts = folding.grouped(plan, span, tree, at)
    names = {row.code: row.name for row in below}
    names |= _names({where, *parts.codes()} - set(names), on)
    return RollUp(form, asked, where, first, last, today, at, *_rows(parts, asked, where, names))


def levels(
    actor: Actor, form: Form, first: date, last: date, *, at: datetime, area: str = "", down_to: int = 4
) -> dict[int, RollUp]:
    """The roll-up of every level from the country down to `down_to` (4 township) in one query.

    Each level's rows add up to the same total; upper levels are summed from the level below.
    """
    asked = definition_for(form, last)
    where = area or actor.area_code or form.area_code
    plan = Plan.of(asked, form.slots, None, single=first == last and asked.every != "event")
    span = Span(form.pk, first, last, *within(where, actor))
    tree = folding.Tree(where, [], down_to)
    parts = folding.grouped(plan, span, tree, at)
    names = _names({where, *parts.codes()}, last)
    found = {}
    for level in range(down_to, max(codes.level(where), 1) - 1, -1):
        if level < down_to:
            parts = parts.up(folding.Tree(where, [], level))
            names |= _names(parts.codes() - set(names), last)
        found[level] = RollUp(form, asked, where, first, last, False, at, *_rows(parts, asked, where, names))
    return found


def total(
    actor: Actor, form: Form, first: date, last: date, *, at: datetime, cells: Iterable[str] | None = None
) -> AreaRow:
    """Everything of a form in the actor's sight as one row."""
    asked = definition_for(form, last)
    plan = Plan.of(asked, form.slots, cells, single=first == last and asked.every != "event")
    whole = _whole(plan, Span(form.pk, first, last, actor.lo, actor.hi), at)
    return AreaRow(actor.area_code, "", whole.counts(), whole.numbers(asked))


def figure(form: Form, cell: str, area_code: str, first: date, last: date, at: datetime) -> Figure:
    """One figure of an area with its source; reads what the scope in force may see."""
    asked = definition_for(form, last)
    indicator = indicator_of(asked, cell)
    wanted = {indicator.of, indicator.to} if indicator.type is Type.RATIO else {cell}
    plan = Plan.of(asked, form.slots, wanted, single=first == last and asked.every != "event")
    span = Span(form.pk, first, last, *codes.code_range(area_code))
    whole = _whole(plan, span, at)
    value = whole.numbers(asked)[cell]
    source = str(indicator.source or form.source)
    text = shown(indicator, value)
    unit = "" if value is None or indicator.type is Type.RATIO else indicator.unit
    return Figure(value, text + unit, source, at, whole.counts().due, whole.counts().answered)


def series(
    form: Form, cells: Sequence[str], area_code: str, first: date, last: date
) -> dict[str, list[tuple[date, float | None]]]:
    """Figures of an area by day (the first day of each period), in their own unit; None where nobody answered."""
    asked = definition_for(form, last)
    indicators = {cell: indicator_of(asked, cell) for cell in cells}
    wanted = {part for i in indicators.values() for part in (i.of, i.to) if i.type is Type.RATIO}
    wanted |= {cell for cell, i in indicators.items() if i.type is not Type.RATIO}
    plan = Plan.of(asked, form.slots, wanted, single=asked.every != "event")
    span = Span(form.pk, first, last, *codes.code_range(area_code))
    found = groups(plan, span, "''", None, "period_start")
    days = sorted((day, folding.Part(plan, columns).numbers(asked)) for _key, day, columns in found)
    return {
        cell: [(day, in_unit(indicators[cell], numbers[cell])) for day, numbers in days] for cell in cells
    }


def latest_period(form: Form, until: date) -> tuple[date, date] | None:
    """First and last day of the newest period in sight that began by then; else of the first to come."""
    rows = Obligation.objects.filter(form=form).values_list("period_start", "period_end")
    newest = rows.filter(period_start__lte=until).order_by("-period_start").first()
    return newest or rows.order_by("period_start").first()


def neighbours(form: Form, day: date) -> tuple[date | None, date | None]:
    """First days of the periods in sight before and after the one that begins on `day`."""
    starts = Obligation.objects.filter(form=form).values_list("period_start", flat=True)
    earlier = starts.filter(period_start__lt=day).order_by("-period_start").first()
    return earlier, starts.filter(period_start__gt=day).order_by("period_start").first()


def definition_for(form: Form, day: date) -> FormDefinition:
    """What the form asks for the periods that begin on this day."""
    return definition_of(version_for(form, day))


def indicator_of(asked: FormDefinition, cell: str) -> Indicator:
    """The indicator behind a cell or ratio code. Raises KeyError for a code the form does not have."""
    if cell in asked.cells:
        return asked.cells[cell].indicator
    found = asked.indicator(cell)
    if found is None:
        raise KeyError(cell)
    return found


def label_of(asked: FormDefinition, cell: str) -> str:
    """What people call a cell; a part of a breakdown after its indicator's name."""
    indicator = indicator_of(asked, cell)
    part = asked.cells.get(cell)
    return f"{indicator.label}·{part.label}" if part and part.categories else str(indicator.label)


def shown(indicator: Indicator, number: Number) -> str:
    """A rolled-up figure as people read it, without its unit: a ratio in per cent, yes/no as a count."""
    if number is None:
        return "—"
    if indicator.type is Type.RATIO:
        return f"{float(number):.1f}%"
    if indicator.type is Type.YESNO:
        return f"{int(number):,}"
    return values.shown(indicator, number)


def in_unit(indicator: Indicator, number: Number) -> float | None:
    """A rolled-up figure in its own unit, for curves and spreadsheets; a ratio in per cent."""
    if number is None:
        return None
    return float(number if indicator.type is Type.RATIO else Fraction(number) / indicator.scale)


def within(area: str, actor: Actor) -> tuple[str, str]:
    """The half-open code range of an area, cut to the actor's own; empty when the area lies outside."""
    lo, hi = codes.code_range(area) if area else EVERYWHERE
    lo, hi = max(lo, actor.lo), min(hi, actor.hi)
    return (lo, hi) if lo < hi else ("", "")


def _whole(plan: Plan, span: Span, at: datetime) -> folding.Part:
    whole = folding.Part(plan)
    for _key, _bucket, columns in groups(plan, span, "''", at):
        whole.add(columns)
    return whole


def _rows(
    parts: folding.Parts, asked: FormDefinition, where: str, names: Mapping[str, str]
) -> tuple[list[AreaRow], AreaRow]:
    rows = [
        AreaRow(code, names.get(code, code), part.counts(), part.numbers(asked), own, part.kept())
        for (code, own), part in sorted(parts.by_row().items(), key=lambda pair: (pair[0][0], not pair[0][1]))
    ]
    whole = parts.total()
    return rows, AreaRow(where, names.get(where, ""), whole.counts(), whole.numbers(asked))


def _names(wanted: set[str], on: date) -> dict[str, str]:
    found = {code: row.name for code, row in areas.areas(wanted, on).items()}
    if codes.COUNTRY in wanted:
        found.setdefault(codes.COUNTRY, _("Country"))
    return found
