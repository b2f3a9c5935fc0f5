"""The shipped placement rules and the shipped measures on isolation say the same of the same people."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.people import isolation_days
from chunfeng.people.choices import ISOLATING, Exposure, Placement
from chunfeng.people.isolation_days import Look
from chunfeng.people.models import PlacementRule
from chunfeng.people.placement import library
from chunfeng.people.placement.choosing import applying, weigh
from chunfeng_rules.explanation import Explanation
from chunfeng_rules.library import shipped
from chunfeng_rules.measure import ELIGIBLE, NOT_ELIGIBLE, NOT_IN_FORCE
from chunfeng_rules.scalar import explain

MEASURES = shipped()
AREA = "990300000000"
"""The example area of the city's measures."""
FIRST = date(2020, 2, 20)
HIT, ELSEWHERE = "420100000000", "410100000000"
EVERYWHERE = ("area-hospital", "contact-hospital", "none-enter", "none-hospital")
SETS = {"home": ("area-home", "contact-home"), "central": ("area-central", "contact-central")}
"""The rules an office takes into use: one of the two ways to isolate, and those that all need."""
OF_THE_CITY = ("area-home", "none-enter")
"""Rules taken from the text that the measures come from."""


def rules(chosen: str, on: date) -> list[PlacementRule]:
    """The set as an office of the example area has it in force on a day."""
    wanted = [library.rule(code) for code in (*SETS[chosen], *EVERYWHERE)]
    return [
        PlacementRule(area_code=AREA, valid_from=each.valid_from, **each.values())
        for each in wanted
        if each is not None and each.valid_from is not None and each.valid_from <= on
    ]


def says(code: str, on: date, **facts: Any) -> Explanation:
    return explain(MEASURES[code], facts, on=on, area=AREA)


@pytest.mark.parametrize("chosen", SETS)
@pytest.mark.parametrize("on", [FIRST, date(2020, 3, 5)])
def test_who_isolates_and_who_must_be_let_in(chosen: str, on: date) -> None:
    held = rules(chosen, on)
    seen = set()
    for origin, met, degrees in product((HIT, ELSEWHERE), (False, True), ("36.5", "37.3", "37.4")):
        limit = max(rule.fever_above for rule in held)
        isolation = says(
            "isolation-of-arrivals", on, came_from=origin, exposed_there=met, counted_from=on, days_without_record=0
        )  # fmt: skip
        tenths = int(Decimal(degrees) * 10)
        entry = says(
            "entry-of-arrivals",
            on,
            came_from=origin,
            exposed_there=met,
            temperature=tenths,
            employed_here=True,
        )
        from_there = origin[:2] == isolation.env["hit_province"][:2]
        exposure = Exposure.CONTACT if met else Exposure.AREA if from_there else Exposure.NONE
        ill = Decimal(degrees) > limit
        rule = applying(weigh(held, exposure, ill))
        assert rule is not None
        case = (origin, met, degrees)
        assert (entry.state == ELIGIBLE) == (rule.placement == Placement.ENTER), case
        if isolation.state == ELIGIBLE:
            assert rule.placement in ISOLATING and rule.days == isolation.env["full_days"], case
            assert isolation.gives[0].value == on + timedelta(rule.days), case
        else:  # neither from there nor exposed: only somebody ill is kept, and by the health law
            assert isolation.state == NOT_ELIGIBLE
            assert (rule.placement in ISOLATING) == ill, case
        work = says(
            "start-work-after-travel", on, clear_days_before_trip=14, symptoms_on_way=ill
        )  # the stricter text goes first: who must isolate does not work though the trip was without symptoms
        if work.state == NOT_ELIGIBLE or exposure != Exposure.NONE:
            assert rule.placement != Placement.ENTER, case
        else:
            assert rule.placement == Placement.ENTER, case
        seen.add((isolation.state, entry.state, rule.placement))
    assert len(seen) >= 4


def test_before_the_city_spoke_neither_does() -> None:
    before = FIRST - timedelta(1)
    for code in ("isolation-of-arrivals", "entry-of-arrivals", "isolation-release"):
        assert says(code, before).state == NOT_IN_FORCE
    for code in OF_THE_CITY:
        each = library.rule(code)
        assert each is not None and each.valid_from == FIRST


def test_one_fever_everywhere() -> None:
    limits = {each.fever_above for each in library.rules() if each.fever_above is not None}
    threshold = says("entry-of-arrivals", FIRST).env["threshold"]
    assert limits == {Decimal(threshold) / 10}


def test_monitoring_rests_on_the_text_by_which_one_may_start_work() -> None:
    watch, measure = library.rule("area-watch"), MEASURES["start-work-after-travel"]
    assert watch is not None and watch.placement not in ISOLATING
    assert watch.source["number"] == measure.sources[0].number
    assert watch.source["clause"] == measure.conditions[0].clause.at
    assert watch.valid_from == measure.span.first
    assert watch.days == says(measure.code, date(2020, 2, 25)).env["clear_days_needed"]


@given(days=st.lists(st.sampled_from(["clear", "ill", "none"]), min_size=1, max_size=24), today=st.booleans())
def test_the_days_are_full_on_the_same_day(days: list[str], today: bool) -> None:
    """`isolation-release` and `isolation-of-arrivals` against the count of `isolation_days`, day by day."""
    start = FIRST
    on = start + timedelta(len(days) - (1 if today else 0))  # with or without a record of today
    looks = [(start + timedelta(n), state == "ill") for n, state in enumerate(days) if state != "none"]
    found = isolation_days.count(
        [Look(n, day, not ill) for n, (day, ill) in enumerate(looks)], starts_on=start, first=14, again=14, today=on
    )  # fmt: skip
    begins = start if found.last_symptoms is None else found.last_symptoms + timedelta(1)
    since = [{"seen_on": day, "symptoms": ill} for day, ill in looks if day >= begins]
    release = says("isolation-release", on, employed_here=True, looks=since)
    assert (release.state == ELIGIBLE) == found.done
    if not found.done:
        missing = sum(day >= begins for day in found.missing)
        arrival = says(
            "isolation-of-arrivals", on, came_from=HIT, counted_from=begins, days_without_record=missing
        )
        assert arrival.gives[0].value == found.release_on
