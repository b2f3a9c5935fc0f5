"""The sheets of an XLSForm workbook as rows by heading, with texts in their languages and codes made of names."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from chunfeng.core.errors import Refused
from chunfeng.offices.imports import package
from chunfeng.reporting.definition.parsing import BadForm

MAX_ROWS, MAX_COLUMNS = 5_000, 300


@dataclass(frozen=True)
class Row:
    """A filled row of a sheet, by heading."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    def get(self, key: str) -> str:
        return self.cells.get(key, "")

    def text(self, key: str) -> dict[str, str] | str:
        """A text in its languages: label, label::中文 (zh), label::English (en), and any other by its name."""
        found: dict[str, str] = {}
        for heading, value in self.cells.items():
            name, _sep, language = heading.partition("::")
            if name.strip() == key and value:
                found.setdefault(_language(language, value), value)
        return found if found.keys() - {"zh"} else found.get("zh", "")


def sheets_of(data: bytes) -> dict[str, list[Row]]:
    """The rows of every sheet by its name in small letters. Raises `BadForm` for what is no xlsx or too large."""
    try:
        safe = package.checked(data, MAX_ROWS, MAX_COLUMNS)
        book = CalamineWorkbook.from_filelike(io.BytesIO(safe))
        raw = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except Refused as refusal:
        raise BadForm([str(refusal)]) from refusal
    except (CalamineError, ValueError, OSError) as error:
        raise BadForm([str(package.unreadable())]) from error
    return {name.strip().lower(): list(_rows(name, rows)) for name, rows in raw.items()}


def _rows(sheet: str, rows: list[list[Any]]) -> Iterator[Row]:
    if len(rows) > MAX_ROWS:
        raise BadForm([_("The sheet %(sheet)s has more than %(n)s rows.") % {"sheet": sheet, "n": MAX_ROWS}])
    first = next((n for n, row in enumerate(rows) if any(_plain(cell) for cell in row)), None)
    if first is None:
        return
    headings = [_plain(cell) for cell in rows[first]]
    headings = [
        heading.lower() if "::" not in heading else heading.replace(" ::", "::").replace(":: ", "::")
        for heading in headings
    ]
    for number, row in enumerate(rows[first + 1 :], start=first + 2):
        cells = {
            heading: value
            for heading, cell in zip(headings, row, strict=False)
            if heading and (value := _plain(cell))
        }
        if cells:
            yield Row(sheet, number, cells)


def _plain(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _language(name: str, value: str) -> str:
    name = name.strip().lower()
    if name.startswith(("zh", "中", "汉", "chinese", "mandarin")) or "(zh" in name:
        return "zh"
    if name.startswith(("en", "英")) or "(en" in name:
        return "en"
    if name:
        return name
    return "zh" if re.search("[\u3400-\u9fff]", value) else "en"


def code_of(name: str) -> str:
    made = re.sub(r"[^a-z0-9_]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")[:40]
    return made if made[:1].isalpha() else f"x_{made}"[:40].rstrip("_") if made else "x"


def form_code_of(name: str) -> str:
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-")
    return made or "imported-form"


def bilingual(text: dict[str, str] | str) -> dict[str, str] | str:
    """The text without other languages than Chinese and English; "" when nothing is left."""
    if isinstance(text, str):
        return text
    return {key: value for key, value in text.items() if key in ("zh", "en")} or ""


def joined(first: Any, second: Any) -> dict[str, str] | str:
    """Two texts with a dot between, language by language."""
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}·{second}" if first and second else first or second
    pair = [each if isinstance(each, Mapping) else {"zh": each} for each in (first, second)]
    found = {}
    for language in ("zh", "en"):
        parts = [each.get(language) or each.get("zh") or each.get("en") or "" for each in pair]
        if any(each.get(language) for each in pair):
            found[language] = "·".join(part for part in parts if part)
    return found
