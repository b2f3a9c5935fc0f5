"""Visits and registrations in a browser: an outsider is registered on a phone, a returnee visited, the list shrinks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from chunfeng.areas.models import BEGINNING, Area
from chunfeng.offices import actions as offices
from chunfeng.people import actions
from chunfeng.people.actions.points import keep_point
from chunfeng.people.models import ContactRecord, Household, Isolation, Person
from tests import factories as f
from tests.people.isolating import emergency

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COUNTY, TOWN, VILLAGE = "220184000000", "220184101000", "220184101201"
CELL = "220184101201A01A01"
HIT = "420100000000"
DOCUMENT = "420104198805151230"


@pytest.fixture
def areas():
    rows = [
        ("220000000000", "吉林省", 1, "province", "000000000000"),
        ("220100000000", "长春市", 2, "city", "220000000000"),
        (COUNTY, "公主岭市", 3, "county_city", "220100000000"),
        (TOWN, "响水镇", 4, "town", COUNTY),
        (VILLAGE, "三合村民委员会", 5, "villagers", TOWN),
        ("220184101202", "兴隆村民委员会", 5, "villagers", TOWN),
        (CELL, "第一十户网格", 7, "cell", VILLAGE),
        ("420000000000", "湖北省", 1, "province", "000000000000"),
        (HIT, "武汉市", 2, "city", "420000000000"),
        ("420104000000", "硚口区", 3, "district", HIT),
    ]
    Area.objects.bulk_create(
        [
            Area(
                code=c, name=n, level=level, kind=kind, parent_code=up, valid_from=BEGINNING,
                source="made up", is_local=kind == "cell",
            )
            for c, n, level, kind, up in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip


@pytest.fixture
def county(areas):
    from chunfeng.people.models import AffectedArea, PlacementRule

    made = f.office(COUNTY, line="hrss", name="公主岭市人力资源和社会保障局")
    since = timezone.localdate() - timedelta(days=20)
    source = "测疫指〔2020〕3号 第二条"
    AffectedArea.objects.create(
        emergency=emergency(),
        office=made,
        area_code=COUNTY,
        place="420000000000",
        source=source,
        valid_from=since,
    )
    PlacementRule.objects.create(
        emergency=emergency(), office=made, area_code=COUNTY, name="疫区来（返）人员居家观察14天", exposure="area",
        placement="home", days=14, source=source, valid_from=since,
    )  # fmt: skip
    return made


@pytest.fixture
def village(county):
    return f.office(VILLAGE, line="government", name="响水镇三合村民委员会", parent=county)


@pytest.fixture
def people(county, village):
    """Five people back from the hit city in two villages, a poor household, a student, a cell with a head."""
    by, at, today = f.actor(county), timezone.now(), timezone.localdate()
    into = actions.make_dataset(
        name="2020年返乡人员登记", purpose="返乡人员健康随访和就业服务", source="测人社明电〔2020〕1号 第三条",
        keep_until=today + timedelta(days=180), by=by, at=at,
    )  # fmt: skip
    made = []
    for n, name in enumerate(("王建国", "王秀兰", "李晓红", "欧阳春梅", "赵强", "孙小学", "周困难")):
        person = actions.add_person(
            dataset=into,
            values={
                "name": name, "sex": "mf"[n % 2], "area_code": VILLAGE if n < 3 or n > 4 else "220184101202",
                "work_area": HIT if n < 5 else "", "employer": "演示电子装配厂" if n < 5 else "",
                "household_number": f"{n // 2 + 1:03d}",
                "birth": today - timedelta(days=365 * (22 + 5 * n)),
            },
            phones=[f"1541234560{n}"], by=by, at=at,
        )  # fmt: skip
        if n < 5:
            actions.state_fact(
                person=person, kind="return", value="returned", said="family", on=today - timedelta(days=n % 3),
                by=by, at=at,
            )  # fmt: skip
        made.append(person)
    actions.set_category(person=made[5], category="student", valid_from=today - timedelta(200), by=by, at=at)
    actions.set_category(person=made[6], category="poor", valid_from=today - timedelta(200), by=by, at=at)
    Household.objects.filter(area_code=VILLAGE, number="001").update(cell_code=CELL)
    offices.name_responsible(
        area_code=CELL,
        office=county,
        person="吴网格",
        post="网格长",
        valid_from=today - timedelta(30),
        by=by,
        at=at,
    )
    keep_point(
        kind="broker", name="演示劳务经纪人", area_code=TOWN, contact_name="钱经纪", phone="15412345670",
        works_in=[HIT, "420104000000"], by=by, at=at,
    )  # fmt: skip
    return made


def tap(page, question: str, answer: str) -> None:
    page.locator(f".ct-choice:has(input[name='{question}'][value='{answer}'])").click()


def test_an_outsider_is_registered_on_a_phone_and_a_returnee_visited(phone, sign_in, shoot, village, people):
    sign_in(phone, f.posting(village, "caller"))
    phone.goto("/people/contacts/")
    shoot(phone, "contacts-home-phone")
    phone.goto("/people/contacts/outsider/new/")
    phone.locator("input[name=text]").fill("周外来")
    phone.locator(".pp-find button").click()
    phone.locator(".empty").wait_for()
    shoot(phone, "contact-pick-phone")
    phone.locator(".ct-new a").click()
    assert phone.locator("#id_name").input_value() == "周外来"
    shoot(phone, "contact-outsider-phone")
    phone.locator("#id_id_number").fill(DOCUMENT)
    phone.locator("#id_phone").fill("154 1234 5699")
    phone.locator("#id_area_code").fill("420104000000")
    phone.locator(".ct-save button").click()
    phone.locator(".ct-wrong").first.wait_for()
    shoot(phone, "contact-outsider-missing-phone")
    assert phone.locator("#id_phone").input_value() == "154 1234 5699"
    assert Person.objects.count() == 7
    phone.locator("#q-from").fill("湖北省武汉市")
    phone.locator("#q-came").fill((timezone.localdate() - timedelta(days=1)).isoformat())
    for question, answer in (("purpose", "kin"), ("stayed", "yes"), ("touched", "no"), ("symptoms", "none")):
        tap(phone, f"q-{question}", answer)
    phone.locator("#q-degrees").fill("36.5")
    shoot(phone, "contact-outsider-filled-phone")
    phone.locator(".ct-save button").click()
    phone.wait_for_url(re.compile(r"/people/contacts/\d+/$"))
    shoot(phone, "contact-outsider-done-phone")
    record = ContactRecord.objects.get()
    assert (record.kind, record.branch, record.origin) == ("outsider", "affected", HIT)
    assert record.person.current_area == VILLAGE
    assert Isolation.objects.get().person == record.person

    phone.goto("/people/contacts/visit/due/")
    shoot(phone, "contacts-due-phone")
    waiting = phone.locator("table").last.locator("tbody tr")
    assert waiting.count() == 4  # three of the register and the outsider
    phone.locator("tr", has_text="李晓红").locator("a.button").click()
    assert phone.locator("#q-from").input_value() == f"{HIT} 武汉市"
    shoot(phone, "contact-visit-phone")
    for question, answer in (("home", "yes"), ("touched", "no"), ("symptoms", "fever"), ("need", "no")):
        tap(phone, f"q-{question}", answer)
    phone.locator("#q-degrees").fill("38.1")
    assert phone.locator("[data-code=what]").is_hidden()
    shoot(phone, "contact-visit-filled-phone")
    phone.locator(".ct-save button").click()
    phone.wait_for_url(re.compile(r"/people/contacts/\d+/$"))
    shoot(phone, "contact-visit-done-phone")
    phone.locator(".ct-open button").click()
    phone.get_by_text("38.1").wait_for()
    shoot(phone, "contact-opened-phone")
    phone.goto("/people/contacts/visit/due/")
    assert phone.locator("table").last.locator("tbody tr").count() == 3


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_every_page_of_the_room(request, device, sign_in, shoot, county, village, people):
    from chunfeng.people.actions.registering import write_down
    from chunfeng.people.kinds import KINDS

    page = request.getfixturevalue(device)
    by, at = f.actor(village, "caller"), timezone.now()
    visit = {
        "from": HIT, "came": timezone.localdate().isoformat(), "home": "yes", "touched": "no", "degrees": 36.4,
        "symptoms": "none", "need": "yes", "what": "家里缺口罩和常用药",
    }  # fmt: skip
    write_down(
        kind=KINDS["visit"], person=people[0], answers=visit, note="门口交谈，情绪稳定", key="1", by=by, at=at
    )
    filed = {
        "from": HIT, "came": timezone.localdate().isoformat(), "how": "train", "trip": "G1278", "stays": "home",
        "address": "三合村一组7号", "within": CELL, "touched": "no", "degrees": 36.4, "symptoms": "none",
    }  # fmt: skip
    write_down(kind=KINDS["file"], person=people[0], answers=filed, key="2", by=by, at=at)
    write_down(
        kind=KINDS["visit"], person=people[1], outcome="no_answer", note="门锁着", key="3", by=by, at=at
    )
    sign_in(page, f.posting(county))
    contact = ContactRecord.objects.get(key="1")
    home = people[0].household_id
    for path, name in (
        ("/people/contacts/", "contacts-home"),
        ("/people/contacts/visit/", "contacts-visit"),
        ("/people/contacts/visit/due/", "contacts-visit-due"),
        ("/people/contacts/student/due/", "contacts-student-due"),
        ("/people/contacts/help/due/", "contacts-help-due"),
        (f"/people/contacts/file/new/?person={people[1].pk}", "contact-file-new"),
        (f"/people/contacts/visit/new/?person={people[1].pk}", "contact-visit-new"),
        ("/people/contacts/visitor/new/?newcomer=1", "contact-visitor-new"),
        (f"/people/contacts/{contact.pk}/", "contact"),
        (f"/people/{people[0].pk}/", "person-contacts"),
        (f"/people/{people[0].pk}/file/", "person-file"),
        ("/people/households/", "households"),
        (f"/people/households/{home}/", "household"),
        ("/people/cells/", "cells"),
        (f"/people/cells/{CELL}/", "cell"),
        ("/people/points/", "points"),
        ("/people/points/new/", "point-new"),
    ):
        page.goto(path)
        shoot(page, f"{name}-{device}")
    page.goto("/people/points/")
    page.get_by_role("link", name="演示劳务经纪人").click()
    shoot(page, f"point-{device}")
    page.locator("input[name=reason]").fill("核对返岗名单")
    page.locator(".pp-reveal button").click()
    page.get_by_text("15412345670").wait_for()
    page.goto("/people/households/")
    page.locator(".ct-tick input").nth(1).check()
    page.locator("#cell").fill(CELL)
    page.locator(".ct-assign button").first.click()
    page.wait_for_url(re.compile(r"/people/households/"))
    assert Household.objects.filter(cell_code=CELL).count() == 2
