"""What is asked is the smallest set of facts that would decide: compared with trying every set."""

from __future__ import annotations

from datetime import date
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from chunfeng_rules.scalar import explain
from tests.rules import making

DAY = date(2020, 5, 1)
NAMES = ("fa", "fb", "fc", "fd")
FACTS = "facts:\n" + "\n".join(
    f"  {n}: {{is: yes_no, label: {{zh: {n}, en: {n}}}, ask: {{zh: 问, en: ask}}}}" for n in NAMES
)
formulas = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} and {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} or {p[1]})"),
        inner.map(lambda p: f"(not {p})"),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(formulas, min_size=1, max_size=2),
    st.fixed_dictionaries({}, optional={n: st.booleans() for n in NAMES}),
)
def test_no_smaller_set_of_facts_would_do(rules, known):
    measure = making.measure(
        facts=FACTS, parameters="", conditions={f"c{n}": rule for n, rule in enumerate(rules)}
    )
    found = explain(measure, known, on=DAY)
    if found.state != "ask":
        return
    unknown = [n for n in NAMES if n not in known]

    def decides(names):
        return any(
            explain(measure, {**known, **dict(zip(names, values, strict=True))}, on=DAY).state == "eligible"
            for values in product((True, False), repeat=len(names))
        )

    sizes = [k for k in range(1, len(unknown) + 1) for s in combinations(unknown, k) if decides(s)]
    if sizes:
        assert len(found.asks) == min(sizes)
        assert decides(found.asks)


def test_what_would_decide_is_asked_in_the_order_of_the_file():
    measure = making.measure(
        conditions={"one": "staff > left or first and second", "two": "money > 0"},
        gives={"sum": ("fen", "wage * months_in", "")},
    )
    assert explain(measure, {}, on=DAY).asks == ("money", "staff", "left")
    assert explain(measure, {"first": True}, on=DAY).asks == ("money", "second")
    met = explain(measure, {"first": True, "second": True, "money": 1}, on=DAY)
    assert (met.state, met.asks, met.asks_outcome) == ("eligible", (), ("wage", "months_in"))


def test_the_branch_that_needs_less_is_asked_for():
    measure = making.measure(conditions={"one": "first if second else staff > left"})
    assert explain(measure, {}, on=DAY).asks == ("first", "second")
    assert explain(measure, {"second": False}, on=DAY).asks == ("staff", "left")


def test_a_day_that_dates_a_value_and_an_area_are_asked_for():
    measure = making.measure(conditions={"one": "money > some_money and within(area, zone)"})
    assert explain(measure, {"money": 5}, on=DAY).asks == ("began", "area")
    assert explain(measure, {"money": 5}, on=DAY, area="220184000000").asks == ("began",)


def test_nothing_is_asked_when_one_condition_has_failed():
    measure = making.measure(conditions={"one": "first", "two": "second"})
    assert explain(measure, {"first": False}, on=DAY).asks == ()
