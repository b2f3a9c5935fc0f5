"""Filing: merging, totals, checks, doubts, revisions, who may (C1, C10, E12)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.reporting import actions
from chunfeng.reporting.models import Form, Obligation
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.statements import BadFiling
from tests import factories
from tests.reporting import builders

SERIAL = count(1)
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


# who and when


def test_only_the_office_itself_or_one_above_files(owed, village, county):
    neighbour = factories.actor(factories.office("220184100202", parent=county))
    twin = factories.actor(factories.office("220184100201", parent=county))
    for by in (neighbour, twin):
        with pytest.raises(NotAllowed):
            actions.file_report(obligation_id=owed.pk, values=FIGURES, by=by, at=AT)
    auditor = factories.actor(village, "auditor")
    with pytest.raises(NotAllowed):
        actions.file_zero(obligation_id=owed.pk, by=auditor, at=AT)


def test_the_county_files_by_telephone_and_it_is_noted(owed, county, village):
    officer = factories.actor(county)
    made = actions.file_report(obligation_id=owed.pk, values=FIGURES, by=officer, at=AT)
    assert made.office == county and owed.office == village
    assert Event.objects.get(verb="report.file").detail["for_office"] == village.pk


def test_callers_of_the_county_do_not_file_for_others(owed, county):
    with pytest.raises(NotAllowed):
        actions.file_zero(obligation_id=owed.pk, by=factories.actor(county, "caller"), at=AT)


def test_signs_that_no_column_holds_are_left_out(owed, village):
    made = actions.file_report(
        obligation_id=owed.pk,
        values=FIGURES | {"remark": "早\0班"},
        by=factories.actor(village),
        at=AT,
        reason="首\0报",
    )
    assert (made.texts, made.reason) == ({"remark": "早班"}, "首报")


def test_a_village_files_behind_its_own_wall(owed, village):
    clerk = factories.actor(village, "caller")
    with scope.applied(clerk):
        made = actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=AT, key="k1")
        again = actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=AT, key="k1")
        assert again.pk == made.pk
    other = factories.actor(factories.office("220303000000"))
    with scope.applied(other), pytest.raises(NotAllowed):
        actions.file_report(obligation_id=owed.pk, values=FIGURES, by=other, at=AT)


def test_a_period_that_has_not_begun_is_not_filed(form, village):
    tomorrow = builders.obligation(form, village, DAY + timedelta(days=1))
    with pytest.raises(Refused):
        actions.file_report(obligation_id=tomorrow.pk, values=FIGURES, by=factories.actor(village), at=AT)


def test_after_the_end_of_a_form_filing_is_open_until_the_close(form, owed, village):
    Form.objects.filter(pk=form.pk).update(state="ended")
    clerk = factories.actor(village)
    with pytest.raises(Refused):
        actions.file_report(
            obligation_id=owed.pk, values=FIGURES, by=clerk, at=owed.closes_at + timedelta(seconds=1)
        )
    assert actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=owed.closes_at)


def test_late_and_corrected_are_told(owed, village):
    clerk = factories.actor(village)
    late = owed.closes_at + timedelta(seconds=1)
    actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=late)
    owed.refresh_from_db()
    assert (ledger.standing(owed, late), owed.corrections) == ("late", 0)
    actions.file_report(obligation_id=owed.pk, values={"checked": 9}, by=clerk, at=late, reason="更正")
    owed.refresh_from_db()
    assert (owed.corrections, owed.first_filed_at) == (1, late)


# values


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("checked", "十二"),
        ("checked", -1),
        ("checked", 1.5),
        ("unknown", 1),
        ("remark", "长" * 201),
        ("checked", "1e400"),
        ("checked", 10**16),
    ],
)
def test_bad_cells_are_named_and_nothing_is_saved(owed, village, cell, value):
    with pytest.raises(BadFiling) as refused:
        actions.file_report(
            obligation_id=owed.pk, values=FIGURES | {cell: value}, by=factories.actor(village), at=AT
        )
    assert list(refused.value.cells) == [cell]
    assert not owed.revisions.exists()


def test_required_cells_are_asked_for(owed, village):
    with pytest.raises(BadFiling) as refused:
        actions.file_report(obligation_id=owed.pk, values={"checked": 1}, by=factories.actor(village), at=AT)
    assert sorted(refused.value.cells) == ["isolated", "released", "still"]


def test_clearing_needs_a_reason_and_is_a_change(form, owed, village):
    clerk = factories.actor(village)
    actions.file_report(obligation_id=owed.pk, values=FIGURES | {"remark": "早班"}, by=clerk, at=AT)
    with pytest.raises(Refused):
        actions.file_report(obligation_id=owed.pk, values={}, clear=["remark"], by=clerk, at=AT)
    made = actions.file_report(
        obligation_id=owed.pk, values={}, clear=["remark"], by=clerk, at=AT, reason="误填"
    )
    assert (made.texts, made.changed) == ({}, ["remark"])


def test_a_hard_check_refuses(form, owed, village):
    builders.filed(form, village, DAY - timedelta(days=1), AT, checked=1, isolated=3, released=0, still=3)
    with pytest.raises(BadFiling) as refused:
        actions.file_report(
            obligation_id=owed.pk,
            values=FIGURES,
            by=factories.actor(village),
            at=AT,
            comments={"flow": "就这样"},
        )
    assert [d.code for d in refused.value.checks] == ["flow"]


def test_a_jump_asks_for_a_comment_that_is_kept(form, owed, village):
    builders.filed(form, village, DAY - timedelta(days=1), AT, checked=1, isolated=20, released=0, still=20)
    values = {"checked": 1, "isolated": 20, "released": 0, "still": 40}
    clerk = factories.actor(village)
    with pytest.raises(BadFiling) as refused:
        actions.file_report(obligation_id=owed.pk, values=values, by=clerk, at=AT)
    assert [(d.code, d.needs_comment) for d in refused.value.checks] == [("jump:still", True)]
    with pytest.raises(BadFiling):
        actions.file_report(
            obligation_id=owed.pk, values=values, by=clerk, at=AT, comments={"jump:still": "  "}
        )
    made = actions.file_report(
        obligation_id=owed.pk, values=values, by=clerk, at=AT, comments={"jump:still": "一车返乡人员"}
    )
    assert [d["comment"] for d in made.doubts] == ["一车返乡人员"]
    assert Obligation.objects.get(pk=owed.pk).warnings == 1


def test_differing_from_the_level_below_asks_for_a_comment(form, county, village):
    town = factories.office("220184100000", parent=county)
    builders.filed(form, village, DAY, AT, checked=5, isolated=1, released=0, still=1)
    row = builders.obligation(form, town, DAY, counts=False)
    officer = factories.actor(town)
    values = {"checked": 7, "isolated": 1, "released": 0, "still": 1}
    with pytest.raises(BadFiling) as refused:
        actions.file_report(obligation_id=row.pk, values=values, by=officer, at=AT)
    assert [d.code for d in refused.value.checks] == ["below:checked"]
    assert [d.code for d in ledger.doubts_for(row, values)] == ["below:checked"]
    assert actions.file_report(
        obligation_id=row.pk, values=values, by=officer, at=AT, comments={"below:checked": "镇口两人"}
    )


def test_forms_without_zero_refuse_it(county, village):
    form = builders.form(county, at=factories.NOW, zero=False)
    row = builders.obligation(form, village, DAY)
    with pytest.raises(Refused):
        actions.file_zero(obligation_id=row.pk, by=factories.actor(village), at=AT)


# breakdowns and personal data

SPLIT = {
    "dimensions": [
        {
            "code": "sex",
            "label": {"zh": "性别", "en": "Sex"},
            "categories": {"m": {"zh": "男", "en": "Men"}, "f": {"zh": "女", "en": "Women"}},
        }
    ],
    "indicators": [
        {"code": "back", "label": {"zh": "返岗", "en": "Back"}, "by": "sex"},
        {"code": "contact", "label": {"zh": "联系电话", "en": "Phone"}, "type": "phone", "required": False},
        {"code": "post", "label": {"zh": "在岗", "en": "In post"}, "required": False},
        {
            "code": "share",
            "label": {"zh": "返岗率", "en": "Share"},
            "type": "ratio",
            "of": "back",
            "to": "post",
        },
    ],
    "checks": [],
}


@pytest.fixture
def split(county, village):
    return builders.obligation(builders.form(county, at=factories.NOW, **SPLIT), village, DAY)


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ({"back.m": 3, "back.f": 4}, [7, 3, 4, None]),
        ({"back": 7}, [7, None, None, None]),
        ({"back.m": 3, "back.f": 4, "back": 7}, [7, 3, 4, None]),
    ],
)
def test_a_total_comes_from_its_parts_or_stands_alone(split, village, values, numbers):
    made = actions.file_report(obligation_id=split.pk, values=values, by=factories.actor(village), at=AT)
    assert made.numbers == numbers


@pytest.mark.parametrize(
    ("values", "wrong"),
    [({"back.m": 3, "back.f": 4, "back": 8}, "back"), ({"back.m": 3}, "back.f"), ({"share": 50}, "share")],
)
def test_contradictions_and_gaps_of_a_breakdown_are_refused(split, village, values, wrong):
    with pytest.raises(BadFiling) as refused:
        actions.file_report(obligation_id=split.pk, values=values, by=factories.actor(village), at=AT)
    assert wrong in refused.value.cells


def test_personal_cells_are_sealed(split, village):
    made = actions.file_report(
        obligation_id=split.pk,
        values={"back": 1, "contact": "0431-88690000"},
        by=factories.actor(village),
        at=AT,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed, texts::text FROM reporting_obligation WHERE id = %s", [split.pk])
        sealed, texts = cursor.fetchone()
    assert b"8869" not in bytes(sealed) and "8869" not in texts
    assert ledger.stated(Obligation.objects.get(pk=split.pk)).sealed == {"contact": "0431-88690000"}
    assert "8869" not in str(list(Event.objects.values_list("detail", flat=True)))
    assert made.digest


# events


def test_events_get_one_obligation_each_and_a_key_tells_twice_apart(county, village):
    form = builders.form(county, at=factories.NOW, every="event", checks=[])
    clerk = factories.actor(village)
    one, again, two = (
        actions.file_event(form=form, office=village, values=FIGURES, by=clerk, at=AT, on=DAY, key=key)
        for key in ("a", "a", "b")
    )
    assert one == again and two != one
    assert [o.sequence for o in form.obligations.order_by("sequence")] == [1, 2]
    assert [f.pk for f in ledger.event_forms(clerk)] == [form.pk]
    with pytest.raises(Refused):
        actions.file_event(
            form=form, office=village, values=FIGURES, by=clerk, at=AT, on=DAY + timedelta(days=1)
        )
    with pytest.raises(Refused):
        actions.file_event(
            form=form, office=county, values=FIGURES, by=factories.actor(county), at=AT, on=DAY
        )


# what the database holds to


def test_revisions_are_unique_by_number_and_key(owed, village):
    made = actions.file_report(
        obligation_id=owed.pk, values=FIGURES, by=factories.actor(village), at=AT, key="k"
    )
    made.pk = None
    with pytest.raises(IntegrityError, match="filing_once"), transaction.atomic():
        made.save(force_insert=True)
    made.pk, made.number = None, 2
    with pytest.raises(IntegrityError, match="one_filing_per_key"), transaction.atomic():
        made.save(force_insert=True)


@pytest.mark.django_db
def test_filings_are_never_changed_by_the_application(owed, village):
    clerk = factories.actor(village)
    made = actions.file_report(obligation_id=owed.pk, values=FIGURES, by=clerk, at=AT)
    with pytest.raises(ProgrammingError), transaction.atomic(), scope.applied(clerk):
        made.save()


CELLS = ("checked", "isolated", "released", "still")
filings = st.lists(
    st.fixed_dictionaries(
        {}, optional={c: st.one_of(st.none(), st.just(" "), st.integers(0, 99)) for c in CELLS}
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filings)
def test_empty_cells_never_overwrite(county, village, sequence):
    """Any sequence of filings leaves what a plain dictionary would hold."""
    form = builders.form(county, at=factories.NOW, code=f"h{next(SERIAL)}", checks=[])
    row = builders.obligation(form, village, DAY)
    clerk = factories.actor(village)
    model: dict[str, int] = dict.fromkeys(CELLS, 0)
    actions.file_zero(obligation_id=row.pk, by=clerk, at=AT)
    for values in sequence:
        actions.file_report(obligation_id=row.pk, values=values, by=clerk, at=AT, reason="续报")
        model |= {cell: value for cell, value in values.items() if isinstance(value, int)}
        row.refresh_from_db()
        assert row.numbers == [model[cell] for cell in CELLS]
        assert row.revisions.latest("number").numbers == row.numbers
    assert row.revision == len(sequence) + 1
