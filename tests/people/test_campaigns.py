"""Rounds of calls: who is chosen, how the list is shared, handed on, gone through again, decided and closed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.actions import call_lists, campaigns, deciding, syncing
from chunfeng.people.models import CallItem, Campaign, ContactRecord, Fact
from chunfeng.people.queries import callers as calling
from chunfeng.people.queries import choosing
from chunfeng.people.queries.choosing import Chosen
from chunfeng.people.scripts import library
from tests import factories as f
from tests.people.builders import FAR, FAR_VILLAGE, NEAR, VILLAGE, dataset, person
from tests.people.calling import AWAY, ILL, RETURNED, at, campaign, entry, item
from tests.people.isolating import HIT_CITY, hit

pytestmark = pytest.mark.django_db
TOWN, NEXT = "220184100000", "220184100202"
OTHER_TOWN = "220184101201"
NOW = f.NOW
SOURCE = "测人社发〔2020〕1号 第一条"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def data(county):
    return dataset(county)


@pytest.fixture
def enter(by, data):
    """Somebody new, in a village."""

    def add(village: str = VILLAGE, **values: Any):
        n = add.n = getattr(add, "n", 0) + 1
        return person(by, data, name="王" + "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"[n % 20], area_code=village,
                      phones=values.pop("phones", (f"138{n:08d}",)), **values)  # fmt: skip

    return add


def make(by, data, **more) -> Campaign:
    values = {
        "name": "返乡摸排",
        "script": library.script("returnee-call"),
        "chosen": {},
        "dataset": data,
        "source": SOURCE,
        "target_on": date(2020, 2, 10),
    }
    return campaigns.make_campaign(**(values | more), by=by, at=NOW)


def caller(village: str, office=None):
    """A caller's posting at a new office of the village."""
    return f.posting(office or f.office(village), "caller")


# --- making ---------------------------------------------------------------------------------------------------------


def test_a_round_is_prepared_with_its_clause(by, data, county):
    made = make(by, data, chosen={"home": TOWN, "categories": ["returning"]})
    assert (made.state, made.office, made.area_code, made.kind) == ("draft", county, NEAR, "call")
    assert made.script["code"] == "returnee-call"
    assert choosing.load(made.chosen) == Chosen(home=TOWN, categories=("returning",))
    assert make(by, data, chosen={"home": TOWN, "categories": ["returning"]}) == made
    with pytest.raises(Refused, match="already"):
        make(by, data)
    assert Event.objects.filter(verb="campaign.make").count() == 1


