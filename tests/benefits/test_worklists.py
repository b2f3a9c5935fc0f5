"""Epidemic work days: a verdict for every row, no day twice, checked by another, shown, then paid once a month."""

from __future__ import annotations

import io
import threading
from datetime import date, timedelta

import pytest
import xlsxwriter
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from chunfeng.benefits import files, months, rosters
from chunfeng.benefits.actions import claims, decisions, listpay, objections, owing, workdays, worklists
from chunfeng.benefits.actions.claims import AlreadyClaimed
from chunfeng.benefits.models import Claim, MeasureVersion, Payment, WorkDay, WorkList
from chunfeng.benefits.queries import worklists as queries
from chunfeng.benefits.queries.claims import public_list
from chunfeng.core.errors import NotAllowed, Refused
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

CODE, COUNTY, FAR = "temporary-work-subsidy", "220184000000", "220122000000"
MONTH = date(2020, 2, 1)
NOW = f.NOW + timedelta(days=35)  # 7 March 2020
TEXT = files.shipped()[CODE]


@pytest.fixture
def county():
    office = f.office(COUNTY, name="测试市人社局")
    province = f.office("220000000000")
    b.shipped(province, CODE, fund="财政")
    return office


@pytest.fixture
def unit(county):
    return f.actor(county, "caller")


@pytest.fixture
def officer(county):
    return f.actor(county)


def row(n: int = 1, on: str = "3", **more: str) -> dict[str, str]:
    given = {"name": f"测试{n}", "document": people.number(n), "role": "medic", "on": on}
    return given | {"work_class": "direct", "minutes": "480"} | more


def listed(by, *cells: dict[str, str], unit: str = "测试医院", month: date = MONTH, at=NOW) -> WorkList:
    made = worklists.open_list(unit=unit, month=month, code=CODE, by=by, at=at)
    said = workdays.state_days(row=made, lines=list(enumerate(cells, 2)), dry_run=False, by=by, at=at)
    assert [each.why for each in said if each.state == "refused"] == []
    return made


def published(row: WorkList, unit, officer) -> listpay.Published:
    worklists.submit(row=row, by=unit, at=NOW)
    worklists.check(row=row, by=officer, at=NOW)
    day = timezone.localdate(NOW)
    return listpay.publish(
        row=row,
        source="测试 二",
        phone="0434-0",
        from_on=day,
        until_on=day + timedelta(days=5),
        by=officer,
        at=NOW,
    )


@given(
    st.lists(
        st.tuples(st.integers(1, 29), st.sampled_from(["direct", "other"]), st.integers(1, 1440)),
        unique_by=lambda each: each[0],
        min_size=1,
    )
)
@settings(max_examples=30, deadline=None)
def test_a_month_is_the_sum_of_its_days_whatever_their_order(days):
    rows = [
        {"on": date(2020, 2, n).isoformat(), "role": "medic", "work_class": kind, "minutes": minutes}
        for n, kind, minutes in days
    ]
    told = {"version": MeasureVersion(text=TEXT), "on": date(2020, 2, 29), "area": COUNTY}
    found = months.evaluated(days=rows, **told)
    assert found.amount == sum(30_000 if kind == "direct" else 20_000 for _n, kind, _m in days)
    assert found.explanation == months.evaluated(days=rows[::-1], **told).explanation
    assert sum(day["amount"] for day in found.explanation["days"]) == found.amount


def test_days_before_the_first_are_told_and_not_paid():
    rows = [{"on": f"2020-01-{n}", "role": "medic", "work_class": "other", "minutes": 60} for n in (24, 25)]
    told = {"version": MeasureVersion(text=TEXT), "on": date(2020, 1, 31), "area": COUNTY}
    found = months.evaluated(days=rows, **told)
    assert found.amount == 20_000 and [bool(day["why"]) for day in found.explanation["days"]] == [True, False]
    assert months.evaluated(days=rows[:1], **told).outcome == "not eligible"


