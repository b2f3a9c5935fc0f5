"""The room of isolation through the test client: lists, acts, refusals, walls, a bounded number of queries."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from chunfeng.core.models import Event
from chunfeng.people.actions import fever, follow_ups, health, isolation
from chunfeng.people.models import (
    AffectedArea,
    ContactRecord,
    FeverCase,
    FollowUp,
    HealthRecord,
    Isolation,
    PlacementRule,
)
from tests import factories as f
from tests.people.builders import NEAR, THIRD, VILLAGE, dataset, person
from tests.people.isolating import CLAUSE, HIT_CITY, hit, rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def into(county):
    return dataset(county, keep_until=timezone.localdate() + timedelta(days=200))


@pytest.fixture
def wang(by, into):
    return person(
        by, into, name="王小明", work_area=HIT_CITY, employer="演示厂", id_number="11010519491231002X"
    )


@pytest.fixture
def home(county):
    return rule(county, fever_above="37.3")


@pytest.fixture
def client(county):
    return f.browse(f.posting(county))


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def opened(who, by, ago=0):
    at = timezone.now() - timedelta(days=ago)
    return isolation.place(
        person=who,
        exposure="area",
        symptoms=False,
        since=timezone.localdate(at),
        place="三组12号",
        by=by,
        at=at,
    ).isolation


def full(row, by):
    """Every day up to yesterday recorded without symptoms."""
    day = row.starts_on
    while day < timezone.localdate():
        health.record_health(
            isolation=row,
            on=day,
            symptoms=[],
            temperature="36.5",
            key=f"{row.pk}{day}",
            by=by,
            at=timezone.now(),
        )
        day += timedelta(days=1)


def get(client, name, *args, status=200, **query):
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == status, response.content.decode()[:800]
    return response.content.decode()


def post(client, name, *args, status=302, **data):
    response = client.post(reverse(name, args=args), data)
    assert response.status_code == status, response.content.decode()[:1500]
    return response


def test_the_list_shows_what_waits_and_finds_without_a_word_in_the_address(client, by, into, wang, home):
    opened(wang, by, ago=3)
    done = opened(person(by, into, name="李期满"), by, ago=14)
    Isolation.objects.filter(pk=done.pk).update(starts_on=timezone.localdate() - timedelta(days=14))
    full(Isolation.objects.get(pk=done.pk), by)
    body = get(client, "isolation")
    assert "王小明" in body and "李期满" in body and "三组12号" not in body
    for what, names in [("due", 2), ("overdue", 1), ("release", 1), ("ill", 0), ("ended", 0), ("receipt", 0)]:
        found = get(client, "isolation", what=what)
        assert sum(name in found for name in ("王小明", "李期满")) == names, what
    assert get(client, "isolation", sort="starts_on") != get(client, "isolation", sort="-starts_on")
    answer = post(client, "isolation-find", text="11010519491231002X", what="due")
    assert "1101" not in answer.url and "王小明" in client.get(answer.url).content.decode()
    assert "李期满" not in client.get(answer.url).content.decode()
    assert client.get(reverse("isolation"), {"export": "xlsx"}).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_rows(client, by, into, wang, home, county):
    counts = []
    opened(wang, by)
    for n in range(4):
        if n:
            opened(person(by, into, name=f"王多{n}", area_code=f"22018410020{n}"), by)
        for name in ("isolation", "isolation-today", "isolation-flow", "follow-ups", "isolation-rules"):
            with CaptureQueriesContext(
                connection,
            ) as caught:
                get(client, name)
            counts.append((name, n, len(caught)))
    for name in {each[0] for each in counts}:
        few, many = (n for at in (1, 3) for each, row, n in counts if (each, row) == (name, at))
        assert many <= few, (name, few, many)


def test_a_record_in_one_tap_with_a_temperature_or_with_symptoms(client, by, wang, home):
    row = opened(wang, by)
    post(client, "isolation-record", row.pk, well="1", temperature="36.4", key="a")
    post(client, "isolation-record", row.pk, well="1", temperature="36.4", key="a")  # tapped twice
    assert HealthRecord.objects.get().clear
    body = get(client, "isolation-page", row.pk)
    assert "36.4" not in body and "三组12号" not in body
    answer = post(client, "isolation-record", row.pk, well="1", symptoms=["cough"], status=422)
    assert "Symptoms are ticked" in answer.content.decode()
    post(client, "isolation-record", row.pk, temperature="99", status=422)
    post(client, "isolation-record", row.pk, symptoms=["cough"], key="b")
    assert FollowUp.objects.get().reason == "symptoms"
    wrong = HealthRecord.objects.get(clear=False)
    post(client, "isolation-record", row.pk, corrects=wrong.pk, well="1", key="c")
    post(client, "isolation-record", row.pk, corrects="9999999", well="1", key="d", status=422)
    assert HealthRecord.objects.count() == 3


def test_values_are_shown_for_a_reason_that_stands_in_the_trail(client, by, wang, home):
    row = opened(wang, by)
    health.record_health(
        isolation=row, on=timezone.localdate(), temperature="38.8", key="k", by=by, at=timezone.now()
    )
    post(client, "isolation-show", row.pk, reason="", status=422)
    body = post(client, "isolation-show", row.pk, reason="核对记录", status=200).content.decode()
    assert "38.8" in body and "三组12号" in body
    from chunfeng.core import scope
    from chunfeng.core.actor import SYSTEM

    with scope.applied(SYSTEM):
        assert Event.objects.get(verb="health.read").reason == "核对记录"


def test_release_move_lift_and_hand_over(client, by, wang, into, home, county):
    row = opened(wang, by, ago=14)
    body = post(
        client, "isolation-release", row.pk, handed_to="employer", handed_name="演示厂", status=422
    ).content.decode()
    assert "Not yet: 0 of 14" in body
    full(row, by)
    post(client, "isolation-release", row.pk, handed_to="employer", handed_name="演示厂")
    assert "演示厂" in get(client, "isolation-receipt", row.pk)
    post(client, "isolation-hand-over", row.pk, signed="1")
    assert Isolation.objects.get().handed_at is not None
    post(client, "isolation-hand-over", row.pk, handed_to="community", handed_name="三合村", status=422)
    other = opened(person(by, into, name="李转移"), by)
    ward = rule(county, "hospital", symptoms=True)
    post(client, "isolation-move", other.pk, rule="", reason="发热", status=422)
    post(client, "isolation-move", other.pk, rule=ward.pk, reason="发热", area="nowhere at all", status=422)
    moved = post(client, "isolation-move", other.pk, rule=ward.pk, reason="发热", place="市医院")
    made = Isolation.objects.get(placement="hospital")
    assert moved.url == reverse("isolation-page", args=[made.pk])
    get(client, "isolation-receipt", made.pk, status=422)
    post(client, "isolation-lift", made.pk, reason="", status=422)
    post(client, "isolation-lift", made.pk, reason="已排除")
    assert Isolation.objects.get(pk=made.pk).state == "released"


def test_a_village_on_one_page(client, by, into, wang, home):
    rows = [
        opened(who, by) for who in (wang, person(by, into, name="李空着"), person(by, into, name="赵矛盾"))
    ]
    body = get(client, "isolation-today")
    assert all(name in body for name in ("王小明", "李空着", "赵矛盾"))
    a, b, c = (row.pk for row in rows)
    answer = client.post(
        reverse("isolation-today"),
        {
            "row": [a, b, c, 99999], f"well-{a}": "1", f"key-{a}": "x1", f"well-{c}": "1", f"symptoms-{c}": "cough",
            f"temperature-{b}": " ",
        },
    )  # fmt: skip
    assert answer.status_code == 422 and "赵矛盾" in answer.content.decode()
    assert HealthRecord.objects.get().isolation_id == a
    assert "王小明" not in get(client, "isolation-today") and "王小明" in get(
        client, "isolation-today", all="1"
    )
    yesterday = timezone.localdate() - timedelta(days=1)
    assert "Nobody" in get(client, "isolation-today", on=str(yesterday))
    get(client, "isolation-today", on="2020-13-99", area="what", after="x")


def test_why_a_rule_applies_and_opening_by_it(client, by, wang, home, county):
    hit(county)
    lost = rule(county, "central", valid_from=date(2020, 1, 2))
    body = get(client, "isolation-person", wang.pk)
    assert CLAUSE in body and home.name in body and "a newer rule" in body and lost.name in body
    assert "Not held back" in get(client, "isolation-person", wang.pk, exposure="none", symptoms="no")
    assert "No rule in force" in get(client, "isolation-person", wang.pk, exposure="contact", symptoms="yes")
    post(client, "isolation-place", wang.pk, exposure="none", symptoms="no", status=422)
    post(client, "isolation-place", wang.pk, exposure="area", symptoms="no", since="2999-01-01", status=422)
    answer = post(client, "isolation-place", wang.pk, exposure="area", symptoms="no")
    assert answer.url == reverse("isolation-page", args=[Isolation.objects.get().pk])


def test_the_gate(client, by, wang, home, county):
    hit(county)
    found = client.get(post(client, "isolation-gate", text="王小").url).content.decode()
    assert "王小明" in found and "11010519491231002X" not in found
    url = reverse("isolation-decide", args=[wang.pk])
    given = {"temperature": "36.5", "origin": HIT_CITY, "kind": "outsider", "key": "g1"}
    assert client.post(url, given | {"well": "1", "symptoms": "cough"}).status_code == 422
    assert client.post(url, given | {"temperature": ""}).status_code == 422
    answer = client.post(url, given | {"well": "1"})
    again = client.post(url, given | {"well": "1"})
    assert answer.url == again.url and ContactRecord.objects.count() == Isolation.objects.count() == 1
    body = client.get(answer.url).content.decode()
    assert CLAUSE in body and "Isolation at home" in body


def test_rules_and_areas_are_taken_changed_and_ended(client, county):
    event = f.emergency()
    assert "Take into use" in get(client, "isolation-library")
    url = reverse("isolation-rule-new") + "?from=area-home"
    body = client.get(url).content.decode()
    name = re.search(r'name="name" value="([^"]+)"', body).group(1)
    values = {
        "emergency": event.pk, "name": name, "exposure": "area", "symptoms": "no", "placement": "home", "days": "14",
        "fever_above": "37.3", "valid_from": "2020-02-20", "source": "测疫指〔2020〕3号",
    }  # fmt: skip
    assert client.post(url, values | {"exposure": "none"}).status_code == 422
    assert client.post(url, values).status_code == 302
    row = PlacementRule.objects.get()
    assert row.clause is None and row.source == "测疫指〔2020〕3号"
    clause = f.notice(county).clauses.get()
    assert f'<option value="{clause.pk}">' in get(client, "isolation-rule", row.pk)
    changed = values | {"days": "10", "clause": clause.pk}
    assert client.post(reverse("isolation-rule", args=[row.pk]), changed).status_code == 302
    row.refresh_from_db()
    assert row.clause == clause and clause.notice.number in row.source
    assert f"{reverse('notice', args=[clause.notice_id])}#c-{clause.pk}" in get(client, "isolation-rules")
    post(client, "isolation-rule-end", row.pk, on="2020-03-01")
    row.refresh_from_db()
    assert (row.days, row.valid_to) == (10, date(2020, 3, 1))
    assert name in get(client, "isolation-rules")
    post(
        client,
        "isolation-area-new",
        emergency=event.pk,
        place=HIT_CITY,
        valid_from="2020-01-23",
        source=CLAUSE,
    )
    area = AffectedArea.objects.get()
    assert HIT_CITY in get(client, "isolation-areas", on="2020-02-01")
    post(client, "isolation-area-end", area.pk, on="2020-01-01")  # before it began: said, not done
    area.refresh_from_db()
    assert area.valid_to is None
    post(client, "isolation-area-end", area.pk, on="2020-04-08")


def test_a_fever_case_step_by_step(client, by, into, wang, county):
    f.office("220100000000")
    mate = person(by, into, name="李同事", employer="演示厂", work_area=HIT_CITY)
    post(client, "fever-new", wang.pk, employer="演示厂", found_at="soon", status=422)
    post(client, "fever-new", wang.pk, employer="演示厂", found_at="2020-02-01T09:30", temperature="38.1")
    case = FeverCase.objects.get()
    assert "5 steps missing" in get(client, "fever-case", case.pk)
    post(client, "fever-step", case.pk, "hospital", hospital="", status=422)
    post(client, "fever-step", case.pk, "hospital", hospital="市医院")
    for step in ("isolated", "reported", "listed"):
        post(client, "fever-step", case.pk, step)
    post(client, "fever-step", case.pk, "nonsense", status=404)
    body = get(client, "fever-case", case.pk)
    assert "李同事" in body and "0 of 1 contacted" in body
    fellow = case.fellows.get()
    assert fellow.person == mate
    post(client, "fever-fellow", case.pk, fellow.pk, outcome="reached", note="无症状", key="f1")
    post(client, "fever-fellow", case.pk, fellow.pk, outcome="never", key="f2", status=422)
    post(client, "fever-step", case.pk, "closed", outcome="流感")
    assert "missing" not in get(client, "fever-case", case.pk)
    assert "演示厂" in get(client, "fever-cases", open="closed")


def test_follow_ups_by_day(client, by, wang):
    post(client, "follow-up-new", wang.pk, reason="mood", status=422)
    post(client, "follow-up-new", wang.pk, reason="need")
    row = FollowUp.objects.get()
    post(client, "follow-up-ask", row.pk, outcome="reached", note="好转", key="q1")
    post(client, "follow-up-ask", row.pk, outcome="reached", next_on="2020-01-01", key="q2", status=422)
    FollowUp.objects.update(next_on=timezone.localdate() - timedelta(days=1))
    for what in ("", "due", "late"):
        assert "王小明" in get(client, "follow-ups", what=what)
    post(client, "follow-up-close", row.pk, result=" ", status=422)
    post(client, "follow-up-close", row.pk, result="已解决")
    assert "王小明" not in get(client, "follow-ups") and "王小明" in get(client, "follow-ups", what="closed")
    assert "已解决" in get(client, "follow-up", row.pk)


def test_the_answer_of_the_health_office_stands_at_the_follow_up(client, by, wang, county):
    health = f.office(NEAR, line="health")
    doctor = f.browse(f.posting(health))
    row = follow_ups.open_follow_up(person=wang, reason="symptoms", by=by, at=timezone.now())
    assert f"desk of {health.name}" in get(client, "follow-up", row.pk)
    assert "1 coordination issue to solve" in get(doctor, "desk")
    body = get(doctor, "issue", row.issue_id)
    assert reverse("follow-up", args=[row.pk]) in body and wang.name not in body
    post(doctor, "issue", row.issue_id, act="settle", outcome="已上门排查，体温正常")
    assert "已上门排查，体温正常" in get(client, "follow-up", row.pk)
    assert "coordination issue to solve" not in get(doctor, "desk")


def test_the_balance_of_an_area(client, by, wang, home):
    opened(wang, by)
    body = get(client, "isolation-flow")
    assert "does not balance" not in body
    get(client, "isolation-flow", area=VILLAGE, on="2020-01-01")
    get(client, "isolation-flow", area="nonsense", on="x")


def test_the_person_page_has_its_panel(client, by, wang, home):
    assert "Not in isolation" in get(client, "person", wang.pk)
    row = opened(wang, by)
    fever.open_case(person=wang, employer="演示厂", found_at=timezone.now(), by=by, at=timezone.now())
    body = get(client, "person", wang.pk)
    assert reverse("isolation-page", args=[row.pk]) in body and "0/14" in body and "演示厂" in body
    auditor = f.browse(f.posting(f.office(NEAR), "auditor"))
    assert "Isolation and health" not in get(auditor, "person", wang.pk)


def test_another_county_finds_nothing(by, wang, home, county):
    row = opened(wang, by)
    follow = follow_ups.open_follow_up(person=wang, reason="need", by=by, at=timezone.now())
    case = fever.open_case(person=wang, employer="演示厂", found_at=timezone.now(), by=by, at=timezone.now())
    far = f.browse(f.posting(f.office(THIRD)))
    for name, pk in [
        ("isolation-page", row.pk), ("isolation-receipt", row.pk), ("isolation-person", wang.pk),
        ("isolation-decide", wang.pk), ("follow-up", follow.pk), ("fever-case", case.pk), ("fever-new", wang.pk),
        ("follow-up-new", wang.pk), ("isolation-rule", home.pk),
    ]:  # fmt: skip
        get(far, name, pk, status=404)
    for name in ("isolation", "isolation-today", "follow-ups", "fever-cases"):
        assert "王小明" not in get(far, name) and "演示厂" not in get(far, name)
    post(far, "isolation-record", row.pk, well="1", status=404)
    village = f.browse(f.posting(f.office(VILLAGE), "caller"))
    post(village, "isolation-record", row.pk, well="1")
    post(village, "isolation-release", row.pk, handed_to="community", handed_name="村", status=403)
