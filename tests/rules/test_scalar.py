"""One case: three-valued, exact, with reasons."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng_rules.functions import completed_months, plus_months
from chunfeng_rules.scalar import explain, rounded
from chunfeng_rules.texts import BadFacts
from tests.rules import making

DAY = date(2020, 5, 1)


def state(rule: str, **facts):
    return explain(making.measure(conditions={"one": rule}), facts, on=DAY).state


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        ("first or second", {"first": True}, "eligible"),
        ("first and second", {"first": False}, "not eligible"),
        ("first or second", {"first": False}, "ask"),
        ("first and second", {"first": True}, "ask"),
        ("not first", {}, "ask"),
        ("left / staff <= limit", {"left": 0, "staff": 0}, "ask"),
        ("left / staff <= limit", {"left": 1, "staff": 5}, "eligible"),
        ("left / staff <= limit", {"left": 201, "staff": 1_000}, "not eligible"),
        ("first if staff > 0 else second", {"staff": 3, "first": True}, "eligible"),
        ("first if staff > 0 else second", {"first": True, "second": True}, "ask"),
        ("size in listed", {"size": "medium"}, "eligible"),
        ("size in listed", {"size": "huge"}, "ask"),
        ("money >= by_size[size]", {"size": "small", "money": 100}, "eligible"),
        ("within(home, zone)", {"home": "220184000000"}, "eligible"),
        ("within(home, zone)", {"home": "220200000000"}, "not eligible"),
        ("staff >= some_staff", {"staff": 30}, "eligible"),
    ],
)
def test_unknown_is_not_false(rule, facts, expected):
    assert state(rule, **facts) == expected


def test_no_value_in_force_is_unknown_and_named():
    found = explain(
        making.measure(conditions={"one": "staff >= some_staff"}), {"staff": 90}, on=date(2020, 7, 15)
    )
    assert found.state == "ask"
    assert found.asks == ()
    assert "some_staff" in found.without_value


def test_out_of_range_counts_as_unknown_and_is_said():
    found = explain(making.measure(conditions={"one": "staff >= some_staff"}), {"staff": -1}, on=DAY)
    assert (found.state, found.odd, found.asks) == ("ask", ("staff",), ("staff",))
    assert any("超出范围" in line for line in found.lines("zh"))


@pytest.mark.parametrize(
    "facts",
    [{"staff": 1.0}, {"staff": True}, {"staff": "1"}, {"born": "2020-01-01"}, {"first": 1}, {"size": 3}],
)
def test_facts_of_the_wrong_kind_are_refused(facts):
    measure = making.measure(conditions={"one": "first and staff > 0"})
    with pytest.raises(BadFacts):
        explain(measure, facts, on=DAY)


@pytest.mark.parametrize(
    ("rounding", "to", "value", "expected"),
    [
        ("half_up", 1, Fraction(1, 2), 1),
        ("half_up", 1, Fraction(3, 2), 2),
        ("half_up", 1, Fraction(5, 2), 3),
        ("half_up", 1, Fraction(49999, 100000), 0),
        ("half_up", 10, 15, 20),
        ("half_up", 100, 149, 100),
        ("down", 1, Fraction(199, 100), 1),
        ("up", 1, Fraction(101, 100), 2),
        ("up", 100, 100, 100),
        ("up", 100, 101, 200),
    ],
)
def test_rounding_is_in_whole_numbers(rounding, to, value, expected):
    assert rounded(value, rounding, to) == expected


@given(st.dates(date(1950, 1, 1), date(2050, 1, 1)), st.dates(date(1950, 1, 1), date(2050, 1, 1)))
def test_months_are_the_greatest_count_that_is_not_after(first, second):
    count = completed_months(first, second)
    assert plus_months(first, count) <= second < plus_months(first, count + 1)


def test_the_amount_is_a_sum_in_words():
    measure = making.measure(gives={"refund": ("fen", "money * limit", "half_up")})
    found = explain(measure, {"money": 3_333}, on=DAY)
    assert found.gives[0].value == 667
    assert found.gives[0].sum.zh == "33.33元 × 20% = 6.67元（四舍五入到分）"
    assert found.gives[0].sum.en == "33.33 yuan × 20% = 6.67 yuan (rounded to the fen)"


def test_the_explanation_survives_as_json_without_the_measure():
    measure = making.measure(
        steps={"more": "staff + left"},
        conditions={"one": "left / staff <= limit and born < on", "two": "size in listed or first"},
        gives={"refund": ("fen", "max(money, some_money) if more > staff else money", "")},
    )
    for facts in (
        {},
        {"left": 1, "staff": 10, "size": "small", "born": date(2000, 1, 1), "money": 5, "began": DAY},
    ):
        found = explain(measure, facts, on=DAY)
        data = json.loads(json.dumps(found.as_data()))
        assert (data["state"], data["on"]) == (found.state, "2020-05-01")
        assert [c["clause"] for c in data["conditions"]] == ["《测试通知》（演示发〔2020〕1号）一"] * 2
        assert all(c["says"]["zh"] and c["sum"]["en"] for c in data["conditions"])
        assert found.lines("zh") and found.lines("en")


GROUPS = """
groups:
  spells:
    label: {zh: 段, en: spells}
    columns:
      ended: {is: date, label: {zh: 止, en: end}}
      kind: {is: choice, options: {ill: {zh: 病, en: ill}, other: {zh: 他, en: other}}, label: {zh: 类, en: kind}}
      length: {is: days, label: {zh: 天, en: days}}
