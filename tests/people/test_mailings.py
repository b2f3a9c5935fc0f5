"""A message to many: counted, confirmed with that number, written in batches that can be cut off anywhere."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import actions
from chunfeng.people.actions import mailings, messaging
from chunfeng.people.models import CallItem, Mailing, PersonMessage
from chunfeng.people.queries import messages, selecting
from tests import factories as f
from tests.builder import Builder
from tests.people.builders import FAR_VILLAGE, NEAR, VILLAGE, dataset, person
from tests.people.writing import template

pytestmark = pytest.mark.django_db
SEA, SEA_TOWN = "440000000000", "440300000000"


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
def people(by, county):
    held = dataset(county)
    made = [person(by, held, name=f"测{n}", phones=(f"138{n:08}",) if n < 6 else ()) for n in range(7)]
    for each in made[:3]:
        say(each, "intention", "leaves", by, SEA_TOWN)
    return made


def say(person, kind, value, by, place="", on=date(2020, 1, 20)):
    actions.state_fact(
        person=person, kind=kind, value=value, said="self", on=on, place=place, by=by, at=f.NOW
    )


def draft(by, occasion="travel", **more):
    return actions.draft_mailing(occasion=occasion, by=by, at=f.NOW, **({"chosen": {}} | more))


def confirm(row, by, expected=None):
    return actions.confirm_mailing(mailing=row, expected=expected or row.expected, by=by, at=f.NOW)


def test_travel_advice_by_each_ones_own_destination(by, county, people):
    template(county, "一般", occasion="travel")
    template(county, "去{destination}先问社区", occasion="travel", destination=SEA)
    row = draft(by)
    assert row.expected == 7 and messages.prospect(by, row, date(2020, 2, 1)) == messages.Prospect(7, 6, 0)
    assert actions.run_mailings(now=f.NOW) == 0 and not PersonMessage.objects.exists()
    confirm(row, by)
    assert actions.run_mailings(now=f.NOW) == 7 and actions.run_mailings(now=f.NOW) == 0
    row.refresh_from_db()
    assert row.state == "done" and row.counts == {"new": 6, "no_address": 1}
    texts = [str(m.text) for m in PersonMessage.objects.order_by("person") if m.state == "queued"]
    assert sum(text.startswith("去") for text in texts) == 3 and sum(text == "一般" for text in texts) == 3


def test_cut_off_anywhere_it_goes_on_and_writes_each_once(by, county, people, monkeypatch):
    template(county, occasion="travel")
    monkeypatch.setattr(mailings, "BATCH", 2)
    row = confirm(draft(by), by)
    whole = mailings.queue_all
    calls = iter([True, False, True, False, True, True, True])

    def broken(**more):
        made = whole(**more)
        if not next(calls):
            raise ConnectionError("cut off")
        return made

    monkeypatch.setattr(mailings, "queue_all", broken)
    for _attempt in range(2):
        with pytest.raises(ConnectionError):
            mailings.run_mailing(row.pk, f.NOW)
    mailings.run_mailing(row.pk, f.NOW)
    row.refresh_from_db()
    assert (row.state, sum(row.counts.values())) == ("done", 7)
    assert (
        PersonMessage.objects.count() == 7 == len(set(PersonMessage.objects.values_list("person", flat=True)))
    )


def test_the_number_that_was_seen_is_the_one_that_counts(by, county, people):
    template(county, occasion="travel")
    row = draft(by, chosen={"fact_kind": "intention", "fact_value": "leaves"})
    assert row.expected == 3
    say(people[0], "intention", "stays", by, on=date(2020, 1, 25))
    with pytest.raises(Refused, match="2 people are meant, not 3"):
        confirm(row, by)
    assert confirm(row, by, 2).expected == 2 and confirm(row, by, 2).state == "running"


def test_given_up_it_writes_nothing_more(by, county, people):
    template(county, occasion="travel")
    row = draft(by)
    actions.drop_mailing(mailing=row, by=by, at=f.NOW)
    with pytest.raises(Refused, match="given up"):
        confirm(row, by)
    assert actions.run_mailings(now=f.NOW) == 0


def test_what_is_refused_before_anything_is_counted(by, county, people):
    with pytest.raises(Refused, match="No template"):
        draft(by)
    template(county, occasion="travel")
    for chosen, said in [({"fact_kind": "job"}, "Choose both"), ({"destination": "there"}, "Check the code")]:
        with pytest.raises(Refused, match=said):
            draft(by, chosen=chosen)
    with pytest.raises(Refused, match="Nobody"):
        draft(by, chosen={"categories": ["student"]})
    with pytest.raises(NotAllowed):
        draft(f.actor(county, "caller"))
    row = draft(by)
    with pytest.raises(NotAllowed):
        confirm(row, f.actor(f.office(NEAR)))
    assert Mailing.objects.get().state == "draft"


def test_parents_are_written_to_at_their_own_number(by, county, people):
    template(county, "家长您好：{note}", occasion="student")
    actions.set_address(
        person=people[0], channel="sms", whose="family", address="13900000000", by=by, at=f.NOW
    )
    row = confirm(draft(by, "student", whose="family", matter="推迟开学"), by)
    actions.run_mailings(now=f.NOW)
    (made,) = PersonMessage.objects.filter(state="queued")
    assert (made.address, made.text, made.whose) == ("13900000000", "家长您好：推迟开学", "family")
    row.refresh_from_db()
    assert row.counts == {"new": 1, "no_address": 6}


def test_who_is_chosen(by, county, people):
    def chosen(**conditions):
        rows = selecting.selected(by, conditions, date(2020, 2, 1)).order_by("pk")
        return [people.index(each) for each in rows]

    assert chosen() == [0, 1, 2, 3, 4, 5, 6]
    assert chosen(destination=SEA) == [0, 1, 2] and chosen(destination=FAR_VILLAGE) == []
    say(people[1], "intention", "undecided", by, on=date(2020, 1, 21))
    assert chosen(destination=SEA) == [0, 2]
    builder = Builder(VILLAGE)
    item = builder.new(CallItem, person=people[3], state="unreached")
    builder.new(CallItem, person=people[2], state="done")
    assert chosen(unreached_of=item.campaign_id) == [3]


def test_a_batch_is_small_enough_for_one_transaction():
    assert messaging.BATCH <= 1000
