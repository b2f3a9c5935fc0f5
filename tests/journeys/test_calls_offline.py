"""Calls where there is no line: kept sealed, sent once, gone with the log-out. All people are made up."""

from __future__ import annotations

import hashlib
import json
import random
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.areas.models import Area
from chunfeng.core import crypto, scope
from chunfeng.people import scripts
from chunfeng.people.actions import syncing
from chunfeng.people.models import CallItem, Campaign, ContactRecord, Fact, FollowUp, Person
from chunfeng.people.scripts import library
from chunfeng.web.phone import worker
from tests import factories as f
from tests.journeys.line import STORES, Line, Phone, installed, log_in, stored, unsent, until
from tests.people import builders, calling

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NAMES = [f"测试{first}{second}" for first in "甲乙丙丁戊" for second in "一二三四五"]
NUMBERS = [f"1380000{n:04}" for n in range(len(NAMES))]


VILLAGES = {
    builders.NEAR: "测试市",
    "220184100000": "测试镇",
    builders.VILLAGE: "测试村",
    "420000000000": "测试江省",
    "420100000000": "测试江城",
}


@pytest.fixture
def scene():
    """A village with a caller, a round of its county, twenty-five people on the list."""
    for code, name in VILLAGES.items():
        level = codes.level(code)
        Area.objects.create(
            code=code, name=name, level=level, kind="town", parent_code=codes.ancestors(code)[-1],
            valid_from=date(2019, 1, 1), source="测试",
        )  # fmt: skip
    county, village = (
        f.office(builders.NEAR, name="测试市就业服务局"),
        f.office(builders.VILLAGE, name="测试村委会"),
    )
    data = builders.dataset(county)
    campaign = calling.campaign(county, data, name="返乡人员电话摸排")
    by = f.actor(county)
    for name, number in zip(NAMES, NUMBERS, strict=True):
        person = builders.person(
            by, data, name=name, sex="m", phones=(number,), employer="测试电子厂", work_area="420100000000",
            birth=date(1985, 3, 1),
        )  # fmt: skip
        calling.item(campaign, person, village)
    return f.posting(village, "caller")


@pytest.fixture
def line(live_server):
    made = Line(live_server.url)
    yield made
    made.close()


@pytest.fixture
def mobile(chromium, program, line):
    made = Phone(chromium, program, line)
    yield made
    made.close()
    assert not made.problems, f"the browser complained: {made.problems}"


def open_list(page) -> None:
    page.goto("/census/calls/")
    page.get_by_text(re.compile(r"共\d+人")).wait_for()


def begin(phone: Phone, posting):
    """The caller has opened the list once, with a line."""
    page = phone.start()
    log_in(phone, posting)
    open_list(page)
    installed(page)
    return page


STILL_AWAY = ("仍在外地", "没有症状", "没有")
SAVE = "保存，下一位"


def call(page, *taps: str) -> None:
    """Tap through one call whose page is open, and save it."""
    name = page.locator(".ph-call h1").inner_text()
    for tap in taps:
        page.get_by_role("button", name=tap, exact=True).click()
    page.get_by_role("button", name=SAVE).click()
    page.locator(".ph-call h1").filter(has_not_text=name).or_(page.locator(".ph-filter")).wait_for()


def nothing_readable(page) -> None:
    text = stored(page)
    for secret in (*NAMES, *NUMBERS, "测试电子厂", "仍在外地", "看望老人"):
        assert secret not in text, f"{secret} lies in the clear"


