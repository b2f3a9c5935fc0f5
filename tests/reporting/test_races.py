"""Two people at the same moment, each on a connection of their own."""

from __future__ import annotations

import threading
from copy import deepcopy
from datetime import date, timedelta

import pytest
from django.db import connection

from chunfeng.core import scope
from chunfeng.reporting import actions
from chunfeng.reporting.models import Acceptance, Form, LedgerStep, Obligation, Revision
from chunfeng.reporting.sheets.layout import OFFICE, ON
from chunfeng.reporting.sheets.templates import layout_of, template_xlsx
from tests import factories
from tests.reporting import builders
from tests.reporting.test_parallel import at_once
from tests.reporting.test_sheets import refilled

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2020, 2, 2)
AT = factories.NOW + timedelta(days=1)
FIGURES = {"checked": 12, "isolated": 3, "released": 0, "still": 3}


@pytest.fixture
def county():
    return factories.office("220184000000")


def first_then(first, second):
    """Do `first`, begin `second` before `first` is committed, commit; the results or refusals of both."""
    done, go, told = threading.Event(), threading.Event(), {}

    def one():
        try:
            by, work = first
            with scope.applied(by):
                told["first"] = work()
                done.set()
                go.wait(5)
        except Exception as error:
            told["first"] = error
            done.set()
        finally:
            connection.close()

    def two():
        try:
            by, work = second
            with scope.applied(by):
                told["second"] = work()
        except Exception as error:
            told["second"] = error
        finally:
            connection.close()

    threads = threading.Thread(target=one), threading.Thread(target=two)
    threads[0].start()
    assert done.wait(5)
    threads[1].start()
    threads[1].join(0.4)  # it waits for a lock by now, or is through
    go.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    return told["first"], told["second"]


@pytest.fixture
def drafted(county):
    """A form in use with a second wording waiting, and a village that owes today's report."""
    village = factories.office("220184100201", parent=county)
    form = builders.form(county, at=factories.NOW)
    Form.objects.update(starts_on=DAY)
    officer = factories.actor(county)
    with scope.applied(officer):
        actions.make_obligations(form=form, until=DAY, by=officer, at=AT)
        data = deepcopy(builders.DAILY) | {"note": "新的说明"}
        actions.save_draft(form=form, definition=data, by=officer, at=AT)
    return form, village, officer, factories.actor(village)


def publishing(form, officer):
    return officer, lambda: actions.publish(
        form=Form.objects.get(pk=form.pk), by=officer, at=AT, applies_from=DAY
    )


def filing(village, clerk):
    pk = Obligation.objects.get(office=village, period_start=DAY).pk
    return clerk, lambda: actions.file_report(obligation_id=pk, values=FIGURES, by=clerk, at=AT)


def test_a_report_filed_while_a_new_wording_comes_into_force_stands_and_keeps_its_wording(drafted):
    form, village, officer, clerk = drafted
    filed, published = first_then(filing(village, clerk), publishing(form, officer))
    assert isinstance(filed, Revision)
    assert getattr(published, "number", published) == 2
    row = Obligation.objects.get(office=village, period_start=DAY)
    assert (row.state, row.revision, row.version.number) == ("filed", 1, 1)


def test_the_same_where_the_office_was_reminded_before(drafted):
    form, village, officer, clerk = drafted
    of = Obligation.objects.get(office=village, period_start=DAY)
    LedgerStep.objects.create(obligation=of, area_code=of.area_code, kind="reminded", by_name="测试员", at=AT)
    filed, published = first_then(filing(village, clerk), publishing(form, officer))
    assert isinstance(filed, Revision)
    assert getattr(published, "number", published) == 2
    row = Obligation.objects.get(office=village, period_start=DAY)
    assert (row.state, row.revision, row.version.number) == ("filed", 1, 1)


def test_a_report_filed_just_after_a_new_wording_is_taken_under_it(drafted):
    form, village, officer, clerk = drafted
    of = Obligation.objects.get(office=village, period_start=DAY)
    LedgerStep.objects.create(obligation=of, area_code=of.area_code, kind="reminded", by_name="测试员", at=AT)
    published, filed = first_then(publishing(form, officer), filing(village, clerk))
    assert getattr(published, "number", published) == 2
    assert isinstance(filed, Revision)
    assert filed.obligation.version.number == 2


def sheet_of_events(form, officer, villages) -> bytes:
    """A filled sheet of events, a row for each village in this order."""
    plan = layout_of(form, None, None, at=AT)
    changes = {}
    for n, village in enumerate(villages):
        row = {
            "checked": 1,
            "isolated": 0,
            "released": 0,
            "still": 0,
            OFFICE: village.code,
            ON: DAY.isoformat(),
        }
        changes |= {plan.address(2 + n, plan.fields.index(code)): value for code, value in row.items()}
    return refilled(template_xlsx(officer, form, None, at=AT), changes)


