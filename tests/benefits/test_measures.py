"""Measures on their way into force, and what the public sees of them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from chunfeng.benefits import files
from chunfeng.benefits.actions import decisions, measures
from chunfeng.benefits.choices import MeasureState
from chunfeng.benefits.models import Claim, MeasureVersion, Payment
from chunfeng.core.errors import NotAllowed, Refused
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)
LOCAL = """
refines: test-allowance
measure: test-allowance-220184
version: 1.0.0
title: {zh: 本县补贴标准, en: Local standard}
area: "220184000000"
in_force: {from: 2020-01-01}
sources:
  local: {title: 本县测试通知, note: {zh: 虚构, en: made up}}
parameters:
  standard:
    values: [{from: 2020-01-01, value: 200 yuan, clause: 二}]
cases:
  - name: {zh: 三天, en: Three days}
    on: 2020-02-01
    area: "220184000000"
    given: {worked: 3 days}
    expect: eligible
    gives: {allowance: 600 yuan}
changes:
  1.0.0: {zh: 首次录入, en: First version}
"""


@pytest.fixture
def county():
    return f.office("220184000000")


@pytest.fixture
def officer(county):
    return f.actor(county)


@pytest.fixture
def leader(county):
    return f.actor(county, "leader")


def drafted(by, text: str = b.TEXT) -> MeasureVersion:
    return measures.draft(text=text, by=by, at=f.NOW)


def in_force(officer, leader, text: str = b.TEXT) -> MeasureVersion:
    return measures.put_in_force(version=drafted(officer, text), valid_from=DAY, by=leader, at=f.NOW)


def test_a_file_becomes_a_draft_once_and_is_frozen_in_force(officer, leader):
    first = drafted(officer)
    assert (first.state, first.cases) == (MeasureState.DRAFT, 2)
    assert drafted(officer).pk == first.pk
    changed = drafted(officer, b.TEXT.replace("测试补贴", "试验补贴"))
    assert changed.pk == first.pk and "试验" in changed.text
    put = measures.put_in_force(version=changed, valid_from=DAY, by=leader, at=f.NOW)
    assert (put.state, put.valid_from, put.measure.title) == (MeasureState.IN_FORCE, DAY, "试验补贴")
    with pytest.raises(Refused, match=r"1\.0\.0"):
        drafted(officer)


def test_findings_say_where(officer):
    with pytest.raises(files.Unreadable) as bad:
        drafted(officer, b.TEXT.replace("rule: worked >= least", "rule: worked >= 1.5 * leest"))
    first = bad.value.findings[0]
    assert first.line == b.TEXT.splitlines().index("    rule: worked >= least") + 1 and first.column > 1


def test_a_failing_case_keeps_it_out_of_force(officer, leader):
    wrong = drafted(officer, b.TEXT.replace("gives: {allowance: 900 yuan}", "gives: {allowance: 901 yuan}"))
    assert any(finding["error"] for finding in wrong.findings)
    with pytest.raises(Refused):
        measures.put_in_force(version=wrong, valid_from=DAY, by=leader, at=f.NOW)


def test_only_a_leader_puts_it_in_force_and_not_outside_its_own_days(officer, leader):
    row = drafted(officer)
    with pytest.raises(NotAllowed):
        measures.put_in_force(version=row, valid_from=DAY, by=officer, at=f.NOW)
    with pytest.raises(Refused):
        measures.put_in_force(version=row, valid_from=date(2019, 12, 31), by=leader, at=f.NOW)


def test_the_shelf_wants_a_trigger(officer, leader):
    with pytest.raises(Refused):
        measures.shelve(version=drafted(officer), by=leader, at=f.NOW)
    text = b.TEXT.replace("1.0.0", "1.1.0").replace(
        "once_per: month",
        "once_per: month\ntrigger: {zh: 停工, en: stoppage}\nestimate: {zh: 百万元, en: a million}",
    )
    row = measures.shelve(version=drafted(officer, text), by=leader, at=f.NOW)
    assert row.state == MeasureState.SHELF
    assert (
        measures.put_in_force(version=row, valid_from=DAY, by=leader, at=f.NOW).state == MeasureState.IN_FORCE
    )


def test_every_shipped_measure_can_be_taken(officer):
    for code, text in files.shipped().items():
        if files.refines(text):
            continue
        made = measures.take_shipped(code=code, by=officer, at=f.NOW)
        assert made.cases == len(files.read(made.text).runs) and not any(x["error"] for x in made.findings)


def test_a_local_text_sets_the_local_value_and_the_decision_replays(officer, leader, county):
    open_ = b.TEXT.replace("    is: fen/day\n", "    is: fen/day\n    local: sets\n").replace(
        "    on: 2020-02-01\n", '    on: 2020-02-01\n    area: "110101000000"\n'
    )
    in_force(officer, leader, open_)
    into = people.dataset(county)
    before = b.submitted(officer, b.payee(officer, into, 1), key="a")
    in_force(officer, leader, LOCAL)
    after = b.submitted(officer, b.payee(officer, into, 2), key="b")
    assert (before.amount, after.amount) == (90_000, 60_000)
    decision = decisions.decide(claim=after, outcome="granted", by=officer, at=f.NOW)
    assert decision.refined_by and decisions.replays(decision)
    assert Payment.objects.get(decision=decision).amount == 60_000


def test_a_family_gives_way_to_what_offices_have_put_in_force(officer, leader, county):
    kin = b.TEXT.replace("once_per: month", "once_per: month\nfamily: allowances")
    own = kin.replace("area: national", 'area: "220184000000"').replace(
        "    on: 2020-02-01\n", '    on: 2020-02-01\n    area: "220184000000"\n'
    )
    in_force(officer, leader, own)
    into = people.dataset(county)
    before = b.submitted(officer, b.payee(officer, into, 1), key="a")
    decision = decisions.decide(claim=before, outcome="granted", by=officer, at=f.NOW)
    province = f.office("220000000000")
    above = kin.replace("test-allowance", "province-allowance").replace(
        "area: national", 'area: "220000000000"'
    )
    above = above.replace("    on: 2020-02-01\n", '    on: 2020-02-01\n    area: "220000000000"\n')
    made = measures.draft(text=above, by=f.actor(province), at=f.NOW)
    measures.put_in_force(version=made, valid_from=date(2020, 2, 2), by=f.actor(province, "leader"), at=f.NOW)
    early = b.submitted(officer, b.payee(officer, into, 2), key="b")
    late = b.submitted(officer, b.payee(officer, into, 3), key="c", on=date(2020, 2, 2))
    assert [early.outcome, late.outcome] == ["eligible", "not in force"]
    assert late.refined_by == [made.pk] and "province-allowance" in late.explanation
    assert decisions.replays(decision)


def test_the_public_reads_and_checks_without_log_in(officer, leader):
    in_force(officer, leader)
    client = Client()
    assert "测试补贴" in client.get("/policies/").content.decode()
    assert "一" in client.get("/policies/test-allowance/").content.decode()
    page = client.get("/policies/test-allowance/check/").content.decode()
    assert "本月工作多少天？" in page and 'name="f-worked"' in page
    yes = client.post("/policies/test-allowance/check/", {"f-worked": "3"}).content.decode()
    assert "900" in yes and "po-answer good" in yes
    no = client.post("/policies/test-allowance/check/", {"f-worked": "0"}).content.decode()
    assert "po-answer bad" in no
    odd = client.post("/policies/test-allowance/check/", {"f-worked": "三"})
    assert odd.status_code == 422
    unknown = client.post("/policies/test-allowance/check/", {"f-worked": "?"}).content.decode()
    assert "暂时无法判断" in unknown and 'name="f-worked"' not in unknown
    assert client.get("/policies/nothing/").status_code == 404
    assert not Claim.objects.exists()
