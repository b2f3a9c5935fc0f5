"""Money that goes to somebody else than the beneficiary: with a paper, seen by two, in the bank file, in public."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chunfeng.benefits.actions import beneficiaries, claims, decisions, payees, payments, publicity
from chunfeng.benefits.bank import Reply
from chunfeng.benefits.models import Payment
from chunfeng.core.errors import Refused
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = pytest.mark.django_db
TO_EMPLOYER = b.TEXT.replace("once_per: month", "once_per: month\npaid_to: {zh: 用人单位, en: employer}")
SUM = 90_000


@pytest.fixture
def county():
    return f.office("220184000000")


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def claim(county, by):
    b.version(county, TO_EMPLOYER)
    return b.submitted(by, b.payee(by, people.dataset(county)), key="k")


def paper(claim, by):
    return claims.attach(
        claim=claim, data=b"x", name="用工证明.pdf", media_type="application/pdf", by=by, at=f.NOW
    )


def named(claim, by, **more):
    given = {"relation": "employer", "name": "测试企业", "account": "6222000000001234", "bank": "测试银行",
             "reason": "补贴拨付用人单位"} | more  # fmt: skip
    return payees.name_payee(claim=claim, by=by, at=f.NOW, **given)


def granted(claim, by):
    return decisions.decide(claim=claim, outcome="granted", by=by, at=f.NOW)


def test_not_granted_before_it_is_said_who_is_paid(claim, by):
    with pytest.raises(Refused, match="用人单位"):
        granted(claim, by)
    with pytest.raises(Refused):
        named(claim, by)  # without a paper
    other = b.submitted(by, b.payee(by, people.dataset(f.office("220184100000")), 2), key="other")
    with pytest.raises(Refused):
        named(claim, by, paper=paper(other, by))  # the paper of another claim
    made = named(claim, by, paper=paper(claim, by))
    assert named(claim, by, paper=made.paper) == made
    granted(claim, by)
    payment = Payment.objects.get()
    assert (payment.name, payment.account) == ("测试企业", "6222000000001234")
    assert payment.subject_key == claim.subject_key  # who is paid twice is told by the beneficiary


def test_the_beneficiarys_own_account_does_not_draw_the_money_away(claim, by, county):
    proof = paper(claim, by)
    named(claim, by, paper=proof)
    granted(claim, by)
    whom = claim.beneficiary
    beneficiaries.set_account(beneficiary=whom, account="6222999999999", bank="另一银行", by=by, at=f.NOW)
    assert Payment.objects.get().account == "6222000000001234"
    with pytest.raises(Refused):
        named(claim, by, paper=proof, name="另一企业")  # decided: the payee stands
    with pytest.raises(Refused):
        named(claim, by, relation="self")
    named(claim, by, paper=proof, account="6222000000005678")  # the account of the same payee
    batch = payments.make_batch(by=by, at=f.NOW)
    (line,) = payments.orders(batch)
    assert (line.name, line.account) == ("测试企业", "6222000000005678")
    assert whom.name in line.purpose
    with pytest.raises(Refused):
        named(claim, by, paper=proof, account="6222000000001111")  # in a batch
    payments.send_batch(batch=batch, by=f.actor(county, "leader"), at=f.NOW)
    payments.reconcile(batch=batch, replies=[Reply(1, SUM, None, "户名不符")], by=by, at=f.NOW)
    named(claim, by, paper=proof, account="6222000000001111")
    payments.pay_again(payment=Payment.objects.get(), by=by, at=f.NOW)
    assert Payment.objects.get().account == "6222000000001111"


def test_the_public_reads_the_payee(claim, by, county):
    named(claim, by, paper=paper(claim, by), relation="kin", name="王小明")
    granted(claim, by)
    made = publicity.publish(
        measure=claim.measure, title="公示", source="通知 一", phone="0434-0", from_on=b.ON,
        until_on=b.ON + timedelta(days=7), by=by, at=f.NOW,
    )  # fmt: skip
    item = made.items.get()
    assert (item.shown_name, item.shown_payee) == ("测*1", "王*明")


def test_the_beneficiary_itself_can_be_meant(claim, by):
    named(claim, by, relation="self", name="x", reason="本人即受奖励人员")
    granted(claim, by)
    assert Payment.objects.get().name == claim.beneficiary.name
