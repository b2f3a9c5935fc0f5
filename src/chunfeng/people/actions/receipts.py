"""What gateways tell afterwards: delivered, failed, and what people replied."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from chunfeng.core import crypto, scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM
from chunfeng.core.identifiers import BadIdentifier, mobile
from chunfeng.people import keys
from chunfeng.people.actions.addresses import DECLINABLE, decline
from chunfeng.people.choices import MessageChannel, SendState
from chunfeng.people.models import Person, PersonAddress, PersonMessage, PersonPhone
from chunfeng.people.queries import register

_KEY = re.compile(r"chunfeng-(\d{1,18})")
_LONG_NUMBER = re.compile(r"\d{7,}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one message, by the gateway's number for it or by our own key."""

    reference: str
    delivered: bool
    at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote back."""

    address: str
    text: str


def secret(channel: str) -> str:
    """The key with which a gateway signs its posts to us."""
    return crypto.lookup(channel, "receipts")


@transaction.atomic
def take_receipts(*, channel: str, receipts: Sequence[Receipt], at: datetime) -> dict[str, int]:
    """Note deliveries and failures; how many were new, known already and not ours. Sent again they change nothing.

    A delivery stands: a failure told later about the same message does not undo it. A delivery told of a
    message that is still waiting (its worker died before noting it) stops it from going out again.
    """
    counts: Counter[str] = Counter()
    with scope.applied(SYSTEM):
        for receipt in sorted(receipts, key=lambda each: each.reference):
            counts[_take(channel, receipt, at)] += 1
        if counts["new"]:
            record("message.receipts", by=SYSTEM, at=at, detail={"channel": channel, **counts})
    return {name: counts[name] for name in ("new", "known", "unknown")}


def _take(channel: str, receipt: Receipt, at: datetime) -> str:
    message = _message(channel, receipt.reference)
    if message is None:
        return "unknown"
    settled = message.state in (SendState.DELIVERED, SendState.DECLINED)
    if settled or (not receipt.delivered and message.state == SendState.FAILED):
        return "known"
    if receipt.delivered:
        message.state, message.error = SendState.DELIVERED, ""
        message.delivered_at = receipt.at or at
        message.sent_at = message.sent_at or message.delivered_at
    else:
        message.state = SendState.FAILED
        told = _LONG_NUMBER.sub("***", receipt.error.replace("\0", "")).strip()
        message.error = told[:300] or _("The gateway could not deliver it.")
    message.next_try_at = None
    message.attempts = max(message.attempts, 1)
    message.save(update_fields=["state", "error", "delivered_at", "sent_at", "next_try_at", "attempts"])
    return "new"


@transaction.atomic
def take_replies(*, channel: str, replies: Iterable[Reply], at: datetime) -> int:
    """Words like “退订” decline the channel for everybody with that number; how many people that were.

    Other replies are not kept: nobody asked for them, and nobody promised to read them.
    """
    if channel not in DECLINABLE:
        return 0
    stops = {_word(word) for word in settings.STOP_WORDS}
    numbers = {reply.address for reply in replies if _word(reply.text) in stops}
    with scope.applied(SYSTEM):
        people = {pk for number in numbers for pk in _holders(channel, number)}
        rows = Person.objects.filter(pk__in=people)
        standing = {each.pk: each for row in rows if (each := register.survivor(row)) is not None}
        for _pk, person in sorted(standing.items()):
            decline(person=person, channel=channel, source=_("Reply to a message"), by=SYSTEM, at=at)
    return len(standing)


def _message(channel: str, reference: str) -> PersonMessage | None:
    """The message of the reference, locked; the newest where a gateway used its number again."""
    if not reference:
        return None
    rows = PersonMessage.objects.select_for_update(of=("self",)).filter(channel=channel)
    own = _KEY.fullmatch(reference)
    found = Q(reference=reference) | Q(pk=int(own[1])) if own else Q(reference=reference)
    return rows.filter(found).order_by("-pk").first()


def _holders(channel: str, address: str) -> set[int]:
    """Everybody with the number or address."""
    try:
        read = address.strip().lower() if channel == MessageChannel.EMAIL else mobile(address)
    except BadIdentifier:
        return set()
    hashes = keys.phone_hashes(read)
    own = PersonPhone.objects.filter(number_hash__in=hashes).values_list("person_id", flat=True)
    other = PersonAddress.objects.filter(address_hash__in=hashes).values_list("person_id", flat=True)
    return {*own, *other}


def _word(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()
