"""What need not be kept: answers to old requests, sessions that ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM
from chunfeng.core.models import IdempotencyKey, Session

KEYS_KEPT = timedelta(days=30)
"""A client that was away for weeks may still send its report again."""
BATCH = 5000


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many rows one run removed."""

    keys: int
    sessions: int


def clear(*, now: datetime) -> Cleared:
    """Remove idempotency keys older than `KEYS_KEPT` and sessions past their end, a batch at a time."""
    done = Cleared(
        _in_batches(IdempotencyKey, at__lt=now - KEYS_KEPT), _in_batches(Session, expire_date__lt=now)
    )
    if done.keys or done.sessions:
        with scope.applied(SYSTEM):
            record("upkeep.clear", by=SYSTEM, at=now, detail={"keys": done.keys, "sessions": done.sessions})
    return done


def _in_batches(model: type[IdempotencyKey] | type[Session], **old: datetime) -> int:
    count = 0
    while True:
        with scope.applied(SYSTEM):
            keys: Any = model._base_manager.filter(**old).values("pk")[:BATCH]
            removed, _kinds = model._base_manager.filter(pk__in=keys).delete()
        count += removed
        if removed < BATCH:
            return count
