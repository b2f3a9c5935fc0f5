"""County accepts and hands on; a township reports from a phone; the county sees it in the matrix."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chunfeng.core.actor import SYSTEM
from chunfeng.notices.models import Clause, Duty
from chunfeng.tasking import actions
from chunfeng.tasking.models import Task
from tests import factories as f
from tests.tasking.builders import CITY, COUNTIES, TOWNSHIP, send

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
DUTIES = [
    ("一、", "对本地在外务工返乡人员逐户登记造册，2月1日前完成。", "逐户登记返乡务工人员并造册", -2, ""),
    ("二、", "每日16时前报送返岗意愿摸底情况，实行零报告。", "报送返岗意愿摸底情况（零报告）", 0, "day"),
    (
        "三、",
        "各地要为集中返岗人员开具健康证明，2月20日前完成首批核发。",
        "为集中返岗人员开具健康证明",
        3,
        "",
    ),
    ("四、", "及时发布重点企业用工需求信息，组织网络招聘。", "发布重点企业用工需求，组织网络招聘", None, ""),
    ("五、", "摸清辖区内春节期间开工企业数、用工数，建立台账。", "摸清开工企业数和用工数，建立台账", 10, ""),
]


@pytest.fixture
def scene():
    """A made-up city, its counties and townships, and one notice with five duties."""
    city = f.office(CITY, name="春申市就业服务局", short_name="春申市就业局")
    names = ["东河区", "南岗区", "西岭县"]
    counties = [
        f.office(code, parent=city, name=f"{name}就业服务中心", short_name=name)
        for code, name in zip(COUNTIES, names, strict=True)
    ]
    townships = [
        f.office(f"220102{n}000", parent=counties[0], name=f"{name}人社服务所", short_name=name)
        for n, name in ((101, "柳树镇"), (102, "青石镇"), (103, "白沙乡"), (104, "红旗街道"))
    ]
    assert townships[0].area_code == TOWNSHIP
    notice = f.notice(
        city, duties=0, state="issued", issued_at=timezone.now(),
        title="关于做好返乡务工人员登记和有序返岗工作的通知", number="春申人社发〔2020〕7号",
        text="\n".join(label + quote for label, quote, *_ in DUTIES),
    )  # fmt: skip
    notice.clauses.all().delete()
    today = timezone.localdate()
    begin = 0
    for n, (label, quote, action, days, every) in enumerate(DUTIES):
        text = label + quote
        clause = Clause.objects.create(
            notice=notice,
            ident=str(n + 1),
            label=label,
            text=text,
            start=begin,
            end=begin + len(text),
            position=n,
        )
        begin += len(text) + 1
        Duty.objects.create(
            notice=notice, clause=clause, quote=quote, force="must", action=action, position=n,
            state="confirmed",
            due_on=None if days is None or every else today + timedelta(days=days), every=every,
            deadline_text="及时" if days is None else "",
        )  # fmt: skip
    send(notice, counties)
    actions.assign(notice=notice, by=SYSTEM, at=timezone.now() - timedelta(days=3))
    actions.chase(now=timezone.now().astimezone(timezone.get_current_timezone()).replace(hour=9))
    return notice, city, counties, townships


def test_from_county_desk_to_township_phone_and_back(scene, desktop, phone, sign_in, shoot, tmp_path):
    notice, _city, counties, townships = scene
    sign_in(desktop, f.posting(counties[0]))
    desktop.goto("/desk/")
    shoot(desktop, "desk-county")
    desktop.get_by_role("link", name="逐户登记返乡务工人员").first.click()
    desktop.locator("form.accept button").click()
    desktop.locator("details.act.wide > summary").click()
    desktop.locator(".pick-tools input").fill("镇")
    desktop.locator(".pick-tools button").click()
    shoot(desktop, "task-delegate")
    desktop.locator("details.act.wide textarea").fill("今天下班前报完，没有返乡人员也要报。")
    desktop.locator("details.act.wide form > button[type=submit]").click()
    desktop.locator(".flash.success").wait_for()
    shoot(desktop, "task-county")
    assert Task.objects.filter(office__in=townships).count() == 2

    sign_in(phone, f.posting(townships[0], "caller"))
    phone.goto("/desk/")
    shoot(phone, "desk-township-phone")
    phone.get_by_role("link", name="逐户登记返乡务工人员").last.click()
    shoot(phone, "task-township-phone")
    evidence = tmp_path / "柳树镇返乡人员登记表.txt"
    evidence.write_text("登记 126 人，其中拟返岗 88 人。", encoding="utf-8")
    phone.locator("form.report textarea").fill("6个村全部登记完毕，共126人。")
    phone.locator("input[type=file]").set_input_files(str(evidence))
    phone.locator("form.report button").click()
    phone.locator(".flash.success").wait_for()
    shoot(phone, "task-township-done-phone")
    assert Task.objects.get(office=townships[0]).state == "done"

    desktop.goto(f"/desk/notice/{notice.pk}/matrix/")
    cell = desktop.locator("a.cell.done")
    assert cell.count() == 1
    shoot(desktop, "matrix-county")
    cell.click()
    desktop.get_by_text("柳树镇返乡人员登记表.txt").wait_for()
    with desktop.expect_download() as download:
        desktop.get_by_text("柳树镇返乡人员登记表.txt").click()
    assert "126" in download.value.path().read_text(encoding="utf-8")


def test_the_city_looks_for_who_is_behind(scene, desktop, phone, sign_in, shoot):
    notice, city, counties, _townships = scene
    for task in Task.objects.filter(office=counties[1])[:2]:
        actions.report_done(
            task=task, text="已完成", files=[], period="", key="", by=f.actor(counties[1]), at=timezone.now()
        )
    returned = Task.objects.filter(office=counties[1], state="done").first()
    actions.send_back(task=returned, reason="缺少两个镇", by=f.actor(city), at=timezone.now())
    leader = f.posting(city, "leader")
    sign_in(desktop, leader)
    desktop.goto(f"/desk/notice/{notice.pk}/matrix/")
    shoot(desktop, "matrix-city")
    desktop.locator("a[href$='/behind/']").click()
    shoot(desktop, "behind-city")
    desktop.locator("form[action$='/remind/'] button").first.click()
    desktop.locator(".flash.success").wait_for()
    sign_in(phone, leader)
    phone.goto(f"/desk/notice/{notice.pk}/matrix/")
    shoot(phone, "matrix-city-phone")
    phone.goto(f"/desk/notice/{notice.pk}/behind/")
    shoot(phone, "behind-city-phone")


def test_inbox_addresses_and_issues(scene, desktop, phone, sign_in, shoot):
    _notice, city, counties, _townships = scene
    sign_in(desktop, f.posting(counties[0], "leader"))
    task = Task.objects.filter(office=counties[0]).first()
    desktop.goto(f"/desk/issues/new/?task={task.pk}")
    desktop.locator("textarea[name=problem]").fill("返乡人员登记需要公安部门提供卡口数据，本区无法取得。")
    shoot(desktop, "issue-new")
    desktop.locator("select[name=owner]").select_option(str(city.pk))
    desktop.locator("form.panel > button[type=submit]").click()
    desktop.locator(".flash.success").wait_for()
    shoot(desktop, "issue")
    desktop.goto("/desk/issues/")
    shoot(desktop, "issues")
    desktop.goto("/desk/channels/")
    desktop.locator("input[name=address]").fill("desk@example.org")
    desktop.locator("section.add button").click()
    shoot(desktop, "channels")
    desktop.goto("/desk/inbox/")
    shoot(desktop, "inbox")
    sign_in(phone, f.posting(counties[0]))
    for name, url in (
        ("inbox-phone", "/desk/inbox/"),
        ("issues-phone", "/desk/issues/"), ("issue-new-phone", "/desk/issues/new/"),
        ("channels-phone", "/desk/channels/"), ("desk-county-phone", "/desk/"),
        ("task-county-phone", f"/desk/task/{task.pk}/"),
    ):  # fmt: skip
        phone.goto(url)
        shoot(phone, name)
