"""A fever at an enterprise: every step once, in any order, and nothing about the person on its way up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import fever
from chunfeng.people.models import FellowWorker, FeverCase, FollowUp, Isolation
from chunfeng.people.queries import fever as queries
from chunfeng.reporting.models import Situation
from tests import factories as f
from tests.people.builders import CITY, FAR, NEAR, dataset, person
from tests.people.isolating import rule

pytestmark = pytest.mark.django_db
FIRM = "演示电子装配厂"


@pytest.fixture
def county():
    f.office(CITY)
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def into(county):
    return dataset(county)


@pytest.fixture
def wang(by, into):
    return person(by, into, name="王发热", employer=FIRM, work_area=NEAR)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def found(who, by, **more):
    given = {"employer": FIRM, "found_at": f.NOW, "temperature": "38.4"} | more
    return fever.open_case(person=who, by=by, at=f.NOW, **given)


def test_the_steps_of_a_case(county, by, wang):
    rule(county, "hospital", exposure="none", symptoms=True)
    with scope.applied(by):
        case = found(wang, by)
        assert found(wang, by) == case
        assert [each.done for each in queries.checklist(case)] == [None] * 5
        fever.isolate(case=case, place="厂区临时隔离间", by=by, at=f.NOW)
        fever.send_to_hospital(case=case, hospital="市传染病医院", by=by, at=f.NOW)
        fever.report(case=case, by=by, at=f.NOW)
        fever.list_fellows(case=case, by=by, at=f.NOW)
        fever.close_case(case=case, outcome="普通感冒", by=by, at=f.NOW)
        for act in (fever.isolate, fever.report):
            act(case=case, by=by, at=f.NOW)
        fever.send_to_hospital(case=case, hospital="市传染病医院", by=by, at=f.NOW)
        assert all(each.done for each in queries.checklist(FeverCase.objects.get()))
    case = FeverCase.objects.get()
    assert (case.hospital, case.outcome, case.steps.count()) == ("市传染病医院", "普通感冒", 5)
    assert Isolation.objects.get().placement == "hospital" and FollowUp.objects.get().reason == "symptoms"
    assert Situation.objects.count() == 1


def test_nothing_personal_goes_up(by, wang):
    case = found(wang, by)
    fever.report(case=case, by=by, at=f.NOW)
    told = Situation.objects.get()
    assert FIRM in told.what and told.people == 1 and case.source == told.source
    for text in (told.what, told.place, told.measures, told.source, str(told.contact or "")):
        assert wang.name not in text and "38.4" not in text


def test_any_order_and_what_is_missing_stays_missing(by, wang):
    case = found(wang, by)
    fever.report(case=case, by=by, at=f.NOW)
    fever.close_case(case=case, outcome="住院观察", by=by, at=f.NOW)
    assert [each.step for each in queries.checklist(case) if each.done is None] == [
        "isolated", "hospital", "listed",
    ]  # fmt: skip
    fever.send_to_hospital(case=case, hospital="市医院", by=by, at=f.NOW)  # written down afterwards
    with pytest.raises(Refused, match="was closed"):
        fever.close_case(case=case, outcome="另一个结果", by=by, at=f.NOW)
    assert found(wang, by) != case


def test_fellow_workers_of_the_same_employer_and_area_each_once(by, into, wang, county):
    mate = person(by, into, name="李同事", employer=FIRM, work_area=NEAR)
    twin = person(by, into, name="李同事二", employer=FIRM, work_area=NEAR)
    twin.merged_into = mate
    twin.save()
    here = person(by, into, name="赵在厂", employer=FIRM, current_area=NEAR)
    for n, values in enumerate(
        [{"employer": "别的厂", "work_area": NEAR}, {"employer": FIRM, "work_area": CITY}, {"employer": FIRM}]
    ):
        person(by, into, name=f"外人{n}", **values)
    case = found(wang, by)
    with scope.applied(by):
        assert fever.list_fellows(case=case, by=by, at=f.NOW) == 2
        person(by, into, name="孙新来", employer=FIRM, work_area=NEAR)
        assert fever.list_fellows(case=case, by=by, at=f.NOW) == 1
        assert fever.list_fellows(case=case, by=by, at=f.NOW) == 0
    assert {row.person for row in FellowWorker.objects.all()} >= {mate, here}
    assert FellowWorker.objects.count() == 3 and case.steps.get().step == "listed"
    first = FellowWorker.objects.get(person=mate)
    for _again in range(2):
        done = fever.contact_fellow(
            fellow=first, outcome="reached", note="无症状", key="fw-1", by=by, at=f.NOW
        )
    assert done.contact.outcome == "reached" and done.contact.kind == "follow_up"


def test_refusals(by, wang, county):
    for more, said in [
        ({"employer": " "}, "empty"), ({"found_at": f.NOW + timedelta(hours=1)}, "future"),
        ({"temperature": "3"}, "not a body"),
    ]:  # fmt: skip
        with pytest.raises(Refused, match=said):
            found(wang, by, **more)
    case = found(wang, by)
    for act, more in [(fever.send_to_hospital, {"hospital": ""}), (fever.close_case, {"outcome": " "})]:
        with pytest.raises(Refused, match="empty"):
            act(case=case, by=by, at=f.NOW, **more)
    far = f.actor(f.office(FAR))
    with pytest.raises(NotAllowed):
        fever.report(case=case, by=far, at=f.NOW)
    with scope.applied(far):
        assert queries.case(far, case.pk) is None and not FeverCase.objects.exists()
    with pytest.raises(NotAllowed):
        fever.isolate(case=case, by=f.actor(county, "auditor"), at=f.NOW)
