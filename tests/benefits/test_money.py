"""From a grant to the bank and back: objections hold it, a later decision mends the difference, lines come back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chunfeng.benefits import bank
from chunfeng.benefits.actions import beneficiaries, claims, decisions, objections, owing, payments, publicity
from chunfeng.benefits.bank import Reply
from chunfeng.benefits.choices import BatchState, ClaimState, PaymentState
from chunfeng.benefits.models import Payment
from chunfeng.benefits.queries import payments as queries
from chunfeng.core.errors import NotAllowed, Refused
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 5)
SUM = 90_000


@pytest.fixture
def county():
    return f.office("220184000000")


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def leader(county):
    return f.actor(county, "leader")


@pytest.fixture
def into(county):
    b.version(county)
    return people.dataset(county)


def granted(by, into, n: int = 1, **more):
    claim = b.submitted(by, b.payee(by, into, n), key=f"k{n}", **more)
    decisions.decide(claim=claim, outcome="granted", by=by, at=f.NOW)
    claim.refresh_from_db()
    return claim


def object_to(claim, by):
    return objections.raise_objection(claim=claim, text="此人未到岗", raised_on=b.ON, by=by, at=f.NOW)


def sent(by, leader, form: str = "xlsx"):
    batch = payments.make_batch(by=by, at=f.NOW)
    payments.send_batch(batch=batch, form=form, by=leader, at=f.NOW)
    batch.refresh_from_db()
    return batch


def again(claim, by, days: int, **more):
    """Other facts, handed in and decided anew."""
    claims.state_facts(claim=claim, facts={"worked": days}, sources={}, by=by, at=f.NOW)
    claims.submit(claim=claim, by=by, at=f.NOW)
    return decisions.decide(claim=claim, outcome="granted", by=by, at=f.NOW, **more)


def test_an_open_objection_holds_the_payment(by, into):
    claim = granted(by, into)
    first = object_to(claim, by)
    assert object_to(claim, by) == first
    assert payments.make_batch(by=by, at=f.NOW) is None
    objections.answer_objection(objection=first, upheld=False, answer="考勤属实", by=by, at=f.NOW)
    assert payments.make_batch(by=by, at=f.NOW).total == SUM


def test_upheld_before_it_is_paid_the_new_decision_replaces_the_sum(by, into):
    claim = granted(by, into)
    objections.answer_objection(
        objection=object_to(claim, by), upheld=True, answer="少做一天", by=by, at=f.NOW
    )
    claim.refresh_from_db()
    assert claim.state == ClaimState.SUBMITTED
    assert payments.make_batch(by=by, at=f.NOW) is None
    again(claim, by, 2)
    payment = Payment.objects.get()
    assert (payment.amount, payment.part, payment.decision.number) == (60_000, 0, 2)
    assert payments.make_batch(by=by, at=f.NOW).total == 60_000


def test_upheld_and_refused_nothing_is_paid(by, into):
    claim = granted(by, into)
    objections.answer_objection(objection=object_to(claim, by), upheld=True, answer="未到岗", by=by, at=f.NOW)
    claims.state_facts(claim=claim, facts={"worked": 0}, sources={}, by=by, at=f.NOW)
    claims.submit(claim=claim, by=by, at=f.NOW)
    decisions.decide(claim=claim, outcome="refused", by=by, at=f.NOW)
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("days", "parts", "over"), [(5, [SUM, 60_000], 0), (3, [SUM], 0), (1, [SUM], 60_000)]
)
def test_after_it_left_only_the_difference_is_owed(by, into, leader, days, parts, over):
    claim = granted(by, into)
    sent(by, leader)
    objections.answer_objection(
        objection=object_to(claim, by), upheld=True, answer="重新计算", by=by, at=f.NOW
    )
    again(claim, by, days)
    assert list(Payment.objects.order_by("part").values_list("amount", flat=True)) == parts
    claim.refresh_from_db()
    assert owing.too_much(claim) == over


def test_an_objection_takes_a_payment_out_of_a_batch_not_sent_yet(by, into, leader):
    first, second = granted(by, into, 1), granted(by, into, 2)
    batch = payments.make_batch(by=by, at=f.NOW)
    raised = object_to(first, by)
    batch.refresh_from_db()
    assert (batch.count, batch.total) == (1, SUM)
    payments.send_batch(batch=batch, by=leader, at=f.NOW)
    assert [p.decision.claim_id for p in batch.payments.all()] == [second.pk]
    objections.answer_objection(objection=raised, upheld=True, answer="少做两天", by=by, at=f.NOW)
    again(first, by, 1)
    assert payments.make_batch(by=by, at=f.NOW).total == 30_000 and owing.too_much(first) == 0
    late = granted(by, into, 3)
    empty = payments.make_batch(by=by, at=f.NOW)
    object_to(late, by)
    with pytest.raises(Refused):
        payments.send_batch(batch=empty, by=leader, at=f.NOW)


def test_a_measure_with_publicity_pays_nobody_whom_no_list_showed(by, into):
    measure = b.Measure.objects.get(code="test-allowance")
    measure.publish_days = 5
    measure.save()
    claim = granted(by, into)
    later = f.NOW + timedelta(days=30)
    assert payments.make_batch(by=by, at=later) is None
    with pytest.raises(Refused, match="5"):
        publish(by, claim, until=b.ON + timedelta(days=4))
    publish(by, claim, until=b.ON + timedelta(days=5))
    assert payments.make_batch(by=by, at=later).count == 1


def test_a_second_file_that_says_otherwise_changes_nothing(by, into, leader):
    granted(by, into)
    batch = sent(by, leader)
    payments.reconcile(batch=batch, replies=[Reply(1, SUM, DAY)], by=by, at=f.NOW)
    with pytest.raises(Refused):
        payments.reconcile(batch=batch, replies=[Reply(1, SUM, DAY + timedelta(days=1))], by=by, at=f.NOW)
    assert Payment.objects.get().paid_on == DAY


def test_paid_then_refused_is_not_claimed_anew(by, into, leader):
    claim = granted(by, into)
    batch = sent(by, leader)
    payments.reconcile(batch=batch, replies=[Reply(1, SUM, DAY)], by=by, at=f.NOW)
    objections.answer_objection(objection=object_to(claim, by), upheld=True, answer="未到岗", by=by, at=f.NOW)
    with pytest.raises(Refused):
        claims.withdraw(claim=claim, reason="不要了", by=by, at=f.NOW)
    claims.submit(claim=claim, by=by, at=f.NOW)
    decisions.decide(claim=claim, outcome="refused", reasons="查实未到岗", by=by, at=f.NOW)
    with pytest.raises(claims.AlreadyClaimed):
        claims.open_claim(
            code="test-allowance", beneficiary=claim.beneficiary, on=b.ON, key="new", by=by, at=f.NOW
        )


def test_lines_that_came_back_go_on_in_a_later_batch(by, into, leader):
    for n in (1, 2):
        granted(by, into, n)
    batch = sent(by, leader, bank.CSV)
    assert batch.file.name.endswith(".csv") and batch.sha256 == batch.file.sha256
    whole = [Reply(1, SUM, DAY), Reply(2, SUM, None, "账号户名不符")]
    payments.reconcile(batch=batch, replies=whole, by=by, at=f.NOW)
    batch.refresh_from_db()
    assert batch.state == BatchState.RECONCILED and batch.came_back[0]["error"] == "账号户名不符"
    late = Payment.objects.get(state=PaymentState.BOUNCED)
    beneficiaries.set_account(
        beneficiary=late.beneficiary, account="62229999999", bank="另一银行", by=by, at=f.NOW
    )
    payments.pay_again(payment=late, by=by, at=f.NOW)
    second = payments.make_batch(by=by, at=f.NOW)
    assert (second.total, second.payments.get().account) == (SUM, "62229999999")
    payments.reconcile(batch=batch, replies=whole, by=by, at=f.NOW)  # the same file again changes nothing
    late.refresh_from_db()
    assert (late.state, late.batch_id) == (PaymentState.BATCHED, second.pk)
    with pytest.raises(Refused):
        payments.reconcile(batch=batch, replies=[Reply(2, SUM, DAY)], by=by, at=f.NOW)
    with pytest.raises(Refused):
        payments.reconcile(batch=batch, replies=[Reply(1, SUM, None, "退回")], by=by, at=f.NOW)


def test_an_account_entered_after_the_decision_is_used(by, into):
    claim = granted(by, into)
    Payment.objects.update(account=None)
    assert payments.make_batch(by=by, at=f.NOW) is None
    beneficiaries.set_account(
        beneficiary=claim.beneficiary, account="62228888888", bank="另一银行", by=by, at=f.NOW
    )
    assert payments.make_batch(by=by, at=f.NOW).payments.get().account == "62228888888"


def test_who_sends_sees_which_accounts_were_changed_after_the_decision(by, into):
    later = f.NOW + timedelta(minutes=5)
    for n, (account, at) in {1: ("62228888888", later), 2: ("62228888888", f.NOW)}.items():
        claim = granted(by, into, n)
        whom = claim.beneficiary
        beneficiaries.set_account(beneficiary=whom, account=account, bank="另一银行", by=by, at=at)
    granted(by, into, 3)
    batch = payments.make_batch(by=by, at=later)
    assert batch.count == 3
    assert [(each.line, each.account) for each in queries.moved(batch)] == [(1, "62228888888")]


def test_another_amount_changes_nothing(by, into, leader):
    for n in (1, 2):
        granted(by, into, n)
    batch = sent(by, leader)
    with pytest.raises(Refused, match=r"900\.01"):
        payments.reconcile(batch=batch, replies=[Reply(1, SUM, DAY), Reply(2, SUM + 1, DAY)], by=by, at=f.NOW)
    assert Payment.objects.filter(state=PaymentState.BATCHED).count() == 2


def test_recoveries_never_exceed_what_was_paid(by, into, leader):
    granted(by, into)
    batch = sent(by, leader)
    payments.reconcile(batch=batch, replies=[Reply(1, SUM, DAY)], by=by, at=f.NOW)
    paid, why = Payment.objects.get(), {"reason": "查实未到岗", "source": "财政票据规定"}
    with pytest.raises(Refused):
        payments.recover(payment=paid, amount=SUM + 1, by=leader, at=f.NOW, **why)
    made = payments.recover(payment=paid, amount=SUM, by=leader, at=f.NOW, **why)
    closing = {"recovery": made, "back": True, "closing": "转账", "by": leader, "at": f.NOW}
    for never in (b.ON - timedelta(days=1), b.ON + timedelta(days=1)):
        with pytest.raises(Refused):
            payments.close_recovery(closed_on=never, **closing)
    for _retry in range(2):
        payments.close_recovery(closed_on=b.ON, **closing)
    with pytest.raises(Refused):
        payments.recover(payment=paid, amount=1, by=leader, at=f.NOW, **why)


def test_a_list_shows_masked_names_and_holds_the_money(by, into):
    claim = granted(by, into)
    with pytest.raises(Refused):
        publish(by, claim, until=b.ON)
    made = publish(by, claim)
    item = made.items.get()
    assert item.shown_name == "测*1" and item.amount == SUM
    assert item.shown_unit == "220184100000"
    assert payments.make_batch(by=by, at=f.NOW) is None
    assert payments.make_batch(by=by, at=f.NOW + timedelta(days=7)).count == 1
    with pytest.raises(Refused):
        publish(by, claim)


def publish(by, claim, until=b.ON + timedelta(days=7)):
    return publicity.publish(
        measure=claim.measure,
        title="补贴公示",
        source="测人社发〔2020〕1号 一",
        phone="0434-0000000",
        from_on=b.ON,
        until_on=until,
        by=by,
        at=f.NOW,
    )


def test_the_same_officer_does_not_confirm(by, into, county):
    claim_measure = b.Measure.objects.get(code="test-allowance")
    claim_measure.second_above = SUM - 1
    claim_measure.save()
    claim = granted(by, into)
    assert claim.state == ClaimState.CONFIRMING and not Payment.objects.exists()
    with pytest.raises(NotAllowed):
        decisions.confirm(claim=claim, by=by, at=f.NOW)
    other = f.actor(county)
    for _retry in range(2):
        decisions.confirm(claim=claim, by=other, at=f.NOW)
    assert Payment.objects.get().amount == SUM


LOCAL = """
measure: test-allowance-220184
version: 1.0.0
title: {zh: 本县标准, en: Our standard}
refines: test-allowance
area: "220184000000"
in_force: {from: 2020-01-01}
sources:
  notice: {title: 本县通知, note: {zh: 虚构, en: made up}}
parameters:
  standard:
    values: [{from: 2020-01-01, value: 200 yuan, clause: 一}]
changes:
  1.0.0: {zh: 首次录入, en: First version}
"""


def test_a_decision_under_a_local_text_replays(by, into, county):
    open_to_areas = b.TEXT.replace("is: fen/day", "is: fen/day\n    local: sets")
    b.MeasureVersion.objects.update(text=open_to_areas)
    local = b.version(county, LOCAL, code="test-allowance-220184")
    local.refines = "test-allowance"
    local.save()
    claim = granted(by, into)
    decision = claim.decisions.get()
    assert (decision.amount, decision.refined_by) == (60_000, [local.pk])
    local.state = "withdrawn"
    local.save()
    assert decisions.replays(decision)
