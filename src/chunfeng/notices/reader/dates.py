"""Dates and clock times of a document.

A date without a year takes the document's year (DOMAIN.md, Official documents); one that would lie long
before the document's own date can only mean the next year.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from .numbers import CHINESE_DIGIT, chinese_int

_YEAR = rf"(?:\d{{4}}|[一二][{CHINESE_DIGIT}0Ｏ]{{3}})"
_NUM = r"(?:\d{1,2}|[一二三四五六七八九十廿]{1,3})"
FULL_DATE = re.compile(
    rf"(?P<y>{_YEAR}) ?年 ?(?P<m>{_NUM}) ?月 ?(?P<d>{_NUM}) ?[日号]"
    r"|(?P<y2>(?:19|20)\d{2})[-./](?P<m2>\d{1,2})[-./](?P<d2>\d{1,2})(?!\d)"
)
CLOCK = re.compile(
    r"(?P<half>凌晨|每晚|当晚|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|晚)?(?P<hour>\d{1,2}"
    r"|[零一二三四五六七八九十]{1,3})"
    r"(?:[时点：](?!间|代)(?:整|(?P<min>\d{1,2})分?|(?P<halfpast>半))?)"
)
POINT = re.compile(
    r"(?=[\d一二三四五六七八九十廿今本明次当同去上前的年岁月底])(?:"
    rf"(?:(?P<y>{_YEAR})年|(?P<rel>今年|本年度?|明年|次年|当年|同年|今|去年|上年|前年))?的?(?P<m>{_NUM})月份?"
    rf"(?:(?P<d>{_NUM})[日号]|(?P<part>底|末|初|上旬|中旬|下旬))?(?!龄)"
    r"|(?P<y2>(?:19|20)\d{2})[-./](?P<m2>\d{1,2})[-./](?P<d2>\d{1,2})(?!\d)"
    r"|(?:(?P<yy>(?:19|20)\d{2})年?|(?P<yrel>今年|本年度?|明年))?(?P<yend>年内(?=[建完实力新基全达])"
    r"|(?:年底|年末|岁末|(?<=年)底)(?=之?前|以前|，|完成))"
    r"|(?P<mend>本月底|(?<![\d一二三四五六七八九十每])月底|本月末)(?=之?前|以前)"
    r"|(?<=[到于至])(?P<yonly>20\d{2})年(?=前|，|[建实达完基力全])"
    r"|(?<=[至到\-—–~～])(?P<dayto>\d{1,2})[日号]"
    r"|(?<=[\u4e00-\u9fff，（])(?<!月)(?P<dayonly>\d{1,2})[日号](?=前|之前|以前|(?:上午|下午|中午"
    r"|晚)?\d{1,2}[时点：]))"
)
_ANY_DATE = re.compile(r"(?=[年月日号底末\d])(?:[年月日号底末]|\d[-./]\d)")
_PARTS = {
    "初": (1, 10),
    "上旬": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 31),
    "底": (31, 31),
    "末": (31, 31),
    None: (1, 31),
}
_YEARS_ON = {"明年": 1, "次年": 1, "去年": -1, "上年": -1, "前年": -2}
_ASIDE = re.compile(r"（[^（）]{1,12}）")
_STALE_DAYS = 30


@dataclass(slots=True)
class Point:
    """A date in a sentence: text[start:end], its first and last day (None: unknown), its clock time."""

    start: int
    end: int
    first: date | None
    last: date | None
    time: str | None = None


def read_date(text: str) -> date | None:
    """Return the first full date in the text (Arabic or Chinese figures, any zero circle), or None."""
    match = FULL_DATE.search(text)
    if not match:
        return None
    return make_date(match["y"] or match["y2"], match["m"] or match["m2"], match["d"] or match["d2"])


def make_date(year: str, month: str, day: str) -> date | None:
    """Return the date of three figures in any script, or None where there is no such day."""
    y, m, d = chinese_int(year), chinese_int(month), chinese_int(day)
    if y is None or m is None or d is None:
        return None
    try:
        return date(y, m, d)
    except (ValueError, OverflowError):
        return None


def clock_time(match: re.Match[str] | None) -> str | None:
    """Return HH:MM of a clock time; 下午4:00 is 16:00, 24时 stays 24:00; None where there is no such time."""
    if not match:
        return None
    hour = chinese_int(match["hour"])
    minute = 30 if match["halfpast"] else int(match["min"] or 0)
    if hour is None or hour > 24 or minute > 59:
        return None
    half = match["half"]
    if (half in ("下午", "傍晚", "晚上", "晚间", "晚", "每晚", "当晚") and hour < 12) or (
        half == "中午" and hour < 10
    ):
        hour += 12
    return f"{hour:02d}:{minute:02d}"


class Calendar:
    """Resolves the dates of one document from its date of signature, from its year alone, or from neither."""

    def __init__(self, signed: date | None = None, year: int | None = None) -> None:
        self.signed = signed
        self.year = signed.year if signed else year

    def points(self, text: str) -> list[Point]:
        """Return the dates of a sentence, each with the clock time right after it."""
        if not _ANY_DATE.search(text):
            return []
        found: list[Point] = []
        month: int | None = None
        year: int | None = None
        for match in POINT.finditer(text):
            first, last, year, month = self._resolve(match, year, month)
            aside = _ASIDE.match(text, match.end())
            clock = CLOCK.match(text, aside.end() if aside else match.end())
            time = clock_time(clock)
            found.append(
                Point(match.start(), clock.end() if clock and time else match.end(), first, last, time)
            )
        return found

    def _resolve(
        self, match: re.Match[str], year_said: int | None, month_said: int | None
    ) -> tuple[date | None, date | None, int | None, int | None]:
        """Return first day, last day, and the year and month that a following date may leave out."""
        year = self._year(match)
        explicit = year is not None or year_said is not None
        year = year or year_said or self.year
        kept = year if explicit else None
        if match["yend"] or match["yonly"]:
            year = int(match["yonly"] or 0) or year
            last = date(year, 12, 31) if year and year < 9999 else None
            return last, last, kept, 12
        signed_month = self.signed.month if self.signed else None
        if match["mend"]:
            month = signed_month
        elif match["dayonly"] or match["dayto"]:
            month = month_said or signed_month
        else:
            month = chinese_int(match["m"] or match["m2"])
        if not year or not month or not 1 <= month <= 12 or not 1 <= year <= 9998:
            return None, None, kept, month
        day = chinese_int(match["d"] or match["d2"] or match["dayonly"] or match["dayto"] or "")
        part = "底" if match["mend"] else match["part"]
        first, last = _days(year, month, day, part)
        if last and not explicit and self.signed and (self.signed - last).days > _STALE_DAYS:
            first, last = _days(year + 1, month, day, part)
        return first, last, kept, month

    def _year(self, match: re.Match[str]) -> int | None:
        said = match["y"] or match["y2"] or match["yy"]
        if said:
            return chinese_int(said)
        relative = match["rel"] or match["yrel"]
        return self.year + _YEARS_ON.get(relative, 0) if relative and self.year else None


def _days(year: int, month: int, day: int | None, part: str | None) -> tuple[date | None, date | None]:
    length = calendar.monthrange(year, month)[1]
    if day is not None:
        return (date(year, month, day),) * 2 if 1 <= day <= length else (None, None)
    first, last = _PARTS[part]
    return date(year, month, min(first, length)), date(year, month, min(last, length))
