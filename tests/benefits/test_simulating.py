"""What if, in the background: over claims and the register, killed and taken up again; tables say what cases say."""

from __future__ import annotations

from datetime import date

import pytest

from chunfeng.benefits import engine, many
from chunfeng.benefits.actions import simulating
from chunfeng.benefits.choices import ClaimState, SimulationState
from chunfeng.benefits.models import Claim
from chunfeng.benefits.queries import covered
from chunfeng.core.errors import Refused
from chunfeng.people import actions as register
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people
from tests.web.test_claims import FOUND

pytestmark = pytest.mark.django_db
CHANGED = b.TEXT.replace("value: 1, clause", "value: 2, clause").replace("300 yuan", "400 yuan")
KEPT = ("claims", "granted", "granted_then", "gain", "lose", "more", "less", "cost", "cost_then")


@pytest.fixture
def county():
    return f.office("220184000000")


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def claims(county, by):
    version, into = b.version(county), people.dataset(county)
    for n, worked in enumerate((0, 1, 2, 5), 1):
        b.submitted(by, b.payee(by, into, n), key=f"k{n}", facts={"worked": worked})
    return version


def begun(version, by, text=CHANGED, **more):
    return simulating.begin(version=version, text=text, name="提高", by=by, at=f.NOW, **more)


def test_who_gains_and_loses_and_nothing_is_decided(claims, by):
    run = simulating.run(begun(claims, by).pk)
    assert [run.result[name] for name in KEPT] == [4, 3, 2, 0, 1, 2, 0, 240_000, 280_000]
    assert sum(then for _now, then in run.result["months"].values()) == 280_000
    assert Claim.objects.filter(state=ClaimState.PROPOSED).count() == 4
    with pytest.raises(Refused):
        begun(claims, by, b.TEXT.replace("test-allowance", "another"))


def test_it_dies_between_two_chunks_and_ends_as_undisturbed(claims, by, monkeypatch):
    monkeypatch.setattr(simulating, "CHUNK", 2)
    whole = simulating.run(begun(claims, by).pk)
    broken = begun(claims, by)
    tallied = simulating.tallied

    def dies(result, pairs, actor):
        if result["claims"]:
            raise MemoryError("6222000000000001 测试1")
        return tallied(result, pairs, actor)

    monkeypatch.setattr(simulating, "tallied", dies)
    with pytest.raises(Refused):
        simulating.run(broken.pk)
    broken.refresh_from_db()
    assert (broken.state, broken.done) == (SimulationState.STOPPED, 2)
    assert "MemoryError" in broken.error and "测试1" not in broken.error
    assert simulating.waiting() == []
    monkeypatch.setattr(simulating, "tallied", tallied)
    simulating.resume(run=broken, by=by, at=f.NOW)
    assert simulating.waiting() == [broken.pk]
    again = simulating.run(broken.pk)
    assert (again.state, again.done, again.result) == (SimulationState.DONE, 4, whole.result)


@pytest.mark.parametrize("few", [0, many.FEW])
def test_over_the_register(county, by, monkeypatch, few):
    monkeypatch.setattr(many, "FEW", few)
    version, into = b.version(county, FOUND, code="test-poor"), people.dataset(county)
    for n in (1, 2, 3):
        person = people.person(by, into, id_number=people.number(n), name=f"测试{n}")
        if n < 3:
            register.set_category(
                person=person, category="poor", valid_from=date(2020, 1, 1), by=by, at=f.NOW
            )
    run = begun(version, by, FOUND.replace("300 yuan", "400 yuan"), over="register", on=date(2020, 2, 1))
    assert (run.total, run.state) == (3, SimulationState.RUNNING)
    run = simulating.run(run.pk)
    assert [run.result[name] for name in KEPT] == [3, 2, 2, 0, 0, 2, 0, 60_000, 80_000]
    assert run.result["open"] == 1 and len(run.result["areas"]) == 1


MIXED = b.TEXT.replace(
    "conditions:",
    """  since:
    is: date
    label: {zh: 起始日, en: since}
    ask: {zh: 何时开始？, en: Since when?}
  kind:
    is: choice
    label: {zh: 类别, en: kind}
    ask: {zh: 哪一类？, en: Which kind?}
    options: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}
conditions:
  begun:
    rule: since <= on
    says: {zh: 已开始, en: It has begun.}
    clause: 一
  listed:
    rule: kind == 'a' or worked >= least
    says: {zh: 甲类或天数够, en: Of kind A or enough days.}
    clause: 一""",
)


def test_a_table_says_what_single_cases_say(county, monkeypatch):
    monkeypatch.setattr(many, "FEW", 0)
    version = b.version(county, MIXED)
    days = [None, "2020-01-31", "2020-02-01", "2020-02-02"]
    cases = [
        many.Case({k: v for k, v in facts.items() if v is not None}, area)
        for since in days
        for kind in (None, "a", "b", "strange")
        for worked in (None, 0, 1, 7, -3)
        for area in ("220184100000", "")
        for facts in ({"since": since, "kind": kind, "worked": worked},)
    ]
    names = tuple(sorted(engine.questions(version)))
    for on in (date(2020, 2, 1), date(2019, 12, 31)):
        with many.opened() as table:
            found = table.answers(version.text, (), names, cases, on)
        for case, answer in zip(cases, found, strict=True):
            single = engine.answer(version.text, (), case.facts, on, case.area)
            assert (answer.outcome, answer.amount) == (single.outcome, single.amount), case
            assert bool(answer.asks) == bool(single.asks) or answer.outcome == engine.ASK, case


def test_the_search_reads_the_register_by_table_and_areas_keep_their_texts(county, by, monkeypatch):
    """Two townships, one with a local text: each is judged by its own."""
    monkeypatch.setattr(many, "FEW", 0)
    open_text = FOUND.replace("is: fen\n    values", "is: fen\n    local: sets\n    values", 1)
    version, into = b.version(county, open_text, code="test-poor"), people.dataset(county)
    town = f.office("220184200000")
    local = b.version(town, LOCAL, code="test-poor-220184200")
    local.refines = "test-poor"
    local.save()
    for n, home in enumerate((people.VILLAGE, "220184200201"), 1):
        person = people.person(by, into, id_number=people.number(n), name=f"测试{n}", area_code=home)
        register.set_category(person=person, category="poor", valid_from=date(2020, 1, 1), by=by, at=f.NOW)
    found = covered.search(by, version, date(2020, 2, 1))
    assert [(each.person.name, each.amount) for each in found.found] == [("测试1", 30_000), ("测试2", 20_000)]
    assert covered.search(by, version, date(2020, 2, 1), after=found.found[0].person.pk).total == 20_000


LOCAL = """
measure: test-poor-220184200
version: 1.0.0
title: {zh: 本镇标准, en: Our standard}
refines: test-poor
area: "220184200000"
in_force: {from: 2020-01-01}
sources:
  notice: {title: 本镇通知, note: {zh: 虚构, en: made up}}
parameters:
  standard:
    values: [{from: 2020-01-01, value: 200 yuan, clause: 一}]
changes:
  1.0.0: {zh: 首次录入, en: First version}
"""
