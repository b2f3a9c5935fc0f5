"""Entering people and putting their records right; finding them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import translation

from chunfeng.areas.models import Area
from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.people import actions, keys
from chunfeng.people.actions import AlreadyKnown
from chunfeng.people.models import Household, Person
from chunfeng.people.queries import register
from tests import factories as f
from tests.people.builders import FAR, KEEP, NEAR, VILLAGE, dataset, number, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county, "caller")


@pytest.fixture
def into(county):
    return dataset(county)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def change(row, by, **values):
    return actions.change_person(person=row, version=row.version, values=values, by=by, at=f.NOW)


def test_a_number_tells_birth_and_sex_and_is_sealed(by, into):
    made = person(
        by,
        into,
        id_number=" ２２０１８４１９８００５１５００１" + number(1)[17].lower(),
        phones=("139 1234 5678",),
    )
    assert (made.birth, made.sex, made.id_kind, made.id_doubt) == (date(1980, 5, 15), "m", "citizen", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, id_hash FROM people_person")
        sealed, hashed = cursor.fetchone()
        assert number(1).encode() not in bytes(sealed) and hashed == keys.document_hash(number(1))
        cursor.execute("SELECT number FROM people_personphone")
        assert b"13912345678" not in bytes(cursor.fetchone()[0])
    assert [phone.number for phone in made.phones.all()] == ["13912345678"]
    event = Event.objects.get(verb="person.add")
    assert made.name not in f"{event.object_label}{event.detail}" and event.area_code == VILLAGE


def test_doubts_never_keep_a_person_out(by, into):
    wrong = number(1)[:17] + ("0" if number(1)[17] != "0" else "1")
    made = person(by, into, id_number=wrong, birth=date(1981, 1, 1), sex="f")
    assert made.id_doubt == "check,birth,sex" and made.birth == date(1981, 1, 1)
    put_right = change(made, by, id_number=number(1), birth=None, sex="")
    assert put_right.id_doubt == "" and put_right.birth == date(1980, 5, 15)


def test_an_area_part_out_of_use_is_noticed_where_the_tables_are_loaded(by, into):
    for code, until in (
        ("000000000000", None),
        ("220184000000", None),
        ("220381000000", date(2020, 1, 1)),
        (VILLAGE, None),
    ):
        Area.objects.create(
            code=code,
            name="测试",
            level=3,
            kind="county",
            valid_from=date(1990, 1, 1),
            valid_to=until,
            source="test",
        )
    assert person(by, into, id_number=number(1)).id_doubt == ""
    assert person(by, into, id_number=number(1, "220381"), name="李测试").id_doubt == "area"
    with pytest.raises(Refused, match="No area has the code"):
        person(by, into, work_area="220122000000", name="赵测试")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "  "}, "name"),
        ({"name": "王" * 61}, "61 characters"),
        ({"area_code": ""}, "home area"),
        ({"area_code": "2201"}, "Check the code"),
        ({"work_area": "abc"}, "Check the code"),
        ({"id_number": "12345"}, "18 digits"),
        ({"id_number": "护照", "id_kind": "other"}, "letters and digits"),
        ({"id_number": number(1, birth="20300101")}, "future"),
        ({"birth": date(2020, 2, 2)}, "born"),
        ({"birth": date(1800, 1, 1)}, "born"),
        ({"sex": "x"}, "sex"),
    ],
)
def test_what_is_refused(by, into, values, said):
    with pytest.raises(Refused, match=said):
        person(by, into, **values)
    assert not Person.objects.exists()


def test_a_misspelt_field_is_a_mistake_of_the_program(by, into):
    with pytest.raises(TypeError, match="nmae"):
        person(by, into, nmae="王")


def test_other_documents(by, into):
    made = person(by, into, id_kind="other", id_number="e 1234 5678")
    assert (made.id_kind, made.id_number, made.birth) == ("other", "E12345678", None)
    assert register.by_document(by, "E12345678") == made


def test_the_same_document_is_not_entered_twice(by, into):
    made = person(by, into, id_number=number(1))
    with pytest.raises(AlreadyKnown) as known:
        person(by, into, id_number=number(1).lower(), name="王别名")
    assert known.value.person_id == made.pk
    other = person(by, into, id_number=number(3), name="李测试")
    with pytest.raises(AlreadyKnown):
        change(other, by, id_number=number(1))


def test_a_document_registered_out_of_sight_is_refused_without_showing_the_person(by, into):
    far = f.office(FAR)
    far_set, clerk = dataset(far), f.actor(far)
    with scope.applied(clerk):
        person(clerk, far_set, area_code="220122100201", id_number=number(1), name="远方人")
    with scope.applied(by), pytest.raises(Refused, match="out of your sight") as refusal:
        person(by, into, id_number=number(1))
    assert not isinstance(refusal.value, AlreadyKnown) and "远方人" not in str(refusal.value)


def test_twins_without_a_document(by, into):
    made = person(by, into, birth=date(1980, 1, 1), phones=("13912345678",))
    for values, phones in (({"birth": date(1980, 1, 1)}, ()), ({}, ("139-1234-5678",))):
        with pytest.raises(AlreadyKnown) as known:
            person(by, into, phones=phones, **values)
        assert known.value.person_id == made.pk
    person(by, into)  # one name in one village is common
    person(by, into, name="李测试", phones=("13912345678",))  # and so is a shared telephone


def test_a_change_says_which_fields_and_counts_up(by, into):
    made = person(by, into, employer="甲厂")
    changed = change(made, by, employer=" 乙  厂 ", occupation="焊工")
    assert (changed.version, changed.employer, changed.name) == (2, "乙 厂", "王测试")
    assert Event.objects.get(verb="person.change").detail == {"fields": ["employer", "occupation"]}
    assert (
        actions.change_person(person=made, version=1, values={"employer": "乙 厂"}, by=by, at=f.NOW).version
        == 2
    )
    with pytest.raises(Refused, match="Somebody changed"):
        actions.change_person(person=made, version=1, values={"employer": "丙厂"}, by=by, at=f.NOW)


def test_a_document_can_be_taken_out(by, into):
    made = person(by, into, id_number=number(1))
    bare = change(made, by, id_number="")
    assert (bare.id_kind, bare.id_number, bare.id_hash, bare.id_doubt) == ("", None, None, "")
    assert register.by_document(by, number(1)) is None


def test_nobody_changes_a_person_out_of_their_own_sight(by, into):
    made = person(by, into)
    with pytest.raises(Refused, match="none of the person's areas"):
        change(made, by, area_code="220122100201")
    moved = change(made, by, area_code="220122100201", work_area=NEAR)
    assert register.people(by).get() == moved
    with pytest.raises(NotAllowed):
        change(moved, f.actor(f.office("220182000000")), note="x")


def test_roles(county, into):
    for role in ("auditor", "system_admin"):
        with pytest.raises(NotAllowed):
            person(f.actor(county, role), into)


def test_datasets(county, into):
    by = f.actor(county)
    assert dataset(county) == into
    with pytest.raises(Refused, match="another purpose"):
        dataset(county, keep_until=KEEP + timedelta(1))
    with pytest.raises(Refused, match="has passed"):
        dataset(county, name="旧", keep_until=date(2020, 2, 1))
    with pytest.raises(Refused, match="was to be deleted"):
        actions.add_person(
            dataset=into, values={"name": "王", "area_code": VILLAGE}, by=by, at=f.NOW + timedelta(days=400)
        )
    stranger = f.actor(f.office(FAR))
    with pytest.raises(NotAllowed, match="belongs to another area"):
        person(stranger, into, area_code="220122100201")
    assert list(register.datasets(by)) == [into] and not register.datasets(by, open_on=KEEP)
    assert list(register.datasets(f.actor(f.office(VILLAGE)))) == [into]


def test_phones(by, into):
    made = person(by, into, phones=("13912345678",))
    actions.set_phones(person=made, numbers=["0431-8869 0000", "", "+86 13912345678"], by=by, at=f.NOW)
    assert [p.number for p in made.phones.order_by("position")] == ["043188690000", "13912345678"]
    made.refresh_from_db()
    assert made.version == 2
    actions.set_phones(person=made, numbers=["043188690000", "13912345678"], by=by, at=f.NOW)
    assert Event.objects.filter(verb="person.phones").count() == 1
    with pytest.raises(Refused, match="not a mobile"):
        actions.set_phones(person=made, numbers=["12345"], by=by, at=f.NOW)
    with pytest.raises(Refused, match="At most"):
        actions.set_phones(person=made, numbers=[f"139123456{n:02}" for n in range(9)], by=by, at=f.NOW)
    assert made.phones.count() == 2


def test_households(by, into):
    given = {"household_number": "12", "cell_code": "220184100201A01A02", "address": "一组12号"}
    first = person(by, into, **given)
    second = person(by, into, name="李测试", household_number="12")
    assert first.household == second.household == Household.objects.get()
    assert (first.household.cell_code, first.household.address) == ("220184100201A01A02", "一组12号")
    assert list(register.housemates(by, first)) == [second]
    assert change(second, by, household_number="").household is None
    away = person(by, into, name="赵测试", area_code="220122100201", work_area=NEAR)
    with pytest.raises(NotAllowed, match="home area"):
        change(away, by, household_number="3")


def test_finding(by, into):
    wang = person(by, into, id_number=number(1), phones=("13912345678",))
    li = person(by, into, name="李测", phones=("13912345678",))
    rows = register.people(by)
    cases = {
        number(1).lower(): {wang}, "139-1234-5678": {wang, li}, "王": {wang}, "王测试": {wang},
        "测试": set(), f"#{li.pk}": {li}, "": {wang, li}, number(3): set(), "%": set(), "#9x": set(),
    }  # fmt: skip
    assert {text: set(register.find(rows, text)) for text in cases} == cases
    assert set(register.by_phone(by, "13912345678")) == {wang, li}
    stranger = f.actor(f.office(FAR))
    assert register.by_document(stranger, number(1)) is None and register.person(stranger, wang.pk) is None
    assert not register.by_phone(stranger, "13912345678")


def test_the_old_cipher_is_found_too(by, into, settings):
    settings.FIELD_CIPHER = "sm4"
    made = person(by, into, id_number=number(1), phones=("13912345678",))
    settings.FIELD_CIPHER = "aes"
    assert register.by_document(by, number(1)) == made
    assert list(register.by_phone(by, "13912345678")) == [made]
    with pytest.raises(AlreadyKnown):
        person(by, into, id_number=number(1))


def test_unmasking_needs_a_reason_and_leaves_it(by, into):
    made = person(by, into, id_number=number(1), phones=("13912345678",))
    with pytest.raises(Refused, match="reason"):
        actions.unmask(person=made, field="id_number", reason=" ", by=by, at=f.NOW)
    assert actions.unmask(person=made, field="id_number", reason="核对", by=by, at=f.NOW) == [number(1)]
    assert actions.unmask(person=made, field="phones", reason="回访", by=by, at=f.NOW) == ["13912345678"]
    with pytest.raises(Refused, match="Nothing is kept"):
        actions.unmask(person=made, field="address", reason="走访", by=by, at=f.NOW)
    with pytest.raises(NotAllowed):
        actions.unmask(person=made, field="phones", reason="看看", by=f.actor(f.office(FAR)), at=f.NOW)
    events = list(
        Event.objects.filter(verb="person.unmask").order_by("id").values_list("kind", "reason", "detail")
    )
    assert events == [("read", "核对", {"field": "id_number"}), ("read", "回访", {"field": "phones"})]


def test_own_view_names_every_dataset(by, into):
    city = dataset(f.office("220100000000"), name="全市台账")
    made = person(by, into, id_number=number(1), phones=("13912345678",))
    made.datasets.create(dataset=city, since=f.NOW)
    with scope.applied(replace(by, above=())):
        view = actions.own_view(person=made, reason="本人申请", by=by)
    assert (view.document, view.phones) == (number(1), ["13912345678"])
    assert {held.name for held in view.datasets} == {"返乡人员", "全市台账"}
    assert Event.objects.filter(verb="person.own_view", kind="read", reason="本人申请").count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_change_one_record_at_once():
    county = f.office(NEAR)
    by = f.actor(county)
    made = person(by, dataset(county))

    def attempt(n: int) -> str:
        try:
            with scope.applied(by):
                return change(made, by, note=f"第{n}人").note
        except Refused as refusal:
            return f"refused {refusal}"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, range(20)))
    done = [answer for answer in answers if not answer.startswith("refused")]
    made.refresh_from_db()
    assert done == [made.note] and made.version == 2


@pytest.mark.django_db(transaction=True)
def test_one_document_entered_by_ten_at_once_is_one_person():
    county = f.office(NEAR)
    by, into = f.actor(county), dataset(county)

    def attempt(n: int) -> bool:
        try:
            with scope.applied(by):
                person(by, into, id_number=number(1), name=f"王测试{n}")
            return True
        except AlreadyKnown:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(attempt, range(10))) == 1
    assert Person.objects.count() == 1
