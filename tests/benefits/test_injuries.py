"""Work injuries: told once, decided by somebody else as the rule says, in the terms of the area."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from chunfeng.benefits import clocks
from chunfeng.benefits.actions import injuries
from chunfeng.benefits.models import InjuryCase
from chunfeng.benefits.queries import injuries as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.reporting.suggestions import offered
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people
from tests.reporting import builders as reports

pytestmark = pytest.mark.django_db
COUNTY, FAR = "220184000000", "220122000000"
DAY = date(2020, 2, 10)
GOOD = {
    "duty_role": "medical",
    "infected": True,
    "on_duty": True,
    "injury_insured": False,
    "finance_supported": True,
}


def at(day: date, hour: int = 10):
    return timezone.make_aware(timezone.datetime(day.year, day.month, day.day, hour))


@pytest.fixture
def county():
    office = f.office(COUNTY, name="测试市人社局")
    for code in ("work-injury-epidemic-staff", "work-injury-clock", "work-injury-application"):
        b.shipped(office, code, subject="person")
    return office


@pytest.fixture
def taker(county):
    return f.actor(county, "caller")


@pytest.fixture
def officer(county):
    return f.actor(county)


def apply(by, n: int = 1, on: date = DAY, **more) -> InjuryCase:
    given = {
        "name": f"测试医护{n}", "document": people.number(n), "employer": "测试医院", "applicant": "employer",
        "happened_on": on - timedelta(days=5), "applied_on": on, "key": f"k{n}", "by": by, "at": at(on),
    }  # fmt: skip
    return injuries.apply(**(given | more))


def accepted(by, n: int = 1, facts=GOOD, **more) -> InjuryCase:
    case = apply(by, n, **more)
    injuries.state_facts(case=case, facts=facts, sources={}, by=by, at=at(DAY))
    return injuries.accept(case=case, clear=True, by=by, at=at(DAY + timedelta(days=2)))


def test_from_the_counter_to_the_service(taker, officer):
    case = apply(taker)
    assert apply(taker).pk == case.pk  # a retry
    assert case.due_on == date(2020, 2, 25)  # 15 days for the papers
    missing = injuries.needed(case)[1:3]
    later = at(DAY + timedelta(days=1))
    for _again in range(2):
        case = injuries.tell_missing(case=case, missing=missing, by=taker, at=later)
    assert (case.state, case.missing, case.due_on) == ("incomplete", missing, None)
    with pytest.raises(Refused, match="2020-02-11"):
        injuries.tell_missing(case=case, missing=["又一份材料"], by=taker, at=later)
    with pytest.raises(Refused, match=missing[1]):
        injuries.accept(case=case, clear=True, by=taker, at=later)
    for name in missing:
        injuries.attach(
            case=case, data=b"x", name="a.txt", media_type="text/plain", proves=name, by=taker, at=later
        )
    case = injuries.accept(case=case, clear=True, by=taker, at=later)
    assert case.due_on == date(2020, 2, 26)  # clear: 15 days from acceptance
    with pytest.raises(Refused):  # the rule knows nothing yet
        injuries.decide(case=case, recognised=True, by=officer, at=later)
    injuries.state_facts(case=case, facts=GOOD, sources={"infected": "paper"}, by=taker, at=later)
    with pytest.raises(NotAllowed):
        injuries.decide(case=case, recognised=True, by=taker, at=later)
    for _again in range(2):
        case = injuries.decide(case=case, recognised=True, by=officer, at=later)
    assert (case.state, case.payer, case.against_rule) == (
        "recognised",
        "employer_pays finance_tops_up",
        False,
    )
    assert case.due_on == date(2020, 3, 2) and "〔2020〕11号" in case.reasons
    with pytest.raises(Refused):
        injuries.state_facts(case=case, facts={"infected": False}, sources={}, by=taker, at=later)
    case = injuries.serve(
        case=case, served_on=DAY + timedelta(days=3), how="直接送达", by=taker, at=at(date(2020, 2, 14))
    )
    assert [each.state for each in queries.steps(case)][::-1] == [
        "applied", "incomplete", "accepted", "recognised", "served",
    ]  # fmt: skip
    assert injuries.replays(InjuryCase.objects.get())
    assert Event.objects.filter(verb="injury.decide").count() == 1


def test_who_took_it_in_never_decides_whatever_the_role(officer):
    case = accepted(officer)
    with pytest.raises(NotAllowed, match=officer.name):
        injuries.decide(case=case, recognised=True, by=officer, at=at(DAY + timedelta(days=3)))


def test_against_the_rule_only_with_a_reason(taker, officer):
    case = accepted(taker, facts=GOOD | {"on_duty": False})
    now = {"by": officer, "at": at(DAY + timedelta(days=3))}
    with pytest.raises(Refused):
        injuries.decide(case=case, recognised=True, **now)
    case = injuries.decide(case=case, recognised=True, reasons="另有法院判决", **now)
    assert (case.against_rule, case.reasons) == (True, "另有法院判决")
    no = injuries.decide(case=accepted(taker, 2, facts=GOOD | {"on_duty": False}), recognised=False, **now)
    assert (no.state, no.payer, no.against_rule) == ("not_recognised", "", False)


def test_the_green_channel_of_the_area_wins_and_late_is_said(county, taker):
    case = accepted(taker)
    terms = {term.name: term for term in clocks.terms(case, DAY + timedelta(days=4))}
    assert (terms["decide_by"].by, terms["decide_by"].state) == (date(2020, 2, 27), "running")
    b.shipped(county, "work-injury-clock-green-channel-a", area=COUNTY)
    terms = {term.name: term for term in clocks.terms(case, DAY + timedelta(days=6))}
    assert (terms["decide_by"].by, terms["decide_by"].state, terms["decide_by"].left) == (
        date(2020, 2, 15),
        "over",
        -1,
    )
    assert (
        terms["check_by"].state == "kept"
        and "绿色通道" in terms["decide_by"].won
        and not terms["check_by"].won
    )
    assert injuries.renew_clocks(at=at(DAY + timedelta(days=6))) == 1
    assert injuries.renew_clocks(at=at(DAY + timedelta(days=6))) == 0
    assert InjuryCase.objects.get().due_on == date(2020, 2, 15)
    late = apply(taker, 2, happened_on=DAY - timedelta(days=31))
    term = clocks.terms(late, DAY)[0]
    assert (term.name, term.by, term.state) == ("apply_by", DAY - timedelta(days=1), "late")
    worker = apply(taker, 3, happened_on=DAY - timedelta(days=31), applicant="worker")
    assert clocks.terms(worker, DAY)[0].state == "kept"


def test_once_in_every_area(county, taker):
    apply(taker)
    far = f.office(FAR, name="另一县人社局")
    by = f.actor(far)
    moved = b.Measure.objects.get(code="work-injury-epidemic-staff")
    moved.area_code = "220000000000"
    moved.save()
    with pytest.raises(Refused, match="测试市人社局"):
        apply(by, key="other")


def test_the_figures_of_the_day_are_offered_to_reports(county, taker, officer):
    form = reports.form(
        county, at=f.NOW, code="injuries", checks=[],
        indicators=[
            {"code": name, "label": {"zh": name, "en": name}, "prefill": f"register:benefits:injuries_{name}"}
            for name in ("received", "decided", "recognised", "open")
        ],
    )  # fmt: skip
    of = reports.obligation(form, county, DAY + timedelta(days=3))
    assert offered(of, of.due_at) == {}  # a register nobody keeps does not say zero
    for n in (1, 2, 3):
        case = accepted(taker, n)
        if n < 3:
            injuries.decide(
                case=case, recognised=n == 1, reasons="理由", by=officer, at=at(DAY + timedelta(days=3))
            )
    apply(taker, 4, on=DAY + timedelta(days=3))
    found = {name: offer.value for name, offer in offered(of, of.due_at).items()}
    assert found == {"received": 1, "decided": 2, "recognised": 1, "open": 2}
    below = queries.by_area([(COUNTY, "甲"), (FAR, "乙")], DAY, DAY)
    assert [(row[2].received, row[2].decided, row[2].open) for row in below] == [(3, 0, 3), (0, 0, 0)]
