"""Definitions: every trouble named with its place; plain data, YAML and back without loss."""

from __future__ import annotations

from copy import deepcopy
from datetime import time
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from chunfeng.reporting import definition
from chunfeng.reporting.definition import BadForm, dump, dump_yaml, load_yaml, parse
from tests.reporting.builders import DAILY


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20
).filter(lambda text: text.strip())
texts = words | st.fixed_dictionaries({"zh": words, "en": words})
codes = st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True)
sources = st.fixed_dictionaries({"title": words}, optional={"number": words, "clause": words, "date": words})


@st.composite
def definitions(draw) -> dict:
    """Any form this language can say, as plain data."""
    dimensions = [
        {
            "code": code,
            "label": draw(texts),
            "categories": draw(st.dictionaries(codes, texts, min_size=1, max_size=3)),
        }
        for code in draw(st.lists(codes, unique=True, max_size=2))
    ]
    indicators = []
    for code in draw(st.lists(codes, unique=True, min_size=1, max_size=5)):
        kind = draw(st.sampled_from([each.value for each in definition.Type if each != "ratio"]))
        entry = {"code": code, "label": draw(texts), "type": kind}
        numeric = definition.Type(kind) in definition.shape.NUMERIC
        entry |= draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "unit": words,
                    "required": st.booleans(),
                    "help": texts,
                    "source": sources,
                    "target": st.integers(0, 200),
                    "jump": st.integers(0, 500),
                    "jump_from": st.integers(0, 10**6),
                    "aggregate": st.sampled_from(["sum", "last", "max", "mean", "none"]),
                    "prefill": st.just("form:other-form:cell"),
                },
            )
        )
        if kind == "number":
            entry["decimals"] = draw(st.integers(0, 6))
        if kind == "choice":
            entry["choices"] = draw(st.dictionaries(codes, texts, min_size=1, max_size=4))
        if numeric and dimensions and draw(st.booleans()):
            entry["by"] = [dimensions[0]["code"]]
        indicators.append(entry)
    counted = [e["code"] for e in indicators if definition.Type(e["type"]) in definition.shape.NUMERIC]
    checks = []
    if counted:
        indicators.append(
            {"code": "share_of_all", "label": "比率", "type": "ratio", "of": counted[0], "to": counted[-1]}
        )
        for code in draw(st.lists(codes, unique=True, max_size=2)):
            checks.append(
                {
                    "code": code,
                    "rule": f"{counted[0]} <= previous({counted[-1]}) + 3",
                    "message": draw(texts),
                    "strength": draw(st.sampled_from(["hard", "soft"])),
                    "identity": draw(st.booleans()),
                }
            )
    return {
        "code": draw(st.from_regex(r"[a-z0-9][a-z0-9-]{0,10}", fullmatch=True)),
        "title": draw(texts),
        "source": draw(sources),
        "every": draw(st.sampled_from(["day", "week", "week:3", "month:end", "10 days", "once", "event"])),
        "cut_off": draw(st.times().map(lambda t: f"{t:%H:%M}")),
        "reporters": [
            draw(
                st.fixed_dictionaries(
                    {"level": st.sampled_from(["village", "county"])},
                    optional={
                        "line": st.just("hrss"),
                        "area": st.just("220184000000"),
                        "offices": st.lists(st.from_regex(r"[0-9]{1,6}", fullmatch=True), max_size=2),
                        "within": st.integers(0, 600),
                    },
                )
            )
        ],
        "indicators": indicators,
    } | draw(
        st.fixed_dictionaries(
            {"dimensions": st.just(dimensions), "checks": st.just(checks)},
            optional={
                "grace": st.integers(0, 600),
                "days_after": st.integers(0, 30),
                "working_days": st.booleans(),
                "peak_every": st.just("day"),
                "figures": st.sampled_from(["area", "own"]),
                "zero": st.booleans(),
                "note": texts,
            },
        )
    )


@settings(max_examples=150, deadline=None)
@given(definitions())
def test_nothing_is_lost_there_and_back(data):
    form = parse(data)
    assert parse(dump(form)) == form
    assert load_yaml(dump_yaml(form)) == form
    assert load_yaml(dump_yaml(form).encode()) == form


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_data_is_refused_in_words(data):
    """One entry anywhere in a good form is replaced by anything: it parses or says where the trouble is."""
    form = deepcopy(DAILY) | {
        "dimensions": [{"code": "sex", "label": "性别", "categories": {"m": "男", "f": "女"}}]
    }
    place = data.draw(st.sampled_from([form, form["indicators"][0], form["checks"][0], form["reporters"][0],
                                       form["dimensions"][0], form["source"]]))  # fmt: skip
    key = data.draw(
        st.sampled_from(
            ["code", "label", "type", "by", "rule", "message", "offices", "level", "categories", "title", "every",
             "cut_off", "grace", "reporters", "indicators", "checks", "dimensions", "choices", "target", "prefill",
             "decimals", "aggregate", "figures", "zero", "source", "area", "peak_every", "help", "unit"]
        )
    )  # fmt: skip
    place[key] = data.draw(anything)
    try:
        parse(form)
    except BadForm as error:
        assert error.problems
        assert all(": " in each for each in error.problems)


@given(anything)
def test_any_value_alone_is_refused(value):
    with pytest.raises(BadForm):
        parse(value)


def changed(**entries):
    return deepcopy(DAILY) | entries


