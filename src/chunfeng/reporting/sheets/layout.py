"""Where everything stands in a filled spreadsheet: columns, places, the hidden codes. Pure.

A sheet for many offices has one row for each; a sheet for one office stands upright, one line for each
question. Both are the same grid of *lines* (line 0 holds the codes, line 1 the headings, an entry each from
line 2 on) and *fields*; only `place` differs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.utils import translation
from django.utils.translation import gettext as _

from chunfeng.reporting.definition import Cell, FormDefinition, Type

MARK = "chunfeng-report"
"""First cell of the hidden sheet of codes."""
CODES = "_codes"
TOP = 3
"""Lines above the grid: title, period, source."""
FIRST = 2
"""The line of the first entry; 0 holds codes, 1 headings."""
MAX_ENTRIES = 20_000

OFFICE, AREA, NAME, STANDING, ON, ZERO = "@office", "@area", "@name", "@standing", "@on", "@zero"
COMMENT, REASON, VERDICT = "@comment", "@reason", "@verdict"


@dataclass(frozen=True)
class Entry:
    """One office's report as it goes into a sheet. `values` and `previous` are as people write them."""

    office_code: str
    office_name: str
    area_code: str
    standing: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    previous: Mapping[str, object] = field(default_factory=dict)
    on: date | None = None
    comment: str = ""
    reason: str = ""
    zero: bool = False


@dataclass(frozen=True)
class Layout:
    """What a sheet asks, of which form version, for which period ("" for reports on events)."""

    form_id: int
    version: int
    definition: FormDefinition
    title: str
    source: str
    period: str = ""
    period_name: str = ""
    cut_off: str = ""
    upright: bool = False

    @property
    def event(self) -> bool:
        """One row for each event, as many as there are."""
        return self.definition.every == "event"

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """The cells to fill in, in order."""
        return {code: cell for code, cell in self.definition.cells.items() if cell.entered}

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The codes of the columns, in order. A column of verdicts may follow."""
        front = [OFFICE, AREA, NAME, *([ON] if self.event else [STANDING])]
        zero = [ZERO] if self.definition.zero and not self.event else []
        return (*front, *zero, *self.cells, COMMENT, REASON)

    @property
    def columns_before(self) -> int:
        """How many fields stand before the questions."""
        return self.fields.index(next(iter(self.cells)))

    def place(self, line: int, at: int) -> tuple[int, int]:
        """Row and column, both from 0, of a field of a line."""
        return (TOP + 1 + at, line) if self.upright else (TOP + line, at)

    def address(self, line: int, at: int) -> str:
        """The place as the spreadsheet names it: E6."""
        row, column = self.place(line, at)
        return f"{letter(column)}{row + 1}"

    def heading(self, code: str) -> str:
        """What stands above a column: the question, its unit, a star where it must be answered."""
        cell = self.cells.get(code)
        if cell is None:
            return _own_headings()[code]
        label = str(cell.indicator.label)
        if cell.categories:
            label = f"{label}·{cell.label}"
        notes = [cell.indicator.unit] if cell.indicator.unit else []
        if cell.indicator.personal:
            notes.append(_("personal data"))
        shown = f"{label}（{'，'.join(notes)}）" if notes else label
        return f"{shown} *" if cell.indicator.required else shown

    def headings(self, code: str) -> set[str]:
        """The heading in both languages."""
        found = set()
        for language in ("zh-hans", "en"):
            with translation.override(language):
                found.add(self.heading(code))
        return found

    @property
    def checksum(self) -> str:
        """Names the layout: another form, version, period or column gives another sum."""
        data = [self.form_id, self.version, self.period, self.upright, self.fields]
        return hashlib.sha256(json.dumps(data).encode()).hexdigest()

    @property
    def codes(self) -> dict[str, str]:
        """What the hidden sheet says, all of it text."""
        return {
            "kind": MARK,
            "form": self.definition.code,
            "form_id": str(self.form_id),
            "version": str(self.version),
            "period": self.period,
            "upright": "1" if self.upright else "0",
            "checksum": self.checksum,
        }


def _own_headings() -> dict[str, str]:
    return {
        OFFICE: _("Office code"),
        AREA: _("Area code"),
        NAME: _("Office"),
        STANDING: _("State"),
        ON: _("Day of the event"),
        ZERO: _("Zero report"),
        COMMENT: _("Comment on doubts"),
        REASON: _("Reason for a correction"),
        VERDICT: _("Verdict"),
    }


def letter(column: int) -> str:
    """The letter of a column: 0 → A, 26 → AA."""
    text, n = "", column + 1
    while n:
        n, rest = divmod(n - 1, 26)
        text = chr(65 + rest) + text
    return text


def options(cell: Cell) -> Sequence[str]:
    """The words of a drop-down, none where the cell is free."""
    if cell.indicator.type is Type.YESNO:
        return [_("yes"), _("no")]
    if cell.indicator.type is Type.CHOICE:
        return [str(label) for label in cell.indicator.choices.values()]
    return []
