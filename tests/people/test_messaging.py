"""A message is written once, by the nearest template, and not to those who declined."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.actions.messaging import queue_all, queue_message
from chunfeng.people.models import OptOut, PersonMessage, PossibleDuplicate
from tests import factories as f
from tests.people.builders import CITY, FAR, NEAR, VILLAGE, dataset, person
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
    return f.actor(county, "caller")


@pytest.fixture
def wang(by, county):
    return person(by, dataset(county), phones=("04316222222", "13800000001"))


def ask(person, by, occasion="returned", dedupe="return:1", **more):
    return queue_message(person=person, occasion=occasion, dedupe=dedupe, by=by, at=f.NOW, **more)


def last():
    return Event.objects.filter(verb="message.queue").order_by("-pk").first().detail


def test_a_message_is_written_to_the_first_mobile_and_signed(by, wang, county):
    template(county)
    made = ask(wang, by)
    assert made.text == f"王测试您好，请居家观察。{county.name}12333"
    assert (made.address, made.state, made.channel) == ("13800000001", "queued", "console")
    assert last() == {"occasion": "returned", "new": 1}


def test_asked_again_it_is_the_same_message(by, wang, county):
    template(county)
    assert ask(wang, by) == ask(wang, by)
    assert ask(wang, by, dedupe="return:2").pk and PersonMessage.objects.count() == 2
    assert last() == {"occasion": "returned", "new": 1}


def test_without_a_template_nothing_is_written_and_the_trail_says_so(by, wang, county):
    template(f.office(FAR))
    template(county, valid_to=date(2020, 2, 1))
    template(county, occasion="away")
    assert ask(wang, by) is None and not PersonMessage.objects.exists()
    assert last() == {"occasion": "returned", "no_template": 1}


def test_without_a_number_the_row_says_so_and_is_written_once_there_is_one(by, county):
    template(county)
    li = person(by, dataset(county), name="李测试", phones=("04316222222",))
    assert ask(li, by) is None
    row = PersonMessage.objects.get()
    assert (row.state, row.text, row.address) == ("failed", "", "") and "No address" in row.error
    actions.set_phones(person=li, numbers=["13800000002"], by=by, at=f.NOW)
    assert ask(li, by) == row
    row.refresh_from_db()
    assert (row.state, row.address, row.error) == ("queued", "13800000002", "")


def test_nothing_goes_to_those_who_declined_the_channel(by, wang, county):
    template(county)
    OptOut.objects.create(person=wang, channel="sms", source="来电", by_name="测", at=f.NOW)
    assert ask(wang, by) is None
    row = PersonMessage.objects.get()
    assert (row.state, row.text) == ("declined", "")
    OptOut.objects.all().delete()
    assert ask(wang, by).state == "queued"


def test_a_placeholder_without_a_value_keeps_the_message_back(by, wang, county):
    template(county, "{name}，{release_on}解除。")
    assert ask(wang, by) is None and last()["incomplete"] == 1
    assert ask(wang, by, extra={"release_on": date(2020, 2, 15)}).text == "王测试，2020-02-15解除。"


def test_the_nearest_destination_wins_then_home_then_office_then_the_newest(by, wang, county):
    city = f.office(CITY)
    travel = {"occasion": "travel"}
    template(city, "市", **travel)
    template(county, "县", **travel)
    assert ask(wang, by, "travel", "t1").text == "县"
    template(city, "市：本村", home=VILLAGE, **travel)
    assert ask(wang, by, "travel", "t2").text == "市：本村"
    template(city, "市：去省", destination=SEA, **travel)
    assert ask(wang, by, "travel", "t3", destination=SEA_TOWN).text == "市：去省"
    template(city, "市：去市", destination=SEA_TOWN, valid_from=date(2020, 1, 5), **travel)
    template(city, "市：去市，新", destination=SEA_TOWN, valid_from=date(2020, 1, 9), **travel)
    assert ask(wang, by, "travel", "t4", destination=SEA_TOWN).text == "市：去市，新"
    assert ask(wang, by, "travel", "t5", destination="310000000000").text == "市：本村"


def test_travel_advice_follows_the_newest_word_about_the_destination(by, wang, county):
    template(county, "一般", occasion="travel")
    template(county, "去省", occasion="travel", destination=SEA)

    def says(value, place="", day=1):
        actions.state_fact(
            person=wang, kind="intention", value=value, said="self", on=date(2020, 1, day), place=place,
            by=by, at=f.NOW,
        )  # fmt: skip

    says("leaves", SEA_TOWN)
    assert ask(wang, by, "travel", "a").text == "去省"
    says("stays", day=2)
    assert ask(wang, by, "travel", "b").text == "一般"


def test_what_hangs_on_a_merged_record_counts(by, wang, county):
    template(county)
    first = ask(wang, by)
    other = person(by, dataset(county, name="二"), name="王测式", phones=("13800000001",))
    OptOut.objects.create(person=other, channel="email", source="来电", by_name="测", at=f.NOW)
    pair = PossibleDuplicate.objects.create(kept=wang, other=other, area_code=NEAR, found_at=f.NOW)
    actions.merge(pair=pair, keep=other, by=f.actor(county), at=f.NOW)
    wang.refresh_from_db()
    assert ask(wang, by) == first and ask(other, by) == first
    assert PersonMessage.objects.count() == 1


def test_many_people_cost_a_bounded_number_of_queries(by, county, django_assert_max_num_queries):
    template(county)
    held = dataset(county)
    people = [person(by, held, name=f"测{n}", phones=(f"1380000{n:04}",)) for n in range(30)]
    with django_assert_max_num_queries(16):
        written = queue_all(people=people, occasion="returned", dedupe="m", by=by, at=f.NOW)
    assert written.counts == {"new": 30} and len(written.messages) == 30


def test_who_may_and_whom_they_reach(wang, county):
    template(county)
    with pytest.raises(NotAllowed):
        ask(wang, f.actor(county, "auditor"))
    with pytest.raises((NotAllowed, Refused)):
        ask(wang, f.actor(f.office(FAR)))
    with scope.applied(SYSTEM):
        assert ask(wang, SYSTEM).text.startswith("王测试")


@pytest.mark.parametrize("how", [{"dedupe": ""}, {"occasion": "birthday"}, {"dedupe": "x" * 81}])
def test_callers_are_told_of_their_mistakes(by, wang, how):
    with pytest.raises(ValueError):
        ask(wang, by, **how)
