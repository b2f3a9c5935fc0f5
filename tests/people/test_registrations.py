"""Registration at the habitual residence: applied for, granted with papers or a reason, refused, ended."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import actions, rulebook
from chunfeng.people.actions import registrations
from chunfeng.people.models import PossibleDuplicate, Registration
from chunfeng.people.queries import register
from chunfeng.people.queries import registrations as queries
from tests import factories as f
from tests.people.builders import FAR, FAR_VILLAGE, NEAR, VILLAGE, dataset, person

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)


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
def wang(by, county):
    return person(by, dataset(county), birth=date(1985, 5, 1), sex="f")


def apply(row, by, kind="unemployed", ground="dismissed", proofs=("id", "ended"), **more):
    return registrations.apply(person=row, kind=kind, ground=ground, proofs=proofs, by=by, at=f.NOW, **more)


def held(row):
    return [(c.category, c.valid_from, c.valid_to) for c in register.categories(row).order_by("pk")]


def test_granted_the_person_is_in_the_category_until_it_ends(by, wang):
    made = apply(wang, by, applied_on=date(2020, 1, 30))
    assert apply(wang, by) == made and made.source == rulebook.ground("unemployed", "dismissed").source
    granted = registrations.grant(registration=made, by=by, at=f.NOW)
    assert registrations.grant(registration=made, by=by, at=f.NOW).state == granted.state == "granted"
    assert held(wang) == [("unemployed", date(2020, 1, 30), None)]
    for _twice in range(2):
        ended = registrations.end(registration=granted, on=DAY, reason="找到工作", by=by, at=f.NOW)
    assert (ended.state, ended.ended_on) == ("ended", DAY)
    assert held(wang) == [("unemployed", date(2020, 1, 30), DAY)]
    assert apply(wang, by).pk != made.pk


def test_missing_papers_and_age_ask_for_a_reason(by, wang):
    made = apply(wang, by, "hardship", "older", ["id"])
    assert len(queries.doubts(made, DAY)) == 2
    with pytest.raises(Refused, match="34 years old"):
        registrations.grant(registration=made, by=by, at=f.NOW)
    registrations.show_proofs(registration=made, proofs=["id", "registered"], by=by, at=f.NOW)
    granted = registrations.grant(registration=made, reason="省里另有规定", by=by, at=f.NOW)
    assert granted.reason == "省里另有规定" and held(wang)[0][0] == "hardship"


def test_refused_with_a_reason_it_can_be_applied_for_again(by, wang):
    made = apply(wang, by)
    with pytest.raises(Refused, match="empty"):
        registrations.refuse(registration=made, reason=" ", by=by, at=f.NOW)
    registrations.refuse(registration=made, reason="已在别处就业", by=by, at=f.NOW)
    with pytest.raises(Refused, match="decided by"):
        registrations.grant(registration=made, by=by, at=f.NOW)
    assert held(wang) == [] and apply(wang, by).pk != made.pk


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"ground": "nothing"}, "on what ground"),
        ({"kind": "hardship", "ground": "dismissed"}, "on what ground"),
        ({"proofs": ["diploma"]}, "does not belong"),
        ({"applied_on": date(2020, 2, 2)}, "future"),
    ],
)
def test_what_cannot_be_applied_for(by, wang, more, said):
    with pytest.raises(Refused, match=said):
        apply(wang, by, **more)
    assert not Registration.objects.exists()


def test_another_ground_of_the_kind_waits_for_the_first(by, wang):
    apply(wang, by)
    with pytest.raises(Refused, match="running since"):
        apply(wang, by, ground="closed", proofs=[])
    apply(wang, by, "hardship", "disabled", [])


def test_it_is_made_where_the_person_lives_now(by, county):
    far = f.office(FAR)
    moved = person(by, dataset(county), name="李测试", current_area=FAR_VILLAGE)
    with pytest.raises(Refused, match="lives elsewhere"):
        apply(moved, by)
    made = apply(moved, f.actor(far))
    assert made.area_code == FAR_VILLAGE and list(queries.registrations(by)) == []
    with pytest.raises(NotAllowed):
        registrations.grant(registration=made, by=by, at=f.NOW)
    with pytest.raises(NotAllowed):
        registrations.grant(registration=made, by=f.actor(far, "caller"), at=f.NOW)


def test_after_a_merge_the_one_that_stands_is_registered(by, county, wang):
    other = person(by, dataset(county, name="二"), name="王测式", birth=date(1985, 5, 1))
    made = apply(other, by)
    pair = PossibleDuplicate.objects.create(kept=wang, other=other, area_code=NEAR, found_at=f.NOW)
    actions.merge(pair=pair, keep=wang, by=by, at=f.NOW)
    registrations.grant(registration=made, by=by, at=f.NOW)
    assert held(wang) == [("unemployed", DAY, None)] and queries.of_person(wang).get() == made
    registrations.end(registration=made, on=DAY, reason="找到工作", by=by, at=f.NOW)
    assert held(wang) == [("unemployed", DAY, DAY)]


def test_people_who_receive_support_by_source(by, county, wang):
    di = person(by, dataset(county, name="二"), name="李测试")
    far = f.office(FAR)
    there = person(f.actor(far), dataset(far), name="外县", area_code=FAR_VILLAGE)
    for row, source, actor, more in [
        (wang, "培训补贴", by, {}), (di, "培训补贴", by, {}), (di, "岗位补贴", by, {"valid_from": date(2019, 1, 1),
        "valid_to": date(2019, 12, 31)}), (there, "培训补贴", f.actor(far), {}),
    ]:  # fmt: skip
        actions.set_category(person=row, category="beneficiary", source=source, by=actor, at=f.NOW, **more)
    assert [(s.source, s.people) for s in queries.support(by, DAY)] == [("培训补贴", 2)]
    assert {row.person.name for row in queries.supported(by, DAY)} == {"王测试", "李测试"}


def test_the_list_of_grounds_is_whole():
    for ground in rulebook.grounds():
        assert ground.source and "id" in ground.proofs and not ground.verified
    assert {g.kind for g in rulebook.grounds()} == {"unemployed", "hardship"}
    assert len({(g.kind, g.code) for g in rulebook.grounds()}) == len(rulebook.grounds())
    assert VILLAGE
