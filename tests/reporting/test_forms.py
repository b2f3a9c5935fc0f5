"""Making, publishing, versioning and ending forms; data calls; peak periods."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.reporting import actions, queries
from chunfeng.reporting.actions import make_obligations
from chunfeng.reporting.definition import BadForm, Text, parse
from chunfeng.reporting.models import Form, LedgerStep, Obligation
from tests import factories
from tests.reporting import builders

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2020, 2, 3, 9, 0, tzinfo=ZONE)
TODAY = AT.date()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return factories.office("220184000000")


@pytest.fixture
def officer(county):
    return factories.actor(county)


@pytest.fixture
def villages(county):
    return [factories.office(f"22018410020{n}", parent=county) for n in (1, 2)]


def data(**changes):
    return deepcopy(builders.DAILY) | changes


def indicators(**changes):
    """The indicators of DAILY, some changed: code={…}."""
    return [each | changes.get(each["code"], {}) for each in deepcopy(builders.DAILY["indicators"])]


def draft(county, officer, **changes):
    return actions.create_form(owner=county, definition=data(**changes), origin="editor", by=officer, at=AT)


def published(county, officer, **changes):
    form = draft(county, officer, **changes)
    actions.publish(form=form, by=officer, at=AT)
    return form


def days(form):
    return sorted(form.obligations.values_list("period_start", flat=True).distinct())


def test_a_new_form_is_a_draft_that_nobody_owes(county, officer, villages):
    form = draft(county, officer)
    assert (form.state, form.slots, form.source) == ("draft", {}, "演示发〔2020〕1号第二条")
    assert queries.draft_of(form).number == 1
    assert queries.definition_of(queries.draft_of(form)) == parse(data())
    assert Obligation.objects.count() == 0
    with pytest.raises(Refused, match="not published"):
        queries.version_for(form, TODAY)


def test_the_first_period_is_owed_on_publishing(county, officer, villages):
    form = published(county, officer)
    assert days(form) == [TODAY]
    later = draft(county, officer, code="later")
    actions.publish(form=later, by=officer, at=AT, applies_from=TODAY + 3 * DAY)
    assert days(later) == [TODAY + 3 * DAY]
    event = draft(county, officer, code="event", every="event")
    actions.publish(form=event, by=officer, at=AT)
    assert days(event) == []


def test_a_code_is_used_once_by_an_office(county, officer):
    draft(county, officer)
    with pytest.raises(Refused, match="station-daily"):
        draft(county, officer)
    other = factories.office("220182000000")
    draft(other, factories.actor(other))
    with pytest.raises(IntegrityError), transaction.atomic():
        Form.objects.create(
            owner=county, area_code=county.area_code, code="station-daily", title="x", origin="editor", source="x",
            created_at=AT, created_by_name="x",
        )  # fmt: skip


def test_every_number_gets_a_place_for_good(county, officer):
    form = published(county, officer)
    assert (form.state, form.starts_on) == ("active", TODAY)
    assert form.slots == {"checked": 0, "isolated": 1, "released": 2, "still": 3}
    fewer = [each for each in indicators() if each["code"] not in ("checked", "still")]
    new = {"code": "moved", "label": "转出"}
    actions.save_draft(form=form, definition=data(indicators=[new, *fewer], checks=[]), by=officer, at=AT)
    actions.publish(form=form, by=officer, at=AT)
    form.refresh_from_db()
    assert form.slots == {"checked": 0, "isolated": 1, "released": 2, "still": 3, "moved": 4}


@pytest.mark.parametrize("change", [{"type": "money"}, {"type": "number", "decimals": 1}, {"type": "text"}])
def test_a_cell_with_figures_keeps_its_type(county, officer, change):
    form = published(county, officer)
    with pytest.raises(BadForm, match=r"indicators.checked: .*count"):
        actions.save_draft(
            form=form, definition=data(indicators=indicators(checked=change)), by=officer, at=AT
        )


def test_a_cell_that_was_left_out_comes_back_as_it_was(county, officer):
    form = published(county, officer)
    without = [each for each in indicators() if each["code"] != "checked"]
    actions.save_draft(form=form, definition=data(indicators=without), by=officer, at=AT)
    actions.publish(form=form, by=officer, at=AT)
    with pytest.raises(BadForm, match="checked"):
        actions.save_draft(
            form=form, definition=data(indicators=indicators(checked={"type": "money"})), by=officer, at=AT
        )
    actions.save_draft(form=form, definition=data(), by=officer, at=AT)


def test_a_form_is_published_with_its_clause(county, officer):
    form = draft(county, officer, source={"number": "演示发〔2020〕1号"})
    with pytest.raises(Refused, match="clause"):
        actions.publish(form=form, by=officer, at=AT)
    notice = factories.notice(county)
    clause = notice.clauses.get()
    cited = actions.create_form(
        owner=county,
        definition=data(code="b", source=actions.source_of(clause) | {"clause": ""}),
        origin="editor",
        by=officer,
        at=AT,
        clause=clause,
    )
    actions.publish(form=cited, by=officer, at=AT)
    assert notice.number in cited.source and notice.title in cited.source


def test_a_draft_is_replaced_and_the_code_stays(county, officer):
    form = draft(county, officer)
    again = actions.save_draft(form=form, definition=data(title="新题名"), by=officer, at=AT)
    form.refresh_from_db()
    assert (again.number, form.versions.count(), form.title) == (1, 1, "新题名")
    with pytest.raises(Refused, match="never changes"):
        actions.save_draft(form=form, definition=data(code="other"), by=officer, at=AT)
    actions.publish(form=form, by=officer, at=AT)
    with pytest.raises(Refused, match="no draft"):
        actions.publish(form=form, by=officer, at=AT)


def test_only_the_owner_and_those_above_change_a_form(county, officer, villages):
    form = draft(county, officer)
    same_place = factories.office("220184000000", line="health")
    outsider = factories.office("220182000000")
    below = villages[0]
    for who in (same_place, outsider, below):
        with pytest.raises(NotAllowed):
            actions.publish(form=form, by=factories.actor(who), at=AT)
    with pytest.raises(NotAllowed):
        actions.publish(form=form, by=factories.actor(county, "caller"), at=AT)
    city = factories.office("220100000000")
    actions.publish(form=form, by=factories.actor(city), at=AT)
    bureau = factories.office("220184000000", line="hrss")
    centre = factories.office("220184000000", parent=bureau)
    actions.create_form(owner=centre, definition=data(), origin="editor", by=factories.actor(bureau), at=AT)


@pytest.mark.parametrize("asked", [{"level": "village", "area": "220182000000"}, {"offices": ["NOBODY"]}])
def test_nobody_outside_the_area_is_asked(county, officer, asked):
    with pytest.raises(BadForm, match=r"reporters\[1\]"):
        draft(county, officer, reporters=[asked])


def test_an_office_outside_is_not_asked_by_code(county, officer):
    far = factories.office("230100000000")
    with pytest.raises(BadForm, match=far.name):
        draft(county, officer, reporters=[{"offices": [far.code]}])


def test_versions_follow_one_another(county, officer):
    form = published(county, officer)
    first = queries.current_version(form)
    actions.save_draft(form=form, definition=data(title="二"), by=officer, at=AT)
    with pytest.raises(Refused, match="earlier day"):
        actions.publish(form=form, by=officer, at=AT, applies_from=TODAY - DAY)
    second = actions.publish(form=form, by=officer, at=AT, applies_from=TODAY + 5 * DAY)
    assert second.number == 2
    assert queries.version_for(form, TODAY - 30 * DAY) == first
    assert queries.version_for(form, TODAY + 4 * DAY) == first
    assert queries.version_for(form, TODAY + 5 * DAY) == second
    actions.save_draft(form=form, definition=data(title="三"), by=officer, at=AT)
    assert actions.publish(form=form, by=officer, at=AT).applies_from == TODAY + 5 * DAY
    assert queries.version_for(form, TODAY + 5 * DAY).number == 3
    assert [each.number for each in queries.versions(form)] == [3, 2, 1]


def test_a_new_wording_reaches_what_is_owed_but_not_what_was_filed(county, officer, villages):
    form = published(county, officer)
    make_obligations(form=form, until=TODAY + 6 * DAY, by=officer, at=AT)
    assert len(days(form)) == 7
    old = queries.current_version(form)
    filed = form.obligations.get(office=villages[0], period_start=TODAY + DAY)
    Obligation.objects.filter(pk=filed.pk).update(
        state="filed", revision=1, first_filed_at=AT, filed_at=AT, numbers=[1, 0, 0, 0]
    )
    chased = form.obligations.get(office=villages[0], period_start=TODAY + 2 * DAY)
    LedgerStep.objects.create(
        obligation=chased, area_code=chased.area_code, kind="reminded", by_name="x", at=AT
    )
    open_page = form.obligations.get(office=villages[1], period_start=TODAY + DAY).pk
    actions.save_draft(form=form, definition=data(cut_off="12:00"), by=officer, at=AT)
    new = actions.publish(form=form, by=officer, at=AT, applies_from=TODAY + DAY)
    assert form.obligations.count() == 14
    assert form.obligations.get(office=villages[1], period_start=TODAY).version == old
    assert form.obligations.get(pk=filed.pk).version == old
    assert form.obligations.get(pk=chased.pk).version == new
    later = form.obligations.get(office=villages[1], period_start=TODAY + DAY)
    assert (later.version, later.due_at.astimezone(ZONE).hour) == (new, 12)
    assert later.pk == open_page, "a page that is open must stay good"


def test_a_new_rhythm_lays_the_days_out_anew(county, officer, villages):
    form = published(county, officer)
    make_obligations(form=form, until=TODAY + 13 * DAY, by=officer, at=AT)
    actions.save_draft(form=form, definition=data(every="week"), by=officer, at=AT)
    actions.publish(form=form, by=officer, at=AT, applies_from=TODAY + 7 * DAY)
    spans = set(form.obligations.values_list("period_start", "period_end"))
    assert {(s, e) for s, e in spans if s >= TODAY + 7 * DAY} == {(TODAY + 7 * DAY, TODAY + 13 * DAY)}
    assert len(spans) == 8


def test_ending_keeps_what_is_owed_until_then(county, officer, villages):
    form = published(county, officer)
    make_obligations(form=form, until=TODAY + 6 * DAY, by=officer, at=AT)
    returned = form.obligations.get(office=villages[0], period_start=TODAY + 5 * DAY)
    LedgerStep.objects.create(
        obligation=returned, area_code=returned.area_code, kind="reminded", by_name="x", at=AT
    )
    with pytest.raises(Refused, match="why"):
        actions.end_form(form=form, on=TODAY + DAY, by=officer, at=AT, reason=" ")
    with pytest.raises(Refused, match="cannot end before"):
        actions.end_form(form=form, on=TODAY - DAY, by=officer, at=AT, reason="x")
    actions.end_form(form=form, on=TODAY + DAY, by=officer, at=AT, reason="任务结束")
    form.refresh_from_db()
    assert (form.state, form.ends_on) == ("ended", TODAY + DAY)
    assert days(form) == [TODAY, TODAY + DAY, TODAY + 5 * DAY]
    returned.refresh_from_db()
    assert (returned.state, returned.exempt_reason) == ("exempt", "任务结束")
    with pytest.raises(Refused, match="ended"):
        actions.save_draft(form=form, definition=data(), by=officer, at=AT)
    assert Event.objects.filter(verb="form.end", reason="任务结束").exists()


def test_ending_lays_out_the_days_not_made_yet(county, officer, villages):
    form = published(county, officer)
    actions.end_form(form=form, on=TODAY + 9 * DAY, by=officer, at=AT, reason="到期")
    assert days(form) == [TODAY + n * DAY for n in range(10)]


def test_taking_a_shipped_form(county, officer, villages):
    notice = factories.notice(county)
    form = actions.take_from_library(
        code="checkpoint-daily",
        owner=county,
        by=officer,
        at=AT,
        reporters=[{"level": "village"}],
        clause=notice.clauses.get(),
    )
    assert (form.origin, form.state) == ("library", "draft")
    assert notice.number in form.source
    actions.publish(form=form, by=officer, at=AT)
    assert form.obligations.count() == 2
    with pytest.raises(Refused, match="no form “nothing”"):
        actions.take_from_library(code="nothing", owner=county, by=officer, at=AT)


@pytest.mark.parametrize("code", [code for code, _form in queries.library()])
def test_every_shipped_form_can_be_taken_and_published(code):
    province = factories.office("220000000000")
    by = factories.actor(province)
    form = actions.take_from_library(code=code, owner=province, by=by, at=AT)
    actions.publish(form=form, by=by, at=AT)
    form.refresh_from_db()
    assert set(form.slots) == {cell.code for cell in dict(queries.library())[code].number_cells}


def call(officer, **changes):
    given = {
        "title": "务工人员两数统计",
        "source": "《关于测试事项的通知》（演示发〔2020〕3号）第三条",
        "deadline": AT + timedelta(days=1, hours=8),
        "indicators": [{"label": "在外人数", "unit": "人"}, {"label": "来务工人数", "unit": "人"}],
        "reporters": [{"level": "village"}],
    }
    return actions.compose_call(by=officer, at=AT, **(given | changes))


def test_a_data_call_is_owed_at_once(county, officer, villages):
    form = call(officer)
    assert (form.state, form.origin, form.owner) == ("active", "call", county)
    assert form.source == "《关于测试事项的通知》（演示发〔2020〕3号）第三条"
    owed = list(form.obligations.all())
    assert {each.office for each in owed} == set(villages)
    assert {each.due_at for each in owed} == {AT + timedelta(days=1, hours=8)}
    assert {(each.period_start, each.state) for each in owed} == {(TODAY, "due")}
    asked = queries.definition_of(queries.current_version(form))
    assert [(each.code, str(each.label)) for each in asked.indicators] == [
        ("n1", "在外人数"),
        ("n2", "来务工人数"),
    ]


def test_data_calls_of_a_day_have_their_own_codes(county, officer, villages):
    codes = [call(officer, title=title).code for title in ("甲", "乙")]
    assert codes == ["call-20200203-1", "call-20200203-2"]


def test_a_page_sent_twice_asks_once(county, officer, villages):
    first = call(officer)
    assert call(officer) == first
    assert first.obligations.count() == 2
    assert call(officer, deadline=AT + timedelta(days=2)) != first
    later = AT + timedelta(hours=1)
    again = actions.compose_call(
        title="务工人员两数统计",
        source="《关于测试事项的通知》（演示发〔2020〕3号）第三条",
        deadline=AT + timedelta(days=1, hours=8),
        indicators=[{"label": "在外人数", "unit": "人"}, {"label": "来务工人数", "unit": "人"}],
        reporters=[{"level": "village"}],
        by=officer,
        at=later,
    )
    assert again != first


def test_a_call_is_put_right_days_later(county, officer, villages):
    form = call(officer, deadline=AT + timedelta(days=9))
    answered = form.obligations.get(office=villages[0])
    Obligation.objects.filter(pk=answered.pk).update(
        state="filed", revision=1, first_filed_at=AT, filed_at=AT, numbers=[1, 0]
    )
    asked = queries.definition_of(queries.current_version(form))
    wording = replace(asked, title=Text("两数统计（更正）"))
    actions.save_draft(form=form, definition=wording, by=officer, at=AT + 3 * DAY)
    second = actions.publish(form=form, by=officer, at=AT + 3 * DAY)
    assert (second.number, second.applies_from) == (2, TODAY)
    assert {each.office: each.version.number for each in form.obligations.all()} == {
        villages[0]: 1,
        villages[1]: 2,
    }
    assert {each.due_at for each in form.obligations.all()} == {AT + timedelta(days=9)}


def test_given_codes_are_kept(officer, villages):
    form = call(officer, indicators=[{"label": "甲"}, {"code": "n1", "label": "乙"}])
    assert form.slots == {"n2": 0, "n1": 1}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"deadline": AT}, "must lie ahead"),
        ({"deadline": AT + timedelta(days=400)}, "must lie ahead"),
        ({"reporters": [{"level": "township"}]}, "No office in service"),
        ({"source": "演示发〔2020〕3号"}, "clause"),
        ({"source": ""}, "source"),
        ({"indicators": []}, "indicators"),
    ],
)
def test_a_call_that_cannot_be_sent_leaves_nothing(officer, villages, change, sentence):
    with pytest.raises(Refused, match=sentence):
        call(officer, **change)
    assert Form.objects.count() == 0


def test_a_call_of_a_clause_needs_no_printed_source(county, officer, villages):
    notice = factories.notice(county)
    form = call(officer, source="", clause=notice.clauses.get(), duty=notice.duties.get())
    assert notice.number in form.source and form.duty is not None


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        (
            "《题名》（演示发〔2020〕3号）第三条",
            {"title": "题名", "number": "演示发〔2020〕3号", "clause": "第三条"},
        ),
        ("演示发〔2020〕3号 第三条", {"number": "演示发〔2020〕3号", "clause": "第三条"}),
        ("《题名》第二十条", {"title": "题名", "clause": "第二十条"}),
        ("口头安排", {"title": "口头安排"}),
        ({"number": " a ", "clause": ""}, {"number": "a"}),
        ("", {}),
    ],
)
def test_a_printed_source_is_taken_apart(printed, parts):
    assert actions.read_source(printed) == parts


@pytest.fixture
def weekly(county, officer, villages):
    form = published(county, officer, every="week", peak_every="day")
    make_obligations(form=form, until=TODAY + 13 * DAY, by=officer, at=AT)
    return form


def peak(officer, **changes):
    given = {
        "area_code": "220184000000",
        "name": "返岗高峰",
        "first_day": TODAY + 7 * DAY,
        "last_day": TODAY + 9 * DAY,
        "source": "演示发〔2020〕4号第一条",
    }
    return actions.add_peak_period(by=officer, at=AT, **(given | changes))


def test_a_peak_period_makes_reporting_denser(weekly, officer):
    assert len(days(weekly)) == 2
    found = peak(officer)
    assert days(weekly) == [TODAY, TODAY + 7 * DAY, TODAY + 8 * DAY, TODAY + 9 * DAY, TODAY + 10 * DAY]
    assert queries.peak_periods("220184100201", first=TODAY) == [found]
    assert queries.peak_periods("220182000000") == []
    assert queries.peak_periods(last=TODAY) == []


def test_a_peak_in_the_middle_of_a_week_cuts_it_short(county, officer, villages):
    form = published(county, officer, every="week:4", peak_every="day")
    make_obligations(form=form, until=TODAY + 13 * DAY, by=officer, at=AT)
    assert days(form) == [TODAY, date(2020, 2, 7), date(2020, 2, 14)]
    peak(officer)  # 10 to 12 February
    assert set(form.obligations.values_list("period_start", "period_end")) == {
        (TODAY, date(2020, 2, 6)),
        (date(2020, 2, 7), date(2020, 2, 9)),
        (date(2020, 2, 10), date(2020, 2, 10)),
        (date(2020, 2, 11), date(2020, 2, 11)),
        (date(2020, 2, 12), date(2020, 2, 12)),
        (date(2020, 2, 13), date(2020, 2, 13)),
        (date(2020, 2, 14), date(2020, 2, 20)),
    }


def test_a_peak_of_one_village_is_its_own(weekly, officer, villages):
    peak(officer, area_code=villages[0].area_code)
    counts = {v.pk: weekly.obligations.filter(office=v).count() for v in villages}
    assert counts == {villages[0].pk: 5, villages[1].pk: 2}


def test_a_peak_that_ends_early(weekly, officer):
    found = peak(officer)
    with pytest.raises(Refused, match="why"):
        actions.end_peak_period(peak=found, on=TODAY + 7 * DAY, by=officer, at=AT, reason="")
    actions.end_peak_period(peak=found, on=TODAY + 7 * DAY, by=officer, at=AT, reason="高峰已过")
    assert days(weekly) == [TODAY, TODAY + 7 * DAY, TODAY + 8 * DAY]


def test_a_peak_below_changes_what_the_province_asks(officer, villages):
    province = factories.office("220000000000")
    above = factories.actor(province)
    form = published(province, above, every="week", peak_every="day")
    make_obligations(form=form, until=TODAY + 13 * DAY, by=above, at=AT)
    with scope.applied(officer):
        peak(officer)
    with scope.applied(SYSTEM):
        assert len(days(form)) == 5


def test_peaks_are_entered_with_their_order(officer):
    with pytest.raises(Refused, match="order it"):
        peak(officer, source=" ")
    with pytest.raises(Refused, match="before it begins"):
        peak(officer, last_day=TODAY)
    with pytest.raises(NotAllowed):
        peak(officer, area_code="220182000000")
    peak(officer)
    with pytest.raises(Refused, match="already entered"):
        peak(officer)


def test_a_village_reads_the_forms_above_it_and_no_others(county, officer, villages):
    published(county, officer)
    other = factories.office("220182000000")
    actions.create_form(owner=other, definition=data(), origin="editor", by=factories.actor(other), at=AT)
    with scope.applied(factories.actor(villages[0], "caller"), read_only=True):
        assert [form.owner for form in queries.forms_in_sight()] == [county]
        assert queries.form_by_id(Form.objects.get().pk).owner == county
        assert queries.form_by_id(0) is None


def test_published_definitions_are_read_once(county, officer, monkeypatch):
    version = queries.current_version(published(county, officer))
    first = queries.definition_of(version)
    again = version.form.versions.get()
    assert queries.definition_of(again) is first


def test_the_life_of_a_form_behind_the_wall(county, officer, villages):
    """Everything an officer does works as the application's role, which sees only the officer's area."""
    notice = factories.notice(county)
    clause = notice.clauses.get()
    with scope.applied(officer):
        form = actions.take_from_library(
            code="labour-flow-weekly",
            owner=county,
            by=officer,
            at=AT,
            reporters=[{"level": "village"}],
            clause=clause,
        )
        actions.publish(form=form, by=officer, at=AT)
        make_obligations(form=form, until=TODAY + 13 * DAY, by=officer, at=AT)
        weeks = len(days(form))
        peak(officer)
        assert len(days(form)) > weeks
        actions.save_draft(
            form=form, definition=queries.definition_of(queries.current_version(form)), by=officer, at=AT
        )
        actions.publish(form=form, by=officer, at=AT, applies_from=TODAY + 7 * DAY)
        actions.end_form(form=form, on=TODAY + 8 * DAY, by=officer, at=AT, reason="任务结束")
        assert max(days(form)) <= TODAY + 8 * DAY
        sent = call(officer, source="", clause=clause)
        assert sent.obligations.count() == 2
    villager = factories.actor(villages[0])
    with scope.applied(villager), pytest.raises(Refused):
        actions.end_form(form=sent, on=TODAY, by=villager, at=AT, reason="x")


def test_no_area_is_stated_twice(county, officer):
    """Two bureaus of one place would both state its whole: refused, or each speaks for itself in a call."""
    city = factories.office("220100000000")
    asking = factories.actor(city)
    for line in ("employment", "health"):
        factories.office("220105000000", line=line)
    form = actions.create_form(
        owner=city, definition=data(reporters=[{"level": "county"}]), origin="editor", by=asking, at=AT
    )
    with pytest.raises(Refused, match="added twice"):
        actions.publish(form=form, by=asking, at=AT)
    actions.save_draft(
        form=form,
        definition=data(reporters=[{"level": "county", "line": "employment"}]),
        by=asking,
        at=AT,
    )
    actions.publish(form=form, by=asking, at=AT)
    call = actions.compose_call(
        title="两数",
        source="演示发〔2020〕9号第一条",
        deadline=AT + DAY,
        indicators=[{"label": "人数"}],
        reporters=[{"level": "county"}],
        by=asking,
        at=AT,
    )
    assert queries.definition_of(queries.current_version(call)).figures == "own"
    assert call.obligations.filter(counts=True).count() == call.obligations.count() >= 3