@pytest.mark.django_db
def test_the_area_says_how_days_count(county, unit, officer):
    b.shipped(f.office(COUNTY), "temporary-work-subsidy-hours", area=COUNTY)
    later, days = (
        NOW + timedelta(days=30),
        (row(1, "2020-03-10", minutes="4h"), row(1, "3月11日", minutes="241")),
    )
    made = listed(unit, *days, month=date(2020, 3, 1), at=later)
    worklists.submit(row=made, by=unit, at=later)
    worklists.check(row=made, by=officer, at=later)
    day = timezone.localdate(later)
    listpay.publish(
        row=made, source="x", phone="1", from_on=day, until_on=day + timedelta(days=1), by=officer, at=later
    )
    assert Claim.objects.get().amount == 45_000  # exactly four hours half, a minute more whole


@pytest.mark.django_db
def test_every_row_gets_a_verdict_and_the_same_again_changes_nothing(county, unit):
    far = f.actor(f.office(FAR, name="另一县人社局"), "caller")
    listed(far, row(7, "5"), unit="另一医院")
    made = worklists.open_list(unit="测试医院", month=MONTH, code=CODE, by=unit, at=NOW)
    lines = [
        row(), row(), row(2, "2020-02-30"), row(2, "2020-03-01"), row(2, minutes="0"), row(2, minutes="25h"),
        row(2, work_class="看门"), row(2, document="220184198005150011"), row(7, "5"), row(7, "6"),
        row(1, "4", name="别人"), row(3, name=""), row(3, account="62220000001"),
        row(4, "1", work_class="其他防治工作"), row(5, account="12", bank="测试银行"),
    ]  # fmt: skip
    numbered = list(enumerate(lines, 2))
    dry = workdays.state_days(row=made, lines=numbered, dry_run=True, by=unit, at=NOW)
    assert not WorkDay.objects.filter(list=made).exists()
    said = workdays.state_days(row=made, lines=numbered, dry_run=False, by=unit, at=NOW)
    assert [each.column for each in said] == [
        "", "on", "on", "on", "minutes", "minutes", "work_class", "document", "on", "", "document", "name", "account",
        "", "account",
    ]  # fmt: skip
    assert dry == said
    assert "另一医院" in said[8].why and "2" in said[1].why
    assert WorkDay.objects.filter(list=made).count() == 3
    again = workdays.state_days(row=made, lines=numbered[:1], dry_run=False, by=unit, at=NOW)
    assert again[0].state == "unchanged"
    changed = workdays.state_days(row=made, lines=[(2, row(minutes="60"))], dry_run=False, by=unit, at=NOW)
    assert changed[0].state == "changed" and WorkDay.objects.get(on=date(2020, 2, 3), list=made).minutes == 60


@pytest.mark.django_db(transaction=True)
def test_two_units_at_once_get_a_day_once(county, unit):
    lists = [worklists.open_list(unit=name, month=MONTH, code=CODE, by=unit, at=NOW) for name in ("甲", "乙")]
    lines = [(n, row(n, "3")) for n in range(1, 9)]
    said: dict[int, list[str]] = {}

    def take(made):
        try:
            found = workdays.state_days(row=made, lines=lines, dry_run=False, by=unit, at=NOW)
            said[made.pk] = [each.state for each in found]
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[made]) for made in lists]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said.values()) == [["added"] * 8, ["refused"] * 8]
    assert WorkDay.objects.count() == 8


