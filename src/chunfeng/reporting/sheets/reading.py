"""Reading a filled spreadsheet: is it the right one, what does it say, which cells cannot be read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.offices.imports import package
from chunfeng.reporting.definition import Cell, Indicator, Text, Type
from chunfeng.reporting.sheets.layout import (
    CODES,
    COMMENT,
    FIRST,
    MARK,
    MAX_ENTRIES,
    NAME,
    OFFICE,
    ON,
    REASON,
    TOP,
    VERDICT,
    ZERO,
    Layout,
)
from chunfeng.reporting.statements import text_of
from chunfeng.reporting.values import BadValue, stored

MAX_FILE = 8 * 1024 * 1024
MAX_FAULTS = 500
_OLE, _ZIP, _PDF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK", b"%PDF"
_YES = {"1", "yes", "true", "y", "是", "有", "√", "零报告"}
_NO = {"", "0", "no", "false", "n", "否", "无"}
_DIGITS_LOST = 10**15
_DAY = Indicator("on", Text("日期", "day"), Type.DATE)


@dataclass(frozen=True)
class Fault:
    """A cell that cannot be taken: its address, and why."""

    cell: str
    why: str

    def __str__(self) -> str:
        return f"{self.cell}: {self.why}" if self.cell else self.why


@dataclass
class Row:
    """What one office states. `values` holds filled cells only, `raw` what stood in those at fault; `faults`
    by field code.
    """

    line: int
    office_code: str
    office_name: str = ""
    values: dict[str, object] = field(default_factory=dict)
    comment: str = ""
    reason: str = ""
    zero: bool = False
    on: date | None = None
    faults: dict[str, str] = field(default_factory=dict)
    raw: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """Everything in a file that belongs to this layout."""

    layout: Layout
    rows: list[Row]

    def address(self, row: Row, code: str = OFFICE) -> str:
        """Where a field of a row stands: F12."""
        fields = self.layout.fields
        return self.layout.address(row.line, fields.index(code) if code in fields else 0)

    def faults(self) -> list[Fault]:
        """Every cell that cannot be read, in the order of the sheet."""
        found = [
            Fault(self.address(row, code), why)
            for row in self.rows
            for code in self.layout.fields
            if (why := row.faults.get(code))
        ]
        return found[:MAX_FAULTS]


class WrongFile(Refused):
    """The file as a whole cannot be used; `faults` names the cells that show it, where there are some."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        shown = "；".join(str(fault) for fault in faults[:10])
        super().__init__(f"{message} {shown}" if shown else message)
        self.faults = list(faults)


def codes_of(data: bytes) -> dict[str, str]:
    """What the hidden sheet says: form, version, period … Raises `WrongFile` for anything but our template."""
    return _Book(data).codes


def read_xlsx(data: bytes, layout: Layout) -> Sheet:
    """The rows of a file made by `write_xlsx` for this layout.

    Raises `WrongFile` for another kind of file, form, version, period, or changed columns. Cells that cannot
    be read do not stop it: they stand in the rows' `faults`.
    """
    book = _Book(data, len(layout.fields) + 20)
    _same(book.codes, layout)
    grid, errors = book.grid(layout)
    _columns(grid, layout)
    rows = []
    lines = [FIRST] if layout.upright else range(FIRST, len(grid) - TOP)
    for line in lines:
        row = _row(grid, layout, line, errors)
        if row is not None:
            rows.append(row)
    if len(rows) > MAX_ENTRIES:
        raise WrongFile(_("The sheet has more than %(n)s rows. Split it.") % {"n": f"{MAX_ENTRIES:,}"})
    _twice(rows, layout)
    return Sheet(layout, rows)


