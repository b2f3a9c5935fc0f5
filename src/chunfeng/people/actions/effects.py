"""What follows from a contact: statements, isolation, messages, follow-ups. Calls and the other kinds share it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from chunfeng.core.actions import gathered
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.people import batch
from chunfeng.people.actions.facts import Statement, state_facts
from chunfeng.people.actions.follow_ups import open_follow_up
from chunfeng.people.actions.isolation import Placed, place
from chunfeng.people.actions.messaging import queue_message
from chunfeng.people.choices import FactKind
from chunfeng.people.models import ContactRecord, Fact, FollowUp, Person, PersonMessage
from chunfeng.people.queries import consequences
from chunfeng.people.queries.consequences import FOLLOW_UPS, MESSAGES
from chunfeng.people.scripts import Effect, Walk

MOST_SOURCE = 200
AT_ONCE = frozenset({Effect.DOCTOR})
"""What is brought about even while it is open which of two answers stands: nobody ill waits for an office."""


@dataclass
class Carried:
    """What was brought about; `told` are sentences for the person who made the contact."""

    facts: list[Fact] = field(default_factory=list)
    placed: Placed | None = None
    messages: list[PersonMessage] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@batch.atomic
def carry_out(
    *,
    person: Person,
    walk: Walk,
    contact: ContactRecord,
    said: str,
    decided: bool = False,
    by: Actor,
    at: datetime,
) -> Carried:
    """State what the answers say about the person, then bring about their effects.

    The statements count as told when the contact was made; `decided`: when an officer decided that this answer
    stands.

    `person` is the record that stands, `walk` is complete, `said` is who spoke (`Said`). Idempotent for one
    contact: every statement and message has a key of the contact's. Raises `Refused` where a statement cannot
    be made (a day in the future, an area unknown to the tables): then nothing is kept. An effect that is
    refused (no office, somebody else's follow-up) never undoes the answer: `told` says why.
    """
    done = Carried()
    day = timezone.localdate(contact.at)
    source = (contact.source or walk.script.source)[:MOST_SOURCE]
    done.facts += state_facts(
        person=person,
        statements=[
            Statement(
                kind=fact.kind,
                value=fact.value,
                key=f"contact-{contact.pk}-{fact.kind}-{fact.value}",
                on=fact.on or day,
                place=fact.place,
                detail=fact.detail,
            )
            for fact in walk.facts
        ],
        said=said,
        source=source,
        told=at if decided else contact.at,
        fresh=not decided,
        by=by,
        at=at,
    )
    effects = [Effect(each) for each in walk.does]
    _bring_about(done, effects, person, walk, contact, by, at, fresh=not decided)
    return done


@batch.atomic
def at_once(*, person: Person, walk: Walk, contact: ContactRecord, by: Actor, at: datetime) -> Carried:
    """Only the effects that cannot wait, of an answer of which it is open whether it stands."""
    done = Carried()
    urgent = [Effect(each) for each in walk.does if each in AT_ONCE]
    _bring_about(done, urgent, person, walk, contact, by, at, fresh=True)
    return done


def _bring_about(
    done: Carried,
    effects: Collection[Effect],
    person: Person,
    walk: Walk,
    contact: ContactRecord,
    by: Actor,
    at: datetime,
    *,
    fresh: bool,
) -> None:
    """`fresh`: the contact was made a moment ago, so that nothing was written for it yet."""
    for effect in sorted(effects, key=lambda each: each != Effect.ISOLATE):  # the reminder names the days
        try:
            with transaction.atomic(), gathered():
                if effect == Effect.ISOLATE:
                    done.placed = _placed(person, walk, contact, by, at)
                if effect in MESSAGES:
                    _write(done, effect, person, walk, contact, by, at, fresh=fresh)
                if effect in FOLLOW_UPS:
                    done.follow_ups.append(
                        open_follow_up(
                            person=person, reason=FOLLOW_UPS[effect], contact=contact, by=by, at=at
                        )
                    )
        except Refused as refused:
            done.told.append(str(refused))
    if done.placed is not None and done.placed.rule is not None:
        done.told.insert(0, done.placed.why)


def _placed(person: Person, walk: Walk, contact: ContactRecord, by: Actor, at: datetime) -> Placed:
    return place(
        person=person,
        exposure=consequences.exposure(person, walk, contact, by),
        symptoms=walk.symptoms,
        since=consequences.first_day(walk, contact),
        contact=contact,
        by=by,
        at=at,
    )


def _write(
    done: Carried,
    effect: Effect,
    person: Person,
    walk: Walk,
    contact: ContactRecord,
    by: Actor,
    at: datetime,
    *,
    fresh: bool,
) -> None:
    isolation = done.placed.isolation if done.placed else None
    days = {"since": isolation.starts_on, "release_on": isolation.ends_on} if isolation else {}
    message = queue_message(
        person=person,
        occasion=MESSAGES[effect],
        dedupe=consequences.message_key(contact, effect),
        destination=walk.place(FactKind.INTENTION) if effect == Effect.ADVISE else "",
        extra=days,
        fresh=fresh,
        by=by,
        at=at,
    )
    if message is not None:
        done.messages.append(message)
