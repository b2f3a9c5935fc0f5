"""What the address of a page of figures asks for, checked once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.reporting import queries
from chunfeng.reporting.definition import FormDefinition, Indicator
from chunfeng.reporting.models import Form
from chunfeng.reporting.queries.rollup import (
    definition_for,
    indicator_of,
    label_of,
    latest_period,
    neighbours,
)

MOST_DAYS = 366
COLUMNS = 6
"""Indicators shown until somebody chooses."""


@dataclass(frozen=True)
class Head:
    """An indicator as the head of a column."""

    code: str
    label: str
    unit: str
    way: str
    source: str


@dataclass
class Question:
    """One form, its days, an area and indicators. `cell` is the one on map and curve."""

    actor: Actor
    form: Form
    definition: FormDefinition
    first: date
    last: date
    area: str
    today: bool
    against: date | None
    cells: list[str]
    cell: str
    at: datetime
    query: Mapping[str, str | list[str]]

    def link(self, **changes: str | list[str] | None) -> str:
        """The query string with some entries changed; None takes one out."""
        entries = {key: value for key, value in {**self.query, **changes}.items() if value}
        return "?" + urlencode(entries, doseq=True)

    @property
    def heads(self) -> list[Head]:
        """The columns."""
        return [head(self.form, self.definition, cell) for cell in self.cells]

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def crumbs(self) -> list[tuple[str, str]]:
        """Areas above the one shown, as far as the actor sees, with their names."""
        above = [
            code for code in codes.ancestors(self.area) if self.actor.sees(code) and code != codes.COUNTRY
        ]
        names = areas.areas(above, self.last)
        return [(code, names[code].name if code in names else code) for code in above]


def ask(request: HttpRequest, pk: int) -> Question | None:
    """Read the address. None for a form of which nothing is owed in sight; 404 for one not in sight."""
    actor: Actor = request.actor
    form = queries.form_by_id(pk)
    if form is None:
        raise Http404(_("This form does not exist or is not asked of your area."))
    at = timezone.now()
    first = day(request, "first") or day(request, "last")
    if first is None:
        newest = latest_period(form, timezone.localdate(at))
        if newest is None:
            return None
        first = newest[0]
    last = day(request, "last") or first
    if last < first or (last - first).days >= MOST_DAYS:
        raise Refused(_("Give a first and a last day in order, at most 366 days."))
    try:
        definition = definition_for(form, last)
    except Refused:  # never published: nothing is owed
        return None
    known = choices(definition)
    cells = [code for code in request.GET.getlist("show") if code in known] or [
        code for code in known if "." not in code
    ][:COLUMNS]
    cell = request.GET.get("cell", "")
    query = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "area": request.GET.get("area", ""),
        "today": request.GET.get("today", ""),
        "against": request.GET.get("against", ""),
        "cell": cell if cell in known else "",
        "show": [code for code in request.GET.getlist("show") if code in known],
    }
    return Question(
        actor, form, definition, first, last, area_asked(request, form), bool(request.GET.get("today")),
        day(request, "against"), cells, cell if cell in known else cells[0] if cells else "", at, query,
    )  # fmt: skip


def choices(definition: FormDefinition) -> dict[str, str]:
    """Every cell that adds up and every ratio, with its name."""
    found = [cell.code for cell in definition.number_cells if cell.indicator.aggregate != "none"]
    return {code: label_of(definition, code) for code in [*found, *(each.code for each in definition.ratios)]}


def head(form: Form, definition: FormDefinition, cell: str) -> Head:
    """Name, unit, way of adding up and source of a cell."""
    indicator = indicator_of(definition, cell)
    source = str(indicator.source or form.source)
    return Head(cell, label_of(definition, cell), unit_of(indicator), way_of(indicator), source)


def unit_of(indicator: Indicator) -> str:
    """The unit people read; a ratio is in per cent."""
    return "%" if indicator.type == "ratio" else indicator.unit


def way_of(indicator: Indicator) -> str:
    """How the figure comes together, in a word or two."""
    if indicator.type == "ratio":
        return _("ratio of the sums")
    return {
        "sum": _("added up"),
        "last": _("last stated, added up"),
        "max": _("largest"),
        "mean": _("mean"),
    }.get(indicator.aggregate, "")


def area_asked(request: HttpRequest, form: Form) -> str:
    """The area asked for; one's own without it; 404 for one outside the own range."""
    actor: Actor = request.actor
    code = request.GET.get("area", "")
    try:
        if code and not actor.sees(codes.check(code)):
            raise Http404(_("This area lies outside yours."))
    except codes.BadCode:
        raise Http404(_("There is no such area.")) from None
    return code or actor.area_code or form.area_code


def day(request: HttpRequest, name: str) -> date | None:
    """A day of the address, None when empty. Raises `Refused` for what is no day."""
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refused(_("“%(text)s” is not a day. Write it as 2020-02-01.") % {"text": text[:30]}) from None
    if not 1949 <= found.year <= 2199:
        raise Refused(_("“%(text)s” is not a day. Write it as 2020-02-01.") % {"text": text})
    return found


def beside(question: Question) -> tuple[str, str]:
    """The same table one period earlier and later; for several days as many days. Empty where none is owed."""
    days: list[tuple[date | None, date | None]]
    if question.days > 1:
        steps = [timedelta(days=question.days * by) for by in (-1, 1)]
        days = [(question.first + step, question.last + step) for step in steps]
    else:
        days = [(day, day) for day in neighbours(question.form, question.first)]
    earlier, later = (
        question.link(first=first.isoformat(), last=last.isoformat()) if first and last else ""
        for first, last in days
    )
    return earlier, later


def spans(question: Question) -> list[tuple[str, str, bool]]:
    """Ways to count: the last day alone, the week up to it, all since the form began; the present one marked."""
    several = [(_("The day"), question.last), (_("Seven days"), question.last - timedelta(days=6))]
    began = question.form.starts_on
    if began and timedelta(0) < question.last - began < timedelta(days=MOST_DAYS):
        several.append((_("In all so far"), began))
    return [
        (label, question.link(first=first.isoformat()), first == question.first)
        for n, (label, first) in enumerate(several)
        if first not in [other for _label, other in several[:n]]
    ]