def test_twenty_calls_without_a_line_survive_a_kill_and_arrive_once(mobile, scene, shoot):
    page = begin(mobile, scene)
    shoot(page, "calls-list-phone")
    mobile.online(False)
    page.get_by_role("link", name="拨打：").click()
    shoot(page, "calls-call-phone")
    dial = page.get_by_role("link", name="138 0000 0000")
    assert dial.get_attribute("href") == "tel:13800000000"
    assert dial.bounding_box()["height"] >= 48
    for n in range(18):
        call(page, *STILL_AWAY)
        assert unsent(page) == n + 1
    page.get_by_role("button", name="已返乡").click()
    shoot(page, "calls-said-phone")
    call(page, "今天", "发热", "没有")
    page.get_by_role("button", name="无人接听").click()
    page.get_by_label("备注").fill("看望老人，晚上再打")
    call(page)
    assert unsent(page) == 20
    page.get_by_role("button", name="仍在外地").click()  # half a call
    nothing_readable(page)
    mobile.kill()

    page = mobile.start(online=False)
    open_list(page)
    assert unsent(page) == 20
    page.get_by_text("当前没有网络").wait_for()
    page.get_by_role("link", name="继续：测试戊一").wait_for()
    assert page.locator(".ph-people li").count() == 5
    shoot(page, "calls-list-offline-phone")
    page.locator(".ph-unsent").click()
    page.get_by_role("heading", name="未发送").wait_for()
    assert page.locator("#page .card").count() == 20
    shoot(page, "calls-unsent-phone")
    assert not ContactRecord.objects.exists()

    # the session ended with the browser: the answers wait for the same user's log-in
    mobile.online(True)
    page.get_by_text("您登记的20项").wait_for()
    shoot(page, "calls-log-in-phone")
    log_in(mobile, scene)
    # the server takes the answers, but its own answer is lost on the way
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/census/sync/", lose)
    open_list(page)
    until(page, lambda: unsent(page) == 20)
    page.locator(".ph-unsent").click()
    page.get_by_role("button", name="立即发送").click()
    page.get_by_text("已全部发送").wait_for()
    assert lost == [200]
    assert ContactRecord.objects.count() == 20
    assert CallItem.objects.filter(state="done").count() == 19
    retry = CallItem.objects.get(state="retry")
    assert (retry.attempts, retry.contacts.get().note) == (1, "看望老人，晚上再打")
    assert FollowUp.objects.filter(reason="symptoms").count() == 1
    assert ContactRecord.objects.filter(branch="symptoms").count() == 1

    # nothing is left to send, and sending again adds nothing
    page.reload()
    page.get_by_text("已全部发送").wait_for()
    assert ContactRecord.objects.count() == 20