def test_the_clause_of_a_notice_speaks_for_itself(by, data, county):
    clause = f.notice(county).clauses.get()
    made = make(by, data, source="", clause=clause)
    assert made.clause == clause and made.source == f"{clause.notice.number} 一"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"source": ""}, "clause"), ({"name": " "}, "name"), ({"target_on": date(2020, 1, 1)}, "has passed"),
        ({"most_attempts": 0}, "attempts"), ({"retry_hours": 999}, "attempts"),
        ({"script": library.script("traveller")}, "calls or visits"),
        ({"chosen": {"home": FAR}}, "outside your own"), ({"chosen": {"home": "x"}}, "Check the code"),
        ({"chosen": {"categories": ["king"]}}, "categories"), ({"chosen": {"fact_kind": "return"}}, "Choose both"),
        ({"chosen": {"fact_kind": "return", "fact_value": "fever"}}, "says nothing about"),
        ({"chosen": {"silent_since": date(2020, 5, 1)}}, "future"), ({"chosen": {"dataset": 999_999}}, "dataset"),
        ({"chosen": {"unreached_of": 999_999}}, "other round"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(by, data, more, said):
    with pytest.raises(Refused, match=said):
        make(by, data, **more)
    assert not Campaign.objects.exists()


def test_only_the_desk_runs_rounds(county, data):
    with pytest.raises(NotAllowed):
        make(f.actor(county, "caller"), data)


def test_a_draft_can_be_changed_a_started_round_not(by, data, enter):
    enter()
    made = make(by, data)
    values = {"script": library.script("away-comfort-call"), "chosen": {"home": TOWN}, "dataset": data,
              "source": SOURCE, "target_on": date(2020, 2, 11), "name": "安抚"}  # fmt: skip
    changed = campaigns.change_campaign(campaign=made, **values, by=by, at=NOW)
    assert (changed.name, changed.script["code"], changed.chosen) == (
        "安抚",
        "away-comfort-call",
        {"home": TOWN},
    )
    campaigns.start_campaign(campaign=made, by=by, at=NOW)
    with pytest.raises(Refused, match="has begun"):
        campaigns.change_campaign(campaign=made, **values, by=by, at=NOW)


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(by, data, county, enter):
    """Everybody fits one filter only."""
    hit(county)
    people = {
        "next": enter(NEXT),
        "worker": enter(work_area=HIT_CITY),
        "guest": enter(FAR_VILLAGE, current_area=VILLAGE),
        "returning": enter(),
        "away": enter(),
        "maker": enter(employer="演示电子装配厂"),
        "spoken": enter(),
        "missed": enter(),
    }
    actions.set_category(
        person=people["returning"], category="returning", valid_from=date(2020, 1, 1), by=by, at=NOW
    )
    for value, day in (("returned", 20), ("away", 31)):
        actions.state_fact(person=people["away"], kind="return", value=value, said="self", on=date(2020, 1, day),
                           by=by, at=NOW)  # fmt: skip
    actions.record_contact(person=people["spoken"], kind="call", key="spoken-1", by=by, at=NOW)
    other = campaign(county, data, name="上一轮")
    item(other, people["missed"], county, state="unreached")
    item(other, people["worker"], county, state="done")
    return people | {"other": other}


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"home": NEXT}, {"next"}), ({"work": "affected"}, {"worker"}), ({"work": "420000000000"}, {"worker"}),
        ({"current": VILLAGE}, {"guest"}), ({"current": "affected"}, set()),
        ({"categories": ["returning", "trader"]}, {"returning"}),
        ({"fact_kind": "return", "fact_value": "away"}, {"away"}),
        ({"fact_kind": "return", "fact_value": "returned"}, set()),
        ({"employer": "电子"}, {"maker"}), ({"unreached_of": "other"}, {"missed"}),
        ({"silent_since": date(2020, 1, 30)}, {"next", "worker", "guest", "returning", "away", "maker", "missed"}),
        ({"fact_kind": "return", "fact_value": "none"},
         {"next", "worker", "guest", "returning", "maker", "spoken", "missed"}),
        ({"home": TOWN, "employer": "电子", "categories": ["returning"]}, set()),
    ],
)  # fmt: skip
def test_each_entry_of_the_filter_narrows(by, crowd, chosen, found):
    given = {key: crowd["other"].pk if value == "other" else value for key, value in chosen.items()}
    rows = choosing.who(
        by, Chosen(**{**given, "categories": tuple(given.get("categories", ()))}), date(2020, 2, 1)
    )
    names = {key for key, row in crowd.items() if key != "other" and row in set(rows)}
    assert names == found
    with scope.applied(by):
        assert choosing.preview(rows).total == len(found)


def test_the_preview_counts_by_village_and_names_those_without_a_phone(by, crowd, enter):
    enter(phones=())
    with CaptureQueriesContext(connection) as taken:
        shown = choosing.preview(choosing.who(by, Chosen(), date(2020, 2, 1)))
    assert len(taken) == 1
    assert (shown.total, shown.without_phone) == (9, 1)
    assert shown.villages == [(VILLAGE, 8), (NEXT, 1)]  # the guest is called where they are


def test_a_filter_reads_as_it_was_written():
    full = Chosen(
        TOWN, "affected", HIT_CITY, ("poor", "student"), 7, "return", "none", "厂", date(2020, 2, 1), 9
    )
    assert choosing.load(full.dump()) == full
    assert choosing.load({}) == Chosen() and Chosen().dump() == {}


# --- the list -------------------------------------------------------------------------------------------------------


def listed(made: Campaign) -> dict[Any, int]:
    counts: dict[Any, int] = {}
    for row in CallItem.objects.filter(campaign=made):
        key = (row.area_code, row.office_id, row.caller_id)
        counts[key] = counts.get(key, 0) + 1
    return counts


