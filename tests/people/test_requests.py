"""Requests about own data: a day of answer from one dated rule, answered once, deletion through the erasing itself."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.people import rulebook
from chunfeng.people.actions import requests
from chunfeng.people.models import DataRequest, Person
from chunfeng.people.queries import requests as queries
from tests import factories as f
from tests.people.builders import FAR, NEAR, dataset, person

pytestmark = pytest.mark.django_db


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
    return person(by, dataset(county, by_duty=False))


def ask(row, by, kind="copy", asked="想要一份自己的信息", **more):
    return requests.ask(person=row, kind=kind, asked=asked, checked="当面核对身份证", by=by, at=f.NOW, **more)


def test_a_request_has_a_day_and_is_answered_once(by, wang):
    made = ask(wang, by, asked_on=date(2020, 1, 20))
    assert made.due_on == date(2020, 2, 4) and ask(wang, by, asked_on=date(2020, 1, 20)) == made
    late = ask(wang, by, "correction", "姓名写错", asked_on=date(2020, 1, 10))
    assert list(queries.requests(by)) == [late, made]
    assert queries.open_counts(by, date(2020, 2, 1)) == (2, 1)
    for _twice in range(2):
        done = requests.answer(request=late, met=True, words="已更正", by=by, at=f.NOW)
    assert done.state == "met" and list(queries.requests(by)) == [made, late]
    with pytest.raises(Refused, match="already"):
        requests.answer(request=late, met=False, words="不行", by=by, at=f.NOW)
    with pytest.raises(Refused, match="empty"):
        requests.answer(request=made, met=False, words="", by=by, at=f.NOW)


def test_a_deletion_is_met_by_deleting(by, wang):
    made = ask(wang, by, "deletion", "请删除")
    with pytest.raises(Refused, match="Delete the person"):
        requests.answer(request=made, met=True, words="删了", by=by, at=f.NOW)
    requests.meet_deletion(request=made, by=by, at=f.NOW)
    assert not Person.objects.exists() and not DataRequest.objects.exists()
    told = Event.objects.get(verb="data_request.answer")
    assert told.detail == {"kind": "deletion", "state": "met"} and told.object_id == str(made.pk)
    assert "当面核对身份证" in Event.objects.get(verb="person.erase").reason


def test_a_duty_keeps_the_data_and_the_request_open_until_it_is_declined(by, county):
    row = person(by, dataset(county))
    made = ask(row, by, "deletion", "请删除")
    with pytest.raises(Refused, match="duty"):
        requests.meet_deletion(request=made, by=by, at=f.NOW)
    made.refresh_from_db()
    assert made.state == "open" and not Event.objects.filter(verb="data_request.answer").exists()
    assert (
        requests.answer(request=made, met=False, words="依法保存至年底", by=by, at=f.NOW).state == "declined"
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [({"kind": "song"}, "Choose"), ({"asked": " "}, "empty"), ({"asked_on": date(2020, 2, 2)}, "future")],
)
def test_what_is_refused(by, wang, more, said):
    with pytest.raises(Refused, match=said):
        ask(wang, by, **more)


def test_only_where_the_request_was_made(by, wang):
    made = ask(wang, by)
    far = f.actor(f.office(FAR))
    assert queries.request(far, made.pk) is None
    with pytest.raises(NotAllowed):
        requests.answer(request=made, met=True, words="好", by=far, at=f.NOW)


def test_the_term_is_dated_and_says_that_it_is_unverified():
    old, new = rulebook.term(date(2020, 2, 1)), rulebook.term(date(2022, 1, 1))
    assert "网络安全法" in old.source and "个人信息保护法" in new.source and not new.verified
    assert rulebook.term(date(2000, 1, 1)) == old
