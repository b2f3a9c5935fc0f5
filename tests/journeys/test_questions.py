"""A question without log-in, answered by rule at the desk; the calendar, the cases of pay, and a course."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from chunfeng.benefits import files
from chunfeng.benefits.actions import holidays, training
from chunfeng.benefits.models import Enquiry, EnquiryStep
from chunfeng.people.actions import set_category
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
COUNTY = "220184000000"


@pytest.fixture
def county():
    return f.office(COUNTY, line="hrss", name="公主岭市人力资源和社会保障局")


def taken_over(county, code: str, title: str):
    text = files.shipped()[code].replace("990500000000", COUNTY)
    return b.version(county, text, code, title=title, phone="0434-0000000")


def test_asked_on_the_phone_and_answered_at_the_desk(desktop, phone, sign_in, shoot, county):
    taken_over(county, "pay-in-isolation", "隔离、医学观察和紧急措施期间的工作报酬")
    by, leader, now = f.actor(county), f.actor(county, "leader"), timezone.now()
    holidays.set_days(
        first=date(2020, 2, 3),
        last=date(2020, 2, 7),
        works=False,
        source="测发〔2020〕1号 一",
        by=leader,
        at=now,
    )
    phone.goto("/policies/pay/")
    shoot(phone, "pay-phone")
    phone.get_by_role("link", name="开始测算").first.click()
    phone.get_by_text("密切接触者").click()
    phone.get_by_text("是", exact=True).click()
    phone.get_by_role("button", name="下一步").click()
    phone.locator("input[name=f-daily_pay]").fill("183.91")
    phone.locator("input[name=f-days_missed]").fill("10")
    phone.get_by_role("button", name="下一步").click()
    phone.locator(".po-answer.good").wait_for()
    phone.get_by_text("向工作人员咨询").click()
    phone.locator("textarea[name=question]").fill("单位只肯发最低工资，可以吗？")
    shoot(phone, "question-ask-phone")
    phone.get_by_role("button", name="提交咨询").click()
    phone.get_by_text("待答复").wait_for()
    ticket = phone.url
    shoot(phone, "question-ticket-phone")

    sign_in(desktop, f.posting(county))
    desktop.goto("/questions/")
    shoot(desktop, "questions-1280")
    desktop.get_by_role("link", name="单位只肯发最低工资").click()
    desktop.get_by_role("button", name="得出答复").click()
    assert "1,839.10" in desktop.locator("textarea.qu-text").input_value()
    shoot(desktop, "question-worked-1280")
    desktop.get_by_role("button", name="按此答复").first.click()
    desktop.get_by_text("已复算，结果一致").wait_for()
    assert EnquiryStep.objects.get(kind="answered").outcome == "eligible"
    phone.goto(ticket)
    phone.get_by_text("1,839.10").first.wait_for()
    shoot(phone, "question-answered-phone")
    desktop.goto(f"/policies/calendar/?year=2020&area={COUNTY}")
    shoot(desktop, "calendar-1280")
    phone.goto(f"/policies/calendar/?year=2020&area={COUNTY}")
    shoot(phone, "calendar-phone")

    desktop.goto("/questions/figures/")
    shoot(desktop, "question-figures-1280")
    course = with_course(county, by, now)
    desktop.goto("/training/")
    shoot(desktop, "training-1280")
    desktop.goto(f"/training/{course.pk}/")
    shoot(desktop, "course-1280")
    sign_in(phone, f.posting(county))
    for page in (
        "questions/",
        "questions/new/",
        "questions/figures/",
        "questions/1/",
        "training/",
        "training/new/",
    ):
        phone.goto(f"/{page}".replace("/1/", f"/{Enquiry.objects.get().pk}/"))
        shoot(phone, page.strip("/").replace("/", "-") + "-phone")
    phone.goto(f"/training/{course.pk}/")
    shoot(phone, "course-phone")


def with_course(county, by, now):
    """A course of a week with five people, two of them absent now and then."""
    measure = taken_over(county, "free-training", "登记失业人员免费培训（测试）").measure
    today, into = (
        timezone.localdate(),
        people.dataset(county, keep_until=timezone.localdate() + timedelta(days=90)),
    )
    first = today - timedelta(days=5)
    course = training.add_course(
        measure=measure, title="养老护理员初级班", subject="养老护理", place="县职教中心二楼", provider="测试培训学校",
        begins_on=first, ends_on=today + timedelta(days=9), seats=30, fee=120_000, key="c", by=by, at=now,
    )  # fmt: skip
    for n in range(1, 6):
        row = people.person(by, into, id_number=people.number(n), name=f"测试学员{n}")
        set_category(
            person=row, category="unemployed", valid_from=date(2019, 1, 1), source="登记", by=by, at=now
        )
        training.note_need(person=row, subject="养老护理" if n < 5 else "电工", by=by, at=now)
        if n < 5:
            place = training.enrol(course=course, person=row, facts={}, by=by, at=now)
            for day in range(5):
                present = {place.pk: (day + n) % 4 != 0}
                training.mark(course=course, on=first + timedelta(days=day), present=present, by=by, at=now)
    return course
