"""Units: how values are written in a measure, kept (whole numbers), reckoned with, and said in words.

Money is whole fen, a rate whole parts per ten thousand, everything counted a whole number. Compound units
multiply and cancel like those of physics: fen/day times days is fen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from chunfeng_rules.texts import UNKNOWN, Text, Trouble

RATE = 10_000
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)

# name: (how it is called for one and for many, most a fact may be by default)
_COUNTED: dict[str, tuple[Text, str, int]] = {
    "persons": (Text("人", "person"), "persons", 10**6),
    "days": (Text("天", "day"), "days", 10**5),
    "months": (Text("个月", "month"), "months", 1_200),
    "years": (Text("年", "year"), "years", 200),
    "hours": (Text("小时", "hour"), "hours", 10**6),
    "minutes": (Text("分钟", "minute"), "minutes", 10**7),
    "times": (Text("次", "time"), "times", 10**6),
    "items": (Text("个", "item"), "items", 10**6),
    "points": (Text("分", "point"), "points", 10**6),
    "fen": (Text("分", "fen"), "fen", 10**12),
    "tenths": (Text("度", "degree"), "degrees", 1_000),
}
_SINGULAR = {name[:-1]: name for name in _COUNTED if name.endswith("s")}
_NUMBER = re.compile(r"(\d{1,15})(?:\.(\d+))?\s*(.*)", re.ASCII | re.DOTALL)
_AREA = re.compile(r"[0-9A-Z]{12,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Unit:
    """What a value is. `kind` is number, date, yes_no, choice or area.

    A number has `dims` (base unit → exponent, sorted); `scale` is what its whole numbers are divided by
    (10000 for a rate, else 1); `name` only says how it is shown. A choice has its `options` in order.
    """

    kind: str
    dims: tuple[tuple[str, int], ...] = ()
    scale: int = 1
    name: str = ""
    options: tuple[str, ...] = ()

    def same(self, other: Unit) -> bool:
        """Whether values of both can be compared and added."""
        return self.kind == other.kind and self.dims == other.dims and self.options == other.options


DATE, YES_NO, AREA = Unit("date"), Unit("yes_no"), Unit("area")


def number(dims: dict[str, int] | tuple[tuple[str, int], ...] = (), scale: int = 1, name: str = "") -> Unit:
    """A numeric unit with these exponents; zero ones fall out."""
    pairs = dict(dims).items()
    return Unit("number", tuple(sorted((k, v) for k, v in pairs if v)), scale, name)


def times(left: Unit, right: Unit, sign: int = 1) -> Unit:
    """The unit of a product (sign 1) or quotient (sign −1)."""
    dims = dict(left.dims)
    for base, exponent in right.dims:
        dims[base] = dims.get(base, 0) + sign * exponent
    return number(dims)


def parse_unit(text: str, options: tuple[str, ...] = ()) -> Unit:
    """The unit an `is:` names. Raises Trouble."""
    if text == "date":
        return DATE
    if text == "yes_no":
        return YES_NO
    if text == "area":
        return AREA
    if text == "choice":
        if not options:
            raise Trouble("选项（options）缺失", "a choice needs its options")
        return Unit("choice", options=options)
    if text == "rate":
        return number(scale=RATE, name="rate")
    if text == "age":
        return number({"years": 1}, name="age")
    dims: dict[str, int] = {}
    for place, part in enumerate(text.split("/")):
        base = _SINGULAR.get(part, part)
        if base not in _COUNTED:
            raise Trouble(
                f"不认识的单位“{part}”；可用：{'、'.join(_COUNTED)}、rate、age、date、yes_no、choice、area",
                f"“{part}” is no unit; known are {', '.join(_COUNTED)}, rate, age, date, yes_no, choice, area",
            )
        dims[base] = dims.get(base, 0) + (1 if place == 0 else -1)
    return number(dims, name=text)


def default_range(unit: Unit) -> tuple[int, int]:
    """Least and most a fact of this unit may be where the measure does not say."""
    if unit.scale == RATE:
        return 0, 10 * RATE
    if not unit.dims:
        return 0, 10**6
    most = min(_COUNTED[base][2] for base, exponent in unit.dims if exponent > 0) if unit.dims else 0
    return 0, most // 10 if any(exponent < 0 for _, exponent in unit.dims) else most


def parse_value(text: str, unit: Unit) -> Any:
    """A value as written in a measure or on the command line: int, bool, date or str. Raises Trouble."""
    text = text.strip()
    if unit.kind == "number":
        return _parse_number(text, unit)
    if unit.kind == "date":
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise Trouble(
                f"“{text}”不是日期，例如 2020-02-05", f"“{text}” is not a date, for example 2020-02-05"
            ) from None
        if not FIRST_DAY <= day <= LAST_DAY:
            raise Trouble(f"日期“{text}”超出1900至2200年", f"the date “{text}” lies outside 1900 to 2200")
        return day
    if unit.kind == "yes_no":
        if text not in ("yes", "no"):
            raise Trouble(f"“{text}”应为 yes 或 no", f"“{text}” should be yes or no")
        return text == "yes"
    if unit.kind == "choice":
        if text not in unit.options:
            raise Trouble(
                f"“{text}”不在选项中：{'、'.join(unit.options)}",
                f"“{text}” is not among {', '.join(unit.options)}",
            )
        return text
    if not _AREA.fullmatch(text):
        raise Trouble(f"“{text}”不是十二位区划代码", f"“{text}” is not an area code of twelve characters")
    return text


def _parse_number(text: str, unit: Unit) -> int:
    found = _NUMBER.fullmatch(text)
    if not found:
        raise Trouble(f"“{text}”不是数值", f"“{text}” is not a number")
    try:
        exact = Decimal(f"{found[1]}.{found[2] or '0'}")
    except InvalidOperation:  # pragma: no cover - the pattern lets only digits through
        raise Trouble(f"“{text}”不是数值", f"“{text}” is not a number") from None
    word = found[3].strip()
    if unit.scale == RATE:
        if word not in ("%", "％"):
            raise Trouble(
                f"比率“{text}”应带百分号，例如 5.5 %", f"write the rate “{text}” with its sign: 5.5 %"
            )
        exact *= 100
    elif ("fen", 1) in unit.dims:
        head, _, rest = word.partition("/")
        if head not in ("yuan", "元", "fen", "分"):
            raise Trouble(f"金额“{text}”应写明 yuan 或 fen", f"write the amount “{text}” in yuan or fen")
        _check_word(f"fen/{rest}" if rest else "", unit, text)
        exact *= 100 if head in ("yuan", "元") else 1
    elif ("tenths", 1) in unit.dims:
        exact *= 10
    else:
        _check_word(word, unit, text)
    if exact != exact.to_integral_value():
        raise Trouble(
            f"“{text}”比最小单位更细（分、万分之一或整数）",
            f"“{text}” is finer than the unit allows (fen, parts per ten thousand, whole numbers)",
        )
    return int(exact)


def _check_word(word: str, unit: Unit, text: str) -> None:
    if word and parse_unit(word).dims != unit.dims:
        raise Trouble(f"“{text}”的单位不符", f"the unit of “{text}” is not that of the part")


def words(value: Any, unit: Unit, labels: dict[str, Text] | None = None) -> Text:
    """A value in words of both languages; exact fractions show up to four decimals."""
    if value is None:
        return UNKNOWN
    if unit.kind == "yes_no":
        return Text("是", "yes") if value else Text("否", "no")
    if unit.kind == "date":
        return Text(f"{value.year}年{value.month}月{value.day}日", value.isoformat())
    if unit.kind in ("choice", "area"):
        return (labels or {}).get(value) or Text(str(value), str(value))
    return _number_words(value, unit)


def _number_words(value: Any, unit: Unit) -> Text:
    if unit.scale == RATE or not unit.dims:
        exact = Fraction(value) / unit.scale
        if unit.scale != RATE and exact.denominator == 1 and unit.name != "rate":
            return Text(f"{exact}", f"{exact}")
        shown = f"{decimal(exact * 100)}%"
        return Text(shown, shown)
    over = [base for base, exponent in unit.dims for _ in range(exponent) if exponent > 0]
    under = [base for base, exponent in unit.dims for _ in range(-exponent) if exponent < 0]
    if not over:
        over = ["times"]
    if over[0] == "fen" or "fen" in over:
        over.remove("fen")
        over.insert(0, "fen")
        zh, en = _money(value)
    elif over[0] == "tenths":
        zh, en = f"{decimal(Fraction(value) / 10)}℃", f"{decimal(Fraction(value) / 10)} °C"
    else:
        one, many, _ = _COUNTED[over[0]]
        shown = decimal(Fraction(value))
        zh = f"{shown}{'周岁' if unit.name == 'age' else one.zh}"
        en = f"{shown} {one.en if value == 1 else many}"
    for base in over[1:]:
        zh, en = f"{zh}·{_COUNTED[base][0].zh}", f"{en}·{_COUNTED[base][0].en}"
    for base in under:
        zh, en = f"{zh}/{_COUNTED[base][0].zh.removeprefix('个')}", f"{en}/{_COUNTED[base][0].en}"
    return Text(zh, en)


def _money(value: Any) -> tuple[str, str]:
    exact = Fraction(value) / 100
    shown = f"{int(exact):,}" if exact.denominator == 1 else decimal(exact, least=2)
    return f"{shown}元", f"{shown} yuan"


def decimal(exact: Fraction, least: int = 0) -> str:
    """An exact fraction as text with thousands marks; up to four decimals, "≈" before it when that cuts something."""
    shown = round(exact * 10_000)
    sign, shown = ("-", -shown) if shown < 0 else ("", shown)
    whole, part = divmod(shown, 10_000)
    digits = f"{part:04d}".rstrip("0").ljust(least, "0")
    about = "" if Fraction(shown, 10_000) == abs(exact) else "≈"
    return f"{about}{sign}{whole:,}{'.' + digits if digits else ''}"
