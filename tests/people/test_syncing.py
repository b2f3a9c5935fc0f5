"""Answers of telephones: taken once, contested where another stands, refused with a reason, never lost."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.actions import syncing
from chunfeng.people.choices import CallState
from chunfeng.people.models import (
    CallItem,
    ContactRecord,
    Fact,
    FollowUp,
    Isolation,
    PersonMessage,
    PossibleDuplicate,
)
from tests import factories as f
from tests.people.builders import FAR, FAR_VILLAGE, NEAR, VILLAGE, dataset, person
from tests.people.calling import AWAY, ILL, RETURNED, at, campaign, entry, item
from tests.people.isolating import hit, rule
from tests.people.writing import template

pytestmark = pytest.mark.django_db
NOW = at(10)
MOST_QUERIES = 24
"""For one more answer of a batch, all effects included: savepoints, locks and what is written, no look-ups."""


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def village():
    return f.office(VILLAGE)


@pytest.fixture
def by(village):
    return f.actor(village, "caller")


@pytest.fixture
def other(village):
    return f.actor(village, "caller")


@pytest.fixture
def data(county):
    return dataset(county)


@pytest.fixture
def wang(county, data):
    return person(f.actor(county), data, work_area="420100000000")


@pytest.fixture
def call(county, village, data, wang):
    return item(campaign(county, data), wang, village)


def send(by, *entries, now=NOW):
    with scope.applied(by):
        return syncing.sync(entries=entries, by=by, at=now)


def one(by, given, **more):
    return send(by, given, **more)[0]


def test_an_answer_settles_the_entry_and_states_what_was_said(by, call, wang):
    result = one(by, entry(call, AWAY, note="家属接听"))
    assert (result.status, result.item.state, result.item.version) == ("taken", "done", 2)
    call.refresh_from_db()
    assert (call.branch, call.outcome, call.done_at) == ("away", "reached", NOW)
    contact = ContactRecord.objects.get()
    assert (call.contact, contact.item, contact.note, contact.at) == (contact, call, "家属接听", at(9))
    assert syncing.answers_of(contact) == AWAY
    stated = {(fact.kind, fact.value, fact.on, fact.said) for fact in Fact.objects.all()}
    assert stated == {
        ("return", "away", date(2020, 2, 1), "self"),
        ("symptoms", "no_symptoms", date(2020, 2, 1), "self"),
        ("need", "no_need", date(2020, 2, 1), "self"),
    }
    assert Event.objects.filter(verb="call.answer").count() == 1


def test_sent_again_it_changes_nothing(by, call):
    sent = entry(call, AWAY)
    first, again, later = one(by, sent), one(by, sent), one(by, sent, now=NOW + timedelta(hours=1))
    assert [first.status, again.status, later.status] == ["taken", "again", "again"]
    assert again.as_json()["item"] == first.as_json()["item"] == later.as_json()["item"]
    assert ContactRecord.objects.count() == 1 and Fact.objects.count() == 3
    both = send(by, sent, sent)
    assert [each.status for each in both] == ["again", "again"]
    twice = entry(call, AWAY, n=2, version=2)
    assert [each.status for each in send(by, twice, twice)] == ["taken", "again"]


def test_one_key_is_one_answer(by, call):
    one(by, entry(call, AWAY))
    refused = one(by, entry(call, ILL))
    assert refused.status == "refused" and "same key" in refused.why
    assert ContactRecord.objects.count() == 1


def test_back_home_from_a_hit_area_means_isolation_until_its_day(by, county, call, wang):
    hit(county)
    rule(county, "home")
    result = one(by, entry(call, RETURNED))
    held = Isolation.objects.get()
    assert (held.person, held.starts_on, held.ends_on) == (wang, date(2020, 1, 30), date(2020, 2, 13))
    assert held.contact == ContactRecord.objects.get()
    assert "14 full days" in result.why


def test_without_a_rule_the_answer_is_taken_all_the_same(by, call):
    assert one(by, entry(call, RETURNED)).status == "taken"
    assert not Isolation.objects.exists()


def test_symptoms_open_a_follow_up_and_the_health_office_is_told(by, call, wang):
    health = f.office(NEAR, line="health", is_partner=True)
    one(by, entry(call, ILL))
    followed = FollowUp.objects.get()
    assert (followed.person, followed.reason, followed.partner, followed.closed_at) == (
        wang, "symptoms", health, None,
    )  # fmt: skip


def test_nobody_answers_until_the_attempts_are_used_up(by, call):
    first = one(by, entry(call))
    assert (first.item.state, first.item.attempts, first.item.next_at) == ("retry", 1, at(13))
    call.refresh_from_db()
    busy = one(by, entry(call, n=2, outcome="call_back", at=at(10).isoformat()))
    assert (busy.item.state, busy.item.attempts, busy.item.next_at) == ("retry", 2, at(14))
    last = one(by, entry(call, n=3, version=1))
    assert (last.status, last.item.state, last.item.attempts, last.item.next_at) == (
        "taken",
        "unreached",
        3,
        None,
    )
    reached = one(by, entry(call, AWAY, n=4, version=4))
    assert reached.item.state == "done"
    assert ContactRecord.objects.count() == 4


@pytest.mark.parametrize("outcome", ["wrong", "refused"])
def test_a_wrong_number_and_a_refusal_need_no_second_call(by, call, outcome):
    assert one(by, entry(call, outcome=outcome)).item.state == "unreached"
    call.refresh_from_db()
    assert call.outcome == outcome and call.done_at == NOW


def test_an_attempt_at_an_answered_entry_is_kept_and_changes_nothing(by, other, call):
    one(by, entry(call, AWAY))
    late = one(other, entry(call, n=2))
    assert (late.status, late.item.state, late.item.version) == ("taken", "done", 2)
    assert ContactRecord.objects.count() == 2


def test_two_different_answers_contest_each_other(by, other, call, wang):
    f.office(NEAR, line="health")
    one(by, entry(call, AWAY))
    second = one(other, entry(call, ILL, n=2))
    assert second.status == "conflict" and by.name in second.why
    call.refresh_from_db()
    assert (call.state, call.branch) == (CallState.CONTESTED, "away")
    assert syncing.answers_of(call.contact) == AWAY and syncing.answers_of(call.contested) == ILL
    assert not Fact.objects.filter(value="fever").exists()  # not before somebody decides
    assert FollowUp.objects.get().reason == "symptoms"  # but nobody ill waits
    third = one(by, entry(call, RETURNED, n=3, version=1))
    assert third.status == "conflict"
    call.refresh_from_db()
    assert syncing.answers_of(call.contested) == ILL and ContactRecord.objects.count() == 3
    assert one(other, entry(call, ILL, n=2)).status == "again"


def test_the_same_answer_from_two_telephones_is_no_conflict(by, other, call):
    one(by, entry(call, AWAY))
    agreed = one(other, entry(call, AWAY, n=2))
    assert (agreed.status, agreed.item.state) == ("taken", "done")
    assert ContactRecord.objects.count() == 2 and Fact.objects.count() == 3


def test_who_saw_the_answer_may_correct_it(by, call):
    one(by, entry(call, AWAY))
    call.refresh_from_db()
    corrected = one(by, entry(call, ILL, n=2))
    assert (corrected.status, corrected.item.branch, corrected.item.version) == ("taken", "symptoms", 3)
    assert ContactRecord.objects.count() == 2


def test_one_bad_entry_loses_no_other(by, call, county, data, village):
    second = item(call.campaign, person(f.actor(county), data, name="李测试"), village)
    good, bad = entry(second, AWAY, n=2), entry(call, {**AWAY, "symptoms": "plague"})
    results = send(by, "text", bad, {"key": "x"}, good, entry(call, {"where": "away"}, n=5), None)
    assert [each.status for each in results] == ["refused"] * 3 + ["taken"] + ["refused"] * 2
    assert "plague" in results[1].why and results[1].item == call
    assert "no answer yet" in results[4].why
    assert CallItem.objects.get(pk=call.pk).state == "waiting"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"key": 7}, "8 to 80"), ({"key": "a b\u0007cdefg"}, "8 to 80"), ({"item": "1"}, "whole number"),
        ({"version": True}, "whole number"), ({"outcome": "maybe"}, "no outcome"),
        ({"answers": ["a"]}, "maps questions"),
        ({"note": "x" * 1001}, "at most 1000"), ({"note": "\x00"}, "at most 1000"), ({"at": "soon"}, "a moment"),
        ({"at": "2020-13-01T00:00"}, "a moment"), ({"outcome": "wrong", "answers": AWAY}, "Nobody was spoken with"),
        ({"answers": {**RETURNED, "came": "2020-03-01"}}, "future"), ({"item": 2**62}, "on no list of yours"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_the_reason(by, call, more, said):
    result = one(by, entry(call, AWAY) | more)
    assert result.status == "refused" and said in result.why
    assert not ContactRecord.objects.exists() and not Fact.objects.exists()


def test_a_clock_that_runs_wrong_is_set_right(by, call):
    one(by, entry(call, at="2031-01-01T00:00:00+08:00"))
    assert ContactRecord.objects.get().at == NOW
    one(by, entry(call, n=2, at="1970-01-01T00:00:00"))
    assert ContactRecord.objects.latest("pk").at == f.NOW


def test_an_answer_from_before_the_end_is_taken_after_it(by, call):
    call.campaign.closed_at, call.campaign.state = at(9) + timedelta(minutes=30), "closed"
    call.campaign.save()
    late = one(by, entry(call, AWAY, at=at(10).isoformat()))
    assert late.status == "refused" and "closed" in late.why
    assert one(by, entry(call, AWAY, n=2)).status == "taken"


def test_off_the_list_stays_off_the_list_and_the_answer_is_kept(by, call):
    CallItem.objects.update(state="dropped", version=2)
    result = one(by, entry(call, AWAY))
    assert (result.status, result.item.state) == ("taken", "dropped")
    assert Fact.objects.count() == 3


def test_an_answer_about_a_record_merged_meanwhile_counts_for_the_person(by, county, data, call, wang):
    kept = person(f.actor(county), data, name="王测试", birth=date(1980, 5, 15))
    pair = PossibleDuplicate.objects.create(kept=wang, other=kept, area_code=VILLAGE, keys=[], found_at=NOW)
    actions.merge(pair=pair, keep=kept, by=f.actor(county), at=NOW)
    assert one(by, entry(call, AWAY)).status == "taken"
    assert set(Fact.objects.values_list("person", flat=True)) == {kept.pk}


def test_nobody_answers_for_another_area(call):
    far = f.actor(f.office(FAR_VILLAGE), "caller")
    result = one(far, entry(call, AWAY))
    assert (result.status, result.item) == ("refused", None)
    assert syncing.sync(entries=[entry(call, AWAY)], by=far, at=NOW)[0].status == "refused"
    with pytest.raises(NotAllowed):
        send(f.actor(f.office(FAR), "auditor"), entry(call, AWAY))


def test_a_batch_has_a_limit(by, call):
    with pytest.raises(Refused, match="200"):
        send(by, *[entry(call, n=n) for n in range(201)])


# --- a whole batch ---------------------------------------------------------------------------------------------------


@pytest.fixture
def many(county, village, data):
    """So many entries of a round, everything in force that an answer can call for."""
    hit(county)
    rule(county, "home")
    for occasion in ("returned", "away", "isolated", "symptoms"):
        template(county, occasion=occasion)
    f.office(NEAR, line="health")
    of, n = campaign(county, data), count(1)

    def make(entries):
        people = [
            person(f.actor(county), data, name=f"甲{k}", work_area="420100000000", phones=(f"138{k:08d}",))
            for k in (next(n) for _ in range(entries))
        ]
        return [item(of, who, village) for who in people]

    return make


def mixed(rows):
    return [entry(row, (RETURNED, AWAY, ILL)[k % 3], n=k) for k, row in enumerate(rows)]


def told_of(rows):
    """Everything that is kept of some entries, without what differs by nature."""
    people = [row.person_id for row in rows]
    return {
        "states": [row.state for row in CallItem.objects.filter(pk__in=[r.pk for r in rows]).order_by("pk")],
        "facts": sorted(Fact.objects.filter(person__in=people).values_list("kind", "value", "on", "at")),
        "isolations": sorted(Isolation.objects.filter(person__in=people).values_list("starts_on", "ends_on", "rule")),
        "messages": sorted(
            PersonMessage.objects.filter(person__in=people).values_list("occasion", "template", "state")
        ),
        "follow_ups": FollowUp.objects.filter(person__in=people, issue__isnull=False).count(),
        "events": sorted(Event.objects.filter(pk__gt=told_of.since).values_list("verb", "office_id_at", "area_code")),
    }  # fmt: skip


def test_a_batch_leaves_what_single_answers_leave(by, many):
    together, apart = many(6), many(6)
    told_of.since = Event.objects.latest("pk").pk
    assert {each.status for each in send(by, *mixed(together))} == {"taken"}
    first = told_of(together)
    told_of.since = Event.objects.latest("pk").pk
    for each in mixed(apart):
        one(by, each)
    assert told_of(apart) == first
    verbs = [verb for verb, *_rest in first["events"]]
    assert verbs.count("call.answer") == 6 and verbs.count("isolation.open") == first["follow_ups"] == 2


def test_a_further_answer_of_a_batch_costs_few_queries(by, many):
    def queries(entries):
        sent = mixed(many(entries))
        with CaptureQueriesContext(connection) as seen:
            send(by, *sent)
        return len(seen)

    assert (queries(12) - queries(6)) / 6 <= MOST_QUERIES


def test_events_of_an_effect_that_is_refused_are_not_kept(by, many, monkeypatch):
    (row,) = many(1)

    def refuse(**given):
        record("isolation.open", by=by, at=NOW)
        raise Refused("not today")

    monkeypatch.setattr("chunfeng.people.actions.effects.place", refuse)
    assert one(by, entry(row, RETURNED)).why == "not today"
    assert not Event.objects.filter(verb="isolation.open").exists()
    assert Event.objects.filter(verb="call.answer").count() == 1