"""


def spells(how: str, unit: str = "days"):
    facts = making.facts_text() + (
        f"\n  counted: {{is: {unit}, label: {{zh: 数, en: figure}}, ask: {{zh: 问, en: ask}}, of: spells, {how}}}"
    )
    literal = "some_days" if unit == "days" else "some_staff" if unit == "persons" else "on"
    return making.measure(facts=facts, groups=GROUPS, conditions={"one": f"counted <= {literal}"})


ROWS = [
    {"ended": date(2020, 1, 1), "kind": "ill", "length": 5},
    {"ended": date(2019, 1, 1), "kind": "ill", "length": 7},
    {"ended": date(2020, 2, 1), "kind": "other", "length": 9},
]


@pytest.mark.parametrize(
    ("how", "unit", "expected"),
    [
        ('count: kind == "ill"', "persons", 2),
        ("count: year(ended) == year(on)", "persons", 2),
        ("sum: length", "days", 21),
        ('sum: length, where: kind == "ill"', "days", 12),
        ("least: length", "days", 5),
        ('greatest: ended, where: kind == "ill"', "date", date(2020, 1, 1)),
    ],
)
def test_figures_over_rows(how, unit, expected):
    measure = spells(how, unit)
    assert explain(measure, {"spells": ROWS}, on=DAY).env["counted"] == expected
    assert explain(measure, {"spells": ROWS, "counted": expected}, on=DAY).env["counted"] == expected
    assert explain(measure, {}, on=DAY).env["counted"] is None
    none = {"persons": 0, "days": 0, "date": None}[unit]
    empty = explain(measure, {"spells": []}, on=DAY).env["counted"]
    assert empty == (None if how.startswith(("least", "greatest")) else none)


def test_one_row_that_leaves_it_open_makes_the_figure_unknown():
    measure = spells('count: kind == "ill"', "persons")
    assert explain(measure, {"spells": [*ROWS, {"kind": None}]}, on=DAY).env["counted"] is None
    measure = spells('sum: length, where: kind == "ill"')
    assert (
        explain(measure, {"spells": [*ROWS, {"kind": "other", "length": None}]}, on=DAY).env["counted"] == 12
    )
    assert (
        explain(measure, {"spells": [*ROWS, {"kind": "ill", "length": None}]}, on=DAY).env["counted"] is None
    )
