"""The demo's story in a real browser; it also makes the pictures of the README (`make pictures`)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from chunfeng.areas import loading
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.notices.models import Notice
from chunfeng.offices.models import Posting
from chunfeng.reporting.models import Bulletin, Form
from demo import places, setting
from demo.reporting import Reporting
from demo.story import Story

pytestmark = [pytest.mark.journey, pytest.mark.slow]


@pytest.fixture
def told(transactional_db) -> None:
    today = timezone.localdate()
    with translation.override("zh-hans"):
        loading.load(villages_within=places.COUNTY[:6])
        setting.offices(villages=places.COUNTY[:6], on=today, at=timezone.now())
        setting.accounts(since=today - timedelta(days=60), at=timezone.now())
        with scope.applied(SYSTEM):
            Story(today=today, seed=2020, say=lambda text: None).tell()


@pytest.fixture
def reported(told) -> None:
    with translation.override("zh-hans"), scope.applied(SYSTEM):
        Reporting(today=timezone.localdate(), seed=2020, say=lambda text: None).tell()


def of(user: str) -> Posting:
    return Posting.objects.select_related("user", "office").get(user__username=user)


def test_the_story_shows_at_every_desk(told, desktop, phone, sign_in, shoot):
    damaged = Notice.objects.get(number__contains="明电")
    sign_in(desktop, of("province"))
    desktop.goto(f"/notices/{damaged.pk}/review/")
    desktop.get_by_text("及时为务工人员提供健康咨询").first.wait_for()
    desktop.set_viewport_size({"width": 1280, "height": 900})
    shoot(desktop, "story-review")
    desktop.context.clear_cookies()
    sign_in(desktop, of("county"))
    desktop.goto("/desk/")
    desktop.locator("main a", has_text="月").first.wait_for()
    shoot(desktop, "story-desk")
    desktop.context.clear_cookies()
    sign_in(desktop, of("city"))
    notice = Notice.objects.get(number__startswith="长人社演示发")
    desktop.goto(f"/desk/notice/{notice.pk}/matrix/")
    desktop.locator("main table").first.wait_for()
    shoot(desktop, "story-matrix")
    sign_in(phone, of("village"))
    phone.goto("/desk/")
    phone.locator("main a", has_text="报告情况").first.wait_for()
    shoot(phone, "story-phone")
    before = Notice.objects.count(), Posting.objects.count()
    today = timezone.localdate()
    setting.offices(villages=places.COUNTY[:6], on=today, at=timezone.now())
    setting.accounts(since=today, at=timezone.now())
    assert (Notice.objects.count(), Posting.objects.count()) == before, "told again, it changes nothing"


def test_the_reports_show_from_the_village_to_the_bulletin(reported, desktop, phone, sign_in, shoot):
    form = Form.objects.get(code="daily-situation")
    day = timezone.localdate() - timedelta(days=1)
    sign_in(phone, of("village"))
    phone.goto("/reports/")
    phone.locator("main a", has_text="填报").first.wait_for()
    shoot(phone, "story-reports-phone")
    sign_in(desktop, of("county"))
    desktop.goto(f"/reports/form/{form.pk}/?day={day}")
    desktop.locator("main table").first.wait_for()
    desktop.set_viewport_size({"width": 1280, "height": 900})
    shoot(desktop, "story-ledger")
    desktop.context.clear_cookies()
    sign_in(desktop, of("city"))
    desktop.goto(f"/figures/{form.pk}/?first={day}&last={day}")
    desktop.locator("main table").first.wait_for()
    shoot(desktop, "story-figures")
    desktop.context.clear_cookies()
    sign_in(desktop, of("province"))
    issued = Bulletin.objects.filter(state="issued").latest("number")
    desktop.goto(f"/bulletins/{issued.pk}/")
    desktop.get_by_text("数据来源").first.wait_for()
    shoot(desktop, "story-bulletin")
