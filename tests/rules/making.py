"""Measures made up for tests: a text with given parts, and random ones of every shape the language has."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from chunfeng_rules.measure import Measure
from chunfeng_rules.reading import read

HEAD = """
measure: {code}
version: 1.0.0
title: {{zh: 测试措施, en: Test measure}}
summary: {{zh: 测试, en: Test}}
subject: person
area: {area}
in_force: {{from: {since}}}
{more}
sources: {{s: {{title: 测试通知, number: 演示发〔2020〕1号}}}}
"""
FACTS: dict[str, str] = {
    "money": "fen",
    "wage": "fen/month",
    "staff": "persons",
    "left": "persons",
    "months_in": "months",
    "share": "rate",
    "born": "date",
    "began": "date",
    "first": "yes_no",
    "second": "yes_no",
    "size": "choice",
    "home": "area",
}
SIZES = "{small: {zh: 小, en: small}, medium: {zh: 中, en: medium}, large: {zh: 大, en: large}}"
PARAMETERS = """
parameters:
  limit:
    label: {zh: 限, en: limit}
    is: rate
    values:
      - {from: 2019-01-01, value: 5.5 %, clause: 一}
      - {from: 2020-03-01, value: 20 %, clause: 二}
  some_staff:
    label: {zh: 人, en: staff}
    is: persons
    values:
      - {from: 2019-01-01, until: 2020-06-30, value: 30, clause: 一}
      - {from: 2020-08-01, value: 31, clause: 一}
  some_money:
    label: {zh: 钱, en: money}
    is: fen
    as_of: began
    values:
      - {from: 2018-01-01, value: 1000.01 yuan, clause: 一}
      - {from: 2020-01-01, value: 0.07 yuan, clause: 一}
  some_months:
    label: {zh: 月, en: months}
    is: months
    values: [{from: 2019-01-01, value: 12, clause: 一}]
  some_days:
    label: {zh: 天, en: days}
    is: days
    values: [{from: 2019-01-01, value: 31, clause: 一}]
  some_years:
    label: {zh: 年, en: years}
    is: years
    values: [{from: 2019-01-01, value: 18, clause: 一}]
  by_size:
    label: {zh: 表, en: table}
    is: fen
    by: size
    values:
      - {from: 2019-01-01, value: {small: 10 yuan, medium: 5.55 yuan, large: 0 yuan}, clause: 一}
      - {from: 2020-02-01, value: {small: 1 yuan, medium: 2 yuan, large: 3 yuan}, clause: 一}
  listed:
    label: {zh: 名单, en: list}
    is: choice
    of: size
    list: true
    values:
      - {from: 2019-01-01, value: [small], clause: 一}
      - {from: 2020-02-01, value: [small, medium], clause: 一}
  zone:
    label: {zh: 地区, en: area}
    is: area
    values: [{from: 2019-01-01, value: "220100000000", clause: 一}]
