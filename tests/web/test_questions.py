"""Questions, courses and the public pages beside them, through the test client."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from chunfeng.benefits import files
from chunfeng.benefits.actions import enquiries
from chunfeng.benefits.models import Enquiry, EnquiryStep, Enrolment, TrainingCourse, TrainingNeed
from chunfeng.core.models import Event, SpecialDay
from chunfeng.people.actions import set_category
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = pytest.mark.django_db
COUNTY = "220184000000"


@pytest.fixture
def county(db):
    return f.office(COUNTY, name="测试市人社局")


@pytest.fixture
def officer(county):
    return f.browse(f.posting(county))


def text(client, url, status=200, **data):
    response = client.post(url, data) if data else client.get(url)
    assert response.status_code == status, response.content.decode()[:800]
    return response.content.decode()


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)


def test_from_the_self_check_to_the_answer(officer, county):
    version, anybody = b.version(county), Client()
    page = text(anybody, "/policies/test-allowance/check/", **{"f-worked": "3"})
    assert "180" in page and "5" in page and county.name in page, "it says what is kept, where and how long"
    given = {
        "question": "张三问：三天能领吗？",
        "f-worked": "3",
        "key": hidden(page, "key"),
        "phone": "13800000000",
    }
    for _twice in range(2):
        answer = anybody.post("/policies/test-allowance/ask/", given)
        assert answer.status_code == 302
    row = Enquiry.objects.get()
    ticket = text(anybody, answer.url)
    assert "待答复" in ticket and "张三" not in ticket and "13800000000" not in ticket
    assert text(anybody, "/policies/test-allowance/ask/", 422, question=" ")
    assert anybody.get(f"/policies/questions/{'0' * 32}/").status_code == 404

    url = f"/questions/{row.pk}/"
    page = text(officer, url)
    assert "三天能领吗" in page and 'value="3"' in page, "the answers of the self-check are filled in"
    assert Event.objects.filter(verb="enquiry.open", object_id=str(row.pk)).exists()
    facts = {"measure": version.pk, "on": "2020-02-01", "fact-worked": "2"}
    text(officer, f"{url}act/reckon/", 422, **(facts | {"fact-worked": "x"}))
    page = text(officer, f"{url}act/reckon/", **facts)
    words, worked = re.search(r'class="qu-text"[^>]*>([^<]*)<', page).group(1), hidden(page, "worked")
    assert "600元" in words and "《关于测试的通知》一" in words
    page = text(
        officer, f"{url}act/answer/", 422, **(facts | {"fact-worked": "3"}), worked=worked, text=words
    )
    assert "900元" in page and not EnquiryStep.objects.filter(kind="answered").exists(), (
        "other facts, read again"
    )
    assert officer.post(f"{url}act/answer/", facts | {"worked": worked, "text": words}).status_code == 302
    assert "结果一致" in text(officer, url)
    assert "600元" in text(anybody, answer.url)
    assert officer.post(f"{url}act/nothing/").status_code == 404


def test_too_many_questions_are_told_so(county, monkeypatch):
    b.version(county)
    monkeypatch.setattr(enquiries, "MOST_AN_HOUR", 1)
    anybody = Client()
    assert anybody.post("/policies/test-allowance/ask/", {"question": "一"}).status_code == 302
    page = text(anybody, "/policies/test-allowance/ask/", 422, question="二二二")
    assert "一小时" in page and "二二二" in page and Enquiry.objects.count() == 1


def test_taken_in_at_the_counter_listed_and_counted(officer, county):
    page = text(officer, "/questions/new/")
    given = {"channel": "counter", "question": "停工工资怎么发？", "key": hidden(page, "key"), "kind": ""}
    assert officer.post("/questions/new/", given).status_code == 302
    row = Enquiry.objects.get()
    text(officer, f"/questions/{row.pk}/act/plain/", 422, text="按规定发")  # no kind yet
    for move, data in (
        ("classify", {"kind": "stoppage-pay"}),
        ("plain", {"text": "按规定发。依据：某文件 一"}),
    ):
        assert officer.post(f"/questions/{row.pk}/act/{move}/", data).status_code == 302
    Enquiry.objects.create(
        area_code=COUNTY, office=county, channel="phone", question="旧", asked_at=f.NOW, due_on=date(2020, 2, 7),
        due_source="一", keep_until=date(2099, 1, 1), key="old", by_name="测试员",
    )  # fmt: skip
    late = text(officer, "/questions/?state=late")
    assert "旧" in late and "停工工资" not in late and "已超期" in late
    page = text(officer, "/questions/figures/")
    assert "停工停产工资" in page and "100%" in page
    book = CalamineWorkbook.from_filelike(io.BytesIO(officer.get("/questions/?export=xlsx").content))
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 3 and "停工工资" not in str(rows), (
        "the sheet counts questions, it does not carry their words"
    )
    assert f.browse(f.posting(f.office("220122000000"))).get(f"/questions/{row.pk}/").status_code == 404
    with CaptureQueriesContext(connection) as few:
        text(officer, "/questions/")
    for n in range(3):
        Enquiry.objects.create(
            area_code=COUNTY, office=county, channel="phone", question="又", asked_at=f.NOW, due_on=date(2099, 2, 7),
            due_source="一", keep_until=date(2099, 1, 1), key=f"n{n}", by_name="测试员",
        )  # fmt: skip
    with CaptureQueriesContext(connection) as more:
        text(officer, "/questions/")
    assert len(more) == len(few)


def test_the_calendar_of_a_year_and_the_cases_of_pay(officer, county):
    anybody = Client()
    page = text(anybody, "/policies/calendar/?year=2020")
    assert "春节" in page and page.count('<span class="ca-holiday"') > 20 and '<span class="ca-works"' in page
    assert '<span class="ca-off"' not in page
    leader = f.browse(f.posting(county, "leader"))
    given = {"first": "2020-02-03", "last": "2020-02-09", "works": "no", "source": "测发〔2020〕1号 一"}
    assert officer.post("/policies/calendar/change/", given).status_code == 403
    assert leader.post("/policies/calendar/change/", given).status_code == 302
    own = text(anybody, f"/policies/calendar/?year=2020&area={COUNTY}")
    assert own.count('<span class="ca-off"') == 5 and "测发〔2020〕1号 一" in own, (
        "two of the seven are a weekend"
    )
    assert '<span class="ca-off"' not in text(anybody, "/policies/calendar/?year=2020&area=220122000000")
    assert COUNTY in text(anybody, "/policies/calendar/?year=2020"), (
        "the country's page leads to the county's"
    )
    assert leader.post("/policies/calendar/change/", {"first": "2020-02-03", "back": "1"}).status_code == 302
    assert SpecialDay.objects.count() == 6
    assert "尚未收录" in text(anybody, "/policies/calendar/?year=2090")
    text(anybody, "/policies/calendar/?area=zzz", 422)
    assert "没有适用" in text(anybody, "/policies/pay/")
    b.version(county, files.shipped()["pay-in-isolation"], "pay-in-isolation")
    page = text(anybody, "/policies/pay/")
    assert page.count("/policies/pay-in-isolation/check/") == 1
    facts = {
        "f-absence_ground": "contact",
        "f-firm_staff": "yes",
        "f-daily_pay": "183.91",
        "f-days_missed": "10",
    }
    page = text(anybody, "/policies/pay-in-isolation/check/", **facts)
    assert "1,839.10" in page, "pay a day is typed in yuan like every other sum"


def test_a_course_from_the_offer_to_the_end(officer, county):
    today = timezone.localdate()
    source = files.shipped()["free-training"].replace("990500000000", COUNTY)
    b.version(county, source, "free-training", title="免费培训")
    by, into = f.actor(county), people.dataset(county, keep_until=today + timedelta(days=90))
    row = people.person(by, into, id_number=people.number(1), name="测试一")
    set_category(
        person=row, category="unemployed", valid_from=date(2019, 1, 1), source="登记", by=by, at=f.NOW
    )
    page = text(officer, "/training/new/")
    given = {
        "measure": "free-training", "title": "测试班", "subject": "养老护理", "provider": "测试技校", "place": "一楼",
        "begins_on": today.isoformat(), "ends_on": (today + timedelta(days=3)).isoformat(), "seats": "1",
        "fee": "1200.50", "key": hidden(page, "key"),
    }  # fmt: skip
    text(officer, "/training/new/", 422, **(given | {"seats": "0"}))
    for _twice in range(2):
        assert officer.post("/training/new/", given).status_code == 302
    course = TrainingCourse.objects.get()
    url = f"/training/{course.pk}/"
    assert officer.post("/training/needs/", {"who": "测试一", "subject": "养老护理"}).status_code == 302
    assert "测试一" in text(officer, url), "who asks for the trade is offered the place"
    TrainingNeed.objects.all().delete()
    found = text(officer, f"{url}act/find/", who="测试一")
    assert people.number(1) not in found and f'value="{row.pk}"' in found
    asks = text(officer, f"{url}act/enrol/", 422, person=row.pk)
    assert "fact-wants_course" in asks and "fact-unemployed" not in asks
    no = text(officer, f"{url}act/enrol/", 422, person=row.pk, **{"fact-wants_course": "no"})
    assert "未满足" in no and not Enrolment.objects.exists()
    yes = {"person": row.pk, "fact-wants_course": "yes"}
    assert officer.post(f"{url}act/enrol/", yes).status_code == 302
    place = Enrolment.objects.get()
    assert officer.post(f"{url}act/mark/", {"on": today, f"p-{place.pk}": "yes"}).status_code == 302
    assert officer.post(f"{url}act/finish/", {"enrolment": place.pk, "completed": "yes"}).status_code == 302
    page = text(officer, url)
    assert "1,200.50" in page and "结业" in page
    home = text(officer, "/training/")
    assert "1 / 1" in home and "养老护理" in home
    assert "没有符合的人员" in text(officer, "/training/needs/", who="无此人", subject="焊工")
    assert officer.post("/training/needs/", {"who": "测试一", "subject": "焊工"}).status_code == 302
    assert "焊工" in text(officer, "/training/")
