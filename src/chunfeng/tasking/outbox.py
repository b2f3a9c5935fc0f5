"""The outbox: queued messages leave by e-mail or webhook, with retries."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
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
from chunfeng.tasking.delivery import BACK_OFF, COLUMNS, TROUBLE, Delivered, drain, note, words
from chunfeng.tasking.models import Message, OfficeChannel

__all__ = ["BACK_OFF", "Delivered", "deliver", "payload", "post", "secret", "signature"]


def deliver(*, now: datetime) -> Delivered:
    """Send what is queued and due, each message in a transaction of its own; two runs share the work.

    A message may arrive twice only if the process dies between sending and noting it; its id travels along
    (`Message-ID`, `id` in the JSON), so that the receiver can tell.
    """
    mail = get_connection(fail_silently=False, timeout=webhooks.TIMEOUT)
    try:
        return drain(lambda: _deliver_next(mail, now))
    finally:
        mail.close()


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
        note(message, pointless or _send(message, mail), now, final=bool(pointless))
        message.save(update_fields=COLUMNS)
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
    except (Refused, *TROUBLE) as error:
        return words(error)
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
