"""What the rooms of reporting show beside the rows of the ledger: counts, strips of days, what was said.

Every function reads a fixed number of times, however many offices report.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left
from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.reporting.choices import ANSWERED, OPEN, FormState, Standing, State, Step
from chunfeng.reporting.models import Acceptance, Form, LedgerStep, Obligation, Suggestion
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.queries.folding import Tree

STRIP = 14
"""Periods shown side by side for one office."""
PATTERN = 5
"""Offices whose periods stand for those of all: everybody owes a form for the same periods."""
FORMS = 60


@dataclass
class Tally:
    """How many reports stand how; `silent` are open past the cut-off, in grace or after it."""

    by: Counter[str] = field(default_factory=Counter)
    silent: int = 0

    @property
    def all(self) -> int:
        """Every row, exempt ones too."""
        return sum(self.by.values())

    @property
    def due(self) -> int:
        """Reports owed: all but the exempt."""
        return self.all - self.by[Standing.EXEMPT]

    @property
    def answered(self) -> int:
        """Signed statements, zero and late ones among them."""
        return self.by[Standing.FILED] + self.by[Standing.ZERO] + self.by[Standing.LATE]

    @property
    def open(self) -> int:
        """Still owed: due, missing, returned."""
        return self.by[Standing.DUE] + self.by[Standing.MISSING] + self.by[Standing.RETURNED]


@dataclass
class AreaTally:
    """The tally of one area directly below; `own` is the seat itself and what no area below holds."""

    code: str
    name: str
    tally: Tally
    own: bool = False


@dataclass
class FormTally:
    """A form with the period that runs or ran last in the actor's area, and how it stands."""

    form: Form
    period_start: date
    period_end: date
    due_at: datetime
    tally: Tally


def tally(rows: QuerySet[Any], now: datetime) -> Tally:
    """Counts of rows that carry `standing` (see `ledger.with_standing`). One query."""
    found = rows.order_by().values_list("standing").annotate(n=Count("pk"), s=_silent(now))
    counted = Tally()
    for standing, n, silent in found:
        counted.by[standing] += n
        counted.silent += silent
    return counted


def tally_by_area(rows: QuerySet[Any], area: str, on: date, now: datetime) -> list[AreaTally]:
    """The same by the areas directly below, in order of their codes; the seat itself first."""
    below = areas.children(area, on)
    tree = Tree(area, [row.code for row in below])
    names = {row.code: row.name for row in below}
    grouped = rows.order_by().annotate(stem=Left("area_code", tree.width)).values_list("stem", "standing")
    found: dict[tuple[str, bool], Tally] = defaultdict(Tally)
    for stem, standing, n, silent in grouped.annotate(n=Count("pk"), s=_silent(now)):
        counted = found[tree.row(stem)]
        counted.by[standing] += n
        counted.silent += silent
    nameless = {code for code, own in found if not own} - set(names)
    names |= {code: row.name for code, row in areas.areas(nameless, on).items()}
    return [
        AreaTally(code, names.get(code, code), counted, own)
        for (code, own), counted in sorted(found.items(), key=lambda pair: (not pair[0][1], pair[0][0]))
    ]


def forms_today(actor: Actor, now: datetime) -> list[FormTally]:
    """Forms owed in the actor's area by others than the actor's office: the period that runs or ran last.

    Two queries, whatever the number of offices.
    """
    today = timezone.localdate(now)
    others = ledger.visible(actor).select_related(None).exclude(office=actor.office_id).filter(sequence=0)
    last = others.filter(form=OuterRef("pk"), period_start__lte=today).order_by("-period_start")
    forms = list(
        Form.objects.filter(state=FormState.ACTIVE)
        .select_related("owner")
        .annotate(latest=Subquery(last.values("period_start")[:1]))
        .filter(latest__isnull=False)
        .order_by("-latest", "title")[:FORMS]
    )
    if not forms:
        return []
    wanted = Q()
    for form in forms:
        wanted |= Q(form=form, period_start=form.latest)
    rows: QuerySet[Any] = ledger.with_standing(others.filter(wanted), now).order_by()
    found: dict[int, Tally] = defaultdict(Tally)
    ends: dict[int, tuple[date, datetime]] = {}
    counted = rows.values_list("form", "standing").annotate(
        n=Count("pk"), s=_silent(now), end=Max("period_end"), due=Max("due_at")
    )
    for form_id, standing, n, silent, end, due in counted:
        found[form_id].by[standing] += n
        found[form_id].silent += silent
        old = ends.get(form_id, (end, due))
        ends[form_id] = max(old[0], end), max(old[1], due)
    return [FormTally(form, form.latest, *ends[form.pk], found[form.pk]) for form in forms if form.pk in ends]


