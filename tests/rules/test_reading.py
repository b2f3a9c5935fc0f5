"""What is wrong with a file is found with its line and column, all of it at once, in both languages."""

from __future__ import annotations

import pytest

from chunfeng_rules.measure import Measure
from chunfeng_rules.reading import read, read_path
from chunfeng_rules.texts import BadMeasure
from tests.rules import making


def findings(text: str) -> list[str]:
    with pytest.raises(BadMeasure) as bad:
        read(text, "f.yaml")
    assert all(f.says.zh and f.says.en and f.place.file == "f.yaml" for f in bad.value.findings)
    return [f.line() for f in bad.value.findings]


def ruled(rule: str) -> list[str]:
    return findings(making.text(conditions={"one": rule}))


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("staff > 30", "no bare numbers"),
        ("staff > 2", "no bare numbers"),
        ("staff * 1 > left", "a factor must be a parameter"),
        ("staff.real > left", "not part of the language"),
        ("__import__(money)", "no function “__import__”"),
        ("abs(staff) > left", "no function “abs”"),
        ("[staff for staff in size]", "not part of the language"),
        ("lambda: first", "“:” is not part of the language"),
        ("first := second", "not part of the language"),
        ("staff > months_in", "units differ: persons and months"),
        ("money * months_in > money", "units differ"),
        ("money > some_staff", "units differ"),
        ("staff", "a truth (yes or no)"),
        ("first and staff", "a truth is needed here"),
        ('size == "huge"', "not among small, medium, large"),
        ("size > size", "choices can only be equal"),
        ("nobody > staff", "“nobody” is not declared"),
        ("by_size > money", "is a table"),
        ("by_size[born] > money", "goes by another choice"),
        ("days(born) > some_days", "takes 2 values"),
        ("plus_days(born, some_months) > on", "should be days and is months"),
        ("plus_days(born, some_days * limit) > on", "whole number is needed"),
        ("staff / (left - staff) > limit", "the divisor may be negative"),
        ("staff if first else", "cannot be read here"),
        ("first and (second", "cannot be read here"),
        ("", "the expression is empty"),
        ("first and " * 300 + "first", "longer than"),
        ("not " * 200 + "first", "nested too deeply"),
        ("money * wage > money * wage", "leave 64 bits"),
        ("within(home, area)", "second value of within is a parameter"),
    ],
)
def test_an_expression_is_refused_with_its_reason(rule, says):
    found = ruled(rule)
    assert len(found) == 1
    assert says in found[0]


def test_the_place_is_that_of_the_word_in_the_expression():
    text = making.text(conditions={"one": "first and staff > nobody"})
    line = next(n for n, x in enumerate(text.splitlines(), 1) if "nobody" in x)
    column = text.splitlines()[line - 1].index("nobody") + 1
    assert findings(text)[0].startswith(f"f.yaml:{line}:{column}: ")


def test_the_place_in_an_expression_over_several_lines():
    text = making.text(conditions={"one": "first"}).replace(
        "  one: {rule: 'first', says: {zh: 条件, en: Condition.}, clause: 一}",
        "  one:\n    rule: |\n      first\n      and nobody\n    says: {zh: 条件, en: Condition.}\n    clause: 一",
    )
    line = next(n for n, x in enumerate(text.splitlines(), 1) if "nobody" in x)
    assert findings(text)[0].startswith(f"f.yaml:{line}:11: ")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("version: 1.0.0", "version: 1", "a version is written"),
        ("measure: test-measure", "measure: Test", "a code has small letters"),
        ("value: 5.5 %", "value: 5.5", "with its sign"),
        ("value: 5.5 %", "value: 5.555 %", "finer than the unit"),
        ("value: 1000.01 yuan", "value: 1000.01", "in yuan or fen"),
        ("value: 1000.01 yuan", "value: 1000.001 yuan", "finer than the unit"),
        ("value: 30,", "value: 30 months,", "the unit of"),
        ("until: 2020-06-30", "until: 2020-08-01", "overlap"),
        ("until: 2020-06-30", "until: 2018-06-30", "before the first"),
        ("from: 2020-03-01, value: 20 %, clause: 二", "from: 2020-03-01, value: 20 %", "“clause” is missing"),
        (
            "from: 2020-03-01, value: 20 %, clause: 二",
            "from: 2020-03-01, value: 20 %, clause: ''",
            "clause is missing",
        ),
        ("as_of: began", "as_of: money", "should name a fact that is a date"),
        ("by: size", "by: money", "should name a fact that is a choice"),
        ("subject: person", "subject: firm", "should be one of person"),
        ("in_force: {from: 2019-01-01}", "in_force: {from: 2019-02-30}", "is not a date"),
        (
            "title: {zh: 测试措施, en: Test measure}",
            "title: {zh: 测试措施, en: Test, measure}",
            "quotation marks",
        ),
        ("area: national", "area: 北京", "is not an area code"),
        ("cases: []", "cases: *x", "aliases"),
        ("cases: []", "cases: [", "not valid YAML"),
        ("cases: []", "cases: []\nhello: 1", "“hello” is not known here"),
        ("summary: {zh: 测试, en: Test}\n", "", "“summary” is missing"),
        ("is: fen/month", "is: fen/parsec", "“parsec” is no unit"),
        ("staff: {is", "on: {is", "the name “on” is taken"),
        ("changes: {1.0.0", "changes: {0.9.0", "version 1.0.0 has no line"),
    ],
)
def test_a_part_is_refused_with_its_reason(old, new, says):
    text = making.text(conditions={"one": "first"})
    assert old in text
    found = findings(text.replace(old, new, 1))
    assert any(says in f for f in found), found


def test_everything_wrong_is_found_at_once():
    found = findings(
        making.text(
            conditions={"one": "nobody", "two": "staff > 5", "three": "first"},
            gives={"a": ("fen", "staff", "")},
        )
    )
    assert len(found) == 3
    assert [int(f.split(":")[1]) for f in found] == sorted(int(f.split(":")[1]) for f in found)


def test_an_outcome_that_may_have_a_fraction_says_how_it_is_rounded():
    assert "say how it is rounded" in findings(making.text(gives={"a": ("fen", "money * share", "")}))[0]
    assert "may be negative" in findings(making.text(gives={"a": ("fen", "money - some_money", "down")}))[0]


@pytest.mark.parametrize(
    "text", ["", "- 1", "measure", "\x00", "a: " + "[" * 500, "x: " + "y" * 500_000, "? {a: b}: c"]
)
def test_what_is_no_measure_is_refused(text):
    assert findings(text)


def test_a_file_that_is_not_utf8(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes("measure: 措施".encode("gb18030"))
    with pytest.raises(BadMeasure, match="UTF-8"):
        read_path(path)


def test_a_number_written_as_such_in_conditions_is_0_or_1_at_most():
    found = read(making.text(conditions={"one": "staff - 1 > 0 and max(0, staff - left) >= 1"}))
    assert isinstance(found, Measure)
