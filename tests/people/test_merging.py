"""Two records made one, told apart, parted again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count

import pytest
from django.db import connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.models import (
    Fact,
    Person,
    PersonCategory,
    PersonDataset,
    PersonPhone,
    PossibleDuplicate,
)
from chunfeng.people.queries import duplicates, register
from tests import factories as f
from tests.people.builders import CITY, FAR_VILLAGE, NEAR, VILLAGE, dataset, number, person

pytestmark = pytest.mark.django_db
_serial = count(1)
PARTS = (PersonPhone, PersonCategory, PersonDataset, Fact)


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def into(county):
    return dataset(county)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def pair_of(one, two, area=NEAR):
    first, second = sorted((one, two), key=lambda row: row.pk)
    return PossibleDuplicate.objects.create(
        kept=first, other=second, area_code=area, keys=["name"], found_at=f.NOW
    )


def state(row, by, value, key=""):
    return actions.state_fact(
        person=row, kind="return", value=value, said="family", on=date(2020, 1, 31), key=key, by=by, at=f.NOW
    )


@pytest.fixture
def two(by, into, county):
    """A record from the village's list, and one from a ledger with document, phone and another category."""
    wang = person(by, into, employer="甲厂", phones=("13912345678",))
    twin = person(
        by, dataset(county, name="另一台账"), id_number=number(1), employer="乙厂", occupation="焊工",
        phones=("13912345678", "13800000000"), household_number="12",
    )  # fmt: skip
    actions.set_category(person=wang, category="returning", by=by, at=f.NOW)
    actions.set_category(person=twin, category="returning", by=by, at=f.NOW)
    actions.set_category(person=twin, category="poor", source="扶贫台账", by=by, at=f.NOW)
    state(wang, by, "returned", key="k1")
    state(twin, by, "away", key="k1")
    state(twin, by, "away", key="k2")
    return wang, twin


def picture() -> dict:
    """Everything stored about people, sealed values in the open; versions and times of change left out."""
    people = {
        row.pk: {
            field.attname: getattr(row, field.attname)
            for field in Person._meta.concrete_fields
            if field.name not in ("version", "changed_at")
        }
        for row in Person.objects.all()
    }
    parts = {
        model.__name__: sorted(
            tuple(repr(getattr(row, field.attname)) for field in model._meta.concrete_fields)
            for row in model.objects.all()
        )
        for model in PARTS
    }
    return people | parts


def test_gaps_are_filled_and_stated_values_stay(by, two):
    wang, twin = two
    pair = pair_of(wang, twin)
    kept = actions.merge(pair=pair, keep=wang, by=by, at=f.NOW)
    kept.refresh_from_db()
    assert (kept.pk, kept.id_number, kept.birth, kept.occupation) == (
        wang.pk,
        number(1),
        date(1980, 5, 15),
        "焊工",
    )
    assert (kept.employer, kept.household.number) == ("甲厂", "12")
    assert [p.number for p in kept.phones.order_by("position")] == ["13912345678", "13800000000"]
    assert sorted(kept.categories.values_list("category", flat=True)) == ["poor", "returning"]
    assert kept.datasets.count() == 2
    assert sorted(register.facts(kept).values_list("value", "key")) == [("away", "k2"), ("returned", "k1")]
    assert register.people(by).get() == kept
    assert register.person(by, twin.pk) == kept == register.by_document(by, number(1))
    event = Event.objects.get(verb="person.merge")
    assert event.object_id == str(kept.pk) and event.detail["gone"] == twin.pk
    assert number(1) not in str(event.detail)
    assert not duplicates.pairs(by).exists()


