"""What is looked up before a message is written: templates in force, addresses, who declined, who writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.core.identifiers import BadIdentifier, mobile
from chunfeng.offices.models import Office, OfficeContact
from chunfeng.people import batch
from chunfeng.people.choices import FactKind, FactValue, MessageChannel, Recipient
from chunfeng.people.models import Fact, MessageTemplate, OptOut, Person, PersonAddress, PersonPhone
from chunfeng.people.queries import register, standing


def in_force(on: date) -> Q:
    """Templates that hold on a day."""
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def candidates(by: Actor, occasion: str, on: date) -> list[MessageTemplate]:
    """The templates of an occasion in force at the actor's office or above it; all of them for the system."""
    rows = MessageTemplate.objects.filter(in_force(on), occasion=occasion).select_related("office")
    if by.area_code:
        rows = rows.filter(area_code__in=[*by.above, by.area_code])
    return batch.once(("templates", by.area_code, by.above, occasion, on), lambda: list(rows))


def families(people: Sequence[Person]) -> dict[int, int]:
    """Every record of these people and of those merged into them → the record that stands."""
    if len(people) == 1:
        return dict.fromkeys(register.family(people[0]), people[0].pk)
    found = {person.pk: person.pk for person in people}
    new = dict(found)
    while new:
        merged = Person.objects.filter(merged_into__in=list(new)).values_list("pk", "merged_into")
        new = {pk: new[into] for pk, into in merged if into in new and pk not in found}
        found |= new
    return found


def declined(family: dict[int, int]) -> set[tuple[int, str]]:
    """(person, channel) of those who want no messages there."""
    rows = OptOut.objects.filter(person__in=list(family)).values_list("person_id", "channel")
    said = batch.kept(("declined", tuple(family)), lambda: list(rows))
    return {(family[person], channel) for person, channel in said}


def addresses(family: dict[int, int], whose: str) -> dict[tuple[int, str], str]:
    """(person, channel) → where a message goes.

    Text messages go to the first mobile, the person's own or the family's; group chats name the same number.
    """
    found: dict[tuple[int, str], str] = {}
    others = PersonAddress.objects.filter(person__in=list(family), whose=whose).order_by("pk")
    for other in batch.kept(("addresses", tuple(family), str(whose)), lambda: list(others)):
        found.setdefault((family[other.person_id], other.channel), str(other.address))
    if whose == Recipient.SELF:
        held = PersonPhone.objects.filter(person__in=list(family)).order_by("position", "pk")
        for phone in batch.kept(("phones", tuple(family)), lambda: list(held)):
            if number := _mobile(str(phone.number)):
                found.setdefault((family[phone.person_id], MessageChannel.SMS), number)
    for (person, channel), number in list(found.items()):
        if channel == MessageChannel.SMS:
            found.setdefault((person, MessageChannel.CHAT), number)
            found.setdefault((person, MessageChannel.CONSOLE), number)
    return found


def destinations(family: dict[int, int]) -> dict[int, str]:
    """Where people want to go, by the word about it that stands; nobody who stays or does not say."""
    said: dict[int, Fact] = {}
    rows = Fact.objects.filter(person__in=list(family), kind=FactKind.INTENTION)
    for fact in sorted(rows, key=standing.rank):
        said[family[fact.person_id]] = fact
    return {pk: fact.place for pk, fact in said.items() if fact.value == FactValue.LEAVES and fact.place}


@dataclass(frozen=True, slots=True)
class Writer:
    """Who signs a message."""

    office: str
    phone: str
    place: str

    def values(self) -> dict[str, str]:
        """For the placeholders."""
        return {"office": self.office, "phone": self.phone, "place": self.place}


def writer(office: Office, on: date) -> Writer:
    """The office with a telephone that people may call, the site's hotline where none is known."""
    return batch.once(("writer", office.pk, on), lambda: _writer(office, on))


def _writer(office: Office, on: date) -> Writer:
    contacts = OfficeContact.objects.filter(office=office, phone__isnull=False).order_by("pk")
    phone = next((str(contact.phone) for contact in contacts[:1]), "")
    return Writer(
        office.name, phone or settings.HOTLINE, short_paths({office.area_code}, on)[office.area_code]
    )


def short_paths(wanted: Iterable[str], on: date) -> dict[str, str]:
    """Names of areas, each with the one above it: enough to be understood in a message. One query."""
    asked = frozenset(wanted)
    return batch.once(("short paths", asked, on), lambda: _short_paths(asked, on))


def _short_paths(wanted: Iterable[str], on: date) -> dict[str, str]:
    chains = {
        code: [step for step in (codes.parent(code), code) if step and step != codes.COUNTRY]
        for code in wanted
    }
    names = areas.areas((step for chain in chains.values() for step in chain), on)
    return {
        code: "".join(names[step].name for step in chain if step in names) or code
        for code, chain in chains.items()
    }


def _mobile(number: str) -> str:
    try:
        return mobile(number)
    except BadIdentifier:
        return ""
