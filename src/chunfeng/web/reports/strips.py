"""The last periods of one office as a strip of small bars: height, shape and colour say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from chunfeng.reporting.choices import Standing

STEP = 10
SHAPES = {
    Standing.FILED: "M{l} 22V4h8v18z",
    Standing.ZERO: "M{l} 22v-8h8v8z",
    Standing.LATE: "M{l} 22V9h8v13z",
    Standing.MISSING: "M{l} 22V2h8v20z",
    Standing.RETURNED: "M{l} 22V8l8 14z",
    Standing.EXEMPT: "M{l} 22v-4h8v4z",
    Standing.DUE: "M{l} 22V4h8v18z",
}
NOTHING = "M{l} 22v-2h8v2z"
NAMED = (Standing.MISSING, Standing.LATE, Standing.RETURNED)
"""Standings whose days are told in words."""


@dataclass(frozen=True)
class Strip:
    """All periods of one office: one path a standing, and the same in words."""

    paths: list[tuple[str, str]]
    words: str
    width: int


def strip(starts: Sequence[date], stood: Mapping[date, str]) -> Strip:
    """The bars in order of time; a period in which nothing was owed is a thin line."""
    found: dict[str, str] = {}
    for n, start in enumerate(starts):
        name = stood.get(start, "")
        found[name] = found.get(name, "") + SHAPES.get(name, NOTHING).format(l=n * STEP + 1)  # type: ignore[call-overload]
    answered = sum(name in (Standing.FILED, Standing.ZERO) for name in stood.values())
    late = sum(name == Standing.LATE for name in stood.values())
    missing = sum(name == Standing.MISSING for name in stood.values())
    words = _("Of the last %(all)s: %(answered)s in time, %(late)s late, %(missing)s missing") % {
        "all": len(stood), "answered": answered, "late": late, "missing": missing,
    }  # fmt: skip
    loud = [f"{day:%m-%d} {Standing(stood[day]).label}" for day in starts if stood.get(day) in NAMED]
    return Strip(list(found.items()), " · ".join([words, *loud]), max(STEP * len(starts), STEP))


def sample(name: str) -> str:
    """The shape of one standing, for the key under the list."""
    return SHAPES[Standing(name)].format(l=1)