def test_everybody_goes_to_the_nearest_office_and_evenly_to_its_callers(by, data, county, enter):
    village = f.office(VILLAGE)
    first, second = caller(VILLAGE, village), caller(VILLAGE, village)
    town = caller(TOWN)
    desk = caller(NEAR, county)
    for _n in range(5):
        enter(VILLAGE)
    enter(NEXT), enter(NEXT), enter(OTHER_TOWN)
    made = make(by, data)
    with scope.applied(by):
        started = campaigns.start_campaign(
            campaign=made, callers=[p.user_id for p in (first, second, town, desk)], by=by, at=NOW
        )
    assert (started.state, started.started_at) == ("running", NOW)
    assert listed(made) == {
        (VILLAGE, village.pk, first.user_id): 3,
        (VILLAGE, village.pk, second.user_id): 2,
        (NEXT, town.office_id, town.user_id): 2,
        (OTHER_TOWN, county.pk, desk.user_id): 1,
    }
    assert campaigns.start_campaign(campaign=made, by=by, at=NOW) == made
    assert CallItem.objects.count() == 8
    assert set(CallItem.objects.values_list("state", "round", "attempts", "version", "branch")) == {
        ("waiting", 1, 0, 1, "")
    }


def test_without_callers_the_nearest_office_that_calls_has_the_entries(by, data, county, enter):
    posted = caller(VILLAGE)
    enter(VILLAGE), enter(OTHER_TOWN)
    made = make(by, data)
    campaigns.start_campaign(campaign=made, by=by, at=NOW)
    assert listed(made) == {(VILLAGE, posted.office_id, None): 1, (OTHER_TOWN, county.pk, None): 1}


def test_a_village_without_any_caller_stays_with_the_office_that_asks(by, data, county, enter):
    posted = caller(VILLAGE)
    enter(VILLAGE), enter(OTHER_TOWN)
    made = make(by, data)
    campaigns.start_campaign(campaign=made, callers=[posted.user_id], by=by, at=NOW)
    assert listed(made) == {(VILLAGE, posted.office_id, posted.user_id): 1, (OTHER_TOWN, county.pk, None): 1}


def test_a_household_is_called_by_one_caller(by, data, enter):
    village = f.office(VILLAGE)
    postings = [caller(VILLAGE, village) for _n in range(2)]
    for n in range(8):
        enter(VILLAGE, household_number=f"{n % 2}")
    made = make(by, data)
    campaigns.start_campaign(campaign=made, callers=[p.user_id for p in postings], by=by, at=NOW)
    homes: dict[int, set[int]] = {}
    for row in CallItem.objects.select_related("person"):
        homes.setdefault(row.person.household_id, set()).add(row.caller_id)
    assert [len(seen) for seen in homes.values()] == [1, 1]


def test_nobody_is_refused_and_a_caller_from_elsewhere_too(by, data, enter):
    with pytest.raises(Refused, match="nobody"):
        campaigns.start_campaign(campaign=make(by, data), by=by, at=NOW)
    assert Campaign.objects.get().state == "draft"
    enter()
    with pytest.raises(Refused, match="callers"):
        campaigns.start_campaign(
            campaign=Campaign.objects.get(), callers=[caller(FAR_VILLAGE).user_id], by=by, at=NOW
        )
    with pytest.raises(Refused, match="has passed"):
        campaigns.start_campaign(campaign=Campaign.objects.get(), by=by, at=NOW + timedelta(days=30))


def test_the_list_takes_as_many_statements_for_many_as_for_few(by, data, enter):
    counts = []
    for n in range(2):
        for _each in range(1 + 4 * n):
            enter()
        made = make(by, data, name=f"轮{n}")
        with CaptureQueriesContext(connection) as taken:
            campaigns.start_campaign(campaign=made, by=by, at=NOW)
        counts.append(len(taken))
    assert counts[0] == counts[1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(0, 6), min_size=1, max_size=4), seats=st.integers(1, 4))
def test_shares_are_even_whatever_the_numbers(sizes, seats):
    from django.db import transaction

    with transaction.atomic():
        county = f.office(NEAR)
        by, data, office = f.actor(county), dataset(county), f.office(TOWN)
        users = [f.posting(office, "caller").user_id for _seat in range(seats)]
        for n, size in enumerate(sizes):
            for m in range(size):
                person(by, data, name=f"王{'甲乙丙丁'[n]}{'甲乙丙丁戊己'[m]}", area_code=f"22018410020{n + 1}",
                       phones=(f"139{n:04d}{m:04d}",))  # fmt: skip
        made = make(by, data)
        if sum(sizes):
            campaigns.start_campaign(campaign=made, callers=users, by=by, at=NOW)
            taken = [CallItem.objects.filter(caller=user).count() for user in users]
            assert sum(taken) == sum(sizes) and max(taken) - min(taken) <= 1
        transaction.set_rollback(True)


