"""Where gateways report what became of messages to people, and what people replied."""

from __future__ import annotations

import hashlib
import hmac
import time
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router, Schema
from ninja.security import APIKeyHeader
from pydantic import Field

from chunfeng.api.types import Plain
from chunfeng.people.actions import receipts

router = Router(tags=["messages"])
CHANNELS = "^(sms|email|chat)$"
LATEST = 300
"""Seconds after which a signed post is too old."""
MOST_BYTES = 1_000_000


class ByGateway(APIKeyHeader):
    """`sha256=` and the HMAC-SHA-256 of `X-Chunfeng-Timestamp`, a dot and the body, under the channel's key.

    The key is printed by `chunfeng message key CHANNEL`; the timestamp is in seconds and at most five minutes old.
    """

    param_name = "X-Chunfeng-Signature"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        stamp = request.headers.get("X-Chunfeng-Timestamp", "")
        channel = request.resolver_match.kwargs.get("channel", "")
        if not key or not stamp.isascii() or not stamp.isdecimal() or len(stamp) > 12:
            return None
        if abs(time.time() - int(stamp)) > LATEST or len(request.body) > MOST_BYTES:
            return None
        return hmac.compare_digest(signature(channel, stamp, request.body).encode(), key.encode())


def signature(channel: str, stamp: str, body: bytes) -> str:
    """What a gateway sends as `X-Chunfeng-Signature`."""
    signed = stamp.encode() + b"." + body
    return "sha256=" + hmac.new(receipts.secret(channel).encode(), signed, hashlib.sha256).hexdigest()


class ReceiptIn(Schema):
    """One message, by the number the gateway gave for it or by the `key` it was handed over with."""

    reference: Annotated[Plain, Field(min_length=1, max_length=120)]
    delivered: bool
    at: datetime | None = None
    error: Annotated[Plain, Field(max_length=300)] = ""


class ReplyIn(Schema):
    """What somebody wrote back. Only words by which people decline are acted upon; nothing else is kept."""

    address: Annotated[Plain, Field(min_length=1, max_length=120)]
    text: Annotated[Plain, Field(max_length=500)]


class ReceiptsIn(Schema):
    receipts: list[ReceiptIn] = Field(default_factory=list, max_length=1000)
    replies: list[ReplyIn] = Field(default_factory=list, max_length=1000)


class ReceiptsOut(Schema):
    """How many receipts were new, known already, and of no message of ours; how many people declined."""

    new: int
    known: int
    unknown: int
    declined: int


@router.post(
    "/{channel}/receipts",
    response=ReceiptsOut,
    auth=ByGateway(),
    summary="Report deliveries, failures and replies; may be sent again",
)
def take_receipts(
    request: HttpRequest, channel: Annotated[str, Path(pattern=CHANNELS)], body: ReceiptsIn
) -> dict[str, int]:
    """A delivery stands. The same post again has no further effect."""
    at = timezone.now()
    told = [
        receipts.Receipt(each.reference, each.delivered, _aware(each.at), each.error)
        for each in body.receipts
    ]
    counts = receipts.take_receipts(channel=channel, receipts=told, at=at)
    replies = [receipts.Reply(each.address, each.text) for each in body.replies]
    return counts | {"declined": receipts.take_replies(channel=channel, replies=replies, at=at)}


def _aware(at: datetime | None) -> datetime | None:
    """A time without zone is the site's own."""
    return timezone.make_aware(at) if at is not None and timezone.is_naive(at) else at
