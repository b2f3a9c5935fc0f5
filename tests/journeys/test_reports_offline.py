"""A situation and a zero report where there is no line, also after the phone was switched off. All made up."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from chunfeng.reporting.models import Obligation, Revision, Situation
from tests import factories as f
from tests.journeys.line import Line, Phone, installed, log_in, stored, unsent, until
from tests.reporting import builders as b

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SECRETS = ("桥断了", "演示员", "13800000000")


@pytest.fixture
def village():
    county = f.office("220184000000", line="hrss", name="测试市人社局")
    town = f.office("220184101000", line="government", name="测试镇政府", parent=county)
    return f.office("220184101201", line="government", name="测试村委会", parent=town)


@pytest.fixture
def mobile(chromium, program, live_server):
    line = Line(live_server.url)
    made = Phone(chromium, program, line)
    yield made
    made.close()
    line.close()
    assert not made.problems, f"the browser complained: {made.problems}"


def test_a_situation_is_written_without_a_line_and_arrives_once(mobile, village, shoot):
    caller = f.posting(village, "caller")
    page = mobile.start()
    log_in(mobile, caller)
    page.goto("/situations/new/")
    installed(page)
    mobile.online(False)
    page.goto("/situations/new/")  # the worker lets the shell stand in
    page.wait_for_url("**/phone/situation/")
    page.get_by_label("发生了什么").fill("桥断了，救护车过不来")
    page.get_by_label("涉及人数").fill("2")
    page.get_by_label("联系人").fill("演示员 13800000000")
    page.get_by_role("button", name="发送").click()
    page.get_by_text("已加密保存在本机，有网络时自动发送").first.wait_for()
    assert unsent(page) == 1
    assert page.get_by_label("发生了什么").input_value() == ""
    shoot(page, "situation-shell-phone")
    assert not any(secret in stored(page) for secret in SECRETS)
    mobile.kill()

    page = mobile.start(online=False)
    page.goto("/phone/situation/")
    until(page, lambda: unsent(page) == 1)
    page.locator(".ph-unsent").click()
    page.get_by_text("桥断了").wait_for()
    log_in(mobile, caller)
    mobile.online(True)
    page.get_by_text("已全部发送").wait_for()
    made = Situation.objects.get()
    assert (made.people, made.office) == (2, village)


def test_what_the_server_refuses_is_mended_on_its_own_page(mobile, village, shoot):
    page = mobile.start()
    log_in(mobile, f.posting(village, "caller"))
    page.goto("/situations/new/")
    installed(page)
    mobile.online(False)
    page.goto("/phone/situation/")
    page.get_by_label("发生了什么").fill("桥断了")
    page.get_by_label("涉及人数").fill("很多")
    page.get_by_role("button", name="发送").click()
    mobile.online(True)
    page.get_by_text("有1项未被接收").wait_for()
    page.get_by_role("link", name="查看").click()
    page.get_by_text("应填写0以上的数字").or_(page.get_by_text("涉及人数")).first.wait_for()
    shoot(page, "situation-refused-phone")
    page.get_by_role("link", name="打开修改").click()
    page.locator(".flash.error").wait_for()
    assert page.get_by_label("发生了什么").input_value() == "桥断了"
    page.get_by_label("涉及人数").fill("20")
    page.get_by_role("button", name="发送").click()
    page.wait_for_url(re.compile(r"/situations/\d+/$"))
    assert Situation.objects.get().people == 20


def test_reports_of_old_phones_move_out_of_the_clear(phone, sign_in, village):
    posting = f.posting(village, "caller")
    sign_in(phone, posting)
    phone.goto("/accounts/posting/")
    fields = {
        "key": "0123456789abcdef",
        "what": "桥断了",
        "happened_at": "",
        "place": "",
        "people": "",
        "measures": "",
    }
    phone.evaluate(
        "([own, fields]) => localStorage.setItem('chunfeng.situations', JSON.stringify([{ own, fields }]))",
        [str(posting.pk), fields],
    )
    phone.goto("/situations/")
    until(phone, lambda: Situation.objects.exists())
    assert phone.evaluate("localStorage.getItem('chunfeng.situations')") is None
    assert Situation.objects.get().what == "桥断了"


def test_a_zero_report_is_signed_without_a_line(mobile, village, shoot):
    caller = f.posting(village, "caller")
    form = b.form(village, at=f.NOW)
    today = timezone.localdate()
    when = {"due_at": timezone.now() + timedelta(hours=1), "closes_at": timezone.now() + timedelta(hours=2)}
    owed = b.obligation(form, village, today, **when)
    page = mobile.start()
    log_in(mobile, caller)
    page.goto("/reports/")
    installed(page)
    until(page, lambda: '"kind": "zero"' in stored(page))
    mobile.online(False)
    page.goto(f"/reports/{owed.pk}/fill/")
    page.wait_for_url(f"**/phone/zero/#/{owed.pk}")
    page.get_by_text("检查点日报").first.wait_for()
    shoot(page, "zero-shell-phone")
    page.get_by_role("button", name="签报：零报告").click()
    page.get_by_text("已签报，未发送").wait_for()
    assert "检查点日报" not in stored(page)
    mobile.kill()

    page = mobile.start(online=False)
    page.goto("/reports/")
    page.get_by_text("已签报，未发送").wait_for()
    shoot(page, "zero-shell-signed-phone")
    log_in(mobile, caller)
    mobile.online(True)
    until(page, lambda: Obligation.objects.get(pk=owed.pk).state == "zero")
    page.get_by_text("本单位没有可以零报告的待报表").wait_for()
    assert Revision.objects.count() == 1
    assert Revision.objects.get().by_name == caller.user.name


def test_figures_typed_when_the_line_breaks_arrive_once(mobile, village, shoot):
    form = b.form(village, at=f.NOW)
    today = timezone.localdate()
    when = {"due_at": timezone.now() + timedelta(hours=1), "closes_at": timezone.now() + timedelta(hours=2)}
    owed = b.obligation(form, village, today, **when)
    page = mobile.start()
    log_in(mobile, f.posting(village, "caller"))
    page.goto(f"/reports/{owed.pk}/fill/")
    installed(page)
    mobile.online(False)
    for field, figure in zip(page.locator("input[data-number]").all(), "7000", strict=False):
        field.fill(figure)
    page.get_by_role("button", name="签名报送").click()
    page.get_by_text("尚未发出").first.wait_for()
    shoot(page, "report-unsent-phone")
    mobile.online(True)
    page.wait_for_url(re.compile(r"/receipt/\?filing=1$"))
    assert Revision.objects.count() == 1
