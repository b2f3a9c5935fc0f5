"""A filled sheet against the ledger: judged without a trace, filed once, bad rows told and left out."""

from __future__ import annotations

import io
import time
from datetime import UTC, date, datetime, timedelta

import pytest
import python_calamine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chunfeng.core.models import Event, StoredFile
from chunfeng.offices.models import Office
from chunfeng.reporting import actions
from chunfeng.reporting.actions import filing
from chunfeng.reporting.digests import digest
from chunfeng.reporting.models import Obligation, Revision
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.sheets import WrongFile, read_xlsx
from chunfeng.reporting.sheets.review import Verdict
from chunfeng.reporting.sheets.templates import fileable, layout_of, template_xlsx
from tests import factories as f
from tests.reporting import builders as b
from tests.reporting.test_sheets import refilled

pytestmark = pytest.mark.django_db
COUNTY, TOWN = "220102000000", "220102100000"
DAY = date(2020, 2, 3)
AT = datetime(2020, 2, 3, 8, tzinfo=UTC)
GOOD = {"checked": 120, "isolated": 2, "released": 1, "still": 5}


@pytest.fixture
def county():
    return f.office(COUNTY)


@pytest.fixture
def form(county):
    return b.form(county, at=f.NOW, checks=[])


@pytest.fixture
def owed(form) -> list[Obligation]:
    return [b.obligation(form, f.office(f"2201021002{n:02d}"), DAY) for n in range(1, 5)]


@pytest.fixture
def actor(county):
    return f.actor(county)


def sheet(actor, form, lines: dict[int, dict[str, object]], **options) -> bytes:
    """The template with some fields of some rows (from 0) filled in."""
    plan = layout_of(form, DAY, None, upright=options.get("alone", False), at=AT)
    data = template_xlsx(actor, form, DAY, at=AT, **options)
    changes = {
        plan.address(2 + line, plan.fields.index(code)): value
        for line, fields in lines.items()
        for code, value in fields.items()
    }
    return refilled(data, changes)


def review(form, data, actor, **more):
    return actions.review_sheet(form=form, period_start=DAY, data=data, by=actor, at=AT, **more)


def file(form, data, actor, **more):
    return actions.file_sheet(
        form=form, period_start=DAY, data=data, name="日报.xlsx", by=actor, at=AT, **more
    )


def test_a_county_files_for_its_villages_in_one_sheet(actor, form, owed):
    data = sheet(actor, form, {0: GOOD | {"remark": "平稳"}, 1: {"@zero": "是"}})
    found = review(form, data, actor)
    assert [row.verdict for row in found.rows] == ["file", "zero", "empty", "empty"]
    assert found.rows[0].changes[0].old == "—" and found.rows[0].changes[0].new == "120"
    assert not Revision.objects.exists() and not StoredFile.objects.exists()
    done = file(form, data, actor)
    assert len(done.revisions) == 2 and done.file is not None
    first = Obligation.objects.get(pk=owed[0].pk)
    signed = Revision.objects.get(obligation=first)
    assert (first.state, first.numbers, first.texts) == ("filed", signed.numbers, {"remark": "平稳"})
    assert (signed.channel, signed.digest) == ("sheet", digest(signed))
    assert first.filed_at == first.first_filed_at == signed.at == AT
    second = Obligation.objects.get(pk=owed[1].pk)
    assert (second.state, set(second.numbers)) == ("zero", {0})
    assert Event.objects.filter(verb__in=["report.file", "report.zero"]).count() == 2
    assert Event.objects.get(verb="report.sheet").detail["filed"] == 2


def test_the_same_figures_as_a_filing_by_page(actor, form, owed):
    """Bulk and single filing leave the same rows."""
    file(form, sheet(actor, form, {0: GOOD}), actor)
    actions.file_report(obligation_id=owed[1].pk, values=GOOD, by=actor, at=AT, channel="sheet")
    of_sheet, of_page = (Obligation.objects.get(pk=row.pk) for row in owed[:2])
    for name in ("state", "revision", "numbers", "texts", "sealed", "first_filed_at", "filed_at",
                 "filed_by_name", "warnings", "corrections"):  # fmt: skip
        assert getattr(of_sheet, name) == getattr(of_page, name), name


