"""Writing a spreadsheet to be filled in: frozen headings, drop-downs, hidden codes, a page of hints."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from chunfeng.reporting.definition import Cell, Type
from chunfeng.reporting.sheets.layout import (
    AREA,
    CODES,
    COMMENT,
    FIRST,
    NAME,
    OFFICE,
    ON,
    REASON,
    STANDING,
    TOP,
    VERDICT,
    ZERO,
    Entry,
    Layout,
    letter,
    options,
)
from chunfeng.reporting.values import LARGEST

SPARE = 300
"""Empty rows ready for reports on events."""
_GIVEN = frozenset({OFFICE, AREA, NAME, STANDING})
_WIDTHS = {
    OFFICE: 14,
    AREA: 16,
    NAME: 30,
    STANDING: 10,
    ON: 14,
    ZERO: 10,
    COMMENT: 34,
    REASON: 34,
    VERDICT: 50,
}
_NOTE_LIMIT = 250
_INLINE = 250
"""A drop-down's words in the cell's own rule may have so many characters; longer lists stand in the codes."""


def write_xlsx(
    layout: Layout,
    entries: Sequence[Entry],
    *,
    verdicts: Mapping[int, str] | None = None,
    bad: Mapping[int, frozenset[str]] | None = None,
) -> bytes:
    """The sheet with these entries. With `verdicts` (by position) a column says what became of each, and the
    fields named in `bad` are painted; such a sheet may be put right and handed in again.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    pen = _Pen(book, layout, verdicts or {}, bad or {})
    pen.fill(book.add_worksheet(_("Report")), entries)
    if not layout.upright and any(each.previous for each in entries):
        pen.previous(book.add_worksheet(_("Period before")), entries)
    _hints(book, layout)
    pen.codes(book.add_worksheet(CODES))
    book.close()
    return out.getvalue()


