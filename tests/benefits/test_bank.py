"""Files to and from the bank: to the fen, line by line, with errors that name the row."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.benefits import bank
from chunfeng.core.errors import Refused

ORDERS = [
    bank.Order(1, "测试一", "6222000000000001", "测试银行", 90_001, "测试补贴 2020-02"),
    bank.Order(2, "=1+1", "0012345678", "测试银行", 5, "测试补贴 2020-02"),
]


@given(st.integers(-(10**14), 10**14))
def test_yuan_and_back(fen):
    assert bank.fen(bank.yuan(fen)) == fen


@pytest.mark.parametrize(
    ("text", "fen"), [("900", 90_000), ("1,234.50", 123_450), ("￥3.1元", 310), ("0.05", 5)]
)
def test_amounts_as_people_write_them(text, fen):
    assert bank.fen(text) == fen


@pytest.mark.parametrize("text", ["", "1.005", "九百", "nan", "1e99"])
def test_no_amounts(text):
    with pytest.raises(ValueError, match=r".*"):
        bank.fen(text)


def test_the_csv_opens_in_a_spreadsheet_and_ends_with_its_total():
    data = bank.write(ORDERS, "2020-1", bank.CSV)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1] == ["1", "测试一", "6222000000000001", "测试银行", "900.01", "测试补贴 2020-02"]
    assert rows[-1][4] == "900.06" and len(rows) == 4


def test_the_xlsx_keeps_accounts_as_text_and_runs_no_formula():
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(bank.write(ORDERS, "2020-1", bank.XLSX)))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[2][1:3] == ["=1+1", "0012345678"]
    assert (rows[1][4], rows[3][4]) == (900.01, 900.06)


def replied(*rows: str, encoding: str = "utf-8-sig") -> bytes:
    return "\n".join(["某银行代发回单", "序号,户名,金额（元）,入账日期,失败原因", *rows]).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_reply_as_csv(encoding):
    data = replied(
        "1,测试一,900.01,2020-02-05,", "2,测试二,0.05,,账号户名不符", "合计,2,900.06,,", encoding=encoding
    )
    assert bank.read_reply(data) == [
        bank.Reply(1, 90_001, date(2020, 2, 5)),
        bank.Reply(2, 5, None, "账号户名不符"),
    ]


def test_a_reply_as_xlsx():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for n, row in enumerate(
        [["行号", "金额", "付款日期", "原因"], [1, 900.01, "20200205", ""], [2, 0.05, "", "销户"]]
    ):
        sheet.write_row(n, 0, row)
    book.close()
    assert [(r.line, r.amount, r.paid_on) for r in bank.read_reply(out.getvalue(), "a.xlsx")] == [
        (1, 90_001, date(2020, 2, 5)),
        (2, 5, None),
    ]


def test_every_bad_row_is_named():
    rows = (
        "x,测试,1,2020-02-05,",
        "2,测试,1.005,2020-02-05,",
        "3,测试,1,,",
        "4,测试,1,2020-02-30,",
        "5,测试,1,2020-02-05,坏",
    )
    with pytest.raises(bank.BadReply) as bad:
        bank.read_reply(replied(*rows, "6,测试,1,2020-02-05,", "6,测试,1,2020-02-05,"))
    assert len(bad.value.problems) == 6
    assert [str(n) in said for n, said in zip((3, 4, 5, 6, 7, 9), bad.value.problems, strict=True)] == [
        True
    ] * 6


@pytest.mark.parametrize("data", [b"a,b\n1,2\n", replied(), "没有表头".encode()])
def test_what_is_no_reply_is_refused(data):
    with pytest.raises(bank.BadReply):
        bank.read_reply(data)


def test_an_empty_file_is_refused():
    with pytest.raises(Refused):
        bank.read_reply(b"")
