"""Figures of the register offered to those who file reports: the lengths of named lists (D6, C6).

A form names them in `prefill` as `register:people:FIGURE`. `FIGURES` says which list is behind each, so that a
page can lead from the figure to the people.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.queries import lists
from chunfeng.people.queries.lists import LISTS, Asked
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.suggestions import Counter, Offer, counter

FIGURES = {
    "locals_hit_province": "locals-hit-province",
    "natives_hit_province": "natives-hit-province",
    "returned": "returned",
    "away": "away",
    "leaving": "leaving",
    "unemployed": "unemployed",
    "hardship": "hardship",
}
PREFIX = "register:people:"


def asked_by(of: Obligation, today: date) -> Asked:
    """The question a report puts: its office's area, the days of its period, as far as they have come."""
    lo, hi = codes.code_range(of.area_code)
    office = Actor(name="", area_code=of.area_code, lo=lo, hi=hi, above=tuple(codes.ancestors(of.area_code)))
    return Asked(office, of.area_code, min(of.period_end, today), of.period_start)


def list_behind(prefills: tuple[str, ...]) -> str:
    """The list that a figure of a form can be counted from; "" where it is none of the register of people."""
    names = (way.removeprefix(PREFIX) for way in prefills if way.startswith(PREFIX))
    return next((FIGURES[name] for name in names if name in FIGURES), "")


def _register(figure: str, name: str) -> Counter:
    def count(of: Obligation, at: datetime) -> Offer | None:
        asked = asked_by(of, timezone.localdate(at))
        if LISTS[name].needs_affected and not asked.provinces:
            return None  # nobody declared which area is meant: not known is not zero
        source = _("Register of people: %(list)s") % {"list": LISTS[name].label}
        return Offer(lists.people(name, asked).count(), source)

    return counter(PREFIX + figure)(count)


for _figure, _name in FIGURES.items():
    _register(_figure, _name)
