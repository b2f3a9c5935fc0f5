"""One effect for one key: a request repeated over a bad line gets the first answer again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.core.models import IdempotencyKey

UNDER_WAY = 0
MAX_KEY = 80


class KeyReused(Refused):
    """The key already answered another request."""


@transaction.atomic
def once(
    *,
    key: str,
    route: str,
    body: bytes,
    act: Callable[[], tuple[int, dict[str, Any]]],
    by: Actor,
    at: datetime,
) -> tuple[int, dict[str, Any], bool]:
    """Run `act` for this key, or give the answer it gave before: (status, answer, repeated).

    A request with the same key at the same moment waits for the first one at the unique index; if the first
    is refused it leaves no row behind, and the second has its own try. Raises `KeyReused` for another body.
    """
    if by.user_id is None:
        raise ValueError("an idempotency key belongs to a user")
    digest = hashlib.sha256(body).hexdigest()
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(
                user_id_at=by.user_id,
                key=key,
                route=route,
                body_sha256=digest,
                status=UNDER_WAY,
                answer={},
                at=at,
            )
    except IntegrityError:
        known = IdempotencyKey.objects.get(user_id_at=by.user_id, key=key)
        if (known.route, known.body_sha256) != (route, digest):
            raise KeyReused(
                _("This Idempotency-Key was used for another request. Take a new key for each new report.")
            ) from None
        return known.status, known.answer, True
    row.status, row.answer = act()
    row.save(update_fields=["status", "answer"])
    return row.status, row.answer, False
