"""Pinyin initials of place names, for typing a name with a few keys."""

from __future__ import annotations

from functools import cache

# Readings the word list gets wrong although the place is known for its own reading.
_OWN_READING = {"重庆": "cq", "长春": "cc", "厦门": "xm", "六安": "la", "亳州": "bz", "台州": "tz"}


@cache
def _word(name: str) -> str:
    from pypinyin import Style, lazy_pinyin  # 0.2 s to import: only where names are built

    letters = lazy_pinyin(name, style=Style.FIRST_LETTER, errors=lambda text: list(text))
    return "".join(letter[:1].lower() for letter in letters if letter[:1].isalnum())


def initials(name: str) -> str:
    """First letters of the reading: 公主岭市 → gzls. Digits and Latin letters stay."""
    for start, known in _OWN_READING.items():
        if name.startswith(start):
            return known + (_word(name[len(start) :]) if len(name) > len(start) else "")
    return _word(name)
