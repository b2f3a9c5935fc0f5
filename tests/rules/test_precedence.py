"""Where two texts meet the higher prevails, then the later, unless the measure says otherwise."""

from __future__ import annotations

from datetime import date

import pytest

from chunfeng_rules.library import assemble
from chunfeng_rules.reading import read
from chunfeng_rules.scalar import explain
from chunfeng_rules.texts import BadMeasure
from tests.rules import engines, making

PROVINCE, CITY, COUNTY, ELSEWHERE = "220000000000", "220100000000", "220184000000", "620200000000"
LOCAL = """
measure: {code}
refines: test-measure
version: 1.0.0
title: {{zh: 地方文本, en: Local text}}
area: "{area}"
in_force: {{from: {since}}}
sources: {{own: {{title: 地方通知}}}}
parameters:
  limit: {{values: [{{from: {since}, value: {value}, clause: 三}}]}}
{more}
changes: {{1.0.0: {{zh: 首次, en: first}}}}
"""


def local(area: str, value: str, since: str = "2020-01-01", code: str = "", more: str = "") -> str:
    return LOCAL.format(code=code or f"local-{area[:6]}", area=area, since=since, value=value, more=more)


def library(mode: str, *texts: str, allowed: str = "fixed"):
    parameters = making.PARAMETERS.replace(
        "label: {zh: 限, en: limit}",
        f"label: {{zh: 限, en: limit}}\n    {mode}" if mode else "label: {zh: 限, en: limit}",
    )
    base = making.text(
        conditions={"one": "left / staff <= limit"},
        gives={"sum": ("fen", "money * limit", "half_up")},
        parameters=parameters,
        more=f"local: {allowed}",
    )
    return assemble([read(base, "base.yaml"), *(read(t, f"{n}.yaml") for n, t in enumerate(texts))])[
        "test-measure"
    ]


TEXTS = (
    local(PROVINCE, "4 %"),
    local(CITY, "6 %"),
    local(CITY, "3 %", "2020-02-01", "later"),
    local(COUNTY, "7 %"),
)


@pytest.mark.parametrize(
    ("mode", "day", "area", "value"),
    [
        ("", date(2020, 2, 15), CITY, 550),
        ("local: fixed", date(2020, 2, 15), COUNTY, 550),
        ("local: sets", date(2020, 2, 15), ELSEWHERE, 550),
        ("local: sets", date(2020, 1, 15), PROVINCE, 400),
        ("local: sets", date(2020, 1, 15), CITY, 600),
        ("local: sets", date(2020, 2, 15), CITY, 300),
        ("local: sets", date(2020, 2, 15), COUNTY, 700),
        ("local: sets", date(2019, 12, 31), COUNTY, 550),
        ("local: stricter\n    stricter: lower", date(2020, 1, 15), COUNTY, 400),
        ("local: stricter\n    stricter: lower", date(2020, 2, 15), COUNTY, 300),
        ("local: stricter\n    stricter: lower", date(2020, 3, 15), COUNTY, 300),
        ("local: stricter\n    stricter: higher", date(2020, 2, 15), COUNTY, 700),
        ("local: stricter\n    stricter: higher", date(2020, 3, 15), COUNTY, 2_000),
    ],
)
def test_which_value_holds(mode, day, area, value):
    measure = library(mode, *TEXTS)
    found = explain(measure, {"left": 0, "staff": 1, "money": 10_000}, on=day, area=area)
    assert found.env["limit"] * 10_000 == value
    assert found.gives[0].value == value


def test_the_explanation_names_the_text_that_won_and_those_that_gave_way():
    measure = library("local: sets", *TEXTS)
    found = explain(measure, {"left": 0, "staff": 1}, on=date(2020, 2, 15), area=CITY)
    won = {w.parameter: (w.value.text, {v.text for v in w.over}) for w in found.won}
    assert won == {"limit": ("later", {"local-220100", "local-220000", "test-measure"})}
    assert any("《地方通知》三" in line and "test-measure" in line for line in found.lines("zh"))


