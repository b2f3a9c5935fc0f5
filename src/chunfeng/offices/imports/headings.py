"""A sheet under a heading: found by its names in both languages, read as text with the line in the file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.offices.imports import package

SPARE_ROWS = 100
"""Room above and between the rows: title, heading, empty lines."""
HEADER_WITHIN = 15


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, its heading, other headings it answers to (blanks between), an example, its width."""

    key: str
    label: Any
    also: str
    example: str = ""
    needed: bool = False
    width: int = 18


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows under the heading, as text by column key, with their line in the file."""

    rows: list[tuple[int, dict[str, str]]]
    letters: dict[str, str]


def first_sheet(data: bytes, most: int) -> list[list[Any]]:
    """The cells of the first sheet of an xlsx file of at most so many rows.

    Raises Refused with what is wrong with the file as a whole.
    """
    import python_calamine

    safe = package.checked(data, most + SPARE_ROWS)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(safe))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as error:  # the reader raises many kinds, some undocumented
        raise package.unreadable() from error


def text_of(value: Any) -> str:
    """A cell as text: whole numbers without “.0”, blanks at the ends removed, control characters dropped."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", str(value)).strip()


def letter(position: int) -> str:
    """The letter of a column: 0 → A, 26 → AA."""
    text, n = "", position + 1
    while n:
        n, rest = divmod(n - 1, 26)
        text = chr(65 + rest) + text
    return text


def arrange(
    cells: Sequence[Sequence[Any]],
    columns: Sequence[Column],
    *,
    by: tuple[str, str],
    clean: Callable[[Any], str] = text_of,
) -> Sheet:
    """Find the heading by two of the columns, then the rows under it. Raises Refused when needed columns lack."""
    known = {_plain(text): c.key for c in columns for text in (*c.also.split(), *_labels(c.label))}
    for at, row in enumerate(cells[:HEADER_WITHIN]):
        found: dict[str, int] = {}
        for position, value in enumerate(row):
            key = known.get(_plain(text_of(value)))
            if key is not None:
                found.setdefault(key, position)
        if set(by) <= set(found):
            return _under(cells, at, found, columns, clean)
    names = {c.key: c.label for c in columns}
    raise Refused(
        _("No heading found: the first %(n)s rows must hold “%(code)s” and “%(name)s”. Use the template.")
        % {"n": HEADER_WITHIN, "code": names[by[0]], "name": names[by[1]]}
    )


def _under(
    cells: Sequence[Sequence[Any]],
    at: int,
    found: dict[str, int],
    columns: Sequence[Column],
    clean: Callable[[Any], str],
) -> Sheet:
    gone = [str(c.label) for c in columns if c.needed and c.key not in found]
    if gone:
        raise Refused(_("The heading lacks: %(columns)s. Use the template.") % {"columns": "、".join(gone)})
    rows = []
    for line, row in enumerate(cells[at + 1 :], start=at + 2):
        values = {key: clean(row[p]) if p < len(row) else "" for key, p in found.items()}
        if any(values.values()):
            rows.append((line, values))
    return Sheet(rows, {key: letter(position) for key, position in found.items()})


def _labels(label: Any) -> list[str]:
    """The heading in both languages."""
    found = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found.append(str(label))
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\s*＊:：-]", "", text).lower().replace("(", "（").replace(")", "）")
