"""Who has not been visited, filed, asked after or helped yet: lists over the register, not over what was done.

Silence is never zero: a group comes from the register (who came from an affected area, who is a student, whose
household is poor), and everybody in it stands in the list until there is a contact of the kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DateField,
    Exists,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.choices import CampaignState, Category, ContactKind, FactKind, FactValue, Outcome
from chunfeng.people.models import CallItem, ContactRecord, Fact, Person, PersonCategory
from chunfeng.people.queries import affected, register

LOOK_BACK = 14
"""Days before the first declaration from which a stay counts, where no placement rule says more."""
VISIT_WITHIN = 1
"""Days after the arrival by which the household is visited, where no campaign names a day."""
VULNERABLE = (Category.POOR, Category.HARDSHIP, Category.DISABLED)
EVERY = {ContactKind.STUDENT: 7, ContactKind.HELP: 7}
"""Days after which students and households are due again, where nobody asks for another number."""


class Days(Func):
    """A day some days later."""

    template = "(%(expressions)s + %(days)s)"
    output_field = DateField()


@dataclass(frozen=True, slots=True)
class Share:
    """Of the people of a group in one place: how many there are, how many are still due, how many late."""

    place: str
    people: int = 0
    due: int = 0
    late: int = 0


def group(actor: Actor, kind: str, on: date, *, every: int | None = None) -> QuerySet[Any]:
    """Everybody in sight for whom a contact of the kind is due, with `since`, `target`, `seen` and `spot`.

    `since` is the day of arrival, or that of the last contact (for students and households; None where there
    was none), `target` the last day for the contact, `seen` whether it was made, `spot` the area that ties the
    person to the actor. `every` replaces `EVERY`. KeyError for a kind nobody is due for.
    """
    return _GROUPS[ContactKind(kind)](actor, ContactKind(kind), on, every)


def has_group(kind: str) -> bool:
    """Whether somebody can be due for this kind."""
    return kind in _GROUPS


def shares(rows: QuerySet[Any], on: date, level: int = codes.BASE_LENGTH) -> list[Share]:
    """The state by place in the order of the codes; `level` is the number of characters that name a place."""
    found: dict[str, list[int]] = {}
    for spot, target, seen in rows.order_by().values_list("spot", "target", "seen").iterator(5000):
        place = spot[:level].ljust(codes.BASE_LENGTH, "0") if level < codes.BASE_LENGTH else spot[:level]
        counted = found.setdefault(place, [0, 0, 0])
        counted[0] += 1
        counted[1] += not seen
        counted[2] += not seen and target < on
    return [Share(place, *counted) for place, counted in sorted(found.items())]


def arrivals(actor: Actor, kind: ContactKind, on: date, _every: int | None = None) -> QuerySet[Person]:
    """Those who came from an affected area into the actor's range, home or now here (D12, D16).

    From there: the work area lies in it, a statement places them there, or a contact says they came from it.
    Here: the newest statement says they came back, a contact from there was written down since, or an import
    lists them as returning and nobody said otherwise. `since` is that day; who is only said to be on the way
    is not here. Arrivals before the first declaration count as far as the look-back of the rules goes.
    """
    hit = affected.affected_codes(actor, on)
    if not hit:
        nothing = {"since": Value(on), "target": Value(on), "seen": Value(False), "spot": F("area_code")}
        return Person.objects.none().annotate(**nothing)
    ranges = [codes.code_range(code) for code, _row in hit]
    back = max(LOOK_BACK, affected.look_back(actor.area_code, on) if actor.area_code else 0)
    first = min(row.valid_from for _code, row in hit) - timedelta(back)
    rows = Person.objects.filter(merged_into__isnull=True).filter(_here(actor))
    worked = rows.filter(_inside("work_area", ranges)).order_by().values("pk")
    told = Fact.objects.filter(
        _inside("place", ranges), ~Q(place=""), kind=FactKind.WHEREABOUTS, on__gte=first
    )
    came = ContactRecord.objects.filter(_inside("origin", ranges), ~Q(origin=""), at__date__gte=first)
    stands = Coalesce("person__merged_into__merged_into_id", "person__merged_into_id", "person_id")
    known = worked.union(
        told.order_by().values("person_id"),
        came.order_by().annotate(stands=stands).values("stands"),
        all=True,
    )
    returns = register.standing_first(
        Fact.objects.filter(person=OuterRef("pk"), kind=FactKind.RETURN, on__lte=on)
    )
    listed = PersonCategory.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), person=OuterRef("pk"), category=Category.RETURNING
    ).order_by("-valid_from")
    found = rows.filter(pk__in=known).annotate(
        said=Subquery(returns.values("value")[:1]),
        said_on=Subquery(returns.values("on")[:1]),
        met_on=_last(came),
        listed_on=Subquery(
            listed.values(day=Coalesce("valid_from", TruncDate("person__made_at")))[:1],
            output_field=DateField(),
        ),
    )
    back_home = When(said=FactValue.RETURNED, then=F("said_on"))
    met_later = When(Q(said__isnull=False) & Q(met_on__lt=F("said_on")), then=None)
    since = Case(
        back_home,
        met_later,
        When(said__isnull=False, then=F("met_on")),
        default=Coalesce("met_on", "listed_on"),
        output_field=DateField(),
    )
    named = CallItem.objects.filter(
        person=OuterRef("pk"), campaign__kind=ContactKind.VISIT, campaign__state=CampaignState.RUNNING
    ).order_by("campaign__target_on")
    return (
        found.annotate(since=since)
        .filter(since__isnull=False, since__gte=first, since__lte=on)
        .annotate(
            target=Coalesce(
                Subquery(named.values("campaign__target_on")[:1]), Days("since", days=VISIT_WITHIN),
                output_field=DateField(),
            ),
            seen=Exists(_met(kind).filter(at__date__gte=OuterRef("since"))),
            spot=_spot(actor),
        )
    )  # fmt: skip


def students(actor: Actor, kind: ContactKind, on: date, every: int | None = None) -> QuerySet[Person]:
    """Students in sight (D23), due some days after the last contact."""
    return _again(actor, kind, on, every, (Category.STUDENT,), _met(kind))


def vulnerable(actor: Actor, kind: ContactKind, on: date, every: int | None = None) -> QuerySet[Person]:
    """People of poor, hardship and disabled households (D18); help for one of the household counts for all."""
    home = Q(household__isnull=False, household=OuterRef(OuterRef("household")))
    return _again(actor, kind, on, every, VULNERABLE, _met(kind, also=home))


def _again(
    actor: Actor,
    kind: ContactKind,
    on: date,
    every: int | None,
    categories: tuple[str, ...],
    met: QuerySet[ContactRecord],
) -> QuerySet[Person]:
    days = EVERY[kind] if every is None else every
    held = PersonCategory.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        category__in=categories,
    )
    rows = Person.objects.filter(merged_into__isnull=True).filter(_here(actor))
    found = rows.filter(pk__in=held.order_by().values("person")).annotate(since=_last(met, narrow=False))
    return found.annotate(
        target=Coalesce(Days("since", days=days), Value(on), output_field=DateField()),
        seen=Case(
            When(since__gt=on - timedelta(days), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
        spot=_spot(actor),
    )


def _met(kind: ContactKind, also: Q | None = None) -> QuerySet[ContactRecord]:
    """Contacts of the kind in which somebody was spoken with, of the person and the records merged into it."""
    pk = OuterRef(OuterRef("pk"))
    family = Q(pk=pk) | Q(merged_into=pk) | Q(merged_into__merged_into=pk)
    people = Person.objects.filter(family | also if also is not None else family).order_by()
    return ContactRecord.objects.filter(
        kind=kind, outcome=Outcome.REACHED, person__in=people.values("pk")
    ).order_by()


def _last(contacts: QuerySet[ContactRecord], *, narrow: bool = True) -> Subquery:
    """The day of the last of the contacts with a person; `narrow` to the person and the records merged into it."""
    if narrow:
        pk = OuterRef(OuterRef("pk"))
        people = Person.objects.filter(
            Q(pk=pk) | Q(merged_into=pk) | Q(merged_into__merged_into=pk)
        ).order_by()
        contacts = contacts.filter(person__in=people.values("pk"))
    days = contacts.order_by().annotate(one=Value(1)).values("one").annotate(day=Max("at__date"))
    return Subquery(days.values("day"), output_field=DateField())


def _here(actor: Actor) -> Q:
    """At home or now in the actor's range. An empty code means "not known", also for the whole country."""
    return Q(area_code__gte=actor.lo, area_code__lt=actor.hi) | Q(
        current_area__gte=actor.lo or "1", current_area__lt=actor.hi
    )


def _spot(actor: Actor) -> Case:
    return Case(
        When(current_area__gte=actor.lo or "1", current_area__lt=actor.hi, then=F("current_area")),
        default=F("area_code"),
    )


def _inside(column: str, ranges: list[tuple[str, str]]) -> Q:
    found = Q(pk__in=[])
    for lo, hi in ranges:
        found |= Q(**{f"{column}__gte": lo, f"{column}__lt": hi})
    return found


_GROUPS: dict[ContactKind, Callable[[Actor, ContactKind, date, int | None], Any]] = {
    ContactKind.VISIT: arrivals,
    ContactKind.FILE: arrivals,
    ContactKind.STUDENT: students,
    ContactKind.HELP: vulnerable,
}