@pytest.mark.django_db
def test_from_the_list_to_the_money(county, unit, officer):
    made = listed(unit, row(1, "3"), row(1, "4", work_class="other"), row(2, "3"))
    with pytest.raises(Refused):
        worklists.check(row=made, by=officer, at=NOW)
    worklists.submit(row=made, by=officer, at=NOW)
    with pytest.raises(NotAllowed):
        worklists.check(row=made, by=officer, at=NOW)
    with pytest.raises(Refused):
        workdays.state_days(row=made, lines=[(2, row(3))], dry_run=False, by=unit, at=NOW)
    worklists.send_back(row=made, reason="缺考勤", by=f.actor(county), at=NOW)
    done = published(made, unit, officer)
    assert (done.shown, done.left) == (2, ())
    found = [(c.amount, c.period, c.state) for c in listpay.claims_of(made)]
    assert sorted(found) == [(30_000, "2020-02", "proposed"), (50_000, "2020-02", "proposed")]
    claim = Claim.objects.order_by("-amount")[0]
    with pytest.raises(Refused):  # nobody decides it alone
        decisions.decide(claim=claim, outcome="granted", by=officer, at=NOW)
    with pytest.raises(Refused):
        listpay.approve(row=made, by=officer, at=NOW)
    assert not Payment.objects.exists()
    after = NOW + timedelta(days=5)
    with pytest.raises(NotAllowed):
        listpay.approve(row=made, by=unit, at=after)
    for _twice in range(2):
        listpay.approve(row=made, by=officer, at=after)
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [30_000, 50_000]
    assert set(Payment.objects.values_list("due_from", flat=True)) == {timezone.localdate(after)}
    decision = Claim.objects.order_by("-amount")[0].decisions.get()
    assert decisions.replays(decision) and "500.00" in decision.reasons
    with pytest.raises(AlreadyClaimed):  # at the counter, for a day of the month
        claims.open_claim(
            code=CODE, beneficiary=claim.beneficiary, on=date(2020, 2, 20), key="desk", by=officer, at=after
        )


@pytest.mark.django_db
def test_an_objection_sends_the_list_back_and_nobody_is_left_on_show(county, unit, officer):
    made = listed(unit, row(1, "3"), row(2, "3"))
    first, day = published(made, unit, officer).row.publicity_id, timezone.localdate(NOW)
    assert len(public_list(first, day)[1]) == 2
    claim = Claim.objects.get(beneficiary__name="测试1")
    found = objections.raise_objection(claim=claim, text="未到岗", raised_on=MONTH, by=officer, at=NOW)
    after = NOW + timedelta(days=5)
    with pytest.raises(Refused):
        listpay.approve(row=made, by=officer, at=after)
    objections.answer_objection(objection=found, upheld=True, answer="属实", by=officer, at=after)
    with pytest.raises(Refused):
        listpay.approve(row=made, by=officer, at=after)
    made = worklists.send_back(row=made, reason="核减", by=officer, at=after)
    assert set(Claim.objects.values_list("state", flat=True)) == {"withdrawn"} and made.version == 2
    workdays.drop_days(
        row=made, days=[WorkDay.objects.get(beneficiary=claim.beneficiary).pk], by=unit, at=after
    )
    assert public_list(first, day)[1] == []
    done = published(made, unit, officer)
    assert [line["amount"] for line in public_list(done.row.publicity_id, day)[1]] == [30_000]


@pytest.mark.django_db
def test_two_units_in_a_month_pay_their_own_days_and_the_counter_none_of_them(county, unit, officer):
    for n, name in enumerate(("甲", "乙")):
        made = listed(unit, row(1, str(3 + n)), row(2, str(5 + n)), unit=name)
        assert published(made, unit, officer).shown == 2
        listpay.approve(row=made, by=officer, at=NOW + timedelta(days=5))
    assert sorted(Claim.objects.values_list("period", flat=True)) == [
        "2020-02",
        "2020-02",
        "2020-02-04",
        "2020-02-06",
    ]
    assert set(Payment.objects.values_list("amount", flat=True)) == {30_000} and Payment.objects.count() == 4
    whom = Claim.objects.first().beneficiary
    for day in (3, 4, 20):
        with pytest.raises(AlreadyClaimed):
            claims.open_claim(
                code=CODE, beneficiary=whom, on=date(2020, 2, day), key=f"d{day}", by=officer, at=NOW
            )


