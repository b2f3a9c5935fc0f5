"""Who holds the telephone: with what its sealed store is opened again after a log-in, and how forms are sent."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import get_language

from chunfeng.core import crypto
from chunfeng.web.phone.answers import answering


@dataclass(frozen=True)
class Holder:
    """The user and posting, and the secret under which the phone lays its own key down, with its short name.

    The secret never rests on the phone: what a user left unsent can be read again only after that same user
    has logged in. `seal_id` changes when the installation's key does.
    """

    user: int
    posting: int
    seal: str
    seal_id: str


def holder(request: HttpRequest) -> Holder:
    """Of a request with a user."""
    user = request.user.pk
    secret = crypto.derived(f"phone-{user}")
    return Holder(
        user=user,
        posting=request.actor.posting_id if request.actor else 0,
        seal=base64.b64encode(secret).decode(),
        seal_id=hashlib.sha256(secret).hexdigest()[:12],
    )


@answering("")
def token(request: HttpRequest) -> dict[str, Any]:
    """Who is logged in here, asked by a page that came from the phone's own store."""
    who = holder(request)
    return {
        "user": who.user,
        "posting": who.posting,
        "seal": who.seal,
        "seal_id": who.seal_id,
        "csrf": get_token(request),
        "language": get_language(),
        "now": timezone.now().isoformat(),
    }
