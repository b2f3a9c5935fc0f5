"""How long an office may take to take in an important situation. A setting of this system, not a rule of law."""

from __future__ import annotations

from datetime import datetime, timedelta

from chunfeng.offices.choices import Level

MINUTES: dict[str, int] = {
    Level.VILLAGE: 30,
    Level.TOWNSHIP: 30,
    Level.COUNTY: 30,
    Level.PREFECTURE: 60,
    Level.PROVINCE: 60,
    Level.COUNTRY: 120,
}
"""Minutes from sending to taking in, by the level of the office that takes it in."""


def due_at(level: str, sent_at: datetime) -> datetime:
    """The moment by which an office of this level has taken in what was sent at `sent_at`."""
    return sent_at + timedelta(minutes=MINUTES[level])
