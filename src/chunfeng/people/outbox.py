"""The outbox of messages to people: each leaves by its channel, with retries, claimed by one worker at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import Refused
from chunfeng.people import channels
from chunfeng.people.channels import Channel, NotAccepted, Outgoing
from chunfeng.people.choices import SendState
from chunfeng.people.models import OptOut, PersonMessage
from chunfeng.people.queries import register
from chunfeng.tasking.delivery import COLUMNS, TROUBLE, Delivered, drain, note, words


def deliver(*, now: datetime) -> Delivered:
    """Send what is queued and due, each message in a transaction of its own; workers share the work.

    A message may be handed over twice only if the process dies between sending and noting it; its `key`
    is the same both times, and gateways that honour it drop the second.
    """
    with _open_channels() as opened:
        return drain(lambda: _deliver_next(opened, now))


@contextmanager
def _open_channels() -> Iterator[dict[str, Channel]]:
    opened: dict[str, Channel] = {}
    try:
        yield opened
    finally:
        for channel in opened.values():
            channel.close()


def _deliver_next(opened: dict[str, Channel], now: datetime) -> str | None:
    """Claim one message, send it and note how it went; None when nothing is due."""
    with scope.applied(SYSTEM):
        message = (
            PersonMessage.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("template", "office", "person")
            .filter(state=SendState.QUEUED, next_try_at__lte=now)
            .order_by("next_try_at", "pk")
            .first()
        )
        if message is None:
            return None
        if _declined(message):
            message.state, message.next_try_at = SendState.DECLINED, None
            message.save(update_fields=["state", "next_try_at"])
            return SendState.DECLINED
        reference, error, final = _send(message, opened)
        note(message, error, now, final=final)
        message.reference = reference or message.reference
        message.save(update_fields=[*COLUMNS, "reference"])
        return message.state


def _declined(message: PersonMessage) -> bool:
    """Whether the person said so since the message was written."""
    wanted = Q(channel=message.channel)
    if message.template is not None:
        wanted |= Q(channel=message.template.channel)
    return OptOut.objects.filter(wanted, person__in=register.family(message.person)).exists()


def _send(message: PersonMessage, opened: dict[str, Channel]) -> tuple[str, str, bool]:
    """Send one message: the gateway's number, what went wrong (without address), whether that is final."""
    office = message.office.name if message.office is not None else ""
    outgoing = Outgoing(
        key=key_of(message),
        address=str(message.address),
        text=str(message.text),
        subject=_("Message from %(office)s") % {"office": office} if office else _("Message"),
    )
    try:
        if message.channel not in opened:
            opened[message.channel] = channels.serving(message.channel)
        return opened[message.channel].send(outgoing) or outgoing.key, "", False
    except (Refused, *TROUBLE) as error:
        return "", words(error), isinstance(error, NotAccepted) and error.final


def key_of(message: PersonMessage) -> str:
    """The message's own name outside: the same at every attempt, and its reference where a gateway gives none."""
    return f"chunfeng-{message.pk}"
