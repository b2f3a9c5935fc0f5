"""Addressee phrases of a document → offices of the directory (B6)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.offices import addressing
from chunfeng.offices.addressing import Body, Call, Item
from chunfeng.offices.choices import Level, Line
from chunfeng.offices.models import Office
from chunfeng.offices.queries.bodies import LEVEL_OF_CODE, look_for, named, of_body, resolve_body
from chunfeng.offices.queries.tree import below, inside


@dataclass(frozen=True, slots=True)
class Resolved:
    """One phrase, the offices it means (none: the officer must choose), and in plain words why."""

    phrase: str
    offices: tuple[Office, ...]
    why: str


@dataclass(slots=True)
class _Found:
    """Offices and reasons gathered while one phrase is read."""

    offices: dict[int, Office]
    why: list[str]

    def add(self, offices: list[Office], why: str) -> None:
        for office in offices:
            self.offices.setdefault(office.pk, office)
        self.why.append(why)


def resolve_addressees(phrases: list[str], *, issuer: Office) -> list[Resolved]:
    """Resolve each phrase as printed (各县（市、区）人力资源和社会保障局) in a document of `issuer`.

    Generic phrases reach every office in service of the named level and line inside the issuer's range;
    functional zones only when they are named. The issuer itself is never among them.
    """
    return [_resolve(phrase, issuer) for phrase in phrases]


def _resolve(phrase: str, issuer: Office) -> Resolved:
    found = _Found({}, [])
    text = addressing.tidy(phrase)
    exact = named(text, issuer) if text else []
    if exact:
        _known(text, exact, issuer, found)
    else:
        for part in addressing.parts(phrase):
            _read_part(part, issuer, found)
    found.offices.pop(issuer.pk, None)
    if not found.why:
        found.why.append(_("The phrase is empty: choose the offices."))
    offices = sorted(found.offices.values(), key=lambda office: (office.area_code, office.code))
    return Resolved(phrase, tuple(offices), "；".join(dict.fromkeys(found.why)))


def _read_part(part: str, issuer: Office, found: _Found) -> None:
    if _guests(part, found):
        return
    ordinary: list[str] = []
    for text in addressing.items(part):
        if not _guests(text, found) and not _special(text, issuer, found):
            ordinary.append(text)
    for call in addressing.read_items(ordinary):
        generic = call.every or any(len(item.places) > 1 for item in call.items)
        if any(item.places for item in call.items) or (generic and not any(item.name for item in call.items)):
            if generic:
                _all(call, issuer, found)
            else:
                _each_body(call, issuer, found)
        elif not any(item.name for item in call.items):
            _each_body(call, issuer, found)
        _names(call, issuer, found)


def _special(text: str, issuer: Office, found: _Found) -> bool:
    """Phrases about the issuer's own house: its departments, its units, its sections."""
    if addressing.OWN_UNITS.fullmatch(text):
        units = list(below(issuer, direct=True).filter(area_code=issuer.area_code))
        found.add(
            units,
            _("“%(text)s”: offices that report to %(issuer)s: %(n)s")
            % {"text": text, "issuer": issuer.name, "n": len(units)},
        )
    elif (match := addressing.DEPARTMENTS.fullmatch(text)) and _of_the_house(match):
        _departments(text, match["place"] or "", match["what"], issuer, found)
    elif addressing.INTERNAL.fullmatch(text):
        found.why.append(
            _("“%(text)s”: sections of the issuing office itself. Hand it on inside the office.")
            % {"text": text}
        )
    else:
        return False
    return True


def _guests(text: str, found: _Found) -> bool:
    if not addressing.GUESTS.fullmatch(text):
        return False
    found.why.append(
        _("“%(text)s”: units stationed here are not in the directory as a group. Choose them by name.")
        % {"text": text}
    )
    return True


def _of_the_house(match: object) -> bool:
    place, of, mark, what = (match[k] for k in ("place", "of", "mark", "what"))  # type: ignore[index]
    return bool((of or place) and (mark or of)) if what else bool(of or mark)