def test_what_a_merge_changed_is_kept_sealed(by, two):
    actions.merge(pair=pair_of(*two), keep=two[0], by=by, at=f.NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT before FROM people_possibleduplicate")
        assert number(1).encode() not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize("keep", [0, 1])
def test_undone_everything_is_as_before(by, two, keep):
    pair = pair_of(*two)
    before = picture()
    with scope.applied(by):
        actions.merge(pair=pair, keep=two[keep], by=by, at=f.NOW)
    assert picture() != before
    with scope.applied(by):
        kept, gone = actions.undo_merge(pair=pair, by=by, at=f.NOW)
    assert picture() == before
    assert {kept.pk, gone.pk} == {row.pk for row in two} and kept.pk == two[keep].pk
    pair.refresh_from_db()
    assert (pair.state, pair.before, pair.decided_at) == ("open", None, None)
    with pytest.raises(Refused, match="not merged"):
        actions.undo_merge(pair=pair, by=by, at=f.NOW)


def test_what_was_changed_after_the_merge_survives_its_undoing(by, two):
    wang, twin = two
    pair = pair_of(wang, twin)
    kept = actions.merge(pair=pair, keep=wang, by=by, at=f.NOW)
    kept = actions.change_person(
        person=kept, version=kept.version, values={"occupation": "电工"}, by=by, at=f.NOW
    )
    state(kept, by, "on_way", key="k9")
    kept, _gone = actions.undo_merge(pair=pair, by=by, at=f.NOW)
    assert kept.occupation == "电工" and kept.id_number is None
    assert set(register.facts(kept).values_list("key", flat=True)) == {"k1", "k9"}


def test_a_merged_record_is_closed(by, two):
    wang, twin = two
    actions.merge(pair=pair_of(wang, twin), keep=wang, by=by, at=f.NOW)
    for act in (
        lambda: actions.change_person(person=twin, version=2, values={"note": "x"}, by=by, at=f.NOW),
        lambda: state(twin, by, "away"),
        lambda: actions.set_phones(person=twin, numbers=[], by=by, at=f.NOW),
        lambda: actions.erase(person=twin, reason="x", by=by, at=f.NOW),
    ):
        with pytest.raises(Refused, match=f"was merged into #{wang.pk}"):
            act()


def test_merging_again_does_nothing_and_after_telling_apart_it_may_be_done(by, two):
    pair = pair_of(*two)
    actions.keep_apart(pair=pair, reason="父子同名", by=by, at=f.NOW)
    actions.keep_apart(pair=pair, by=by, at=f.NOW)
    pair.refresh_from_db()
    assert (pair.state, pair.reason, pair.decided_by_name) == ("distinct", "父子同名", by.name)
    actions.merge(pair=pair, keep=two[0], by=by, at=f.NOW)
    after = picture()
    actions.merge(pair=pair, keep=two[0], by=by, at=f.NOW)
    assert picture() == after
    with pytest.raises(Refused, match="Undo the merge"):
        actions.keep_apart(pair=pair, by=by, at=f.NOW)


def test_a_stranger_is_not_kept(by, two, into):
    third = person(by, into, name="李测试")
    with pytest.raises(Refused, match="one of the two"):
        actions.merge(pair=pair_of(*two), keep=third, by=by, at=f.NOW)


def test_pairs_of_merged_records_stand_for_what_they_became(by, two, into):
    """One, two and three are one person: two decisions close all three pairs, and undoing opens them again."""
    one, twin = two
    three = person(by, into, name="王测试", employer="丙厂")
    first, second, third = pair_of(one, twin), pair_of(twin, three), pair_of(one, three)
    before = picture()
    actions.merge(pair=first, keep=one, by=by, at=f.NOW)
    seen = duplicates.side_by_side(by, second)
    assert (seen.kept, seen.other, seen.same) == (one, three, False)
    kept = actions.merge(pair=second, keep=three, by=by, at=f.NOW)
    assert kept == three and register.people(by).get() == three
    third.refresh_from_db()
    assert third.state == "merged"
    with pytest.raises(Refused, match="third record"):
        actions.undo_merge(pair=third, by=by, at=f.NOW)
    with pytest.raises(Refused, match="Undo that merge first"):
        actions.undo_merge(pair=first, by=by, at=f.NOW)
    actions.undo_merge(pair=second, by=by, at=f.NOW)
    actions.undo_merge(pair=first, by=by, at=f.NOW)
    assert picture() == before
    assert set(duplicates.pairs(by)) == {first, second, third}


def test_a_document_entered_again_stands_in_the_way_of_undoing(by, two, into):
    wang, twin = two
    pair = pair_of(wang, twin)
    kept = actions.merge(pair=pair, keep=wang, by=by, at=f.NOW)
    actions.change_person(person=kept, version=kept.version, values={"id_number": ""}, by=by, at=f.NOW)
    Person.objects.filter(pk=person(by, into, name="李测试").pk).update(
        id_number=number(1), id_hash=twin.id_hash, id_kind="citizen"
    )
    before = picture()
    with pytest.raises(Refused, match="entered with another record"):
        actions.undo_merge(pair=pair, by=by, at=f.NOW)
    assert picture() == before


def test_nobody_merges_what_they_do_not_see(by, into):
    near, far_office = person(by, into), f.office(FAR_VILLAGE)
    far = person(f.actor(far_office), dataset(f.office(FAR_VILLAGE)), area_code=FAR_VILLAGE)
    pair = pair_of(near, far)
    for act in (
        lambda: actions.merge(pair=pair, keep=near, by=by, at=f.NOW),
        lambda: actions.keep_apart(pair=pair, by=by, at=f.NOW),
    ):
        with pytest.raises(NotAllowed, match="outside your area"):
            act()
        with scope.applied(by), pytest.raises(NotAllowed, match="outside your area"):
            act()
    city, caller = f.actor(f.office(CITY)), f.actor(f.office(VILLAGE), "caller")
    with pytest.raises(NotAllowed):
        actions.merge(pair=pair, keep=near, by=caller, at=f.NOW)
    with scope.applied(city):
        actions.merge(pair=pair, keep=near, by=city, at=f.NOW)
    assert register.people(city).get() == near


def test_side_by_side_masks_the_document(by, two):
    seen = duplicates.side_by_side(by, pair_of(*two))
    lines = {line.field: line for line in seen.lines}
    assert lines["employer"].differs and not lines["occupation"].differs
    assert lines["id_number"].other.startswith("220***") and lines["id_number"].kept == ""


texts = st.sampled_from(["", "甲", "乙"])
records = st.fixed_dictionaries(
    {
        "employer": texts,
        "note": texts,
        "sex": st.sampled_from(["", "m", "f"]),
        "current_area": st.sampled_from(["", VILLAGE]),
        "document": st.booleans(),
        "phones": st.lists(st.sampled_from(["13912345678", "13800000000", "15900000000"]), max_size=3, unique=True),
        "categories": st.lists(st.sampled_from(["poor", "student", "trader"]), max_size=3, unique=True),
        "facts": st.lists(
            st.tuples(st.sampled_from(["returned", "away"]), st.sampled_from(["", "k1", "k2"])),
            max_size=3,
            unique_by=lambda fact: fact[1] or fact,
        ),
    }
)  # fmt: skip


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(st.lists(records, min_size=2, max_size=4), st.data())
def test_any_row_of_merges_loses_nothing_and_is_undone_exactly(by, into, drawn, data):
    with transaction.atomic():
        rows = [_made(by, into, values) for values in drawn]
        before = picture()
        stack = []
        while len(rows) > 1:
            one, two = data.draw(st.permutations(rows))[:2]
            pair = pair_of(one, two)
            stack.append((pair, picture()))
            kept = actions.merge(pair=pair, keep=one, by=by, at=f.NOW)
            rows = [kept if row == one else row for row in rows if row != two]
        last = rows[0]
        for field in ("employer", "note", "current_area"):
            stated = {values[field] for values in drawn} - {""}
            value = getattr(last, field)
            assert (value in stated) if stated else value == ""
        assert set(last.phones.values_list("number_hash", flat=True)) == set(
            PersonPhone.objects.values_list("number_hash", flat=True)
        )
        assert set(last.categories.values_list("category", flat=True)) == set(
            PersonCategory.objects.values_list("category", flat=True)
        )
        assert register.people(by).get() == last
        for pair, then in reversed(stack):
            actions.undo_merge(pair=pair, by=by, at=f.NOW)
            assert picture() == then
        assert picture() == before
        transaction.set_rollback(True)


def _made(by, into, values):
    n = next(_serial)
    plain = {field: values[field] for field in ("employer", "note", "sex", "current_area")}
    document = {"id_number": number(n % 1000, birth=f"19{50 + n % 50}0515")} if values["document"] else {}
    row = person(by, into, name=f"王测试{n}", phones=tuple(values["phones"]), **plain, **document)
    for category in values["categories"]:
        actions.set_category(person=row, category=category, by=by, at=f.NOW)
    for value, key in values["facts"]:
        state(row, by, value, key)
    return row


@pytest.mark.django_db(transaction=True)
def test_ten_merge_one_pair_both_ways_at_once():
    county = f.office(NEAR)
    by, into = f.actor(county), dataset(county)
    one, two = person(by, into, employer="甲厂"), person(by, into, occupation="焊工")
    pair = pair_of(one, two)

    def attempt(n: int) -> int | str:
        try:
            with scope.applied(by):
                return actions.merge(pair=pair, keep=(one, two)[n % 2], by=by, at=f.NOW).pk
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = set(pool.map(attempt, range(10)))
    kept = register.people(by).get()
    assert answers == {kept.pk}
    assert (kept.employer, kept.occupation) == ("甲厂", "焊工")
    assert Event.objects.filter(verb="person.merge").count() == 1


@pytest.mark.django_db(transaction=True)
def test_merges_of_overlapping_pairs_at_once_end_in_one_person():
    county = f.office(NEAR)
    by, into = f.actor(county), dataset(county)
    rows = [person(by, into, note=f"第{n}份") for n in range(5)]
    pairs = [pair_of(a, b) for place, a in enumerate(rows) for b in rows[place + 1 :]]

    def attempt(pair: PossibleDuplicate) -> str:
        try:
            with scope.applied(by):
                actions.merge(pair=pair, keep=Person.objects.get(pk=pair.other_id), by=by, at=f.NOW)
            return "merged"
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(attempt, pairs)) <= {
            "merged",
            "Others are merging these records at this moment. Try again.",
        }
    for pair in duplicates.pairs(by):
        actions.merge(pair=pair, keep=pair.kept, by=by, at=f.NOW)
    assert register.people(by).count() == 1
    assert not duplicates.pairs(by).exists()


@pytest.mark.django_db(transaction=True)
def test_a_statement_sent_during_a_merge_is_never_lost():
    county = f.office(NEAR)
    by, into = f.actor(county), dataset(county)
    one, two = person(by, into), person(by, into, note="二")
    pair = pair_of(one, two)

    def send(n: int) -> int:
        try:
            with scope.applied(by):
                if n == 4:
                    actions.merge(pair=pair, keep=one, by=by, at=f.NOW)
                    return 0
                state(two, by, "away", key=f"k{n}")
                return 1
        except Refused:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(send, range(12)))
    assert register.facts(one).count() == taken
