"""Templates, messages and mailings in sight, counted and described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from chunfeng.core.actor import Actor
from chunfeng.people.choices import MailingState, MessageChannel, Recipient, SendState
from chunfeng.people.messaging import placeholders
from chunfeng.people.models import (
    Mailing,
    MessageTemplate,
    OptOut,
    Person,
    PersonAddress,
    PersonMessage,
    PersonPhone,
)
from chunfeng.people.queries import messaging, register, selecting

ONE_PART, LONG_PART = 70, 67
"""Characters of a text message in Chinese: one alone, and each of a longer text."""


def templates(actor: Actor, on: date | None = None) -> QuerySet[MessageTemplate]:
    """Templates of the actor's range and of the offices above; with `on` those in force on that day."""
    near = Q(area_code__gte=actor.lo, area_code__lt=actor.hi) | Q(area_code__in=actor.above)
    rows = MessageTemplate.objects.filter(near).select_related("office")
    if on is not None:
        rows = rows.filter(messaging.in_force(on))
    return rows.annotate(used=Exists(PersonMessage.objects.filter(template=OuterRef("pk")))).order_by(
        "occasion", "-area_code", "-valid_from", "pk"
    )


def template(actor: Actor, pk: int) -> MessageTemplate | None:
    """One template in sight."""
    return templates(actor).filter(pk=pk).first()


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as the made-up person would read it, with its length and the parts it is sent in."""

    text: str
    characters: int
    parts: int


def preview(text: str, signature: str = "") -> Preview:
    """Fill a kept text with examples."""
    shown = signature + placeholders.fill(text, placeholders.examples())
    n = len(shown)
    return Preview(shown, n, 1 if n <= ONE_PART else -(-n // LONG_PART))


def messages(actor: Actor) -> QuerySet[PersonMessage]:
    """What was written to people by and in the actor's range, the newest first, with person and office."""
    rows = PersonMessage.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("person", "office", "template").order_by("-pk")


def message(actor: Actor, pk: int) -> PersonMessage | None:
    """One message in sight."""
    return messages(actor).filter(pk=pk).first()


def states(rows: QuerySet[PersonMessage]) -> dict[str, int]:
    """How many messages stand in each state; every state is named."""
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in SendState.values}


def kept_here(rows: QuerySet[PersonMessage]) -> QuerySet[PersonMessage]:
    """Messages that no gateway carried."""
    return rows.filter(state=SendState.SENT, channel=MessageChannel.CONSOLE)


def of_person(person: Person) -> QuerySet[PersonMessage]:
    """What was written to one person, the newest first."""
    rows = PersonMessage.objects.filter(person__in=register.family(person))
    return rows.select_related("office", "template").order_by("-pk")


def declined_by(person: Person) -> QuerySet[OptOut]:
    """The channels the person wants no messages by."""
    return OptOut.objects.filter(person__in=register.family(person)).order_by("channel")


def addresses_of(person: Person) -> QuerySet[PersonAddress]:
    """Addresses besides the person's own phones."""
    return PersonAddress.objects.filter(person__in=register.family(person)).order_by("channel", "whose")


def mailings(actor: Actor) -> QuerySet[Mailing]:
    """Messages to many in sight, the newest first."""
    rows = Mailing.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("office").order_by("-pk")


def mailing(actor: Actor, pk: int) -> Mailing | None:
    """One of them."""
    return mailings(actor).filter(pk=pk).first()


def running() -> list[int]:
    """Confirmed mailings that are not written to the end. For the system."""
    return list(
        Mailing.objects.filter(state=MailingState.RUNNING).order_by("pk").values_list("pk", flat=True)
    )


@dataclass(frozen=True, slots=True)
class Prospect:
    """Whom a mailing would reach: people chosen, those with a number or address, those who declined something."""

    people: int
    with_address: int
    declined: int


def prospect(actor: Actor, row: Mailing, on: date) -> Prospect:
    """Count before anything is sent. An estimate: templates may use another channel than the one with the number."""
    people = selecting.selected(actor, row.chosen, on)
    other = PersonAddress.objects.filter(person=OuterRef("pk"), whose=row.whose)
    reachable = Q(Exists(other))
    if row.whose == Recipient.SELF:
        reachable |= Q(Exists(PersonPhone.objects.filter(person=OuterRef("pk"))))
    return Prospect(
        people.count(),
        people.filter(reachable).count(),
        people.filter(Exists(OptOut.objects.filter(person=OuterRef("pk")))).count(),
    )


def gaps(by: Actor, occasion: str, on: date) -> Sequence[MessageTemplate]:
    """The templates that would speak on an occasion; an empty list means that nothing can be sent."""
    return messaging.candidates(by, occasion, on)