def _departments(text: str, place: str, what: str, issuer: Office, found: _Found) -> None:
    level, area = _chain(place, issuer)
    if area is None:
        return found.why.append(_unknown(text))
    rows = Office.objects.filter(area_code=area, level=level, active=True)
    rows = rows.exclude(line__in=[Line.GOVERNMENT, Line.ZONE])
    if what:
        body = addressing.body_of(what) or Body(what, (), what)
        rows = of_body(rows, Body(body.word, body.lines, body.called))
    else:
        # the units under a department get it from their department
        departments = [line for line in Line if line != Line.GOVERNMENT]
        rows = rows.exclude(parent__area_code=area, parent__line__in=departments)
    offices = [office for office in rows if office.pk != issuer.pk]
    if not offices:
        return found.why.append(_unknown(text))
    why = _("“%(text)s”: departments at the same seat: %(n)s") % {"text": text, "n": len(offices)}
    return found.add(offices, why)


def _chain(place: str, issuer: Office) -> tuple[str, str | None]:
    words = addressing.read_item(place.replace("行署", "地区")).places if place and place != "本级" else ()
    if not words:
        return issuer.level, issuer.area_code
    levels, _zones = addressing.levels(words, issuer.level)
    own = issuer.level if words[0] in (addressing.CITY, issuer.level) else None
    if own == issuer.level and own not in (Level.COUNTRY, Level.PROVINCE):
        return issuer.level, issuer.area_code
    for code in [issuer.area_code, *codes.ancestors(issuer.area_code)[::-1]]:
        if LEVEL_OF_CODE.get(codes.level(code)) in levels:
            return LEVEL_OF_CODE[codes.level(code)], code
    return issuer.level, None


def _all(call: Call, issuer: Office, found: _Found) -> None:
    bodies = call.bodies or [Body("", (Line.GOVERNMENT,))]
    places = tuple(place for item in call.items for place in item.places)
    levels, zones = addressing.levels(places, issuer.level)
    words = "".join(item.text for item in call.items if item.places)
    sorts = addressing.county_sorts(places, words, issuer.level)
    rows = Office.objects.filter(inside(issuer.area_code), active=True).exclude(pk=issuer.pk)
    seats = _zone_seats(rows)
    ordinary = rows.exclude(area_code__in=_zones_alone(seats))
    ordinary = _at_levels(ordinary, call.items, levels, issuer) if levels else ordinary
    for body in bodies:
        got: list[Office] = []
        if (levels or not places) and Line.ZONE not in body.lines:
            wide = ordinary if places else _lower(ordinary, call, body, issuer)
            got = _of_sorts(list(of_body(wide, body)), sorts)
        if zones or Line.ZONE in body.lines:
            got += _in_zones(body, seats, levels, issuer, found)
        if got:
            found.add(got, _why(call, body, levels, zones, issuer, got))
        else:
            found.why.append(_unknown(body.word or "、".join(item.text for item in call.items)))
    if zones and (said := next((i.count for i in call.items if i.count is not None), None)) is not None:
        have = len({o.area_code for o in found.offices.values()} & {s.area_code for s in seats})
        if have != said:
            found.why.append(
                _("the document speaks of %(said)s zones, the directory has %(have)s: check them")
                % {"said": said, "have": have}
            )


def _at_levels(
    rows: QuerySet[Office], items: list[Item], levels: set[str], issuer: Office
) -> QuerySet[Office]:
    """Narrow to the levels; directly administered counties only where no prefecture stands between."""
    direct: set[str] = set()
    for item in items:
        if item.direct:
            direct |= addressing.levels(item.places, issuer.level)[0] & {Level.COUNTY}
    free = levels - direct
    no_prefecture = Q(parent__area_code=issuer.area_code) | Q(
        area_code__startswith=issuer.area_code[:2] + "90"
    )
    return rows.filter(Q(level__in=free) | Q(level__in=direct) & no_prefecture)


def _lower(rows: QuerySet[Office], call: Call, body: Body, issuer: Office) -> QuerySet[Office]:
    """No place was said: one level down, or any level below for 各级 and for bodies known by name only."""
    rows = rows.exclude(area_code=issuer.area_code)
    if not body.lines or body.called or any("各级" in item.text for item in call.items):
        return rows
    return rows.filter(level=_one_down(issuer))


def _one_down(issuer: Office) -> str:
    order = [str(level) for level in Level]
    return order[min(order.index(issuer.level) + 1, len(order) - 1)]


_SEAT = re.compile("([县市区旗])(?:人民)?政府")