# --- under way ------------------------------------------------------------------------------------------------------


@pytest.fixture
def running(by, data, enter):
    """A round of four people in two villages, each with its caller."""
    postings = {code: caller(code) for code in (VILLAGE, NEXT)}
    for code in (VILLAGE, VILLAGE, VILLAGE, NEXT):
        enter(code)
    made = make(by, data)
    campaigns.start_campaign(campaign=made, callers=[p.user_id for p in postings.values()], by=by, at=NOW)
    made.refresh_from_db()
    return made


def test_people_who_came_later_are_added_and_shared_alike(by, running, enter):
    late, other = enter(NEXT), enter(OTHER_TOWN)
    assert call_lists.add_people(campaign=running, people=[other.pk], by=by, at=NOW) == 1
    assert call_lists.add_people(campaign=running, by=by, at=NOW) == 1
    assert call_lists.add_people(campaign=running, by=by, at=NOW) == 0
    assert (
        CallItem.objects.get(person=late).caller_id
        == CallItem.objects.filter(area_code=NEXT).first().caller_id
    )
    assert CallItem.objects.get(person=other).caller_id is None


def test_entries_are_handed_on(by, running, county):
    town = f.posting(f.office(TOWN), "caller")
    one = CallItem.objects.filter(area_code=NEXT).get()
    one.state = "done"
    one.save()
    assert (
        call_lists.reassign(campaign=running, to=town.user_id, area=TOWN, by=by, at=NOW) == 3
    )  # not the answered one
    moved = CallItem.objects.filter(area_code=VILLAGE)
    assert set(moved.values_list("caller", "office", "version")) == {(town.user_id, town.office_id, 1)}
    last = moved.last()
    assert call_lists.reassign(campaign=running, to=None, items=[last.pk], by=by, at=NOW) == 1
    assert call_lists.reassign(campaign=running, to=town.user_id, from_caller=0, by=by, at=NOW) == 1
    with pytest.raises(Refused, match="Say which"):
        call_lists.reassign(campaign=running, to=None, by=by, at=NOW)
    with pytest.raises(Refused, match="no posting"):
        call_lists.reassign(
            campaign=running, to=f.posting(f.office(FAR), "caller").user_id, area=TOWN, by=by, at=NOW
        )
    with pytest.raises(Refused, match="No open entry"):
        call_lists.reassign(campaign=running, to=None, area=OTHER_TOWN, by=by, at=NOW)


def test_one_is_taken_off_with_a_reason(by, running):
    one = CallItem.objects.first()
    with pytest.raises(Refused, match="reason"):
        call_lists.drop_item(item=one, reason=" ", by=by, at=NOW)
    dropped = call_lists.drop_item(item=one, reason="已去世", by=by, at=NOW)
    assert (dropped.state, dropped.why, dropped.version) == ("dropped", "已去世", 2)
    assert call_lists.drop_item(item=one, reason="再点一次", by=by, at=NOW).why == "已去世"
    other = CallItem.objects.last()
    CallItem.objects.filter(pk=other.pk).update(state="done")
    with pytest.raises(Refused, match="has answered"):
        call_lists.drop_item(item=other, reason="x", by=by, at=NOW)


def test_a_second_round_calls_those_not_reached(by, running):
    first, second, third, _fourth = CallItem.objects.order_by("pk")
    worker = f.actor(f.office(VILLAGE), "caller")
    for row, outcomes in ((first, ["no_answer"] * 3), (second, ["wrong"]), (third, ["refused"])):
        for n, outcome in enumerate(outcomes):
            syncing.sync(entries=[entry(row, n=n, outcome=outcome)], by=worker, at=at(10))
    assert CallItem.objects.filter(state="unreached").count() == 3
    assert campaigns.second_round(campaign=running, by=by, at=at(12)) == 2
    first.refresh_from_db()
    running.refresh_from_db()
    assert (first.state, first.attempts, first.round, first.next_at, first.outcome) == (
        "waiting",
        0,
        2,
        None,
        "no_answer",
    )
    assert running.round == 2 and first.contacts.count() == 3
    third.refresh_from_db()
    assert (third.state, third.round) == ("unreached", 1)
    with pytest.raises(Refused, match="empty"):
        campaigns.second_round(campaign=running, by=by, at=at(12))
    assert campaigns.second_round(campaign=running, outcomes=["refused"], by=by, at=at(12)) == 1