@pytest.mark.parametrize("mode", ["", "local: sets", "local: stricter\n    stricter: lower"])
def test_batch_and_scalar_agree_on_local_texts(mode):
    more = "conditions: {extra: {rule: 'first', says: {zh: 加, en: More.}, clause: 四, from: 2020-02-01}}"
    measure = library(mode, *TEXTS, local(CITY, "9 %", code="adds", more=more), allowed="stricter")
    rows = [
        {"on_day": day, "area": area, "left": left, "staff": 100, "money": 12_345, "first": first}
        for day in (date(2019, 12, 31), date(2020, 1, 15), date(2020, 2, 1), date(2020, 3, 1))
        for area in (PROVINCE, CITY, COUNTY, ELSEWHERE, None)
        for left in (3, 4, 6, 20)
        for first in (True, False, None)
    ]
    expected = engines.in_python([measure], rows)
    assert engines.in_duckdb([measure], rows) == expected
    assert len({tuple(line.values()) for line in expected}) > 4


def test_an_area_adds_conditions_only_where_it_may():
    more = "conditions: {extra: {rule: 'first', says: {zh: 加, en: More.}, clause: 四}}"
    with pytest.raises(BadMeasure, match="does not allow an area to add conditions"):
        library("", local(CITY, "4 %", more=more))
    measure = library("", local(CITY, "4 %", more=more), allowed="stricter")
    facts = {"left": 0, "staff": 1, "first": False}
    assert explain(measure, facts, on=date(2020, 1, 15), area=COUNTY).state == "not eligible"
    assert explain(measure, facts, on=date(2020, 1, 15), area=ELSEWHERE).state == "eligible"
    assert explain(measure, facts, on=date(2019, 12, 31), area=COUNTY).state == "eligible"
    asked = explain(measure, {"left": 0, "staff": 1}, on=date(2020, 1, 15))
    assert (asked.state, asked.asks) == ("ask", ("first", "area"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (local(CITY, "4 %").replace("limit:", "nothing:"), "has no such parameter"),
        (
            local(CITY, "4 %").replace("refines: test-measure", "refines: other"),
            "no measure “other” to refine",
        ),
        (local(CITY, "4"), "with its sign"),
        (local(CITY, "4 %").replace(f'"{CITY}"', "national"), "names the area it is for"),
    ],
)
def test_a_local_text_that_does_not_fit_is_refused(text, says):
    with pytest.raises(BadMeasure, match=says):
        library("", text)


def family(area: str, since: str, code: str) -> object:
    area = area if area == "national" else f'"{area}"'
    return read(
        making.text(code=code, area=area, since=since, more="family: national", conditions={"one": "first"}),
        f"{code}.yaml",
    )


def test_a_whole_measure_gives_way_to_the_higher_and_the_later_of_its_family():
    held = assemble(
        [
            family("national", "2020-02-05", "national"),
            family(CITY, "2019-01-01", "city"),
            family(CITY, "2019-07-01", "city-later"),
            family(ELSEWHERE, "2019-01-01", "other"),
        ]
    )

    def holds(day, area):
        return {
            c for c, m in held.items() if explain(m, {"first": True}, on=day, area=area).state == "eligible"
        }

    assert holds(date(2019, 3, 1), COUNTY) == {"city"}
    assert holds(date(2019, 8, 1), COUNTY) == {"city-later"}
    assert holds(date(2020, 3, 1), COUNTY) == {"national"}
    assert holds(date(2019, 3, 1), PROVINCE) == set()
    gone = explain(held["city"], {"first": True}, on=date(2020, 3, 1), area=CITY)
    assert (gone.state, gone.gave_way) == ("not in force", "city-later")
    rows = [
        {"on_day": day, "area": area, "first": True}
        for day in (date(2019, 3, 1), date(2019, 8, 1), date(2020, 2, 4), date(2020, 2, 5))
        for area in (COUNTY, CITY, ELSEWHERE, None)
    ]
    measures = list(held.values())
    assert engines.in_duckdb(measures, rows) == engines.in_python(measures, rows)


def test_one_name_means_one_fact_everywhere():
    one = read(making.text(code="one", conditions={"a": "first"}))
    other = making.text(code="other", conditions={"a": "first"}).replace(
        "staff: {is: persons", "staff: {is: items"
    )
    other = other.replace("is: persons\n    values:", "is: items\n    values:")
    with pytest.raises(BadMeasure, match="has another unit"):
        assemble([one, read(other)])
    with pytest.raises(BadMeasure, match="there twice"):
        assemble([one, one])
