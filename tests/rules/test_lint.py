"""The linter finds what is legal to read and yet wrong; a sound measure gives it nothing to say."""

from __future__ import annotations

import pytest

from chunfeng_rules.lint import lint
from tests.rules import making

PARAMETERS = """
parameters:
  limit: {label: {zh: 限, en: limit}, is: rate, values: [{from: 2019-01-01, value: 5 %, clause: 一}]}
"""
FACTS = """facts:
  staff: {is: persons, most: 100, label: {zh: 人, en: staff}, ask: {zh: 问, en: ask}}
  left: {is: persons, most: 100, label: {zh: 走, en: left}, ask: {zh: 问, en: ask}}
  money: {is: fen, label: {zh: 钱, en: money}, ask: {zh: 问, en: ask}}"""
CASES = """cases:
  - name: {zh: 甲, en: A}
    on: 2020-01-01
    given: {staff: 100, left: 5, money: 10 yuan}
    expect: eligible
    gives: {sum: 10 yuan}
  - name: {zh: 乙, en: B}
    on: 2020-01-01
    given: {staff: 100, left: 6, money: 10 yuan}
    expect: not eligible
    fails: [one]
"""


def made(**changed):
    parts = {
        "parameters": PARAMETERS,
        "facts": FACTS,
        "conditions": {"one": "left / staff <= limit"},
        "gives": {"sum": ("fen", "money", "")},
        "cases": CASES,
    }
    return making.measure(**parts | changed)


def said(measure):
    return [f.line() for f in lint(measure)]


def test_a_sound_measure():
    assert said(made()) == []


@pytest.mark.parametrize(
    ("changed", "says", "error"),
    [
        (
            {"conditions": {"one": "left / staff <= limit", "two": "staff >= 0"}},
            "“two” can never fail",
            False,
        ),
        (
            {"conditions": {"one": "left / staff <= limit", "two": "staff < 0"}},
            "“two” can never be met",
            True,
        ),
        (
            {"conditions": {"one": "left / staff <= limit", "two": "left / staff <= limit"}},
            "says the same",
            False,
        ),
        ({"steps": {"more": "staff + left"}}, "the step “more” is not used", False),
        (
            {"facts": FACTS + "\n  idle: {is: yes_no, label: {zh: 闲, en: i}, ask: {zh: 问, en: a}}"},
            "“idle” is not used",
            False,
        ),
        ({"gives": {"sum": ("fen", "money if staff >= 0 else 0", "")}}, "can never be reached", False),
        ({"gives": {"sum": ("fen", "money if left > 0 else 0", "")}}, "do not take both branches", False),
        (
            {"gives": {"sum": ("fen", "money", ""), "more": ("fen", "money", "")}},
            "no case states the outcome “more”",
            False,
        ),
        ({"cases": CASES.replace("left: 6", "left: 5")}, "expected not eligible, got eligible", True),
        ({"cases": CASES.replace("sum: 10 yuan", "sum: 11 yuan")}, "expected 11 yuan, got 10 yuan", True),
        (
            {"cases": CASES.replace("fails: [one]", "fails: [two]")},
            "conditions not met: expected two, got one",
            True,
        ),
        (
            {"cases": CASES[: CASES.index("  - name: {zh: 乙")]},
            "is the condition “one” not met",
            False,
        ),
        (
            {"parameters": PARAMETERS.replace("from: 2019-01-01, ", "from: 2019-06-01, ")},
            "has no value on 2019-01-01",
            False,
        ),
        (
            {"parameters": PARAMETERS.replace("value: 5 %", "until: 2020-06-30, value: 5 %")},
            "no value on 2020-07-01",
            False,
        ),
        (
            {
                "parameters": PARAMETERS.replace(
                    "values: [", "values: [{from: 2001-01-01, until: 2001-02-01, value: 1 %, clause: 一}, "
                )
            },
            "holds on no day of the measure",
            False,
        ),
    ],
)
def test_what_is_found(changed, says, error):
    found = [f for f in lint(made(**changed)) if says in f.says.en]
    assert found and found[0].error is error, said(made(**changed))
    assert found[0].place.line > 1 and found[0].says.zh
