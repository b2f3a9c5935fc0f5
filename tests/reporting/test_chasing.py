"""Silence is chased, once a day by hand, once per stage by itself; reports settle the tasks that ordered them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed
from chunfeng.core.models import Event
from chunfeng.reporting import actions
from chunfeng.reporting.actions import chasing
from chunfeng.reporting.choices import Stage
from chunfeng.reporting.models import Form, LedgerStep, Obligation
from chunfeng.tasking.models import Message, OfficeChannel, Task
from tests import factories
from tests.reporting import builders

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2020, 2, 2)
FIGURES = {"checked": 12, "isolated": 3, "released": 0, "still": 3}


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2020, 2, day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def county():
    return factories.office("220184000000")


@pytest.fixture
def village(county):
    return factories.office("220184100201", parent=county)


@pytest.fixture
def form(county):
    return builders.form(county, at=factories.NOW)


@pytest.fixture
def owed(form, village):
    return builders.obligation(form, village, DAY)


def test_a_county_chases_who_is_silent_at_the_cut_off(form, owed, county, village):
    other = builders.obligation(form, factories.office("220184100202", parent=county), DAY)
    actions.file_zero(obligation_id=other.pk, by=factories.actor(other.office), at=at(9))
    officer = factories.actor(county)
    assert actions.chase_silent(form=form, period_start=DAY, by=officer, at=at(16, 59)) == 0
    with scope.applied(officer):
        assert actions.chase_silent(form=form, period_start=DAY, by=officer, at=at(17, 20)) == 1
        assert actions.chase_silent(form=form, period_start=DAY, by=officer, at=at(17, 40)) == 0
    told = Message.objects.get()
    assert told.office == village
    assert form.title in told.subject and "2020-02-02" in told.subject
    for part in ("2020-02-02 17:00", "20", county.name, form.source):
        assert part in told.body
    assert LedgerStep.objects.get().kind == "reminded"
    assert Event.objects.get(verb="report.chase").detail["offices"] == 1
    assert actions.chase_silent(form=form, period_start=DAY, by=officer, at=at(9, day=3)) == 1


def test_chasing_some(form, owed, county, village):
    second = factories.office("220184100202", parent=county)
    builders.obligation(form, second, DAY)
    officer = factories.actor(county)
    chased = actions.chase_silent(form=form, period_start=DAY, by=officer, at=at(18), offices=[second])
    assert chased == 1 and Message.objects.get().office == second


def test_a_village_chases_nobody(form, owed, village):
    with pytest.raises(NotAllowed):
        actions.chase_silent(form=form, period_start=DAY, by=factories.actor(village, "caller"), at=at(18))
    assert actions.chase_silent(form=form, period_start=DAY, by=factories.actor(village), at=at(18)) == 0


def test_reminders_go_out_before_the_cut_off_and_at_the_close_once(owed, village):
    sent = [actions.remind_due(now=moment) for moment in (at(15, 59), at(16, 0), at(16, 30), at(17, 30))]
    assert sent == [0, 1, 0, 0]
    assert [actions.remind_due(now=moment) for moment in (at(18, 0), at(18, 1), at(19))] == [0, 2, 0]
    told = [(m.office_id, m.for_leader) for m in Message.objects.order_by("pk")]
    assert told == [(village.pk, False), (village.pk, False), (village.pk, True)]
    assert LedgerStep.objects.filter(obligation=owed, kind="reminded").count() == 3


def test_whoever_answered_is_left_alone(owed, village):
    actions.file_report(obligation_id=owed.pk, values=FIGURES, by=factories.actor(village), at=at(15))
    assert [actions.remind_due(now=moment) for moment in (at(16, 30), at(18, 30))] == [0, 0]


def test_weekly_reports_are_reminded_of_a_day_before(form, owed):
    Obligation.objects.filter(pk=owed.pk).update(
        period_end=DAY + timedelta(days=6), due_at=at(17, day=8), closes_at=at(18, day=8)
    )
    assert [actions.remind_due(now=at(16, day=7)), actions.remind_due(now=at(18, day=7))] == [0, 1]


def test_old_silence_is_not_told_after_a_long_standstill(owed):
    assert actions.remind_due(now=at(18, 30, day=4)) == 0


def test_what_is_told_is_marked_on_the_row(owed):
    actions.remind_due(now=at(16))
    owed.refresh_from_db()
    assert owed.told == Stage.SOON
    actions.remind_due(now=at(18, 1))
    owed.refresh_from_db()
    assert owed.told == Stage.SOON | Stage.CLOSE


def test_a_report_sent_back_before_the_cut_off_is_told_again(owed, village, county):
    assert actions.remind_due(now=at(16)) == 1
    actions.file_report(obligation_id=owed.pk, values=FIGURES, by=factories.actor(village), at=at(16, 5))
    actions.return_report(
        obligation_id=owed.pk, comment="人数不符", by=factories.actor(county), at=at(16, 10)
    )
    assert [actions.remind_due(now=moment) for moment in (at(16, 15), at(16, 20))] == [1, 0]
    assert "退回" in Message.objects.latest("pk").subject


def test_a_report_asked_for_again_is_told_again(owed, county):
    officer = factories.actor(county)
    assert actions.remind_due(now=at(18, 5)) == 2
    actions.exempt(obligation_id=owed.pk, reason="停电", by=officer, at=at(18, 10))
    assert actions.remind_due(now=at(18, 15)) == 0
    actions.owe_again(obligation_id=owed.pk, reason="已来电", by=officer, at=at(18, 20))
    assert [actions.remind_due(now=at(18, minute)) for minute in (25, 30)] == [2, 0]


def test_a_later_cut_off_is_told_again(owed, form):
    """The cut-off in the form is 17:00; this row was made for 16:30 before."""
    Form.objects.filter(pk=form.pk).update(starts_on=DAY)
    Obligation.objects.update(due_at=at(16, 30), closes_at=at(17, 30))
    assert actions.remind_due(now=at(15, 40)) == 1
    actions.make_obligations(form=form, until=DAY, since=DAY, by=SYSTEM, at=at(15, 50))
    assert [actions.remind_due(now=moment) for moment in (at(15, 55), at(16, 5), at(16, 10))] == [0, 1, 0]
    assert "17:00" in Message.objects.latest("pk").body


def test_a_change_that_moves_no_cut_off_is_not_told_again(owed, form):
    Form.objects.filter(pk=form.pk).update(starts_on=DAY)
    assert actions.remind_due(now=at(16)) == 1
    fresh = form.versions.get()
    fresh.pk, fresh.number, fresh.applies_from = None, 2, DAY
    fresh.save(force_insert=True)
    actions.make_obligations(form=form, until=DAY, since=DAY, by=SYSTEM, at=at(16, 5))
    owed.refresh_from_db()
    assert (owed.version_id, owed.told) == (fresh.pk, Stage.SOON)
    assert actions.remind_due(now=at(16, 10)) == 0


def test_batches_tell_everybody_once(form, county, monkeypatch):
    monkeypatch.setattr(chasing, "BATCH", 3)
    for n in range(201, 209):
        builders.obligation(form, factories.office(f"220184100{n}", parent=county), DAY)
    assert [actions.remind_due(now=moment) for moment in (at(16), at(16, 5), at(18, 1))] == [8, 0, 16]
    assert Message.objects.filter(for_leader=True).values("office").distinct().count() == 8
    bodies = Message.objects.values_list("office__name", "body")
    assert all(name in body for name, body in bodies)


def test_a_run_with_nothing_to_tell_writes_nothing(owed, django_assert_max_num_queries):
    actions.remind_due(now=at(18, 1))
    with django_assert_max_num_queries(16) as asked:
        assert actions.remind_due(now=at(18, 6)) == 0
    assert not any(each["sql"].startswith(("UPDATE", "INSERT")) for each in asked.captured_queries)


def test_reminders_go_to_the_addresses_of_an_office_too(owed, village):
    mail, _stopped = (
        OfficeChannel.objects.create(
            office=village,
            area_code=village.area_code,
            channel="email",
            address="a@example.org",
            active=active,
        )
        for active in (True, False)
    )
    assert actions.remind_due(now=at(16)) == 1
    desk, letter = Message.objects.order_by("channel")[::-1]
    assert (desk.channel, desk.to, desk.state, desk.sent_at, desk.next_try_at) == (
        "in_app", None, "sent", at(16), None,
    )  # fmt: skip
    assert (letter.channel, letter.to, letter.state, letter.sent_at, letter.next_try_at) == (
        "email", mail, "queued", None, at(16),
    )  # fmt: skip
    assert letter.dedupe == f"{desk.dedupe}:{mail.pk}" and letter.body == desk.body


# tasks


@pytest.fixture
def ordered(county, village, form):
    """The form is ordered by a duty that is a task of the village."""
    notice = factories.notice(county)
    duty = notice.duties.get()
    Form.objects.filter(pk=form.pk).update(duty=duty)
    return Task.objects.create(
        duty=duty,
        notice=notice,
        office=village,
        area_code=village.area_code,
        due_at=at(17),
        assigned_at=at(8),
    )


def settle(moment: datetime) -> int:
    return actions.settle_tasks(now=moment)


def test_a_filed_report_settles_the_task_that_ordered_it(ordered, owed, village):
    assert settle(at(10)) == 0
    clerk = factories.actor(village)
    actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=at(11))
    assert [settle(at(12)), settle(at(13))] == [1, 0]
    ordered.refresh_from_db()
    entry = ordered.entries.get()
    assert (ordered.state, entry.key, entry.by_name) == ("done", f"report:{owed.pk}:1", clerk.name)


def test_a_task_sent_back_waits_for_the_next_filing(ordered, owed, village):
    clerk = factories.actor(village)
    actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=at(11))
    settle(at(12))
    Task.objects.update(state="returned", done_at=None)
    assert settle(at(13)) == 0
    actions.file_report(obligation_id=owed.pk, values={"checked": 1}, by=clerk, at=at(14), reason="更正")
    assert settle(at(15)) == 1


def test_a_repeated_duty_is_settled_period_by_period(ordered, owed, village, form):
    Task.objects.update(every="day")
    clerk = factories.actor(village)
    tomorrow = builders.obligation(form, village, DAY + timedelta(days=1))
    actions.file_zero(obligation_id=tomorrow.pk, by=clerk, at=at(9, day=3))
    assert settle(at(9, 10, day=3)) == 0  # the day before is still owed
    actions.file_zero(obligation_id=owed.pk, by=clerk, at=at(10, day=3))
    assert settle(at(11, day=3)) + settle(at(12, day=3)) == 2
    ordered.refresh_from_db()
    assert (ordered.state, ordered.due_at) == ("accepted", at(17, day=4))
    assert list(ordered.entries.values_list("period", flat=True)) == ["2020-02-02", "2020-02-03"]
