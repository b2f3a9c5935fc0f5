"""Registering somebody who stands there: entered with the record, found by the document, never twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.people.actions.arriving import Newcomer
from chunfeng.people.actions.register import AlreadyKnown
from chunfeng.people.actions.registering import write_down
from chunfeng.people.choices import PairState
from chunfeng.people.kinds import KINDS
from chunfeng.people.models import (
    ContactRecord,
    Fact,
    FollowUp,
    Isolation,
    Person,
    PersonDataset,
    PossibleDuplicate,
)
from chunfeng.people.queries import register
from chunfeng.people.scripts import BadAnswers
from tests import factories as f
from tests.people.builders import FAR, FAR_VILLAGE, NEAR, VILLAGE, dataset, number, person
from tests.people.isolating import hit, rule

DOCUMENT = number(12, "420104")
OUTSIDER = {
    "from": "420104000000", "came": "2020-01-30", "purpose": "kin", "stayed": "no", "touched": "no",
    "degrees": 36.5, "symptoms": "none",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def village(db):
    return f.office(VILLAGE)


@pytest.fixture
def by(village):
    return f.actor(village, "caller")


@pytest.fixture
def into(village):
    return dataset(village, name="外来人员登记")


def newcomer(into, name="周外来", **values) -> Newcomer:
    given = {
        "name": name,
        "area_code": "420104001002",
        "current_area": VILLAGE,
        "id_number": DOCUMENT,
    } | values
    phones = given.pop("phones", ("13812345678",))
    return Newcomer(into, given, phones)


def write(person, by, *, kind="outsider", key="phone-1", answers=OUTSIDER, **more):
    with scope.applied(by):
        return write_down(kind=KINDS[kind], person=person, answers=answers, key=key, by=by, at=f.NOW, **more)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda each: each.slug)
def test_every_kind_has_its_questions(kind):
    script = kind.script
    assert (script.kind, script.code) == (kind.slug, kind.code)
    for question in (kind.origin, kind.place, kind.moves_in):
        assert not question or script.question(question)
    assert script.source


def test_an_outsider_is_entered_with_the_record(by, into):
    made = write(newcomer(into), by)
    assert made.new and made.entered
    assert (made.person.area_code, made.person.current_area) == ("420104001002", VILLAGE)
    assert (made.contact.kind, made.contact.origin, made.contact.branch) == (
        "outsider",
        "420104000000",
        "arrived",
    )
    assert made.contact.area_code == VILLAGE
    assert made.person.categories.get().category == "floating"
    fact = Fact.objects.get(person=made.person, kind="whereabouts")
    assert (fact.value, fact.place, fact.on, fact.said) == (
        "elsewhere",
        "420104000000",
        date(2020, 1, 30),
        "self",
    )


def test_sent_again_nobody_is_entered_twice(by, into):
    first = write(newcomer(into), by)
    again = write(newcomer(into, name="又一个", id_number=""), by)
    assert (again.contact, again.new, again.entered) == (first.contact, False, False)
    assert Person.objects.count() == ContactRecord.objects.count() == 1


def test_an_open_question_keeps_nothing(by, into):
    with pytest.raises(BadAnswers, match="体温"):
        write(newcomer(into), by, answers={k: v for k, v in OUTSIDER.items() if k != "degrees"})
    assert not Person.objects.exists() and not ContactRecord.objects.exists()


def test_a_statement_that_cannot_be_made_keeps_nothing(by, into):
    with pytest.raises(Refused, match="future"):
        write(newcomer(into), by, answers=OUTSIDER | {"came": "2020-03-01"})
    assert not Person.objects.exists() and not ContactRecord.objects.exists()


def test_the_same_document_and_name_is_the_same_person(by, into):
    known = person(by, into, name="周外来", id_number=DOCUMENT, area_code=VILLAGE)
    other = dataset(f.office(NEAR), name="另一数据集")
    made = write(newcomer(other), by)
    assert (made.person, made.entered) == (known, False)
    assert PersonDataset.objects.filter(person=known).count() == 2


def test_the_same_document_under_another_name_is_refused(by, into):
    known = person(by, into, name="周外来", id_number=DOCUMENT, area_code=VILLAGE)
    with pytest.raises(AlreadyKnown) as refused:
        write(newcomer(into, name="吴外来"), by)
    assert refused.value.person_id == known.pk
    assert not ContactRecord.objects.exists()


def test_somebody_another_area_registered_comes_into_sight(by, into):
    far = f.office(FAR)
    known = person(f.actor(far), dataset(far), name="周外来", id_number=DOCUMENT, area_code=FAR_VILLAGE)
    assert register.person(by, known.pk) is None
    with pytest.raises(Refused, match="another name"):
        write(newcomer(into, name="吴外来"), by)
    assert register.person(by, known.pk) is None
    made = write(newcomer(into), by)
    assert (made.person.pk, made.entered, made.person.current_area) == (known.pk, False, VILLAGE)
    assert made.person.area_code == FAR_VILLAGE
    told = Event.objects.get(verb="person.arrive")
    assert (told.area_code, told.actor_area_code, told.object_id) == (FAR_VILLAGE, VILLAGE, str(known.pk))
    with scope.applied(f.actor(far)):
        assert ContactRecord.objects.count() == 1  # the home area sees what was done


def test_a_twin_is_left_to_the_officer(by, into):
    known = person(by, into, phones=("13812345678",), name="周外来", area_code=VILLAGE)
    with pytest.raises(AlreadyKnown) as refused:
        write(newcomer(into, id_number="", area_code=VILLAGE), by)
    assert refused.value.person_id == known.pk
    assert write(known, by, here=VILLAGE).entered is False
    assert Person.objects.count() == 1


def test_a_weaker_likeness_goes_into_the_queue(by, into):
    known = person(by, into, name="周外来", area_code=VILLAGE, birth=date(1980, 5, 15))
    made = write(
        newcomer(into, phones=(), area_code=VILLAGE), by
    )  # another document in the register has none
    pair = PossibleDuplicate.objects.get()
    assert {pair.kept_id, pair.other_id} == {known.pk, made.person.pk}
    assert (pair.state, pair.area_code) == (PairState.OPEN, VILLAGE)


def test_the_place_must_be_the_offices_own(by, into):
    with pytest.raises(NotAllowed):
        write(newcomer(into, current_area=FAR_VILLAGE), by)
    with pytest.raises(Refused, match="empty"):
        write(newcomer(into, current_area=""), by)
    with pytest.raises(NotAllowed):
        write(newcomer(into), replace(by, role="auditor"))


def test_only_some_kinds_enter_people(by, into):
    with pytest.raises(Refused, match="Choose a person"):
        write(newcomer(into), by, kind="service", answers={})


def test_who_is_known_is_here_now(by, into):
    known = person(by, into, area_code=VILLAGE, current_area=FAR_VILLAGE)
    write(known, by, here=VILLAGE)
    assert Person.objects.get().current_area == VILLAGE
    service = {"gave": ["policy"], "plan": "stay", "job": "yes"}
    write(known, by, kind="service", key="2", answers=service, here=FAR_VILLAGE)
    assert Person.objects.get().current_area == VILLAGE  # a service says nothing about it


def test_nobody_at_home_carries_no_answers(by, into):
    known = person(by, into, area_code=VILLAGE)
    made = write(known, by, kind="visit", outcome="no_answer", answers={}, note="门锁着")
    assert made.new and made.contact.outcome == "no_answer" and not Fact.objects.exists()


def test_fever_at_the_gate_is_followed_up_and_contact_isolated(by, into, village):
    rule(f.office(NEAR), exposure="contact")
    answers = {
        "unit": "演示电子装配厂", "from": "420104000000", "purpose": "hire", "stayed": "met_ill",
        "degrees": 38.2, "symptoms": "fever",
    }  # fmt: skip
    made = write(newcomer(into), by, kind="visitor", answers=answers)
    assert (made.contact.place, made.contact.branch) == ("演示电子装配厂", "symptoms")
    assert FollowUp.objects.get().reason == "symptoms"
    assert Isolation.objects.get().exposure == "contact"
    assert made.done.told


def test_an_outsider_from_an_affected_area_is_placed_since_the_arrival(by, into):
    near = f.office(NEAR)
    hit(near)
    rule(near)
    made = write(newcomer(into), by, answers=OUTSIDER | {"stayed": "yes"})
    standing = Isolation.objects.get()
    assert (standing.person, standing.starts_on, standing.contact) == (
        made.person,
        date(2020, 1, 30),
        made.contact,
    )


@pytest.mark.django_db(transaction=True)
def test_ten_taps_on_save_register_one_person():
    office = f.office(VILLAGE)
    by, into = f.actor(office, "caller"), dataset(office, name="外来人员登记")

    def tap(_n: int) -> int:
        try:
            return write(newcomer(into, id_number="", phones=()), by).contact.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(tap, range(10)))) == 1
    assert Person.objects.count() == ContactRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_villages_register_one_traveller_at_once():
    offices = [f.office(VILLAGE), f.office(FAR_VILLAGE)]
    intos = [dataset(office, name="外来人员登记") for office in offices]
    actors = [f.actor(office, "caller") for office in offices]

    def tap(n: int) -> int:
        try:
            here = (VILLAGE, FAR_VILLAGE)[n % 2]
            return write(newcomer(intos[n % 2], current_area=here), actors[n % 2], key=f"k{n}").person.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = set(pool.map(tap, range(8)))
    assert told == {Person.objects.get().pk}
    assert ContactRecord.objects.count() == 8
