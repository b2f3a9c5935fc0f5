"""The spreadsheet of a unit's monthly list: a template with drop-downs, reading, the rows with their verdicts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.benefits.actions import workdays
from chunfeng.benefits.actions.workdays import DayVerdict
from chunfeng.benefits.models import WorkList
from chunfeng.offices.imports import headings
from chunfeng.offices.imports.headings import Column, Sheet, first_sheet, text_of
from chunfeng.offices.imports.verdicts import State

COLUMNS = (
    Column("name", gettext_lazy("Name of the person"), "name 姓名", width=14, needed=True),
    Column(
        "document",
        gettext_lazy("Document number"),
        "document 身份证号 身份证号码 证件号码 证件号",
        width=24,
        needed=True,
    ),
    Column("role", gettext_lazy("Role in the work"), "role 身份 人员身份 岗位", width=16, needed=True),
    Column("on", gettext_lazy("Day worked"), "on day date 日期 工作日期", width=14, needed=True),
    Column("work_class", gettext_lazy("Class of work"), "class 工作类别 类别 档次", width=26, needed=True),
    Column(
        "minutes",
        gettext_lazy("Minutes worked"),
        "minutes 工作时长 时长 分钟 工作分钟",
        width=14,
        needed=True,
    ),
    Column("account", gettext_lazy("Bank account"), "account 银行账号 账号 卡号", width=26, needed=False),
    Column("bank", gettext_lazy("Bank"), "bank 开户银行 开户行", width=24, needed=False),
)


def read(data: bytes) -> Sheet:
    """Read the first sheet of an xlsx file. Raises Refused with what is wrong with the file as a whole."""
    return arrange(first_sheet(data, workdays.MOST))


def arrange(cells: Sequence[Sequence[Any]]) -> Sheet:
    """The days of a sheet. Raises Refused when needed columns are missing."""
    return headings.arrange(cells, COLUMNS, by=("name", "document"), clean=_text)


def template(row: WorkList) -> bytes:
    """A sheet to fill in: headings, what the list holds already, drop-downs with the measure's words, hints."""
    options = {name: dict(pairs) for name, pairs in workdays.options(row).items()}
    held = [
        {
            "name": day.beneficiary.name,
            "document": day.beneficiary.id_number or "",
            "role": options["role"].get(day.role, day.role),
            "on": day.on.isoformat(),
            "work_class": options["work_class"].get(day.work_class, day.work_class),
            "minutes": str(day.minutes),
        }
        for day in row.days.select_related("beneficiary").order_by("beneficiary__name", "subject_key", "on")
    ]
    out = io.BytesIO()
    book = _book(out)
    sheet, bold = book.add_worksheet(_("Work days")), book.add_format({"bold": True, "bg_color": "#E2F1EA"})
    text = book.add_format({"num_format": "@"})
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, column.width, text)
        sheet.write_string(0, at, str(column.label), bold)
        for n, cells in enumerate(held, start=1):
            sheet.write_string(n, at, cells.get(column.key, ""), text)
        words = list(options.get(column.key, {}).values())
        if words and len(",".join(words)) < 250:
            rule = {"validate": "list", "source": words}
            sheet.data_validation(1, at, workdays.MOST, at, rule)
    sheet.freeze_panes(1, 1)
    _hints(book, row, options)
    book.close()
    return out.getvalue()


def result(data: bytes, verdicts: Sequence[DayVerdict]) -> bytes:
    """The rows as they were given, each with its verdict, the cell at fault and what to do."""
    given = read(data)
    said = {each.line: each for each in verdicts}
    columns = [column for column in COLUMNS if column.key in given.letters]
    out = io.BytesIO()
    book = _book(out)
    sheet, bold = book.add_worksheet(_("Result")), book.add_format({"bold": True})
    text, red = (
        book.add_format({"num_format": "@"}),
        book.add_format({"font_color": "#A11D2B", "num_format": "@"}),
    )
    heads = [*(str(c.label) for c in columns), _("Row"), _("Verdict"), _("Cell"), _("What to do")]
    for at, head in enumerate(heads):
        sheet.set_column(at, at, 18, text)
        sheet.write_string(0, at, head, bold)
    for n, (line, cells) in enumerate(given.rows, start=1):
        verdict = said[line]
        cell = f"{given.letters[verdict.column]}{line}" if verdict.column in given.letters else ""
        tail = [str(line), str(verdict.state.label), cell, verdict.why]
        paint = red if verdict.state == State.REFUSED else text
        for at, value in enumerate([*(cells.get(c.key, "") for c in columns), *tail]):
            sheet.write_string(n, at, value[:32_000], paint)
    book.close()
    return out.getvalue()


def _hints(book: Any, row: WorkList, options: dict[str, dict[str, str]]) -> None:
    notes, bold = book.add_worksheet(_("How to fill in")), book.add_format({"bold": True})
    notes.set_column(0, 0, 22)
    notes.set_column(1, 1, 90)
    lines = [
        (_("List"), f"{row.unit} {row.month:%Y-%m}"),
        (_("Rows"), _("One row for each person and day. The same file again changes nothing.")),
        (COLUMNS[2].label, "、".join(options["role"].values())),
        (COLUMNS[4].label, "、".join(options["work_class"].values())),
        (COLUMNS[3].label, _("A day of the month: 2020-02-03, 2月3日 or 3.")),
        (COLUMNS[5].label, _("Minutes from 1 to 1440, or hours like 8h.")),
        (COLUMNS[6].label, _("Once a person is enough; empty leaves what is known.")),
    ]
    for at, (head, said) in enumerate(lines):
        notes.write_string(at, 0, str(head), bold)
        notes.write_string(at, 1, str(said))


def _book(out: io.BytesIO) -> Any:
    import xlsxwriter

    return xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )


def _text(value: Any) -> str:
    """A cell as text; a day as it is written."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return text_of(value)
