"""Isolation in a browser: a returned worker is isolated by rule, recorded day by day, released, handed over."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from chunfeng.areas.models import BEGINNING, Area
from chunfeng.people import actions
from chunfeng.people.actions import entry, fever, health, isolation, placement, stock
from chunfeng.people.models import (
    ContactRecord,
    FeverCase,
    FollowUp,
    HealthRecord,
    Isolation,
    Person,
    PlacementRule,
)
from chunfeng.people.placement import library
from tests import factories as f

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COUNTY, TOWN = "220184000000", "220184101000"
VILLAGES = ("220184101201", "220184101202", "220184101203")
HIT = "420100000000"
FIRM = "演示电子装配厂"


@pytest.fixture
def areas():
    rows = [
        ("220000000000", "吉林省", 1, "province", "000000000000"),
        ("220100000000", "长春市", 2, "city", "220000000000"),
        (COUNTY, "公主岭市", 3, "county_city", "220100000000"),
        (TOWN, "响水镇", 4, "town", COUNTY),
        *(
            (c, n, 5, "villagers", TOWN)
            for c, n in zip(VILLAGES, ("三合村", "兴隆村", "向阳村"), strict=True)
        ),
        ("420000000000", "湖北省", 1, "province", "000000000000"),
        (HIT, "武汉市", 2, "city", "420000000000"),
    ]
    Area.objects.bulk_create(
        [
            Area(code=c, name=n, level=level, kind=kind, parent_code=up, valid_from=BEGINNING, source="made up")
            for c, n, level, kind, up in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip


@pytest.fixture
def county(areas):
    f.office("220100000000", line="hrss", name="长春市人力资源和社会保障局")
    f.office(COUNTY, line="health", name="公主岭市卫生健康局")
    return f.office(COUNTY, line="hrss", name="公主岭市人力资源和社会保障局")


@pytest.fixture
def event():
    return f.emergency(name="演示疫情")


@pytest.fixture
def people(county):
    by, at = f.actor(county), timezone.now()
    into = actions.make_dataset(
        name="2020年春节返乡务工人员登记", purpose="返乡务工人员健康随访和就业服务",
        source="测人社明电〔2020〕1号 第三条",
        keep_until=timezone.localdate() + timedelta(days=180), by=by, at=at,
    )  # fmt: skip
    rows = ["王建国", "李晓红", "赵强", "孙梅", "欧阳春梅", "周小伟"]
    return [
        actions.add_person(
            dataset=into,
            values={"name": n, "area_code": VILLAGES[k % 3], "work_area": HIT if k < 4 else COUNTY, "employer": FIRM},
            by=by, at=at,
        )
        for k, n in enumerate(rows)
    ]  # fmt: skip


@pytest.fixture
def rules(county, event):
    by, at = f.actor(county), timezone.now()
    since = timezone.localdate() - timedelta(days=30)
    for each in library.rules():
        if each.code not in ("area-watch", "area-central", "contact-home"):
            placement.take_from_library(code=each.code, emergency=event, valid_from=since, by=by, at=at)
    placement.declare_affected(
        emergency=event,
        place=HIT,
        risk="重点",
        source="测疫指〔2020〕3号 第二条",
        valid_from=since,
        by=by,
        at=at,
    )


def go(page, path):
    page.goto(path)
    page.wait_for_load_state("load")


def test_a_returned_worker_from_the_rule_to_the_release(
    desktop, phone, sign_in, shoot, county, people, event
):
    """The rule is taken from the library, the isolation opened by it, days recorded on a phone, released, signed."""
    officer, caller = f.posting(county), f.posting(f.office(VILLAGES[0], name="三合村联络点"), "caller")
    sign_in(desktop, officer)
    go(desktop, "/isolation/rules/library/")
    shoot(desktop, "isolation-library")
    desktop.locator("a[href$='from=area-home']").click()
    desktop.locator("#id_days").fill("2")
    desktop.locator("main form button[type=submit]").click()
    desktop.wait_for_url(re.compile(r"/isolation/rules/$"))
    shoot(desktop, "isolation-rules")
    go(desktop, "/isolation/areas/new/")
    desktop.locator("#id_place").fill(HIT)
    desktop.locator("#id_valid_from").fill(str(timezone.localdate() - timedelta(days=9)))
    desktop.locator("#id_source").fill("测疫指〔2020〕3号 第二条")
    desktop.locator("main form button[type=submit]").click()
    desktop.wait_for_url(re.compile(r"/isolation/areas/$"))
    who = people[0]
    go(desktop, f"/isolation/person/{who.pk}/")
    shoot(desktop, "isolation-explained")
    desktop.locator("input[name=since]").fill(str(timezone.localdate() - timedelta(days=2)))
    desktop.locator("input[name=place]").fill("三组12号")
    desktop.locator(".iso-open button").click()
    # opened two days ago with two days needed: over, the page says so and opens nothing
    desktop.locator(".flash.error").wait_for()
    desktop.locator("input[name=since]").fill(str(timezone.localdate() - timedelta(days=1)))
    desktop.locator(".iso-open button").click()
    desktop.wait_for_url(re.compile(r"/isolation/\d+/$"))
    row = Isolation.objects.get()
    assert (row.person, row.placement, (row.ends_on - row.starts_on).days) == (who, "home", 2)
    # the days go by: the isolation began three days ago, two of them on paper
    Isolation.objects.update(
        starts_on=row.starts_on - timedelta(days=2), ends_on=row.ends_on - timedelta(days=2)
    )
    sign_in(phone, caller)
    for ago in (3, 2, 1, 0):
        go(phone, f"/isolation/{row.pk}/")
        phone.locator("#record input[name=on]").fill(str(timezone.localdate() - timedelta(days=ago)))
        phone.locator("#record input[name=temperature]").fill("36.5")
        if ago == 3:
            phone.locator("#record .chip", has_text="咳嗽").click()
            phone.locator("#record button.quiet").click()
        else:
            phone.locator("#record .iso-well").click()
        phone.locator(".flash.success").wait_for()
    shoot(phone, "isolation-phone")
    assert HealthRecord.objects.filter(clear=True).count() == 3 and FollowUp.objects.count() == 1
    go(desktop, f"/isolation/{row.pk}/")
    shoot(desktop, "isolation-full")
    desktop.locator("#release .chip", has_text="用人单位").click()
    desktop.locator("#release button").click()
    desktop.locator("#hand-over").wait_for()
    shoot(desktop, "isolation-released")
    desktop.locator("#hand-over a.button").click()
    desktop.locator(".iso-sheet").wait_for()
    shoot(desktop, "isolation-receipt")
    go(desktop, f"/isolation/{row.pk}/")
    desktop.locator("button[name=signed]").click()
    desktop.locator("#hand-over .tag.good").wait_for()
    row.refresh_from_db()
    assert row.state == "released" and row.handed_to == "employer" and row.handed_at is not None


@pytest.fixture
def story(county, people, rules):
    """Four in isolation with all kinds of days, one of them ill; a gate decision; a fever case."""
    by = f.actor(county)
    now = timezone.now()
    rows = []
    for n, who in enumerate(people[:4]):
        at = now - timedelta(days=14 - 3 * n)
        placed = isolation.place(
            person=who,
            exposure="area",
            symptoms=False,
            since=timezone.localdate(at),
            place="三组12号",
            by=by,
            at=at,
        )
        rows.append(placed.isolation)
        for day in range(14 - 3 * n):
            if (day + n) % 7 == 6 and n:
                continue
            health.record_health(
                isolation=placed.isolation, on=timezone.localdate(at) + timedelta(days=day), temperature="36.6",
                symptoms=["cough"] if n == 2 and day == 3 else [], key=f"{n}:{day}", by=by,
                at=at + timedelta(days=day),
            )  # fmt: skip
    for day in range(14, 0, -1):
        stock.watch(now=now - timedelta(days=day - 1))
    entry.decide_entry(
        person=people[4], origin=HIT, left_on=timezone.localdate() - timedelta(days=3), symptoms=[], temperature="36.4",
        key="gate-1", by=by, at=now,
    )  # fmt: skip
    case = fever.open_case(person=people[5], employer=FIRM, found_at=now, temperature="38.2", by=by, at=now)
    fever.isolate(case=case, by=by, at=now)
    fever.list_fellows(case=case, by=by, at=now)
    return rows


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_every_page_of_the_room(request, device, sign_in, shoot, county, story):
    page = request.getfixturevalue(device)
    sign_in(page, f.posting(county))
    contact = ContactRecord.objects.get(script="gate-decision")
    case, follow = FeverCase.objects.get(), FollowUp.objects.first()
    person = Person.objects.get(name="赵强")
    pages = {
        "list": "", "today": "today/", "page": f"{story[2].pk}/", "flow": f"flow/?area={TOWN}", "gate": "gate/",
        "decide": f"gate/{person.pk}/", "decided": f"gate/decided/{contact.pk}/", "rules": "rules/", "areas": "areas/",
        "explained": f"person/{person.pk}/", "fever": "fever/", "fever-case": f"fever/{case.pk}/",
        "fever-new": f"fever/new/{person.pk}/", "follow-ups": "follow-ups/", "follow-up": f"follow-ups/{follow.pk}/",
        "follow-up-new": f"follow-ups/new/{person.pk}/", "library": "rules/library/",
        "rule": f"rules/{PlacementRule.objects.first().pk}/",
    }  # fmt: skip
    for name, path in pages.items():
        go(page, f"/isolation/{path}")
        shoot(page, f"isolation-{name}-{device}")
    go(page, f"/people/{person.pk}/")
    shoot(page, f"isolation-person-{device}")


def test_a_village_is_entered_on_one_page_without_a_script(
    browser, live_server, sign_in, shoot, county, story
):
    """The bulk page, with scripts switched off: three rows filled in, one left empty, one in conflict."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 360, "height": 740},
        locale="zh-CN",
        java_script_enabled=False,
    )
    page = context.new_page()
    sign_in(page, f.posting(county, "caller"))
    before = HealthRecord.objects.count()
    page.goto("/isolation/today/")
    cards = page.locator(".iso-card")
    total = cards.count()
    assert total >= 4
    cards.nth(0).locator(".chip.good").click()
    cards.nth(1).locator("input[inputmode=decimal]").fill("36.7")
    cards.nth(2).locator(".chip", has_text="咳嗽").click()
    cards.nth(3).locator(".chip.good").click()
    cards.nth(3).locator(".chip", has_text="乏力").click()
    page.locator(".iso-save button").click()
    assert HealthRecord.objects.count() == before + 3
    assert page.locator(".iso-card.bad").count() == 1
    page.locator(".iso-card.bad .chip", has_text="乏力").click()
    page.locator(".iso-save button").click()
    assert HealthRecord.objects.count() == before + 4
    context.close()
