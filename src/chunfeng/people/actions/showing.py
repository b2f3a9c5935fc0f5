"""Sealed values in the open: one at a time for a reason, or all of them for the person they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import Refused
from chunfeng.core.events import record_read
from chunfeng.core.models import Event
from chunfeng.offices import roles
from chunfeng.people.actions.common import in_reach, required
from chunfeng.people.models import Dataset, Fact, Household, Person, PersonCategory
from chunfeng.people.queries import own, register
from chunfeng.people.queries.own import Section

SEALED = ("id_number", "phones", "address")


@dataclass(frozen=True, slots=True)
class OwnView:
    """Everything the register holds about one person, in the open, for the person (PIPL art. 45)."""

    person: Person
    document: str
    phones: list[str]
    household: Household | None
    categories: list[PersonCategory]
    facts: list[Fact]
    datasets: list[Dataset]
    further: list[Section]


@transaction.atomic
def unmask(*, person: Person, field: str, reason: str, by: Actor, at: datetime) -> list[str]:
    """The sealed values of one field ("id_number", "phones", "address"), for a reason kept in the trail."""
    roles.require(by, "person.unmask")
    if field not in SEALED:
        raise ValueError(f"{field!r} is not one of {SEALED}")
    in_reach(by, person)
    why = required(reason, _("reason"), 500)
    values = _values(person, field)
    if not values:
        raise Refused(_("Nothing is kept there for this person, or it is out of your sight."))
    record(
        "person.unmask", kind=Event.Kind.READ, by=by, on=person, at=at, reason=why, detail={"field": field}
    )
    return values


def own_view(*, person: Person, reason: str, by: Actor) -> OwnView:
    """What is held about a person and why, to be handed to them.

    `reason` says who asked and how that was checked; it stays in the trail with the reading.
    The datasets are named even where they belong to an area out of the actor's sight: the person has a right
    to know them, and they hold nothing personal themselves.
    """
    roles.require(by, "person.unmask")
    in_reach(by, person)
    why = required(reason, _("reason"), 500)
    with scope.applied(SYSTEM):
        held = list(
            Dataset.objects.filter(people__person=person).select_related("owner").order_by("keep_until", "pk")
        )
    view = OwnView(
        person=person,
        document=person.id_number or "",
        phones=_values(person, "phones"),
        household=register.household_of(person),
        categories=list(register.categories(person)),
        facts=list(register.facts(person)),
        datasets=held,
        further=own.sections(person),
    )
    record_read("person.own_view", by=by, on=person, reason=why)
    return view


def _values(person: Person, field: str) -> list[str]:
    if field == "phones":
        return [phone.number for phone in person.phones.order_by("position", "pk")]
    if field == "address":
        household = register.household_of(person)
        return [household.address] if household and household.address else []
    return [person.id_number] if person.id_number else []