def test_the_same_file_again_changes_nothing(actor, form, owed):
    data = sheet(actor, form, {0: GOOD})
    file(form, data, actor)
    actions.file_report(
        obligation_id=owed[0].pk, values={"checked": 7}, reason="更正", by=actor, at=AT + timedelta(minutes=1)
    )
    again = file(form, data, actor)
    assert (again.revisions, again.file) == ([], None)
    assert again.review.rows[0].verdict is Verdict.SAME
    assert Revision.objects.count() == 2 and StoredFile.objects.count() == 1


def test_empty_cells_leave_what_stands_and_a_correction_says_why(actor, form, owed):
    file(form, sheet(actor, form, {0: GOOD}), actor)
    silent = sheet(actor, form, {0: {"checked": 130, "still": " "}})
    (fault,) = review(form, silent, actor).faults(review(form, silent, actor).rows[0])
    assert fault.cell == "L6"
    done = file(form, sheet(actor, form, {0: {"checked": 130, "still": " ", "@reason": "核实"}}), actor)
    assert done.review.rows[0].verdict is Verdict.CORRECT
    after = ledger.stated(Obligation.objects.get(pk=owed[0].pk))
    assert after.numbers == GOOD | {"checked": 130}
    assert done.revisions[0].changed == ["checked"] and done.revisions[0].reason == "核实"


def test_a_bad_row_stops_the_sheet_unless_the_good_rows_are_asked_for(actor, form, owed):
    data = sheet(actor, form, {0: GOOD, 1: GOOD | {"checked": 1.5, "still": -2}, 2: {"checked": 3}})
    with pytest.raises(actions.BadSheet) as refused:
        file(form, data, actor)
    faults = [str(fault) for row in refused.value.review.rows for fault in refused.value.review.faults(row)]
    assert {text.partition(":")[0] for text in faults} == {"F7", "I7", "G8", "H8", "I8"}
    assert not Revision.objects.exists() and not StoredFile.objects.exists()
    done = file(form, data, actor, only_good=True)
    assert [row.verdict for row in done.review.rows] == ["file", "bad", "bad", "empty"]
    assert [revision.obligation_id for revision in done.revisions] == [owed[0].pk]


def test_doubts_are_answered_in_the_sheet_or_on_the_page(actor, form, owed):
    for row in owed[:3]:
        b.filed(form, row.office, DAY - timedelta(days=1), f.NOW, still=100)
    jump = GOOD | {"still": 40}
    data = sheet(actor, form, {0: jump, 1: jump | {"@comment": "集中解除"}, 2: jump})
    assert [row.verdict for row in review(form, data, actor).rows[:3]] == ["doubt", "file", "doubt"]
    done = file(form, data, actor, comments={2: "核实无误", 4: "已转出"})
    assert [revision.doubts[0]["comment"] for revision in done.revisions] == [
        "核实无误",
        "集中解除",
        "已转出",
    ]


def test_what_is_accepted_exempt_or_not_owed_is_refused_with_its_cell(county, actor, form, owed):
    file(form, sheet(actor, form, dict.fromkeys(range(4), GOOD)), actor)
    data = sheet(actor, form, {0: {"checked": 5, "@reason": "更正"}, 1: {"@office": "NOWHERE", "checked": 1}})
    actions.accept(form=form, period_start=DAY, by=f.actor(county, "leader"), at=AT)
    found = review(form, data, actor)
    assert [row.verdict for row in found.rows] == ["bad", "bad", "same", "same"]
    assert [fault.cell for row in found.rows for fault in found.faults(row)] == ["A6", "A7"]


def test_a_village_fills_its_own_upright_and_no_other(form, owed, actor):
    village = f.actor(owed[0].office)
    data = sheet(village, form, {0: GOOD}, alone=True)
    assert len(file(form, data, village).revisions) == 1
    foreign = sheet(actor, form, {1: GOOD})
    found = review(form, foreign, village)
    assert [row.verdict for row in found.rows if row.row.values.get("checked") == 120 and not row.owed] == [
        "bad"
    ]


def test_who_may_file_is_told_the_same_for_one_and_for_many(county, form, owed):
    twin, branch = f.office(COUNTY), f.office(COUNTY, parent=county)
    for office in (county, twin, branch):
        b.obligation(form, office, DAY)
    for office in (county, twin, owed[0].office):
        actor = f.actor(office)
        many = set(fileable(actor, form, DAY).values_list("pk", flat=True))
        one = {
            of.pk
            for of in Obligation.objects.select_related("office")
            if actor.sees(of.area_code) and (of.office_id == actor.office_id or filing.is_above(actor, of))
        }
        assert many == one