def test_a_closed_round_takes_no_more_people(by, running):
    closed = campaigns.close_campaign(campaign=running, by=by, at=at(5))
    assert (closed.state, closed.closed_at) == ("closed", at(5))
    assert campaigns.close_campaign(campaign=running, by=by, at=at(6)).closed_at == at(5)
    for act in (call_lists.add_people, campaigns.second_round, campaigns.start_campaign):
        with pytest.raises(Refused):
            act(campaign=running, by=by, at=at(7))


def test_another_area_runs_nothing_here(running, county):
    far = f.actor(f.office(FAR))
    town = f.actor(f.office(TOWN))
    for by in (far, town):
        for act in (
            campaigns.start_campaign,
            campaigns.close_campaign,
            campaigns.second_round,
            call_lists.add_people,
        ):
            with pytest.raises(NotAllowed):
                act(campaign=running, by=by, at=NOW)
    with pytest.raises(Refused, match="No open entry"):
        call_lists.reassign(campaign=running, to=None, area=VILLAGE, by=far, at=NOW)
    with pytest.raises(NotAllowed):
        call_lists.drop_item(item=CallItem.objects.first(), reason="x", by=far, at=NOW)
    with scope.applied(far):
        assert not Campaign.objects.exists() and not CallItem.objects.exists()
    with scope.applied(town):  # the township sees the round of its county, and its own entries
        assert Campaign.objects.exists() and CallItem.objects.count() == 4


# --- two answers ----------------------------------------------------------------------------------------------------


@pytest.fixture
def contested(by, running):
    row = CallItem.objects.filter(area_code=VILLAGE).first()
    office = f.office(VILLAGE)
    for n, answers in enumerate((AWAY, ILL)):
        syncing.sync(entries=[entry(row, answers, n=n)], by=f.actor(office, "caller"), at=at(10))
    row.refresh_from_db()
    assert row.state == "contested"
    return row


def decide(row, contact, by, **more):
    values = {"version": row.version, "reason": "回访本人核实"}
    return deciding.decide(item=row, contact=contact, **(values | more), by=by, at=at(11))


def test_the_first_answer_can_stand(by, contested):
    stated = Fact.objects.count()
    done = decide(contested, contested.contact, by)
    assert (done.state, done.branch, done.contested) == ("done", "away", None)
    assert Fact.objects.count() == stated and ContactRecord.objects.count() == 2
    assert decide(contested, contested.contact, by) == done


def test_the_second_answer_can_stand_with_everything_that_follows(by, contested):
    done = decide(contested, contested.contested, by)
    assert (done.state, done.branch, syncing.answers_of(done.contact)) == ("done", "symptoms", ILL)
    assert Fact.objects.filter(kind="symptoms", value="fever").count() == 1
    assert ContactRecord.objects.count() == 2
    assert Event.objects.get(verb="call.decide").reason == "回访本人核实"


def test_deciding_needs_a_reason_the_latest_look_and_one_of_the_answers(by, contested, county):
    with pytest.raises(Refused, match="reason"):
        decide(contested, contested.contact, by, reason="")
    with pytest.raises(NotAllowed):
        decide(contested, contested.contact, f.actor(county, "caller"))
    with pytest.raises(NotAllowed):
        decide(contested, contested.contact, f.actor(f.office(FAR)))
    syncing.sync(entries=[entry(contested, RETURNED, n=9, version=1)], by=by, at=at(10))
    with pytest.raises(Refused, match="further answer"):
        decide(contested, contested.contact, by)
    contested.refresh_from_db()
    third = ContactRecord.objects.latest("pk")
    stranger = ContactRecord.objects.create(person=contested.person, kind="visit", key="visit-123", area_code=VILLAGE,
                                            by_name="x", at=NOW, received_at=NOW)  # fmt: skip
    with pytest.raises(Refused, match="Choose one"):
        decide(contested, stranger, by)
    assert decide(contested, third, by).branch == "returned"
    with pytest.raises(Refused, match="Nothing is contested"):
        decide(contested, contested.contact, by)


def test_callers_are_those_posted_here_today(by, county):
    posted = caller(VILLAGE)
    f.posting(f.office(FAR_VILLAGE), "caller")
    f.posting(county, "auditor")
    f.posting(county, "caller", valid_to=date(2020, 1, 15))
    found = calling.callers(by, date(2020, 2, 1))
    assert {row.user_id for row in found if row.role == "caller"} == {posted.user_id}
