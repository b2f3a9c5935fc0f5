"""An important situation on its way: a village sends it from a phone, the township signs, the county merges."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from chunfeng.reporting import actions
from chunfeng.reporting.models import Situation
from tests import factories as f

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def places():
    city = f.office("220100000000", line="hrss", name="长春市人力资源和社会保障局")
    county = f.office("220184000000", line="hrss", name="公主岭市人力资源和社会保障局", parent=city)
    town = f.office("220184101000", line="government", name="响水镇人民政府", parent=county)
    villages = [
        f.office(f"2201841012{n:02d}", line="government", name=f"{name}村民委员会", parent=town)
        for n, name in enumerate(["三合", "兴隆", "向阳", "新立"], 1)
    ]
    return city, county, town, villages


def sent(office, minutes_ago: int, **more):
    at = timezone.now() - timedelta(minutes=minutes_ago)
    by = f.actor(office, "caller")
    return actions.report_situation(
        **({"happened_at": at - timedelta(minutes=20), "by": by, "at": at} | more)
    )


def test_a_village_reports_from_a_phone_and_the_township_signs(phone, sign_in, shoot, places):
    _city, _county, town, villages = places
    sign_in(phone, f.posting(villages[0], "caller"))
    phone.goto("/situations/")
    phone.get_by_role("link", name="上报重要情况").click()
    phone.get_by_label("发生了什么").fill("外出返回的三名务工人员同车，均有发热，已要求居家。")
    phone.get_by_label("地点").fill("村口检查点")
    phone.get_by_label("涉及人数").fill("3")
    phone.get_by_label("已采取措施").fill("已测体温，已登记同车人员")
    phone.get_by_label("联系人").fill("演示员 13800000000")
    shoot(phone, "situation-new-phone")
    button = phone.get_by_role("button", name="发送")
    assert button.bounding_box()["height"] >= 44
    button.click()
    phone.get_by_text("已报送响水镇人民政府").wait_for()
    shoot(phone, "situation-sent-phone")
    made = Situation.objects.get()
    assert made.people == 3

    sign_in(phone, f.posting(town))
    phone.goto("/situations/")
    shoot(phone, "situations-waiting-phone")
    phone.get_by_role("button", name="签收").click()
    phone.get_by_text("上报 →").click()
    phone.get_by_label("给上级单位的批注").fill("镇里已派人到场")
    phone.get_by_role("button", name="上报", exact=True).click()
    phone.get_by_text("已报送公主岭市人力资源和社会保障局").wait_for()
    shoot(phone, "situation-passed-phone")
    assert made.hops.count() == 2


def test_without_a_line_it_is_kept_and_arrives_once(phone, sign_in, shoot, places):
    villages = places[3]
    sign_in(phone, f.posting(villages[0], "caller"))
    phone.goto("/situations/new/")
    phone.context.set_offline(True)
    phone.get_by_label("发生了什么").fill("桥断了，救护车过不来")
    phone.get_by_role("button", name="发送").click()
    phone.get_by_text("尚未发出").wait_for()
    shoot(phone, "situation-unsent-phone")
    assert not Situation.objects.exists()
    phone.context.set_offline(False)
    phone.wait_for_url(re.compile(r"/situations/\d+/$"))
    phone.goto("/situations/")
    phone.wait_for_timeout(300)
    assert not phone.get_by_text("尚未发出").is_visible()
    assert Situation.objects.count() == 1


def test_the_county_merges_and_one_hop_is_overdue(desktop, phone, sign_in, shoot, places):
    city, county, town, villages = places
    texts = ("三名返乡人员同车发热", "一名外来务工人员咳嗽，同住五人", "集市两名摊贩发热")
    clerk, officer = f.actor(town), f.actor(county)
    for n, text in enumerate(texts):
        each = sent(villages[n], 80 - n, what=text, place=f"{n + 1}组", people=3 - n, measures="已居家观察")
        at = timezone.now() - timedelta(minutes=70 - n)
        actions.take_in_situation(situation_id=each.pk, by=clerk, at=at)
        actions.pass_on_situation(situation_id=each.pk, by=clerk, at=at, note="情况属实")
        if n < 2:
            actions.take_in_situation(situation_id=each.pk, by=officer, at=at + timedelta(minutes=35))
    sent(villages[3], 200, what="村口检查点与过路司机发生冲突", place="村口", people=6)
    actions.escalate_situations(now=timezone.now())

    sign_in(desktop, f.posting(county))
    desktop.goto("/situations/")
    shoot(desktop, "situations-county")
    desktop.get_by_role("link", name="合并（手中2件）").click()
    for box in desktop.get_by_role("checkbox").all():
        box.check()
    shoot(desktop, "situation-merge-choose")
    desktop.get_by_role("button", name="下一步").click()
    shoot(desktop, "situation-merge-form")
    desktop.get_by_role("button", name="合并上报").click()
    desktop.get_by_text("已报送长春市人力资源和社会保障局").wait_for()
    shoot(desktop, "situation-merged")
    merged = Situation.objects.get(office=county)
    assert merged.merged.count() == 2
    assert merged.people == 5

    above = f.actor(city)
    actions.take_in_situation(situation_id=merged.pk, by=above, at=timezone.now())
    actions.settle_situation(
        situation_id=merged.pk, outcome="均为普通感冒，已排除。", by=above, at=timezone.now()
    )
    sign_in(phone, f.posting(villages[0], "caller"))
    phone.goto(f"/situations/{merged.merged.order_by('pk')[0].pk}/")
    phone.get_by_text("均为普通感冒").wait_for()
    shoot(phone, "situation-chain-phone")

    sign_in(phone, f.posting(villages[3], "caller"))
    phone.goto("/situations/")
    shoot(phone, "situations-silent-phone")
    phone.get_by_role("link", name="越级报送").click()
    phone.get_by_text("越级报送 →").click()
    phone.get_by_label("为什么越级").fill("电话无人接听")
    shoot(phone, "situation-over-phone")
    phone.get_by_role("button", name="越级报送").click()
    phone.get_by_text("已报送公主岭市人力资源和社会保障局").wait_for()
    desktop.goto("/situations/")
    shoot(desktop, "situations-county-later")