BAD = [
    (changed(code="Täglich"), "code: use small letters"),
    (changed(title=""), "title: a text is missing"),
    (changed(title={"zh": "甲", "fr": "un"}), "title: there is no entry “fr”"),
    (changed(title="甲\x00乙"), "title: the text holds a sign"),
    (changed(source={}), "source: name the notice"),
    (changed(colour="red"), "form: there is no entry “colour”"),
    (changed(every="fortnight"), "every: .*fortnight"),
    (changed(cut_off="25:00"), "cut_off: write a clock time"),
    (changed(cut_off="17:00:30"), "cut_off: write a clock time"),
    (changed(grace=-1), "grace: write a whole number"),
    (changed(figures="all"), "figures: write one of: area, own"),
    (changed(reporters=[]), "reporters: at least one entry"),
    (changed(reporters=[{"within": 5}]), r"reporters\[1\]: say who reports"),
    (changed(reporters=[{"level": "galaxy"}]), r"reporters\[1\].level: write one of"),
    (changed(reporters=[{"level": "village", "area": "99"}]), r"reporters\[1\].area: "),
    (changed(reporters=[{"offices": 7}]), r"reporters\[1\].offices: write a list"),
    (changed(dimensions={"a": 1}), "dimensions: write a list"),
    (changed(checks=5), "checks: write a list"),
    (changed(checks=["a > b"]), r"checks\[1\]: write an entry"),
    (changed(checks=[{"code": "x", "rule": "nobody > 1", "message": "m"}]), "checks.x: .*“nobody”"),
    (changed(checks=[{"code": "x", "rule": "checked", "message": "m"}]), "checks.x: .*comparison"),
    (changed(checks=[{"code": "x", "rule": "checked >", "message": "m"}]), "checks.x: .*character 10"),
    (changed(indicators=[{"code": "a", "label": "甲"}, {"code": "a", "label": "乙"}], checks=[]), "a: .*twice"),
    (changed(indicators=[{"code": "a", "label": "甲", "by": "sex"}]), "a.by: there is no dimension"),
    (changed(indicators=[{"code": "a", "label": "甲", "type": "choice"}]), "a.choices: give codes"),
    (changed(indicators=[{"code": "a", "label": "甲", "choices": {"b": "乙"}}]), "a.choices: only the type"),
    (changed(indicators=[{"code": "a", "label": "甲", "decimals": 2}]), "a.decimals: a count is whole"),
    (changed(indicators=[{"code": "a", "label": "甲", "prefill": "guess"}]), "a.prefill: write .*form:"),
    (changed(indicators=[{"code": "a", "label": "甲", "type": "ratio"}], checks=[]), "a: a ratio needs"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "sentence"), BAD)
def test_every_trouble_has_its_place(data, sentence):
    with pytest.raises(BadForm, match=sentence):
        parse(data)


def test_all_troubles_at_once():
    with pytest.raises(BadForm) as caught:
        parse(changed(code="", grace="x", every="never"))
    assert len(caught.value.problems) == 3


def test_a_breakdown_too_wide_is_refused_before_it_is_laid_out():
    dimensions = [
        {"code": f"d{n}", "label": "维", "categories": {f"c{k}": "类" for k in range(100)}} for n in range(9)
    ]
    by = [each["code"] for each in dimensions]
    with pytest.raises(BadForm, match="split the form"):
        parse(changed(dimensions=dimensions, indicators=[{"code": "a", "label": "甲", "by": by}], checks=[]))


def test_a_cell_code_fits_where_it_is_kept():
    dimensions = [{"code": "d", "label": "维", "categories": {"c" * 40: "类"}}]
    data = changed(
        dimensions=dimensions, indicators=[{"code": "a" * 40, "label": "甲", "by": "d"}], checks=[]
    )
    with pytest.raises(BadForm, match="80 characters"):
        parse(data)


def test_the_file_reads_like_one_written_by_hand():
    text = dump_yaml(parse(DAILY))
    lines = text.splitlines()
    assert lines[0] == "code: station-daily"
    assert "title: {zh: 检查点日报, en: Checkpoint daily report}" in lines
    assert [line.split(":")[0] for line in lines if not line.startswith((" ", "-"))] == [
        "code", "title", "source", "every", "cut_off", "reporters", "grace", "indicators", "checks",
    ]  # fmt: skip


def test_the_example_of_the_manual_is_a_form():
    manual = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "forms.md"
    example = manual.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    form = load_yaml(example)
    assert len(form.cells) == 7 and form.checks[0].identity


def test_words_of_yaml_stay_words():
    form = load_yaml(
        "code: a\ntitle: 2020\nsource: {number: 演示发〔2020〕1号, date: 2020-01-24}\ncut_off: 08:30\n"
        "reporters: [{offices: [007, 12]}]\n"
        "indicators: [{code: on, label: 是, type: choice, choices: {no: 否, yes: 是}}]\n"
    )
    assert (str(form.title), form.source.date, form.cut_off) == ("2020", "2020-01-24", time(8, 30))
    assert form.reporters[0].offices == ("007", "12")
    assert list(form.indicators[0].choices) == ["no", "yes"]


BROKEN = [
    ("code: a\ntitle: [1, 2\nevery: day", "line 3"),
    ("code: a\n\ttitle: b", "line 2"),
    ("code: a\ncode: b", "line 2, column 1.*“code” stands twice"),
    ("a: &x [1]\nb: *x", "line 2.*aliases"),
    ("code: !!python/object:os.system {}", "line 1"),
    ("a: b\n\x00", "line 2"),
    (b"code: a\ntitle: \xff\xfe", "line 2.*UTF-8"),
    ("[" * 5000, "nested"),
    ("a: " + "9" * 5000, "endless"),
    ("a" * 200_001, "200 KB"),
]


@pytest.mark.parametrize(("text", "sentence"), BROKEN)
def test_broken_yaml_is_refused_with_its_line(text, sentence):
    with pytest.raises(BadForm, match=sentence):
        load_yaml(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_file_is_refused_in_words(data):
    with pytest.raises(BadForm):
        load_yaml(data)
