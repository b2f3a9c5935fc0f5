"""With a job in good order, without one a job first, and every attempt on record (D10, D11)."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import actions, rulebook
from chunfeng.people.actions import referrals
from chunfeng.people.actions.follow_ups import open_follow_up
from chunfeng.people.queries.departure import Verdict, advice
from chunfeng.people.queries.ledgers import done_with
from tests import factories as f
from tests.people.builders import FAR, NEAR, dataset, person

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def by(db):
    return f.actor(f.office(NEAR), "caller")


@pytest.fixture
def wang(by):
    return person(by, dataset(f.office(NEAR)))


def say(row, by, kind, value, day=DAY, **more):
    actions.state_fact(person=row, kind=kind, value=value, said="self", on=day, by=by, at=f.NOW, **more)


def verdict(row):
    return advice([row], DAY)[row.pk].verdict


def test_advice_follows_the_newest_words(by, wang):
    assert verdict(wang) == Verdict.STAYS
    say(wang, by, "intention", "leaves", place="440300000000")
    found = advice([wang], DAY)[wang.pk]
    assert found.verdict == Verdict.ASK and found.against and found.clause.source
    say(wang, by, "job", "no_job")
    assert verdict(wang) == Verdict.REFER
    say(wang, by, "job", "has_job")
    assert verdict(wang) == Verdict.ORDERLY and not advice([wang], DAY)[wang.pk].against
    say(wang, by, "intention", "undecided")
    assert verdict(wang) == Verdict.STAYS


def test_a_referral_is_tracked_to_a_settled_job(by, wang):
    say(wang, by, "intention", "leaves")
    say(wang, by, "job", "no_job")
    opened = referrals.refer(person=wang, by=by, at=f.NOW)
    assert referrals.refer(person=wang, by=by, at=f.NOW) == opened
    assert opened.source == rulebook.departure(DAY).source
    assert advice([wang], DAY)[wang.pk].referral == opened
    for _twice in range(2):
        referrals.offer_job(
            follow_up=opened, what="推荐测试厂普工", next_on=date(2020, 2, 5), key="o1", by=by, at=f.NOW
        )
    opened.refresh_from_db()
    assert opened.next_on == date(2020, 2, 5) and done_with([wang])[wang.pk].contacts == {"service": 1}
    for _twice in range(2):
        referrals.settle_referral(follow_up=opened, settled=True, outcome="测试厂录用", by=by, at=f.NOW)
    assert verdict(wang) == Verdict.ORDERLY and advice([wang], DAY)[wang.pk].referral is None
    assert wang.facts.filter(kind="job").count() == 2
    with pytest.raises(Refused, match="closed"):
        referrals.offer_job(follow_up=opened, what="又一家", key="o2", by=by, at=f.NOW)


def test_given_up_leaves_the_job_open(by, wang):
    say(wang, by, "intention", "leaves")
    opened = referrals.refer(person=wang, by=by, at=f.NOW)
    referrals.settle_referral(follow_up=opened, settled=False, outcome="本人不找了", by=by, at=f.NOW)
    assert verdict(wang) == Verdict.ASK


def test_what_is_refused(by, wang):
    other = open_follow_up(person=wang, reason="need", by=by, at=f.NOW)
    with pytest.raises(Refused, match="no job referral"):
        referrals.offer_job(follow_up=other, what="x", key="k", by=by, at=f.NOW)
    opened = referrals.refer(person=wang, by=by, at=f.NOW)
    with pytest.raises(Refused, match="past"):
        referrals.offer_job(follow_up=opened, what="x", next_on=date(2020, 1, 1), key="k", by=by, at=f.NOW)
    with pytest.raises(NotAllowed):
        referrals.settle_referral(
            follow_up=opened, settled=True, outcome="x", by=f.actor(f.office(FAR)), at=f.NOW
        )
