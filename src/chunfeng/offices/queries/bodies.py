"""Which office a document means by 市人社局, 我局 or 本级财政部门."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.offices import addressing
from chunfeng.offices.addressing import Body
from chunfeng.offices.choices import Level, Line
from chunfeng.offices.models import Office
from chunfeng.offices.queries.tree import inside

LEVEL_OF_CODE = dict(enumerate(Level))
"""codes.level(code) → level of an office that stands there."""
MUNICIPALITIES = ("11", "12", "31", "50")

_SELF = re.compile("(?:我|本)(?:局|厅|委|部|中心|院|所|办|单位|机关|站|校)(?:.{1,12}(?:科|股|处|室|司))?")
_OURS = re.compile("^(?:我|本|全|该)(?=[省市州盟县区旗乡镇村])|^本级|^同级|^(?:当地|属地)")
_SECTION = re.compile("(?<=[局厅委部心府])[^局厅委府]{0,12}(?:科|股|处|室|司|办)$")
_UNIT_ALONE = frozenset({"局", "厅", "委", "部", "中心", "办", "所", "院"})
_CITY_SEAT = re.compile("市(?:人民)?政府$")


def resolve_body(name: str, *, near: Office) -> Office | None:
    """The one office a body's name means in a document of `near`; None when unsure or when several would do.

    A level word (省 市 县 乡) points along the chain of areas above and including near's own; a body without
    a level word stands at near's own level; full names and aliases are taken as they are.
    """
    text = addressing.tidy(name)
    if not text:
        return None
    if _SELF.fullmatch(text):
        return near
    called = named(text, near)
    if len(full := [office for office in called if office.name == text]) == 1:
        return full[0]
    bare = _OURS.sub("", text)
    shortened = _SECTION.sub("", bare)
    # an alias such as 市人社局 is right only along near's own chain: each city has its own
    found = _one(bare, near) or (_one(shortened, near) if shortened not in ("", bare) else None)
    if addressing.read_item(bare).places:
        called = [office for office in called if codes.contains(office.area_code, near.area_code)]
    return found or (called[0] if len(called) == 1 else None)


def named(text: str, near: Office) -> list[Office]:
    """Offices in service called exactly this (name, short name or alias); the nearest to `near` win."""
    rows = Office.objects.filter(Q(name=text) | Q(short_name=text) | Q(aliases__contains=[text]), active=True)
    return nearest(rows[:50], near)


def look_for(name: str, body: Body | None, near: Office) -> list[Office]:
    """Offices meant by a proper name and a body (海州市 + 人社局); the highest level among the nearest."""
    if body and (found := named(name + body.word, near)):
        return found
    if found := named(name, near):
        wanted = [office for office in found if not body or not body.lines or office.line in body.lines]
        if wanted:
            return wanted
    rows = Office.objects.filter(active=True, name__contains=name)
    rows = of_body(rows, body) if body else rows.filter(line__in=[Line.ZONE, Line.GOVERNMENT])
    found = nearest(rows.order_by("area_code", "code")[:200], near)
    top = min((_rank(office.level) for office in found), default=0)
    return [office for office in found if _rank(office.level) == top]


def of_body(rows: QuerySet[Office], body: Body) -> QuerySet[Office]:
    """Narrow to offices of the body's lines whose name contains its word where the line is too wide."""
    if body.lines:
        rows = rows.filter(line__in=body.lines)
    return rows.filter(name__contains=body.called) if body.called else rows


def nearest(rows: Iterable[Office], near: Office) -> list[Office]:
    """Those inside near's own range if any; else those of its province; else all."""
    found = list(rows)
    for within in (near.area_code, codes.pad(near.area_code[:2])):
        close = [office for office in found if codes.contains(within, office.area_code)]
        if close:
            return close
    return found


def _one(text: str, near: Office) -> Office | None:
    item = addressing.read_item(text)
    if item.every or item.count is not None:
        return None
    if item.name:
        found = look_for(item.name, item.body, near) if item.body else []
        return found[0] if len(found) == 1 else None
    if item.body is None or len(set(item.places)) > 1:
        return None
    body = item.body
    if body.word in _UNIT_ALONE:
        body = Body("", (Line(near.line),))
    level, area = _at(item.places[0] if item.places else "", near)
    if area is None:
        return None
    return _choose(of_body(Office.objects.filter(area_code=area, level=level, active=True), body), body)


def _at(place: str, near: Office) -> tuple[str, str | None]:
    """The level a place word names and the area of near's chain at that level (None when it lies below)."""
    if not place:
        return near.level, near.area_code
    chain = {codes.level(code): code for code in [*codes.ancestors(near.area_code), near.area_code]}
    if place == addressing.CITY:
        place = _city(near, chain)
    number = next((n for n, level in LEVEL_OF_CODE.items() if level == place), None)
    return place, chain.get(number) if number is not None else None


def _city(near: Office, chain: dict[int, str]) -> str:
    """市 is the municipality, or the county-level city near stands in, or the prefecture."""
    if near.area_code[:2] in MUNICIPALITIES:
        return Level.PROVINCE
    county = chain.get(3)
    if county:
        seats = Office.objects.filter(area_code=county, line=Line.GOVERNMENT, level=Level.COUNTY)
        if any(_CITY_SEAT.search(seat) for seat in seats.values_list("name", flat=True)[:5]):
            return Level.COUNTY
    return Level.PREFECTURE


def _choose(rows: QuerySet[Office], body: Body) -> Office | None:
    """The only one; else the only one whose name ends as printed; else the only one the others report to."""
    found = list(rows[:50])
    if len(found) > 1 and body.word:
        found = [office for office in found if office.name.endswith(body.word)] or found
    if len(found) > 1:
        own = {office.pk for office in found}
        found = [office for office in found if office.parent_id not in own]
    return found[0] if len(found) == 1 else None


def _rank(level: str) -> int:
    return [str(each) for each in Level].index(level)


__all__ = ["inside", "look_for", "named", "of_body", "resolve_body"]
