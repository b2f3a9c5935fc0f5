"""The last periods of one office as a strip of small bars: height, shape and colour say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from chunfeng.reporting.choices import Standing

STEP = 10


@dataclass(frozen=True)
class Bar:
    """One period: where it stands in the picture, how it looks, what it says."""

    x: int
    look: str
    title: str


@dataclass(frozen=True)
class Strip:
    """All periods of one office."""

    cells: list[Bar]
    words: str

    @property
    def width(self) -> int:
        """Width of the picture in its own units."""
        return max(STEP * len(self.cells), STEP)


def strip(starts: Sequence[date], stood: Mapping[date, str]) -> Strip:
    """The bars in order of time; a period in which nothing was owed is a thin line."""
    bars = []
    for n, start in enumerate(starts):
        name = stood.get(start, "")
        word = str(Standing(name).label) if name else _("nothing owed")
        bars.append(Bar(n * STEP, name, f"{start:%m-%d} {word}"))
    answered = sum(name in (Standing.FILED, Standing.ZERO) for name in stood.values())
    late = sum(name == Standing.LATE for name in stood.values())
    missing = sum(name == Standing.MISSING for name in stood.values())
    words = _("Of the last %(all)s: %(answered)s in time, %(late)s late, %(missing)s missing") % {
        "all": len(stood), "answered": answered, "late": late, "missing": missing,
    }  # fmt: skip
    return Strip(bars, words)
