"""Isolations in sight, where each one stands today, and whose health record is missing (E1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from chunfeng.core.actor import Actor
from chunfeng.people import isolation_days
from chunfeng.people.choices import IsolationState
from chunfeng.people.isolation_days import Look
from chunfeng.people.models import HealthRecord, Isolation, Person
from chunfeng.people.queries import register

_LONG_AGO = date(1900, 1, 1)


def isolations(actor: Actor) -> QuerySet[Isolation]:
    """Every isolation and monitoring in the actor's range, ended ones too."""
    rows = Isolation.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("office", "rule__office")


def isolation(actor: Actor, pk: int) -> Isolation | None:
    """One isolation in sight."""
    return isolations(actor).select_related("office", "rule__office", "rule__clause").filter(pk=pk).first()


def of_person(person: Person) -> list[Isolation]:
    """The isolations of a person and of the records merged into it, the newest first, as far as in sight."""
    rows = Isolation.objects.filter(person__in=register.family(person)).select_related("rule", "office")
    return list(rows.order_by("-starts_on", "-pk"))


def standing(rows: QuerySet[Isolation], today: date) -> QuerySet[Isolation]:
    """Each isolation with where it stands: the same count as `isolation_days.count`, in the database.

    Adds `full` and `needed` days, `last_ill` (the last day with symptoms), `gaps` (days before today without
    a record), `seen_today` and `seen_yesterday` (whether there is a record).
    """
    valid = HealthRecord.objects.filter(isolation=OuterRef("pk"), corrected_by__isnull=True, on__lte=today)
    ill = valid.filter(clear=False).order_by("-on").values("on")[:1]
    rows = rows.annotate(
        last_ill=Subquery(ill, output_field=DateField()),
        seen_today=Exists(valid.filter(on=today)),
        seen_yesterday=Exists(valid.filter(on=today - timedelta(1))),
    )
    since = Greatest(
        OuterRef("starts_on"), Coalesce(OuterRef("last_ill"), Value(_LONG_AGO)) + Value(timedelta(1))
    )
    well = valid.filter(on__gte=since, on__lt=today)
    seen = valid.filter(on__gte=OuterRef("starts_on"), on__lt=today)
    return rows.annotate(
        full=_days(well),
        needed=Case(
            When(last_ill__isnull=True, then=_between(F("ends_on"), F("starts_on"))),
            default=Greatest(F("rule__days"), Value(1)),
            output_field=IntegerField(),
        ),
        gaps=Greatest(_between(Value(today, DateField()), F("starts_on")) - _days(seen), Value(0)),
    )


def _days(rows: QuerySet[HealthRecord]) -> Coalesce:
    number = rows.order_by().values("isolation").annotate(n=Count("on", distinct=True)).values("n")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _between(late: object, early: object) -> Func:
    return Func(late, early, template="(%(expressions)s)", arg_joiner=" - ", output_field=IntegerField())


OPEN = Q(state=IsolationState.OPEN)


def due(rows: QuerySet[Isolation], today: date) -> QuerySet[Isolation]:
    """Of the rows of `standing`, the open ones without a health record today."""
    return rows.filter(OPEN, starts_on__lte=today, seen_today=False)  # type: ignore[misc]  # annotated


def overdue(rows: QuerySet[Isolation], today: date) -> QuerySet[Isolation]:
    """Of the rows of `standing`, the open ones that had no record yesterday though it was due."""
    return rows.filter(OPEN, starts_on__lt=today, seen_yesterday=False)  # type: ignore[misc]  # annotated


def releasable(rows: QuerySet[Isolation], today: date) -> QuerySet[Isolation]:
    """Of the rows of `standing`, the open ones whose days are full.

    Nobody's days are full before `ends_on`, so that only few are counted.
    """
    return rows.filter(OPEN, ends_on__lte=today).filter(full__gte=F("needed"))  # type: ignore[misc]  # annotated


def ill(rows: QuerySet[Isolation], today: date) -> QuerySet[Isolation]:
    """Of the rows of `standing`, the open ones with symptoms today or yesterday."""
    return rows.filter(OPEN, last_ill__gte=today - timedelta(1))  # type: ignore[misc]  # annotated


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many are in isolation or monitored, and what waits."""

    open: int
    due: int
    overdue: int
    releasable: int
    ill: int


def numbers(actor: Actor, today: date) -> Numbers:
    """The numbers of the actor's range, in two queries."""
    rows = Isolation.objects.filter(OPEN, area_code__gte=actor.lo, area_code__lt=actor.hi)
    seen = HealthRecord.objects.filter(isolation=OuterRef("pk"), corrected_by__isnull=True)
    yesterday = today - timedelta(1)
    today_seen, yesterday_seen = Q(Exists(seen.filter(on=today))), Q(Exists(seen.filter(on=yesterday)))
    ill_now = Q(Exists(seen.filter(clear=False, on__gte=yesterday, on__lte=today)))
    found = rows.aggregate(
        open=Count("pk"),
        due=Count("pk", filter=Q(starts_on__lte=today) & ~today_seen),
        overdue=Count("pk", filter=Q(starts_on__lt=today) & ~yesterday_seen),
        ill=Count("pk", filter=ill_now),
    )
    full = releasable(standing(rows.filter(ends_on__lte=today), today), today).count()
    return Numbers(releasable=full, **found)


def records(row: Isolation) -> list[HealthRecord]:
    """Every record of an isolation, the oldest first."""
    return list(HealthRecord.objects.filter(isolation=row).select_related("office").order_by("on", "pk"))


def looks(rows: Iterable[HealthRecord]) -> list[Look]:
    """The records as the count of days reads them."""
    return [Look(each.pk, each.on, each.clear, each.corrects_id) for each in rows]


def count(row: Isolation, today: date, held: list[HealthRecord] | None = None) -> isolation_days.Count:
    """Where an isolation stands on a day; an ended one as it stood when it ended."""
    kept = records(row) if held is None else held
    return isolation_days.count(
        looks(kept),
        starts_on=row.starts_on,
        first=max((row.ends_on - row.starts_on).days, 1),
        again=max(row.rule.days, 1),
        today=today,
    )


def people_of(actor: Actor, rows: Iterable[Isolation]) -> dict[int, Person]:
    """The people of these isolations by key, merged records as the one that stands; those in sight only."""
    wanted = {row.person_id for row in rows}
    found: dict[int, Person] = {}
    for person in Person.objects.filter(pk__in=wanted):
        stands = person if person.merged_into_id is None else register.survivor(person)
        if stands is not None:
            found[person.pk] = stands
    return found


def silent(day: date) -> QuerySet[Isolation]:
    """Isolations that ran on a day without a record of that day. For the system: no range is looked at."""
    seen = HealthRecord.objects.filter(isolation=OuterRef("pk"), on=day)
    return Isolation.objects.filter(OPEN, ~Exists(seen), starts_on__lte=day)
