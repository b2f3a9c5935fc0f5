"""The outbox: queued messages leave by e-mail or webhook, with retries."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from chunfeng.core import crypto, scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import Refused
from chunfeng.tasking import webhooks
from chunfeng.tasking.choices import Channel, MessageState, TaskState
from chunfeng.tasking.models import Message, OfficeChannel

BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""Waits after the first, second, … failure; after the last one the message has failed for good."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one run did with queued messages."""

    sent: int
    postponed: int
    failed: int


def deliver(*, now: datetime) -> Delivered:
    """Send what is queued and due, each message in a transaction of its own; two runs share the work.

    A message may arrive twice only if the process dies between sending and noting it; its id travels along
    (`Message-ID`, `id` in the JSON), so that the receiver can tell.
    """
    counts = {MessageState.SENT: 0, MessageState.QUEUED: 0, MessageState.FAILED: 0}
    mail = get_connection(fail_silently=False, timeout=webhooks.TIMEOUT)
    try:
        while (state := _deliver_next(mail, now)) is not None:
            counts[state] += 1
    finally:
        mail.close()
    return Delivered(counts[MessageState.SENT], counts[MessageState.QUEUED], counts[MessageState.FAILED])


def _deliver_next(mail: BaseEmailBackend, now: datetime) -> MessageState | None:
    """Claim one message, send it and note how it went; None when nothing is due."""
    with scope.applied(SYSTEM):
        message = (
            Message.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("to", "task")
            .filter(state=MessageState.QUEUED, next_try_at__lte=now)
            .order_by("next_try_at", "pk")
            .first()
        )
        if message is None:
            return None
        pointless = _pointless(message)
        error = pointless or _send(message, mail)
        message.attempts += 1
        message.error = error[:300].replace("\0", "")
        if not error:
            message.state, message.sent_at, message.next_try_at = MessageState.SENT, now, None
        elif message.attempts > len(BACK_OFF) or pointless:
            message.state, message.next_try_at = MessageState.FAILED, None
        else:
            message.next_try_at = now + BACK_OFF[message.attempts - 1]
        message.save(update_fields=["state", "attempts", "next_try_at", "error", "sent_at"])
        return MessageState(message.state)


def _pointless(message: Message) -> str:
    """Why the message is never to be sent; the empty text if it is."""
    if message.to is None or not message.to.active:
        return _("The address was removed.")
    if message.task is not None and message.task.state == TaskState.WITHDRAWN:
        return _("The notice was withdrawn.")
    return ""


def _send(message: Message, mail: BaseEmailBackend) -> str:
    """Send one message; the empty text, or what went wrong, without the address."""
    channel = message.to
    assert channel is not None
    try:
        if message.channel == Channel.EMAIL:
            EmailMessage(
                message.subject,
                message.body,
                settings.DEFAULT_FROM_EMAIL,
                [str(channel.address)],
                headers={"Message-ID": f"<message-{message.pk}@chunfeng>"},
                connection=mail,
            ).send()
        else:
            post(channel, payload(message))
    except Refused as refusal:
        return str(refusal)
    except (OSError, ValueError, http.client.HTTPException) as error:  # smtplib's errors are OSErrors
        return (
            f"{type(error).__name__}: {getattr(error, 'reason', '') or getattr(error, 'strerror', '') or ''}"
        )
    return ""


def payload(message: Message) -> dict[str, Any]:
    """What a webhook receives."""
    return {
        "id": message.pk,
        "office": message.office_id,
        "task": message.task_id,
        "for_leader": message.for_leader,
        "subject": message.subject,
        "text": message.body,
        "created_at": message.created_at.isoformat(),
    }


def secret(channel: OfficeChannel) -> str:
    """The key with which a webhook's posts are signed; shown to the office that owns the channel."""
    return crypto.lookup(f"{channel.pk}", "webhook")


def signature(channel: OfficeChannel, body: bytes) -> str:
    """HMAC-SHA-256 of the body, as the header `X-Chunfeng-Signature: sha256=…` carries it."""
    return "sha256=" + hmac.new(secret(channel).encode(), body, hashlib.sha256).hexdigest()


def post(channel: OfficeChannel, data: dict[str, Any]) -> None:
    """POST JSON to the webhook, signed. Raises what `webhooks.post` raises."""
    body = json.dumps(data, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Chunfeng",
        "X-Chunfeng-Signature": signature(channel, body),
        "Idempotency-Key": f"message-{data['id']}",
    }
    webhooks.post(str(channel.address), body, headers)
