"""Codes nobody has to think of: the sounds of the label, kept once given."""

from __future__ import annotations

import re
from collections.abc import Container

_OTHER = re.compile(r"[^a-z0-9]+")


def code_for(label: str, taken: Container[str], *, joint: str = "_", most: int = 40, empty: str = "x") -> str:
    """A code for a label that is not `taken`: 检查人数 → jian_cha_ren_shu, again → jian_cha_ren_shu_2."""
    from pypinyin import lazy_pinyin  # 0.3 s to import: only where names are built

    sounds = " ".join(lazy_pinyin(label, errors=lambda rest: _OTHER.sub(" ", rest.lower()).split() or [""]))
    plain = _OTHER.sub(joint, sounds.replace("ü", "v")).strip(joint)
    if joint == "_" and not plain[:1].isalpha():
        plain = f"{empty}{joint}{plain}".rstrip(joint)
    plain = (plain or empty)[:most].rstrip(joint)
    found, n = plain, 1
    while found in taken:
        n += 1
        end = f"{joint}{n}"
        found = plain[: most - len(end)].rstrip(joint) + end
    return found
