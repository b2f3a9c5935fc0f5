"""The register in a browser: a worker back home is entered, asked after, compared, and found twice."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from chunfeng.areas.models import BEGINNING, Area
from chunfeng.people import actions
from chunfeng.people.actions import imports
from chunfeng.people.models import ImportRun, Person, PossibleDuplicate
from tests import factories as f

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COUNTY, VILLAGES = "220184000000", ("220184101201", "220184101202", "220184101203")
NAMES = ("三合村民委员会", "兴隆村民委员会", "向阳村民委员会")
DOCUMENT = "11010519491231002X"


@pytest.fixture
def areas():
    """A few areas, so that pages show names."""
    rows = [
        ("220000000000", "吉林省", 1, "province", "000000000000"),
        ("220100000000", "长春市", 2, "city", "220000000000"),
        (COUNTY, "公主岭市", 3, "county_city", "220100000000"),
        ("220184101000", "响水镇", 4, "town", COUNTY),
        *((code, name, 5, "villagers", "220184101000") for code, name in zip(VILLAGES, NAMES, strict=True)),
        ("420000000000", "湖北省", 1, "province", "000000000000"),
        ("420100000000", "武汉市", 2, "city", "420000000000"),
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
    return f.office(COUNTY, line="hrss", name="公主岭市人力资源和社会保障局")


@pytest.fixture
def dataset(county):
    return actions.make_dataset(
        name="2020年春节返乡务工人员登记",
        purpose="掌握返乡务工人员去向，做好防疫提醒和返岗服务",
        source="测人社明电〔2020〕1号 第三条",
        keep_until=timezone.localdate() + timedelta(days=180),
        by=f.actor(county),
        at=timezone.now(),
    )


@pytest.fixture
def people(county, dataset):
    """A village of made-up people: shared phones, an odd document, somebody entered twice."""
    by, at = f.actor(county), timezone.now()
    rows = [
        ("王建国", "m", "110105194912310030", ["15412345601"], "420100000000", "演示电子装配厂", "装配工"),
        ("王秀兰", "f", "", ["15412345601"], "", "", "务农"),
        ("李晓红", "f", "220381199003074521", ["15412345602", "043412345678"], "210100000000", "演示物流园", "分拣员"),
        ("欧阳春梅", "f", "", ["15412345603"], "330300000000", "演示服装加工有限责任公司第二分厂", "缝纫工"),
        ("赵强", "m", "", [], "", "", ""),
        ("李晓红", "f", "", ["15412345602"], "", "", "分拣员"),
    ]  # fmt: skip
    made = []
    for n, (name, sex, document, phones, work, employer, occupation) in enumerate(rows):
        values = {
            "name": name, "sex": sex, "id_number": document, "area_code": VILLAGES[n // 2], "work_area": work,
            "birth": None if document else date(1975 + n, 3, 7), "employer": employer, "occupation": occupation,
            "household_number": f"{n // 2 + 1:03d}", "address": "响水镇三合村一组",
        }  # fmt: skip
        made.append(actions.add_person(dataset=dataset, values=values, phones=phones, by=by, at=at))
    first = made[0]
    today = timezone.localdate()
    for category in ("returning", "hardship"):
        actions.set_category(
            person=first, category=category, valid_from=date(2020, 1, 20), source="村委会登记", by=by, at=at
        )
    for kind, value, said, place in (
        ("return", "returned", "family", ""),
        ("return", "returned", "village", ""),
        ("whereabouts", "here", "self", ""),
        ("whereabouts", "elsewhere", "village", "420100000000"),
        ("symptoms", "no_symptoms", "self", ""),
    ):
        actions.state_fact(
            person=first,
            kind=kind,
            value=value,
            said=said,
            place=place,
            on=today,
            source="电话",
            by=by,
            at=at,
        )
    PossibleDuplicate.objects.create(
        kept=made[2], other=made[5], area_code=VILLAGES[2], keys=["phone"], found_at=at
    )
    return made


def test_a_person_is_entered_and_found(desktop, sign_in, shoot, county, dataset):
    sign_in(desktop, f.posting(county))
    desktop.goto("/people/new/")
    desktop.locator("#id_name").fill("张三")
    desktop.locator("#id_id_number").fill(DOCUMENT)
    desktop.locator("#id_phones").fill("154 1234 5678")
    desktop.locator("#id_area_code").fill(VILLAGES[0])
    shoot(desktop, "person-new")
    desktop.locator("main form button[type=submit]").click()
    desktop.wait_for_url(re.compile(r"/people/\d+/$"))
    assert Person.objects.get().id_number == DOCUMENT
    desktop.goto("/people/")
    desktop.locator("input[name=text]").fill(DOCUMENT)
    desktop.locator(".pp-find button").click()
    desktop.get_by_role("link", name="张三").wait_for()
    assert DOCUMENT not in desktop.url
    assert DOCUMENT not in desktop.locator("table").inner_text()


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_every_page_of_the_register(request, device, sign_in, shoot, county, people):
    page = request.getfixturevalue(device)
    sign_in(page, f.posting(county))
    person, pair = people[0], PossibleDuplicate.objects.get()
    page.goto("/people/")
    shoot(page, f"people-{device}")
    page.goto(f"/people/{person.pk}/")
    shoot(page, f"person-{device}")
    for summary in page.locator("main details > summary").all():
        summary.click()
    shoot(page, f"person-open-{device}")
    page.locator("input[name=reason]").first.fill("联系返岗")
    page.locator(".pp-reveal button").click()
    page.get_by_text(person.id_number).wait_for()
    shoot(page, f"person-shown-{device}")
    for path, name in (
        (f"/people/{person.pk}/change/", "person-change"),
        (f"/people/{person.pk}/phones/", "person-phones"),
        ("/people/datasets/", "people-datasets"),
        ("/people/datasets/new/", "people-dataset-new"),
        ("/people/duplicates/", "people-duplicates"),
        (f"/people/duplicates/{pair.pk}/", "people-duplicate"),
    ):
        page.goto(path)
        shoot(page, f"{name}-{device}")
    page.locator("main form button[type=submit]").first.click()
    page.locator("form[action$='/undo/']").wait_for()
    shoot(page, f"people-merged-{device}")
    page.locator("form[action$='/undo/'] button").click()
    page.locator("input[name=keep]").first.wait_for()
    page.goto(f"/people/{person.pk}/")
    own = page.locator("form[action$='/own/']")
    page.locator("details", has=own).locator("summary").click()
    own.locator("input[name=reason]").fill("本人持身份证到窗口")
    own.locator("button").click()
    page.locator(".pp-sheet").wait_for()
    shoot(page, f"person-own-{device}")


LEDGER = ["姓名,性别,身份证号码,联系电话,户籍地,务工地点,工作单位,人员类别,备注"]
LEDGER += [
    f"演示{sign},男,,1541234{n:04d},{VILLAGES[n % 3]},湖北省武汉市,演示电子装配厂,返乡人员,"
    for n, sign in enumerate("甲乙丙丁戊己庚辛")
]
LEDGER += [
    f"演示壬,女,{DOCUMENT},15412340009,{VILLAGES[0]},,,学生,家属代报",
    f"演示癸,男,4301021,15412340010,{VILLAGES[0]},,,,",
    f",男,,15412340011,{VILLAGES[1]},,,,姓名没有填",
    f"演示甲,男,,15412340000,{VILLAGES[1]},,演示物流园,,",
    f"演示壬,女,{DOCUMENT},没有电话,{VILLAGES[0]},,,学生,",
]


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_a_ledger_goes_in(request, device, sign_in, shoot, county, dataset, tmp_path):
    page = request.getfixturevalue(device)
    sign_in(page, f.posting(county))
    ledger = tmp_path / "响水镇返乡人员台账.csv"
    ledger.write_text("\n".join(LEDGER) + "\n", encoding="gb18030")
    page.goto("/people/imports/")
    shoot(page, f"people-imports-empty-{device}")
    page.locator("input[type=file]").set_input_files(ledger)
    page.locator(".pp-upload button").click()
    page.wait_for_url(re.compile(r"/people/imports/\d+/$"))
    assert "GB18030" in page.locator("main").inner_text().upper()
    shoot(page, f"people-import-columns-{device}")
    page.locator("form[action$='/columns/'] button").click()
    page.locator("form[action$='/run/'] button").wait_for()
    shoot(page, f"people-import-dry-{device}")
    assert not Person.objects.exists()
    page.locator("form[action$='/run/'] button").click()
    page.locator("#progress[hx-get]").wait_for()
    shoot(page, f"people-import-running-{device}")
    imports.run(ImportRun.objects.get().pk, timezone.now())
    # the page itself finds out that the work is done
    page.locator("form[action$='/result/'] button").wait_for()
    shoot(page, f"people-import-done-{device}")
    with page.expect_download() as given:
        page.locator("form[action$='/result/'] button").click()
    assert given.value.suggested_filename.endswith(".csv")
    page.goto("/people/imports/")
    shoot(page, f"people-imports-{device}")
    assert Person.objects.count() == 10
