"""Reading the obligations ledger. How an obligation stands at a moment is told here and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.offices.models import Office
from chunfeng.reporting import periods, statements, values
from chunfeng.reporting.choices import ANSWERED, OPEN, FormState, Standing, State
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.models import Acceptance, Form, FormVersion, LedgerStep, Obligation, Revision
from chunfeng.reporting.queries.forms import definition_of
from chunfeng.reporting.reporters import reports_to

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Told(TypedDict):
        standing: str

    Standings: TypeAlias = QuerySet[WithAnnotations[Obligation, _Told]]
    """Obligations with `standing`, a value of `Standing`."""

RECENT = timedelta(days=14)
MOST = 200
_SHOWN = ("form__owner", "version", "office")


def standing(of: Obligation, now: datetime) -> Standing:
    """How an obligation stands: late when first answered after the grace, missing when due and past it.

    A returned report is returned, also after its close: the office did not keep silent.
    """
    if of.state in ANSWERED:
        late = of.first_filed_at is not None and of.first_filed_at > of.closes_at
        return Standing.LATE if late else Standing(of.state)
    if of.state == State.DUE and now > of.closes_at:
        return Standing.MISSING
    return Standing(of.state)


def is_answered() -> Q:
    """A signed statement stands, zero included."""
    return Q(state__in=ANSWERED)


def is_late() -> Q:
    """Answered, but first after the grace."""
    return Q(state__in=ANSWERED, first_filed_at__gt=F("closes_at"))


def is_missing(now: datetime) -> Q:
    """Nothing came and the grace is over."""
    return Q(state=State.DUE, closes_at__lt=now)


def is_silent(now: datetime) -> Q:
    """Nothing came and the cut-off is over, in grace or after it."""
    return Q(state=State.DUE, due_at__lt=now)


LATE_SQL = "o.state IN ('filed', 'zero') AND o.first_filed_at > o.closes_at"
MISSING_SQL = "o.state = 'due' AND o.closes_at < %(now)s"
"""The same for SQL over `reporting_obligation o`."""


def with_standing(rows: QuerySet[Obligation], now: datetime) -> Standings:
    """The rows with `standing`, a value of `Standing`."""
    told = Case(
        When(is_late(), then=Value(Standing.LATE)),
        When(is_missing(now), then=Value(Standing.MISSING)),
        default=F("state"),
        output_field=CharField(),
    )
    return rows.annotate(standing=told)


@dataclass(frozen=True, slots=True)
class Line:
    """An obligation as a list shows it."""

    obligation: Obligation
    standing: Standing
    period: str

    @property
    def is_open(self) -> bool:
        """The office still owes a statement."""
        return self.obligation.state in OPEN


def visible(actor: Actor) -> QuerySet[Obligation]:
    """Obligations of the actor's range. The database's own wall says the same; this is the first of the two."""
    rows = Obligation.objects.select_related(*_SHOWN)
    if actor.role == "system":
        return rows
    return rows.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)


def my_reports(actor: Actor, now: datetime) -> list[Line]:
    """What the actor's office owes for periods that have begun, the most urgent first, then what it answered
    or was exempted from in the last two weeks, newest first."""
    mine = visible(actor).filter(office=actor.office_id, period_start__lte=timezone.localdate(now))
    owed = list(mine.filter(state__in=OPEN).order_by("due_at", "pk")[:MOST])
    done = mine.exclude(state__in=OPEN).filter(due_at__gt=now - RECENT)
    return [_line(row, now) for row in [*owed, *done.order_by("-due_at", "-pk")[:MOST]]]


def owed(actor: Actor, now: datetime) -> tuple[int, int]:
    """How many reports the actor's office owes for periods that have begun; how many are past the cut-off."""
    mine = visible(actor).filter(
        office=actor.office_id, period_start__lte=timezone.localdate(now), state__in=OPEN
    )
    counted = mine.aggregate(all=Count("pk"), past=Count("pk", filter=Q(due_at__lt=now)))
    return counted["all"], counted["past"]


def event_forms(actor: Actor) -> list[Form]:
    """Forms in use that the actor's office files whenever something happens."""
    office = Office.objects.filter(pk=actor.office_id or 0, active=True).first()
    if office is None:
        return []
    active = FormVersion.objects.filter(form__state=FormState.ACTIVE, published_at__isnull=False)
    latest: dict[int, FormVersion] = {}
    for version in active.select_related("form__owner").order_by("form", "number"):
        latest[version.form_id] = version
    found = []
    for version in latest.values():
        definition = definition_of(version)
        if definition.every == "event" and reports_to(version.form, definition, office):
            found.append(version.form)
    return found


def obligation(actor: Actor, pk: int) -> Obligation | None:
    """One obligation in sight, with form, wording and office."""
    return visible(actor).filter(pk=pk).first()


def ledger(actor: Actor, form: Form, period_start: date, now: datetime | None = None) -> Standings:
    """Every office's row of a form for one period, with `standing`, without order."""
    rows = visible(actor).filter(form=form, period_start=period_start)
    return with_standing(rows, now or timezone.now())


def silent(actor: Actor, form: Form, period_start: date, now: datetime | None = None) -> Standings:
    """Who has not answered though the cut-off is over, with `standing`, by area."""
    now = now or timezone.now()
    return ledger(actor, form, period_start, now).filter(is_silent(now)).order_by("area_code", "pk")


