"""Turning the cells of a row into the values of an office, or into a refusal that names the cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import reach
from chunfeng.offices.actions.common import bounded
from chunfeng.offices.actions.directory import clean
from chunfeng.offices.actions.moving import check_move
from chunfeng.offices.choices import Level, Line
from chunfeng.offices.imports.verdicts import RowRefused, State
from chunfeng.offices.models import Office

LEVEL_WORDS = (
    "国家 中央 country|省 自治区 直辖市 province|市 地 州 地市 盟 prefecture|县 区 县区 旗 county|"
    "乡 镇 乡镇 街道 苏木 township|村 社区 嘎查 村社区 village"
)
"""Words people write in the level column, in the order of the levels."""
_YES = frozenset({"是", "有", "yes", "y", "1", "true", "√", "对"})
_NO = frozenset({"", "否", "无", "no", "n", "0", "false", "×"})


@dataclass(slots=True)
class Row:
    """One row on its way: what the sheet says, what it becomes, or why it is refused."""

    line: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, str | None] = field(default_factory=dict)
    office: Office | None = None
    refused: RowRefused | None = None
    moved: bool = False
    state: State = State.UNCHANGED


class Reader:
    """Turns cells into values. Areas and offices are looked up once for the whole sheet."""

    def __init__(self, rows: list[Row], there: dict[str, Office], by: Actor, at: datetime) -> None:
        self.by, self.there = by, there
        self.on = timezone.localdate(at)
        self.seen: dict[str, int] = {}
        self.names: dict[str, str | RowRefused] = {}
        given = {_area_code(row.cells.get("area", "")) for row in rows} - {""}
        self.known = set(areas.areas(given, self.on))
        self.tables_loaded = bool(areas.history(codes.COUNTRY))
        above = {row.cells.get("parent", "") for row in rows} - {"", *(r.cells["code"] for r in rows)}
        outside = Office.objects.filter(code__in=above, active=True).select_related("parent")
        self.outside = {office.code: office for office in outside}
        self.words = {"level": _words(Level), "line": _words(Line)}

    def take(self, row: Row) -> None:
        """Fill in what a row says by itself, or why it is refused."""
        try:
            self._read(row)
        except RowRefused as refusal:
            row.refused = refusal

    def _read(self, row: Row) -> None:
        """Everything a row says by itself. Raises RowRefused with the column at fault."""
        cells = row.cells
        code = _checked("code", clean, {"code": cells["code"]})["code"]
        if code in self.seen:
            raise RowRefused(
                "code",
                _("Row %(row)s has the same code. Give one of them another code.") % {"row": self.seen[code]},
            )
        self.seen[code] = row.line
        office = self.there.get(code)
        if office is not None and not office.active:
            raise RowRefused("code", _("This office is out of service. Put it back into service first."))
        if office is not None and not self.by.sees(office.area_code):
            raise RowRefused(
                "code", _("This code belongs to %(name)s, outside your area.") % {"name": office.name}
            )
        values: dict[str, Any] = {"code": code}
        for column, name in (("name", "name"), ("agency", "agency_code")):
            if cells.get(column) or (office is None and column == "name"):
                values[name] = _checked(column, clean, {name: cells.get(column, "")})[name]
        for column in ("level", "line"):
            if cells.get(column) or office is None:
                values[column] = self._word(column, cells.get(column, ""))
        if cells.get("area") or office is None:
            values["area_code"] = self._area(cells.get("area", ""))
        if office is not None and values.get("area_code", office.area_code) != office.area_code:
            _checked("area", check_move, office)
        if cells.get("partner"):
            values["is_partner"] = _yes(cells["partner"])
        row.values, row.office = values, office
        row.contact = _contact(cells)

    def link(self, rows: list[Row]) -> None:
        """Set who reports to whom; a row whose superior is refused, missing or in a circle is refused too."""
        by_code = {row.values["code"]: row for row in rows if row.refused is None}
        broken = {row.cells["code"]: row.line for row in rows if row.refused is not None}
        for row in by_code.values():
            parent = row.cells.get("parent", "")
            if not parent:
                continue
            known = by_code.get(parent) or self.outside.get(parent)
            if known is None:
                why = (
                    _("The row of the office above (row %(row)s) was refused. Put that one right first.")
                    % {"row": broken[parent]}
                    if parent in broken
                    else _("Neither the directory nor this sheet has an office with the code %(code)s.")
                    % {"code": parent}
                )
                row.refused = RowRefused("parent", why)
                continue
            area = row.values.get("area_code") or (row.office.area_code if row.office else "")
            above = known.area_code if isinstance(known, Office) else _area_of(known)
            if not codes.contains(above, area):
                row.refused = RowRefused(
                    "parent",
                    _("%(code)s does not stand above the area %(area)s. Choose another one.")
                    % {"code": parent, "area": area},
                )
                continue
            row.values["parent_code"] = parent
        _refuse_circles(by_code, {**self.there, **self.outside})
        _refuse_orphans(by_code)

    def _word(self, column: str, text: str) -> str:
        found = self.words[column].get(text.lower())
        if found is None:
            choices = Level if column == "level" else Line
            labels = "、".join(str(label) for label in choices.labels)
            raise RowRefused(
                column, _("“%(text)s” is not one of: %(choices)s.") % {"text": text, "choices": labels}
            )
        return found

    def _area(self, text: str) -> str:
        code = _area_code(text)
        if not code:
            code = self._by_name(text)
        elif self.tables_loaded and code not in self.known:
            raise RowRefused(
                "area", _("No area has the code %(code)s today. Look it up under “Areas”.") % {"code": code}
            )
        if not self.by.sees(code):
            raise RowRefused("area", _("The area %(code)s lies outside your area.") % {"code": code})
        return code

    def _by_name(self, text: str) -> str:
        if text not in self.names:
            self.names[text] = self._look_up(text)
        found = self.names[text]
        if isinstance(found, RowRefused):
            raise found
        return found

    def _look_up(self, text: str) -> str | RowRefused:
        if not text:
            return RowRefused("area", _("The area is empty: give its code or its full name."))
        found = areas.resolve(text, self.on, self.by.area_code or None)
        if not found:
            return RowRefused(
                "area",
                _("No area called “%(text)s” lies inside your area. Give its code.") % {"text": text[:60]},
            )
        if len(found) > 1 and found[0].level == found[1].level:
            several = "、".join(f"{row.code}" for row in found[:4])
            return RowRefused(
                "area",
                _("“%(text)s” is the name of several areas (%(codes)s). Give the code.")
                % {"text": text[:60], "codes": several},
            )
        return str(found[0].code)


def _checked(column: str, check: Any, *arguments: Any) -> Any:
    try:
        return check(*arguments)
    except Refused as refusal:
        raise RowRefused(column, str(refusal)) from refusal


def _contact(cells: dict[str, str]) -> dict[str, str | None]:
    """The contact of a row, checked; empty when the row names none."""
    numbers = {key: cells.get(key, "") for key in ("phone", "mobile", "email")}
    name = cells.get("contact", "")
    if not name:
        if any(numbers.values()):
            column = next(key for key, value in numbers.items() if value)
            raise RowRefused(
                column, _("A number without a name: fill in the contact name, or empty this cell.")
            )
        return {}
    found: dict[str, str | None] = {"name": _checked("contact", bounded, name, _("name"), 60)}
    for key, check in (("phone", reach.phone), ("mobile", reach.mobile), ("email", reach.email)):
        found[key] = _checked(key, check, numbers[key])
    if not any(found[key] for key in numbers):
        raise RowRefused(
            "contact",
            _("%(name)s cannot be reached: give a telephone, a mobile or an e-mail.") % {"name": name},
        )
    return found


def _refuse_circles(by_code: dict[str, Row], there: dict[str, Office]) -> None:
    """Refuse rows that would report to themselves over others, in the sheet or in the directory."""
    known = {code: office.parent.code if office.parent else "" for code, office in there.items()}

    def above(code: str) -> str:
        row = by_code.get(code)
        if row is not None and (row.office is None or "parent_code" in row.values):
            return str(row.values.get("parent_code", ""))
        if code not in known:
            known[code] = (
                Office.objects.filter(code=code).values_list("parent__code", flat=True).first() or ""
            )
        return known[code]

    sound: set[str] = set()
    for start in by_code:
        path: list[str] = []
        code = start
        while code and code not in sound and code not in path:
            path.append(code)
            code = above(code)
        circle = path[path.index(code) :] if code in path else []
        for each in circle:
            if each in by_code:
                shown = " → ".join(circle[:6])
                why = _("These offices report to each other in a circle: %(codes)s.") % {"codes": shown}
                by_code[each].refused = RowRefused("parent", why)
        sound.update(path)


def _refuse_orphans(by_code: dict[str, Row]) -> None:
    """A refusal of an office above reaches all new rows below it."""
    while True:
        hit = [
            row for row in by_code.values()
            if row.refused is None and (above := by_code.get(row.values.get("parent_code", ""))) is not None
            and above.refused is not None and above.office is None
        ]  # fmt: skip
        for row in hit:
            line = by_code[row.values["parent_code"]].line
            row.refused = RowRefused(
                "parent",
                _("The row of the office above (row %(row)s) was refused. Put that one right first.")
                % {"row": line},
            )
        if not hit:
            return


def _area_of(row: Row) -> str:
    return str(row.values.get("area_code") or (row.office.area_code if row.office else ""))


def _area_code(text: str) -> str:
    """A cell that is an area code (short ones padded), else ""."""
    text = text.strip().upper()
    if not (text.isascii() and text[:2].isdigit()):
        return ""
    try:
        return codes.pad(text) if len(text) < codes.BASE_LENGTH else codes.check(text)
    except codes.BadCode:
        return ""


def _yes(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise RowRefused("partner", _("Write yes or no, not “%(text)s”.") % {"text": text[:20]})


def _words(choices: Any) -> dict[str, str]:
    """Every word that names a value: the value itself and its label in both languages."""
    found = {str(value).lower(): str(value) for value in choices.values}
    if choices is Level:
        for level, words in zip(Level, LEVEL_WORDS.split("|"), strict=True):
            found |= {word + end: str(level) for word in words.split() for end in ("", "级")}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {str(choice.label).lower(): str(choice.value) for choice in choices}
    return found
