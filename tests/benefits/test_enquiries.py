"""The desk for questions: by when, by which rule, how often, for how long, and what the statistics say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from chunfeng.benefits import rulebook
from chunfeng.benefits.actions import answering, enquiries
from chunfeng.benefits.actions.holidays import set_days, take_back
from chunfeng.benefits.choices import EnquiryState, EnquiryStepKind
from chunfeng.benefits.engine import evaluate
from chunfeng.benefits.files import shipped
from chunfeng.benefits.models import Enquiry, EnquiryStep, MeasureVersion
from chunfeng.benefits.queries import enquiries as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event, SpecialDay
from chunfeng.tasking.models import CoordinationIssue
from tests import factories as f
from tests.benefits import builders as b

pytestmark = pytest.mark.django_db
SATURDAY = date(2020, 2, 1)


@pytest.fixture
def county():
    return f.office("220184000000")


@pytest.fixture
def by(county):
    return f.actor(county)


def taken(by, n: int = 1, **more) -> Enquiry:
    given = {
        "channel": "phone",
        "question": "隔离期间发工资吗？",
        "kind": "isolation-pay",
        "key": f"k{n}",
    } | more
    return enquiries.take_in(**({"at": f.NOW} | given), by=by)


def test_kinds_name_measures_that_come_with_the_programme():
    known = shipped()
    assert {code for kind in rulebook.kinds() for code in kind.measures} - set(known) == set()
    assert len({kind.code for kind in rulebook.kinds()}) == len(rulebook.kinds())
    assert {kind.code for kind in rulebook.kinds() if kind.pay} == {
        "isolation-pay", "stoppage-pay", "holiday", "overtime", "delayed-return",
    }  # fmt: skip
    assert rulebook.term(date(2020, 2, 1)).source != rulebook.term(date(2026, 1, 1)).source


def test_it_is_due_after_working_days_of_the_area(by, county):
    row = taken(by)
    assert (row.due_on, row.keep_until) == (date(2020, 2, 7), SATURDAY + timedelta(days=180))
    assert taken(by).pk == row.pk, "sent twice, there once"
    leader = f.actor(county, "leader")
    with pytest.raises(NotAllowed):
        set_days(first=date(2020, 2, 3), last=date(2020, 2, 4), works=False, source="一", by=by, at=f.NOW)
    days = {"first": date(2020, 2, 3), "last": date(2020, 2, 4), "works": False}
    for _twice in range(2):
        set_days(**days, source="测发〔2020〕1号 一", by=leader, at=f.NOW)
    assert SpecialDay.objects.count() == 2 and taken(by, 2).due_on == date(2020, 2, 11)
    assert take_back(day=date(2020, 2, 3), by=leader, at=f.NOW) and taken(by, 3).due_on == date(2020, 2, 10)
    assert not take_back(day=date(2020, 2, 3), by=leader, at=f.NOW)


def test_an_answer_by_rule_names_its_clause_and_replays(by, county):
    version = b.version(county)
    row = taken(by)
    facts = {"worked": 3}
    found = evaluate(version=version, facts=facts, on=SATURDAY, area=row.area_code)
    text = answering.words(found, version, SATURDAY)
    assert (
        "900元" in text
        and "一" in text
        and "2020-02-01" in text
        and "1.0.0" in text
        and "关于测试的通知" in text
    )
    given = {"enquiry": row, "version": version, "facts": facts, "on": SATURDAY, "by": by, "at": f.NOW}
    with pytest.raises(Refused):
        enquiries.answer(**(given | {"facts": {"worked": "drei"}}), text=text)
    step = enquiries.answer(**given, text=text)
    assert enquiries.answer(**given, text=text).pk == step.pk
    kept = EnquiryStep.objects.get(pk=step.pk)
    assert (kept.outcome, enquiries.replays(kept)) == ("eligible", True)
    row.refresh_from_db()
    assert (row.state, row.answered_at) == (EnquiryState.ANSWERED, f.NOW)
    MeasureVersion.objects.filter(pk=version.pk).update(text=version.text.replace("300 yuan", "200 yuan"))
    assert not enquiries.replays(EnquiryStep.objects.get(pk=step.pk)), "a changed text shows"


def test_of_two_officers_one_learns_of_the_other(by, county):
    row = taken(by, kind="")
    with pytest.raises(Refused):
        enquiries.answer(enquiry=row, text="是", by=by, at=f.NOW)  # not classified
    for _twice in range(2):
        enquiries.classify(enquiry=row, kind="other", by=by, at=f.NOW)
    with pytest.raises(Refused):
        enquiries.classify(enquiry=row, kind="nothing", by=by, at=f.NOW)
    assert row.steps.filter(kind=EnquiryStepKind.CLASSIFIED).count() == 1
    enquiries.answer(enquiry=row, text="照发。依据：一", by=by, at=f.NOW)
    other = f.actor(county)
    with pytest.raises(Refused):
        enquiries.answer(enquiry=row, text="不发", by=other, at=f.NOW)
    enquiries.answer(enquiry=row, text="更正：照发。", again=True, by=other, at=f.NOW + timedelta(hours=1))
    row.refresh_from_db()
    assert row.answered_at == f.NOW and row.steps.filter(kind=EnquiryStepKind.ANSWERED).count() == 2


def test_it_is_passed_on_as_an_issue_and_out_of_other_hands(by):
    owner = f.office("220184100000", name="测试镇社保所")
    row = taken(by)
    enquiries.pass_on(enquiry=row, owner=owner, note="停工工资，请答复", by=by, at=f.NOW)
    issue = CoordinationIssue.objects.get()
    row.refresh_from_db()
    assert row.state == EnquiryState.PASSED and row.issue == issue
    assert issue.owner == owner and "停工工资" in issue.problem and "隔离期间" not in issue.problem
    with pytest.raises(Refused):
        enquiries.pass_on(enquiry=row, owner=owner, note="再转", by=by, at=f.NOW)
    far = f.actor(f.office("220122000000"))
    with pytest.raises(NotAllowed):
        enquiries.answer(enquiry=row, text="是", by=far, at=f.NOW)
    with pytest.raises(NotAllowed):
        taken(by, 9, area_code="220122000000")


def test_one_connection_does_not_flood_the_office(county):
    version = b.version(county)

    def ask(n: int, connection: str = "198.51.100.7", at: datetime = f.NOW) -> Enquiry:
        return enquiries.ask_publicly(
            version=version,
            question="工作多少天？",
            facts={"worked": 1},
            connection=connection,
            key=f"public:{n}",
            at=at,
        )

    rows = [ask(n) for n in range(enquiries.MOST_AN_HOUR)]
    with pytest.raises(Refused):
        ask(99)
    assert ask(0).pk == rows[0].pk, "the same form again is no new question"
    assert ask(100, "198.51.100.8").origin != rows[0].origin
    assert ask(101, at=f.NOW + timedelta(minutes=61)).pk
    assert {row.area_code for row in Enquiry.objects.all()} == {county.area_code}
    assert "198.51.100" not in str(list(Enquiry.objects.values("origin"))) + str(
        list(Event.objects.values("detail"))
    )


def test_words_go_on_their_day_and_the_number_stays(by, county):
    row = taken(by, name="张三", phone="13800000000")
    enquiries.answer(enquiry=row, text="照发", by=by, at=f.NOW)
    version = b.version(county)
    enquiries.ask_publicly(version=version, question="？", facts={}, connection="x", key="public:a", at=f.NOW)
    day = datetime(2020, 7, 29, tzinfo=UTC)
    assert enquiries.expire(now=f.NOW + timedelta(days=2)) == 0
    assert not Enquiry.objects.exclude(origin="").exists(), "a day later nothing tells connections apart"
    assert enquiries.expire(now=day) == 0
    assert enquiries.expire(now=day + timedelta(days=2)) == 2
    assert enquiries.expire(now=day + timedelta(days=2)) == 0
    row.refresh_from_db()
    assert (row.question, row.name, row.phone) == (None, None, None) and not EnquiryStep.objects.exists()
    assert sum(line.asked for line in queries.statistics(by, SATURDAY, SATURDAY, "kind")) == 2
    with pytest.raises(Refused):
        enquiries.answer(enquiry=row, text="照发", again=True, by=by, at=day)


def test_statistics_by_kind_area_and_week(by):
    for n, (kind, hours, area) in enumerate(
        [
            ("isolation-pay", 1, "220184100000"),
            ("isolation-pay", 3, ""),
            ("isolation-pay", 8, ""),
            ("injury", None, ""),
        ]
    ):
        row = taken(by, n, kind=kind, area_code=area, at=f.NOW + timedelta(days=7 * (n // 3)))
        if hours:
            enquiries.answer(enquiry=row, text="照发", by=by, at=row.asked_at + timedelta(hours=hours))
    span = (SATURDAY, SATURDAY + timedelta(days=30))
    by_kind = {line.key: line for line in queries.statistics(by, *span, "kind")}
    pay, injury = by_kind["isolation-pay"], by_kind["injury"]
    assert (pay.asked, pay.answered, pay.share, pay.median, pay.late) == (3, 3, 100, timedelta(hours=3), 0)
    assert (injury.asked, injury.share, injury.median, injury.late) == (1, 0, None, 1)
    assert {line.key: line.asked for line in queries.statistics(by, *span, "area")} == {
        "220184100": 1, "220184000": 3,
    }  # fmt: skip
    assert [(line.key, line.asked) for line in queries.statistics(by, *span, "week")] == [
        ("2020-01-27", 3), ("2020-02-03", 1),
    ]  # fmt: skip
    assert queries.statistics(f.actor(f.office("220122000000")), *span, "kind") == []
