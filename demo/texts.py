"""The notices of the story, with their dates counted from the day it is told."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent / "notices"
_FULL = re.compile(r"<<date([+-]\d+)?>>")
_DAY = re.compile(r"<<([+-]\d+)>>")


def text(name: str, signed: date) -> str:
    """The notice as signed on a day: <<date>> in full, <<+3>> as month and day three days later, <<year>>."""

    def full(match: re.Match[str]) -> str:
        day = signed + timedelta(days=int(match[1] or 0))
        return f"{day.year}年{day.month}月{day.day}日"

    def short(match: re.Match[str]) -> str:
        day = signed + timedelta(days=int(match[1]))
        # a day of another year is written with its year, as an office would
        return f"{day.month}月{day.day}日" if day.year == signed.year else full_date(day)

    raw = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").replace("<<year>>", str(signed.year))
    return _DAY.sub(short, _FULL.sub(full, raw))


def full_date(day: date) -> str:
    """2020年1月26日."""
    return f"{day.year}年{day.month}月{day.day}日"
