"""The rules of the review: nothing becomes a task before a person decided everything."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.notices import actions, queries
from chunfeng.notices.models import DeadlineDefault, Notice
from tests import factories
from tests.factories import NOW
from tests.notices import papers

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return factories.office(
        "320700000000", line="hrss", name="海州市人力资源和社会保障局", agency_code="海人社发"
    )


@pytest.fixture
def by(city):
    return factories.actor(city)


@pytest.fixture
def notice(by):
    event = factories.emergency()
    return actions.register(emergency=event, data=None, text=papers.CITY, name="", by=by, at=NOW)[0]


def duty_with(notice, kind):
    return next(d for d in queries.duties(notice) if d.deadline_kind == kind)


def test_a_correction_keeps_the_value_before(notice, by):
    later = NOW + timedelta(minutes=3)
    changed = actions.correct(notice=notice, field="signer", value="李试例", by=by, at=later)
    assert changed.signer == "李试例" and changed.version == notice.version + 1
    line = queries.history(notice)[0]
    assert (line.field, line.old, line.new, line.by_name, line.at) == ("signer", "", "李试例", by.name, later)
    assert Event.objects.filter(verb="notice.corrected").get().detail["new"] == "李试例"
    assert changed.reading["signer"] is None  # what the reader found is kept as it was


def test_the_same_value_again_changes_nothing(notice, by):
    again = actions.correct(notice=notice, field="number", value="海人社发[2020]7号", by=by, at=NOW)
    assert again.version == notice.version and len(queries.history(notice)) == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("date", "2020-13-01", "不是日期"),
        ("date", "0020-01-01", "年份"),
        ("kind", "便条", "可选范围"),
        ("signer", "长" * 61, "60"),
    ],
)
def test_bad_values_are_refused_with_a_sentence(notice, by, field, value, sentence):
    with pytest.raises(Refused, match=sentence):
        actions.correct(notice=notice, field=field, value=value, by=by, at=NOW)


def test_validity_dates_of_a_standing_rule_are_in_order(notice, by):
    for field, value in [("internal_rule", "1"), ("valid_from", "2020-02-01")]:
        actions.correct(notice=notice, field=field, value=value, by=by, at=NOW)
    with pytest.raises(Refused, match="早于"):
        actions.correct(notice=notice, field="valid_to", value="2020-01-01", by=by, at=NOW)


def test_a_stale_version_is_told_who_changed_what(notice, by, city):
    other = factories.actor(city)
    duty = duty_with(notice, "by")
    actions.correct_duty(duty=duty, version=1, by=other, at=NOW, due_on="2020-02-07")
    with pytest.raises(actions.Conflict, match=f"{other.name}.*截止日期.*2020-02-05.*2020-02-07"):
        actions.correct_duty(duty=duty, version=1, by=by, at=NOW, due_on="2020-02-08")
    with pytest.raises(actions.Conflict):
        actions.confirm(duty=duty, version=1, by=by, at=NOW)
    # a correction of another thing is no conflict
    actions.correct(notice=notice, field="title", value="新标题", version=1, by=by, at=NOW)


def test_a_fuzzy_deadline_needs_a_date_or_an_explicit_no_date(notice, by):
    fuzzy = duty_with(notice, "fuzzy")
    with pytest.raises(Refused, match="及时"):
        actions.confirm(duty=fuzzy, by=by, at=NOW)
    with pytest.raises(Refused, match="不能两者"):
        actions.correct_duty(duty=fuzzy, by=by, at=NOW, no_date=True, due_on="2020-02-09")
    actions.correct_duty(duty=fuzzy, by=by, at=NOW, no_date=True)
    assert actions.confirm(duty=fuzzy, by=by, at=NOW).state == "confirmed"


def test_a_default_date_is_confirmed_by_hand_only(by, city):
    DeadlineDefault.objects.create(office=city, area_code=city.area_code, phrase="及时", days=3)
    event = factories.emergency()
    notice = actions.register(emergency=event, data=None, text=papers.CITY, name="", by=by, at=NOW)[0]
    fuzzy = duty_with(notice, "fuzzy")
    done = actions.confirm_dated(notice=notice, by=by, at=NOW)
    assert done == len(queries.duties(notice)) - 1
    fuzzy.refresh_from_db()
    assert fuzzy.state == "proposed" and queries.counters(notice).by_default == 1
    assert actions.confirm(duty=fuzzy, by=by, at=NOW).due_on == date(2020, 2, 3)


def test_a_recurring_duty_says_how_often(notice, by):
    duty = duty_with(notice, "by")
    with pytest.raises(Refused, match="周期"):
        actions.correct_duty(duty=duty, by=by, at=NOW, deadline_kind="recurring")
    changed = actions.correct_duty(
        duty=duty, by=by, at=NOW, deadline_kind="recurring", every="week:1", due_on=""
    )
    assert (changed.every, changed.due_on) == ("week:1", None)
    with pytest.raises(Refused, match="重复周期"):
        actions.correct_duty(duty=duty, by=by, at=NOW, every="sometimes")


def test_dropping_needs_a_reason_and_can_be_undone(notice, by):
    duty = queries.duties(notice)[0]
    with pytest.raises(Refused):
        actions.drop(duty=duty, reason=" ", by=by, at=NOW)
    actions.drop(duty=duty, reason="重复", by=by, at=NOW)
    with pytest.raises(Refused, match="恢复"):
        actions.confirm(duty=duty, by=by, at=NOW)
    assert actions.restore(duty=duty, by=by, at=NOW).state == "proposed"
    assert [e.act for e in queries.history(notice)][:2] == ["restored", "dropped"]


def test_a_duty_is_split_between_lead_and_partner(notice, by):
    duty = next(d for d in queries.duties(notice) if "台账" in d.quote)
    actions.correct_duty(duty=duty, by=by, at=NOW, partners="市财政局、市商务局")
    part = actions.split(duty=duty, lead="市财政局", action="安排资金", by=by, at=NOW)
    duty.refresh_from_db()
    assert duty.partners == ["市商务局"]
    assert (part.lead, part.quote, part.state, part.clause_id) == (
        "市财政局",
        duty.quote,
        "proposed",
        duty.clause_id,
    )
    ordered = [d.pk for d in queries.duties(notice)]
    assert ordered.index(part.pk) == ordered.index(duty.pk) + 1


def test_marked_words_become_a_duty_with_their_deadline(notice, by):
    start = notice.text.index("引导求职者使用线上服务")
    added = actions.add_duty(notice=notice, start=start - 2, end=start + 11, by=by, at=NOW)
    assert (
        added.quote.endswith("引导求职者使用线上服务") and added.clause.ident == "2" and added.added_by_hand
    )
    assert actions.add_duty(notice=notice, start=start - 2, end=start + 11, by=by, at=NOW) == added
    dated = notice.text.index("要在2月5日17时前上报")
    again = actions.add_duty(notice=notice, start=dated, end=dated + 14, by=by, at=NOW)
    assert (again.due_on, str(again.due_time)) == (date(2020, 2, 5), "17:00:00")
    with pytest.raises(Refused, match="四个字"):
        actions.add_duty(notice=notice, start=3, end=4, by=by, at=NOW)


def test_the_review_lists_what_is_open(notice, by):
    with pytest.raises(Refused, match=r"尚未确认.*未定日期"):
        actions.finish_review(notice=notice, by=by, at=NOW)
    actions.confirm_dated(notice=notice, by=by, at=NOW)
    actions.drop(duty=duty_with(notice, "fuzzy"), reason="一般号召", by=by, at=NOW)
    done = actions.finish_review(notice=notice, by=by, at=NOW)
    assert done.state == "reviewed" and done.reviewed_by_name == by.name
    assert actions.finish_review(notice=notice, by=by, at=NOW + timedelta(hours=1)).reviewed_at == NOW
    with pytest.raises(Refused, match="重新打开"):
        actions.correct(notice=notice, field="title", value="x", by=by, at=NOW)
    assert actions.reopen_review(notice=notice, by=by, at=NOW).state == "read"


def test_doubtful_places_are_looked_at_and_mended_with_every_offset(notice, by):
    at = notice.text.index("上报企业")
    Notice.objects.filter(pk=notice.pk).update(
        suspects=[
            {"at": at, "text": "上报企业", "why": "?"},
            {"at": at + 20, "text": notice.text[at + 20], "why": "?"},
        ]
    )
    notice.refresh_from_db()
    before = {d.pk: d.quote for d in queries.duties(notice)}
    actions.drop(duty=duty_with(notice, "fuzzy"), reason="一般号召", by=by, at=NOW)
    actions.confirm_dated(notice=notice, by=by, at=NOW)
    with pytest.raises(Refused, match="疑点"):
        actions.finish_review(notice=notice, by=by, at=NOW)
    mended = actions.settle_suspect(notice=notice, index=0, text="上报辖区内企业", by=by, at=NOW)
    assert mended.suspects[0]["settled"] == by.name and mended.suspects[1]["at"] == at + 23
    for clause in queries.clauses(notice):
        assert mended.text[clause.start : clause.end] == clause.text
    for duty in queries.duties(notice):
        assert mended.text[duty.start : duty.end] == duty.quote
        assert duty.quote == before[duty.pk].replace("上报企业", "上报辖区内企业")
    actions.settle_suspect(notice=notice, index=1, text=None, by=by, at=NOW)
    assert actions.finish_review(notice=notice, by=by, at=NOW).state == "reviewed"


def test_headings_and_relations_are_corrected(notice, by):
    clause = queries.clauses(notice)[1]
    assert actions.correct_clause(clause=clause, heading="上报情况", by=by, at=NOW).heading == "上报情况"
    citation = notice.citations.get()
    assert (
        actions.correct_citation(citation=citation, relation="implements", by=by, at=NOW).relation
        == "implements"
    )
    with pytest.raises(Refused):
        actions.correct_citation(citation=citation, relation="loves", by=by, at=NOW)


def test_only_the_office_that_keeps_the_notice_works_on_it(notice, city):
    neighbour = factories.actor(factories.office("320700000000", line="health"), "leader")
    above = factories.actor(factories.office("320000000000", line="hrss"), "leader")
    for other in (neighbour, above):
        with pytest.raises(NotAllowed, match=city.name):
            actions.correct(notice=notice, field="title", value="改", by=other, at=NOW)
        with pytest.raises(NotAllowed):
            actions.drop(duty=queries.duties(notice)[0], reason="改", by=other, at=NOW)


def test_a_date_put_in_later_dates_what_hung_on_it(by):
    text = papers.CITY.replace("[2020] 7号", "").replace("2020年1月31日", "").replace("海人社发", "")
    event = factories.emergency()
    notice = actions.register(emergency=event, data=None, text=text, name="", by=by, at=NOW)[0]
    duty = duty_with(notice, "by")
    assert notice.date is None and duty.due_on is None and duty.undated
    with pytest.raises(Refused, match="2月5日"):
        actions.confirm(duty=duty, by=by, at=NOW)
    assert queries.counters(notice).undated == 2
    actions.correct(notice=notice, field="date", value="2020-01-31", by=by, at=NOW)
    duty.refresh_from_db()
    assert (duty.due_on, duty.version) == (date(2020, 2, 5), 1)
    actions.correct_duty(duty=duty, due_on="2020-02-07", by=by, at=NOW)
    actions.correct(notice=notice, field="date", value="2019-01-31", by=by, at=NOW)
    duty.refresh_from_db()
    assert duty.due_on == date(2020, 2, 7)  # what a person set stays
