"""Offices, contacts, groups, programmes, responsible persons, postings: what is done and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from chunfeng.core import scope
from chunfeng.core.accounts import create_token
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event, User
from chunfeng.offices import actions, queries
from chunfeng.offices.accounts.queries import offices_like
from chunfeng.offices.models import Office, OfficeContact, Posting, Responsibility
from tests.builder import Builder
from tests.factories import NOW, actor, notice, office, posting

pytestmark = pytest.mark.django_db
COUNTY, NEIGHBOUR = "220184000000", "220183000000"


@pytest.fixture
def county() -> Office:
    return office(COUNTY, line="hrss", name="测试县人力资源和社会保障局")


@pytest.fixture
def leader(county):
    return actor(county, "leader")


def add(by, **fields) -> Office:
    values = {
        "code": "X1",
        "name": "测试镇人社所",
        "level": "township",
        "line": "hrss",
        "area_code": "220184100000",
    }
    return actions.add_office(**(values | fields), by=by, at=NOW)


def verbs() -> list[str]:
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_adding_the_same_office_twice_adds_one(leader, county):
    first = add(leader, parent=county, aliases=["镇人社所", "镇人社所", " "])
    assert add(leader, parent=county, aliases=["镇人社所"]) == first
    assert first.aliases == ["镇人社所"]
    assert verbs() == ["office.add"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"code": " "}, "code"),
        ({"name": ""}, "name"),
        ({"name": "长" * 121}, "120"),
        ({"level": "moon"}, "moon"),
        ({"line": "x"}, "x"),
        ({"area_code": "22018"}, "22018"),
    ],
)
def test_wrong_values_are_refused_by_name(leader, wrong, says):
    with pytest.raises(Refused, match=says):
        add(leader, **wrong)
    assert Office.objects.count() == 1


def test_an_office_outside_the_area_is_not_added(leader):
    with pytest.raises(NotAllowed):
        add(leader, area_code="220183100000")


def test_an_officer_does_not_change_the_directory(county):
    with pytest.raises(NotAllowed):
        add(actor(county, "officer"))


def test_a_taken_code_is_refused_with_its_owner(leader, county):
    with pytest.raises(Refused, match=county.name):
        add(leader, code=county.code)


def test_changing_writes_only_differences(leader, county):
    made = add(leader, parent=county)
    actions.change_office(office=made, name=made.name, by=leader, at=NOW)
    assert verbs() == ["office.add"]
    changed = actions.change_office(
        office=made, name="测试镇人社服务中心", is_partner=True, by=leader, at=NOW
    )
    assert changed.name == "测试镇人社服务中心"
    assert Event.objects.latest("id").detail == {"fields": ["is_partner", "name"]}


def test_no_office_reports_to_itself_in_a_circle(leader, county):
    made = add(leader, area_code=COUNTY, level="county", parent=county)
    with pytest.raises(Refused, match="choose another"):
        actions.change_office(office=county, parent=made, by=leader, at=NOW)


def test_an_office_reports_to_one_of_its_area_or_above(leader):
    beside = office(NEIGHBOUR)
    with pytest.raises(Refused, match=beside.name):
        add(leader, parent=beside)


def test_a_moved_office_takes_its_rows_along(county):
    made = add(SYSTEM, parent=county)
    actions.set_contact(office=made, name="甲", mobile="13800000000", by=SYSTEM, at=NOW)
    held = posting(made)
    token, _key = create_token(
        user=held.user,
        name="x",
        permits="read",
        days=1,
        password="correct horse 77",
        by=queries.actor_for(held),
        at=NOW,
    )
    Responsibility.objects.create(
        office=made, area_code=made.area_code, person="测试甲", valid_from=date(2020, 1, 1)
    )
    actions.change_office(office=made, area_code="220184101000", by=SYSTEM, at=NOW)
    assert OfficeContact.objects.get().area_code == "220184101000"
    token.refresh_from_db()
    assert token.area_code == "220184101000"


@pytest.mark.parametrize(
    "label",
    [
        "tasking.Task",
        "tasking.TaskEntry",
        "tasking.Message",
        "tasking.OfficeChannel",
        "tasking.ChaseRule",
        "tasking.CoordinationIssue",
        "notices.Notice",
        "notices.Dispatch",
        "notices.NumberSeries",
        "notices.DeadlineDefault",
    ],
)
def test_an_office_with_papers_or_work_stays_in_its_area(county, label):
    made = add(SYSTEM, parent=county)
    model = apps.get_model(label)
    builder = Builder(made.area_code)
    builder.made[Office] = made
    builder.make(model)
    admin = actor(county, "system_admin")
    with scope.applied(admin), pytest.raises(Refused, match="Retire this office") as refusal:
        actions.change_office(office=made, area_code="220184101000", by=admin, at=NOW)
    assert f"{model._meta.verbose_name} 1" in str(refusal.value)
    made.refresh_from_db()
    assert made.area_code == "220184100000"
    with scope.applied(admin):
        actions.change_office(office=made, name="别名", by=admin, at=NOW)


def test_papers_of_other_areas_about_an_office_do_not_hold_it(county):
    made = add(SYSTEM, parent=county)
    notice(county, issuing_office=made)
    moved = actions.change_office(office=made, area_code="220184101000", by=SYSTEM, at=NOW)
    assert moved.area_code == "220184101000"


def test_the_search_for_offices_keeps_its_order_and_its_range(county):
    town = office("220184100000", name="测试县人力资源和社会保障局一分局", level="township")
    other = office(NEIGHBOUR, name="邻县测试县人力资源和社会保障局", level="county")
    text = county.name
    assert queries.suggest(f" {text} ") == [county, town, other]
    assert queries.suggest(text, lo="220184", hi="220185") == [county, town]
    assert queries.suggest(text, limit=1) == [county]
    assert queries.suggest(town.code) == [town]
    assert queries.suggest("  ") == []
    admin = actor(county, "system_admin")
    assert offices_like(admin, text) == [county]
    assert offices_like(admin, "保障局") == [county, town]


def test_retiring_needs_a_reason_and_an_empty_house(leader, county):
    made = add(leader, parent=county)
    with pytest.raises(Refused, match="1 offices still report"):
        actions.retire_office(office=county, reason="合并", by=leader, at=NOW)
    sitting = posting(made)
    with pytest.raises(Refused, match="1 people"):
        actions.retire_office(office=made, reason="合并", by=leader, at=NOW)
    sitting.delete()
    with pytest.raises(Refused, match="reason"):
        actions.retire_office(office=made, reason=" ", by=leader, at=NOW)
    assert not actions.retire_office(office=made, reason="合并", by=leader, at=NOW).active
    assert actions.return_office(office=made, reason="误操作", by=leader, at=NOW).active


def test_contacts_are_sealed_and_the_same_again_changes_nothing(county):
    by = actor(county)
    values = {"office": county, "name": "测试联系人", "phone": "0431-88690000", "mobile": "138 0000 0000"}
    first = actions.set_contact(**values, by=by, at=NOW)
    assert actions.set_contact(**values, by=by, at=NOW).pk == first.pk
    assert verbs() == ["contact.set"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, mobile FROM offices_officecontact")
        sealed = b"".join(bytes(x) for x in cursor.fetchone())
    assert b"88690000" not in sealed and b"13800000000" not in sealed
    first.refresh_from_db()
    assert first.mobile == "13800000000"


@pytest.mark.parametrize(
    "wrong",
    [{"mobile": "12345678901"}, {"phone": "谁知道"}, {"email": "no at"}, {}],
    ids=["mobile", "phone", "email", "none"],
)
def test_unreachable_contacts_are_refused(county, wrong):
    with pytest.raises(Refused):
        actions.set_contact(office=county, name="测试联系人", **wrong, by=actor(county), at=NOW)


def test_showing_numbers_needs_a_reason_and_leaves_a_read_event(county):
    by = actor(county)
    actions.set_contact(office=county, name="测试联系人", mobile="13800000000", by=by, at=NOW)
    with pytest.raises(Refused, match="reason"):
        actions.reveal_contacts(office=county, reason="", by=by, at=NOW)
    assert [c.mobile for c in actions.reveal_contacts(office=county, reason="催报日报", by=by, at=NOW)] == [
        "13800000000"
    ]
    event = Event.objects.latest("id")
    assert (event.kind, event.verb, event.reason) == ("read", "contact.read", "催报日报")


def test_a_county_does_not_read_the_neighbours_contacts_even_by_raw_sql(county):
    beside = office(NEIGHBOUR)
    with scope.applied(SYSTEM):
        for each in (county, beside):
            actions.set_contact(office=each, name=each.name, mobile="13800000000", by=SYSTEM, at=NOW)
    own = actor(county)
    with scope.applied(own), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM offices_officecontact")
        assert cursor.fetchall() == [(county.name,)]
        assert actions.reveal_contacts(office=beside, reason="试", by=own, at=NOW) == []
    with scope.applied(own), pytest.raises(NotAllowed):
        actions.set_contact(office=beside, name="乙", mobile="13800000000", by=own, at=NOW)


def test_a_leading_group_with_dated_members(county):
    by = actor(county)
    group = actions.set_up_group(office=county, name="领导小组", set_up_on=date(2020, 1, 25), by=by, at=NOW)
    assert (
        actions.set_up_group(office=county, name="领导小组", set_up_on=date(2020, 1, 25), by=by, at=NOW)
        == group
    )
    with pytest.raises(Refused, match="2020-01-25"):
        actions.set_up_group(office=county, name="领导小组", set_up_on=date(2020, 1, 26), by=by, at=NOW)
    member = {"group": group, "person": "测试甲", "by": by, "at": NOW}
    first = actions.add_member(**member, role="member", valid_from=date(2020, 1, 25))
    assert actions.add_member(**member, role="member", valid_from=date(2020, 1, 25)) == first
    second = actions.add_member(**member, role="head", valid_from=date(2020, 2, 1))
    first.refresh_from_db()
    assert (first.valid_to, second.valid_to) == (date(2020, 2, 1), None)
    with pytest.raises(Refused, match="inside"):
        actions.add_member(**(member | {"person": "测试乙"}), role="member", valid_from=date(2020, 1, 1))
    actions.dissolve_group(group=group, on=date(2020, 6, 1), by=by, at=NOW)
    second.refresh_from_db()
    assert second.valid_to == date(2020, 6, 1)


def test_programmes_have_a_lead_a_department_and_partners(county):
    by, partner = actor(county), office(COUNTY, line="finance")
    programme = actions.add_programme(
        office=county, name="点对点输送", lead_official="测试局长", partners=[partner], by=by, at=NOW
    )
    assert list(programme.partners.all()) == [partner]
    with pytest.raises(Refused, match="its own partner"):
        actions.change_programme(
            programme=programme, name="点对点输送", lead_official="测试局长", partners=[county], by=by, at=NOW
        )
    actions.change_programme(
        programme=programme, name="输送", lead_official="测试副局长", partners=[], by=by, at=NOW
    )
    assert programme.partners.count() == 0
    other = actions.add_programme(office=county, name="点对点输送", lead_official="丙", by=by, at=NOW)
    with pytest.raises(Refused, match="already"):
        actions.change_programme(programme=other, name="输送", lead_official="丙", partners=[], by=by, at=NOW)


def test_the_one_in_force_ends_when_a_successor_begins(county):
    by = actor(county)
    values = {"area_code": "220184100000", "office": county, "by": by, "at": NOW}
    first = actions.name_responsible(
        **values, person="测试甲", phone="13800000000", valid_from=date(2020, 1, 20)
    )
    same = actions.name_responsible(
        **values, person="测试甲", phone="13800000000", valid_from=date(2020, 1, 20)
    )
    assert same == first
    actions.name_responsible(**values, person="测试乙", valid_from=date(2020, 2, 1))
    first.refresh_from_db()
    assert first.valid_to == date(2020, 2, 1)
    with pytest.raises(Refused, match="测试乙"):
        actions.name_responsible(**values, person="测试丙", valid_from=date(2020, 1, 31))
    programme = actions.add_programme(office=county, name="包保", lead_official="丁", by=by, at=NOW)
    actions.name_responsible(**values, person="测试丁", programme=programme, valid_from=date(2020, 1, 20))


def test_a_responsible_person_reports_to_an_office_above(county):
    with pytest.raises(Refused, match="report to it"):
        actions.name_responsible(
            area_code=COUNTY,
            office=office("220184100000"),
            person="测试甲",
            valid_from=date(2020, 1, 20),
            by=actor(county),
            at=NOW,
        )


@pytest.mark.parametrize("ends", [date(2020, 3, 1), None])
def test_the_database_refuses_two_responsible_persons(county, ends):
    row = {"area_code": COUNTY, "office": county, "valid_from": date(2020, 1, 20)}
    Responsibility.objects.create(**row, person="测试甲", valid_to=ends)
    later = row | {"valid_from": date(2020, 2, 1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Responsibility.objects.create(**later, person="测试乙", valid_to=date(2020, 5, 1))
    Responsibility.objects.create(**(later | {"area_code": NEIGHBOUR}), person="测试乙")


# postings


@pytest.fixture
def admin(county):
    return actor(county, "system_admin")


@pytest.fixture
def person() -> User:
    return User.objects.create_user(username="somebody", name="测试某")


def post(user, at_office, role, by, since=date(2020, 1, 1), until=None) -> Posting:
    return actions.post_user(
        user=user, office=at_office, role=role, title="科员", valid_from=since, valid_to=until, by=by, at=NOW
    )


def test_posting_the_same_again_posts_once(county, admin, person):
    assert post(person, county, "officer", admin) == post(person, county, "officer", admin)
    with pytest.raises(Refused, match="already"):
        post(person, county, "officer", admin, since=date(2020, 3, 1))


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ("system_admin", "security_admin"),
        ("system_admin", "audit_admin"),
        ("security_admin", "audit_admin"),
        ("system_admin", "auditor"),
        ("auditor", "security_admin"),
    ],
)
def test_administrators_and_auditors_are_different_people(county, admin, person, held, asked):
    post(person, county, held, admin, until=date(2020, 3, 1))
    with pytest.raises(Refused, match="three people"):
        post(person, county, asked, admin, since=date(2020, 2, 1))
    post(person, county, asked, admin, since=date(2020, 3, 1))


def test_duties_are_kept_apart_across_areas_too(county, admin, person):
    with scope.applied(SYSTEM):
        post(person, office(NEIGHBOUR), "audit_admin", SYSTEM)
    with scope.applied(admin), pytest.raises(Refused, match="three people"):
        post(person, county, "security_admin", admin)


def test_nobody_posts_themself_or_outside_their_area(county, person):
    own = posting(county, "system_admin")
    from chunfeng.offices.queries import actor_for

    with pytest.raises(Refused, match="themself"):
        post(own.user, county, "officer", actor_for(own))
    with pytest.raises(NotAllowed):
        post(person, office(NEIGHBOUR), "officer", actor_for(own))


def test_ending_a_posting_keeps_an_earlier_end(county, admin, person):
    there = post(person, county, "officer", admin)
    with pytest.raises(Refused, match="after"):
        actions.end_posting(posting=there, on=date(2019, 1, 1), by=admin, at=NOW)
    actions.end_posting(posting=there, on=date(2020, 3, 1), by=admin, at=NOW)
    assert actions.end_posting(posting=there, on=date(2020, 6, 1), by=admin, at=NOW).valid_to == date(
        2020, 3, 1
    )
