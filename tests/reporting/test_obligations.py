"""Obligations are made from the calendar: who, for when, once (C1, C8, M7)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event, SpecialDay
from chunfeng.reporting import actions, definition
from chunfeng.reporting.models import Form, FormVersion, Obligation, PeakPeriod
from tests import factories
from tests.reporting import builders

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
AT = factories.NOW  # 2020-02-01 09:00 in Shanghai
TODAY = date(2020, 2, 1)
EVERYBODY = {"reporters": [{"level": "county"}, {"level": "township"}, {"level": "village"}]}


@pytest.fixture
def county():
    return factories.office("220184000000")


@pytest.fixture
def town(county):
    return factories.office("220184100000", parent=county)


@pytest.fixture
def bare_town(county):
    return factories.office("220184101000", parent=county)


@pytest.fixture
def village(town):
    return factories.office("220184100201", parent=town)


def made(form: Form, since: date = TODAY, until: date = TODAY, at: datetime = AT) -> int:
    return actions.make_obligations(form=form, since=since, until=until, by=SYSTEM, at=at)


def rows(form: Form) -> dict[tuple[str, date], Obligation]:
    return {(o.office.area_code, o.period_start): o for o in form.obligations.select_related("office")}


def test_each_office_of_the_levels_owes_each_period_once(county, town, village):
    factories.office("220300000000")  # outside the owner's area
    factories.office("220303100000")
    form = builders.form(county, at=AT, reporters=[{"level": "township"}, {"level": "village", "within": 30}])
    assert made(form, until=TODAY + timedelta(days=2)) == 6
    found = rows(form)
    assert {area for area, _ in found} == {"220184100000", "220184100201"}
    first = found["220184100201", TODAY]
    assert first.due_at == datetime(2020, 2, 1, 17, 30, tzinfo=ZONE)
    assert first.closes_at == first.due_at + timedelta(hours=1)
    assert made(form, until=TODAY + timedelta(days=2)) == 0
    assert Event.objects.filter(verb="report.owe").count() == 1


def test_only_the_lowest_reporting_office_of_an_area_counts(county, town, bare_town, village):
    form = builders.form(county, at=AT, **EVERYBODY)
    made(form)
    assert {area: o.counts for (area, _), o in rows(form).items()} == {
        "220184000000": False,
        "220184100000": False,
        "220184101000": True,
        "220184100201": True,
    }


def test_a_branch_at_the_same_seat_counts_in_place_of_its_chief(county):
    branch = factories.office("220184000000", parent=county)
    form = builders.form(county, at=AT, **EVERYBODY)
    made(form)
    assert {o.office_id: o.counts for o in form.obligations.all()} == {county.pk: False, branch.pk: True}


def test_where_offices_state_their_own_figures_all_count(county, town, village):
    form = builders.form(county, at=AT, figures="own", **EVERYBODY)
    made(form)
    assert all(o.counts for o in rows(form).values())


def test_a_new_office_owes_from_then_on_and_its_chief_counts_no_more(county, bare_town):
    form = builders.form(county, at=AT, **EVERYBODY)
    made(form, until=TODAY + timedelta(days=1))
    factories.office("220184101203", parent=bare_town)
    later = AT + timedelta(days=1)
    assert actions.make_obligations(form=form, until=TODAY + timedelta(days=1), by=SYSTEM, at=later) == 1
    found = rows(form)
    assert [found["220184101000", TODAY + timedelta(days=n)].counts for n in (0, 1)] == [True, False]


def test_a_retired_office_owes_nothing_new(county, village):
    form = builders.form(county, at=AT)
    village.active = False
    village.save()
    assert made(form) == 0


def test_what_lies_ahead_of_a_retired_office_is_forgotten_and_its_silence_is_not(county, village):
    form = builders.form(county, at=AT)
    made(form, until=TODAY + timedelta(days=3))
    builders.filed(form, village, TODAY + timedelta(days=4), AT, checked=1)
    village.active = False
    village.save()
    assert made(form, until=TODAY + timedelta(days=3)) == 0
    assert sorted(o.period_start for o in form.obligations.all()) == [TODAY, TODAY + timedelta(days=4)]


def test_exempt_offices_stay_exempt(county, village):
    form = builders.form(county, at=AT)
    made(form)
    form.obligations.update(state="exempt", exempt_reason="整村隔离")
    assert made(form) == 0
    assert form.obligations.get().state == "exempt"


def test_nothing_is_owed_after_the_end_and_from_before_the_start(county, village):
    form = builders.form(county, at=AT)
    Form.objects.filter(pk=form.pk).update(starts_on=TODAY, ends_on=TODAY + timedelta(days=1))
    form.refresh_from_db()
    assert made(form, since=TODAY - timedelta(days=5), until=TODAY + timedelta(days=5)) == 2


def test_periods_carry_the_wording_that_holds_for_them(county, village):
    form = builders.form(county, at=AT)
    old = form.versions.get()
    new = FormVersion.objects.create(
        form=form, area_code=form.area_code, number=2, published_at=AT, applies_from=TODAY + timedelta(days=1),
        definition=definition.dump(definition.parse(builders.DAILY | {"cut_off": "10:00"})),
    )  # fmt: skip
    made(form, until=TODAY + timedelta(days=1))
    found = rows(form)
    assert found["220184100201", TODAY].version_id == old.pk
    later = found["220184100201", TODAY + timedelta(days=1)]
    assert (later.version_id, later.due_at.astimezone(ZONE).hour) == (new.pk, 10)


def test_a_peak_of_one_county_makes_only_its_offices_report_daily(village):
    province = factories.office("220000000000")
    factories.office("220303100201")
    form = builders.form(province, at=AT, every="week", peak_every="day")
    PeakPeriod.objects.create(
        area_code="220184000000", name="节后返岗", first_day=date(2020, 2, 5), last_day=date(2020, 2, 6), source="测"
    )  # fmt: skip
    made(form, since=date(2020, 2, 3), until=date(2020, 2, 9))
    starts = [(a, o.period_start.day, o.period_end.day) for (a, _), o in sorted(rows(form).items())]
    assert starts == [
        ("220184100201", 3, 4), ("220184100201", 5, 5), ("220184100201", 6, 6), ("220184100201", 7, 9),
        ("220303100201", 3, 9),
    ]  # fmt: skip


def test_a_peak_named_in_mid_week_cuts_the_running_week_short_without_overlap(county, village):
    form = builders.form(county, at=AT, every="week", peak_every="day")
    monday = datetime(2020, 2, 3, 9, tzinfo=ZONE)
    made(form, since=date(2020, 2, 3), until=date(2020, 2, 9), at=monday)
    PeakPeriod.objects.create(
        area_code="220184000000", name="节后返岗", first_day=date(2020, 2, 5), last_day=date(2020, 2, 6), source="测"
    )  # fmt: skip
    made(form, since=date(2020, 2, 3), until=date(2020, 2, 9), at=monday)
    spans = sorted((o.period_start.day, o.period_end.day) for o in form.obligations.all())
    assert spans == [(3, 4), (5, 5), (6, 6), (7, 9)]


def test_a_filed_week_is_never_cut(county, village):
    form = builders.form(county, at=AT, every="week", peak_every="day")
    week = builders.filed(form, village, date(2020, 2, 3), AT, checked=1)
    Obligation.objects.filter(pk=week.pk).update(period_end=date(2020, 2, 9))
    PeakPeriod.objects.create(
        area_code="220184000000", name="节后返岗", first_day=date(2020, 2, 5), last_day=date(2020, 2, 6), source="测"
    )  # fmt: skip
    assert made(form, since=date(2020, 2, 3), until=date(2020, 2, 9)) == 0


def test_special_days_of_an_area_move_its_working_days(county, village):
    form = builders.form(county, at=AT, working_days=True)
    SpecialDay.objects.create(area_code="220184000000", day=date(2020, 2, 3), works=False, source="延长假期")
    made(form, since=date(2020, 2, 1), until=date(2020, 2, 4))
    assert [o.period_start for o in form.obligations.all()] == [date(2020, 2, 4)]


def test_making_is_for_offices_that_may_change_the_form(county, village):
    form = builders.form(county, at=AT)
    with pytest.raises(NotAllowed):
        actions.make_obligations(form=form, until=TODAY, by=factories.actor(village), at=AT)


def test_an_unpublished_form_is_owed_by_nobody(county, village):
    form = builders.form(county, at=AT)
    form.versions.update(published_at=None, applies_from=None)
    with pytest.raises(Refused):
        made(form)


def test_the_database_holds_one_obligation_per_form_office_period(county, village):
    form = builders.form(county, at=AT)
    builders.obligation(form, village, TODAY)
    with pytest.raises(IntegrityError, match="owed_once"), transaction.atomic():
        builders.obligation(form, village, TODAY)


def test_make_due_makes_a_week_for_every_form_in_use(county, village):
    form = builders.form(county, at=AT)
    Form.objects.filter(pk=form.pk).update(starts_on=TODAY)
    ended = builders.form(county, at=AT, code="ended")
    Form.objects.filter(pk=ended.pk).update(state="ended")
    assert actions.make_due(now=AT) == 8
    assert actions.make_due(now=AT) == 0
    assert actions.make_due(now=AT + timedelta(days=1)) == 1
    assert not ended.obligations.exists()
    assert timezone.localdate(form.obligations.latest("period_start").due_at) == TODAY + timedelta(days=8)


def test_a_long_period_of_one_office_hides_no_gap_of_another(town, village):
    """After a standstill: a longer period here ended later than the last day made there."""
    neighbour = factories.office("220184100202", parent=town)
    form = builders.form(town, at=AT)
    builders.obligation(form, village, TODAY, period_end=TODAY + timedelta(days=6))
    builders.obligation(form, neighbour, TODAY + timedelta(days=1))
    late = AT + timedelta(days=9)
    actions.make_obligations(form=form, until=TODAY + timedelta(days=9), by=SYSTEM, at=late)
    days = {area: [d.day for a, d in sorted(rows(form)) if a == area] for area, _ in rows(form)}
    assert days == {"220184100201": [1, 8, 9, 10], "220184100202": [2, 3, 4, 5, 6, 7, 8, 9, 10]}
