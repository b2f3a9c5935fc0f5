"""Travel advice in a browser, from the ledger to the gateway's receipt; the ledgers; a registration granted."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chunfeng.api.messages import signature
from chunfeng.areas.models import BEGINNING, Area
from chunfeng.people import actions, outbox
from chunfeng.people.actions import mailings, requests
from chunfeng.people.actions.follow_ups import open_follow_up
from chunfeng.people.messaging import library
from chunfeng.people.models import Mailing, MessageTemplate, OptOut, PersonMessage, Registration
from tests import factories as f
from tests.people.gateway import serving
from tests.people.isolating import hit

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COUNTY, TOWN = "220184000000", "220184101000"
VILLAGES = ("220184101201", "220184101202", "220184101203")
NAMES = ("三合村", "兴隆村", "向阳村")
SEA, SEA_CITY, EAST, HIT_CITY = "440000000000", "440300000000", "310000000000", "420100000000"


@pytest.fixture
def areas():
    rows = [
        ("220000000000", "吉林省", 1, "province", "000000000000"),
        ("220100000000", "长春市", 2, "city", "220000000000"),
        (COUNTY, "公主岭市", 3, "county_city", "220100000000"), (TOWN, "响水镇", 4, "town", COUNTY),
        *((code, name, 5, "villagers", TOWN) for code, name in zip(VILLAGES, NAMES, strict=True)),
        (SEA, "广东省", 1, "province", "000000000000"), (SEA_CITY, "深圳市", 2, "city", SEA),
        ("440100000000", "广州市", 2, "city", SEA), (EAST, "上海市", 1, "municipality", "000000000000"),
        ("420000000000", "湖北省", 1, "province", "000000000000"), (HIT_CITY, "武汉市", 2, "city", "420000000000"),
    ]  # fmt: skip
    Area.objects.bulk_create(
        [
            Area(code=c, name=n, level=level, kind=kind, parent_code=up, valid_from=BEGINNING, source="made up")
            for c, n, level, kind, up in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip


@pytest.fixture
def county(areas):
    return f.office(COUNTY, line="hrss", name="公主岭市人力资源和社会保障局")


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def people(by, county):
    """Twelve made-up people: where they work, what they want, whether a job is settled."""
    held = actions.make_dataset(
        name="2020年春节返乡务工人员登记", purpose="掌握返乡务工人员去向，做好返岗服务",
        source="测人社明电〔2020〕1号 第三条", by_duty=False, keep_until=timezone.localdate() + timedelta(180),
        by=by, at=timezone.now(),
    )  # fmt: skip
    hit(county, valid_from=timezone.localdate() - timedelta(20), source="测人社明电〔2020〕1号 第二条")
    wishes = [(SEA_CITY, "has_job"), (SEA_CITY, "has_job"), (SEA_CITY, "no_job"), ("440100000000", ""),
              (EAST, "has_job"), (EAST, "no_job"), ("", "")]  # fmt: skip
    made = []
    for n, name in enumerate(
        (
            "王建国",
            "王秀兰",
            "李晓红",
            "欧阳春梅",
            "赵强",
            "孙丽",
            "周勇",
            "吴芳",
            "郑伟",
            "冯静",
            "陈刚",
            "褚燕",
        )
    ):
        work = HIT_CITY if n in (7, 8, 9) else SEA_CITY if n < 4 else ""
        person = actions.add_person(
            dataset=held,
            values={"name": name, "area_code": VILLAGES[n % 3], "work_area": work,
                    "employer": "演示电子厂" if work else ""},
            phones=[f"1541234{5600 + n}"] if n != 3 else [], by=by, at=timezone.now(),
        )  # fmt: skip
        made.append(person)
        if n < len(wishes):
            place, job = wishes[n]
            say(person, "intention", "leaves", by, place)
            if job:
                say(person, "job", job, by)
        if n in (8, 9):
            say(person, "return", "returned", by)
    return made


def say(person, kind, value, by, place=""):
    actions.state_fact(
        person=person, kind=kind, value=value, said="self", on=timezone.localdate(), place=place, by=by,
        at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def templates(by):
    actions.take_shipped(codes=[each.code for each in library.templates()], by=by, at=timezone.now())
    actions.add_template(
        values={"name": "外出务工提示（往广东）", "occasion": "travel", "channel": "sms", "destination": SEA,
                "text": "{姓名}您好，您计划前往{目的地}务工。到达后请先向社区登记。包车报名请联系{单位}{电话}",
                "source": "测人社明电〔2020〕1号 第五条"},
        by=by, at=timezone.now(),
    )  # fmt: skip


def test_travel_advice_goes_out_and_comes_back_delivered(
    desktop, phone, sign_in, shoot, settings, county, people, templates, by
):
    settings.WEBHOOK_LOOPBACK = True
    actions.decline(person=people[1], channel="sms", source="来电说明", by=by, at=timezone.now())
    officer = f.posting(county, title="就业科科长")
    sign_in(desktop, officer)
    sign_in(phone, officer)
    with serving() as gateway:
        settings.MESSAGE_GATEWAYS = {
            "sms": {
                "url": gateway.url,
                "taken": "code=0",
                "reference": "data.id",
                "signature": "【公主岭人社】",
            }
        }
        desktop.goto("/people/ledgers/departures/")
        for page, name in ((desktop, "desktop"), (phone, "phone")):
            page.goto("/people/ledgers/departures/")
            shoot(page, f"ledger-departures-{name}")
        desktop.get_by_role("row").filter(has_text="广东省").get_by_role("link", name="出行").click()
        desktop.wait_for_url("**/people/messages/many/new/**")
        shoot(desktop, "messages-many-desktop")
        desktop.get_by_role("button", name="统计人数").click()
        desktop.wait_for_url(re.compile(r"/people/messages/many/\d+/$"))
        desktop.get_by_text("王样例").first.wait_for()
        shoot(desktop, "messages-mailing-draft-desktop")
        phone.goto(desktop.url)
        shoot(phone, "messages-mailing-draft-phone")
        desktop.get_by_role("button", name="向4人发送").click()
        desktop.get_by_text("正在写入消息。").wait_for()
        row = Mailing.objects.get()
        mailings.run_mailing(row.pk, timezone.now())
        assert outbox.deliver(now=timezone.now()).sent == 2
    texts = [body["content"] for _headers, body in gateway.seen]
    assert all(text.startswith("【公主岭人社】") and "广东省深圳市" in text for text in texts)
    assert {body["mobile"] for _headers, body in gateway.seen} == {"15412345600", "15412345602"}
    receipt = {
        "receipts": [
            {"reference": "G1", "delivered": True},
            {"reference": "G2", "delivered": False, "error": "关机"},
        ],
        "replies": [{"address": "15412345602", "text": "退订"}],
    }
    raw, stamp = json.dumps(receipt), str(int(time.time()))
    answer = Client().post(
        "/api/v1/messages/sms/receipts", raw, content_type="application/json",
        headers={"X-Chunfeng-Timestamp": stamp, "X-Chunfeng-Signature": signature("sms", stamp, raw.encode())},
    )  # fmt: skip
    assert answer.json() == {"new": 2, "known": 0, "unknown": 0, "declined": 1}
    desktop.goto(f"/people/messages/many/{row.pk}/")
    shoot(desktop, "messages-mailing-done-desktop")
    for page, name in ((desktop, "desktop"), (phone, "phone")):
        page.goto("/people/messages/")
        page.get_by_text("关机").first.wait_for()
        shoot(page, f"messages-list-{name}")
    states = dict(PersonMessage.objects.values_list("person__name", "state"))
    assert states == {"王建国": "delivered", "王秀兰": "declined", "李晓红": "failed", "欧阳春梅": "failed"}
    assert OptOut.objects.filter(person=people[2]).exists()
    desktop.get_by_role("link", name="王建国").first.click()
    desktop.get_by_text("送达").first.wait_for()
    shoot(desktop, "messages-message-desktop")
    phone.goto(desktop.url)
    shoot(phone, "messages-message-phone")


def test_a_template_is_written_with_its_preview(desktop, phone, sign_in, shoot, county, people, templates):
    officer = f.posting(county)
    sign_in(desktop, officer)
    sign_in(phone, officer)
    desktop.goto("/people/messages/templates/new/")
    desktop.locator("#id_name").fill("返乡提醒（村）")
    desktop.locator("#id_text").fill("{姓名}，请居家至{解除日期}")
    desktop.get_by_role("button", name="预览").click()
    desktop.get_by_text("不是占位词").first.wait_for()
    desktop.locator("#id_text").fill("{姓名}，请居家至{解除日}")
    desktop.get_by_role("button", name="预览").click()
    desktop.get_by_text("王样例，请居家至2020-02-15").wait_for()
    shoot(desktop, "messages-template-desktop")
    desktop.locator("#id_source").fill("测人社明电〔2020〕1号 第四条")
    desktop.get_by_role("button", name="保存").click()
    desktop.get_by_text("模板已保存。").wait_for()
    assert MessageTemplate.objects.get(name="返乡提醒（村）").text == "{name}，请居家至{release_on}"
    for page, name in ((desktop, "desktop"), (phone, "phone")):
        page.goto("/people/messages/templates/")
        shoot(page, f"messages-templates-{name}")
        page.goto("/people/messages/templates/shipped/")
        shoot(page, f"messages-shipped-{name}")
    phone.goto("/people/messages/templates/new/")
    shoot(phone, "messages-template-phone")


def test_the_ledgers_lead_to_the_people(desktop, phone, sign_in, shoot, county, people, by):
    open_follow_up(person=people[8], reason="watch", by=by, at=timezone.now())
    actions.record_contact(person=people[8], kind="visit", key="visit-1", by=by, at=timezone.now())
    officer = f.posting(county)
    sign_in(desktop, officer)
    sign_in(phone, officer)
    for address, name in (
        ("", "fields"),
        ("counts/", "counts"),
        ("watch/", "watch"),
        ("list/leaving/", "people"),
    ):
        for page, kind in ((desktop, "desktop"), (phone, "phone")):
            page.goto(f"/people/ledgers/{address}")
            shoot(page, f"ledger-{name}-{kind}")
    desktop.goto("/people/ledgers/counts/")
    desktop.get_by_role("link", name="响水镇").click()
    desktop.get_by_role("row").filter(has_text="兴隆村").get_by_role("link", name="1", exact=True).click()
    desktop.get_by_role("link", name="吴芳").wait_for()
    desktop.goto("/people/ledgers/departures/")
    desktop.get_by_role("link", name="广东省").click()
    desktop.get_by_role("row").filter(has_text="深圳市").get_by_role("link", name="1", exact=True).click()
    desktop.get_by_role("link", name="李晓红").click()
    desktop.get_by_text("暂缓外出，先落实岗位").wait_for()
    desktop.get_by_role("button", name="开始岗位推荐").click()
    desktop.get_by_text("结束岗位推荐").click()
    desktop.get_by_label("在哪里就业，或为何放弃").fill("本市演示食品厂")
    desktop.get_by_role("button", name="工作已落实").click()
    desktop.locator("#departure .tag").get_by_text("有序返岗").wait_for()
    shoot(desktop, "person-with-panels-desktop")
    phone.goto(desktop.url)
    shoot(phone, "person-with-panels-phone")


def test_a_registration_is_granted_and_a_request_answered(desktop, phone, sign_in, shoot, county, people, by):
    officer = f.posting(county)
    sign_in(desktop, officer)
    sign_in(phone, officer)
    person = people[10]
    desktop.goto(f"/people/registrations/of/{person.pk}/unemployed/")
    shoot(desktop, "registration-new-desktop")
    phone.goto(desktop.url)
    shoot(phone, "registration-new-phone")
    desktop.get_by_text("从用人单位失业").click()
    desktop.get_by_role("checkbox", name="居民身份证或社会保障卡").check()
    desktop.get_by_role("button", name="受理").click()
    desktop.get_by_text("申请已受理。").wait_for()
    shoot(desktop, "registration-desktop")
    phone.goto(desktop.url)
    shoot(phone, "registration-phone")
    desktop.get_by_label("理由（有不符之处时填写）").fill("本人承诺，部门间已核对")
    desktop.get_by_role("button", name="认可").click()
    desktop.get_by_text("已认可").first.wait_for()
    assert Registration.objects.get().state == "granted"
    requests.ask(person=people[0], kind="copy", asked="想看登记了哪些内容", checked="当面核对身份证",
                 asked_on=timezone.localdate() - timedelta(20), by=by, at=timezone.now())  # fmt: skip
    actions.set_category(
        person=people[0], category="beneficiary", source="职业培训补贴", by=by, at=timezone.now()
    )
    for address, name in (
        ("registrations/", "registrations"),
        ("registrations/support/", "support"),
        ("requests/", "requests"),
    ):
        for page, kind in ((desktop, "desktop"), (phone, "phone")):
            page.goto(f"/people/{address}")
            shoot(page, f"{name}-{kind}")
    desktop.get_by_role("link", name="王建国").click()
    shoot(desktop, "request-desktop")
    desktop.get_by_label(re.compile("答复")).fill("已当面交付打印件")
    desktop.get_by_role("button", name="已办理").click()
    desktop.get_by_text("请求已答复。").wait_for()