"""


def facts_text() -> str:
    lines = ["facts:"]
    for name, unit in FACTS.items():
        options = f", options: {SIZES}" if unit == "choice" else ""
        lines.append(
            f"  {name}: {{is: {unit}{options}, label: {{zh: {name}, en: {name}}}, ask: {{zh: 问, en: ask}}}}"
        )
    return "\n".join(lines)


def text(
    *,
    code: str = "test-measure",
    area: str = "national",
    since: str = "2019-01-01",
    more: str = "",
    facts: str | None = None,
    parameters: str = PARAMETERS,
    steps: dict[str, str] | None = None,
    conditions: dict[str, str] | None = None,
    gives: dict[str, tuple[str, str, str]] | None = None,
    groups: str = "",
    cases: str = "cases: []",
) -> str:
    """The YAML of a measure; `gives` is name → (unit, value, rounding)."""
    parts = [HEAD.format(code=code, area=area, since=since, more=more).strip(), parameters.strip("\n")]
    parts += [facts if facts is not None else facts_text(), groups]
    if steps:
        parts.append("steps:")
        parts += [
            f"  {n}: {{label: {{zh: 步, en: step}}, value: '{v}', clause: 一}}" for n, v in steps.items()
        ]
    if conditions:
        parts.append("conditions:")
        for name, rule in conditions.items():
            parts.append(f"  {name}: {{rule: '{rule}', says: {{zh: 条件, en: Condition.}}, clause: 一}}")
    if gives:
        parts.append("gives:")
        for name, (unit, value, rounding) in gives.items():
            end = f", round: {rounding}" if rounding else ""
            parts.append(
                f"  {name}: {{label: {{zh: 款, en: amount}}, is: {unit}, value: '{value}', clause: 一{end}}}"
            )
    parts += [cases, "changes: {1.0.0: {zh: 首次, en: first}}"]
    return "\n".join(p for p in parts if p) + "\n"


def measure(**parts: Any) -> Measure:
    """A measure made from parts, as `text`."""
    found = read(text(**parts), "made.yaml")
    assert isinstance(found, Measure)
    return found


# random expressions, by what they are


def _mixed(leaves: list[str], grown: Any) -> Any:
    return st.recursive(st.sampled_from(leaves), grown, max_leaves=4)


persons = _mixed(
    ["staff", "left", "some_staff"],
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} + {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"max(0, {p[0]} - {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"min({p[0]}, {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} if first else {p[1]})"),
        inner.map(lambda p: f"({p} * limit)"),
    ),
)
shares = st.one_of(
    st.sampled_from(["share", "limit", "(1 - min(1, share))"]),
    st.tuples(persons, persons).map(lambda p: f"({p[0]} / {p[1]})"),
)
money = _mixed(
    ["money", "some_money", "by_size[size]", "wage * months_in", "wage * min(months_in, some_months)"],
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} + {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"max(0, {p[0]} - {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"max({p[0]}, {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} if left <= staff else {p[1]})"),
    ),
)
dates = st.one_of(
    st.sampled_from(["on", "born", "began", "plus_days(began, some_days)", "plus_months(born, some_months)"]),
    st.just("max(born, began)"),
    st.just("plus_months(began, months_in)"),
)
_ops = st.sampled_from(["<", "<=", "==", "!=", ">=", ">"])
_atoms = st.one_of(
    st.sampled_from(["first", "second", 'size == "small"', 'size in ("small", "large")', "size in listed"]),
    st.just("within(home, zone)"),
    st.just("within(area, zone)"),
    st.tuples(persons, _ops, persons).map(" ".join),
    st.tuples(money, _ops, money).map(" ".join),
    st.tuples(shares, _ops, shares).map(" ".join),
    st.tuples(dates, _ops, dates).map(" ".join),
    st.tuples(dates, dates, _ops).map(lambda p: f"months({p[0]}, {p[1]}) {p[2]} some_months"),
    st.tuples(dates, dates, _ops).map(lambda p: f"years({p[0]}, {p[1]}) {p[2]} some_years"),
    st.tuples(dates, dates, _ops).map(lambda p: f"days({p[0]}, {p[1]}) {p[2]} some_days"),
    st.tuples(dates, dates, _ops).map(lambda p: f"year({p[0]}) {p[2]} year({p[1]}) - 1"),
)
truths = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} and {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} or {p[1]})"),
        inner.map(lambda p: f"not ({p})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
    ),
    max_leaves=4,
)
amounts = st.one_of(
    money.map(lambda m: f"({m}) * share"),
    st.tuples(money, persons, persons).map(lambda p: f"({p[0]}) * ({p[1]}) / ({p[2]})"),
    money,
)

# random cases around the edges

DAYS = st.one_of(
    st.sampled_from(
        [
            date(2019, 12, 31), date(2020, 1, 1), date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 29),
            date(2020, 3, 1), date(2020, 6, 30), date(2020, 7, 15), date(2020, 8, 1), date(2002, 2, 28),
            date(2004, 2, 29), date(1900, 1, 1), date(2200, 12, 31), date(1850, 5, 5), date(2018, 12, 31),
        ]
    ),
    st.dates(date(1990, 1, 1), date(2022, 1, 1)),
)  # fmt: skip
_counts = st.one_of(st.sampled_from([0, 1, 30, 31, 200, 1_001, -1]), st.integers(0, 2_000), st.just(10**12))
_values: dict[str, Any] = {
    "fen": st.one_of(
        st.sampled_from([0, 1, 3, 7, 5_001, 10**12, 10**12 + 1, -5]),
        st.integers(0, 10**6),
        st.integers(0, 10**12),
    ),
    "fen/month": st.one_of(st.integers(0, 10**6), st.sampled_from([0, 10**11, 10**11 + 1])),
    "persons": _counts,
    "months": st.one_of(st.integers(0, 30), st.sampled_from([1_200, 1_201])),
    "rate": st.one_of(st.sampled_from([0, 1, 550, 2_000, 5_000, 10_000, -1]), st.integers(0, 10_000)),
    "date": DAYS,
    "yes_no": st.booleans(),
    "choice": st.sampled_from(["small", "medium", "large", "huge"]),
    "area": st.sampled_from(["220100000000", "220184000000", "220000000000", "620200000000"]),
}
rows = st.fixed_dictionaries(
    {
        "on_day": DAYS.filter(lambda d: date(1900, 1, 1) <= d),
        "area": st.one_of(st.none(), _values["area"]),
        **{name: st.one_of(st.none(), _values[unit], _values[unit]) for name, unit in FACTS.items()},
    }
)


def seeded_rows(seed: int, count: int) -> list[dict[str, Any]]:
    """Many plain rows, mostly inside the ranges, a tenth of the facts unknown."""
    random = Random(seed)
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 2, 1), date(2020, 2, 29), date(2020, 8, 1)]

    def day() -> date:
        return (
            random.choice(days)
            if random.random() < 0.3
            else date(2000, 1, 1) + timedelta(random.randrange(8_000))
        )

    makers: dict[str, Any] = {
        "fen": lambda: random.choice(
            [random.randrange(10), random.randrange(10**6), random.randrange(10**12)]
        ),
        "fen/month": lambda: random.randrange(10**7),
        "persons": lambda: random.choice([0, random.randrange(60), random.randrange(10**4)]),
        "months": lambda: random.randrange(30),
        "rate": lambda: random.choice([550, 2_000, random.randrange(10_001)]),
        "date": day,
        "yes_no": lambda: random.random() < 0.5,
        "choice": lambda: random.choice(["small", "medium", "large"]),
        "area": lambda: random.choice(["220100000000", "220184000000", "620200000000"]),
    }
    return [
        {
            "on_day": day(),
            "area": makers["area"](),
            **{n: None if random.random() < 0.1 else makers[u]() for n, u in FACTS.items()},
        }
        for _ in range(count)
    ]
