"""XLSForm workbooks: what has a place is taken over, everything else is named with sheet, row and reason."""

from __future__ import annotations

import io
from fractions import Fraction

import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from chunfeng.reporting.definition import BadForm, Figures, Type, parse
from chunfeng.reporting.definition.xlsform import read_xlsform


@pytest.fixture(autouse=True, scope="module")
def _in_english():
    with translation.override("en"):
        yield


ASKED = {"source": {"number": "演示发〔2020〕1号", "clause": "第二条"}, "reporters": [{"level": "village"}]}

SURVEY = [
    ["type", "name", "label::中文 (zh)", "label::English (en)", "required", "constraint", "constraint_message",
     "hint", "relevant", "appearance"],
    ["start", "start"],
    ["note", "intro", "请如实填写", "Please answer truthfully"],
    ["begin group", "people", "人员", "People"],
    ["integer", "Checked", "检查人数", "Checked", "yes", ". >= 0 and . <= 10000"],
    ["integer", "fever", "发热", "Fever", "true", ". <= ${Checked}", "发热多于检查"],
    ["integer", "referred", "移交", "Referred", "", ". + ${fever} = ${Checked}"],
    ["end group"],
    ["decimal", "temperature", "体温", "Temperature", "no", "regex(., '^3')"],
    ["text", "name", "姓名", "Full name"],
    ["text", "phone", "联系电话", "Phone"],
    ["text", "remark", "说明", "Remark", "", "", "", "一句话", "${fever} > 0", "multiline"],
    ["select_one yesno", "ill", "有症状", "Ill"],
    ["select_one vehicle", "by", "交通方式", "Means"],
    ["select_multiple symptom", "has", "症状", "Symptoms"],
    ["date", "day", "日期", "Day"],
    ["time", "hour", "时间", "Time"],
    ["calculate", "double"],
    ["geopoint", "where", "位置", "Where"],
    ["begin repeat", "trip", "行程", "Trips"],
    ["text", "stop", "停靠", "Stop"],
    ["end repeat", "trip"],
    ["select_one nowhere", "odd", "怪", "Odd"],
    ["integer", "", "无名", "Nameless"],
    ["integer", "fever", "又一个", "Again"],
    ["quantum", "q", "量子", "Quantum"],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label::中文 (zh)", "label::English (en)", "district"],
    ["yesno", "yes", "是", "Yes"],
    ["yesno", "no", "否", "No"],
    ["vehicle", "train", "火车", "Train"],
    ["vehicle", "Coach-Bus", "客车", "Coach", "north"],
    ["symptom", "cough", "咳嗽", "Cough"],
    ["symptom", "fatigue", "乏力", "Fatigue"],
    ["symptom", "cough", "又咳", "Cough again"],
    ["", "stray", "散", "Stray"],
]
SETTINGS = [["form_title", "form_id", "version"], ["检查点登记", "Check Point_1", "2020020301"]]


def book(survey=SURVEY, choices=CHOICES, settings=SETTINGS, **more) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        for name, rows in {"survey": survey, "choices": choices, "settings": settings, **more}.items():
            sheet = workbook.add_worksheet(name)
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)
    return out.getvalue()


@pytest.fixture(scope="module")
def read():
    return read_xlsform(book())


@pytest.fixture(scope="module")
def form(read):
    return parse(read.data | ASKED)


def test_the_draft_can_be_finished(form):
    assert (form.code, str(form.title), form.every, form.figures) == (
        "check-point-1",
        "检查点登记",
        "event",
        "own",
    )
    assert form.note.zh == "请如实填写"
    kinds = {each.code: each.type for each in form.indicators}
    assert kinds == {
        "checked": Type.COUNT, "fever": Type.COUNT, "referred": Type.COUNT, "temperature": Type.NUMBER,
        "name": Type.NAME, "phone": Type.PHONE, "remark": Type.LONG, "ill": Type.YESNO, "by": Type.CHOICE,
        "has_cough": Type.YESNO, "has_fatigue": Type.YESNO, "day": Type.DATE, "hour": Type.TIME,
    }  # fmt: skip


def test_labels_in_both_languages_with_their_group(form):
    label = form.indicator("checked").label
    assert (label.zh, label.en) == ("人员·检查人数", "People·Checked")
    assert (form.indicator("has_cough").label.zh, form.indicator("has_cough").label.en) == (
        "症状·咳嗽",
        "Symptoms·Cough",
    )
    assert {code: (t.zh, t.en) for code, t in form.indicator("by").choices.items()} == {
        "train": ("火车", "Train"),
        "coach_bus": ("客车", "Coach"),
    }
    assert form.indicator("remark").help.zh == "一句话"


def test_required_is_kept(form):
    assert {each.code for each in form.indicators if each.required} == {"checked", "fever"}


def test_constraints_become_checks(form):
    rules = {check.rule.text: str(check.message) for check in form.checks}
    assert list(rules) == [
        "checked >= 0 and checked <= 10000",
        "fever <= checked",
        "referred + fever == checked",
    ]
    assert rules["fever <= checked"] == "发热多于检查"
    now = {"checked": Fraction(5), "fever": Fraction(2), "referred": Fraction(3)}
    assert [check.rule.value(Figures(now, {}, {})) for check in form.checks] == [True, True, True]


