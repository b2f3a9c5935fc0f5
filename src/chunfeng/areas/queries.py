"""Finding areas: by code, by name as of a date, by typing a few letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from . import codes
from .choices import Kind, Level
from .kinds import short_name
from .lineage import Folded, Lineage, Link
from .models import Area, AreaChange

# "~" and U+10FFFF sort after every letter of a code and of a name in collation "C".
_AFTER_NAMES = "\U0010ffff"


def valid(on: date) -> Q:
    """The rows in force on a day."""
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def inside(code: str) -> Q:
    """The rows of an area and everything in it; "" is the whole country."""
    lo, hi = codes.code_range(code)
    return Q(code__gte=lo, code__lt=hi)


def area(code: str, on: date) -> Area | None:
    """The area with this code on that day, or None.

    In the weeks before a change whose day no table tells, the new row answers too.
    """
    rows = list(Area.objects.filter(code=code).filter(valid(on) | _maybe(on)))
    return max(rows, key=lambda row: row.valid_from <= on, default=None)


def areas(wanted: Iterable[str], on: date) -> dict[str, Area]:
    """The areas with these codes on that day, by code, in one query; as `area` answers for one."""
    rows = Area.objects.filter(valid(on) | _maybe(on), code__in=set(wanted))
    return {row.code: row for row in sorted(rows, key=lambda row: row.valid_from <= on)}


def children(code: str, on: date) -> list[Area]:
    """The areas directly below on that day, in order of their codes.

    Groupings of the table ("市辖区" under a municipality) are stepped over: their counties come instead.
    """
    found: list[Area] = []
    for row in Area.objects.filter(valid(on), parent_code=code).order_by("code"):
        found.extend(children(row.code, on) if row.kind == Kind.GROUPING else [row])
    return found


def resolve(name: str, on: date, within: str | None = None) -> list[Area]:
    """The areas a name means on that day, higher levels first; several when the name is not unique.

    The full name counts first (公主岭市), then the name without its ending (公主岭), then a path from
    above (吉林省公主岭市, 长春市二道区). `within` keeps to one area. Villages only inside a county.
    """
    text = re.sub(r"\s+", "", name)
    if not text:
        return []
    return _named(text, on, within) or _by_path(text, on, within)


def search(
    text: str, on: date, within: str | None = None, level: int | None = None, limit: int = 20
) -> list[Area]:
    """Areas for a few typed characters: the beginning of a code, pinyin initials, or a part of a name.

    The best match comes first: the whole name, the name without its ending, its beginning, a part; then
    higher levels. Villages are searched only inside a prefecture or something smaller.
    """
    typed = re.sub(r"\s+", "", text)
    if not typed:
        return []
    rows = _reach(valid(on), within, level)
    if typed[0].isdigit() and typed.isascii():
        lo = typed.upper()
        rows = rows.filter(code__gte=lo, code__lt=lo + "~")
        return list(rows.order_by("level", "code")[:limit])
    if typed.isascii() and typed.isalnum():
        rows = rows.filter(initials__gte=typed.lower(), initials__lt=typed.lower() + "~")
        return list(rows.order_by("level", Length("initials"), "code")[:limit])
    ranked = rows.filter(name__contains=typed).annotate(
        match=Case(
            When(name=typed, then=Value(0)),
            When(name__in=_full_names(typed), then=Value(1)),
            When(name__startswith=typed, then=Value(2)),
            default=Value(3),
            output_field=IntegerField(),
        )
    )
    return list(ranked.order_by("match", "level", Length("name"), "code")[:limit])


def path_name(code: str, on: date) -> str:
    """The name with all names above: 吉林省长春市公主岭市. Groupings and gaps are left out."""
    chain = [*codes.ancestors(code), code]
    names = areas(chain, on)
    shown = [names[step] for step in chain if step in names and step != codes.COUNTRY]
    if not shown and code in names:
        return names[code].name
    return "".join(row.name for row in shown if row.kind != Kind.GROUPING)


def history(code: str) -> list[Area]:
    """Every row this code ever had, the oldest first."""
    return list(Area.objects.filter(code=code).order_by("valid_from"))


def local_codes(parent_code: str) -> set[str]:
    """All local codes ever given inside an area, abolished ones too."""
    return set(Area.objects.filter(inside(parent_code), is_local=True).values_list("code", flat=True))


def _maybe(on: date) -> Q:
    return Q(changed_after__lt=on, valid_from__gt=on)


def _reach(condition: Q, within: str | None, level: int | None) -> QuerySet[Area]:
    """The rows a search may touch: everything down to township, more only inside a prefecture."""
    rows = Area.objects.filter(condition).exclude(kind=Kind.GROUPING)
    if within:
        rows = rows.filter(inside(within))
    narrow = within and codes.level(within) >= Level.PREFECTURE
    if not narrow:
        rows = rows.filter(level__lte=Level.TOWNSHIP)
    return rows.filter(level=level) if level is not None else rows


def _named(text: str, on: date, within: str | None) -> list[Area]:
    """Rows whose full name, else whose short name, is the text; on the day, else perhaps on the day."""
    narrow = within and codes.level(within) >= Level.COUNTY
    base = Area.objects.exclude(kind=Kind.GROUPING)
    if within:
        base = base.filter(inside(within))
    if not narrow:
        base = base.filter(level__lte=Level.TOWNSHIP)
    same_start = base.filter(name__gte=text, name__lt=text + _AFTER_NAMES)
    if text.endswith("州"):  # 延边州 is how everybody writes 延边朝鲜族自治州
        stem = text[:-1]
        prefecture = Q(kind=Kind.AUTONOMOUS_PREFECTURE, name__gte=stem, name__lt=stem + _AFTER_NAMES)
        same_start = base.filter(Q(name__gte=text, name__lt=text + _AFTER_NAMES) | prefecture)
    for condition in (valid(on), _maybe(on)):
        rows = list(same_start.filter(condition).order_by("level", "code"))
        full = [row for row in rows if row.name == text]
        if full:
            return full
        short = [row for row in rows if text in _short_forms(row)]
        if short:
            # 长春 is the city, not also every 长春镇: keep the highest level and the one below
            return [row for row in short if row.level <= short[0].level + 1]
    return []


def _short_forms(row: Area) -> tuple[str, ...]:
    stem = short_name(row.name)
    return (stem, stem + "州") if row.kind == Kind.AUTONOMOUS_PREFECTURE else (stem,)


def _by_path(text: str, on: date, within: str | None) -> list[Area]:
    """A name with the names above in front of it: the longest beginning that is an area, then the rest."""
    for cut in range(len(text) - 2, 1, -1):
        heads = [row for row in _named(text[:cut], on, within) if row.level < Level.TOWNSHIP]
        for head in heads:
            found = resolve(text[cut:], on, head.code)
            if found:
                return found
    return []


_ENDINGS = (
    "省", "市", "自治区", "地区", "盟", "自治州", "区", "县", "旗", "自治县", "自治旗", "镇", "乡",
    "街道", "苏木", "村", "社区", "嘎查", "村委会", "居委会", "社区居委会", "村民委员会", "居民委员会",
)  # fmt: skip


def _full_names(text: str) -> list[str]:
    return [text + ending for ending in _ENDINGS]


def lineage() -> Lineage:
    """Every recorded change, ready to be followed; one query."""
    rows = AreaChange.objects.order_by("id").values_list("old_code", "new_code", "on", "kind", "share")
    return Lineage(
        Link(old, new, on, kind, None if share is None else Fraction(share))
        for old, new, on, kind, share in rows
    )


def today_code(code: str, from_date: date, to_date: date) -> str | None:
    """The code an area of `from_date` bears on `to_date`; None when it was split or its fate is unknown."""
    places = lineage().places(codes.check(code), from_date, to_date)
    return places[0].code if len(places) == 1 and places[0].exact else None


def fold_totals(values: Mapping[str, int], reported_on: date, to_date: date) -> Folded:
    """Totals "as reported" on the codes of `to_date` ("as of today"). The sum stays the same.

    What was split without shares stands at the area above, and `kept_above` says how much.
    """
    return lineage().fold(values, reported_on, to_date)


def paths(wanted: Iterable[str], on: date) -> dict[str, str]:
    """Names with all names above, by code, in one query; groupings left out, unknown codes as they are."""
    chains = {code: [*codes.ancestors(code), code] for code in set(wanted)}
    names = areas((step for chain in chains.values() for step in chain), on)
    found = {}
    for code, chain in chains.items():
        shown = [names[step] for step in chain if step in names and step != codes.COUNTRY]
        found[code] = "".join(row.name for row in shown if row.kind != Kind.GROUPING) or code
    return found


def changes_of(code: str) -> list[AreaChange]:
    """Every recorded change this code took part in, the oldest first."""
    rows = AreaChange.objects.filter(Q(old_code=code) | Q(new_code=code))
    return list(rows.order_by("on", "old_code", "new_code")[:200])


def with_children(wanted: Iterable[str], on: date) -> set[str]:
    """Which of these areas have one directly below on that day."""
    rows = Area.objects.filter(valid(on), parent_code__in=set(wanted))
    return set(rows.values_list("parent_code", flat=True).distinct())
