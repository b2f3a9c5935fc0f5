"""Progress of claims and payments by area and measure, beside the day before; offered to reports."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.utils import timezone

from chunfeng.benefits.actions import decisions, payments
from chunfeng.benefits.bank import Reply
from chunfeng.benefits.models import Claim, Payment
from chunfeng.benefits.queries import areas, progress
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.suggestions import COUNTERS
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = pytest.mark.django_db
COUNTY, TOWN = "220184000000", "220184100000"
CHILDREN = [(TOWN, "范家屯镇"), ("220184101000", "响水镇")]
SUM = 90_000


def moment(day: int) -> datetime:
    return datetime(2020, 2, day, 10, tzinfo=timezone.get_current_timezone())


@pytest.fixture
def by():
    county = f.office(COUNTY)
    b.version(county)
    actor = f.actor(county)
    into = people.dataset(county)
    leader = f.actor(county, "leader")
    for n in range(1, 5):
        claim = b.submitted(actor, b.payee(actor, into, n), key=f"k{n}")
        Claim.objects.filter(pk=claim.pk).update(submitted_at=moment(n))
        if n < 4:
            decisions.decide(claim=claim, outcome="granted", by=actor, at=moment(5))
    batch = payments.make_batch(by=actor, at=moment(6))
    payments.send_batch(batch=batch, by=leader, at=moment(6))
    replies = [
        Reply(1, SUM, date(2020, 2, 7)),
        Reply(2, SUM, date(2020, 2, 8)),
        Reply(3, SUM, None, "户名不符"),
    ]
    payments.reconcile(batch=batch, replies=replies, by=actor, at=moment(8))
    return actor


def test_counts_sums_and_median_now_and_the_day_before(by):
    lines, total = progress.by_area(by, COUNTY, "", date(2020, 2, 8), CHILDREN)
    found = {line.key: line for line in lines}
    assert set(found) == {code for code, _name in CHILDREN}  # everybody is at home in the first town
    line = found[TOWN]
    assert (line.now.received, line.now.decided, line.now.granted, line.now.undecided) == (4, 3, 3, 1)
    assert (line.now.owed_fen, line.now.paid, line.now.paid_fen) == (3 * SUM, 2, 2 * SUM)
    assert (line.now.share, line.now.days) == (666, 6)  # applied on the 1st and 2nd, paid on the 7th and 8th
    assert (line.before.paid, line.more.paid, line.more.paid_fen, line.more.received) == (1, 1, SUM, 0)
    assert found["220184101000"].now == progress.Figures()
    assert total.now == line.now
    early, _total = progress.by_area(by, COUNTY, "", date(2020, 2, 3), CHILDREN)
    assert (early[0].now.received, early[0].more.received, early[0].now.decided) == (3, 1, 0)


def test_by_measure_and_only_in_sight(by):
    (line, title), *more = progress.by_measure(by, COUNTY, date(2020, 2, 8))
    assert (line.key, title, line.now.paid) == ("test-allowance", "测试补贴", 2) and not more
    far = f.actor(f.office("220122000000"))
    assert progress.by_measure(far, areas.reached(far, COUNTY), date(2020, 2, 8)) == []
    lines, _total = progress.by_area(by, COUNTY, "another", date(2020, 2, 8), CHILDREN)
    assert all(each.now == progress.Figures() for each in lines)


def test_offered_to_reports(by):
    of = Obligation(area_code=COUNTY, period_start=date(2020, 2, 2), period_end=date(2020, 2, 7))
    offers = {name: COUNTERS[f"register:benefits:{name}"](of, f.NOW) for name in
              ("received", "decided", "paid", "paid_yuan", "undecided", "waiting")}  # fmt: skip
    assert {name: offer.value for name, offer in offers.items()} == {
        "received": 3, "decided": 3, "paid": 1, "paid_yuan": 900, "undecided": 1, "waiting": 1,
    }  # fmt: skip
    Payment.objects.filter(state="paid").update(amount=SUM + 50)
    again = Obligation(area_code=COUNTY, period_start=date(2020, 2, 7), period_end=date(2020, 2, 7))
    offer = COUNTERS["register:benefits:paid_yuan"](again, f.NOW)
    assert offer.value == 901 and "900.50" in offer.source
    nowhere = Obligation(area_code="220122000000", period_start=f.NOW.date(), period_end=f.NOW.date())
    assert COUNTERS["register:benefits:paid"](nowhere, f.NOW) is None  # not kept, which is not zero


def test_an_area_asked_for_outside_is_not_given(by):
    assert areas.reached(by, "220122000000") == COUNTY == areas.reached(by, "nonsense")
    assert areas.reached(by, TOWN) == TOWN
