"""A notice's text cut into lines of pieces with what stands on them: duties, labels, doubtful places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from chunfeng.notices.models import Clause, Duty


@dataclass(slots=True)
class Piece:
    """A stretch from `at` on under the same marks. `first` are the duties that begin here (their anchor)."""

    at: int
    text: str
    duty: Duty | None = None
    first: list[Duty] = field(default_factory=list)
    label: Clause | None = None
    suspect: dict[str, Any] | None = None
    suspect_index: int = 0


@dataclass(slots=True)
class Line:
    """One line of the text; `clause` where one begins in it."""

    at: int
    pieces: list[Piece]
    clause: Clause | None = None


def lines(
    text: str, clauses: Sequence[Clause], duties: Sequence[Duty], suspects: Sequence[dict[str, Any]] = ()
) -> list[Line]:
    """Every character once, in order. Where duties overlap (split ones) the first carries the piece."""
    shown = [d for d in duties if d.state != "dropped" and d.end > d.start]
    labels = {c.start: c for c in clauses if c.label}
    cuts = {0, len(text)}
    for start, end in _spans(shown, clauses, suspects):
        cuts |= {min(max(start, 0), len(text)), min(max(end, 0), len(text))}
    for at, sign in enumerate(text):
        if sign == "\n":
            cuts |= {at, at + 1}
    order = sorted(cuts)
    by_start = sorted(shown, key=lambda d: (d.start, d.position, d.pk))
    starts = [d.start for d in by_start]
    begun: dict[int, list[Duty]] = {}
    for duty in by_start:
        begun.setdefault(max(duty.start, 0), []).append(duty)
    found = [Line(0, [])]
    for start, end in pairwise(order):
        if text[start:end] == "\n":
            found.append(Line(end, []))
            continue
        piece = Piece(start, text[start:end], duty=_over(by_start, starts, start), first=begun.get(start, []))
        if start in labels:
            piece.label = found[-1].clause = labels[start]
        for index, place in enumerate(suspects):
            if place["at"] <= start < place["at"] + max(len(place["text"]), 1) and not place.get("settled"):
                piece.suspect, piece.suspect_index = place, index
        found[-1].pieces.append(piece)
    return found


def _spans(duties: Sequence[Duty], clauses: Sequence[Clause], suspects: Sequence[dict[str, Any]]) -> Any:
    yield from ((d.start, d.end) for d in duties)
    yield from ((c.start, c.start + len(c.label)) for c in clauses if c.label)
    yield from ((p["at"], p["at"] + len(p["text"])) for p in suspects)


def _over(by_start: list[Duty], starts: list[int], at: int) -> Duty | None:
    """The duty whose stretch holds this place; duties are short, so a few steps back suffice."""
    last = bisect_right(starts, at)
    for duty in reversed(by_start[max(0, last - 12) : last]):
        if duty.start <= at < duty.end:
            return next(d for d in by_start if (d.start, d.end) == (duty.start, duty.end))
    return None
