"""What answers bring about: which effect is which message or follow-up, where it puts a person, what it opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from chunfeng.core.actor import Actor
from chunfeng.people.choices import Exposure, FactKind, FollowUpReason, IsolationState, Occasion
from chunfeng.people.models import (
    CallItem,
    ContactRecord,
    FollowUp,
    Isolation,
    Person,
    PersonMessage,
    PlacementRule,
)
from chunfeng.people.placement.choosing import applying
from chunfeng.people.queries import affected, placing, register
from chunfeng.people.scripts import Effect, Walk

MESSAGES = {
    Effect.REMIND: Occasion.RETURNED,
    Effect.COMFORT: Occasion.AWAY,
    Effect.DOCTOR: Occasion.SYMPTOMS,
    Effect.ADVISE: Occasion.TRAVEL,
}
FOLLOW_UPS = {
    Effect.DOCTOR: FollowUpReason.SYMPTOMS,
    Effect.NEED: FollowUpReason.NEED,
    Effect.REFER: FollowUpReason.JOB,
}


def message_key(contact: ContactRecord, effect: str) -> str:
    """Under which name the message of an effect is written (`dedupe`)."""
    return f"contact-{contact.pk}-{effect}"


def exposure(person: Person, walk: Walk, contact: ContactRecord, by: Actor) -> str:
    """Contact where the script says so; an affected area by the person's statements and areas; else none."""
    if walk.exposure:
        return walk.exposure
    day = timezone.localdate(contact.at)
    area = placing.stay_area(person, by, day)
    came = affected.came_from_affected(person, day, at_area=area) is not None
    if not came and contact.origin:
        came = affected.is_affected(contact.origin, area, day) is not None
    return Exposure.AREA if came else Exposure.NONE


def first_day(walk: Walk, contact: ContactRecord) -> date:
    """From which day an isolation by these answers counts."""
    day = timezone.localdate(contact.at)
    return walk.day(FactKind.RETURN) or walk.day(FactKind.WHEREABOUTS) or day


@dataclass
class Undone:
    """What ends when another answer stands: isolations and follow-ups, and messages that no longer hold."""

    isolations: list[Isolation] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    messages: list[PersonMessage] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.isolations or self.follow_ups or self.messages)


def undone(item: CallItem, chosen: ContactRecord, walk: Walk, by: Actor, on: date) -> Undone:
    """What the other answers to an entry opened and what ends on a day if `chosen` (with its `walk`) stands.

    What the chosen answer brings about just the same stays: a follow-up for the same reason, an isolation by
    the same rule from the same day. Only what is still open, and messages not marked yet; as far as in sight.
    """
    others = [row for row in item.contacts.filter(outcome=chosen.outcome) if row.pk != chosen.pk]
    keys = [row.pk for row in others]
    found = Undone()
    reasons = {FOLLOW_UPS[effect] for effect in FOLLOW_UPS if effect in walk.does}
    open_ones = FollowUp.objects.filter(contact__in=keys, closed_at__isnull=True).order_by("pk")
    found.follow_ups = [row for row in open_ones if row.reason not in reasons]
    opened = Isolation.objects.filter(contact__in=keys, state=IsolationState.OPEN)
    person = register.survivor(chosen.person)
    for row in opened.select_related("rule").order_by("pk"):
        if person is None or not _same(row, person, walk, chosen, by, on):
            found.isolations.append(row)
    found.messages = _messages(others, walk, found.isolations)
    return found


def _same(row: Isolation, person: Person, walk: Walk, chosen: ContactRecord, by: Actor, on: date) -> bool:
    """Whether the chosen answer would open this isolation too."""
    if Effect.ISOLATE not in walk.does:
        return False
    area = placing.stay_area(person, by, on)
    rule: PlacementRule | None = applying(
        placing.weighed(area, exposure(person, walk, chosen, by), walk.symptoms, on)
    )
    return rule is not None and (row.rule_id, row.starts_on) == (rule.pk, first_day(walk, chosen))


def _messages(others: Iterable[ContactRecord], walk: Walk, ending: list[Isolation]) -> list[PersonMessage]:
    """Messages whose ground falls away: their effect is none of the chosen answer's, or their isolation ends."""
    names = []
    for contact in others:
        ended = any(row.contact_id == contact.pk for row in ending)
        gone = [e for e in MESSAGES if e not in walk.does or (e == Effect.REMIND and ended)]
        people = {contact.person_id, *register.family(contact.person)}
        names += [f"{pk}:{message_key(contact, effect)}" for pk in people for effect in gone]
    for row in ending:
        names += [
            f"{pk}:isolation:{row.pk}:{Occasion.ISOLATED}"
            for pk in {row.person_id, *register.family(row.person)}
        ]
    return list(PersonMessage.objects.filter(dedupe__in=names, void_at__isnull=True).order_by("pk"))
