"""Work injuries and monthly lists through the test client, as the people at the desks use them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chunfeng.benefits import rosters
from chunfeng.benefits.actions import workdays, worklists
from chunfeng.benefits.models import Claim, InjuryCase, Payment, PublicityList, WorkDay, WorkList
from chunfeng.core.models import Event
from chunfeng.web.worklists.page import spread
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people
from tests.web.test_claims import sent, text

pytestmark = pytest.mark.django_db
COUNTY = "220184000000"


@pytest.fixture
def county():
    office = f.office(COUNTY, name="测试市人社局")
    for code in (
        "work-injury-epidemic-staff",
        "work-injury-clock",
        "work-injury-application",
        "temporary-work-subsidy",
    ):
        b.shipped(office, code, subject="person")
    return office


@pytest.fixture
def taker(county):
    return f.browse(f.posting(county, "caller"))


@pytest.fixture
def officer(county):
    return f.browse(f.posting(county))


def test_an_injury_case_through_its_pages(taker, officer):
    today = timezone.localdate()
    form = {
        "name": "测试医护", "document": people.number(1), "employer": "测试医院",
        "applicant": "employer", "green": "on",
        "happened_on": (today - timedelta(days=3)).isoformat(), "applied_on": today.isoformat(), "key": "abc",
    }  # fmt: skip
    sent(taker, "/injuries/new/", 422, **(form | {"document": "220184198005150011"}))
    for _twice in range(2):
        answer = sent(taker, "/injuries/new/", **form)
    case = InjuryCase.objects.get()
    url = f"/injuries/{case.pk}/"
    assert answer.url == url
    page = text(taker, url)
    assert people.number(1) not in page and "wk-strip" in page
    sent(taker, f"{url}act/tell/", 422)
    sent(taker, f"{url}act/tell/", missing="医疗诊断证明", other="劳动合同")
    assert "劳动合同" in text(taker, f"{url}told/")
    sent(taker, f"{url}act/accept/", 422, clear="yes")
    for proves in ("医疗诊断证明", "劳动合同"):
        sent(taker, f"{url}act/paper/", files=SimpleUploadedFile("a.txt", b"x"), proves=proves)
    assert taker.get(f"{url}papers/{case.papers.first().pk}/").content == b"x"
    facts = {
        "fact-duty_role": "medical",
        "fact-infected": "yes",
        "fact-on_duty": "yes",
        "fact-injury_insured": "yes",
    }
    sent(taker, f"{url}act/facts/", **facts)
    sent(taker, f"{url}act/accept/", clear="yes")
    sent(taker, f"{url}act/decide/", 403, outcome="yes")
    sent(officer, f"{url}act/decide/", outcome="yes")
    assert "劳动合同" in text(officer, url) and text(officer, f"{url}decision/")
    sent(taker, f"{url}act/serve/", served_on=today.isoformat(), how="直接送达")
    assert "测试医护" in text(officer, sent(officer, "/injuries/find/", text=people.number(1)).url)
    assert "测试医护" in text(officer, "/injuries/?state=served")
    assert f"?area={COUNTY}" not in text(officer, "/injuries/areas/")
    assert Event.objects.filter(verb="injury.paper_open").exists()
    far = f.browse(f.posting(f.office("220122000000")))
    assert far.get(url).status_code == 404 and "测试医护" not in text(far, "/injuries/")


def test_a_list_through_its_pages(taker, officer):
    month = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    begun = {"unit": "测试医院", "month": f"{month:%Y-%m}", "measure": "temporary-work-subsidy"}
    assert sent(taker, "/worklists/new/", **begun).url == sent(taker, "/worklists/new/", **begun).url
    made = WorkList.objects.get()
    url = f"/worklists/{made.pk}/"
    typed = {"name-0": "测试一", "document-0": people.number(1), "role-0": "medic", "on-0": "1-3, 5",
             "work_class-0": "direct", "minutes-0": "480", "name-1": "测试二", "document-1": "12", "on-1": "1",
             "role-1": "medic", "work_class-1": "direct", "minutes-1": "480"}  # fmt: skip
    page = sent(taker, f"{url}act/days/", 422, **typed).content.decode()
    assert (
        WorkDay.objects.count() == 4 and 'value="测试二"' in page
    )  # the good rows are in, the bad one stays typed
    data = taker.get(f"{url}template/").content
    assert rosters.read(data).rows and Event.objects.filter(verb="worklist.template").exists()
    page = sent(taker, f"{url}sheet/", 200, file=SimpleUploadedFile("a.xlsx", data)).content.decode()
    sealed = page.split('name="sealed" hidden>')[1].split("<")[0]
    assert taker.post(f"{url}result/", {"sealed": sealed}).status_code == 200
    sent(taker, f"{url}sheet/", 422, file=SimpleUploadedFile("a.xlsx", b"no"))
    sent(taker, f"{url}act/drop/", day=WorkDay.objects.order_by("-on")[0].pk)
    page = text(taker, url)
    assert "900.00" in page and people.number(1) not in page
    sent(taker, f"{url}act/submit/")
    sent(taker, f"{url}act/check/", 403)
    sent(officer, f"{url}act/check/")
    today = timezone.localdate()
    days = {"from_on": today.isoformat(), "last_on": (today + timedelta(days=4)).isoformat()}
    sent(officer, f"{url}act/publish/", source="财社〔2020〕2号 二", phone="0434-1", **days)
    shown = text(officer, f"/publicity/{PublicityList.objects.get().pk}/")
    assert "测*一" in shown and "900.00" in shown and "测试一" not in shown
    claim = Claim.objects.get()
    page = text(officer, f"/claims/{claim.pk}/")
    assert 'value="granted"' not in page and "900.00" in page
    sent(officer, f"/claims/{claim.pk}/act/decide/", 422, outcome="granted")
    sent(officer, f"{url}act/approve/", 422)
    PublicityList.objects.update(from_on=today - timedelta(days=5), until_on=today)
    sent(officer, f"{url}act/approve/")
    assert Payment.objects.get().amount == 90_000
    assert "测试医院" in text(officer, f"/worklists/?month={month:%Y-%m}")
    far = f.browse(f.posting(f.office("220122000000")))
    assert far.get(url).status_code == 404 and "测试医院" not in text(far, "/worklists/")


@pytest.mark.parametrize(
    ("typed", "days"),
    [("3", ["3"]), ("1-3，5", ["1", "2", "3", "5"]), ("1 ~ 2、9", ["1", "2", "9"]), ("2020-02-03", ["2020-02-03"]),
     ("5-2", ["5-2"]), ("2月3日", ["2月3日"]), ("", [""])],
)  # fmt: skip
def test_days_may_be_written_as_spans(typed, days):
    assert spread(typed) == days


def test_as_many_queries_for_three_units_as_for_one(officer, county):
    by, counts, month = f.actor(county), [], date(2020, 2, 1)
    for n in (1, 2, 3):
        made = worklists.open_list(
            unit=f"单位{n}", month=month, code="temporary-work-subsidy", by=by, at=timezone.now()
        )
        cells = {
            "name": "甲",
            "document": people.number(n),
            "role": "medic",
            "on": "3",
            "work_class": "other",
        }
        lines = [(2, cells | {"minutes": "60"})]
        workdays.state_days(row=made, lines=lines, dry_run=False, by=by, at=timezone.now())
        text(officer, "/worklists/?month=2020-02")
        with CaptureQueriesContext(connection) as caught:
            text(officer, "/worklists/?month=2020-02")
        counts.append(len(caught))
    assert counts[0] == counts[2]