def _of_sorts(offices: list[Office], sorts: frozenset[str]) -> list[Office]:
    """Keep county-level offices of the sorts named (区: districts), told by their government's name."""
    counties = {office.area_code for office in offices if office.level == Level.COUNTY}
    if not sorts or not counties:
        return offices
    seats = Office.objects.filter(area_code__in=counties, line=Line.GOVERNMENT, level=Level.COUNTY)
    sort_of = {
        code: match[1].replace("旗", "县")
        for code, name in seats.values_list("area_code", "name")
        if (match := _SEAT.search(name))
    }
    return [
        office
        for office in offices
        if office.level != Level.COUNTY or sort_of.get(office.area_code) in {None, *sorts}
    ]


def _zone_seats(rows: QuerySet[Office]) -> list[Office]:
    return list(rows.filter(line=Line.ZONE).order_by("area_code", "code"))


def _zones_alone(seats: list[Office]) -> set[str]:
    """Areas that are zones and nothing else: a zone run from a county's seat does not make the county one."""
    areas = {seat.area_code for seat in seats}
    governed = Office.objects.filter(area_code__in=areas, line=Line.GOVERNMENT)
    return areas - set(governed.values_list("area_code", flat=True))


def _in_zones(
    body: Body, seats: list[Office], levels: set[str], issuer: Office, found: _Found
) -> list[Office]:
    wanted = levels or {_one_down(issuer)}
    chosen = [seat for seat in seats if seat.level in wanted] or seats
    if Line.ZONE in body.lines or Line.GOVERNMENT in body.lines or not chosen:
        return chosen
    areas = {seat.area_code for seat in chosen}
    own = list(of_body(Office.objects.filter(area_code__in=areas, active=True).exclude(line=Line.ZONE), body))
    without = [seat for seat in chosen if seat.area_code not in {office.area_code for office in own}]
    if without:
        found.why.append(
            _("zones without such an office get it at their administration: %(names)s")
            % {"names": "、".join(seat.name for seat in without[:5])}
        )
    return own + without


def _each_body(call: Call, issuer: Office, found: _Found) -> None:
    """One known body each (市卫生健康委), not all of a kind."""
    place = next((item.text for item in call.items if item.places), "")
    first = call.bodies[0].word if call.bodies else ""
    stem = place.removesuffix(first) if first else place
    for text in [stem + body.word for body in call.bodies] or [place]:
        office = resolve_body(text, near=issuer)
        if office is None:
            found.why.append(_unknown(text))
        else:
            found.add([office], _("“%(text)s” means %(name)s") % {"text": text, "name": office.name})


def _names(call: Call, issuer: Office, found: _Found) -> None:
    for item in call.items:
        if item.name:
            bodies: list[Body | None] = [*call.bodies] or [None]
            for body in bodies:
                text = item.name + (body.word if body else "")
                offices = look_for(item.name, body, issuer)
                if not offices and body:  # a zone without such an office gets it at its administration
                    offices = look_for(item.name, Body("", (Line.ZONE,)), issuer)
                _known(text, offices, issuer, found)


def _known(text: str, offices: list[Office], issuer: Office, found: _Found) -> None:
    if len(offices) == 1:
        found.add(offices, _("“%(text)s” means %(name)s") % {"text": text, "name": offices[0].name})
    elif offices:
        found.why.append(
            _("“%(text)s”: %(n)s offices answer to this name. Choose the one that is meant.")
            % {"text": text, "n": len(offices)}
        )
    else:
        found.why.append(_unknown(text))


def _unknown(text: str) -> str:
    return _(
        "“%(text)s”: no office of the directory answers to this. Choose the offices, "
        "or leave it out where it speaks of firms or the public."
    ) % {"text": text}


def _why(call: Call, body: Body, levels: set[str], zones: bool, issuer: Office, got: list[Office]) -> str:
    order = [level for level in Level if level in levels]
    named_levels = [str(level.label) for level in order] + ([_("zones")] if zones else [])
    kinds = [str(line.label) for line in body.lines] or [f"“{body.called}”"]
    return _("all inside the range of %(issuer)s: %(levels)s · %(lines)s: %(n)s") % {
        "issuer": issuer.name,
        "levels": "、".join(named_levels) or _("every level"),
        "lines": "、".join(kinds),
        "n": len(got),
    }
