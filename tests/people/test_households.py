"""Households in cells, their heads, who is left to visit; points and brokers; answers opened; the personal file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.offices import actions as offices
from chunfeng.people import actions
from chunfeng.people.actions.contacts import open_answers, record_contact
from chunfeng.people.actions.files import open_file
from chunfeng.people.actions.households import assign_cell
from chunfeng.people.actions.points import keep_point, reveal_point
from chunfeng.people.actions.registering import write_down
from chunfeng.people.kinds import KINDS
from chunfeng.people.models import ContactRecord, Household, PossibleDuplicate, ServicePoint
from chunfeng.people.queries import contacts, households, points, register
from tests import factories as f
from tests.people.builders import FAR, FAR_VILLAGE, NEAR, VILLAGE, dataset, person
from tests.people.isolating import HIT_CITY, hit, rule

pytestmark = pytest.mark.django_db
TODAY = date(2020, 2, 1)
CELL, OTHER_CELL, FAR_CELL = f"{VILLAGE}A01A01", f"{VILLAGE}A01A02", f"{FAR_VILLAGE}A01A01"


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
def into(county):
    return dataset(county)


@pytest.fixture
def homes(by, into):
    for n in range(4):
        person(by, into, name=f"甲{n}", household_number=f"{n // 2}", work_area=HIT_CITY)
    return list(Household.objects.order_by("number"))


def put(homes, by, cell=CELL) -> int:
    return assign_cell(households=homes, cell_code=cell, by=by, at=f.NOW)


def test_households_go_into_a_cell_once(by, homes):
    assert put(homes, by) == 2
    assert put(homes, by) == 0
    assert put(homes[:1], by, OTHER_CELL) == 1
    assert put(homes[:1], by, "") == 1
    assert [row.cell_code for row in Household.objects.order_by("number")] == ["", CELL]
    assert Event.objects.filter(verb="household.cell").count() == 4


@pytest.mark.parametrize(
    ("cell", "said"),
    [(FAR_CELL, "another village"), (VILLAGE, "not a ten-household cell"), ("here", "Check the code")],
)
def test_a_cell_must_be_one_of_the_village(by, homes, cell, said):
    with pytest.raises(Refused, match=said):
        put(homes, by, cell)
    assert not Household.objects.exclude(cell_code="").exists()


def test_only_the_own_area_assigns(by, homes):
    with pytest.raises(Refused, match="Choose the households"):
        put([], by)
    with pytest.raises(NotAllowed):
        put(homes, f.actor(f.office(FAR)))
    with pytest.raises(NotAllowed):
        put(homes, replace(by, role="auditor"))
    stranger = f.actor(f.office(FAR))
    with scope.applied(stranger), pytest.raises(Refused, match="no longer there"):
        put(homes, stranger)


def test_cells_with_their_head_and_what_is_left(by, county, homes):
    hit(county)
    put(homes[:1], by)
    for row in register.people(by):
        actions.state_fact(
            person=row, kind="return", value="returned", said="family", on=TODAY, by=by, at=f.NOW
        )
    first = register.people(by).filter(household=homes[0]).order_by("pk").first()
    record_contact(person=first, kind="visit", key="1", by=by, at=f.NOW)
    named = offices.name_responsible(
        area_code=CELL, office=county, person="吴网格", valid_from=date(2020, 1, 20), by=by, at=f.NOW
    )
    village = f.actor(f.office(VILLAGE), "caller")
    with scope.applied(village):
        found = households.cells(village, TODAY)
    assert found == [
        households.Cell(VILLAGE, "", 1, 2, 2, None),
        households.Cell(VILLAGE, CELL, 1, 2, 1, named),
    ]
    assert households.cells(by, TODAY, FAR) == []
    assert [home.people for home in households.households(by)] == [2, 2]


def test_the_work_of_a_household(by, county, homes):
    hit(county)
    rule(county)
    people = list(households.members(by, homes[0]))
    answers = {
        "from": HIT_CITY, "came": "2020-01-31", "home": "yes", "touched": "no", "degrees": 38.0, "symptoms": "fever",
        "need": "no",
    }  # fmt: skip
    with scope.applied(by):
        write_down(kind=KINDS["visit"], person=people[0], answers=answers, key="1", by=by, at=f.NOW)
    follow_ups, isolations = households.open_work(people)
    assert [row.reason for row in follow_ups] == ["symptoms"]
    assert [row.person_id for row in isolations] == [people[0].pk]
    assert households.open_work([]) == ([], [])
    assert [row.key for row in households.contacts_of(people)] == ["1"]


# service points and brokers


def keep(by, **more):
    given = {
        "kind": "broker", "name": "测试经纪人", "area_code": VILLAGE, "phone": "138 1234 5678",
        "works_in": [HIT_CITY, HIT_CITY], "by": by, "at": f.NOW,
    }  # fmt: skip
    return keep_point(**(given | more))


def test_a_point_is_kept_once_with_its_phone_sealed(by, county):
    made = keep(by)
    assert (made.works_in, made.phone, made.office_id) == ([HIT_CITY], "13812345678", county.pk)
    assert keep(by) == made
    with pytest.raises(Refused, match="already"):
        keep(by, note="另一个")
    changed = keep(by, point=made, phone=None, note="每周一在村部")
    assert (changed.phone, changed.note) == ("13812345678", "每周一在村部")
    assert keep(by, point=made, phone="", note="每周一在村部").phone is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM people_servicepoint")
        assert cursor.fetchone() == (None,)
    assert Event.objects.filter(verb__startswith="point.").count() == 3


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "shop"}, "Choose a service point"),
        ({"name": " "}, "empty"),
        ({"area_code": "x"}, "Check the code"),
        ({"works_in": ["x"]}, "Check the code"),
        ({"works_in": [f"4201{n:02}000000" for n in range(51)]}, "At most 50"),
        ({"phone": "12"}, "12"),
    ],
)
def test_what_a_point_needs(by, values, said):
    with pytest.raises(Refused, match=said):
        keep(by, **values)
    assert not ServicePoint.objects.exists()


def test_points_are_read_below_and_kept_in_the_own_area(by):
    made = keep(by)
    with pytest.raises(NotAllowed):
        keep(f.actor(f.office(FAR)))
    with pytest.raises(NotAllowed):
        keep(f.actor(f.office(VILLAGE), "caller"))
    county_wide = keep(by, name="县服务站", area_code=NEAR)
    village, far = f.actor(f.office(VILLAGE), "caller"), f.actor(f.office(FAR))
    with scope.applied(village):
        assert set(points.points(village)) == {made, county_wide}
        with pytest.raises(Refused, match="empty"):
            reveal_point(point=made, reason=" ", by=village, at=f.NOW)
        assert reveal_point(point=made, reason="核对名单", by=village, at=f.NOW) == "13812345678"
    with scope.applied(far):
        assert points.point(far, made.pk) is None
    assert Event.objects.get(verb="point.read").reason == "核对名单"
    assert set(points.serving(points.points(by), "420104000000")) == {county_wide, made}
    assert not points.serving(points.points(by), "310000000000")


# answers and the personal file


@pytest.fixture
def visited(by, into):
    wang = person(by, into, name="王测试")
    answers = {
        "from": HIT_CITY, "came": "2020-01-31", "home": "yes", "touched": "no", "degrees": 36.5, "symptoms": "none",
        "need": "yes", "what": "缺药",
    }  # fmt: skip
    with scope.applied(by):
        return write_down(
            kind=KINDS["visit"], person=wang, answers=answers, note="门口", key="1", by=by, at=f.NOW
        )


def test_answers_are_opened_by_those_whose_work_it_is(by, visited):
    opened = open_answers(contact=visited.contact, by=by)
    assert [(line.ask, line.value) for line in opened.lines][-1] == ("什么困难？", "缺药")
    assert [line.value for line in opened.lines if line.area] == [HIT_CITY]
    assert opened.note == "门口"
    event = Event.objects.get(verb="contact.open")
    assert (event.kind, event.detail) == ("read", {"kind": "visit", "person": visited.person.pk})
    village = f.actor(f.office(VILLAGE), "caller")
    assert open_answers(contact=visited.contact, by=village)
    for stranger in (f.actor(f.office(FAR)), replace(by, role="auditor"), replace(by, role="system_admin")):
        with pytest.raises(NotAllowed):
            open_answers(contact=visited.contact, by=stranger)


def test_answers_nobody_has_questions_for_are_shown_as_kept(by, into):
    row = person(by, into, name="李测试")
    made, _new = record_contact(
        person=row, kind="service", answers={"old": ["a", "b"], "n": 3}, key="9", by=by, at=f.NOW
    )
    assert contacts.in_words(made) == [contacts.Line("n", "3"), contacts.Line("old", "a、b")]


def test_the_personal_file_collects_what_was_done(by, county, into, visited):
    hit(county)
    other = person(by, into, name="王测试", note="另一份")
    pair = PossibleDuplicate.objects.create(
        kept=visited.person, other=other, area_code=VILLAGE, keys=["name"], found_at=f.NOW
    )
    actions.merge(pair=pair, keep=other, by=by, at=f.NOW)
    filed = {
        "from": HIT_CITY, "came": "2020-01-31", "how": "car", "stays": "home", "address": "一组7号",
        "within": VILLAGE, "touched": "no", "degrees": 36.5, "symptoms": "none",
    }  # fmt: skip
    other.refresh_from_db()
    with scope.applied(by):
        write_down(kind=KINDS["file"], person=other, answers=filed, here=VILLAGE, key="2", by=by, at=f.NOW)
    found = open_file(person=other, by=by)
    assert [entry.contact.kind for entry in found.entries] == ["file", "visit"]
    assert (found.moves_in, found.origin) == (VILLAGE, HIT_CITY)
    assert [row.reason for row in found.follow_ups] == ["need"]
    assert Event.objects.get(verb="person.file").kind == "read"
    for stranger in (f.actor(f.office(FAR)), replace(by, role="auditor")):
        with pytest.raises(NotAllowed):
            open_file(person=other, by=stranger)


def test_what_the_home_area_sees_of_a_contact_made_elsewhere(by, into):
    mover = person(by, into, name="两地人", work_area="220122100000")
    made, _new = record_contact(person=mover, kind="service", key="1", by=f.actor(f.office(FAR)), at=f.NOW)
    assert contacts.contact(by, made.pk) == made
    assert made not in contacts.contacts(by) and made in contacts.contacts(f.actor(f.office(FAR)))
    assert contacts.contact(f.actor(f.office("220182000000")), made.pk) is None
    assert list(contacts.of_person(mover)) == [made]


def test_contacts_are_counted_by_kind_and_day(by, visited):
    record_contact(
        person=visited.person, kind="visit", key="2", by=by, at=f.NOW - timedelta(3), received_at=f.NOW
    )
    record_contact(person=visited.person, kind="help", key="3", by=by, at=f.NOW)
    with scope.applied(by):
        assert contacts.counted(by, TODAY - timedelta(6), TODAY) == {"visit": (1, 2), "help": (1, 1)}
        assert contacts.counted(by, TODAY, TODAY) == {"visit": (1, 1), "help": (1, 1)}
    assert set(contacts.about(contacts.contacts(by), by, "王测")) == set(ContactRecord.objects.all())
    assert not contacts.about(contacts.contacts(by), by, "赵")


@pytest.mark.django_db(transaction=True)
def test_two_officers_assign_one_household_at_once():
    county = f.office(NEAR)
    by = f.actor(county)
    person(by, dataset(county), household_number="7")
    home = Household.objects.get()

    def go(n: int) -> int:
        try:
            with scope.applied(by):
                return put([home], by, (CELL, OTHER_CELL)[n % 2])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        changed = sum(pool.map(go, range(8)))
    assert Event.objects.filter(verb="household.cell").count() == changed
    assert Household.objects.get().cell_code in (CELL, OTHER_CELL)
