"""The outbox: queued messages leave by e-mail or webhook, with retries."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import logging
import socket
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from chunfeng.core import crypto, scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import Refused
from chunfeng.tasking.choices import Channel, MessageState
from chunfeng.tasking.models import Message, OfficeChannel

log = logging.getLogger(__name__)
BATCH = 100
TIMEOUT = 10
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
    """Send what is queued and due. A batch is held by row locks, so two runs share the work.

    A message may arrive twice if the process dies between sending and noting it; its id travels along
    (`Message-ID`, `id` in the JSON), so that the receiver can tell.
    """
    counts = {MessageState.SENT: 0, MessageState.QUEUED: 0, MessageState.FAILED: 0}
    while True:
        with scope.applied(SYSTEM):
            batch = list(
                Message.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("to")
                .filter(state=MessageState.QUEUED, next_try_at__lte=now)
                .order_by("next_try_at", "pk")[:BATCH]
            )
            if not batch:
                break
            _send_batch(batch, now)
            Message.objects.bulk_update(batch, ["state", "attempts", "next_try_at", "error", "sent_at"])
        for message in batch:
            counts[MessageState(message.state)] += 1
    return Delivered(counts[MessageState.SENT], counts[MessageState.QUEUED], counts[MessageState.FAILED])


def _send_batch(batch: Sequence[Message], now: datetime) -> None:
    mail = get_connection(fail_silently=False, timeout=TIMEOUT)
    try:
        for message in batch:
            error = _send(message, mail)
            message.attempts += 1
            message.error = error[:300]
            if not error:
                message.state, message.sent_at, message.next_try_at = MessageState.SENT, now, None
            elif message.attempts > len(BACK_OFF) or message.to is None:
                message.state, message.next_try_at = MessageState.FAILED, None
            else:
                message.next_try_at = now + BACK_OFF[message.attempts - 1]
    finally:
        mail.close()


def _send(message: Message, mail: BaseEmailBackend) -> str:
    """Send one message; the empty text, or what went wrong, without the address."""
    channel = message.to
    if channel is None or not channel.active:
        message.to = None
        return _("The address was removed.")
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
    except (OSError, ValueError) as error:  # smtplib's and urllib's errors are OSErrors
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
    """POST JSON to the webhook, signed. Raises OSError unless the answer is 2xx; follows no redirect."""
    url = check_url(str(channel.address))
    body = json.dumps(data, ensure_ascii=False).encode()
    request = urllib.request.Request(
        url,
        data=body,
        method="POST",
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Chunfeng",
            "X-Chunfeng-Signature": signature(channel, body),
            "Idempotency-Key": f"message-{data['id']}",
        },
    )
    with _opener.open(request, timeout=TIMEOUT) as answer:
        answer.read(1024)


def check_url(url: str) -> str:
    """The address itself if it is http(s) to another machine. Raises `Refused`."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(_("A webhook address begins with https:// or http:// and names a machine."))
    if getattr(settings, "WEBHOOK_LOOPBACK", False):
        return url
    try:
        found = {info[4][0] for info in socket.getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)}
    except OSError:
        return url  # not known now; the delivery will say so
    for address in map(ipaddress.ip_address, found):
        if address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast:
            raise Refused(_("A webhook may not point at this machine itself."))
    return url


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other that is not 2xx: an error."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)
