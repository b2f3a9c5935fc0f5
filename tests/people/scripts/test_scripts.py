"""Scripts: every trouble is named with its question and answer; what is read can be written and read again."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.utils import translation

from chunfeng.people import scripts
from chunfeng.people.choices import ContactKind
from chunfeng.people.scripts import BadScript, library

PLAIN = {
    "code": "test-call",
    "title": "测试电话",
    "source": "测人社发〔2020〕1号 第一条",
    "kind": "call",
    "questions": [
        {
            "code": "where",
            "ask": "您现在在哪里？",
            "kind": "one",
            "answers": [
                {
                    "code": "returned",
                    "label": "已返乡",
                    "branch": "returned",
                    "fact": {"kind": "return", "value": "returned", "on": "came"},
                    "does": ["isolate", "remind"],
                },
                {"code": "away", "label": "仍在外地", "branch": "away", "next": "end"},
            ],
        },
        {"code": "came", "ask": "哪一天到的？", "kind": "date", "required": False},
        {"code": "degrees", "ask": "体温？", "kind": "number", "least": 34, "most": 43},
    ],
}


def plain(**changes):
    return deepcopy(PLAIN) | changes


def problems(data) -> str:
    with translation.override("en"), pytest.raises(BadScript) as bad:
        scripts.read(data)
    return "\n".join(bad.value.problems)


def test_what_is_read_is_written_and_read_again():
    script = scripts.read(PLAIN)
    assert scripts.read(scripts.dump(script)) == script
    assert script.branches == {"returned": "已返乡", "away": "仍在外地"}
    assert script.after(script.questions[0], script.questions[0].answers[1]) == scripts.END


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("code",), "No Capitals", "code: use small letters"),
        (("source",), "", "“source” is missing"),
        (("kind",), "fax", "kind: “fax” is not one of call, visit"),
        (("branches",), {"moved": "已搬走"}, "no answer leads to the branch “moved”"),
        (("branches",), ["away"], "give codes of branches"),
        (("branches",), {"away": ""}, "“away” is missing"),
        (("extra",), 1, "there is no entry “extra”"),
        (("questions",), [], "write 1 to 40 questions"),
        (("questions", 0, "ask"), "", "question “where”: “ask” is missing"),
        (("questions", 0, "kind"), "guess", "question “where”: “guess” is not one of one, many"),
        (("questions", 0, "answers", 1, "code"), "returned", "the code “returned” stands twice"),
        (("questions", 0, "answers", 1, "next"), "where", "answer “away”: “next” is “where”"),
        (("questions", 0, "answers", 1, "next"), "nowhere", "answer “away”: “next” is “nowhere”"),
        (("questions", 0, "answers", 0, "next"), "end", "question “came”: no way leads here"),
        (("questions", 0, "answers", 0, "does"), ["dance"], "answer “returned”: “dance” is not one of"),
        (("questions", 0, "answers", 0, "fact"), {"kind": "mood", "value": "good"}, "“mood” is not one of"),
        (("questions", 0, "answers", 0, "fact"), {"kind": "return", "value": "fever"}, "“fever” is not one of"),
        (
            ("questions", 0, "answers", 0, "fact"),
            {"kind": "return", "value": "returned", "place": "came"},
            "a place goes with whereabouts and travel intention only",
        ),
        (
            ("questions", 0, "answers", 0, "fact"),
            {"kind": "whereabouts", "value": "here", "place": "came"},
            "“place” names no question of the kind area",
        ),
        (("questions", 0, "answers", 0, "label"), "x\u0007", "holds a sign that cannot be printed"),
        (("questions", 1, "answers"), [{"code": "a", "label": "b"}], "only the kinds one and many have answers"),
        (("questions", 1, "least"), 3, "“least” bounds a number"),
        (("questions", 1, "code"), "where", "questions: the code “where” stands twice"),
        (("questions", 1, "code"), "end", "not “end”"),
        (("questions", 1, "required"), "no", "“required” is true or false"),
        (("questions", 2), "text", "question 3: write an entry"),
    ],
)  # fmt: skip
def test_every_trouble_is_named_with_its_place(path, value, said):
    data = plain()
    at = data
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    assert said in problems(data)


def test_a_branch_may_have_a_name_of_its_own():
    script = scripts.read(plain(branches={"away": "在外人员"}))
    assert script.branches == {"returned": "已返乡", "away": "在外人员"}
    assert scripts.read(scripts.dump(script)) == script


def test_all_troubles_come_at_once():
    assert len(problems(plain(code="!", title="", kind="fax")).splitlines()) == 3


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_what_is_no_script_is_said_so(data):
    assert "named entries" in problems(data)


def test_broken_yaml_names_the_line():
    with translation.override("en"), pytest.raises(BadScript, match="line 2"):
        scripts.read_yaml("code: a\n  title: [")
    with pytest.raises(BadScript):
        scripts.read_yaml(b"\xff\xfe")
    assert scripts.read_yaml("\n".join(["code: a", "title: t", "source: s", "questions:",
        "  - {code: q, ask: a, kind: text}"])).questions[0].kind == "text"  # fmt: skip


def test_the_shipped_scripts_cite_their_text_and_cover_the_branches():
    shipped = {script.code: script for script in library.scripts()}
    assert set(shipped) >= {"returnee-call", "away-comfort-call", "arrival-visit", "travel-intention-call"}
    for script in shipped.values():
        assert script.source and script.opening
        assert scripts.read(scripts.dump(script)) == script
    assert {"returned", "away", "symptoms"} <= set(shipped["returnee-call"].branches)
    assert shipped["arrival-visit"].kind == ContactKind.VISIT
    assert library.script("returnee-call") is shipped["returnee-call"]
    assert library.script("none") is None