def silent_on(code: str, day: date, now: datetime) -> list[Obligation]:
    """Who is silent about any form of this code for the period that holds a day, in the scope in force."""
    rows = Obligation.objects.filter(
        is_silent(now), form__code=code, period_start__lte=day, period_end__gte=day
    ).select_related("form", "office")
    return list(rows.order_by("form", "area_code", "pk"))


def period_starts(actor: Actor, form: Form, *, most: int = 60) -> list[tuple[date, date]]:
    """First and last days of the periods of a form in sight, newest first."""
    rows = visible(actor).filter(form=form).order_by("-period_start")
    return list(rows.values_list("period_start", "period_end").distinct()[:most])


def previous(of: Obligation) -> Obligation | None:
    """What the same office owed one period earlier."""
    rows = Obligation.objects.filter(form=of.form_id, office=of.office_id)
    if of.sequence:
        return rows.filter(period_start=of.period_start, sequence=of.sequence - 1, sequence__gt=0).first()
    return rows.filter(sequence=0, period_start__lt=of.period_start).order_by("-period_start").first()


def below_totals(of: Obligation) -> dict[str, int | None]:
    """What the offices inside the area stated for the same period, together, by cell; empty where none reports.

    Stored whole numbers; None where nobody filled the cell. The largest for a maximum, nothing for a mean.
    """
    if of.counts or of.sequence:
        return {}
    return totals(definition_of(of.version), of.form.slots, _below(of).filter(is_answered()))


def below_counts(of: Obligation) -> tuple[int, int]:
    """How many reports the offices inside the area owe for the same period, and how many are answered."""
    if of.counts or of.sequence:
        return 0, 0
    found = (
        _below(of).exclude(state=State.EXEMPT).aggregate(n=Count("pk"), of=Count("pk", filter=is_answered()))
    )
    return found["n"], found["of"]


def _below(of: Obligation) -> QuerySet[Obligation]:
    lo, hi = codes.code_range(of.area_code)
    return Obligation.objects.filter(
        form=of.form_id,
        period_start=of.period_start,
        sequence=0,
        counts=True,
        area_code__gte=lo,
        area_code__lt=hi,
    ).exclude(pk=of.pk)


def totals(
    form: FormDefinition, slots: Mapping[str, int], rows: QuerySet[Obligation]
) -> dict[str, int | None]:
    """The rows' numbers together, by cell: added up, or the largest for a maximum; means are left out."""
    stated = [values.by_code(numbers, slots) for numbers in rows.values_list("numbers", flat=True).iterator()]
    found: dict[str, int | None] = {}
    for cell in form.number_cells:
        fold = statements.FOLDS.get(cell.indicator.aggregate)
        if fold is not None:
            known = [n for row in stated if (n := row.get(cell.code)) is not None]
            found[cell.code] = fold(known) if known else None
    return found


def doubts_for(of: Obligation, written: Mapping[str, object]) -> list[statements.Doubt]:
    """What would speak against these values, for the preview while somebody writes. Nothing is saved.

    Raises `BadFiling` for values that do not fit their cells.
    """
    form = definition_of(of.version)
    after, _changed = statements.merged(form, stated(of), written)
    return doubts_about(of, form, after)


def doubts_about(
    of: Obligation, form: FormDefinition, after: statements.Statement, *, zero: bool = False
) -> list[statements.Doubt]:
    """The doubts about a statement, read with the period before and the level below."""
    before: Mapping[str, int | None] = {}
    if statements.looks_back(form):
        earlier = previous(of)
        if earlier is not None and earlier.state in ANSWERED:
            before = values.by_code(earlier.numbers, of.form.slots)
    return statements.doubts(form, after.numbers, before, below_totals(of), zero=zero)


def stated(of: Obligation | Revision, slots: Mapping[str, int] | None = None) -> statements.Statement:
    """What stands in an obligation or was signed in a filing."""
    places = slots if slots is not None else (of if isinstance(of, Obligation) else of.obligation).form.slots
    numbers = values.by_code(of.numbers, places)
    return statements.Statement(
        {code: number for code, number in numbers.items() if number is not None},
        dict(of.texts or {}),
        json.loads(of.sealed) if of.sealed else {},
    )


def revisions(of: Obligation) -> list[Revision]:
    """The signed filings, newest first."""
    return list(of.revisions.select_related("office").order_by("-number"))


def steps(of: Obligation) -> list[LedgerStep]:
    """What happened besides filings, newest first."""
    return list(of.steps.select_related("office").order_by("-pk"))


def acceptance_over(of: Obligation) -> Acceptance | None:
    """The acceptance that locks an obligation, the highest where several do."""
    areas = [*codes.ancestors(of.area_code), of.area_code]
    rows = Acceptance.objects.filter(
        form=of.form_id, period_start=of.period_start, area_code__in=areas, released_at=None
    )
    return rows.select_related("office").order_by("area_code", "pk").first()


def acceptances(of: Obligation) -> list[Acceptance]:
    """Every acceptance that covered an obligation, also those unlocked since, newest first."""
    areas = [*codes.ancestors(of.area_code), of.area_code]
    rows = Acceptance.objects.filter(form=of.form_id, period_start=of.period_start, area_code__in=areas)
    return list(rows.select_related("office").order_by("-at", "-pk"))


def _line(of: Obligation, now: datetime) -> Line:
    return Line(of, standing(of, now), periods.name(of.period_start, of.period_end))
