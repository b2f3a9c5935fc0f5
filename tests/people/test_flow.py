"""Stock and flow of isolations balance on every day and in every area; what was written down says the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.people.actions import releasing, stock
from chunfeng.people.models import Isolation, IsolationStock
from chunfeng.people.queries import flow
from chunfeng.reporting import suggestions
from chunfeng.reporting.models import Obligation
from chunfeng.tasking.models import Message
from tests import factories as f
from tests.people.builders import CITY, FAR, NEAR, VILLAGE, dataset, person
from tests.people.isolating import days, opened, rule, well
from tests.reporting import builders as reports

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)
OTHER = "220184100202"


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def story(county, by):
    """Three opened on the first day, one on the next; one moved to another village, one let go."""
    home, into = rule(county), dataset(county)
    rows = [opened(person(by, into, name=f"王{n}"), by) for n in range(3)]
    rows.append(opened(person(by, into, name="王四", area_code=OTHER), by, since=DAY + days(1), ago=-1))
    releasing.move(
        isolation=rows[0],
        rule=home,
        area_code=OTHER,
        reason="投亲",
        by=by,
        at=f.NOW
        + days(
            1,
        ),
    )
    releasing.lift(isolation=rows[1], reason="登记有误", by=by, at=f.NOW + days(2))
    return rows


def figures(lines):
    return [(x.day.day, x.before, x.opened, x.released, x.moved, x.still) for x in lines]


def test_every_day_balances(story, by):
    with scope.applied(by):
        lines = flow.lines(NEAR, today=DAY + days(2), days=3)
        village = flow.lines(VILLAGE, today=DAY + days(2), days=3)
    assert figures(lines) == [(3, 4, 0, 1, 0, 3), (2, 3, 2, 0, 1, 4), (1, 0, 3, 0, 0, 3)]
    assert figures(village) == [(3, 2, 0, 1, 0, 1), (2, 3, 0, 0, 1, 2), (1, 0, 3, 0, 0, 3)]
    assert not any(x.difference for x in (*lines, *village))
    assert not any(x.kept for x in lines)  # nothing written down yet: no second route


def test_what_was_written_down_is_the_other_side_of_the_check(story, by):
    assert stock.write_down(until=DAY + days(1), now=f.NOW + days(2)) == 2
    assert stock.write_down(until=DAY + days(1), now=f.NOW + days(2)) == 0
    with scope.applied(by):
        lines = flow.lines(NEAR, today=DAY + days(2), days=2)
        assert [x.kept for x in lines] == [True, True] and not any(x.difference for x in lines)
    # a row that vanishes or is turned round behind the system's back is found the same day
    Isolation.objects.filter(pk=story[2].pk).update(state="released", ended_at=f.NOW + days(1))
    with scope.applied(by):
        found = {x.day: x.difference for x in flow.lines(NEAR, today=DAY + days(2), days=2)}
    assert found == {DAY + days(2): 1, DAY + days(1): -1}


def test_by_area_below(story, by):
    with scope.applied(by):
        found = flow.below(
            NEAR, [("220184100000", "镇"), ("220184200000", "空镇")], DAY + days(1), today=DAY + days(2)
        )
        assert [(x.label, *figures([x])[0][1:], x.difference) for x in found] == [("镇", 3, 2, 0, 1, 4, 0)]
        own = flow.below(NEAR, [], DAY + days(2), today=DAY + days(2))
    assert [(x.code, x.still) for x in own] == [(NEAR, 3)]


def test_a_standstill_is_made_up_for_and_walls_hold(story):
    assert stock.watch(now=f.NOW + days(40)).days == stock.MOST_DAYS
    assert stock.watch(now=f.NOW + days(40)).days == 0
    for code, seen in ((VILLAGE, True), (FAR, False)):
        with scope.applied(f.actor(f.office(code))):
            assert IsolationStock.objects.exists() is seen


def test_monitoring_is_not_counted(county, by):
    rule(county, "watch")
    opened(person(by, dataset(county)), by)
    assert flow.lines(NEAR, today=DAY, days=1)[0].still == 0


def test_offices_hear_of_missing_records_once_and_without_names(county, by):
    rule(county)
    into = dataset(county)
    rows = [opened(person(by, into, name=name), by) for name in ("王缺", "李缺", "赵全")]
    well(rows[2], by, DAY + days(1))
    night = f.NOW + days(1)
    assert stock.tell_missing(day=DAY, now=night) == 1
    assert stock.tell_missing(day=DAY, now=night) == 0
    told = Message.objects.get()
    assert told.office == county and "2 people" in told.body and "2020-02-01" in told.subject
    assert "王" not in told.body + told.subject
    assert stock.watch(now=night + days(1)).offices == 1


@pytest.fixture
def crowd(county, by):
    into = dataset(county)
    return [person(by, into, name=f"王流水{n}") for n in range(8)], rule(county)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.one_of(st.none(), st.integers(0, 4)), st.sampled_from([VILLAGE, OTHER])
        ),
        max_size=8,
    ),
    st.integers(0, 7),
)
def test_the_identity_holds_for_any_course(county, crowd, told, later):
    """Whatever was opened and ended when: written down night by night, no day of any area is out of balance."""
    who, known = crowd
    IsolationStock.objects.all().delete()
    Isolation.objects.all()._raw_delete("default")
    course = [(n, start, lasts, area) for n, (start, lasts, area) in enumerate(told) if start <= later]
    for day in range(later + 1):  # the clock goes on: what ends ends, what begins begins, the night counts
        if day:
            stock.write_down(until=DAY + days(day - 1), now=f.NOW + days(day))
        for n, start, lasts, area in course:
            at = f.NOW + days(day)
            if start == day:
                Isolation.objects.create(
                    person=who[n], area_code=area, office=county, rule=known, placement="home", exposure="area",
                    source="x", starts_on=DAY, ends_on=DAY + days(14), opened_at=at,
                )  # fmt: skip
            if lasts is not None and start + lasts == day:
                Isolation.objects.filter(person=who[n]).update(state="released", ended_at=at + days(0.1))
    for code in (CITY, NEAR, VILLAGE):
        for line in flow.lines(code, today=DAY + days(later), days=later + 1):
            assert line.difference == 0, (code, line)


def counted(of, at):
    from chunfeng.reporting.queries.forms import definition_of

    return {
        code: (o.value, o.source)
        for code, o in suggestions.counted(of, definition_of(of.version), at).items()
    }


def test_two_reports_that_follow_each_other_join(story, county):
    """Counted at 15:00 and at 15:00: what happened between stands in exactly one of the two."""
    form = reports.form(
        county,
        at=f.NOW,
        code="flow",
        indicators=[
            {"code": name, "label": {"zh": name, "en": name}, "prefill": f"register:isolation:{name}"}
            for name in ("opened", "released", "moved", "still")
        ],
        checks=[],
    )
    offers = []
    for n in range(4):
        of = Obligation(
            form=form, version=form.versions.get(), office=county, area_code=NEAR,
            period_start=DAY + days(n), period_end=DAY + days(n),
            due_at=_clock(n, 15), closes_at=_clock(n, 16), sequence=0,
        )  # fmt: skip
        of.save()
        found = counted(of, _clock(n + 9, 15))  # long after: each counts up to its own cut-off
        offers.append({name: value for name, (value, _source) in found.items()})
    still = 0
    for day in offers:
        assert still + day["opened"] == day["released"] + day["moved"] + day["still"]
        still = day["still"]
    assert sum(day["opened"] for day in offers) == 5


def _clock(n, hour):
    return datetime.combine(DAY + days(n), datetime.min.time(), timezone.get_current_timezone()) + timedelta(
        hours=hour
    )


def test_where_offices_below_report_their_sum_is_offered_with_the_registers_own_number(story, county):
    asked = [
        {"code": name, "label": {"zh": name, "en": name}, "prefill": f"register:isolation:{figure}"}
        for name, figure in (("isolated", "opened"), ("still", "still"))
    ]
    form = reports.form(county, at=f.NOW, code="daily", indicators=asked, checks=[])
    village = f.office(VILLAGE)
    below = reports.obligation(form, village, DAY)
    of = reports.obligation(form, county, DAY, counts=False)
    at = of.due_at + timedelta(minutes=5)
    own = {name: value for name, (value, _source) in counted(below, at).items()}
    assert own["isolated"] == 3
    assert counted(of, at)["isolated"][0] == 3  # nobody below has answered yet: the register's number
    Obligation.objects.filter(pk=below.pk).update(
        numbers=[5, 1], state="filed", filed_at=f.NOW, first_filed_at=f.NOW, revision=1
    )
    value, source = counted(Obligation.objects.get(pk=of.pk), at)["isolated"]
    assert value == 5 and source == "1 of 1 offices below; the register has 3"


def test_a_register_that_is_not_kept_offers_nothing(county):
    with scope.applied(SYSTEM):
        of = Obligation(area_code=NEAR, office=county, period_start=DAY, period_end=DAY, form_id=0)
    assert suggestions.COUNTERS["register:isolation-own:still"](of, f.NOW) is None
    assert suggestions.COUNTERS["register:isolation-site:ill"](of, f.NOW) is None
