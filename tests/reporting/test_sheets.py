"""Filled spreadsheets: what goes in comes out, and what does not belong is refused with its cell."""

from __future__ import annotations

import io
import zipfile
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.reporting import definition
from chunfeng.reporting.sheets import Entry, Layout, WrongFile, codes_of, read_xlsx, write_xlsx
from chunfeng.reporting.sheets.layout import CODES
from chunfeng.reporting.values import stored
from tests.reporting.builders import DAILY

WIDE: dict[str, Any] = deepcopy(DAILY) | {
    "code": "wide",
    "dimensions": [
        {
            "code": "sex",
            "label": {"zh": "性别", "en": "Sex"},
            "categories": {"m": {"zh": "男", "en": "men"}, "f": {"zh": "女", "en": "women"}},
        }
    ],
    "indicators": [
        {"code": "checked", "label": {"zh": "检查人数", "en": "Checked"}, "unit": "人", "by": ["sex"]},
        {"code": "money", "label": {"zh": "支出", "en": "Spent"}, "type": "money"},
        {"code": "heat", "label": {"zh": "体温", "en": "Temperature"}, "type": "number", "decimals": 1},
        {"code": "open", "label": {"zh": "开放", "en": "Open"}, "type": "yesno"},
        {
            "code": "kind",
            "label": {"zh": "类别", "en": "Kind"},
            "type": "choice",
            "choices": {"a": {"zh": "车站", "en": "station"}, "b": {"zh": "路口", "en": "crossing"}},
        },
        {"code": "day", "label": {"zh": "日期", "en": "Day"}, "type": "date"},
        {"code": "remark", "label": {"zh": "说明", "en": "Remark"}, "type": "text"},
        {"code": "phone", "label": {"zh": "电话", "en": "Phone"}, "type": "phone"},
    ],
    "checks": [],
}


def layout(data: dict[str, Any] = WIDE, **changes: Any) -> Layout:
    parsed = definition.parse(data)
    made = Layout(
        form_id=7, version=1, definition=parsed, title=str(parsed.title), source=str(parsed.source),
        period="2020-02-03", period_name="2020-02-03",
    )  # fmt: skip
    return replace(made, **changes)


def entry(n: int = 1, **changes: Any) -> Entry:
    made = Entry(office_code=f"00{n:03d}", office_name=f"测试村{n}", area_code=f"{n:012d}")
    return replace(made, **changes)


