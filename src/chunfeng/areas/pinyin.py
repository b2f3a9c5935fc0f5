"""Pinyin initials of place names, for typing a name with a few keys."""

from __future__ import annotations

import re

# Places whose own reading the general word list does not give; longer words first. 长 in a place's
# name is nearly always cháng.
_OWN_READINGS = {
    "长子县": "zzx", "弓长岭": "gcl", "洪洞": "ht", "繁峙": "fs", "荥经": "yj", "涡阳": "gy", "朝阳": "cy",
    "藏族": "cz", "单县": "sx", "浚县": "xx", "长": "c",
}  # fmt: skip
_OWN = re.compile("|".join(_OWN_READINGS))
_RUNS = re.compile("[0-9A-Za-z]+|[\u4e00-\u9fff]+")


def initials(name: str) -> str:
    """First letters of the reading: 公主岭市 → gzls. Digits and Latin letters stay."""
    found, at = "", 0
    for known in _OWN.finditer(name):
        found += _read(name[at : known.start()]) + _OWN_READINGS[known.group()]
        at = known.end()
    return found + _read(name[at:])


def _read(text: str) -> str:
    if not text:
        return ""
    from pypinyin import Style, lazy_pinyin  # 0.2 s to import: only where names are built

    found = ""
    for run in _RUNS.findall(text):
        plain = run.isascii()
        found += run.lower() if plain else "".join(letters[:1] for letters in lazy_pinyin(run, Style.NORMAL))
    return found
