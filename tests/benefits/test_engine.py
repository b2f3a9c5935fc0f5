"""The door to the rules: stored facts in, an answer that can be kept as JSON out, the same for ever."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from chunfeng import benefits
from chunfeng.benefits import engine
from chunfeng.core.errors import Refused

MEASURES = Path(benefits.__file__).parents[2] / "chunfeng_rules" / "measures"
INTERNSHIP = next(MEASURES.rglob("internship-subsidy.yaml")).read_text(encoding="utf-8")
GIVEN = {
    "born_on": "2003-03-01",
    "unemployed": True,
    "began_on": "2019-03-01",
    "months_served": 6,
    "interns_finished": 10,
    "interns_kept": 5,
}
ON, AREA = date(2019, 9, 1), "620200000000"


def test_an_amount_is_whole_fen_and_all_can_be_kept_as_json():
    found = engine.evaluate_text(INTERNSHIP, facts=GIVEN, on=ON, area=AREA)
    assert (found.outcome, found.amount, found.asks) == (engine.ELIGIBLE, 720_000, ())
    again = json.loads(json.dumps(found.explanation, ensure_ascii=False))
    assert again == found.explanation
    assert engine.evaluate_text(INTERNSHIP, facts=again["facts"], on=ON, area=AREA).explanation == again


def test_unknown_is_asked_for_and_empty_is_unknown():
    few = {k: v for k, v in GIVEN.items() if k != "unemployed"} | {"months_served": None}
    found = engine.evaluate_text(INTERNSHIP, facts=few, on=ON, area=AREA)
    assert found.outcome == engine.ASK and set(found.asks) == {"unemployed", "months_served"}
    assert found.amount is None


def test_wrong_facts_and_wrong_files_are_refused_in_words():
    with pytest.raises(Refused):
        engine.evaluate_text(INTERNSHIP, facts=GIVEN | {"born_on": "gestern"}, on=ON, area=AREA)
    with pytest.raises(Refused):
        engine.evaluate_text(INTERNSHIP, facts=GIVEN | {"months_served": "six"}, on=ON, area=AREA)
    with pytest.raises(Refused, match="1:"):
        engine.parsed("measure: Not A Code\n")
