"""What every outbox shares: one message after another until nothing is due, waits after failures, safe words.

A row of an outbox has `state`, `attempts`, `next_try_at`, `error` and `sent_at`; each is claimed with
`select_for_update(skip_locked=True)` in a transaction of its own, so that workers share the work and a
killed one leaves its message to the next.
"""

from __future__ import annotations

import http.client
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chunfeng.core.errors import Refused
from chunfeng.tasking.choices import MessageState

BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""Waits after the first, second, … failure; after the last one the message has failed for good."""
COLUMNS = ("state", "attempts", "next_try_at", "error", "sent_at")
TROUBLE = (OSError, ValueError, http.client.HTTPException)  # smtplib's errors are OSErrors
"""What goes wrong on the way out and may go right the next time."""
_LONG_NUMBER = re.compile(r"\d{7,}")


class Row(Protocol):
    """What an outbox row must have."""

    state: str
    attempts: int
    next_try_at: datetime | None
    error: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one run did with queued messages."""

    sent: int
    postponed: int
    failed: int


def drain(step: Callable[[], str | None]) -> Delivered:
    """Repeat `step`, which sends one message and tells its new state, until it returns None."""
    counts: Counter[str] = Counter()
    while (state := step()) is not None:
        counts[state] += 1
    return Delivered(
        counts[MessageState.SENT],
        counts[MessageState.QUEUED],
        counts.total() - counts[MessageState.SENT] - counts[MessageState.QUEUED],
    )


def note(row: Row, error: str, now: datetime, *, final: bool = False) -> None:
    """Write into the row how the attempt went: sent, to be tried again, or failed for good."""
    row.attempts += 1
    row.error = error[:300].replace("\0", "")
    if not error:
        row.state, row.sent_at, row.next_try_at = MessageState.SENT, now, None
    elif final or row.attempts > len(BACK_OFF):
        row.state, row.next_try_at = MessageState.FAILED, None
    else:
        row.next_try_at = now + BACK_OFF[row.attempts - 1]


def words(error: Exception) -> str:
    """What went wrong, without addresses: host names, numbers of people and texts stay out."""
    if isinstance(error, Refused):
        return str(error)
    why = getattr(error, "reason", "") or getattr(error, "strerror", "") or ""
    return f"{type(error).__name__}: {_LONG_NUMBER.sub('***', str(why))}"
