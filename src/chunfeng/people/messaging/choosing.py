"""Which template speaks to whom: the nearest destination, then the nearest home, office, then the newest.

Of two equally near the one wins that says more of what is known (the day of release, the destination).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol, TypeVar

from chunfeng.areas import codes
from chunfeng.people.messaging import placeholders


class Candidate(Protocol):
    """What the choice looks at; `MessageTemplate` and the shipped templates have it."""

    @property
    def pk(self) -> int: ...
    @property
    def area_code(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def home(self) -> str: ...
    @property
    def destination(self) -> str: ...
    @property
    def valid_from(self) -> date: ...


T = TypeVar("T", bound=Candidate)


def fitting(candidates: Iterable[T], home: str, destination: str) -> list[T]:
    """The templates for somebody from `home` who goes to `destination` ("" where not known).

    A template for a destination never speaks to people whose destination is elsewhere or unknown.
    """
    return [
        each for each in candidates if _covers(each.destination, destination) and _covers(each.home, home)
    ]


def choose(candidates: Iterable[T], values: Mapping[str, str]) -> T | None:
    """The most specific of the fitting templates for whose placeholders there are values; None without one."""
    complete = [each for each in candidates if not placeholders.missing(each.text, values)]
    return max(complete, key=_nearness, default=None)


def _covers(wanted: str, code: str) -> bool:
    if not wanted:
        return True
    return bool(code) and codes.contains(wanted, code)


def _nearness(each: Candidate) -> tuple[int, int, int, int, date, int]:
    """Longer prefixes are nearer, "" (everywhere) is the farthest; then what speaks of more that is known."""
    special = [code for code in placeholders.used(each.text) if not placeholders.PLACEHOLDERS[code].always]
    return (
        _depth(each.destination),
        _depth(each.home),
        _depth(each.area_code),
        len(special),
        each.valid_from,
        each.pk,
    )


def _depth(code: str) -> int:
    return codes.level(code) + 1 if code else 0
