"""The directory, an office, the import and the areas in a real browser, at 1280 and 360 px."""

from __future__ import annotations

from datetime import date

import pytest

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.offices import actions
from chunfeng.offices.models import Office
from tests.areas.conftest import loading
from tests.factories import NOW, office, posting
from tests.offices.test_imports import book

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
CITY, COUNTY = "220100000000", "220184000000"
TOWNS = (("220184001000", "河南街道"), ("220184002000", "河北街道"), ("220184003000", "东三街道"))


@pytest.fixture
def county(transactional_db) -> Office:
    """A city, a county and three townships with offices, contacts, a group, a programme. All made up."""
    loading.load("township")
    city = office(CITY, line="hrss", name="长春市人力资源和社会保障局", code="HR2201")
    seat = office(
        COUNTY, line="hrss", name="公主岭市人力资源和社会保障局", code="HR220184", parent=city,
        agency_code="公人社发", aliases=["市人社局"],
    )  # fmt: skip
    office(COUNTY, line="employment", name="公主岭市就业服务中心", code="EM220184", parent=seat)
    partner = office(COUNTY, line="transport", name="公主岭市交通运输局", code="TR220184", is_partner=True)
    health = office(COUNTY, line="health", name="公主岭市卫生健康局", code="HE220184", is_partner=True)
    towns = [
        office(code, line="hrss", name=f"{name}人社服务中心", code=f"HR{code[:9]}", parent=seat)
        for code, name in TOWNS
    ]
    by = {"by": SYSTEM, "at": NOW}
    with scope.applied(SYSTEM):
        actions.set_contact(
            office=seat,
            name="演示联系人甲",
            duty="就业科科长",
            phone="0434-6210000",
            mobile="13800000000",
            **by,
        )
        actions.set_contact(office=seat, name="演示联系人乙", duty="值班员", email="demo@example.cn", **by)
        group = actions.set_up_group(
            office=seat,
            name="疫情防控就业服务领导小组",
            set_up_on=date(2020, 1, 25),
            source="演示通知第八条",
            **by,
        )
        for person, post, role in (
            ("演示甲", "局长", "head"), ("演示乙", "副局长", "deputy"), ("演示丙", "就业科科长", "member"),
        ):  # fmt: skip
            actions.add_member(
                group=group, person=person, post=post, role=role, valid_from=date(2020, 1, 25), **by
            )
        actions.set_up_group(office=towns[0], name="街道领导小组", set_up_on=date(2020, 1, 28), **by)
        actions.add_programme(
            office=seat, name="“点对点”输送务工人员", lead_official="演示副市长", partners=[partner, health],
            source="演示通知第三条", **by,
        )  # fmt: skip
        actions.name_responsible(
            area_code=COUNTY, office=city, person="演示甲", post="局长", phone="13900000000",
            valid_from=date(2020, 1, 25), **by,
        )  # fmt: skip
    return seat


def test_the_directory_and_an_office(desktop, phone, sign_in, shoot, county):
    leader = posting(county, "leader")
    for page, width in ((desktop, 1280), (phone, 360)):
        sign_in(page, leader)
        page.goto("/offices/?within=own")
        assert page.get_by_text("公主岭市交通运输局").first.is_visible()
        shoot(page, f"offices-{width}")
        page.goto(f"/offices/tree/?at={CITY}")
        page.locator(".tree summary", has_text="公主岭市").first.click()
        page.locator(".tree summary", has_text="河南街道").first.wait_for()
        page.locator(".tree summary", has_text="河南街道").first.click()
        shoot(page, f"office-tree-{width}")
        page.goto("/offices/lines/?line=hrss")
        page.locator(".tree summary", has_text="公主岭市人力").first.click()
        page.get_by_text("河北街道人社服务中心").wait_for()
        shoot(page, f"office-lines-{width}")
        page.goto("/offices/groups/?line=own")
        shoot(page, f"leading-groups-{width}")
        page.goto(f"/offices/{county.pk}/")
        assert page.get_by_text("138******00").is_visible()
        page.locator("#contacts input[name=reason]").fill("催报日报")
        page.locator("#contacts form.reveal button").click()
        page.get_by_text("13800000000").wait_for()
        shoot(page, f"office-{width}")
        page.goto(f"/offices/groups/{county.leading_groups.get().pk}/")
        shoot(page, f"leading-group-{width}")
        page.goto("/offices/new/")
        shoot(page, f"office-new-{width}")


def test_an_import(desktop, phone, sign_in, shoot, county, tmp_path):
    file = tmp_path / "offices.xlsx"
    rows = [
        [f"NEW{n}", f"演示镇{n}人社服务中心", "乡镇级", "人力资源和社会保障", COUNTY, county.code, *[""] * 6]
        for n in range(12)
    ]
    rows[3][2] = "星级"
    rows[5][4] = "没有这个地方"
    file.write_bytes(book(*rows))
    admin = posting(county, "system_admin")
    for page, width in ((desktop, 1280), (phone, 360)):
        sign_in(page, admin)
        page.goto("/offices/import/")
        shoot(page, f"office-import-{width}")
        page.set_input_files("input[type=file]", str(file))
        page.locator("main form button").click()
        page.locator(".verdicts .tag.bad").first.wait_for()
        shoot(page, f"office-import-dry-{width}")
    desktop.locator("form:has(textarea[name=sealed]) button").click()
    desktop.locator(".flash.success").wait_for()
    with desktop.expect_download() as waiting:
        desktop.locator("form:has(textarea[name=result]) button").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
    with scope.applied(SYSTEM):
        assert Office.objects.filter(code__startswith="NEW").count() == 10


def test_areas(desktop, phone, sign_in, shoot, county):
    admin = posting(county, "system_admin")
    for page, width in ((desktop, 1280), (phone, 360)):
        sign_in(page, admin)
        page.goto("/areas/?at=220000000000")
        page.locator(".tree summary", has_text="长春市").first.click()
        page.locator(".tree summary", has_text="公主岭市").first.wait_for()
        shoot(page, f"areas-{width}")
        page.goto("/areas/?q=gzl&on=2020-01-25")
        assert page.get_by_text("220381000000").first.is_visible()
        shoot(page, f"areas-search-{width}")
        page.goto(f"/areas/{COUNTY}/")
        shoot(page, f"area-{width}")
        page.goto(f"/areas/change/?old={COUNTY}")
        page.locator("input[name=basis]").fill("演示批复1号")
        page.locator("textarea[name=new]").fill(f"{COUNTY} 公主岭区")
        page.locator("button[value=preview]").click()
        page.get_by_text("公主岭区").last.wait_for()
        shoot(page, f"area-change-{width}")
        page.goto(f"/areas/{COUNTY}/add/")
        shoot(page, f"area-add-{width}")
