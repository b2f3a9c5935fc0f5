"""Asking again until the outcome is known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.people.actions import follow_ups
from chunfeng.people.models import FollowUp
from chunfeng.people.queries import follow_ups as queries
from chunfeng.tasking import actions as tasking
from chunfeng.tasking import queries as tasks
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
    assert (message.office, issue.owner, issue.due_on) == (health, health, made.next_on)
    for text in (message.subject, message.body, issue.problem):
        assert f"#{made.pk}" in text and wang.name not in text


def test_what_a_village_caller_hears_is_a_task_of_the_health_office_and_its_answer_comes_back(county, wang):
    health, village = f.office(NEAR, line="health"), f.office(VILLAGE)
    caller, doctor = f.actor(village, "caller"), f.actor(health)
    with scope.applied(caller):
        made = follow(wang, caller)
        assert follow(wang, caller) == made and CoordinationIssue.objects.count() == 1
        assert not queries.partner(made).answered
    with scope.applied(doctor):
        assert tasks.issues_to_solve(doctor, DAY) == (1, 0)
        assert tasks.issues_to_solve(doctor, DAY + timedelta(2)) == (1, 1)
        issue = tasks.issue(doctor, made.issue_id)
        assert (issue.raised_by, issue.due_on, queries.of_issue(doctor, issue.pk)) == (
            village,
            made.next_on,
            made,
        )
        tasking.settle_issue(issue=issue, outcome="已上门排查", by=doctor, at=f.NOW)
    with scope.applied(caller):
        seen = queries.partner(FollowUp.objects.get())
        assert (seen.answered, seen.health, seen.issue.outcome) == (True, True, "已上门排查")
        follow_ups.close_follow_up(follow_up=made, outcome="普通感冒", by=caller, at=f.NOW)
    assert CoordinationIssue.objects.get().outcome == "已上门排查"


def test_an_answer_from_above_is_seen_below_and_closing_closes_the_task_without_a_word_of_the_illness(wang):
    f.office(CITY, line="health")
    caller = f.actor(f.office(VILLAGE), "caller")
    with scope.applied(caller):
        made = follow(wang, caller)
        follow_ups.close_follow_up(follow_up=made, outcome="核酸阳性", by=caller, at=f.NOW)
        issue = queries.partner(made).issue
    assert issue.state == "settled" and f"#{made.pk}" in issue.outcome and "核酸" not in issue.outcome
    assert Event.objects.filter(verb="issue.settled", actor_name=caller.name).count() == 1


@pytest.mark.parametrize("above", [True, False])
def test_without_a_health_office_the_superior_or_the_own_leader_gets_it(county, wang, above):
    village = f.office(VILLAGE)
    if above:
        village.parent = county
        village.save()
    made = follow(wang, f.actor(village, "caller"))
    seen, message = queries.partner(made), Message.objects.get()
    assert (seen.health, seen.own, message.for_leader) == (False, not above, not above)
    assert made.partner == seen.issue.owner == message.office == (county if above else village)


def test_a_follow_up_from_before_gets_its_task_when_symptoms_are_told_again(by, wang):
    health = f.office(NEAR, line="health")
    made = FollowUp.objects.create(
        person=wang, area_code=VILLAGE, office_id=by.office_id, reason="symptoms", opened_at=f.NOW,
        opened_by_name="旧", next_on=DAY - timedelta(3),
    )  # fmt: skip
    assert follow(wang, by) == made and FollowUp.objects.get().partner == health
    assert CoordinationIssue.objects.get().due_on == DAY


def test_the_health_office_itself_gives_itself_no_task(wang):
    follow(wang, f.actor(f.office(NEAR, line="health")))
    assert not CoordinationIssue.objects.exists() and not Message.objects.exists()


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