@pytest.mark.django_db
def test_who_claimed_at_the_counter_is_left_out_and_named(county, unit, officer):
    made = listed(unit, row(1, "4"), row(2, "4"))
    whom = made.days.get(beneficiary__name="测试1").beneficiary
    claims.open_claim(code=CODE, beneficiary=whom, on=date(2020, 2, 20), key="desk", by=officer, at=NOW)
    done = published(made, unit, officer)
    assert done.shown == 1 and [name for name, _why in done.left] == ["测试1"]
    assert queries.people(made)[0]["claim"] is None


@pytest.mark.django_db
def test_above_the_limit_somebody_else_confirms_the_list(county, unit, officer):
    b.Measure.objects.update(second_above=40_000)
    made = listed(unit, row(1, "3"), row(1, "4"), row(2, "3"))
    published(made, unit, officer)
    after = NOW + timedelta(days=5)
    listpay.approve(row=made, by=officer, at=after)
    assert Payment.objects.count() == 1
    with pytest.raises(NotAllowed):
        listpay.confirm(row=made, by=officer, at=after)
    assert listpay.confirm(row=made, by=f.actor(county), at=after) == 1
    assert Payment.objects.count() == 2 and owing.too_much(Claim.objects.first()) == 0


@pytest.mark.django_db
def test_who_is_late_and_who_is_silent(county, unit, officer):
    old = listed(unit, row(1, "3"), unit="沉默单位", month=date(2020, 1, 1))
    workdays.drop_days(row=old, days=[], by=unit, at=NOW)
    worklists.submit(row=old, by=unit, at=NOW)
    made = listed(unit, row(2, "3"), unit="已报单位")
    worklists.submit(row=made, by=unit, at=NOW)
    listed(unit, row(3, "3"), unit="填报单位")
    rows = {each.unit: each for each in queries.standings(officer, MONTH, date(2020, 3, 6))}
    assert {name: (each.state, each.late) for name, each in rows.items()} == {
        "沉默单位": ("none", True), "已报单位": ("submitted", True), "填报单位": ("open", True),
    }  # fmt: skip
    on_time = {each.unit: each.late for each in queries.standings(officer, MONTH, date(2020, 3, 7))}
    assert on_time["已报单位"] is False
    found = queries.by_area(rows.values(), [(COUNTY, "甲"), (FAR, "乙")])
    assert [(each.name, each.units, each.handed_in, each.late) for each in found] == [("甲", 3, 1, 3)]


@pytest.mark.django_db
def test_the_sheet_goes_out_and_comes_back(county, unit):
    made = listed(unit, row(1, "3"))
    held = rosters.read(rosters.template(made))
    assert [cells["name"] for _line, cells in held.rows] == ["测试1"]
    said = workdays.state_days(row=made, lines=held.rows, dry_run=False, by=unit, at=NOW)
    assert [each.state for each in said] == ["unchanged"]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(2, 0, ["姓名", "身份证号", "身份", "日期", "类别", "工作时长"])
    sheet.write_row(3, 0, ["测试2", people.number(2), "医务人员"])
    sheet.write_datetime(3, 3, timezone.datetime(2020, 2, 5), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_row(3, 4, ["直接接触病例", 480])
    sheet.write_row(4, 0, ["测试3", people.number(3), "医务人员", "2020-02-31", "直接接触病例", 480])
    book.close()
    given_in = rosters.read(out.getvalue())
    said = workdays.state_days(row=made, lines=given_in.rows, dry_run=False, by=unit, at=NOW)
    assert [(each.line, each.state) for each in said] == [(4, "added"), (5, "refused")]
    rows = CalamineWorkbook.from_filelike(
        io.BytesIO(rosters.result(out.getvalue(), said))
    ).get_sheet_by_index(0)
    last = rows.to_python()[-1]
    assert last[0] == "测试3" and "D5" in last
    with pytest.raises(Refused):
        rosters.arrange([["姓名", "身份证号"]])
