"""Quantities of an order: numbers with a unit and how they bind (不超过300万元 is 3000000 元, <=).

Masked figures (××) keep their text and have no value. Dates, clock times, document numbers, article numbers,
telephone numbers and ordinals are no quantities.
"""

import re

from .numbers import chinese_int
from .structure import Quantity

_UNIT = (
    r"个?(?:工作日|自然日|百分点|小时|分钟|人次|户次|台次|车次|周岁|年级|平方米|延长米|公里|学时|课时|万人)"
    r"|元|美元|人|名|户|家|个月|个|年|岁|天|日|次|辆|台|吨|米|℃|度|倍|期|份|座|张|亩|级|条|支|套|副|只"
    r"|周|所|床|例|项|万|亿|期|件|千克|公斤|升|瓶"
)
_QUANTITY = re.compile(
    r"(?=[每不至最超高大多低少小达≥≤><力约（补\d×xX*一二两三四五六七八九十百])"
    r"(?:每(?:人|户|家|班|个|企业|单位|年|日|天|月|周|次)){0,3}(?P<before>不超过|不得超过|不高于|不得高于"
    r"|不多于|至多|最高|最长|最多|不低于|不得低于|不少于|不得少于|不小于|至少|最低|超过|高于|大于|多于"
    r"|低于|少于|小于|不足|不满|达到|≥|≤|>|<|力争|约)?"
    r"(?:不超过|达到)?"
    r"(?:（?每(?:人|户|家|班|个|企业|单位|年|日|天|月|周|次)){0,3}(?:最高|不超过|补贴|补助)?"
    r"(?<![\d.〔])(?P<n>\d{1,9}(?:\.\d{1,4})?|[×xX*]{1,8}|[一二两三四五六七八九十百]{1,4})"
    r"(?:(?:[-—–－~～至到]|--|——)(?P<n2>\d{1,9}(?:\.\d{1,4})?))?"
    rf"(?P<scale>[十百千万亿]{{0,2}})(?P<unit>[%‰]"
    rf"|{_UNIT})(?P<after>（含[^（）]{{0,10}}）)?(?P<tail>及?以上|及?以下|以内|之内|之内|内)?"
)
_COMPARE_BEFORE = {
    "不超过": "<=", "不得超过": "<=", "不高于": "<=", "不得高于": "<=", "不多于": "<=", "至多": "<=",
    "最高": "<=", "最长": "<=", "最多": "<=", "≤": "<=", "不低于": ">=", "不得低于": ">=",
    "不少于": ">=", "不得少于": ">=", "不小于": ">=", "至少": ">=", "最低": ">=", "达到": ">=",
    "≥": ">=", "超过": ">", "高于": ">", "大于": ">", "多于": ">", ">": ">", "低于": "<", "少于": "<",
    "小于": "<", "不足": "<", "不满": "<", "<": "<",
}  # fmt: skip
_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
# Chinese figures count only before these units; 一个 and 一级 are words.
_CHINESE_UNITS = {
    "天",
    "日",
    "小时",
    "次",
    "分钟",
    "个工作日",
    "工作日",
    "个月",
    "周",
    "倍",
    "人",
    "名",
    "年",
}
_CLOCK_AFTER = re.compile(r"\d*[分时点：]")


def find_quantities(text: str) -> list[Quantity]:
    """Return the quantities of a sentence (normal form) in printed order; a range gives its two ends."""
    found: list[Quantity] = []
    for match in _QUANTITY.finditer(text):
        if not _counts(match, text):
            continue
        scale = 1
        for char in match["scale"]:
            scale *= _SCALE[char]
        unit = match["unit"]
        if unit in ("万", "亿"):
            scale, unit = scale * _SCALE[unit], ""
        elif unit == "万人":
            scale, unit = scale * 10_000, "人"
        label = match[0]
        if match["n2"]:
            found.append(Quantity(label, _value(match["n"], scale), unit, ">="))
            found.append(Quantity(label, _value(match["n2"], scale), unit, "<="))
        else:
            found.append(Quantity(label, _value(match["n"], scale), unit, _compare(match)))
    return found


def _value(figure: str, scale: int) -> float | int | None:
    if figure[0] in "×xX*":
        return None
    if figure[0].isdigit():
        value = float(figure) * scale if "." in figure else int(figure) * scale
        return int(value) if value == int(value) else round(value, 6)
    whole = chinese_int(figure)
    return None if whole is None else whole * scale


def _compare(match: re.Match[str]) -> str:
    tail = match["tail"] or ""
    before = match["before"] or ""
    if tail.endswith("以上"):
        return ">="
    if tail:
        return "<="
    if match["after"] and before in ("低于", "高于"):
        return _COMPARE_BEFORE[before] + "="
    if "不超过" in match[0]:
        return "<="
    return _COMPARE_BEFORE.get(before, "=")


def _counts(match: re.Match[str], text: str) -> bool:
    """Tell a quantity from a date, an ordinal, a word that merely contains a figure."""
    figure, unit, start = match["n"], match["unit"], match.start("n")
    before = text[max(0, start - 1) : start]
    if before in ("第", "月", "年", "〔", "-", "."):
        return before in ("年", "月") and unit in ("元",)
    if unit == "年" and len(figure) == 4 and not match["scale"]:
        return False
    if unit in ("日", "年") and not match["tail"] and figure[0].isdigit() and before != "满":
        return (
            unit == "年" and len(figure) <= 2 and text[match.end() : match.end() + 1] not in tuple("月底初末")
        )
    if unit == "级" and not figure[0].isdigit():
        return False
    if figure[0] not in "0123456789×xX*":
        return (
            unit in _CHINESE_UNITS
            and not (figure == "一" and unit in ("次", "天", "日", "人", "年", "名"))
            and (unit not in ("日", "年", "人", "名") or bool(match["tail"]))
        )
    if figure[0] in "xX*" and len(figure) < 2:
        return False
    return not (unit == "度" and text[match.end() : match.end() + 1] == "假")