def test_log_out_asks_first_and_leaves_nothing(mobile, scene, shoot):
    page = begin(mobile, scene)
    mobile.online(False)
    page.get_by_role("link", name="拨打：").click()
    call(page, *STILL_AWAY)
    assert stored(page).count('"extractable": false') == 1
    page.locator("details.me summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("button", name="发送后退出").click()
    page.get_by_text("未能发送").wait_for()
    shoot(page, "calls-leave-phone")
    page.get_by_role("button", name="暂不退出").click()
    assert unsent(page) == 1
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("button", name="放弃未发内容并退出").click()
    page.get_by_text("本机不再保存任何内容").wait_for()
    held = page.evaluate(STORES)
    assert held["all"] == {"keys": [], "now": [], "sealed": []}
    assert set(held["local"]) == {"chunfeng.leaving"}

    # the session itself ends with the line, before anything is fetched again
    mobile.online(True)
    page.goto("/census/calls/")
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate(STORES)["all"] == {"keys": [], "now": [], "sealed": []}
    page.goto("/desk/")
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate("localStorage.length") == 0
    assert not ContactRecord.objects.exists()


def test_log_out_of_any_page_sends_first(mobile, scene):
    page = begin(mobile, scene)
    mobile.online(False)
    page.get_by_role("link", name="拨打：").click()
    call(page, *STILL_AWAY)
    page.route("**/census/sync/", lambda route: route.abort())
    mobile.online(True)
    page.goto("/accounts/posting/")  # a page that knows nothing of calls
    page.locator("details.me summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("heading", name="还有未发送的内容").wait_for()
    page.unroute("**/census/sync/")
    page.get_by_role("button", name="发送后退出").click()
    page.wait_for_url("**/accounts/login/**")
    assert ContactRecord.objects.count() == 1
    assert page.evaluate(STORES)["all"] == {"keys": [], "now": [], "sealed": []}


def test_another_user_of_the_phone_reads_nothing(mobile, scene, shoot):
    page = begin(mobile, scene)
    mobile.online(False)
    page.get_by_role("link", name="拨打：").click()
    call(page, *STILL_AWAY)
    other = f.posting(f.office(builders.FAR_VILLAGE, name="另一个测试村"), "caller")
    page.route("**/census/sync/", lambda route: route.abort())
    mobile.online(True)
    log_in(mobile, other)
    page.goto("/census/calls/")
    page.get_by_text("名单为空").wait_for()
    assert unsent(page) == 0
    nothing_readable(page)
    text = stored(page)
    held = json.loads(text)["all"]
    assert {each["user"]: "key" in each for each in held["keys"]} == {
        scene.user_id: False,
        other.user_id: True,
    }
    assert [each["kind"] for each in held["sealed"] if each["user"] == scene.user_id] == ["entry"]
    assert NAMES[0] not in page.content()

    page.unroute("**/census/sync/")
    log_in(mobile, scene)
    open_list(page)
    until(page, lambda: ContactRecord.objects.exists() and unsent(page) == 0)
    assert ContactRecord.objects.get().by_name == scene.user.name


def test_a_session_that_is_over_shuts_the_store_until_the_same_user_is_back(mobile, scene):
    page = begin(mobile, scene)
    mobile.online(False)
    page.get_by_role("link", name="拨打：").click()
    call(page, *STILL_AWAY)
    mobile.context.clear_cookies(name="sessionid")
    mobile.online(True)
    page.get_by_text("您登记的1项").wait_for()
    # the call under way is not lost, and sealed as well
    call(page, *STILL_AWAY)
    assert unsent(page) == 2
    assert "extractable" not in stored(page)
    page.get_by_role("link", name="登录").click()
    page.wait_for_url("**/accounts/login/?next=**")
    mobile.online(False)
    page.goto("/census/calls/")
    page.get_by_text("本机还没有名单").wait_for()
    mobile.online(True)
    log_in(mobile, scene)
    open_list(page)
    until(page, lambda: ContactRecord.objects.count() == 2 and unsent(page) == 0)


def test_what_somebody_else_answered_is_told_calmly(mobile, scene, shoot):
    page = begin(mobile, scene)
    mobile.online(False)
    page.get_by_role("link", name="拨打：").click()
    call(page, *STILL_AWAY)
    call(page, *STILL_AWAY)
    first, second = CallItem.objects.order_by("pk")[:2]
    other = f.actor(scene.office, "caller")
    with scope.applied(other):
        ill = calling.entry(first, calling.ILL, at=timezone.now().isoformat())
        syncing.sync(entries=[ill], by=other, at=timezone.now())
    Campaign.objects.update(state="draft")  # nothing more is taken for now
    mobile.online(True)
    page.get_by_text("有2项未被接收").wait_for()
    Campaign.objects.update(state="running")
    page.locator(".ph-unsent").click()
    shoot(page, "calls-refused-phone")
    page.get_by_role("button", name="重新发送").first.click()
    page.get_by_text("两人都登记了").wait_for()
    shoot(page, "calls-conflict-phone")
    assert page.get_by_text("已先行答复").is_visible()
    page.get_by_role("button", name="知道了").click()
    page.get_by_role("button", name="放弃", exact=True).click()
    page.get_by_role("button", name="确定放弃？").click()
    page.get_by_text("已全部发送").wait_for()
    first.refresh_from_db()
    assert first.state == "contested"
    assert ContactRecord.objects.filter(item=first).count() == 2
    assert not ContactRecord.objects.filter(item=second).exists()


def test_time_that_passes_is_seen(mobile, scene, shoot):
    """After a day a warning, after three the list goes; the answers stay until the same user is back."""
    page = begin(mobile, scene)
    mobile.online(False)
    page.get_by_role("link", name="拨打：").click()
    call(page, *STILL_AWAY)
    page.clock.set_fixed_time(timezone.now() + timedelta(hours=25))
    page.reload()
    page.get_by_text("超过一天未发送").wait_for()
    shoot(page, "calls-old-phone")
    page.clock.set_fixed_time(timezone.now() + timedelta(hours=73))
    page.goto("/census/calls/")
    page.get_by_text("本机还没有名单").wait_for()
    assert "extractable" not in stored(page)
    mobile.online(True)
    page.reload()
    until(page, lambda: ContactRecord.objects.count() == 1)


def test_another_key_of_the_installation_loses_nothing(mobile, scene, monkeypatch):
    page = begin(mobile, scene)
    mobile.online(False)
    page.get_by_role("link", name="拨打：").click()
    call(page, *STILL_AWAY)
    before = page.evaluate(STORES)["all"]["keys"]
    page.route("**/census/sync/", lambda route: route.abort())
    monkeypatch.setattr(crypto, "derived", lambda purpose: hashlib.sha256(purpose.encode()).digest())
    mobile.online(True)
    open_list(page)
    until(page, lambda: page.evaluate(STORES)["all"]["keys"] != before)
    page.reload()
    until(page, lambda: unsent(page) == 1)
    page.locator(".ph-unsent").click()
    page.locator("#page .card").get_by_text(NAMES[0]).wait_for()
    page.unroute("**/census/sync/")
    until(page, lambda: ContactRecord.objects.count() == 1)


def test_a_new_version_takes_over_between_calls(mobile, scene, monkeypatch):
    page = begin(mobile, scene)
    page.get_by_role("link", name="拨打：").click()
    page.get_by_role("button", name="仍在外地").click()
    monkeypatch.setattr(worker, "version", lambda: "another")
    page.evaluate("navigator.serviceWorker.getRegistration().then((each) => each.update())")
    until(
        page,
        lambda: page.evaluate(
            "navigator.serviceWorker.getRegistration().then((each) => Boolean(each.waiting))"
        ),
    )
    for tap in STILL_AWAY[1:]:  # the call goes on with the files it began with
        page.get_by_role("button", name=tap, exact=True).click()
    assert "chunfeng-another" in page.evaluate("caches.keys()")
    page.get_by_role("button", name=SAVE).click()
    until(page, lambda: ContactRecord.objects.count() == 1)
    page.get_by_role("link", name="名单").click()
    until(page, lambda: page.evaluate("caches.keys()") == ["chunfeng-another"])
    page.get_by_role("link", name="拨打：").wait_for()


def test_the_worker_leaves_everything_else_alone(mobile, scene):
    page = begin(mobile, f.posting(scene.office))  # an officer, who may export
    kept = set(page.evaluate(STORES)["cached"])
    page.goto("/people/")
    with page.expect_download() as caught:
        page.evaluate("location.assign('/people/?export=xlsx')")
    assert caught.value.suggested_filename.endswith(".xlsx")
    page.goto("/accounts/login/?next=/desk/")
    assert page.url.endswith("/desk/")
    assert set(page.evaluate(STORES)["cached"]) == kept
    assert not [path for path in kept if not path.startswith(("/static/", "/phone/", "/census/calls/"))]
    mobile.online(False)
    with pytest.raises(Exception, match="ERR_"):  # the browser's own page, not one of ours
        page.goto("/people/")


def test_the_phone_asks_as_the_server_does(desktop, scene):
    """Every way through every shipped script: the same questions, in the same order, the same end."""
    desktop.goto("/census/calls/")
    chance = random.Random(20200201)
    cases = []
    for script in library.scripts():
        for _n in range(60):
            answers: dict = {}
            found = scripts.walk(script, answers)
            while found.missing and chance.random() < 0.95:
                question = found.missing[0]
                value = {
                    "one": lambda q=question: chance.choice(q.answers).code,
                    "many": lambda q=question: [chance.choice(q.answers).code],
                    "text": lambda: "测试",
                    "number": lambda q=question: q.least or 1,
                    "date": lambda: "2020-02-03",
                    "area": lambda: "420100000000",
                }[question.kind]()
                answers[question.code] = value
                found = scripts.walk(script, answers)
            told = {
                **answers,
                **{q.code: None for q in script.questions if not q.required and q.code not in answers},
            }
            path = [step.question.code for step in found.path]
            ask = found.missing[0].code if found.missing else None
            cases.append([script.code, told, answers, path, ask])
    wrong = desktop.evaluate(
        """async ([scripts, cases]) => {
          const { walk, answered } = await import("/phone/js/script.js");
          return cases.filter(([code, told, answers, way, ask]) => {
            const { path, next } = walk(scripts[code], told);
            const said = path.filter((step) => step.given !== null).map((step) => step.question.code);
            return JSON.stringify(said) !== JSON.stringify(way) || (next?.code ?? null) !== ask
              || JSON.stringify(Object.keys(answered(path))) !== JSON.stringify(way);
          });
        }""",
        [{each.code: scripts.dump(each) for each in library.scripts()}, cases],
    )
    assert wrong == []


def test_a_place_is_chosen_without_a_line(mobile, scene, shoot):
    CallItem.objects.all().delete()
    first = Campaign.objects.get()
    asked = calling.campaign(first.office, first.dataset, code="travel-intention-call", name="外出意愿摸排")
    calling.item(asked, Person.objects.order_by("pk")[0], scene.office)
    page = begin(mobile, scene)
    until(page, lambda: '"kind": "places"' in stored(page))
    mobile.online(False)
    page.get_by_role("link", name="拨打：").click()
    page.get_by_role("button", name="打算外出").click()
    page.get_by_label("打算去哪里？").select_option(label="测试江省")
    page.get_by_label("城市").select_option(label="测试江城")
    shoot(page, "calls-place-phone")
    page.get_by_role("button", name="继续").click()
    page.get_by_text("测试江城").last.wait_for()
    call(page, "不需要工作", "没有症状")
    mobile.online(True)
    until(page, lambda: ContactRecord.objects.exists())
    fact = Fact.objects.get(kind="intention")
    assert (fact.value, fact.place) == ("leaves", "420100000000")


def test_on_a_desk(desktop, sign_in, scene, shoot):
    sign_in(desktop, scene)
    open_list(desktop)
    shoot(desktop, "calls-list")
    desktop.get_by_role("link", name="拨打：").click()
    desktop.get_by_role("button", name="已返乡").click()
    shoot(desktop, "calls-call")
    desktop.get_by_role("button", name="稍后再打").click()
    desktop.get_by_role("button", name="明天上午9点").click()
    shoot(desktop, "calls-later")
    desktop.get_by_role("button", name=SAVE).click()
    until(desktop, lambda: CallItem.objects.filter(state="retry").exists())
    item = CallItem.objects.get(state="retry")
    assert timezone.localtime(item.next_at).hour == 9
    desktop.set_viewport_size({"width": 360, "height": 740})
    desktop.get_by_role("button", name="稍后再打").click()
    shoot(desktop, "calls-later-phone")


def test_plain_http_keeps_sealed_in_an_open_page_and_says_so(chromium, program, line, scene, settings, shoot):
    settings.ALLOWED_HOSTS = ["*"]
    phone = Phone(chromium, program, line, host="chunfeng.test")
    try:
        page = phone.start()
        log_in(phone, scene)
        open_list(page)
        assert not page.evaluate("isSecureContext")
        assert page.evaluate("navigator.serviceWorker === undefined && crypto.subtle === undefined")
        page.get_by_text("未启用加密连接").wait_for()
        shoot(page, "calls-plain-http-phone")
        phone.online(False)
        page.get_by_role("link", name="拨打：").click()
        call(page, *STILL_AWAY)
        call(page, *STILL_AWAY)
        assert unsent(page) == 2
        text = page.evaluate(STORES.replace("value instanceof CryptoKey", "false"))
        assert {each["kind"] for each in text["all"]["sealed"]} == {"entry", "pack"}
        assert all("key" not in each for each in text["all"]["keys"])
        assert not any(secret in json.dumps(text, ensure_ascii=False) for secret in (*NAMES, *NUMBERS))

        # even a killed browser loses nothing: the server opens it again for the same user
        phone.kill()
        page = phone.start()
        page.route("**/census/sync/", lambda route: route.abort())
        log_in(phone, scene)
        open_list(page)
        assert unsent(page) == 2
        page.unroute("**/census/sync/")
        page.locator(".ph-unsent").click()  # by itself, some seconds later
        page.get_by_text("已全部发送").wait_for()
        assert ContactRecord.objects.count() == 2
        assert not phone.problems
    finally:
        phone.close()
