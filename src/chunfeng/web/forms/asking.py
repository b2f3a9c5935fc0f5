"""Reading a pasted list of questions: one per line, with its unit and what kind of answer it wants. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

UNITS = (
    "人", "人次", "名", "家", "户", "个", "件", "套", "只", "副", "双", "辆", "辆次", "车次", "班次", "场", "场次",
    "条", "份", "次", "公斤", "千克", "吨", "升", "瓶", "盒", "箱", "所", "处", "台", "天", "起", "例", "批", "间",
    "张", "元", "万元", "亿元", "%", "％", "平方米", "小时",
)  # fmt: skip
_MARK = re.compile(
    r"^\s*(?:[-*•·●○▪■☐]|[（(]\s*[\d一二三四五六七八九十]{1,3}\s*[)）]|[①-⑳]"
    r"|[\d一二三四五六七八九十]{1,3}\s*[.．、)）](?!\d))\s*"
)
_LAST = re.compile(
    r"^(?P<label>.+?)\s*(?:[（(\[【]\s*(?P<inner>[^（）()\[\]【】]{1,5})\s*[)）\]】]"
    r"|[，,/／：:]\s*(?P<outer>\S{1,5}))[。；;，,]?$"
)
_KINDS = (
    (re.compile(r"^是否|是否|有无"), "yesno"),
    (re.compile(r"姓名|联系人$|负责人$|填报人$|责任人$"), "name"),
    (re.compile(r"电话|手机|联系方式"), "phone"),
    (re.compile(r"网址|链接"), "url"),
    (re.compile(r"日期$|年月日$"), "date"),
    (re.compile(r"(说明|情况|原因|措施|备注|问题|建议|做法|名单|清单|经验|进展)$"), "long"),
    (re.compile(r"(名称|地址|地点|单位)$"), "text"),
    (re.compile(r"(率|占比|比例|比重)$"), "per_cent"),
)  # fmt: skip
TYPES = ("count", "number", "money", "yesno", "text", "long", "date", "name", "phone", "url")
MOST, LONGEST = 200, 500


@dataclass(frozen=True)
class Asked:
    """One question of a data call."""

    label: str
    unit: str = ""
    type: str = "count"

    def indicator(self) -> dict[str, Any]:
        """The entry `indicators` of a definition; rates are averaged, explanations may stay empty."""
        data: dict[str, Any] = {"label": self.label, "type": self.type}
        if self.type in ("count", "number", "money") and self.unit:
            data["unit"] = self.unit
        if self.type == "number":
            data["decimals"] = 1 if self.unit == "%" else 2
        if self.unit == "%":
            data["aggregate"] = "mean"
        if self.type == "long":
            data["required"] = False
        return data


def read(text: str) -> list[Asked]:
    """The questions of a pasted text; lines with nothing but a mark are passed over, at most `MOST` are read."""
    return [found for line in text.splitlines()[:MOST] for found in _line(line)]


def _line(line: str) -> Iterator[Asked]:
    """ "1. 新开工企业数（家）", "新开工企业数，家", "新开工企业数<tab>家" or bare "新开工企业数"."""
    line = "".join(sign if sign.isprintable() or sign == "\t" else " " for sign in line[:LONGEST])
    label, tab, rest = _MARK.sub("", line.replace("\u3000", " ")).partition("\t")
    label = label.strip().strip("。；;").strip()
    unit = rest.split("\t")[0].strip() if tab else ""
    if not label:
        return
    if not unit and (match := _LAST.match(label)):
        named = (match["inner"] or match["outer"]).removeprefix("单位").strip("：: ")
        if named in UNITS:
            label, unit = match["label"].rstrip("，,：: "), named
    yield of(label[:200], unit[:20])


def of(label: str, unit: str = "") -> Asked:
    """A question with the kind of answer its words want; a guess the officer sees and may change."""
    unit = "%" if unit == "％" else unit
    if unit in ("万元", "亿元", "%"):
        return Asked(label, unit, "number")
    if unit == "元":
        return Asked(label, unit, "money")
    if not unit:
        bare = re.sub(r"[（(].*?[)）]", "", label).strip() or label
        for pattern, kind in _KINDS:
            if pattern.search(bare):
                return Asked(label, "%", "number") if kind == "per_cent" else Asked(label, "", kind)
    return Asked(label, unit)