def test_two_sheets_of_events_in_opposite_order_do_not_block_each_other(county):
    form = builders.form(county, at=factories.NOW, every="event", checks=[])
    villages = [factories.office(f"2201841002{n:02d}", parent=county) for n in range(1, 31)]
    officers = [factories.actor(county), factories.actor(county)]
    sheets = [
        sheet_of_events(form, officers[0], villages),
        sheet_of_events(form, officers[1], villages[::-1]),
    ]

    def work(n):
        by = officers[n % 2]
        with scope.applied(by):
            return actions.file_sheet(
                form=form, period_start=None, data=sheets[n % 2], name="s.xlsx", by=by, at=AT
            )

    answers = at_once(work, range(4), threads=4)  # each sheet twice
    assert sum(len(each.revisions) for each in answers) >= 60
    assert Revision.objects.count() == 60
    numbers = Obligation.objects.order_by("office", "sequence").values_list("office", "sequence")
    assert list(numbers) == [(each.pk, n) for each in villages for n in (1, 2)]


def test_the_same_sheet_filed_four_times_at_once_adds_each_row_once(county):
    form = builders.form(county, at=factories.NOW, checks=[])
    villages = [factories.office(f"2201841002{n:02d}", parent=county) for n in range(1, 11)]
    for village in villages:
        builders.obligation(form, village, DAY)
    officer = factories.actor(county)
    plan = layout_of(form, DAY, None, at=AT)
    changes = {
        plan.address(2 + line, plan.fields.index(code)): value
        for line in range(10)
        for code, value in FIGURES.items()
    }
    data = refilled(template_xlsx(officer, form, DAY, at=AT), changes)

    def work(_n):
        with scope.applied(officer):
            return actions.file_sheet(
                form=form, period_start=DAY, data=data, name="s.xlsx", by=officer, at=AT
            )

    answers = at_once(work, range(4), threads=4)
    assert sorted(len(each.revisions) for each in answers) == [0, 0, 0, 10]
    assert Revision.objects.count() == 10


def test_chasing_twice_at_once_reminds_once(county):
    form = builders.form(county, at=factories.NOW)
    for n in range(1, 6):
        builders.obligation(form, factories.office(f"2201841002{n:02d}", parent=county), DAY)
    officer = factories.actor(county)
    late = AT + timedelta(hours=12)

    def work(_n):
        with scope.applied(officer):
            return actions.chase_silent(form=form, period_start=DAY, by=officer, at=late)

    assert sum(at_once(work, range(4), threads=4)) == 5
    assert LedgerStep.objects.filter(kind="reminded").count() == 5


def test_a_data_call_sent_twice_at_once_asks_once(county):
    factories.office("220184100201", parent=county)
    officer = factories.actor(county)

    def work(_n):
        with scope.applied(officer):
            return actions.compose_call(
                title="摸底", source="演示发〔2020〕1号第二条", deadline=AT + timedelta(days=1),
                indicators=[{"label": "人数", "type": "count"}], reporters=[{"level": "village"}],
                by=officer, at=AT,
            ).pk  # fmt: skip

    assert len(set(at_once(work, range(4), threads=4))) == 1
    assert Obligation.objects.count() == 1


def test_unlocking_while_it_is_accepted_again_leaves_one_truth(county):
    form = builders.form(county, at=factories.NOW)
    village = factories.office("220184100201", parent=county)
    builders.filed(form, village, DAY, AT, checked=1, isolated=0, released=0, still=0)
    officer = factories.actor(county)
    with scope.applied(officer):
        first = actions.accept(form=form, period_start=DAY, by=officer, at=AT)

    def work(n):
        with scope.applied(officer):
            if n % 2:
                return actions.accept(form=form, period_start=DAY, by=officer, at=AT)
            return actions.unlock(acceptance_id=first.pk, reason="更正", by=officer, at=AT)

    at_once(work, range(6))
    active = Acceptance.objects.filter(released_at=None)
    assert active.count() <= 1 and Acceptance.objects.count() <= 2


def test_a_report_is_either_returned_as_filed_or_filed_again_never_both_lost(county):
    form = builders.form(county, at=factories.NOW, checks=[])
    village = factories.office("220184100201", parent=county)
    row = builders.filed(form, village, DAY, AT, checked=1, isolated=0, released=0, still=0)
    officer, clerk = factories.actor(county), factories.actor(village)
    filed, returned = first_then(
        (clerk, lambda: actions.file_report(
            obligation_id=row.pk, values={"checked": 2}, by=clerk, at=AT, reason="补报")),
        (officer, lambda: actions.return_report(obligation_id=row.pk, comment="请核对", by=officer, at=AT)),
    )  # fmt: skip
    assert isinstance(filed, Revision) and isinstance(returned, Obligation)
    row.refresh_from_db()
    assert (row.state, row.revision, row.numbers[0]) == ("returned", 2, 2)
