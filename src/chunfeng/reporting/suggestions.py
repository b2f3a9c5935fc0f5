"""Figures that can be counted from what is held, offered to the officer who files (C10).

An indicator names its counter in `prefill`: `below` (the offices below together), `previous` (what stood one
period earlier), `form:CODE:CELL` (the roll-up of another form in the office's area) or
`register:NAME:FIGURE`, see `counter`; of several, with commas between, the first that knows a figure.
An offer never counts until somebody files it. Counting reads only what
the scope in force may see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.offices import queries as offices
from chunfeng.offices.models import Office, Responsibility
from chunfeng.reporting import periods, values
from chunfeng.reporting.choices import ANSWERED, FormState
from chunfeng.reporting.definition import Cell, FormDefinition, Indicator
from chunfeng.reporting.models import Form, Obligation, Suggestion
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.queries.forms import definition_of
from chunfeng.reporting.queries.rollup import definition_for, figure, indicator_of
from chunfeng.tasking.choices import OPEN_STATES
from chunfeng.tasking.models import Task


@dataclass(frozen=True, slots=True)
class Offer:
    """A stored whole number for a cell and the sentence that says where it comes from."""

    value: int
    source: str


Counter = Callable[[Obligation, datetime], Offer | None]
COUNTERS: dict[str, Counter] = {}


def counter(name: str) -> Callable[[Counter], Counter]:
    """Register a counter under what forms write in `prefill`: register:NAME:FIGURE. Later apps add theirs."""

    def register(count: Counter) -> Counter:
        COUNTERS[name] = count
        return count

    return register


def offered(of: Obligation, at: datetime) -> dict[str, Offer]:
    """Every offer for a report by cell code: counted now, else as stored by `suggest`."""
    form = definition_of(of.version)
    found = {row.cell: Offer(row.value, row.source) for row in Suggestion.objects.filter(obligation=of)}
    return found | counted(of, form, at)


def counted(of: Obligation, form: FormDefinition, at: datetime) -> dict[str, Offer]:
    """What can be counted at this moment, by cell code."""
    found: dict[str, Offer] = {}
    wanted = [cell for cell in form.number_cells if cell.indicator.prefill]
    for turn in range(max((len(cell.indicator.prefills) for cell in wanted), default=0)):
        open_ones = [
            (cell, cell.indicator.prefills[turn])
            for cell in wanted
            if cell.code not in found and turn < len(cell.indicator.prefills)
        ]
        if below := [cell for cell, way in open_ones if way == "below"]:
            found |= _below(of, below)
        if previous := [cell for cell, way in open_ones if way == "previous"]:
            found |= _previous(of, previous)
        for cell, way in open_ones:
            offer = None if cell.categories else _elsewhere(of, cell.indicator, way, at)
            if offer is not None:
                found[cell.code] = offer
    return found


def _elsewhere(of: Obligation, indicator: Indicator, way: str, at: datetime) -> Offer | None:
    """The figure of another form or of a register."""
    if way.startswith("form:"):
        return _of_form(of, indicator, way, at)
    offer = COUNTERS[way](of, at) if way in COUNTERS else None
    return offer and Offer(offer.value * indicator.scale, offer.source)


def _below(of: Obligation, cells: list[Cell]) -> dict[str, Offer]:
    totals = ledger.below_totals(of)
    known = {cell.code: n for cell in cells if (n := totals.get(cell.code)) is not None}
    if not known:
        return {}
    due, answered = ledger.below_counts(of)
    source = _("%(answered)s of %(due)s offices below") % {"answered": answered, "due": due}
    return {code: Offer(n, source) for code, n in known.items()}


def _previous(of: Obligation, cells: list[Cell]) -> dict[str, Offer]:
    earlier = ledger.previous(of)
    if earlier is None or earlier.state not in ANSWERED:
        return {}
    stood = values.by_code(earlier.numbers, of.form.slots)
    source = _("Report of %(period)s") % {"period": periods.name(earlier.period_start, earlier.period_end)}
    return {cell.code: Offer(n, source) for cell in cells if (n := stood.get(cell.code)) is not None}


def _of_form(of: Obligation, indicator: Indicator, way: str, at: datetime) -> Offer | None:
    """The figure of another form for the same days and the office's area."""
    _kind, code, cell = (*way.split(":"), "", "")[:3]
    chain = [*codes.ancestors(of.area_code), of.area_code]
    lo, hi = codes.code_range(of.area_code)
    near = Q(area_code__in=chain) | Q(area_code__gte=lo, area_code__lt=hi)
    forms = Form.objects.filter(near, code=code).exclude(state=FormState.DRAFT).exclude(pk=of.form_id)
    form = forms.order_by("-area_code", "-pk").first()
    if form is None or cell not in form.slots:
        return None
    stated = figure(form, cell, of.area_code, of.period_start, of.period_end, at)
    if stated.value is None or not stated.answered:
        return None
    other = indicator_of(definition_for(form, of.period_end), cell)
    number = Fraction(stated.value) / other.scale * indicator.scale
    if number.denominator != 1:
        return None
    source = _("“%(form)s”: %(answered)s of %(due)s reports") % {
        "form": form.title,
        "answered": stated.answered,
        "due": stated.due,
    }
    return Offer(int(number), source)


@counter("register:tasks:open")
def _open_tasks(of: Obligation, at: datetime) -> Offer:
    """Open tasks in the office's area."""
    rows = Task.objects.filter(_inside(of), state__in=OPEN_STATES)
    return Offer(rows.count(), _("Tasks: open in the area"))


@counter("register:tasks:overdue")
def _overdue_tasks(of: Obligation, at: datetime) -> Offer:
    """Open tasks past their deadline in the office's area."""
    rows = Task.objects.filter(_inside(of), state__in=OPEN_STATES, due_at__lt=at)
    return Offer(rows.count(), _("Tasks: overdue in the area"))


@counter("register:directory:responsible")
def _responsible(of: Obligation, at: datetime) -> Offer:
    """Areas with a responsible person, the office's own among them."""
    rows = Responsibility.objects.filter(
        _inside(of), offices.in_force(timezone.localdate(at)), programme=None
    )
    return Offer(rows.count(), _("Directory: responsible persons in the area"))


@counter("register:directory:offices")
def _offices(of: Obligation, at: datetime) -> Offer:
    """Offices in service of the same line of business in the area."""
    rows = Office.objects.filter(_inside(of), active=True, line=of.office.line)
    return Offer(rows.count(), _("Directory: offices of this line in the area"))


def _inside(of: Obligation) -> Q:
    lo, hi = codes.code_range(of.area_code)
    return Q(area_code__gte=lo, area_code__lt=hi)
