"""Sent back, let off, accepted, unlocked: who may, and what is then shut (C1, C5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.reporting import actions
from chunfeng.reporting.models import Acceptance, Obligation
from chunfeng.reporting.queries import ledger
from chunfeng.tasking.models import Message
from tests import factories
from tests.reporting import builders

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 2)
AT = factories.NOW + timedelta(days=1)
FIGURES = {"checked": 12, "isolated": 3, "released": 0, "still": 3}


@pytest.fixture
def county():
    return factories.office("220184000000")


@pytest.fixture
def town(county):
    return factories.office("220184100000", parent=county)


@pytest.fixture
def village(town):
    return factories.office("220184100201", parent=town)


@pytest.fixture
def form(county):
    return builders.form(county, at=factories.NOW)


@pytest.fixture
def owed(form, village):
    return builders.obligation(form, village, DAY)


@pytest.fixture
def clerk(village):
    return factories.actor(village, "caller")


@pytest.fixture
def officer(town):
    return factories.actor(town)


@pytest.fixture
def filed(owed, clerk):
    actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=AT)
    return owed


def again(obligation, by, **values):
    return actions.file_report(obligation_id=obligation.pk, values=values, by=by, at=AT, reason="更正")


def test_a_report_goes_back_with_a_comment_and_comes_again(filed, clerk, officer, village):
    actions.return_report(obligation_id=filed.pk, comment="新隔离与花名册不符", by=officer, at=AT)
    filed.refresh_from_db()
    assert ledger.standing(filed, AT + timedelta(days=9)) == "returned"
    assert [step.text for step in ledger.steps(filed)] == ["新隔离与花名册不符"]
    assert Message.objects.get(office=village).body == "新隔离与花名册不符"
    made = actions.file_report(obligation_id=filed.pk, values={"checked": 11}, by=clerk, at=AT)
    assert (made.number, made.reason, made.numbers) == (2, "新隔离与花名册不符", [11, 3, 0, 3])


@pytest.mark.parametrize("comment", ["", "   "])
def test_sending_back_needs_a_comment(filed, officer, comment):
    with pytest.raises(Refused):
        actions.return_report(obligation_id=filed.pk, comment=comment, by=officer, at=AT)


def test_only_what_was_filed_goes_back(owed, officer):
    with pytest.raises(Refused):
        actions.return_report(obligation_id=owed.pk, comment="请补", by=officer, at=AT)


def test_nobody_judges_their_own_report(filed, village, county):
    twin = factories.office("220184100201", parent=county)
    for office in (village, twin):
        with pytest.raises(NotAllowed):
            actions.return_report(obligation_id=filed.pk, comment="不符", by=factories.actor(office), at=AT)


def test_a_branch_at_the_same_seat_answers_to_its_chief(form, county):
    branch = factories.office("220184000000", parent=county)
    row = builders.obligation(form, branch, DAY)
    assert actions.exempt(obligation_id=row.pk, reason="撤并", by=factories.actor(county), at=AT)


def test_callers_do_not_send_back(filed, town):
    with pytest.raises(NotAllowed):
        actions.return_report(
            obligation_id=filed.pk, comment="不符", by=factories.actor(town, "caller"), at=AT
        )


def test_an_office_elsewhere_does_not_even_see_it(filed):
    other = factories.actor(factories.office("220303000000"))
    with scope.applied(other):
        assert ledger.obligation(other, filed.pk) is None
        with pytest.raises(NotAllowed):
            actions.return_report(obligation_id=filed.pk, comment="不符", by=other, at=AT)


def test_an_office_is_let_off_and_asked_again(owed, officer, clerk):
    actions.exempt(obligation_id=owed.pk, reason="整村隔离", by=officer, at=AT)
    owed.refresh_from_db()
    assert ledger.standing(owed, AT + timedelta(days=9)) == "exempt"
    with pytest.raises(Refused, match="整村隔离"):
        actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=AT)
    actions.owe_again(obligation_id=owed.pk, reason="已解封", by=officer, at=AT)
    owed.refresh_from_db()
    assert (owed.state, owed.exempt_reason) == ("due", "")
    assert [step.kind for step in ledger.steps(owed)] == ["owed", "exempted"]


def test_what_was_filed_is_not_let_off_and_what_is_owed_not_asked_again(filed, officer):
    with pytest.raises(Refused):
        actions.exempt(obligation_id=filed.pk, reason="误", by=officer, at=AT)
    with pytest.raises(Refused):
        actions.owe_again(obligation_id=filed.pk, reason="误", by=officer, at=AT)


def test_letting_off_needs_a_reason(owed, officer):
    with pytest.raises(Refused):
        actions.exempt(obligation_id=owed.pk, reason=" ", by=officer, at=AT)


def test_accepting_keeps_the_totals_and_locks_everything_below(form, filed, clerk, officer, county):
    accepted = actions.accept(form=form, period_start=DAY, by=officer, at=AT)
    assert accepted.totals == {"checked": 12, "isolated": 3, "released": 0, "still": 3}
    assert (accepted.due, accepted.answered, accepted.incomplete_reason) == (1, 1, "")
    with pytest.raises(Refused, match=officer.office_name):
        again(filed, clerk, checked=99)
    with pytest.raises(Refused):
        actions.return_report(obligation_id=filed.pk, comment="不符", by=factories.actor(county), at=AT)
    assert Obligation.objects.get(pk=filed.pk).numbers == [12, 3, 0, 3]


def test_accepting_twice_is_one_acceptance(form, filed, officer):
    first = actions.accept(form=form, period_start=DAY, by=officer, at=AT)
    assert actions.accept(form=form, period_start=DAY, by=officer, at=AT) == first
    assert Event.objects.filter(verb="report.accept").count() == 1


def test_accepting_with_silent_offices_needs_a_reason_that_is_kept(form, owed, officer):
    with pytest.raises(Refused, match=owed.office.name):
        actions.accept(form=form, period_start=DAY, by=officer, at=AT)
    made = actions.accept(
        form=form, period_start=DAY, by=officer, at=AT, incomplete_reason="断网，电话核实无变化"
    )
    assert (made.due, made.answered, made.incomplete_reason) == (1, 0, "断网，电话核实无变化")
    assert [step.kind for step in ledger.steps(owed)] == ["accepted"]


def test_exempt_offices_do_not_hold_up_an_acceptance(form, owed, officer):
    actions.exempt(obligation_id=owed.pk, reason="整村隔离", by=officer, at=AT)
    assert actions.accept(form=form, period_start=DAY, by=officer, at=AT).due == 0


def test_an_office_with_nothing_below_accepts_nothing(form, filed, village):
    with pytest.raises(NotAllowed):
        actions.accept(form=form, period_start=DAY, by=factories.actor(village), at=AT)


def test_unlocking_needs_a_reason_and_opens_the_level_below(form, filed, clerk, officer):
    accepted = actions.accept(form=form, period_start=DAY, by=officer, at=AT)
    with pytest.raises(Refused):
        actions.unlock(acceptance_id=accepted.pk, reason="", by=officer, at=AT)
    actions.unlock(acceptance_id=accepted.pk, reason="村级更正", by=officer, at=AT)
    assert again(filed, clerk, checked=13).number == 2
    second = actions.accept(form=form, period_start=DAY, by=officer, at=AT)
    assert (second.pk != accepted.pk, second.totals["checked"]) == (True, 13)


def test_the_level_below_cannot_unlock_and_the_level_above_can(form, filed, officer, county, village):
    accepted = actions.accept(form=form, period_start=DAY, by=officer, at=AT)
    with pytest.raises(NotAllowed):
        actions.unlock(acceptance_id=accepted.pk, reason="更正", by=factories.actor(village), at=AT)
    assert actions.unlock(
        acceptance_id=accepted.pk, reason="更正", by=factories.actor(county), at=AT
    ).released_at


def test_the_highest_acceptance_is_named(form, filed, officer, county):
    actions.accept(form=form, period_start=DAY, by=officer, at=AT)
    actions.accept(form=form, period_start=DAY, by=factories.actor(county), at=AT)
    over = ledger.acceptance_over(Obligation.objects.get(pk=filed.pk))
    assert over is not None and over.office == county


def test_the_database_holds_one_standing_acceptance_per_office_and_period(form, officer):
    fields = {
        "form": form,
        "office_id": officer.office_id,
        "area_code": officer.area_code,
        "period_start": DAY,
    }
    Acceptance.objects.create(**fields, at=AT, by_name="甲")
    with pytest.raises(IntegrityError, match="accepted_once"), transaction.atomic():
        Acceptance.objects.create(**fields, at=AT, by_name="乙")
    with pytest.raises(IntegrityError, match="unlocked_has_reason"), transaction.atomic():
        Acceptance.objects.update(released_at=AT)


def test_the_database_wants_a_reason_for_every_exemption(owed):
    with pytest.raises(IntegrityError, match="exempt_has_reason"), transaction.atomic():
        Obligation.objects.filter(pk=owed.pk).update(state="exempt")
    with pytest.raises(IntegrityError, match="answered_has_filing"), transaction.atomic():
        Obligation.objects.filter(pk=owed.pk).update(state="filed")
    with pytest.raises(IntegrityError, match="obligation_in_order"), transaction.atomic():
        Obligation.objects.filter(pk=owed.pk).update(period_end=DAY - timedelta(days=1))


def test_a_partner_agency_acts_only_on_what_its_own_line_asks_for(county, village, owed, form):
    transport = factories.actor(factories.office("220184000000", line="transport", is_partner=True))
    fill = {"obligation_id": owed.pk, "by": transport, "at": AT}
    for act in (
        lambda: actions.exempt(reason="x", **fill),
        lambda: actions.file_report(values=FIGURES, **fill),
        lambda: actions.accept(form=form, period_start=DAY, by=transport, at=AT, incomplete_reason="x"),
    ):
        with scope.applied(transport), pytest.raises(NotAllowed):
            act()
    with scope.applied(transport):
        assert actions.chase_silent(form=form, period_start=DAY, by=transport, at=AT) == 0
    form.owner.line = "transport"
    form.owner.save()
    with scope.applied(transport):
        actions.exempt(reason="x", **fill)
    owed.refresh_from_db()
    assert owed.state == "exempt"