def refilled(data: bytes, changes: dict[str, Any]) -> bytes:
    """The file as an officer saves it: every value again, some cells changed (by address, first sheet)."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    out = io.BytesIO()
    fresh = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    for name in book.sheet_names:
        sheet = fresh.add_worksheet(name)
        for row, cells in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False)):
            for column, value in enumerate(cells):
                if isinstance(value, str) and value:
                    sheet.write_string(row, column, value)
                elif not isinstance(value, str):
                    sheet.write(row, column, value)
        if name == book.sheet_names[0]:
            for address, value in changes.items():
                sheet.write(address, value)
    fresh.close()
    return out.getvalue()


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Co", "Cn")), min_size=1, max_size=30
)  # fmt: skip
written = st.fixed_dictionaries(
    {},
    optional={
        "checked.m": st.integers(0, 10**14),
        "checked.f": st.integers(0, 10**9).map(lambda n: str(n).translate(FULL_WIDTH)),
        "money": st.integers(0, 10**12).map(lambda fen: fen / 100),
        "heat": st.integers(-500, 500).map(lambda tenths: tenths / 10),
        "open": st.sampled_from(["是", "否", 1, 0]),
        "kind": st.sampled_from(["a", "b"]),
        "day": st.dates(date(1950, 1, 1), date(2190, 1, 1)).map(date.isoformat),
        "remark": texts,
        "phone": st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    },
)  # fmt: skip


@given(rows=st.lists(written, min_size=1, max_size=4), upright=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read_again(rows, upright):
    rows = rows[:1] if upright else rows
    plan = layout(upright=upright)
    entries = [entry(n, values=values, comment="因集中返乡") for n, values in enumerate(rows, start=1)]
    sheet = read_xlsx(write_xlsx(plan, entries), plan)
    assert not sheet.faults()
    assert [row.office_code for row in sheet.rows] == [each.office_code for each in entries]
    for row, values in zip(sheet.rows, rows, strict=True):
        assert row.comment == "因集中返乡"
        assert set(row.values) == set(values)
        for code, value in values.items():
            cell = plan.cells[code]
            if cell.indicator.numeric:
                assert stored(cell.indicator, row.values[code]) == stored(cell.indicator, value)
            else:
                assert row.values[code] == value


def test_codes_stay_text_with_their_zeros():
    plan = layout()
    data = write_xlsx(plan, [entry(4)])
    cells = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert cells[5][:2] == ["00004", "000000000004"]
    assert codes_of(data) == plan.codes


def test_numbers_in_text_cells_and_texts_in_number_cells_are_understood():
    plan = layout()
    data = write_xlsx(plan, [entry()])
    place = {code: plan.address(2, at) for at, code in enumerate(plan.fields)}
    data = refilled(
        data,
        {place["checked.m"]: "１，２３４", place["remark"]: 138, place["open"]: True, place["kind"]: "路口",
         place["day"]: "2020年2月3日"},
    )  # fmt: skip
    (row,) = read_xlsx(data, plan).rows
    assert stored(plan.cells["checked.m"].indicator, row.values.pop("checked.m")) == 1234
    assert row.values == {"remark": "138", "open": 1, "kind": "b", "day": "2020-02-03"}


@pytest.mark.parametrize("upright", [False, True])
def test_every_bad_cell_is_named_at_once(upright):
    plan = layout(upright=upright)
    place = {code: plan.address(2, at) for at, code in enumerate(plan.fields)}
    wrong = {"checked.m": 1.5, "checked.f": -3, "heat": "热", "kind": "飞船", "day": "昨天", "open": "也许",
             "phone": 220104199001011234.0, "@zero": "maybe"}  # fmt: skip
    data = refilled(write_xlsx(plan, [entry()]), {place[code]: value for code, value in wrong.items()})
    faults = read_xlsx(data, plan).faults()
    assert {fault.cell for fault in faults} == {place[code] for code in wrong}
    assert all(fault.why for fault in faults)


def test_a_formula_that_fails_is_no_empty_cell():
    plan = layout()
    out = io.BytesIO()
    data = write_xlsx(plan, [entry()])
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                at = plan.address(2, plan.fields.index("checked.m"))
                start = part.index(f'<c r="{at}"'.encode())
                end = part.index(b"/>", start) + 2
                part = part[:start] + f'<c r="{at}" t="e"><f>1/0</f><v>#DIV/0!</v></c>'.encode() + part[end:]
            new.writestr(name, part)
    assert [fault.cell for fault in read_xlsx(out.getvalue(), plan).faults()] == [at]


def test_the_same_office_twice_is_refused():
    plan = layout()
    sheet = read_xlsx(write_xlsx(plan, [entry(1), entry(1)]), plan)
    assert [fault.cell for fault in sheet.faults()] == ["A7"]
    assert "A6" in sheet.faults()[0].why


@pytest.mark.parametrize(
    ("other", "word"),
    [
        ({"form_id": 8}, "wide"),
        ({"period": "2020-02-04"}, "2020-02-04"),
        ({"version": 2}, "2"),
        ({"upright": True}, r"\S"),
    ],
)
def test_a_template_of_something_else_is_refused(other, word):
    with pytest.raises(WrongFile, match=word):
        read_xlsx(write_xlsx(layout(**other), [entry()]), layout())


@pytest.mark.parametrize("change", [{"F4": "money"}, {"F5": "另一个指标"}, {"F4": " "}, {"C4": "checked.m"}])
def test_changed_columns_are_refused_with_their_place(change):
    plan = layout()
    data = refilled(write_xlsx(plan, [entry()]), change)
    with pytest.raises(WrongFile) as refused:
        read_xlsx(data, plan)
    assert [fault.cell for fault in refused.value.faults] == [f"{next(iter(change))[0]}5"]


def test_an_inserted_column_is_refused():
    plan = layout()
    data = refilled(write_xlsx(plan, [entry()]), {"Q4": "", "R4": "mine"})
    at = len(plan.fields)
    data = refilled(data, {plan.address(0, at): "mine"})
    with pytest.raises(WrongFile):
        read_xlsx(data, plan)


def encrypted() -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 600
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 600
    )


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        ("机构代码,检查人数\n1,2\n".encode("gbk"), "csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 900, "xls"),
        (encrypted(), "password"),
        (b"%PDF-1.7", "xlsx"),
        (b"PK\x03\x04" + b"\0" * 90, "spreadsheet"),
    ],
)
def test_no_xlsx_is_refused_in_words(data, word):
    from django.utils import translation

    with translation.override("en"), pytest.raises(Exception, match=word) as refused:
        read_xlsx(data, layout())
    assert refused.type.__name__ in {"WrongFile", "Refused"}


def test_a_sheet_copied_without_its_codes_is_refused():
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(write_xlsx(layout(), [entry()])))
    assert CODES in book.sheet_names
    out = io.BytesIO()
    plain = xlsxwriter.Workbook(out)
    plain.add_worksheet().write_string(0, 0, "机构代码")
    plain.close()
    with pytest.raises(WrongFile):
        read_xlsx(out.getvalue(), layout())


def test_a_sheet_with_verdicts_can_be_handed_in_again():
    plan = layout()
    entries = [entry(1, values={"checked.m": 3}), entry(2)]
    data = write_xlsx(
        plan, entries, verdicts={0: "已填报", 1: "F7：必须填写"}, bad={1: frozenset({"checked.m"})}
    )
    sheet = read_xlsx(data, plan)
    assert sheet.rows[0].values == {"checked.m": 3}
    assert "F7：必须填写" in str(
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    )


def test_an_event_sheet_has_room_and_asks_for_the_day():
    plan = layout(deepcopy(WIDE) | {"every": "event", "zero": False}, period="", period_name="")
    blank = entry(1)
    sheet = read_xlsx(write_xlsx(plan, [blank]), plan)
    assert sheet.rows == []
    filled = replace(blank, values={"checked.m": 1}, on=date(2020, 2, 3))
    undated = replace(blank, values={"checked.m": 1})
    sheet = read_xlsx(write_xlsx(plan, [filled, undated]), plan)
    assert [row.on for row in sheet.rows] == [date(2020, 2, 3), None]
    assert [fault.cell for fault in sheet.faults()] == ["D7"]
