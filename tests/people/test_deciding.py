"""One of two answers stands: what the other one opened is shown before, then ended with the reason, never deleted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.models import Event
from chunfeng.people.actions import deciding, syncing
from chunfeng.people.models import FollowUp, HealthRecord, Isolation, PersonMessage
from chunfeng.people.outbox import deliver
from chunfeng.tasking.models import CoordinationIssue
from tests import factories as f
from tests.people.builders import NEAR, VILLAGE, dataset, person
from tests.people.calling import AWAY, ILL, RETURNED, at, campaign, entry, item
from tests.people.isolating import HIT_CITY, hit, look, rule
from tests.people.writing import template

pytestmark = pytest.mark.django_db
REASON = "回访本人核实"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    at = f.office(NEAR)
    hit(at)
    rule(at, "home")
    f.office(NEAR, line="health")
    return at


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def call(county, by):
    for occasion in ("returned", "away"):
        template(county, occasion=occasion)
    data = dataset(county)
    wang = person(by, data, work_area=HIT_CITY, phones=("13812345678",))
    return item(campaign(county, data), wang, f.office(VILLAGE))


def contest(call, *answers):
    """The answers of so many callers, one after the other; the contacts in that order."""
    for n, each in enumerate(answers):
        caller = f.actor(call.office, "caller")
        with scope.applied(caller):
            syncing.sync(entries=[entry(call, each, n=n)], by=caller, at=at(10))
    call.refresh_from_db()
    assert call.state == "contested"
    return list(call.contacts.order_by("pk"))


def decide(call, contact, by):
    with scope.applied(by):
        return deciding.decide(
            item=call, contact=contact, version=call.version, reason=REASON, by=by, at=at(11, 2)
        )


def test_what_the_first_answer_opened_is_seen_then_ended_when_the_later_one_stands(by, call):
    first, second = contest(call, RETURNED, AWAY)
    held, sent = Isolation.objects.get(), PersonMessage.objects.get(dedupe__endswith="-remind")
    deliver(now=at(10))
    with scope.applied(by):
        ahead = deciding.ahead(item=call, by=by, on=date(2020, 2, 2))
    assert not ahead[first.pk]
    assert (ahead[second.pk].isolations, ahead[second.pk].messages[0]) == ([held], sent)
    waiting = PersonMessage.objects.create(
        person=call.person, occasion="returned", channel="sms", address="1", text="1", by_name="x",
        dedupe=f"{call.person_id}:isolation:{held.pk}:isolated", area_code=VILLAGE, made_at=f.NOW,
        next_try_at=at(12, 9),
    )  # fmt: skip
    decide(call, second, by)
    held.refresh_from_db()
    assert held.state == "released" and REASON in held.decision and held.ended_by_name == by.name
    sent.refresh_from_db()
    waiting.refresh_from_db()
    assert (sent.state, bool(sent.text), sent.void_at) == ("sent", True, at(11, 2))
    assert (waiting.state, waiting.next_try_at, waiting.void_at) == ("failed", None, at(11, 2))
    assert PersonMessage.objects.get(dedupe__contains=f"contact-{second.pk}").void_at is None
    event = Event.objects.get(verb="call.undo")
    assert event.reason == REASON and event.detail["isolations"] == [held.pk]
    assert Event.objects.get(verb="isolation.overrule").object_id == str(held.pk)


def test_a_follow_up_ends_with_its_task_whichever_answer_opened_it(by, call):
    well, _ill = contest(call, AWAY, ILL)  # nobody ill waits: the second one told the health office at once
    decide(call, well, by)
    assert REASON in FollowUp.objects.get().outcome and CoordinationIssue.objects.get().state == "settled"


def test_what_both_answers_open_stays(by, call):
    _first, second = contest(call, ILL, ILL | {"symptoms": "other"})
    before = FollowUp.objects.get()
    decide(call, second, by)
    assert FollowUp.objects.get() == before and FollowUp.objects.get().closed_at is None
    assert CoordinationIssue.objects.get().state == "open"


def test_an_isolation_from_another_day_is_replaced_and_its_daily_records_count_on(by, call):
    _first, second = contest(call, RETURNED, RETURNED | {"came": "2020-01-31"})
    old = Isolation.objects.get()
    for n in (0, 1):
        look(old, by, old.starts_on + timedelta(n))
    decide(call, second, by)
    new = Isolation.objects.get(state="open")
    assert (new.starts_on, new.contact, new.pk == old.pk) == (date(2020, 1, 31), second, False)
    assert [row.on for row in HealthRecord.objects.filter(isolation=new)] == [date(2020, 1, 31)]


def test_the_same_isolation_is_kept(by, call):
    _first, second = contest(call, RETURNED, RETURNED | {"need": "yes", "what": "口罩"})
    decide(call, second, by)
    assert Isolation.objects.get().state == "open" and not Event.objects.filter(verb="isolation.overrule")
