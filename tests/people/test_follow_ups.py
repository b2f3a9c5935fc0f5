"""Asking again until the outcome is known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import follow_ups
from chunfeng.people.models import FollowUp
from chunfeng.people.queries import follow_ups as queries
from chunfeng.tasking.models import CoordinationIssue, Message
from tests import factories as f
from tests.people.builders import CITY, FAR, NEAR, VILLAGE, dataset, person

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def wang(by, county):
    return person(by, dataset(county))


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def follow(who, by, reason="symptoms", **more):
    return follow_ups.open_follow_up(person=who, reason=reason, by=by, at=f.NOW, **more)


def test_symptoms_tell_the_health_authority_once_and_without_a_name(by, wang):
    health = f.office(CITY, line="health")
    with scope.applied(by):
        made = follow(wang, by)
        assert follow(wang, by) == made
        assert queries.follow_up(by, made.pk) == made
    assert (made.partner, made.told_at, made.next_on, made.area_code) == (
        health, f.NOW, DAY + timedelta(1), VILLAGE,
    )  # fmt: skip
    message, issue = Message.objects.get(), CoordinationIssue.objects.get()
    assert (message.office, issue.owner) == (health, health)
    for text in (message.subject, message.body, issue.problem):
        assert f"#{made.pk}" in text and wang.name not in text


def test_a_caller_tells_by_message_alone(county, wang):
    f.office(NEAR, line="health")
    follow(wang, f.actor(f.office(VILLAGE), "caller"))
    assert Message.objects.count() == 1 and not CoordinationIssue.objects.exists()


def test_other_reasons_tell_nobody(by, wang):
    f.office(NEAR, line="health")
    made = follow(wang, by, "need", next_on=DAY + timedelta(3))
    assert made.partner is None and made.next_on == DAY + timedelta(3) and not Message.objects.exists()


def test_an_outcome_closes_it_and_another_may_be_opened(by, wang):
    made = follow(wang, by)
    with pytest.raises(Refused, match="empty"):
        follow_ups.close_follow_up(follow_up=made, outcome=" ", by=by, at=f.NOW)
    done = follow_ups.close_follow_up(follow_up=made, outcome="核酸阴性", by=by, at=f.NOW)
    assert done.outcome == "核酸阴性" and done.next_on is None
    assert follow_ups.close_follow_up(follow_up=made, outcome="核酸阴性", by=by, at=f.NOW) == done
    with pytest.raises(Refused, match="another outcome"):
        follow_ups.close_follow_up(follow_up=made, outcome="住院", by=by, at=f.NOW)
    assert follow(wang, by) != made and FollowUp.objects.count() == 2


def test_who_is_out_of_sight_is_not_asked(by, wang):
    made = follow(wang, by, "need")
    wang.area_code = FAR
    wang.save()
    with scope.applied(by), pytest.raises(Refused, match="out of your sight"):
        follow_ups.ask_again(follow_up=made, key="a1", by=by, at=f.NOW)


def test_asking_again_moves_the_day_on_and_stands_once(by, wang):
    made = follow(wang, by, "need")
    with scope.applied(by):
        first, new = follow_ups.ask_again(
            follow_up=made, note="好转", next_on=DAY + timedelta(2), key="a1", by=by, at=f.NOW
        )
        again = follow_ups.ask_again(follow_up=made, note="好转", key="a1", by=by, at=f.NOW)
        assert new and again == (first, False) and queries.contacts(made) == [first]
        assert FollowUp.objects.get().next_on == DAY + timedelta(2)
        assert queries.numbers(by, DAY + timedelta(3)) == queries.Numbers(open=1, due=1, late=1)
        with pytest.raises(Refused, match="past"):
            follow_ups.ask_again(follow_up=made, next_on=DAY - timedelta(1), key="a2", by=by, at=f.NOW)
        follow_ups.close_follow_up(follow_up=made, outcome="已解决", by=by, at=f.NOW)
        with pytest.raises(Refused, match="closed on"):
            follow_ups.ask_again(follow_up=made, key="a3", by=by, at=f.NOW)
    assert [row.pk for row in queries.of_person(wang)] == [made.pk]


def test_refusals(by, wang):
    for more, said in [({"reason": "whim"}, "no reason"), ({"next_on": DAY - timedelta(1)}, "past")]:
        with pytest.raises(Refused, match=said):
            follow(wang, by, **more)
    with pytest.raises(Refused, match="posted to an office"):
        follow(wang, SYSTEM)
    far = f.actor(f.office(FAR))
    with pytest.raises(NotAllowed):
        follow(wang, far)
    made = follow(wang, by)
    with pytest.raises(NotAllowed):
        follow_ups.close_follow_up(follow_up=made, outcome="好", by=far, at=f.NOW)
    with scope.applied(far):
        assert queries.follow_up(far, made.pk) is None and not FollowUp.objects.exists()
