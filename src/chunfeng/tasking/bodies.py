"""Bodies named in duties, found in the directory; each question is asked once in a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from chunfeng.areas import codes
from chunfeng.notices.models import Duty
from chunfeng.offices import addressing, queries
from chunfeng.offices.choices import Level
from chunfeng.offices.models import Office

_COUNTY = 6
"""Digits of a code down to the county."""
_HIGH = frozenset({Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, addressing.CITY})


@dataclass(slots=True)
class Bodies:
    """Resolves names near addressees, within the range the issuer may task; counts what was not found."""

    lo: str
    hi: str
    known: dict[tuple[str, str], Office | None] = field(default_factory=dict)
    wide: dict[str, bool] = field(default_factory=dict)
    missing: Counter[tuple[int, str]] = field(default_factory=Counter)

    @classmethod
    def within(cls, issuer: Office) -> Bodies:
        """For the duties of an office: it tasks nobody outside its own area."""
        return cls(*codes.code_range(issuer.area_code))

    def find(self, duty: Duty, name: str, near: Office) -> Office | None:
        """The office a name means near an addressee, or None, which is counted."""
        if name not in self.wide:
            self.wide[name] = _same_in_a_county(name)
        key = (name, near.area_code[:_COUNTY] if self.wide[name] else str(near.pk))
        if key not in self.known:
            found = queries.resolve_body(name, near=near)
            self.known[key] = found if found and self.lo <= found.area_code < self.hi else None
        if self.known[key] is None:
            self.missing[duty.pk, name] += 1
        return self.known[key]


def _same_in_a_county(name: str) -> bool:
    """Whether all addressees of one county mean the same office: 市财政局, 县指挥部, not 本局 or 镇政府."""
    item = addressing.read_item(addressing.tidy(name))
    if item.body is None and not item.name:
        return not item.text.startswith(("本", "我"))
    return bool(item.places) and set(item.places) <= _HIGH
