"""Filing: merging, totals, checks, doubts, revisions, who may (C1, C10, E12)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.reporting import actions
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.statements import BadFiling
from tests import factories
from tests.reporting import builders

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 2)
AT = factories.NOW + timedelta(days=1)  # 2020-02-02 09:00 in Shanghai
FIGURES = {"checked": 12, "isolated": 3, "released": 0, "still": 3}


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


def test_a_first_filing_stands_in_the_ledger_and_as_a_signed_revision(owed, village):
    clerk = factories.actor(village, "caller")
    made = actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=AT)
    owed.refresh_from_db()
    assert (owed.state, owed.revision, owed.numbers, owed.first_filed_at) == ("filed", 1, [12, 3, 0, 3], AT)
    assert (made.number, made.numbers, made.by_name, len(made.digest)) == (1, [12, 3, 0, 3], clerk.name, 64)
    assert ledger.standing(owed, AT) == "filed"
    assert Event.objects.filter(verb="report.file", object_id=str(owed.pk)).count() == 1


def test_filing_again_needs_a_reason_and_leaves_empty_cells_alone(owed, village):
    clerk = factories.actor(village)
    actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=AT)
    with pytest.raises(Refused):
        actions.file_report(obligation_id=owed.pk, values={"checked": 13}, by=clerk, at=AT)
    again = actions.file_report(
        obligation_id=owed.pk,
        values={"checked": "１,３００", "isolated": "", "still": None},
        by=clerk,
        at=AT,
        reason="笔误",
    )
    assert (again.number, again.numbers, again.changed) == (2, [1300, 3, 0, 3], ["checked"])


def test_zero_is_a_signed_act(owed, village):
    made = actions.file_zero(obligation_id=owed.pk, by=factories.actor(village), at=AT)
    owed.refresh_from_db()
    assert made.zero and owed.state == "zero" and owed.numbers == [0, 0, 0, 0]


def test_zero_is_refused_against_yesterdays_stock(owed, form, village):
    builders.filed(form, village, DAY - timedelta(days=1), AT, checked=1, isolated=3, released=0, still=3)
    with pytest.raises(BadFiling) as refused:
        actions.file_zero(obligation_id=owed.pk, by=factories.actor(village), at=AT)
    assert [doubt.code for doubt in refused.value.checks] == ["flow", "stock:still"]
    owed.refresh_from_db()
    assert owed.state == "due" and owed.revision == 0
