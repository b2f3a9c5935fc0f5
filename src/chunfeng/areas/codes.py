"""Area codes: what one says about its level, its parent and its range.

A code is 12 characters: province 2, prefecture 2, county 2, township 3, village 3 (GB/T 2260 and
GB/T 10114). Below the village the code grows by groups of three: a block has 15 characters, a
ten-household cell 18. Areas the standard does not know (functional zones, corps divisions, blocks,
cells) are *local*: their group begins with a letter, so they stay inside the parent's range and can
never meet a code the standard gives out later.

A group of zeros means "no area at this level here": 441900003000 is a township directly under the
prefecture 441900000000. Everything is plain text compared byte by byte (collation "C").
"""

from __future__ import annotations

import re
from collections.abc import Collection

COUNTRY = "000000000000"
WIDTHS = (2, 2, 2, 3, 3, 3, 3)
_STARTS = (0, 2, 4, 6, 9, 12, 15)
BASE_LENGTH = 12
MAX_LENGTH = 18

# I and O are left out: read aloud or written by hand they turn into 1 and 0.
CODE_PATTERN = (
    r"^(0{12}|[1-9][0-9]([0-9]{2}|[A-HJ-NP-Z][0-9A-HJ-NP-Z]){2}([0-9]{3}|[A-HJ-NP-Z][0-9A-HJ-NP-Z]{2}){2,4})$"
)
_CODE = re.compile(CODE_PATTERN)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class BadCode(ValueError):
    """A text that is not an area code; the message names it and says what a code looks like."""


def check(code: str) -> str:
    """The code itself when its form is right, else BadCode."""
    if not _CODE.match(code) or (len(code) > BASE_LENGTH and code.endswith("000")):
        raise BadCode(
            f"{code!r} is not an area code: 12 characters (15 for a block, 18 for a cell), "
            "two digits for the province, then digits or capital letters, e.g. 220184000000"
        )
    return code


def pad(short: str) -> str:
    """The full code of a short one: "2201" → "220100000000"; "" is the country."""
    return check(short.ljust(BASE_LENGTH, "0"))


def prefix(code: str) -> str:
    """The part that all areas inside begin with: "220100000000" → "2201"; the country gives ""."""
    check(code)
    return code[: _end(level(code))]


def code_range(code: str) -> tuple[str, str]:
    """Half-open range [lo, hi) of every code inside, in "C" collation; "" and the country mean all."""
    if code in ("", COUNTRY):
        return "", "~"
    lo = prefix(code)
    return lo, lo[:-1] + chr(ord(lo[-1]) + 1)


def level(code: str) -> int:
    """0 country, 1 province, 2 prefecture, 3 county, 4 township, 5 village, 6 block, 7 cell."""
    check(code)
    for number in range(len(WIDTHS), 0, -1):
        group = code[_STARTS[number - 1] : _end(number)]
        if group.strip("0"):
            return number
    return 0


def parent(code: str) -> str | None:
    """The next area above, skipping levels that are zeros; None for the country."""
    own = level(code)
    if own == 0:
        return None
    return _normal(code[: _STARTS[own - 1]])


def ancestors(code: str) -> list[str]:
    """Every area above, the country first, the nearest last."""
    above: list[str] = []
    up = parent(code)
    while up is not None:
        above.append(up)
        up = parent(up)
    return above[::-1]


def contains(code: str, other: str) -> bool:
    """Does `other` lie inside `code` (or equal it)?"""
    return check(other).startswith(prefix(code)) or code == COUNTRY


def is_local(code: str) -> bool:
    """Does any group of the code begin with a letter, i.e. was it given out locally?"""
    check(code)
    return any(code[start : start + 1].isalpha() for start in _STARTS)


def next_local_code(parent_code: str, at_level: int, taken: Collection[str]) -> str:
    """The first free local code at `at_level` (3 county … 7 cell) inside the parent.

    `taken` holds the codes in use, abolished ones too: a code is never given out twice.
    """
    above = level(parent_code)
    if not max(above, 1) < at_level <= len(WIDTHS):
        raise BadCode(
            f"no area of level {at_level} can lie directly inside {parent_code} (level {above}): "
            f"choose a level from {max(above, 1) + 1} to {len(WIDTHS)}"
        )
    stem = parent_code[: _STARTS[at_level - 1]].ljust(_STARTS[at_level - 1], "0")
    digits = WIDTHS[at_level - 1] - 1
    for letter in _LETTERS:
        for number in range(1, 10**digits):
            code = f"{stem}{letter}{number:0{digits}d}".ljust(BASE_LENGTH, "0")
            if code not in taken:
                return code
    raise BadCode(f"all local codes of level {at_level} inside {parent_code} are in use")


def rebase(code: str, old: str, new: str) -> str:
    """The code an area inside `old` gets when `old` becomes `new`: 220381100000 → 220184100000.

    The groups below `old` keep their place; when `new` is an area of another level the groups in
    between are zeros. Raises BadCode when `code` is not inside `old` or the result has no room.
    """
    if not contains(old, code):
        raise BadCode(f"{code} does not lie inside {old}")
    start, new_start = _end(level(old)), _end(level(new))
    if new_start > start and code[start:new_start].strip("0"):
        raise BadCode(f"{code} has no place inside {new}: give it a code by hand")
    moved = prefix(new) + "0" * max(0, start - new_start) + code[max(start, new_start) :]
    return check(moved)


def _end(number: int) -> int:
    return _STARTS[number - 1] + WIDTHS[number - 1] if number else 0


def _normal(stem: str) -> str:
    """A full code from leading groups: trailing zero groups beyond the village fall away."""
    while len(stem) > BASE_LENGTH and stem.endswith("000"):
        stem = stem[:-3]
    return stem.ljust(BASE_LENGTH, "0")
