"""Numerals and document numbers of official documents.

A document number (发文字号) is agency code + 〔year〕 + serial + 号 (GB/T 9704-2012). Pages print it with
any kind of bracket, with spaces and with 第; :func:`normal_number` gives the one right form. Everything
here expects text that went through :func:`~chunfeng.notices.reader.text.normalise`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_DIGITS |= dict.fromkeys("○ΟОＯOo0零◯", 0) | {"两": 2} | {str(i): i for i in range(1, 10)}
_TENS = {"十": 10, "百": 100, "千": 1000, "廿": 20, "卅": 30}

CHINESE_DIGIT = "〇一二三四五六七八九○ΟОOo零◯"
CHINESE_INT = "[一二三四五六七八九十百千两〇零廿卅]"

_OPEN, _CLOSE = r"[〔（(【\[﹝｛{「]", r"[〕）)】\]﹞｝}」]"
_YEAR_SERIAL = rf"{_OPEN}\s*(?P<year>(?:19|20)\d\s*\d)\s*年?\s*{_CLOSE}\s*第?\s*(?P<serial>\d{{1,5}})\s*号"
_CODE = r"[\u4e00-\u9fff]{1,16}(?:[（(][\u4e00-\u9fff]{1,6}[）)])?[\u4e00-\u9fff]{0,8}"
_ANCHOR = re.compile(_YEAR_SERIAL)
# A code read backwards from the bracket of the year: trying every start before it would take far longer.
_EDOC = re.compile(r"\s*[\u4e00-\u9fff]{0,8}(?:[）)][\u4e00-\u9fff]{1,6}[（(])?[\u4e00-\u9fff]{1,16}")
# Words that may stand right before a number and are no part of it.
_LEAD_IN = re.compile(
    r"^.*(?:根据|按照|依据|依照|参照|执行|落实|贯彻|遵照|文件|文号|编号|发文字号|发布文号|特急|加急"
    r"|急件|特提|平急|机密|秘密|绝密|转发|印发|废止|有关|以及|并且|严格|认真|的|(?<=.)(?<!呼)和"
    r"|(?<=.)与|(?<=.)及)"
    r"|^(?:原|见|以|经|即|和|与|及|或|对|在|将|由|同时|现行|我[省市县部厅])+"
)
NUMBER_LINE = re.compile(rf"^[（(]?(?P<code>{_CODE})\s*{_YEAR_SERIAL}[）)]?$")
# 令、公告 and 通告 are numbered within the year or the term of office only.
ORDER_NUMBER = re.compile(r"(?:((?:19|20)\d{2})年)?第?\s*(\d{1,4}|[一二三四五六七八九十百]{1,5})\s*号")


@lru_cache(maxsize=1024)
def chinese_int(text: str) -> int | None:
    """Return the integer written in Arabic or Chinese figures, positional (二〇〇三) or counted (二十八),
    else None.
    """
    text = text.strip()
    if not text or len(text) > 12:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    if not any(c in _TENS for c in text):
        digits = [_DIGITS.get(c) for c in text]
        return None if None in digits else int("".join(map(str, digits)))
    total = current = 0
    for char in text:
        if char in _TENS:
            unit = _TENS[char]
            total += unit if char in "廿卅" else (current or 1) * unit
            current = 0
        elif char in _DIGITS:
            current = _DIGITS[char]
        else:
            return None
    return total + current


@dataclass(frozen=True, slots=True)
class Found:
    """A document number in a text: text[start:end], and its right form."""

    start: int
    end: int
    number: str


def find_numbers(text: str) -> list[Found]:
    """Return the document numbers in the text in printed order: 湘就服发[2020]3号 is 湘就服发〔2020〕3号."""
    if "号" not in text:
        return []
    found: list[Found] = []
    for match in _ANCHOR.finditer(text):
        floor = max(match.start() - 34, found[-1].end if found else 0)
        backwards = _EDOC.match(text[floor : match.start()][::-1])
        if backwards:
            code = backwards[0][::-1]
            name = _LEAD_IN.sub("", re.sub(r"\s", "", code))
            if name:
                start = match.start() - len(code) + code.rindex(name[0])
                year = re.sub(r"\s", "", match["year"])
                found.append(Found(start, match.end(), f"{name}〔{year}〕{match['serial']}号"))
    return found


def find_number(text: str) -> str | None:
    """Return the first document number in the text in its right form, or None."""
    found = find_numbers(text)
    return found[0].number if found else None


def number_year(number: str | None) -> int | None:
    """Return the year inside a document number, or None."""
    match = re.search(r"〔(\d{4})〕|((?:19|20)\d{2})年", number or "")
    return int(match[1] or match[2]) if match else None


def same_number(one: str, other: str) -> bool:
    """Tell whether two numbers name one document: a telegram is cited as 明电 and as 发明电."""
    return telegram_form(one) == telegram_form(other)


def telegram_form(number: str) -> str:
    """Return the number with 发明电 and 明电发 written 明电 and 06号 as 6号, for comparison only."""
    return re.sub(r"〕0+", "〕", number.replace("发明电", "明电").replace("明电发", "明电"))
