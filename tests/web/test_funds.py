"""Pages of money through the test client: use of funds, progress, another payee, rows of a group, a run under way."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from chunfeng.areas.models import BEGINNING, Area
from chunfeng.benefits import files
from chunfeng.benefits.actions import beneficiaries, claims, simulating
from chunfeng.benefits.models import Claim, FundUse, Payment, Simulation
from tests import factories as f
from tests.benefits import builders as b
from tests.benefits.test_funds import RULES, UNIT, credit_code, paid
from tests.benefits.test_payees import TO_EMPLOYER
from tests.people import builders as people
from tests.web.test_claims import COUNTY, sent, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    rows = [
        (COUNTY, "公主岭市", 3, "county_city", "220100000000"),
        ("220184100000", "范家屯镇", 4, "town", COUNTY),
    ]
    Area.objects.bulk_create(
        [
            Area(code=c, name=n, level=v, kind=k, parent_code=up, valid_from=BEGINNING, source="made up")
            for c, n, v, k, up in rows
        ],
        ignore_conflicts=True,
    )
    return f.office(COUNTY)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def officer(county):
    return f.browse(f.posting(county))


def sheet(client, url) -> list[list[object]]:
    response = client.get(url)
    assert response.status_code == 200, response.content.decode()[:400]
    return CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()


def test_use_of_funds_from_the_measure_to_the_report(officer, by, county):
    b.version(county, files.shipped()[RULES], code=RULES, subject="employer", title="资金使用")
    measure = b.version(county, UNIT, code="test-refund", subject="employer", title="测试返还").measure
    assert "资金使用" in text(officer, f"/measures/{measure.pk}/")
    sent(officer, f"/measures/{measure.pk}/use/", 422, rules="test-refund", days="30")
    sent(officer, f"/measures/{measure.pk}/use/", rules=RULES, days="30")
    payment = paid(by, county, area="220184100000")
    url = f"/payments/funds/{payment.pk}/"
    given = {"purpose": "living_aid", "spent_on": "2020-02-01", "voucher": "工资表", "key": "abc"}
    refused = sent(officer, url, 422, amount="900.01", **given).content.decode()
    assert "900.01" in refused and "工资表" in refused and not FundUse.objects.exists()
    for _twice in range(2):
        sent(officer, url, amount="600", **given)
    sent(officer, url, amount="100", **(given | {"purpose": "other", "key": "d"}))
    assert FundUse.objects.count() == 2
    page = text(officer, url)
    assert "600.00" in page and "200.00" in page and "cl-answer bad" in page
    sent(officer, url, move="correct", entry=FundUse.objects.first().pk, reason="记错")
    report = text(officer, "/payments/funds/")
    assert "范家屯镇" in report and "800.00" in report and "100.00" in report
    rows = sheet(officer, "/payments/funds/?export=areas")
    assert rows[1][:3] == ["范家屯镇", 1.0, 900.0] and rows[1][5] == 800.0
    assert sheet(officer, "/payments/funds/?export=purposes")[1][1:3] == [1.0, 100.0]
    assert "测试企业1" in text(officer, "/payments/funds/all/?state=overdue")
    assert "测试企业1" not in text(officer, "/payments/funds/all/?state=done")
    assert len(sheet(officer, "/payments/funds/all/?export=xlsx")) == 2
    far = f.browse(f.posting(f.office("220122000000")))
    assert far.get(url).status_code == 404
    assert "800.00" in text(officer, f"/payments/funds/?area={COUNTY}&measure=test-refund")
    assert f"/payments/funds/{payment.pk}/" in text(officer, f"/payments/{payment.pk}/")


def test_progress_by_area_drilled_down_and_as_a_sheet(officer, by, county):
    b.version(county)
    into = people.dataset(county)
    b.submitted(by, b.payee(by, into), key="k")
    page = text(officer, "/payments/progress/")
    assert "范家屯镇" in page and "area=220184100000" in page and "测试补贴" in page
    assert "三合" not in text(officer, "/payments/progress/?area=220122000000")  # out of sight: the own area
    rows = sheet(officer, "/payments/progress/?export=areas")
    assert rows[1][0] == "范家屯镇" and rows[1][1] == 1.0
    assert sheet(officer, "/payments/progress/?export=measures&area=220184100000")[1][1] == 1.0
    assert "2019-01-01" in text(officer, "/payments/progress/?on=2019-01-01&measure=test-allowance")


def test_another_payee_at_the_counter(officer, by, county):
    measure = b.version(county, TO_EMPLOYER).measure
    measure.second_above = 0
    measure.save()
    claim = b.submitted(by, b.payee(by, people.dataset(county)), key="k")
    url = f"/claims/{claim.pk}/act"
    sent(officer, f"{url}/decide/", 422, outcome="granted")
    given = {
        "relation": "employer",
        "name": "测试企业",
        "account": "6222000000001234",
        "bank": "测试银行",
        "reason": "规定",
    }
    sent(officer, f"{url}/payee/", 422, **given)
    sent(officer, f"{url}/paper/", files=SimpleUploadedFile("用工证明.txt", b"1"))
    sent(officer, f"{url}/payee/", paper=claim.papers.get().pk, **given)
    page = text(officer, f"/claims/{claim.pk}/")
    assert "测试企业" in page and "6222000000001234" not in page
    sent(officer, f"{url}/decide/", outcome="granted")
    other = f.browse(f.posting(county))
    waiting = text(other, f"/claims/{claim.pk}/")
    assert "用工证明.txt" in waiting[: waiting.index('id="rules"')]  # what the second officer sees first
    sent(other, f"{url}/confirm/")
    made = sent(officer, "/payments/make/").url
    assert "测试企业" in text(officer, made) and claim.beneficiary.name in text(officer, made)
    assert claim.beneficiary.name in text(officer, f"/payments/{Payment.objects.get().pk}/")


def test_rows_of_a_group_without_a_script(officer, by, county):
    b.version(county, files.shipped()[RULES], code=RULES, subject="employer", title="资金使用")
    whom = claims_unit(by)
    claim = claims.open_claim(code=RULES, beneficiary=whom, on=b.ON, key="k", by=by, at=f.NOW)
    page = text(officer, f"/claims/{claim.pk}/")
    assert page.count('name="rows-spending-0-') == 3 and 'name="rows-spending" value="3"' in page
    url = f"/claims/{claim.pk}/act/facts/"
    rows = {
        "rows-spending": "3", "rows-spending-0-purpose": "living_aid", "rows-spending-0-amount": "4000",
        "rows-spending-1-purpose": "retraining", "rows-spending-1-amount": "1000.01",
        "rows-spending-2-purpose": "retraining", "rows-spending-2-amount": "7", "rows-spending-2-gone": "1",
        "fact-refund_received": "9000",
    }  # fmt: skip
    more = sent(officer, url, 200, more="spending", **rows).content.decode()
    assert 'name="rows-spending" value="7"' in more and 'value="1000.01"' in more and 'value="9000"' in more
    claim.refresh_from_db()
    assert not claim.facts
    wrong = sent(officer, url, 422, **(rows | {"rows-spending-1-amount": "viel"})).content.decode()
    assert 'class="errors"' in wrong and 'value="viel"' in wrong
    sent(officer, url, submit="1", **rows)
    claim.refresh_from_db()
    held = claims.stated(claim)["spending"]["value"]
    assert held == [
        {"purpose": "living_aid", "amount": 400_000},
        {"purpose": "retraining", "amount": 100_001},
    ]
    assert (claim.state, claim.outcome) == ("proposed", "eligible") and "3,999.99" in claim.explanation
    sent(officer, url, submit="1", **(rows | {"rows-spending-0-purpose": "other"}))
    claim.refresh_from_db()
    assert claim.outcome == "not eligible"
    sent(officer, f"/claims/{claim.pk}/act/decide/", outcome="refused")
    shown = text(officer, f"/claims/{claim.pk}/")
    assert "1000.01" in shown and "转岗培训" in shown and "rows-spending" not in shown


def claims_unit(by):
    return beneficiaries.know_unit(
        name="测试企业", credit_code=credit_code(7), area_code=COUNTY, by=by, at=f.NOW
    )


def test_a_run_shows_how_far_it_is_then_its_figures(officer, by, county):
    version = b.version(county)
    b.submitted(by, b.payee(by, people.dataset(county)), key="k")
    url = f"/measures/version/{version.pk}/what-if/new/"
    where = sent(officer, url, text=b.TEXT.replace("300 yuan", "400 yuan"), name="提高", over="claims").url
    run = Simulation.objects.get()
    assert "0</b>" in text(officer, where) and run.state == "running"
    assert "HX-Refresh" not in officer.get(f"{where}progress/").headers
    Simulation.objects.update(state="stopped", error="停了")
    assert "停了" in text(officer, where)
    sent(officer, f"{where}resume/")
    simulating.run(run.pk)
    assert officer.get(f"{where}progress/").headers["HX-Refresh"] == "true"
    assert re.search(r"1,200\.00", text(officer, where))
    assert Claim.objects.get().state == "proposed"
