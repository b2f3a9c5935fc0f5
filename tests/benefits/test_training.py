"""Free courses: who may join by rule, who was there, what that answers when an allowance is claimed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chunfeng.benefits.actions import claims, finding, training
from chunfeng.benefits.actions.beneficiaries import know_person
from chunfeng.benefits.choices import EnrolmentState
from chunfeng.benefits.files import shipped
from chunfeng.benefits.models import AttendanceDay, Enrolment, Measure
from chunfeng.benefits.queries import training as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import set_category
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = pytest.mark.django_db
COUNTY = "220184000000"
FIRST, LAST = date(2020, 2, 1), date(2020, 2, 10)


def local(code: str) -> str:
    """A shipped example as the county takes it over."""
    return shipped()[code].replace("990500000000", COUNTY)


@pytest.fixture
def county():
    return f.office(COUNTY)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def into(county):
    return people.dataset(county)


@pytest.fixture
def measure(county) -> Measure:
    return b.version(county, local("free-training"), "free-training", title="免费培训").measure


def offered(by, measure, key: str = "c", **more):
    given = {
        "title": "测试养老护理员班", "subject": "养老护理", "place": "测试大厅", "provider": "测试技校",
        "begins_on": FIRST, "ends_on": LAST, "seats": 2, "fee": 120_000,
    }  # fmt: skip
    return training.add_course(measure=measure, **(given | more), key=key, by=by, at=f.NOW)


def jobless(by, into, n: int = 1, category: str = "unemployed"):
    row = people.person(by, into, id_number=people.number(n), name=f"测试{n}")
    set_category(person=row, category=category, valid_from=date(2019, 1, 1), source="登记", by=by, at=f.NOW)
    return row


def joined(by, into, course, n: int = 1) -> Enrolment:
    row = jobless(by, into, n)
    training.note_need(person=row, subject=course.subject, by=by, at=f.NOW)
    return training.enrol(course=course, person=row, facts={}, by=by, at=f.NOW)


def test_the_rule_asks_refuses_and_admits(by, into, measure):
    course = offered(by, measure)
    assert offered(by, measure).pk == course.pk
    row = jobless(by, into)
    with pytest.raises(training.MissingFacts) as missing:
        training.enrol(course=course, person=row, facts={}, by=by, at=f.NOW)
    assert missing.value.asks == ("wants_course",), (
        "the register answers the others, the course itself the rest"
    )
    with pytest.raises(Refused, match="免费培训"):  # the clause by its heading
        training.enrol(course=course, person=row, facts={"wants_course": False}, by=by, at=f.NOW)
    stranger = people.person(by, into, id_number=people.number(7), name="在职甲")
    given = {"course": course, "person": stranger, "by": by, "at": f.NOW}
    with pytest.raises(training.MissingFacts):
        training.enrol(**given, facts={"wants_course": True})
    with pytest.raises(Refused, match="登记失业人员"):
        training.enrol(**given, facts={"unemployed": False, "wants_course": True})
    assert not Enrolment.objects.exists()
    for _twice in range(2):
        training.note_need(person=row, subject="养老 护理".replace(" ", ""), by=by, at=f.NOW)
    made = training.enrol(course=course, person=row, facts={}, by=by, at=f.NOW)
    assert training.enrol(course=course, person=row, facts={}, by=by, at=f.NOW).pk == made.pk
    assert made.outcome == "ask" and '"attended"' not in made.facts, "nobody has attended yet"
    assert queries.needs(by) == [{"subject": "养老护理", "n": 1, "met": 1}]


def test_a_full_and_an_ended_course(by, into, measure):
    course = offered(by, measure)
    for n in (1, 2):
        joined(by, into, course, n)
    with pytest.raises(Refused, match="2"):
        joined(by, into, course, 3)
    training.finish(enrolment=Enrolment.objects.first(), completed=False, remark="找到工作", by=by, at=f.NOW)
    assert joined(by, into, course, 4).pk, "who left makes room"
    late = f.NOW + timedelta(days=30)
    with pytest.raises(Refused):
        training.enrol(course=course, person=jobless(by, into, 5), facts={}, by=by, at=late)


def test_attendance_is_one_row_a_person_and_day(by, into, measure):
    course, other = offered(by, measure), offered(by, measure, key="d", title="另一班")
    place = joined(by, into, course)
    given = {"course": course, "by": by, "at": f.NOW}
    assert training.mark(**given, on=FIRST, present={place.pk: False}) == 1
    assert training.mark(**given, on=FIRST, present={place.pk: True}) == 1
    assert training.mark(**given, on=FIRST, present={place.pk: True}) == 0
    assert AttendanceDay.objects.get().present
    for day in (FIRST - timedelta(days=1), LAST):
        with pytest.raises(Refused):
            training.mark(**given, on=day, present={place.pk: True})  # before the course; in the future
    again = training.enrol(course=other, person=_person(place), facts={"wants_course": True}, by=by, at=f.NOW)
    with pytest.raises(Refused, match="测试1"):
        training.mark(course=other, on=FIRST, present={again.pk: True}, by=by, at=f.NOW)
    with pytest.raises(NotAllowed):
        training.mark(course=other, on=FIRST, present={place.pk: True}, by=by, at=f.NOW)


def test_completing_asks_the_rules_again_with_the_attendance(by, into, measure):
    course = offered(by, measure)
    place = joined(by, into, course)
    with pytest.raises(Refused):
        training.finish(enrolment=place, completed=True, by=by, at=f.NOW)
    training.mark(course=course, on=FIRST, present={place.pk: True}, by=by, at=f.NOW)
    for _twice in range(2):
        done = training.finish(enrolment=place, completed=True, remark="合格证", by=by, at=f.NOW)
    assert (done.state, done.outcome, done.amount) == (EnrolmentState.COMPLETED, "eligible", 120_000)
    assert queries.paid_by_fund(course) == 120_000
    with pytest.raises(Refused):
        training.finish(enrolment=place, completed=False, by=by, at=f.NOW)
    never = joined(by, into, course, 2)
    left = training.finish(enrolment=never, completed=False, by=by, at=f.NOW)
    assert (left.outcome, left.amount) == ("not eligible", None)
    midway = joined(by, into, offered(by, measure, key="e"), 3)
    training.mark(course=midway.course, on=FIRST, present={midway.pk: True}, by=by, at=f.NOW)
    left = training.finish(enrolment=midway, completed=False, by=by, at=f.NOW)
    assert (left.outcome, left.amount) == ("eligible", None), "the fund pays what was completed"


def test_attendance_answers_the_claim_for_a_living_allowance(by, into, measure, county):
    b.version(county, local("training-living-allowance"), "training-living-allowance", title="生活费补贴")
    course = offered(by, measure)
    place = joined(by, into, course)
    set_category(person=_person(place), category="hardship", source="认定", by=by, at=f.NOW)

    def prefilled(key: str, on: date) -> dict:
        whom = know_person(person=_person(place), by=by, at=f.NOW)
        row = claims.open_claim(
            code="training-living-allowance", beneficiary=whom, on=on, key=key, by=by, at=f.NOW
        )
        row = finding.prefill(row, by=by, at=f.NOW)
        held = claims.stated(row)
        claims.withdraw(claim=row, reason="测试", by=by, at=f.NOW)
        return held

    assert "in_training" not in prefilled("a", FIRST), "a place alone proves no attendance"
    training.mark(course=course, on=FIRST, present={place.pk: True}, by=by, at=f.NOW)
    held = prefilled("b", FIRST + timedelta(days=1))
    assert held["in_training"] == {"value": True, "source": "register:training"}
    assert held["hardship_person"]["source"] == "register:people"
    assert "in_training" not in prefilled("c", LAST + timedelta(days=1)), "the course is over"
    training.finish(enrolment=place, completed=False, by=by, at=f.NOW)
    assert "in_training" not in prefilled("d", FIRST + timedelta(days=1))


def _person(place: Enrolment):
    return place.beneficiary.person


def test_two_areas_and_the_rules_of_another_day(by, into, measure):
    course = offered(by, measure)
    far = f.actor(f.office("220122000000"))
    assert queries.course(far, course.pk) is None
    with pytest.raises(Refused):
        offered(by, measure, key="old", begins_on=date(2018, 1, 1), ends_on=date(2018, 1, 2))
    for wrong in ({"seats": 0}, {"fee": -1}, {"ends_on": FIRST - timedelta(days=1)}, {"title": " "}):
        with pytest.raises(Refused):
            offered(by, measure, key="w", **wrong)