def strips(
    actor: Actor, form: Form, offices: Iterable[int], until: date, now: datetime
) -> tuple[list[date], dict[int, dict[date, str]]]:
    """The last periods up to a day, oldest first, and by office how each of them stands. Two queries."""
    keys = list(offices)
    rows = ledger.visible(actor).select_related(None).filter(form=form, sequence=0, period_start__lte=until)
    some = rows.filter(office__in=keys[:PATTERN]).order_by("-period_start")
    known = set(some.values_list("period_start", flat=True)[: STRIP * PATTERN])
    starts = sorted(known)[-STRIP:]
    found: dict[int, dict[date, str]] = defaultdict(dict)
    if starts:
        theirs = rows.filter(period_start__gte=starts[0], office__in=keys)
        told: QuerySet[Any] = ledger.with_standing(theirs, now).order_by()
        for office, start, standing in told.values_list("office", "period_start", "standing"):
            found[office][start] = standing
    return starts, found


def neighbours(actor: Actor, form: Form, day: date) -> tuple[date | None, date | None, date | None]:
    """First days of the period that holds a day, of the one before and of the one after; None where none is."""
    starts = ledger.visible(actor).select_related(None).filter(form=form, sequence=0).order_by()
    last = starts.filter(period_start__lte=day).order_by("-period_start")
    start, end = last.values_list("period_start", "period_end").first() or (None, None)
    here = start if end is not None and end >= day else None
    at = here or day
    before = (
        starts.filter(period_start__lt=at)
        .order_by("-period_start")
        .values_list("period_start", flat=True)
        .first()
    )
    after = (
        starts.filter(period_start__gt=at)
        .order_by("period_start")
        .values_list("period_start", flat=True)
        .first()
    )
    return here, before, after


def notes(rows: Sequence[Obligation]) -> dict[int, LedgerStep]:
    """Why each of the returned reports was returned, by obligation. One query."""
    keys = [row.pk for row in rows if row.state == State.RETURNED]
    if not keys:
        return {}
    said = LedgerStep.objects.filter(obligation__in=keys, kind=Step.RETURNED).select_related("office")
    return {step.obligation_id: step for step in said.order_by("pk")}


def reminded(rows: Sequence[Obligation], now: datetime) -> dict[int, datetime]:
    """When each was last reminded today, by obligation. One query."""
    since = timezone.make_aware(datetime.combine(timezone.localdate(now), time()))
    keys = [row.pk for row in rows if row.state in OPEN]
    steps = LedgerStep.objects.filter(obligation__in=keys, kind=Step.REMINDED, at__gte=since)
    return dict(steps.order_by().values_list("obligation").annotate(at=Max("at")))


def suggestions(of: Obligation) -> list[Suggestion]:
    """Figures that registers offer for this report."""
    return list(of.suggestions.order_by("cell"))


def locks(form: Form, period_start: date, area_code: str) -> list[Acceptance]:
    """Acceptances in force over an area: its own and those above, the highest first."""
    over = [*codes.ancestors(area_code), area_code]
    rows = Acceptance.objects.filter(
        form=form, period_start=period_start, area_code__in=over, released_at=None
    )
    return list(rows.select_related("office").order_by("area_code", "pk"))


def acceptance(pk: int) -> Acceptance | None:
    """One acceptance in sight."""
    return Acceptance.objects.select_related("form", "office").filter(pk=pk).first()


def lacking(rows: QuerySet[Obligation], most: int) -> list[str]:
    """Names of offices that have not reported, by area, at most so many."""
    return list(
        rows.filter(state__in=OPEN).order_by("area_code", "pk").values_list("office__name", flat=True)[:most]
    )


def entries(actor: Actor, form: Form, day: date) -> QuerySet[Obligation]:
    """What was entered on a day of a form that is filed on an event, in sight."""
    return ledger.visible(actor).filter(form=form, period_start=day, sequence__gt=0)


def entries_today(actor: Actor, forms: Sequence[Form], day: date) -> Mapping[int, int]:
    """How many entries the actor's office made on a day, by form. One query."""
    mine = ledger.visible(actor).select_related(None).filter(office=actor.office_id, sequence__gt=0)
    rows = mine.filter(form__in=[form.pk for form in forms], period_start=day, state__in=ANSWERED)
    return dict(rows.order_by().values_list("form").annotate(n=Count("pk")))


def _silent(now: datetime) -> Count:
    return Count("pk", filter=ledger.is_silent(now))