def test_whatever_was_left_is_named_with_its_row(read):
    left = {(each.sheet, each.row): each.why for each in read.left}
    expected = {
        ("survey", 2): "every filing keeps it",
        ("survey", 3): "note of the form",
        ("survey", 5): "“checked”",
        ("survey", 9): "regex",
        ("survey", 12): "relevant",
        ("survey", 18): "ratio or a check",
        ("survey", 19): "positions",
        ("survey", 20): "repeats",
        ("survey", 21): "inside a repeat",
        ("survey", 22): "repeats",
        ("survey", 23): "nowhere",
        ("survey", 24): "no name",
        ("survey", 25): "twice",
        ("survey", 26): "quantum",
        ("choices", 5): "district",
        ("choices", 8): "twice",
        ("choices", 9): "list_name",
        ("settings", 2): "version",
    }
    assert left.keys() == expected.keys()
    assert {key: word for key, word in expected.items() if word not in left[key]} == {}
    assert "survey" in str(read.left[-1]) and "26" in str(read.left[-1])


def test_every_row_is_taken_over_or_named(read, form):
    """Nothing is lost: each row of the survey gave a cell, a group or an entry in the list."""
    named = {each.row for each in read.left if each.sheet == "survey"}
    taken = {
        "checked",
        "fever",
        "referred",
        "temperature",
        "name",
        "phone",
        "remark",
        "ill",
        "by",
        "has",
        "day",
        "hour",
    }
    for number, row in enumerate(SURVEY[1:], start=2):
        name = (row[1] if len(row) > 1 else "").lower()
        assert number in named or name in taken or row[0] in ("begin group", "end group"), row


def constraint(text: str, kind: str = "integer"):
    read = read_xlsform(
        book(
            survey=[
                ["type", "name", "label", "constraint"],
                [kind, "a", "甲", text],
                ["integer", "b", "乙"],
                ["text", "t", "文"],
            ]
        )
    )
    return [each["rule"] for each in read.data.get("checks", [])], read


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (". >= 0", "a >= 0"),
        (".>=0 and .<=120", "a >= 0 and a <= 120"),
        ("${a} + ${b} = 7", "a + b == 7"),
        ("not(. > ${b})", "not (a > b)"),
        ("(. - ${b}) div 2 < 3.5", "(a - b) / 2 < 3.5"),
        ("sum(${a}, ${b}) != 4", "sum(a, b) != 4"),
        (". >= -40", "a >= - 40"),
    ],
)
def test_constraints_with_a_counterpart(text, rule):
    assert constraint(text)[0] == [rule]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("regex(., '[0-9]+')", "regex"),
        (". <= today()", "today"),
        ("${t} > 1", "“t”"),
        ("${gone} > 1", "gone"),
        (". mod 2 = 0", "mod"),
        ("string-length(.) < 5", "string-length"),
        (". + 1", "comparison"),
        (". >= 'x'", "character"),
        ("__import__", "character"),
    ],
)
def test_constraints_without_one_are_named(text, why):
    rules, read = constraint(text)
    assert rules == []
    assert any(why in each.why and text in each.why for each in read.left)


def test_a_number_that_may_be_negative_is_no_count():
    _rules, read = constraint(". >= -40")
    assert read.data["indicators"][0]["type"] == "number"


def test_other_languages_and_sheets_are_named():
    survey = [["type", "name", "label::Français (fr)", "label::中文"], ["integer", "a", "un", "甲"]]
    read = read_xlsform(book(survey=survey, extra=[["x"], ["y"]]))
    assert {each.sheet for each in read.left} >= {"survey", "extra"}
    assert any("fran" in each.why for each in read.left)


def test_several_choices_never_share_a_code():
    survey = [
        ["type", "name", "label"],
        ["integer", "has_cough", "咳嗽人数"],
        ["select_multiple symptom", "has", "症状"],
        ["integer", "Has Cough", "又"],
    ]
    codes = [each["code"] for each in read_xlsform(book(survey=survey)).data["indicators"]]
    assert codes == ["has_cough", "has_cough_2", "has_fatigue", "has_cough_3"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"type,name\n", book()[:400]])
def test_no_workbook(data):
    with pytest.raises(BadForm, match="cannot be read as a spreadsheet"):
        read_xlsform(data)


def test_no_survey():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        workbook.add_worksheet("Tabelle1").write(0, 0, "x")
    with pytest.raises(BadForm, match="survey"):
        read_xlsform(out.getvalue())


cells = st.sampled_from(
    ["", "integer", "text", "select_one vehicle", "select_multiple symptom", "begin group", "end group",
     "begin repeat", "a", "b", "甲", "yes", ". > 1", "${a} = 2", "note", "名称", "9x"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cells, min_size=3, max_size=5), max_size=8))
def test_any_survey_gives_a_draft_and_a_list(rows):
    read = read_xlsform(book(survey=[["type", "name", "label", "required", "constraint"], *rows]))
    for number, row in enumerate(rows, start=2):
        named = any(each.sheet == "survey" and each.row == number for each in read.left)
        kept = row[0] in ("integer", "text", "begin group", "end group") or row[0].startswith("select")
        assert named or kept or not any(row)
    if read.data["indicators"]:
        parse(read.data | ASKED)


@pytest.mark.parametrize("place", [(20_000, 1_000), (1_048_575, 16_383), (2, 16_383)])
def test_a_small_file_that_unfolds_to_a_huge_sheet_is_refused_before_it_is_laid_out(place):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet("survey")
        sheet.write_string(0, 0, "type")
        sheet.write_string(*place, "x")
    with pytest.raises(BadForm, match="at most 5000 rows and 300 columns"):
        read_xlsform(out.getvalue())