def test_the_template_brings_what_stands_and_the_period_before(actor, form, owed):
    b.filed(form, owed[0].office, DAY - timedelta(days=1), f.NOW, checked=99, still=4)
    file(form, sheet(actor, form, {0: GOOD}), actor)
    data = template_xlsx(actor, form, DAY, at=AT)
    rows = read_xlsx(data, layout_of(form, DAY, None, at=AT)).rows
    assert rows[0].values == GOOD
    assert [row.office_code for row in rows] == [each.office.code for each in owed]
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert 99.0 in [cell for row in book.get_sheet_by_index(1).to_python() for cell in row]


def test_another_day_and_another_form_are_refused(actor, form, owed):
    data = sheet(actor, form, {0: GOOD})
    b.obligation(form, owed[0].office, DAY + timedelta(days=1))
    with pytest.raises(WrongFile, match="2020-02-03"):
        actions.review_sheet(form=form, period_start=DAY + timedelta(days=1), data=data, by=actor, at=AT)


def test_events_come_one_a_row_and_once(county, actor):
    form = b.form(county, at=f.NOW, code="event", every="event", zero=False, checks=[],
                  reporters=[{"level": "county"}, {"level": "village"}])  # fmt: skip
    village = f.office("220102100201")
    plan = layout_of(form, None, None, at=AT)
    lines = {
        2: GOOD | {"@on": "2020-02-02"},
        3: GOOD | {"@on": "2020-02-02", "@office": village.code},
        4: GOOD | {"@on": "2020-02-20"},
        5: {"checked": 1, "@on": "2020-02-02"},
    }
    data = refilled(
        template_xlsx(actor, form, None, at=AT),
        {plan.address(n, plan.fields.index(code)): v for n, row in lines.items() for code, v in row.items()},
    )
    found = actions.review_sheet(form=form, period_start=None, data=data, by=actor, at=AT)
    assert [row.verdict for row in found.rows] == ["file", "file", "bad", "bad"]
    assert not Obligation.objects.exists()
    ask = {"form": form, "period_start": None, "data": data, "name": "事件.xlsx", "by": actor, "at": AT}
    done = actions.file_sheet(**ask, only_good=True)
    assert len(done.revisions) == 2
    again = actions.file_sheet(**ask, only_good=True)
    assert again.revisions == [] and Obligation.objects.count() == 2


def test_a_sheet_costs_the_same_few_queries_to_judge(actor, form, owed):
    def cost(rows: int) -> int:
        data = sheet(actor, form, dict.fromkeys(range(rows), GOOD))
        with CaptureQueriesContext(connection) as caught:
            review(form, data, actor)
        return len(caught.captured_queries)

    assert cost(1) == cost(4)


@pytest.mark.slow
def test_two_thousand_offices_take_seconds(county, actor):
    form = b.form(county, at=f.NOW, checks=[], indicators=[
        {"code": f"n{i}", "label": {"zh": f"指标{i}", "en": f"Figure {i}"}, "unit": "人"} for i in range(20)
    ])  # fmt: skip
    villages = Office.objects.bulk_create(
        Office(code=f"V{n}", name=f"测试村{n}", level="village", line="employment",
               area_code=f"220102{100 + n // 200:03d}{n % 200 + 1:03d}") for n in range(2000)
    )  # fmt: skip
    due = datetime(2020, 2, 3, 9, tzinfo=UTC)
    Obligation.objects.bulk_create(
        Obligation(form=form, version=form.versions.get(), office=v, area_code=v.area_code, period_start=DAY,
                   period_end=DAY, due_at=due, closes_at=due) for v in villages
    )  # fmt: skip
    numbers = {f"n{i}": i for i in range(20)}
    began = time.perf_counter()
    template_xlsx(actor, form, DAY, at=AT)
    written = time.perf_counter()
    data = sheet(actor, form, dict.fromkeys(range(2000), numbers))
    filled = time.perf_counter()
    found = review(form, data, actor)
    judged = time.perf_counter()
    done = file(form, data, actor)
    ended = time.perf_counter()
    assert found.good == len(done.revisions) == 2000
    print(f"template {written - began:.2f} s, dry run {judged - filled:.2f} s, filing {ended - judged:.2f} s")
    assert ended - judged < 30  # a few seconds on an idle machine; this only tells a quadratic mistake
