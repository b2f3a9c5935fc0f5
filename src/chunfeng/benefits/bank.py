"""Files to and from the bank. Pure: orders in, bytes out; bytes in, answers out. Amounts are whole fen inside."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.people.imports.reading import Layout, rows_of

XLSX, CSV = "xlsx", "csv"
MEDIA = {
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CSV: "text/csv; charset=utf-8",
}
HEADER_WITHIN = 10
SHOWN = 20
WORDS = {
    "line": ("行号", "序号", "line", "no", "no."),
    "amount": ("金额", "amount"),
    "paid_on": ("日期", "付款", "date", "paid"),
    "error": ("原因", "失败", "错误", "退回", "备注", "reason", "error", "remark"),
}
"""By these words a column of the bank's file is known, whatever else its heading says."""
_TOTAL = ("合计", "总计", "total")
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")


@dataclass(frozen=True, slots=True)
class Order:
    """One line for the bank: who gets how many fen, where, for what."""

    line: int
    name: str
    account: str
    bank: str
    amount: int
    purpose: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bank says of one line: paid on a day, or why it came back."""

    line: int
    amount: int
    paid_on: date | None
    error: str = ""


class BadReply(Refused):
    """The bank's file cannot be taken in; `problems` says line by line why. Nothing was changed."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems[:SHOWN]))


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals and no separators: 90000 is 900.00."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def fen(text: str) -> int:
    """Yuan as people and spreadsheets write them (900, 1,234.50, ¥3.1) as whole fen. Raises ValueError."""
    plain = text.strip().lstrip("¥￥").replace(",", "").replace("，", "").removesuffix("元").strip()
    try:
        value = Decimal(plain) * 100
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite() or value != value.to_integral_value() or abs(value) >= 10**15:
        raise ValueError(text)
    return int(value)


def write(orders: Sequence[Order], name: str, form: str) -> bytes:
    """The file for the bank, as xlsx or as CSV (UTF-8 with its mark), in Chinese whoever asks; a total ends it."""
    with translation.override("zh-hans"):
        heads: list[str] = [_("Line"), _("Payee"), _("Account"), _("Bank"), _("Amount (yuan)"), _("Purpose")]
        total: list[str | int] = [
            _("Total"),
            _("%(n)s payments in all") % {"n": len(orders)},
            "",
            "",
            sum(o.amount for o in orders),
            "",
        ]
        title = _("Payment batch %(name)s") % {"name": name}
    rows: list[list[str | int]] = [[o.line, o.name, o.account, o.bank, o.amount, o.purpose] for o in orders]
    if form == CSV:
        out = io.StringIO(newline="")
        csv.writer(out).writerows([heads, *([*row[:4], yuan(int(row[4])), row[5]] for row in [*rows, total])])
        return out.getvalue().encode("utf-8-sig")
    if form != XLSX:
        raise Refused(_("Choose xlsx or CSV."))
    return _xlsx(title, heads, rows, total)


def read_reply(data: bytes, name: str = "") -> list[Reply]:
    """The bank's answers, one a line: line, amount, and the day it was paid or why it came back.

    Columns are known by their headings, in any order; a total at the end is passed over. Raises BadReply with
    every line that cannot be understood.
    """
    replies: list[Reply] = []
    problems: list[str] = []
    columns: dict[str, int] = {}
    seen: set[int] = set()
    for at, cells in enumerate(_cells(data, name), start=1):
        row = [cell.strip() for cell in cells]
        if not columns:
            columns = _columns(row)
            if not columns and at >= HEADER_WITHIN:
                break
            continue
        if not any(row) or any(cell.lower().startswith(_TOTAL) for cell in row[:2]):
            continue
        try:
            reply = _reply(row, columns)
            if reply.line in seen:
                raise ValueError(_("line %(line)s was answered above") % {"line": reply.line})
        except ValueError as wrong:
            problems.append(_("Row %(row)s of the file: %(what)s.") % {"row": at, "what": wrong})
            continue
        seen.add(reply.line)
        replies.append(reply)
    if not columns:
        raise BadReply([_("The file has no row with the headings line, amount, date and reason.")])
    if problems:
        raise BadReply(problems)
    if not replies:
        raise BadReply([_("The file answers no line.")])
    return replies


def _columns(row: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for n, cell in enumerate(row):
        head = cell.lower()
        for key, words in WORDS.items():
            if key not in found and n not in found.values() and any(word in head for word in words):
                found[key] = n
    return found if {"line", "amount"} <= found.keys() and found.keys() & {"paid_on", "error"} else {}


def _reply(row: Sequence[str], columns: dict[str, int]) -> Reply:
    def cell(key: str) -> str:
        n = columns.get(key)
        return row[n] if n is not None and n < len(row) else ""

    line = cell("line").removesuffix(".0")
    if not (line.isascii() and line.isdecimal() and len(line) < 10):
        raise ValueError(_("“%(text)s” is no line of the batch") % {"text": line})
    try:
        amount = fen(cell("amount"))
    except ValueError:
        raise ValueError(_("“%(text)s” is no amount in yuan and fen") % {"text": cell("amount")}) from None
    day, error = cell("paid_on"), cell("error")
    if bool(day) == bool(error):
        raise ValueError(_("either the day it was paid or the reason it came back has to be given"))
    return Reply(int(line), amount, _day(day) if day else None, error)


def _day(text: str) -> date:
    found = _DAY.match(text)
    try:
        if found is None:
            raise ValueError(text)
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError(_("“%(text)s” is not a day") % {"text": text}) from None


def _cells(data: bytes, name: str) -> Iterator[list[str]]:
    if not data:
        raise Refused(_("The file “%(name)s” is empty. Choose it again.") % {"name": name})
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        layout = Layout("xlsx", row=0)
    else:
        try:
            data.decode("utf-8-sig")
            layout = Layout("csv", "utf-8-sig", row=0)
        except UnicodeDecodeError:
            layout = Layout("csv", "gb18030", row=0)
    with tempfile.NamedTemporaryFile(prefix="chunfeng-") as kept:
        kept.write(data)
        kept.flush()
        with rows_of(Path(kept.name), layout) as rows:
            yield from rows


def _xlsx(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str | int]], total: Sequence[str | int]
) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": title})
    bold = book.add_format({"bold": True, "bottom": 1})
    money, summed = (
        book.add_format({"num_format": "0.00"} | more) for more in ({}, {"bold": True, "top": 1})
    )
    last = book.add_format({"bold": True, "top": 1})
    sheet = book.add_worksheet()
    for n, (head, width) in enumerate(zip(heads, (6, 16, 26, 28, 14, 40), strict=True)):
        sheet.set_column(n, n, width)
        sheet.write_string(0, n, head, bold)
    for at, row in enumerate([*rows, total], start=1):
        ends = row is total
        for n, value in enumerate(row):
            if n == 4:  # exact below 2**53 fen: two decimals are written, none is lost
                sheet.write_number(at, n, float(Decimal(value) / 100), summed if ends else money)
            elif isinstance(value, int):
                sheet.write_number(at, n, value)
            else:
                sheet.write_string(at, n, value, last if ends else None)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
