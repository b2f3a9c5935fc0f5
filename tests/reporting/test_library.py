"""The shipped forms: every demanded one is there, bilingual, sourced, and its checks do what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import pytest

from chunfeng.reporting import library, suggestions
from chunfeng.reporting.definition import (
    Aggregate,
    Figures,
    FormDefinition,
    Strength,
    Text,
    Type,
    dump_yaml,
    load_yaml,
)

FORMS = dict(library.forms())
FILES = sorted(library.FOLDER.glob("*.yaml"))

DEMANDED = {
    "A6": ["duty-roster"],
    "C1": ["daily-situation"],
    "C5": ["hit-province-workers"],
    "C6": ["labour-flow-weekly"],
    "C8": ["daily-situation"],
    "C14": ["checkpoint-daily", "station-daily"],
    "C15": ["stage-summary"],
    "D6": ["hit-province-workers"],
    "E12": ["checkpoint-daily", "station-daily", "daily-situation"],
    "G3": ["fair-adjustments"],
    "H4": ["hall-equipment"],
    "H5": ["disinfection-log"],
    "H7": ["own-staff-health", "temperature-sheet"],
    "K5": ["training-sessions"],
    "K6": ["training-coverage", "training-missing"],
    "K7": ["training-coverage", "training-sessions"],
    "K8": ["training-coverage", "training-sessions"],
    "N1": ["stock-readiness"],
    "N2": ["stock-items"],
    "N3": ["stock-movements"],
    "N4": ["funds-donations"],
    "O1": ["publicity"],
}
BY_NAME = ["traveller-health", "outsider-register", "station-journal"]


def texts(form: FormDefinition) -> Iterator[tuple[str, Text]]:
    yield "title", form.title
    yield "note", form.note
    for dimension in form.dimensions.values():
        yield dimension.code, dimension.label
        yield from ((f"{dimension.code}.{code}", text) for code, text in dimension.categories.items())
    for each in form.indicators:
        yield each.code, each.label
        if each.help:
            yield f"{each.code}.help", each.help
        yield from ((f"{each.code}.{code}", text) for code, text in each.choices.items())
    yield from ((check.code, check.message) for check in form.checks)


@pytest.mark.parametrize("requirement", DEMANDED)
def test_every_requirement_has_its_form(requirement):
    assert [code for code in DEMANDED[requirement] if code not in FORMS] == []


def test_nothing_ships_unasked():
    assert set(FORMS) == {code for codes in DEMANDED.values() for code in codes} | set(BY_NAME)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_file_reads_and_keeps_everything(path):
    form = load_yaml(path.read_bytes())
    assert form.code == path.stem
    assert load_yaml(dump_yaml(form)) == form


@pytest.mark.parametrize("code", FORMS)
def test_both_languages_everywhere(code):
    one_sided = [where for where, text in texts(FORMS[code]) if not (text.zh and text.en)]
    assert one_sided == []
    english = [where for where, text in texts(FORMS[code]) if re.search("[\u4e00-\u9fff]", text.en)]
    assert english == []


@pytest.mark.parametrize("code", FORMS)
def test_every_form_cites_its_clause(code):
    form = FORMS[code]
    cited = [form.source, *(e.source for e in (*form.indicators, *form.checks) if e.source)]
    assert all((source.number or source.title) and source.clause for source in cited)
    assert "待核" in form.note.zh and "unverified" in form.note.en.lower()


@pytest.mark.parametrize("code", FORMS)
def test_personal_data_is_sealed(code):
    """Names, identity and phone numbers have the types that are sealed; only a published number is plain."""
    for each in FORMS[code].indicators:
        if re.search(r"姓名|证件|手机|人$", each.label.zh) and each.type is not Type.YESNO:
            assert each.personal, f"{each.code} holds personal data in the open"


@pytest.mark.parametrize("code", FORMS)
def test_stocks_are_not_added_over_days(code):
    for each in FORMS[code].indicators:
        if re.search(r"仍在|期末|库存|结余", each.label.zh) and each.numeric:
            assert each.aggregate is Aggregate.LAST


def test_prefilled_cells_exist():
    for form in FORMS.values():
        for each in form.indicators:
            for way in (way for way in each.prefills if way.startswith("form:")):
                _kind, other, cell = way.split(":")
                source = FORMS[other].cells[cell].indicator
                assert (source.type, source.decimals) == (each.type, each.decimals), each.code


def test_what_is_gathered_is_offered_as_the_sum_below():
    for code in ("hit-province-workers", "daily-situation", "labour-flow-weekly"):
        # the register of isolations offers the sum below too, and counts itself where nobody is below
        kinds = {cell.indicator.prefills[0] for cell in FORMS[code].number_cells}
        assert {kind for kind in kinds if not kind.startswith("register:isolation:")} == {"below"}


def test_every_register_named_is_counted():
    """A cell whose register no module counts would never be offered anything."""
    named = {way for form in FORMS.values() for cell in form.number_cells for way in cell.indicator.prefills}
    assert {each for each in named if each.startswith("register:")} - set(suggestions.COUNTERS) == set()


def test_levels_have_their_own_limits():
    limits = {each.level: each.within for each in FORMS["daily-situation"].reporters}
    assert limits == {"village": 0, "township": 60, "county": 120, "prefecture": 180}


def test_training_aims_at_everybody():
    form = FORMS["training-coverage"]
    assert {each.target for each in form.ratios} == {100}
    assert {form.indicator(code).type for code in ("emergency_by", "long_by")} == {Type.DATE}
    assert len(form.ratios) == 7  # both tracks and every post


FEVER = {"temperature": 37.3}
FEBRILE = {"temperature": 37.4}
PLAUSIBLE = ({"temperature": 36.5}, {"temperature": 365})
FLOW = (
    {"previous.still": 10, "isolated": 5, "released": 3, "moved": 2, "still": 10},
    {"previous.still": 10, "isolated": 5, "released": 3, "moved": 2, "still": 11},
)


def short(items: str, have: str, need: str) -> dict[str, tuple[dict, dict]]:
    return {
        f"{item}_short": (
            {f"{item}_{have}": 5, f"{item}_{need}": 5},
            {f"{item}_{have}": 4, f"{item}_{need}": 5},
        )
        for item in items.split()
    }


def manned(shift: str) -> tuple[dict, dict]:
    return {f"on_{shift}": 2, "minimum": 2}, {f"on_{shift}": 1, "minimum": 2}


# form: check: (figures that pass, figures that fail)
EXAMPLES: dict[str, dict[str, tuple[dict, dict]]] = {
    "checkpoint-daily": {
        "hit_within_persons": ({"from_hit": 3, "persons": 3}, {"from_hit": 4, "persons": 3}),
        "fever_within_persons": ({"fever": 0, "persons": 0}, {"fever": 1, "persons": 0}),
        "fever_referred": ({"fever": 2, "referred": 2}, {"fever": 2, "referred": 1}),
        "flow": FLOW,
    },
    "daily-situation": {
        "hit_within_arrived": ({"from_hit": 1, "arrived": 2}, {"from_hit": 3, "arrived": 2}),
        "all_registered": ({"registered": 2, "arrived": 2}, {"registered": 1, "arrived": 2}),
        "all_referred": ({"symptomatic": 0, "referred": 0}, {"symptomatic": 1, "referred": 0}),
        "flow": FLOW,
    },
    "disinfection-log": {
        "aired_enough": ({"aired": 30}, {"aired": 29}),
        "something_done": ({"disinfected": 0, "aired": 30}, {"disinfected": 0, "aired": 0}),
    },
    "duty-roster": {
        "a_minimum": ({"minimum": 1}, {"minimum": 0}),
        "day_manned": manned("day"),
        "evening_manned": manned("evening"),
        "night_manned": manned("night"),
    },
    "fair-adjustments": {
        "vacancies_of_employers": ({"vacancies": 9, "employers": 2}, {"vacancies": 1, "employers": 2}),
        "nobody_offers": ({"vacancies": 0, "employers": 0}, {"vacancies": 3, "employers": 0}),
    },
    "funds-donations": {
        "flow": (
            {"previous.balance": 100, "received": 50.5, "spent": 20.25, "balance": 130.25},
            {"previous.balance": 100, "received": 50.5, "spent": 20.25, "balance": 130.26},
        ),
        "donors_named": ({"goods_value": 5, "donors": 1}, {"goods_value": 5, "donors": 0}),
    },
    "hall-equipment": short("thermometer mask gloves disinfectant sanitiser sprayer bin", "have", "need")
    | {
        "in_order": (
            {"entrance": 1, "waiting_room": 1, "one_metre": 1},
            {"entrance": 1, "waiting_room": 0, "one_metre": 1},
        )
    },
    "hit-province-workers": {
        "locals_below": ({"locals_there": 7, "below.locals_there": 7}, {"locals_there": 7, "below.locals_there": 8}),
        "natives_below": ({"natives_here": 7, "below.natives_here": 7}, {"natives_here": 7, "below.natives_here": 6}),
    },
    "labour-flow-weekly": {
        "left_parts": (
            {"left": 10, "left_province": 8, "by_charter": 10},
            {"left": 10, "left_province": 8, "by_charter": 11},
        ),
        "placed_within": ({"placed": 3, "seekers": 3}, {"placed": 4, "seekers": 3}),
        "flow": (
            {"previous.away": 100, "left": 10, "returned": 5, "away": 105},
            {"previous.away": 100, "left": 10, "returned": 5, "away": 110},
        ),
        "left_below": ({"left": 10, "below.left": 10}, {"left": 10, "below.left": 9}),
    },
    "outsider-register": {
        "plausible": PLAUSIBLE,
        "fever": (FEVER | {"symptoms": 0}, FEVER | {"symptoms": 1}),
    },
    "own-staff-health": {
        "plausible": PLAUSIBLE,
        "well": (
            {"temperature": 36.6, "symptoms": 0, "contact": 0},
            {"temperature": 36.6, "symptoms": 0, "contact": 1},
        ),
    },
    "publicity": {
        "calls_need_a_line": ({"calls": 5, "lines": 1}, {"calls": 5, "lines": 0}),
        "events_reach_people": ({"events": 0, "reached": 0}, {"events": 1, "reached": 0}),
    },
    "stage-summary": {
        "flow": FLOW,
        "referred_fever": ({"referred": 4, "fever": 4}, {"referred": 3, "fever": 4}),
        "persons_below": ({"persons": 4, "below.persons": 4}, {"persons": 4, "below.persons": 5}),
        "money_enough": ({"spent": 4, "received": 4}, {"spent": 4.01, "received": 4}),
    },
    "station-daily": {
        "flow": (
            {"previous.still": 4, "admitted": 2, "released": 1, "moved": 1, "still": 4},
            {"previous.still": 4, "admitted": 2, "released": 1, "moved": 0, "still": 4},
        ),
        "room": ({"still": 8, "beds": 8}, {"still": 9, "beds": 8}),
        "staffed": ({"still": 0, "staff": 0}, {"still": 1, "staff": 0}),
    },
    "station-journal": {
        "symptomatic_within": ({"symptomatic": 1, "present": 1}, {"symptomatic": 2, "present": 1}),
        "all_measured": ({"measured": 3, "present": 3}, {"measured": 2, "present": 3}),
    },
    "stock-items": {
        "damaged_within": ({"damaged": 1, "quantity": 1}, {"damaged": 2, "quantity": 1}),
        "nothing_spoilt": ({"damaged": 0}, {"damaged": 1}),
    },
    "stock-movements": {
        "something_moved": ({"bought": 0, "issued": 1}, {"bought": 0, "issued": 0}),
        "issued_to_somebody": ({"issued": 1, "staff": 1}, {"issued": 1, "staff": 0}),
        "paid_for_something": ({"spent": 0, "bought": 0}, {"spent": 1, "bought": 0}),
        "price_known": ({"spent": 1, "bought": 1}, {"spent": 0, "bought": 1}),
    },
    "stock-readiness": short("n95 mask suit goggles gloves thermometer chlorine alcohol", "stock", "target"),
    "temperature-sheet": {"plausible": PLAUSIBLE, "fever": (FEVER, FEBRILE)},
    "training-coverage": {
        "emergency_within": ({"emergency": 5, "in_post": 5}, {"emergency": 6, "in_post": 5}),
        "long_within": ({"long_term": 5, "in_post": 5}, {"long_term": 6, "in_post": 5}),
        "unit_within": ({"unit_trained": 5, "unit_in_post": 5}, {"unit_trained": 6, "unit_in_post": 5}),
        "two_views": (
            {"in_post": 9, "unit_in_post": 9, "emergency": 5, "unit_trained": 5},
            {"in_post": 9, "unit_in_post": 9, "emergency": 5, "unit_trained": 4},
        ),
        "everybody": ({"emergency": 5, "in_post": 5}, {"emergency": 4, "in_post": 5}),
    },
    "training-missing": {},
    "training-sessions": {
        "passed_within": ({"passed": 5, "attended": 5}, {"passed": 6, "attended": 5}),
        "held": ({"attended": 1, "hours": 1.5}, {"attended": 1, "hours": 0}),
        "all_came": ({"attended": 5, "invited": 5}, {"attended": 4, "invited": 5}),
    },
    "traveller-health": {"plausible": PLAUSIBLE, "fever": (FEVER, FEBRILE)},
}  # fmt: skip


def figures(written: dict[str, float]) -> Figures:
    found: dict[str, dict[str, Fraction]] = {"now": {}, "previous": {}, "below": {}}
    for key, value in written.items():
        where, _, cell = key.rpartition(".")
        found[where or "now"][cell] = Fraction(str(value))
    return Figures(**found)


def test_every_check_has_examples():
    assert {code: {check.code for check in form.checks} for code, form in FORMS.items()} == {
        code: set(examples) for code, examples in EXAMPLES.items()
    }


@pytest.mark.parametrize(
    ("code", "check"), [(code, check) for code, checks in EXAMPLES.items() for check in checks]
)
def test_a_check_passes_and_fails(code, check):
    rule = next(each.rule for each in FORMS[code].checks if each.code == check)
    good, bad = EXAMPLES[code][check]
    assert rule.value(figures(good)) is True
    assert rule.value(figures(bad)) is False
    assert rule.value(figures({})) is None


def test_identities_are_marked():
    marked = {code for code, form in FORMS.items() if any(check.identity for check in form.checks)}
    assert marked == {
        "checkpoint-daily", "daily-situation", "funds-donations", "labour-flow-weekly", "stage-summary",
        "station-daily",
    }  # fmt: skip


def test_a_fever_is_explained_not_refused():
    for code in ("temperature-sheet", "traveller-health"):
        fever = next(check for check in FORMS[code].checks if check.code == "fever")
        assert fever.strength is Strength.SOFT
