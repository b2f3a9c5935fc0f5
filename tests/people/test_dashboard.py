"""The four fields: figures of the register and of reports; what nobody stated is never a zero."""

from __future__ import annotations

from datetime import date

import pytest

from chunfeng.people import actions
from chunfeng.people.queries.dashboard import four_fields
from tests import factories as f
from tests.people.builders import NEAR, dataset, person
from tests.reporting import builders as reports

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)


def figures(by):
    return {
        (field.code, figure.label["en"]): figure
        for field in four_fields(by, NEAR, f.NOW, DAY)
        for figure in field.figures
    }


def test_a_field_without_data_says_so():
    by = f.actor(f.office(NEAR))
    fields = four_fields(by, NEAR, f.NOW, DAY)
    assert [field.code for field in fields] == ["employment", "flow", "market", "relations"]
    assert all(field.empty for field in fields)
    assert all(figure.value is None and figure.why for field in fields for figure in field.figures)


def test_what_the_register_and_the_reports_hold():
    county = f.office(NEAR)
    by = f.actor(county)
    row = person(by, dataset(county), work_area="440300000000")
    actions.set_category(person=row, category="unemployed", by=by, at=f.NOW)
    form = reports.form(
        county,
        at=f.NOW,
        code="labour-flow-weekly",
        reporters=[{"level": "county"}],
        indicators=[{"code": "seekers", "label": "求职"}, {"code": "left", "label": "外出"}],
        checks=[],
    )
    reports.filed(form, county, DAY, f.NOW, seekers=0)
    found = figures(by)
    assert found["employment", "Registered unemployed"].value == 1
    assert found["flow", "Working away"].value == 1 and found["flow", "Working away"].list == "away"
    seekers = found["market", "Registered seekers"]
    assert seekers.value == 0 and seekers.first == DAY and "1" in seekers.source  # a stated zero is one
    assert found["flow", "Left in the period (weekly report)"].value is None
    assert found["market", "Registered vacancies"].value is None