class _Book:
    """An xlsx file walked for safety, its hidden codes, and its grid."""

    def __init__(self, data: bytes, columns: int = package.MAX_COLUMNS) -> None:
        import python_calamine

        _kind(data)
        self.safe = package.checked(data, MAX_ENTRIES + 100, max(columns, package.MAX_COLUMNS))
        try:
            self.book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(self.safe))
            hidden = self._sheet(CODES) if CODES in self.book.sheet_names else []
        except Exception as error:  # the reader raises many kinds, some undocumented
            raise WrongFile(str(package.unreadable())) from error
        pairs = [[*row, "", ""][:2] for row in hidden]
        self.codes = {str(key): str(value) for key, value in pairs if key}
        if self.codes.get("kind") != MARK:
            raise WrongFile(
                _(
                    "This is not a template of this site, or its hidden sheet was lost by copying. "
                    "Download the template and fill in that file itself."
                )
            )

    def grid(self, layout: Layout) -> tuple[list[list[Any]], set[str]]:
        """The cells of the sheet with the codes, and the addresses of cells that hold an error."""
        row, column = layout.place(0, 0)
        for n, name in enumerate(self.book.sheet_names):
            if name == CODES:
                continue
            cells = self._sheet(name)
            if len(cells) > row and len(cells[row]) > column and OFFICE in map(str, _line(cells, layout, 0)):
                return cells, self._errors(n)
        raise WrongFile(
            _(
                "The sheet with the questions is missing, or its hidden codes are. Download the template again."
            )
        )

    def _sheet(self, name: str) -> list[list[Any]]:
        return list(self.book.get_sheet_by_name(name).to_python(skip_empty_area=False))

    def _errors(self, n: int) -> set[str]:
        # the reader shows #DIV/0! as an empty cell; sheets are written in the order of their names
        with zipfile.ZipFile(io.BytesIO(self.safe)) as parts:
            try:
                xml = parts.read(f"xl/worksheets/sheet{n + 1}.xml")
            except KeyError:
                return set()
        tags = re.finditer(rb"<(?:\w+:)?c\b[^>]*>", xml) if b't="e"' in xml else ()
        found = (re.search(rb'\br="([A-Z]+[0-9]+)"', tag[0]) for tag in tags if b't="e"' in tag[0])
        return {place[1].decode() for place in found if place}


def _kind(data: bytes) -> None:
    """Refuse what is no xlsx, with the way to make it one."""
    if not data:
        raise WrongFile(_("The file is empty. Choose it again."))
    if len(data) > MAX_FILE:
        raise WrongFile(_("The file is larger than 8 MB. Split it by area."))
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise WrongFile(
                _("The file is protected with a password. Take the password off and save it again.")
            )
        raise WrongFile(
            _("This is an old spreadsheet (.xls or .et). Open it, save it as .xlsx and choose that file.")
        )
    if data.startswith(_PDF) or not data.startswith(_ZIP):
        raise WrongFile(
            _("This is not an .xlsx file (a text such as .csv keeps no codes). Fill in the template itself.")
        )


def _same(codes: Mapping[str, str], layout: Layout) -> None:
    """Refuse a template of something else, saying which."""
    ours = layout.codes
    if codes.get("form_id") != ours["form_id"]:
        raise WrongFile(
            _("The file belongs to the form “%(theirs)s”; this is “%(ours)s”. Choose the right file.")
            % {"theirs": codes.get("form", "")[:60], "ours": ours["form"]}
        )
    if codes.get("period") != ours["period"]:
        raise WrongFile(
            _("The file is for the period from %(theirs)s; here it is %(ours)s. Choose the right file.")
            % {"theirs": codes.get("period", "")[:20], "ours": ours["period"]}
        )
    if codes.get("version") != ours["version"]:
        raise WrongFile(
            _("The form has changed since this file was made (version %(theirs)s, now %(ours)s). "
              "Download the template again.")
            % {"theirs": codes.get("version", "")[:10], "ours": ours["version"]}
        )  # fmt: skip
    if codes.get("checksum") != ours["checksum"]:
        raise WrongFile(_("The hidden codes of the file do not fit together. Download the template again."))


def _line(grid: Sequence[Sequence[Any]], layout: Layout, line: int) -> list[Any]:
    """One line across all fields, and one more for a column of verdicts."""
    return [_at(grid, layout, line, at) for at in range(len(layout.fields) + 1)]


def _at(grid: Sequence[Sequence[Any]], layout: Layout, line: int, at: int) -> Any:
    row, column = layout.place(line, at)
    return grid[row][column] if row < len(grid) and column < len(grid[row]) else ""


