"""Reading and writing the spreadsheet of offices."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.core.errors import Refused
from chunfeng.offices.choices import Level, Line
from chunfeng.offices.imports import package
from chunfeng.offices.imports.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_ROWS = 50_000
SPARE_ROWS = 100
"""Room above and between the rows: title, heading, empty lines."""
HEADER_WITHIN = 15


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, its heading, other headings it answers to (blanks between), an example."""

    key: str
    label: Any
    also: str
    example: str = ""
    needed: bool = False


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


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows under the heading, as text by column key, with their line in the file."""

    rows: list[tuple[int, dict[str, str]]]
    letters: dict[str, str]


def read(data: bytes) -> Sheet:
    """Read the first sheet of an xlsx file. Raises Refused with what is wrong with the file as a whole."""
    return arrange(_cells(data))


def _cells(data: bytes) -> list[list[Any]]:
    import python_calamine

    safe = package.checked(data, MAX_ROWS + SPARE_ROWS)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(safe))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as error:  # the reader raises many kinds, some undocumented
        raise package.unreadable() from error


def arrange(cells: Sequence[Sequence[Any]]) -> Sheet:
    """Find the heading, then the rows under it. Raises Refused when needed columns are missing."""
    known = {
        _plain(text): column.key
        for column in COLUMNS
        for text in (*column.also.split(), *_labels(column.label))
    }
    for at, row in enumerate(cells[:HEADER_WITHIN]):
        found: dict[str, int] = {}
        for position, value in enumerate(row):
            key = known.get(_plain(text_of(value)))
            if key is not None:
                found.setdefault(key, position)
        if {"code", "name"} <= set(found):
            return _under(cells, at, found)
    raise Refused(
        _("No heading found: the first %(n)s rows must hold “%(code)s” and “%(name)s”. Use the template.")
        % {"n": HEADER_WITHIN, "code": COLUMNS[0].label, "name": COLUMNS[1].label}
    )


def _under(cells: Sequence[Sequence[Any]], at: int, found: dict[str, int]) -> Sheet:
    gone = [str(column.label) for column in COLUMNS if column.needed and column.key not in found]
    if gone:
        raise Refused(_("The heading lacks: %(columns)s. Use the template.") % {"columns": "、".join(gone)})
    rows = []
    for line, row in enumerate(cells[at + 1 :], start=at + 2):
        values = {key: text_of(row[p]) if p < len(row) else "" for key, p in found.items()}
        if any(values.values()):
            rows.append((line, values))
    if len(rows) > MAX_ROWS:
        raise Refused(
            _("The sheet has %(n)s rows; at most %(limit)s can be read at once. Split it by area.")
            % {"n": len(rows), "limit": MAX_ROWS}
        )
    return Sheet(rows, {key: letter(position) for key, position in found.items()})


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


def _labels(label: Any) -> list[str]:
    """The heading in both languages."""
    found = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found.append(str(label))
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\s*＊:：-]", "", text).lower().replace("(", "（").replace(")", "）")
