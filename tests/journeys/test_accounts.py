"""Coming in for the first time, and the rooms of the three administrators, in a real browser."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django_otp.oath import totp

from chunfeng.core import queries
from chunfeng.offices.models import Posting
from tests import factories

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
COUNTY, TOWNSHIP = "220104000000", "220104001000"
PASSWORD = "correct horse 77"


@pytest.fixture
def bureau():
    return factories.office(COUNTY, name="朝阳区就业服务局")


def fill_in(page, user, password=PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def test_first_log_in_on_a_phone(phone, shoot, bureau, settings):
    """One-time password, own password, second factor, choice of posting: nothing can be skipped."""
    settings.REQUIRE_TOTP = True
    person = factories.posting(bureau, "leader")
    town = factories.office(TOWNSHIP, name="桂林街道人力资源和社会保障所")
    Posting.objects.create(
        user=person.user, office=town, area_code=TOWNSHIP, role="officer", valid_from=date(2020, 1, 1)
    )
    person.user.must_change_password = True
    person.user.save()
    page = phone
    page.goto("/")
    shoot(page, "login-phone")
    fill_in(page, person.user, "wrong")
    shoot(page, "login-wrong-phone")
    fill_in(page, person.user)
    page.get_by_label("新密码", exact=True).fill("zi ji de mi ma 9")
    page.get_by_label("再次输入新密码").fill("zi ji de mi ma 9")
    shoot(page, "login-password-phone")
    page.get_by_role("button").first.click()
    page.get_by_role("button", name="显示密钥").click()
    page.locator(".qr svg").wait_for()
    shoot(page, "login-second-factor-phone")
    device = queries.waiting_second_factor(person.user)
    page.locator("input[name=code]").fill(f"{totp(device.bin_key):06d}")
    page.get_by_role("button", name="确认").click()
    page.locator(".codes").wait_for()
    shoot(page, "login-backup-codes-phone")
    page.get_by_role("link", name="已妥善保存").click()
    page.goto("/accounts/posting/")
    shoot(page, "posting-phone")
    page.get_by_role("button", name="切换到此").click()
    page.goto("/accounts/sessions/")
    assert town.name in page.locator(".me").inner_text()
    shoot(page, "sessions-phone")


def test_five_failures_lock(desktop, shoot, bureau):
    person = factories.posting(bureau)
    shot = desktop
    shot.goto("/accounts/login/")
    shoot(shot, "login-desktop")
    for _ in range(5):
        fill_in(shot, person.user, "wrong")
    assert "30" in shot.locator("main").inner_text()
    shoot(shot, "login-locked-desktop")


def test_own_account(desktop, phone, sign_in, shoot, bureau):
    person = factories.posting(bureau)
    for page, size in ((desktop, "desktop"), (phone, "phone")):
        sign_in(page, person)
        page.goto("/accounts/tokens/")
        page.get_by_label("用途").fill("区级数据平台")
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="创建令牌").click()
        page.locator(".key code").wait_for()
        shoot(page, f"tokens-{size}")
        page.goto("/accounts/password/")
        shoot(page, f"password-{size}")
        page.goto("/accounts/second-factor/")
        if size == "desktop":  # the phone finds it waiting
            page.get_by_role("button", name="设置").click()
        page.locator(".qr svg").wait_for()
        shoot(page, f"second-factor-{size}")


def test_rooms_of_the_administrators(desktop, phone, sign_in, shoot, bureau, client):
    town = factories.office(TOWNSHIP, name="桂林街道人力资源和社会保障所")
    people = [factories.posting(town, role) for role in ("caller", "officer", "officer", "leader")]
    for n, name in enumerate(("王小燕", "李建国", "赵敏", "孙立军")):
        people[n].user.name = name
        people[n].user.save()
    for _ in range(5):
        client.post(reverse("login"), {"username": people[1].user.username, "password": "wrong"})
    client.post(reverse("login"), {"username": people[0].user.username, "password": PASSWORD})
    system, security = factories.posting(bureau, "system_admin"), factories.posting(bureau, "security_admin")
    audit = factories.posting(bureau, "audit_admin")
    for page, size in ((desktop, "desktop"), (phone, "phone")):
        sign_in(page, system)
        page.goto("/accounts/people/")
        shoot(page, f"accounts-{size}")
        page.goto("/accounts/people/new/")
        page.get_by_label("姓名").fill("周立新")
        page.get_by_label("用户名").fill(f"zhoulixin-{size}")
        page.get_by_label("单位").fill("朝阳" if size == "phone" else "人力资源")
        page.get_by_label("角色").select_option("officer")
        page.get_by_role("button", name="建立账号").click()
        page.locator(".key code").wait_for()
        shoot(page, f"account-new-{size}")
        page.goto(f"/accounts/people/{people[1].user_id}/")
        shoot(page, f"account-{size}")
        sign_in(page, security)
        page.goto("/security/")
        shoot(page, f"security-{size}")
        page.goto(f"/security/{people[0].user_id}/")
        shoot(page, f"security-person-{size}")
        sign_in(page, audit)
        page.goto("/audit/")
        shoot(page, f"audit-{size}")
        page.locator("table.list tbody a").first.click()
        shoot(page, f"audit-event-{size}")
        page.goto("/audit/keeping/")
        shoot(page, f"audit-keeping-{size}")


def test_the_documentation_of_the_api(desktop, sign_in, shoot, bureau):
    """Swagger from our own files, under the strict policy, with a request that works."""
    sign_in(desktop, factories.posting(bureau))
    desktop.goto("/api/v1/docs")
    desktop.locator(".opblock").first.wait_for()
    shoot(desktop, "api-docs-desktop")
    assert desktop.locator(".opblock").count() == 18