def _columns(grid: Sequence[Sequence[Any]], layout: Layout) -> None:
    """Every column must stand where it was, under its own heading."""
    faults = []
    for at, code in enumerate(layout.fields):
        if str(_at(grid, layout, 0, at)) != code or (
            str(_at(grid, layout, 1, at)).strip() not in layout.headings(code)
        ):
            faults.append(
                Fault(
                    layout.address(1, at),
                    _("“%(ours)s” must stand here, not “%(theirs)s”")
                    % {"ours": layout.heading(code), "theirs": str(_at(grid, layout, 1, at))[:40]},
                )
            )
    if faults:
        raise WrongFile(
            _("Columns were moved, added, deleted or renamed. Download the template again."), faults
        )
    extra = str(_at(grid, layout, 0, len(layout.fields)))
    if extra not in ("", VERDICT):
        raise WrongFile(_("Columns were moved, added, deleted or renamed. Download the template again."))


def _row(grid: Sequence[Sequence[Any]], layout: Layout, line: int, errors: set[str]) -> Row | None:
    given = dict(zip(layout.fields, _line(grid, layout, line), strict=False))
    broken = {
        code
        for at, code in enumerate(layout.fields)
        if errors and layout.address(line, at) in errors and given[code] in ("", None)
    }
    row = Row(line, _text(given[OFFICE]), _text(given[NAME]))
    row.comment, row.reason = _text(given[COMMENT])[:500], _text(given[REASON])[:300]
    for code in broken:
        row.faults[code] = _("the formula gives an error")
    for code, cell in layout.cells.items():
        if code in broken:
            continue
        try:
            value = _value(cell, given[code])
        except (BadValue, Refused) as error:
            row.faults[code], row.raw[code] = str(error), given[code]
        else:
            if value is not None:
                row.values[code] = value
    _own(row, given, layout)
    filled = row.values or row.faults or row.zero
    if not filled and (layout.event or not row.office_code):
        return None
    if not row.office_code and not layout.event:
        row.faults[OFFICE] = _("the code of the office is missing")
    return row


def _own(row: Row, given: Mapping[str, Any], layout: Layout) -> None:
    """The columns that belong to no question."""
    if ZERO in given:
        word = _text(given[ZERO]).lower()
        row.zero = word in _YES
        if not row.zero and word not in _NO:
            row.faults[ZERO] = _("write yes or leave it empty, not “%(text)s”") % {"text": word[:20]}
    if ON not in given:
        return
    if given[ON] not in ("", None):
        try:
            raw = given[ON]
            row.on = date.fromisoformat(text_of(_DAY, raw if isinstance(raw, date) else _text(raw)))
        except BadValue as error:
            row.faults[ON] = str(error)
    elif row.values:
        row.faults[ON] = _("the day of the event is missing")


def _value(cell: Cell, raw: Any) -> object | None:
    """What a cell says, as a person would write it; None where it is empty. Raises `BadValue`."""
    indicator = cell.indicator
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if indicator.numeric:
        written = _number(raw)
        stored(indicator, written)
        return written
    if indicator.type in (Type.ID, Type.PHONE) and isinstance(raw, int | float) and abs(raw) >= _DIGITS_LOST:
        raise BadValue(_("the last digits were lost: set the cell to text and write the number again"))
    return text_of(indicator, raw if isinstance(raw, date | time) else _text(raw))


def _number(raw: Any) -> object:
    if isinstance(raw, bool):
        return int(raw)
    if isinstance(raw, float):
        return int(raw) if raw.is_integer() and abs(raw) < 2**53 else format(raw, ".15g")
    if isinstance(raw, int):
        return raw
    return _text(raw)


def _text(raw: Any) -> str:
    """A cell as text: whole numbers without “.0”, control characters dropped."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "1" if raw else "0"
    if isinstance(raw, datetime):
        return raw.strftime("%Y-%m-%d") if raw.time() == time() else raw.strftime("%Y-%m-%d %H:%M")
    if isinstance(raw, float):
        raw = _number(raw)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", str(raw)).strip()


def _twice(rows: Sequence[Row], layout: Layout) -> None:
    """An office may stand in a sheet once; a row of an event says when it happened."""
    if layout.event:
        return
    first: dict[str, Row] = {}
    for row in rows:
        known = first.setdefault(row.office_code, row)
        if known is not row and row.office_code:
            row.faults[OFFICE] = _("this office stands in %(cell)s already") % {
                "cell": layout.address(known.line, 0)
            }
