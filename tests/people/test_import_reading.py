"""The same ledger in any encoding and form reads the same; what is no table is refused with a sentence."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from chunfeng.core.errors import Refused
from chunfeng.people.imports import open_file
from chunfeng.people.imports.reading import rows_of
from tests.people.importing import HEADER, as_csv, as_xlsx

ROWS = [
    ["王测试", "11010519491231002X", "", "220184100201", "", "", "甲,乙"],
    ["李测试", "", "", "", "", "", "“引号”\n两行"],
]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def read(data: bytes, tmp_path, name: str = "a.csv", encoding: str = "") -> tuple[object, list[list[str]]]:
    path = tmp_path / name
    path.write_bytes(data)
    table = open_file(path, name, encoding)
    with rows_of(path, table.layout) as rows:
        return table, list(rows)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_every_encoding_reads_the_same(encoding, shown, tmp_path):
    table, rows = read(as_csv(ROWS, encoding=encoding), tmp_path)
    assert (table.encoding, table.header, table.total, rows) == (shown, list(HEADER), 2, ROWS)


def test_a_spreadsheet_reads_the_same(tmp_path):
    table, rows = read(as_xlsx(ROWS), tmp_path, "a.xlsx")
    assert (table.encoding, table.header, table.total, rows) == ("", list(HEADER), 2, ROWS)


def test_figures_and_days_of_a_spreadsheet(tmp_path):
    _table, rows = read(
        as_xlsx([["王测试", 110105194912310021, 15400000001, 220184100201.0, 1.5, "", ""]]), tmp_path
    )
    assert rows[0][:5] == ["王测试", "1.10105194912310E+17", "15400000001", "220184100201", "1.5"]


@pytest.mark.parametrize("sign", [",", "\t", ";", "|"])
def test_delimiters(sign, tmp_path):
    data = as_csv([["王测试", "", "", "", "", "", ""]]).decode().replace(",", sign).encode()
    table, rows = read(data, tmp_path)
    assert table.header == list(HEADER)
    assert rows[0][0] == "王测试"


def test_a_title_above_the_header_is_stepped_over(tmp_path):
    data = "返乡人员台账,,\n填报单位：测试镇,,\n".encode() + as_csv(ROWS)
    table, rows = read(data, tmp_path)
    assert (table.layout.row, table.header, len(rows)) == (3, list(HEADER), 2)


def test_empty_rows_count_but_not_at_the_end(tmp_path):
    table, rows = read(as_csv([ROWS[0], [""] * 7, ROWS[1], [""] * 7, []]), tmp_path)
    assert (table.total, rows) == (3, [ROWS[0], [], ROWS[1]])


def test_rows_from_the_middle(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv([[str(n), "x"] for n in range(1, 9)]))
    table = open_file(path, "a.csv")
    with rows_of(path, table.layout, skip=5) as rows:
        assert [row[0] for row in rows] == ["6", "7", "8"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(st.text("王李, \"'\n；\t一1x", max_size=6), min_size=3, max_size=3).filter(
            lambda r: any(c.strip() for c in r)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_cells_survive_every_way(rows):
    header = ("姓名", "电话", "备注")
    tables = [open_file(as_csv(rows, encoding=e, header=header), "a.csv") for e in ("utf-8", "gb18030")]
    assert [table.sample for table in tables] == [[list(row) for row in rows[:5]]] * 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        ("姓名,电话\n".encode(), "no row below"),
        (b"PK\x03\x04 not a spreadsheet", "cannot be read as a spreadsheet"),
        (b"x\n", "No header"),
    ],
)
def test_refused_with_a_sentence(data, said):
    with pytest.raises(Refused, match=said):
        open_file(data, "a.csv")


def test_a_spreadsheet_that_asks_for_all_memory_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx([["王测试"]]))) as whole, zipfile.ZipFile(out, "w") as changed:
        for name in whole.namelist():
            data = whole.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b'<row r="2"', b'<row r="1048576"').replace(b'r="A2"', b'r="XFD1048576"')
            changed.writestr(name, data)
    with pytest.raises(Refused, match="too large"):
        open_file(out.getvalue(), "a.xlsx")
