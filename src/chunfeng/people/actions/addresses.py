"""How people want to be written to: further addresses, and channels they declined."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.core.identifiers import mobile
from chunfeng.offices import roles
from chunfeng.people import keys
from chunfeng.people.actions.common import locked, required
from chunfeng.people.choices import MessageChannel, Recipient
from chunfeng.people.models import OptOut, Person, PersonAddress
from chunfeng.people.queries import register

DECLINABLE = (MessageChannel.SMS, MessageChannel.EMAIL, MessageChannel.CHAT)
"""Channels by which something really reaches a person."""


@transaction.atomic
def decline(*, person: Person, channel: str, source: str, by: Actor, at: datetime) -> OptOut:
    """Note that somebody wants no messages by a channel, and how they said so. The same again does nothing.

    What waits in the outbox for that channel is not sent any more.
    """
    roles.require(by, "contact_record.write")
    _declinable(channel)
    said = required(source, _("how they said so"), 200)
    row = locked(person, by)
    known = OptOut.objects.filter(person__in=register.family(row), channel=channel).first()
    if known is not None:
        return known
    made = OptOut.objects.create(person=row, channel=channel, source=said, by_name=by.name, at=at)
    record("person.decline", by=by, on=row, at=at, detail={"channel": channel})
    return made


@transaction.atomic
def allow_again(*, person: Person, channel: str, source: str, by: Actor, at: datetime) -> int:
    """Take a declined channel back because the person said so; how many rows went (0: none there was)."""
    roles.require(by, "contact_record.write")
    said = required(source, _("how they said so"), 200)
    row = locked(person, by)
    gone: int = OptOut.objects.filter(person__in=register.family(row), channel=channel).delete()[0]
    if gone:
        record("person.allow_again", by=by, on=row, at=at, detail={"channel": channel}, reason=said)
    return gone


@transaction.atomic
def set_address(
    *, person: Person, channel: str, address: str, whose: str = Recipient.SELF, by: Actor, at: datetime
) -> PersonAddress | None:
    """Keep an e-mail address, or the number of parents and family; "" takes it out. The same does nothing.

    The person's own numbers are kept with the register (`set_phones`).
    """
    roles.require(by, "person.change")
    _declinable(channel)
    if whose not in Recipient.values:
        raise Refused(_("Say whose address it is: the person's, or their parents' or family's."))
    if whose == Recipient.SELF and channel != MessageChannel.EMAIL:
        raise Refused(_("The person's own numbers are entered under “Phones”."))
    row = locked(person, by)
    held = PersonAddress.objects.filter(person__in=register.family(row), channel=channel, whose=whose)
    known = held.order_by("pk").first()
    read = _address(channel, address)
    if (known.address if known else "") == read:
        return known
    held.delete()
    record("person.address", by=by, on=row, at=at, detail={"channel": channel, "whose": whose})
    if not read:
        return None
    return PersonAddress.objects.create(
        person=row, channel=channel, whose=whose, address=read, address_hash=keys.phone_hash(read)
    )


def _declinable(channel: str) -> None:
    if channel not in DECLINABLE:
        raise Refused(
            _("Choose one of: %(choices)s.") % {"choices": "、".join(str(each.label) for each in DECLINABLE)}
        )


def _address(channel: str, text: str) -> str:
    given = text.strip()
    if not given:
        return ""
    if channel != MessageChannel.EMAIL:
        return mobile(given)
    try:
        validate_email(given)
    except ValidationError:
        raise Refused(_("This is not an e-mail address. It looks like name@example.cn.")) from None
    return given.lower()
