"""What follows from a contact: statements, isolation, messages, follow-ups. Calls and the other kinds share it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from chunfeng.core.actor import Actor
from chunfeng.people.actions.facts import state_fact
from chunfeng.people.models import ContactRecord, Fact, Person
from chunfeng.people.scripts import Walk

MOST_SOURCE = 200


@dataclass
class Carried:
    """What was brought about."""

    facts: list[Fact] = field(default_factory=list)


@transaction.atomic
def carry_out(
    *, person: Person, walk: Walk, contact: ContactRecord, said: str, by: Actor, at: datetime
) -> Carried:
    """State what the answers say about the person, then bring about their effects.

    Idempotent for one contact: every statement has a key of the contact's. `said` is who spoke (`Said`),
    `walk` must be complete. Raises `Refused` where a statement cannot be (a day in the future, an area
    unknown to the tables); then nothing is kept.
    """
    done = Carried()
    day = timezone.localdate(contact.at)
    source = (contact.source or walk.script.source)[:MOST_SOURCE]
    for fact in walk.facts:
        done.facts.append(
            state_fact(
                person=person,
                kind=fact.kind,
                value=fact.value,
                said=said,
                on=fact.on or day,
                place=fact.place,
                detail=fact.detail,
                source=source,
                key=f"contact-{contact.pk}-{fact.kind}-{fact.value}",
                by=by,
                at=at,
            )
        )
    return done
