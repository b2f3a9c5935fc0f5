"""The personal file: one page with everything done with a person from an affected area (D17)."""

from __future__ import annotations

from dataclasses import dataclass

from chunfeng.core.actor import Actor
from chunfeng.core.events import record_read
from chunfeng.offices import roles
from chunfeng.people.actions.common import in_reach
from chunfeng.people.choices import ContactKind
from chunfeng.people.models import ContactRecord, FeverCase, FollowUp, HealthRecord, Isolation, Person
from chunfeng.people.queries import contacts as queries
from chunfeng.people.queries import register
from chunfeng.people.queries.contacts import Line


@dataclass(frozen=True, slots=True)
class Entry:
    """One contact with its answers in the open."""

    contact: ContactRecord
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class PersonalFile:
    """All that was done; `opened_by` is the newest record of the kind "personal file", None where there is none."""

    person: Person
    opened_by: ContactRecord | None
    entries: list[Entry]
    isolations: list[Isolation]
    health: list[HealthRecord]
    follow_ups: list[FollowUp]
    fever_cases: list[FeverCase]

    @property
    def moves_in(self) -> str:
        """The area of movement allowed; "" where nothing limits it."""
        return self.opened_by.moves_in if self.opened_by else ""

    @property
    def origin(self) -> str:
        """Where the person came from, by the newest contact that says so."""
        return next((entry.contact.origin for entry in self.entries if entry.contact.origin), "")


def open_file(*, person: Person, by: Actor) -> PersonalFile:
    """Everything on one page, sealed answers and temperatures in the open; the trail says who opened it.

    For those who work with isolation and see the person; a reason is not typed, since the page is the work.
    What belongs to offices out of sight is missing.
    """
    roles.require(by, "isolation.work")
    in_reach(by, person)
    family = register.family(person)
    entries = [
        Entry(contact, queries.in_words(contact))
        for contact in queries.of_person(person).select_related("office", "item__campaign")
    ]
    found = PersonalFile(
        person=person,
        opened_by=next((e.contact for e in entries if e.contact.kind == ContactKind.FILE), None),
        entries=entries,
        isolations=list(
            Isolation.objects.filter(person__in=family).select_related("rule", "office").order_by("-pk")
        ),
        health=list(HealthRecord.objects.filter(person__in=family).order_by("-on", "-pk")),
        follow_ups=list(FollowUp.objects.filter(person__in=family).select_related("partner").order_by("-pk")),
        fever_cases=list(FeverCase.objects.filter(person__in=family).order_by("-pk")),
    )
    record_read("person.file", by=by, on=person, detail={"contacts": len(entries), "days": len(found.health)})
    return found
