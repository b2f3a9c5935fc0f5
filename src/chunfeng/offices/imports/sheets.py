"""Reading and writing the spreadsheet of offices."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.core.errors import Refused
from chunfeng.offices.choices import Level, Line
from chunfeng.offices.imports import headings
from chunfeng.offices.imports.headings import Column, Sheet, first_sheet
from chunfeng.offices.imports.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_ROWS = 50_000

COLUMNS = (
    Column("code", gettext_lazy("Code"), "code 机构代码 单位代码 编码 代码", "HR220184", True),
    Column(
        "name",
        gettext_lazy("Office name"),
        "name office-name 机构名称 单位名称 名称",
        "示例市人力资源和社会保障局",
        True,
    ),
    Column("level", gettext_lazy("Level"), "level 层级 级别 行政级别", "县级", True),
    Column("line", gettext_lazy("Line of business"), "line 条线 业务条线 系统", "人力资源和社会保障", True),
    Column(
        "area",
        gettext_lazy("Area code or name"),
        "area area-code 行政区划 区划 区划代码 地区",
        "220184000000",
        True,
    ),
    Column(
        "parent",
        gettext_lazy("Code of the office above"),
        "parent parent-code 上级机构代码 上级代码 上级",
        "HR2201",
    ),
    Column("agency", gettext_lazy("Agency code"), "agency agency-code 机关代字 发文代字", "示人社发"),
    Column("contact", gettext_lazy("Contact name"), "contact 联系人 联系人姓名", "测试联系人"),
    Column("phone", gettext_lazy("Telephone"), "phone 电话 固定电话 办公电话", "0431-00000000"),
    Column("mobile", gettext_lazy("Mobile"), "mobile 手机 移动电话"),
    Column("email", gettext_lazy("E-mail"), "email 邮箱 电子邮箱 电子邮件"),
    Column("partner", gettext_lazy("Partner agency (yes/no)"), "partner 协作部门 协作单位", "否"),
)


def read(data: bytes) -> Sheet:
    """Read the first sheet of an xlsx file. Raises Refused with what is wrong with the file as a whole."""
    return arrange(first_sheet(data, MAX_ROWS))


def arrange(cells: Sequence[Sequence[Any]]) -> Sheet:
    """The offices of a sheet. Raises Refused when needed columns are missing, or there are too many rows."""
    found = headings.arrange(cells, COLUMNS, by=("code", "name"))
    if len(found.rows) > MAX_ROWS:
        raise Refused(
            _("The sheet has %(n)s rows; at most %(limit)s can be read at once. Split it by area.")
            % {"n": len(found.rows), "limit": MAX_ROWS}
        )
    return found


def template_file() -> bytes:
    """An empty sheet with headings, one example and the words the level and line columns accept."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet, bold = book.add_worksheet(_("Offices")), book.add_format({"bold": True, "bg_color": "#E2F1EA"})
    text, faint = book.add_format({"num_format": "@"}), book.add_format({"font_color": "#667485"})
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, 30 if column.key == "name" else 18, text)
        sheet.write_string(0, at, str(column.label), bold)
        sheet.write_string(1, at, column.example, text)
    sheet.freeze_panes(1, 1)
    notes = book.add_worksheet(_("How to fill in"))
    notes.set_column(0, 0, 26)
    notes.set_column(1, 1, 90)
    lines = [
        (_("Level"), "、".join(str(label) for label in Level.labels)),
        (_("Line of business"), "、".join(str(label) for label in Line.labels)),
        (_("Area code or name"), _("12-character code, or the full name; the code is safer.")),
        (
            _("Code of the office above"),
            _("Of the directory or of another row of this sheet; the order does not matter."),
        ),
        (_("Empty cells"), _("Leave what the directory already says.")),
        (
            _("Numbers"),
            _("Telephone, mobile and e-mail are stored sealed and shown only for a stated reason."),
        ),
    ]
    for at, (head, said) in enumerate(lines):
        notes.write_string(at, 0, head, bold)
        notes.write_string(at, 1, said, faint)
    for key, choices in (("level", Level), ("line", Line)):
        at = next(n for n, column in enumerate(COLUMNS) if column.key == key)
        source = [str(label) for label in choices.labels]
        if len(",".join(source)) < 250:
            sheet.data_validation(1, at, 2000, at, {"validate": "list", "source": source})
    book.close()
    return out.getvalue()


def result_file(data: bytes, verdicts: Iterable[Verdict]) -> bytes:
    """The rows as they were given, each with its verdict, where the fault is and what to do."""
    import xlsxwriter

    sheet_in = read(data)
    said = {verdict.line: verdict for verdict in verdicts}
    columns = [column for column in COLUMNS if column.key in sheet_in.letters]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet, bold = book.add_worksheet(_("Result")), book.add_format({"bold": True})
    red = book.add_format({"font_color": "#A11D2B"})
    heads = [*(str(c.label) for c in columns), _("Row"), _("Verdict"), _("Cell"), _("What to do")]
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, bold)
    for n, (line, row) in enumerate(sheet_in.rows, start=1):
        verdict = said[line]
        paint = red if verdict.state == "refused" else None
        tail = [str(line), str(verdict.state.label), verdict.cell, verdict.why]
        for at, value in enumerate([*(row.get(c.key, "") for c in columns), *tail]):
            sheet.write_string(n, at, value[:32_000], paint)
    book.close()
    return out.getvalue()
