"""What refunds are used for: never above what was paid, taken back by corrections, summed by purpose and area."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from chunfeng.benefits import files
from chunfeng.benefits.actions import beneficiaries, decisions, funds, measures, payments
from chunfeng.benefits.bank import Reply
from chunfeng.benefits.models import FundUse, Payment
from chunfeng.benefits.queries import areas
from chunfeng.benefits.queries import funds as queries
from chunfeng.core import identifiers
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from tests import factories as f
from tests.benefits import builders as b

pytestmark = pytest.mark.django_db
COUNTY, RULES = "220184000000", "refund-use-of-funds"
PAID = date(2020, 2, 1)
SUM = 90_000
UNIT = b.TEXT.replace("subject: person", "subject: employer").replace("test-allowance", "test-refund")


def credit_code(n: int) -> str:
    """A made-up code whose last sign fits (GB 32100)."""
    body = f"91220184MA{n:07d}"
    return body + identifiers.credit_check(body)


@pytest.fixture
def county():
    return f.office(COUNTY)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def refund(county, by):
    """A measure whose money has to be accounted for within 30 days, by the shipped rules."""
    b.version(county, files.shipped()[RULES], code=RULES, subject="employer", title="资金使用")
    made = b.version(county, UNIT, code="test-refund", subject="employer", title="测试返还")
    return measures.set_use(measure=made.measure, rules=RULES, days=30, by=by, at=f.NOW)


def paid(by, county, n=1, *, area=COUNTY) -> Payment:
    whom = beneficiaries.know_unit(
        name=f"测试企业{n}", credit_code=credit_code(n), area_code=area, by=by, at=f.NOW
    )
    beneficiaries.set_account(
        beneficiary=whom, account=f"62220000000{n:05d}", bank="测试银行", by=by, at=f.NOW
    )
    claim = b.submitted(by, whom, key=f"k{n}", code="test-refund")
    decisions.decide(claim=claim, outcome="granted", by=by, at=f.NOW)
    leader = f.actor(county, "leader")
    batch = payments.make_batch(by=by, at=f.NOW)
    payments.send_batch(batch=batch, by=leader, at=f.NOW)
    payments.reconcile(batch=batch, replies=[Reply(1, SUM, PAID)], by=by, at=f.NOW)
    return Payment.objects.get(decision__claim=claim)


def entered(payment, by, amount, purpose="living_aid", key="a", on=PAID):
    return funds.account_for(
        payment=payment,
        purpose=purpose,
        amount=amount,
        spent_on=on,
        voucher="凭证1",
        key=key,
        by=by,
        at=f.NOW,
    )


def test_never_above_what_was_paid_and_mistakes_are_taken_back(by, county, refund):
    payment = paid(by, county)
    first = entered(payment, by, 60_000)
    assert entered(payment, by, 60_000) == first  # the same key again
    with pytest.raises(Refused):
        entered(payment, by, 60_001)  # another sum under it
    with pytest.raises(Refused, match=r"300\.00"):
        entered(payment, by, 30_001, key="b")
    entered(payment, by, 30_000, key="b", purpose="retraining")
    for _retry in range(2):
        back = funds.correct(entry=first, reason="记错用途", by=by, at=f.NOW)
    assert (back.amount, back.purpose) == (-60_000, "living_aid")
    with pytest.raises(Refused):
        funds.correct(entry=back, reason="再改", by=by, at=f.NOW)
    payment.refresh_from_db()
    assert payment.accounted == 30_000 == sum(FundUse.objects.values_list("amount", flat=True))
    for amount, purpose, on in ((0, "retraining", PAID), (-5, "retraining", PAID), (1, "yacht", PAID)):
        with pytest.raises(Refused):
            entered(payment, by, amount, purpose=purpose, key="c", on=on)
    with pytest.raises(Refused):
        entered(payment, by, 1, key="c", on=timezone.localdate(f.NOW) + timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(accounted=SUM + 1)


def test_a_purpose_the_rules_do_not_allow_is_kept_and_marked(by, county, refund):
    payment = paid(by, county)
    entered(payment, by, 100, purpose="other")
    entry = FundUse.objects.get()
    assert entry.against_rule
    verdict = queries.judged(payment, [entry], timezone.localdate(f.NOW))
    assert verdict.outcome == "not eligible"
    assert Event.objects.get(verb="funds.account").detail["against_rule"] is True


def test_what_is_demanded_back_is_not_accounted_for(by, county, refund):
    payment, leader = paid(by, county), f.actor(county, "leader")
    payments.recover(payment=payment, amount=50_000, reason="多付", source="规定", by=leader, at=f.NOW)
    with pytest.raises(Refused):
        entered(payment, by, 40_001)
    entered(payment, by, 40_000)
    assert queries.payment(by, payment.pk).left == 0


def test_sums_by_purpose_and_area_and_what_is_overdue(by, county, refund):
    town = "220184100000"
    one, two = paid(by, county, 1), paid(by, county, 2, area=town)
    entered(one, by, SUM, key="a", purpose="social_insurance")
    entered(two, by, 10_000, key="b")
    wrong = entered(two, by, 10_000, key="c", purpose="other")
    funds.correct(entry=wrong, reason="凭证有误", by=by, at=f.NOW)
    entered(two, by, 5_000, key="d", purpose="other")
    rows = queries.payments(by)
    found = {row["purpose"]: (row["fen"], row["n"]) for row in queries.by_purpose(rows)}
    assert found == {"social_insurance": (SUM, 1), "living_aid": (10_000, 1), "other": (5_000, 1)}
    due = PAID + timedelta(days=30)
    for day, late in ((due, 0), (due + timedelta(days=1), 1)):
        lines = queries.by_area(rows, [(town, "镇")], day)
        assert [(line.code, line.received, line.accounted, line.left, line.overdue) for line in lines] == [
            (town, SUM, 15_000, 75_000, late),
            (areas.REST, SUM, SUM, 0, 0),
        ]
    assert lines[0].against == 5_000 and lines[0].overdue_fen == 75_000
    assert [p.pk for p in queries.narrowed(rows, "overdue", due + timedelta(days=1))] == [two.pk]
    assert [p.pk for p in queries.narrowed(rows, "done", due)] == [one.pk]


def test_another_area_and_measures_that_ask_nothing(by, county, refund):
    payment = paid(by, county)
    far = f.actor(f.office("220122000000"))
    with pytest.raises(NotAllowed):
        entered(payment, far, 1)
    assert not queries.payments(far).exists()
    measures.set_use(measure=refund, rules="", days=0, by=by, at=f.NOW)
    with pytest.raises(Refused):
        entered(payment, by, 1)
    with pytest.raises(Refused):
        measures.set_use(measure=refund, rules="test-refund", days=1, by=by, at=f.NOW)
