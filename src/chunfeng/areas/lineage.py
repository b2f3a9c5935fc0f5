"""What became of a code: from the day it was reported to another day, with figures folded along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from . import codes
from .choices import ChangeKind


@dataclass(frozen=True)
class Link:
    """One row of AreaChange, as this module needs it."""

    old: str
    new: str
    on: date
    kind: str
    share: Fraction | None = None


@dataclass(frozen=True)
class Place:
    """Where a part of an area's figures stands. Not `exact`: at the area above, the parts are unknown."""

    code: str
    share: Fraction
    exact: bool = True


@dataclass
class Folded:
    """Figures on the codes of another day. The sum is that of the figures put in.

    `kept_above` tells how much of a total stands at an area only because nobody knows its parts.
    """

    totals: dict[str, int] = field(default_factory=dict)
    kept_above: dict[str, int] = field(default_factory=dict)


class Lineage:
    """All links, ready to be followed."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._by_old: dict[str, dict[date, list[Link]]] = defaultdict(lambda: defaultdict(list))
        for link in links:
            self._by_old[link.old][link.on].append(link)

    def places(self, code: str, since: date, until: date) -> list[Place]:
        """Where the figures of `code`, reported on `since`, stand on `until`. The shares sum to 1."""
        step = self._next(code, since, until)
        if step is None:
            return [Place(code, Fraction(1))]
        on, parts = step
        merged: dict[tuple[str, bool], Fraction] = defaultdict(Fraction)
        for part in parts:
            for place in self.places(part.code, on, until):
                merged[place.code, part.exact and place.exact] += part.share * place.share
        return [Place(code, share, exact) for (code, exact), share in merged.items()]

    def fold(self, values: Mapping[str, int], since: date, until: date) -> Folded:
        """Whole numbers by code, reported on `since`, on the codes of `until`."""
        folded = Folded()
        for code, value in values.items():
            places = self.places(code, since, until)
            for place, amount in zip(places, _whole(value, [place.share for place in places]), strict=True):
                folded.totals[place.code] = folded.totals.get(place.code, 0) + amount
                if not place.exact:
                    folded.kept_above[place.code] = folded.kept_above.get(place.code, 0) + amount
        return folded

    def _next(self, code: str, since: date, until: date) -> tuple[date, list[Place]] | None:
        """The first change that touches the code: its own, else that of the nearest area above."""
        found: tuple[date, str, list[Link]] | None = None
        for owner in [code, *reversed(codes.ancestors(code))]:
            for on, links in self._by_old.get(owner, {}).items():
                real = [link for link in links if link.old != link.new or link.kind == ChangeKind.SPLIT]
                if real and since < on <= until and (found is None or on < found[0]):
                    found = (on, owner, real)
        if found is None:
            return None
        on, owner, links = found
        return on, _own(code, links) if owner == code else _inherited(code, owner, links)


def _own(code: str, links: list[Link]) -> list[Place]:
    if len(links) == 1 and links[0].kind != ChangeKind.SPLIT:
        return [Place(links[0].new, Fraction(1))]
    shares = [link.share for link in links if link.share is not None]
    if len(shares) == len(links) and sum(shares) == 1:
        return [Place(link.new, share) for link, share in zip(links, shares, strict=True)]
    return [Place(_common([code, *(link.new for link in links)]), Fraction(1), exact=False)]


def _inherited(code: str, owner: str, links: list[Link]) -> list[Place]:
    """An area inside one that changed: it moves along with a new code, else only the area above is sure."""
    if len(links) == 1 and links[0].kind == ChangeKind.RECODE:
        try:
            return [Place(codes.rebase(code, owner, links[0].new), Fraction(1))]
        except codes.BadCode:
            return [Place(links[0].new, Fraction(1), exact=False)]
    if len(links) == 1:
        return [Place(links[0].new, Fraction(1), exact=False)]
    return [Place(_common([owner, *(link.new for link in links)]), Fraction(1), exact=False)]


def _common(several: list[str]) -> str:
    """The smallest area that contains all of them."""
    for above in reversed([*codes.ancestors(several[0]), several[0]]):
        if all(codes.contains(above, code) for code in several):
            return above
    return codes.COUNTRY


def _whole(value: int, shares: list[Fraction]) -> list[int]:
    """The value in whole parts by share, largest remainders first; the parts sum to the value."""
    exact = [value * share for share in shares]
    parts = [int(amount // 1) for amount in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: value - sum(parts)]:
        parts[i] += 1
    return parts