class _Pen:
    """Formats and the list of long drop-downs of one book."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        layout: Layout,
        verdicts: Mapping[int, str],
        bad: Mapping[int, frozenset[str]],
    ) -> None:
        self.layout, self.verdicts, self.bad = layout, verdicts, bad
        base = {"border": 1, "border_color": "#C9D3DC", "valign": "vcenter"}
        make = lambda **more: book.add_format(base | more)  # noqa: E731
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.faint = book.add_format({"font_color": "#5B6977"})
        self.head = make(bold=True, bg_color="#E2F1EA", text_wrap=True, align="center")
        self.secret = make(bold=True, bg_color="#FBE9D7", text_wrap=True, align="center")
        self.given = make(bg_color="#F4F6F8", num_format="@")
        self.grey = make(bg_color="#F4F6F8", font_color="#7B8794")
        self.number = make(locked=False)
        self.text = make(locked=False, num_format="@")
        self.wrapped = make(locked=False, num_format="@", text_wrap=True)
        self.day = make(locked=False, num_format="yyyy-mm-dd")
        self.money = make(locked=False, num_format="#,##0.00")
        self.wrong = make(locked=False, bg_color="#FBE3E4", font_color="#A11D2B")
        self.verdict = make(text_wrap=True, locked=False)
        self.lists: list[tuple[str, ...]] = []

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.layout.fields, *([VERDICT] if self.verdicts else []))

    def fill(self, sheet: Worksheet, entries: Sequence[Entry]) -> None:
        """Headings, hidden codes, the entries and their rules."""
        self._heads(sheet)
        spare = SPARE if self.layout.event else 0
        last = FIRST + len(entries) + spare - 1
        for at, code in enumerate(self.fields):
            paper = self._paper(code)
            for n, entry in enumerate(entries):
                self._cell(sheet, FIRST + n, at, self._value(entry, code, n), paper, n, code)
            for n in range(len(entries), len(entries) + spare):
                sheet.write_blank(*self.layout.place(FIRST + n, at), None, self._spare(code))
            self._rule(sheet, at, code, last)
        if self.layout.upright:
            self._upright(sheet, entries)
        else:
            sheet.freeze_panes(TOP + FIRST, self.fields.index(NAME) + 1)
            for at, code in enumerate(self.fields):
                sheet.set_column(at, at, _WIDTHS.get(code, 13))
        sheet.protect(
            "",
            {
                "format_columns": True,
                "format_rows": True,
                "format_cells": True,
                "insert_rows": self.layout.event,
                "delete_rows": self.layout.event,
            },
        )

    def _heads(self, sheet: Worksheet) -> None:
        layout = self.layout
        sheet.write_string(0, 1 if layout.upright else 0, layout.title, self.title)
        when = "　".join(part for part in (layout.period_name, layout.cut_off) if part)
        sheet.write_string(1, 1 if layout.upright else 0, when, self.faint)
        source = _("Source: %(source)s") % {"source": layout.source}
        sheet.write_string(2, 1 if layout.upright else 0, source, self.faint)
        for at, code in enumerate(self.fields):
            cell = layout.cells.get(code)
            sheet.write_string(*layout.place(0, at), code)
            look = self.secret if cell is not None and cell.indicator.personal else self.head
            sheet.write_string(*layout.place(1, at), layout.heading(code), look)
        if layout.upright:
            sheet.set_column(0, 0, 4, None, {"hidden": True})
        else:
            sheet.set_row(TOP, None, None, {"hidden": True})
            sheet.set_row(TOP + 1, 48)

    def _upright(self, sheet: Worksheet, entries: Sequence[Entry]) -> None:
        for column, text in ((1, _("Item")), (FIRST, _("This period")), (FIRST + 1, _("Period before"))):
            sheet.write_string(TOP, column, text, self.head)
        sheet.set_column(1, 1, 40)
        sheet.set_column(FIRST, FIRST, 26)
        sheet.set_column(FIRST + 1, FIRST + 1, 18)
        sheet.freeze_panes(TOP + 1, 2)
        for at, code in enumerate(self.fields):
            if code in self.layout.cells:
                place = self.layout.place(FIRST + 1, at)
                _put(sheet, *place, entries[0].previous.get(code), self.grey)

    def previous(self, sheet: Worksheet, entries: Sequence[Entry]) -> None:
        """What the offices stated for the period before, to look at."""
        shown = [OFFICE, NAME, *self.layout.cells]
        for at, code in enumerate(shown):
            sheet.write_string(0, at, self.layout.heading(code), self.head)
            sheet.set_column(at, at, _WIDTHS.get(code, 13))
            for n, entry in enumerate(entries, start=1):
                value = entry.previous.get(code) if code in self.layout.cells else self._value(entry, code, 0)
                _put(sheet, n, at, value, self.grey)
        sheet.freeze_panes(1, 2)
        sheet.set_row(0, 48)
        sheet.protect("", {"format_columns": True})

    def codes(self, sheet: Worksheet) -> None:
        """The hidden sheet: what the book is, and the words of long drop-downs."""
        for row, (key, value) in enumerate(self.layout.codes.items()):
            sheet.write_string(row, 0, key)
            sheet.write_string(row, 1, value)
        for at, words in enumerate(self.lists):
            sheet.write_column(0, 3 + at, words)
        sheet.very_hidden()

    def _value(self, entry: Entry, code: str, n: int) -> object:
        own = {
            OFFICE: entry.office_code,
            AREA: entry.area_code,
            NAME: entry.office_name,
            STANDING: entry.standing,
            ON: entry.on,
            ZERO: _("yes") if entry.zero else "",
            COMMENT: entry.comment,
            REASON: entry.reason,
            VERDICT: self.verdicts.get(n, ""),
        }
        return own[code] if code in own else entry.values.get(code)

    def _cell(
        self, sheet: Worksheet, line: int, at: int, value: object, paper: Format, n: int, code: str
    ) -> None:
        wrong = code in self.bad.get(n, frozenset())
        _put(sheet, *self.layout.place(line, at), value, self.wrong if wrong else paper)

    def _paper(self, code: str) -> Format:
        if code in _GIVEN:
            return self.text if self.layout.event and code == OFFICE else self.given
        if code in (COMMENT, REASON):
            return self.wrapped
        if code == VERDICT:
            return self.verdict
        if code == ON:
            return self.day
        return self._for(self.layout.cells[code]) if code in self.layout.cells else self.text

    def _spare(self, code: str) -> Format:
        return self.text if code in _GIVEN else self._paper(code)

    def _for(self, cell: Cell) -> Format:
        match cell.indicator.type:
            case Type.COUNT | Type.NUMBER:
                return self.number
            case Type.MONEY:
                return self.money
            case Type.DATE:
                return self.day
            case Type.LONG:
                return self.wrapped
        return self.text

    def _rule(self, sheet: Worksheet, at: int, code: str, last: int) -> None:
        """What may be typed into a column. Whoever types past it is told again on reading."""
        rule = self._rule_of(code)
        if rule is None or last < FIRST:
            return
        first_place, last_place = self.layout.place(FIRST, at), self.layout.place(last, at)
        if self.layout.upright:
            last_place = first_place
        sheet.data_validation(*first_place, *last_place, rule)

    def _rule_of(self, code: str) -> dict[str, Any] | None:
        if code == ZERO:
            return {"validate": "list", "source": [_("yes")]} | _asked(
                _("“yes” signs that all figures are zero; leave the figures empty then.")
            )
        if code == ON:
            return _days()
        cell = self.layout.cells.get(code)
        if cell is None:
            return None
        words = options(cell)
        if words:
            rule: dict[str, Any] = {"validate": "list", "source": self._words(words)}
        elif cell.indicator.type is Type.DATE:
            rule = _days()
        elif cell.indicator.numeric:
            low = 0 if cell.indicator.type in (Type.COUNT, Type.MONEY) else -LARGEST
            rule = {
                "validate": "decimal" if cell.indicator.decimals else "integer",
                "criteria": "between",
                "minimum": low,
                "maximum": LARGEST,
            } | _told(
                _("Write a whole number, 0 or more.") if not low and not cell.indicator.decimals
                else _("Write a number.")
            )  # fmt: skip
        else:
            rule = {"validate": "any"}
        help_text = str(cell.indicator.help) if cell.indicator.help else ""
        if rule == {"validate": "any"} and not help_text:
            return None
        return rule | _asked(help_text)

    def _words(self, words: Sequence[str]) -> list[str] | str:
        if len(",".join(words)) <= _INLINE and not any("," in word for word in words):
            return list(words)
        known = tuple(words)
        if known not in self.lists:
            self.lists.append(known)
        column = letter(3 + self.lists.index(known))
        return f"={CODES}!${column}$1:${column}${len(known)}"


def _days() -> dict[str, Any]:
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": date(1949, 10, 1),
        "maximum": date(2199, 12, 31),
    } | _told(_("Write a day such as 2020-02-03."))


def _told(text: str) -> dict[str, Any]:
    return {"error_title": _("Not possible"), "error_message": text[:_NOTE_LIMIT]}


def _asked(text: str) -> dict[str, Any]:
    return {"input_message": text[:_NOTE_LIMIT]} if text else {}


def _put(sheet: Worksheet, row: int, column: int, value: object, paper: Format) -> None:
    """A value in its own kind; codes and texts stay text whatever they look like.

    A spreadsheet keeps 15 digits of a number: one with more goes in as text.
    """
    if value is None or value == "":
        sheet.write_blank(row, column, None, paper)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, paper)
    elif isinstance(value, int | float) and float(f"{value:.15g}") == value:
        sheet.write_number(row, column, value, paper)
    elif isinstance(value, date) and not isinstance(value, datetime):
        sheet.write_datetime(row, column, datetime.combine(value, datetime.min.time()), paper)
    else:
        sheet.write_string(row, column, str(value)[:32_000], paper)


def _hints(book: xlsxwriter.Workbook, layout: Layout) -> None:
    sheet = book.add_worksheet(_("How to fill in"))
    bold, wrap = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    lines = [
        (_("Form"), f"{layout.title}　{layout.definition.code}　{layout.version}"),
        (_("Source"), layout.source),
        (_("Period"), layout.period_name),
        (_("Empty cells"), _("An empty cell changes nothing. To take a figure back, use the page.")),
        (_("Stars"), _("A question with a star must be answered.")),
        (_("Zero report"), _("“yes” signs that all figures are zero; leave the figures empty then.")),
        (_("Comment on doubts"), _("Where a figure is unusual, say in one sentence why it is right.")),
        (
            _("Reason for a correction"),
            _("Needed where a report stands already and a figure changes."),
        ),
        (_("Columns"), _("Do not move, add or delete columns; rows may be sorted or left out.")),
        (_("Orange headings"), _("Personal data: sealed when it is read in, never printed here again.")),
        (_("Several times"), _("Handing in the same file again changes nothing.")),
    ]
    shown = [(head, said) for head, said in lines if said]
    for row, (head, said) in enumerate(shown):
        sheet.write_string(row, 0, head, bold)
        sheet.write_string(row, 1, said, wrap)
    row = len(shown) + 1
    for code, cell in layout.cells.items():
        if cell.indicator.help:
            sheet.write_string(row, 0, layout.heading(code), bold)
            sheet.write_string(row, 1, str(cell.indicator.help), wrap)
            row += 1
