"""Walking: whatever is answered, the walk is refused with a sentence or reaches a named open question or the end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.people import scripts
from chunfeng.people.choices import VALUES
from chunfeng.people.scripts import BadAnswers, Kind, Script, library, walk

RETURNEE = library.script("returnee-call")
VISIT = library.script("arrival-visit")
TRAVEL = library.script("travel-intention-call")
EVERY_KIND = scripts.read(
    {
        "code": "every-kind",
        "title": "各种问题",
        "source": "测",
        "questions": [
            {"code": "signs", "ask": "症状？", "kind": "many", "required": False,
             "answers": [{"code": "cough", "label": "咳嗽", "branch": "ill"}, {"code": "tired", "label": "乏力"}]},
            {"code": "degrees", "ask": "体温？", "kind": "number", "least": 34, "most": 43},
            {"code": "day", "ask": "哪天？", "kind": "date"},
            {"code": "place", "ask": "哪里？", "kind": "area", "required": False},
            {"code": "more", "ask": "还有吗？", "kind": "one",
             "answers": [{"code": "yes", "label": "有"}, {"code": "no", "label": "没有", "next": "end"}]},
            {"code": "what", "ask": "什么？", "kind": "text"},
        ],
    }
)  # fmt: skip
SCRIPTS = [*library.scripts(), EVERY_KIND]


def codes(found: scripts.Walk) -> list[str]:
    return [step.question.code for step in found.path]


def test_a_returned_person_is_isolated_and_reminded():
    found = walk(RETURNEE, {"where": "returned", "came": "2020-01-30", "symptoms": "none", "need": "no"})
    assert found.complete and found.branch == "returned"
    assert found.does == ("isolate", "remind")
    assert found.symptoms is False
    assert found.day("return") == date(2020, 1, 30)
    assert {(fact.kind, fact.value) for fact in found.facts} == {
        ("return", "returned"), ("whereabouts", "here"), ("symptoms", "no_symptoms"), ("need", "no_need"),
    }  # fmt: skip


def test_the_last_branch_on_the_way_counts():
    found = walk(RETURNEE, {"where": "returned", "symptoms": "fever", "need": "no"})
    assert (found.branch, found.symptoms, found.does) == ("symptoms", True, ("isolate", "remind", "doctor"))


def test_a_need_carries_its_words_and_a_journey_its_destination():
    found = walk(RETURNEE, {"where": "away", "symptoms": "none", "need": "yes", "what": " 买菜难 "})
    assert [fact.detail for fact in found.facts if fact.kind == "need"] == ["买菜难"]
    found = walk(TRAVEL, {"plan": "leave", "where": "440300000000", "job": "none", "symptoms": "none"})
    assert found.place("intention") == "440300000000"
    assert (found.branch, found.does) == ("no_job", ("refer",))


def test_contact_with_a_case_is_an_exposure():
    answers = {"from": "420100000000", "came": "2020-01-30", "home": "yes", "touched": "yes",
               "degrees": 36.5, "symptoms": "none", "need": "no"}  # fmt: skip
    assert walk(VISIT, answers).exposure == "contact"
    assert walk(VISIT, answers | {"touched": "no"}).exposure == ""


def test_the_first_open_question_is_named():
    assert [each.code for each in walk(RETURNEE, {}).missing] == ["where"]
    assert [each.code for each in walk(RETURNEE, {"where": "away"}).missing] == ["symptoms"]
    with translation.override("en"), pytest.raises(BadAnswers, match="has no answer yet"):
        scripts.complete(RETURNEE, {"where": "away"})


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"mood": "good"}, "know no “mood”"),
        ({"where": "moon"}, "“moon” is not one of the answers"),
        ({"where": ["returned"]}, "is not one of the answers"),
        ({"where": "returned", "came": "30.1.2020"}, "write a day such as"),
        ({"where": "returned", "came": 20200130}, "write a day such as"),
        ({"where": "away", "came": "2020-01-30", "symptoms": "none", "need": "no"}, "is not asked after"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_question(answers, said):
    with translation.override("en"), pytest.raises(BadAnswers, match=said):
        walk(RETURNEE, answers)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"degrees": 50}, "from 34 to 43"), ({"degrees": True}, "write a number"),
        ({"degrees": "36"}, "write a number"),
        ({"degrees": float("nan")}, "write a number"), ({"degrees": 36, "day": "2020-02-30"}, "write a day"),
        ({"degrees": 36, "day": "2020-02-03", "place": "Wuhan"}, "choose an area"),
        ({"signs": "cough"}, "is not one of"), ({"signs": ["cough", "pain"]}, "is not one of"),
        ({"degrees": 36, "day": "2020-02-03", "more": "yes", "what": "x" * 501}, "at most 500"),
        ({"degrees": 36, "day": "2020-02-03", "more": "yes", "what": "x\ud800"}, "at most 500"),
    ],
)  # fmt: skip
def test_every_kind_of_value_is_checked(answer, said):
    with translation.override("en"), pytest.raises(BadAnswers, match=said):
        walk(EVERY_KIND, answer)


def test_several_answers_stand_in_the_order_of_the_script():
    found = walk(
        EVERY_KIND, {"signs": ["tired", "cough"], "degrees": 37.2, "day": "2020-02-03", "more": "no"}
    )
    assert found.answers["signs"] == ["cough", "tired"] and found.branch == "ill" and found.complete


VALUES_OF = {
    Kind.TEXT: st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(
        lambda text: text + "x"
    ),
    Kind.NUMBER: st.floats(34, 43),
    Kind.DATE: st.dates(date(2020, 1, 1), date(2020, 3, 1)).map(date.isoformat),
    Kind.AREA: st.sampled_from(["220184000000", "420100000000"]),
}


def fitting_one(question: scripts.Question) -> st.SearchStrategy[Any]:
    taps = [answer.code for answer in question.answers]
    if question.kind == Kind.ONE:
        return st.sampled_from(taps)
    return (
        st.lists(st.sampled_from(taps), min_size=1)
        if question.kind == Kind.MANY
        else VALUES_OF[question.kind]
    )


def fitting(script: Script) -> st.SearchStrategy[dict[str, Any]]:
    """Answers that fit their questions, some left out, not always on one way."""
    return st.fixed_dictionaries({}, optional={each.code: fitting_one(each) for each in script.questions})


wild = st.dictionaries(
    st.sampled_from([each.code for script in SCRIPTS for each in script.questions]) | st.text(max_size=5),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.lists(st.text(max_size=5), max_size=3) | st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
    max_size=6,
)  # fmt: skip


@given(script=st.sampled_from(SCRIPTS), data=st.data())
def test_any_answers_are_refused_or_make_a_way(script, data):
    answers = data.draw(fitting(script) | wild)
    try:
        found = walk(script, answers)
    except BadAnswers as bad:
        assert str(bad)
        return
    taken = codes(found)
    order = [question.code for question in script.questions]
    assert taken == sorted(taken, key=order.index) and len(set(taken)) == len(taken)
    assert found.complete or found.missing[0].code not in taken
    assert set(found.answers) == set(taken)
    assert found.branch in {"", *script.branches}
    assert all(fact.value in VALUES[fact.kind] for fact in found.facts)
    if found.complete:  # what is kept makes the same way again
        assert walk(script, found.answers) == found


@given(script=st.sampled_from(SCRIPTS), data=st.data())
def test_answering_what_is_asked_always_reaches_the_end(script, data):
    answers: dict[str, Any] = {}
    for _question in script.questions:
        found = walk(script, answers)
        if found.complete:
            break
        answers[found.missing[0].code] = data.draw(fitting_one(found.missing[0]))
    assert walk(script, answers).complete
