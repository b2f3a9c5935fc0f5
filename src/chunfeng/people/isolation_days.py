"""Counting the days of an isolation. Pure: what was recorded goes in, the earliest day of release comes out.

The rule, as shipped with the placement rules (E1): so many *full* days without symptoms, then release.

- A day counts once it is over, when it has a record and no record in force speaks of symptoms.
- A day with symptoms counts nothing and everything before it is lost: the count begins anew on the next day,
  with the full number of days.
- A day without a record does not count; the count goes on where it stood. Silence is never a healthy day.
- The first day counts like any other; nobody is released before it and as many days as are needed are over.
- A record that another one corrects is out of force. Of the records of a day one with symptoms decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Day(StrEnum):
    """What a day of an isolation is."""

    CLEAR = "clear"
    SYMPTOMS = "symptoms"
    MISSING = "missing"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Look:
    """One record: the day it speaks of, whether without symptoms, and the record it puts right, if any."""

    pk: int
    on: date
    clear: bool
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Where an isolation stands on a day.

    `full` of `needed` full days without symptoms; `release_on` is the earliest day of release, if every day
    from now on is recorded without symptoms; `days` is every day from the first to the last shown.
    """

    full: int
    needed: int
    release_on: date
    days: tuple[tuple[date, Day], ...]
    missing: tuple[date, ...]
    last_symptoms: date | None

    @property
    def done(self) -> bool:
        """Whether the days are full, so that the release can be decided."""
        return self.full >= self.needed


def in_force(looks: Iterable[Look]) -> list[Look]:
    """The records that no other one corrects, in the order of their days."""
    rows = list(looks)
    corrected = {look.corrects for look in rows}
    return sorted((look for look in rows if look.pk not in corrected), key=lambda look: (look.on, look.pk))


def count(looks: Iterable[Look], *, starts_on: date, first: int, again: int, today: date) -> Count:
    """Count the days from `starts_on` to yesterday; what today brings can only set the count back.

    `first` full days are needed, or `again` once symptoms set the count back (after a move within the days
    `first` is what remained of them). Both are at least 1.
    """
    states = _states(in_force(looks))
    full, needed, release_on, last, missing = 0, first, starts_on + timedelta(first), None, []
    for day in _from_to(starts_on, today):
        state = states.get(day)
        if state == Day.SYMPTOMS:
            full, needed, last = 0, again, day
        elif day == today:
            continue
        elif state == Day.CLEAR:
            full += 1
            if full == needed:
                release_on = day + timedelta(1)
        else:
            missing.append(day)
    if full < needed:
        begins = today + timedelta(1) if last == today else max(today, starts_on)
        release_on = begins + timedelta(needed - full)
    until = max(release_on, today + timedelta(1))
    shown = tuple((day, _shown(states.get(day), day, today)) for day in _from_to(starts_on, until, end=False))
    return Count(full, needed, release_on, shown, tuple(missing), last)


def _states(looks: Sequence[Look]) -> dict[date, Day]:
    found: dict[date, Day] = {}
    for look in looks:
        if not look.clear or look.on not in found:
            found[look.on] = Day.CLEAR if look.clear else Day.SYMPTOMS
    return found


def _shown(state: Day | None, day: date, today: date) -> Day:
    if state is not None and day <= today:
        return state
    return Day.MISSING if day < today else Day.AHEAD


def _from_to(start: date, stop: date, *, end: bool = True) -> list[date]:
    return [start + timedelta(n) for n in range((stop - start).days + end)]
