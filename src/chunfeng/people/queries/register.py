"""People in sight of an actor, found by what people know of them; statements about them, compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from chunfeng.core.actor import EVERYWHERE, Actor
from chunfeng.core.identifiers import BadIdentifier
from chunfeng.people import batch, keys, numbers
from chunfeng.people.choices import FactKind, Said
from chunfeng.people.models import (
    Dataset,
    Fact,
    Household,
    Person,
    PersonCategory,
    PersonDataset,
    PersonPhone,
)
from chunfeng.people.queries import standing

AREAS = ("area_code", "current_area", "work_area")
OWN_WORD = (Said.SELF, Said.FAMILY)
MOST_OF_A_PHONE = 2000
"""Owners of one telephone number that are looked at."""


def people(actor: Actor) -> QuerySet[Person]:
    """The people in sight: home, current or work area in the actor's range; merged records left out."""
    return records(actor).filter(merged_into__isnull=True)


def records(actor: Actor) -> QuerySet[Person]:
    """Every record in sight, those merged into another included."""
    if (actor.lo, actor.hi) == EVERYWHERE:
        return Person.objects.all()
    sight = Q()
    for column in AREAS:
        sight |= Q(**{f"{column}__gte": actor.lo, f"{column}__lt": actor.hi})
    return Person.objects.filter(sight)


def named(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows about people with `person_name`; None where the person is out of sight though the row is not."""
    return rows.annotate(
        person_name=Subquery(Person.objects.filter(pk=OuterRef("person_id")).values("name")[:1])
    )


def person(actor: Actor, pk: int) -> Person | None:
    """The person with this serial number, or the one it was merged into; None out of sight."""
    found = records(actor).filter(pk=pk).first()
    return None if found is None else _in_sight(actor, survivor(found))


def by_document(actor: Actor, number: str) -> Person | None:
    """The person with this document, typed in any form. A number only a merged record has finds its person."""
    return people(actor).filter(pk__in=_with_document(number)).order_by("pk").first()


def _in_sight(actor: Actor, row: Person | None) -> Person | None:
    return None if row is None or row.merged_into_id else people(actor).filter(pk=row.pk).first()


def by_phone(actor: Actor, number: str) -> QuerySet[Person]:
    """Everybody with this telephone number: one may serve a whole village."""
    return people(actor).filter(pk__in=_with_phone(number))


def find(rows: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Narrow people to a document, a telephone, a serial number (#12) or a beginning of the name."""
    word = " ".join(text.split())
    if not word:
        return rows
    if word.startswith("#") and word[1:].isascii() and word[1:].isdecimal() and len(word) < 19:
        return rows.filter(pk=int(word[1:]))
    if any(sign.isdecimal() for sign in word):
        return rows.filter(pk__in=[*_with_document(word), *_with_phone(word)])
    return rows.filter(name__startswith=word)


def datasets(actor: Actor, *, open_on: date | None = None) -> QuerySet[Dataset]:
    """The datasets of the actor's area and of those above; with `open_on` only those not yet to be deleted."""
    found = Dataset.objects.filter(
        Q(area_code__gte=actor.lo, area_code__lt=actor.hi) | Q(area_code__in=actor.above)
    )
    if open_on is not None:
        found = found.filter(keep_until__gt=open_on)
    return found.select_related("owner").order_by("-pk")


def places_in_datasets(person: Person) -> QuerySet[PersonDataset]:
    """Why a person is held, with the datasets fetched; those out of the actor's sight are missing."""
    rows = PersonDataset.objects.filter(person=person).select_related("dataset")
    return rows.order_by("dataset__keep_until", "pk")


def household_of(person: Person) -> Household | None:
    """The household; None where there is none or the home area is out of sight."""
    return Household.objects.filter(pk=person.household_id).first() if person.household_id else None


def housemates(actor: Actor, person: Person) -> QuerySet[Person]:
    """The others of the household."""
    if person.household_id is None:
        return Person.objects.none()
    return people(actor).filter(household=person.household_id).exclude(pk=person.pk).order_by("pk")


def categories(person: Person, on: date | None = None) -> QuerySet[PersonCategory]:
    """Categories with their dates, the newest first; with `on` those in force on that day."""
    rows = person.categories.order_by("-valid_from", "-pk")
    if on is not None:
        rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )
    return rows


def facts(person: Person, kind: str | None = None) -> QuerySet[Fact]:
    """What was stated about a person, the newest day first; which of them stands says `standing`."""
    rows = Fact.objects.filter(person=person).order_by("-on", "-at", "-pk")
    return rows.filter(kind=kind) if kind else rows


@dataclass(frozen=True, slots=True)
class Compared:
    """The word of the person or family that stands beside the check by the village that stands (D15).

    `agrees` is None while one of the two is missing.
    """

    kind: str
    own: Fact | None
    village: Fact | None

    @property
    def agrees(self) -> bool | None:
        """Whether both say the same, place included where both name one."""
        if self.own is None or self.village is None:
            return None
        places = {self.own.place, self.village.place} - {""}
        return self.own.value == self.village.value and len(places) < 2


def compared(person: Person, kind: str) -> Compared:
    """The two sources of one kind of statement side by side."""
    return _sides(kind, list(facts(person, kind)))


def all_compared(person: Person) -> list[Compared]:
    """Every kind of statement with something said by the family or the village, in one query."""
    rows = list(facts(person))
    sides = [_sides(kind, [row for row in rows if row.kind == kind]) for kind in FactKind]
    return [side for side in sides if side.own or side.village]


def _sides(kind: str, rows: list[Fact]) -> Compared:
    own = standing.order(row for row in rows if row.said in OWN_WORD)
    village = standing.order(row for row in rows if row.said == Said.VILLAGE)
    return Compared(kind, next(iter(own), None), next(iter(village), None))


def _with_document(text: str) -> set[int]:
    """Serial numbers of the people with this document, those it was merged into instead of merged records."""
    hashes = [hashed for form in numbers.document_forms(text) for hashed in keys.document_hashes(form)]
    # asked apart: each half has an index of its own, together they would read every person
    halves = [Person.objects.filter(id_hash__in=hashes, merged_into__isnull=alive) for alive in (True, False)]
    rows = [row for half in halves for row in half[:50]] if hashes else []
    found = (row if row.merged_into_id is None else survivor(row) for row in rows)
    return {row.pk for row in found if row is not None}


def _with_phone(text: str) -> list[int]:
    try:
        number = numbers.phone_number(text)
    except BadIdentifier:
        return []
    held = PersonPhone.objects.filter(number_hash__in=keys.phone_hashes(number))
    return list(held.values_list("person_id", flat=True)[:MOST_OF_A_PHONE])


def family(person: Person) -> list[int]:
    """Keys of the person and of every record merged into it: what hangs on one of them hangs on the person."""
    return batch.kept(("family", person.pk), lambda: _family(person))


def _family(person: Person) -> list[int]:
    found, new = {person.pk}, {person.pk}
    while new:
        new = set(Person.objects.filter(merged_into__in=new).values_list("pk", flat=True)) - found
        found |= new
    return sorted(found)


def survivor(person: Person) -> Person | None:
    """The record that stands for this one: itself, or what it was merged into; None where out of sight."""
    seen = {person.pk}
    row: Person | None = person
    while row is not None and row.merged_into_id is not None and row.merged_into_id not in seen:
        seen.add(row.merged_into_id)
        row = Person.objects.filter(pk=row.merged_into_id).first()
    return row
