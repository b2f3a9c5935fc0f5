"""Labels Word counts by itself (一、 （一） 1.): they are not in the text of the paragraphs."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHINESE = ("chineseCounting", "ideographDigital", "japaneseCounting", "taiwaneseCounting", "japaneseDigital")
_DIGITS = "〇一二三四五六七八九"
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts: its first number, its kind of number, its label with %1 … %9."""

    start: int
    kind: str
    label: str


class Numbering:
    """The running numbers of a document's lists.

    :param definitions: root of ``word/numbering.xml`` or None
    :param styles: root of ``word/styles.xml`` or None: a heading style may carry a list
    """

    def __init__(self, definitions: "etree._Element | None", styles: "etree._Element | None") -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._list_of: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._styles: dict[str, etree._Element] = {}
        if definitions is not None:
            self._define(definitions)
        for style in styles.iterfind(f"{_W}style") if styles is not None else ():
            numbered = style.find(f"{_W}pPr/{_W}numPr")
            if numbered is not None:
                self._styles[style.get(f"{_W}styleId") or ""] = numbered

    def _define(self, definitions: "etree._Element") -> None:
        for kind in definitions.iterfind(f"{_W}abstractNum"):
            levels = {
                _number(level.get(f"{_W}ilvl")): Level(
                    _number(_value(level, "start"), 1), _value(level, "numFmt"), _value(level, "lvlText")
                )
                for level in kind.iterfind(f"{_W}lvl")
            }
            self._levels[kind.get(f"{_W}abstractNumId") or ""] = levels
        for used in definitions.iterfind(f"{_W}num"):
            self._list_of[used.get(f"{_W}numId") or ""] = _value(used, "abstractNumId")

    def label(self, paragraph: "etree._Element") -> str:
        """The label Word would print before this paragraph; empty for bullets and plain paragraphs."""
        numbered = paragraph.find(f"{_W}pPr/{_W}numPr")
        if numbered is None:
            style = paragraph.find(f"{_W}pPr/{_W}pStyle")
            numbered = self._styles.get(style.get(f"{_W}val") or "") if style is not None else None
        if numbered is None:
            return ""
        name = self._list_of.get(_value(numbered, "numId"), "")
        at = _number(_value(numbered, "ilvl"))
        levels = self._levels.get(name, {})
        if at not in levels:
            return ""
        counts = self._counts[name]
        counts[at] = counts[at] + 1 if at in counts else levels[at].start
        for deeper in range(at + 1, _LEVELS):
            counts.pop(deeper, None)
        if levels[at].kind in ("bullet", "none"):
            return ""
        return re.sub(
            "%([1-9])", lambda found: self._shown(levels, counts, int(found[1]) - 1), levels[at].label
        )

    @staticmethod
    def _shown(levels: dict[int, Level], counts: dict[int, int], at: int) -> str:
        if at not in levels:
            return ""
        return written(counts.get(at, levels[at].start), levels[at].kind)


def written(number: int, kind: str) -> str:
    """A number the way a list shows it: 12 is 十二, ⑫, l or 12."""
    if kind.startswith(_CHINESE):
        return chinese(number)
    if kind.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if kind in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        return chr((97 if kind == "lowerLetter" else 65) + number - 1)
    return str(number)


def chinese(number: int) -> str:
    """A number below 100 in Chinese figures: 21 is 二十一. Larger ones stay Arabic."""
    if not 0 <= number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def _value(node: "etree._Element", name: str) -> str:
    found = node.find(f"{_W}{name}")
    return (found.get(f"{_W}val") or "") if found is not None else ""


def _number(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else otherwise
