"""Screens of offices and areas: what they show, what they refuse, how many queries they take."""

from __future__ import annotations

import base64
import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chunfeng.areas.models import Area
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.models import Event
from chunfeng.offices import actions, imports
from chunfeng.offices.models import (
    GroupMembership,
    LeadingGroup,
    Office,
    OfficeContact,
    Programme,
    Responsibility,
)
from tests.factories import NOW, browse, office, posting
from tests.offices.test_imports import BUREAU, STATION, book, but

pytestmark = pytest.mark.django_db
CITY, COUNTY, NEIGHBOUR = "220100000000", "220184000000", "220183000000"
MOBILE = "13800000000"


def area(code: str, name: str, level: int, kind: str, **more) -> Area:
    from chunfeng.areas import codes
    from chunfeng.areas.pinyin import initials

    values = {"valid_from": date(2000, 1, 1), "source": "测试", "initials": initials(name)}
    return Area.objects.create(
        code=code, name=name, level=level, kind=kind, parent_code=codes.parent(code) or "", **(values | more)
    )


@pytest.fixture
def places() -> None:
    area("000000000000", "中华人民共和国", 0, "country")
    area("220000000000", "吉林省", 1, "province")
    area(CITY, "长春市", 2, "city")
    area("220381000000", "公主岭市", 3, "county_city", valid_to=date(2020, 7, 1))
    area(COUNTY, "公主岭市", 3, "county_city", valid_from=date(2020, 7, 1))
    area(NEIGHBOUR, "德惠市", 3, "county_city")
    area("220300000000", "四平市", 2, "city")


@pytest.fixture
def county() -> Office:
    above = office(CITY, line="hrss", name="长春市人力资源和社会保障局")
    return office(COUNTY, line="hrss", name="公主岭市人力资源和社会保障局", parent=above)


@pytest.fixture
def client(county):
    return browse(posting(county, "leader"))


def get(client, name: str, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:400]
    return answer.content.decode()


def test_the_directory_finds_filters_and_exports(client, county):
    office(NEIGHBOUR, line="finance", name="德惠市财政局", is_partner=True)
    assert "德惠市财政局" in get(client, "offices")
    assert "德惠市财政局" not in get(client, "offices", q="公主岭")
    own = reverse("office", args=[county.pk])
    assert own in get(client, "offices", line="hrss")
    assert own not in get(client, "offices", line="finance")
    assert own not in get(client, "offices", partner="yes")
    assert "德惠市财政局" not in get(client, "offices", within="own")
    answer = client.get(reverse("offices"), {"export": "xlsx"})
    assert answer["Content-Type"].endswith("sheet") and Event.objects.filter(verb="offices.export").exists()


@pytest.mark.parametrize("path", ["offices", "office-tree", "office-lines", "leading-groups", "responsible"])
def test_a_page_takes_the_same_queries_for_one_and_three_rows(client, county, places, path):
    def make(n: int) -> None:
        made = office(COUNTY, line="hrss", name=f"测试所{n}", parent=county)
        with scope.applied(SYSTEM):
            actions.set_up_group(office=made, name="组", set_up_on=date(2020, 1, 1), by=SYSTEM, at=NOW)
            actions.name_responsible(
                area_code=f"22018410{n}000",
                office=county,
                person="甲",
                valid_from=date(2020, 1, 1),
                by=SYSTEM,
                at=NOW,
            )

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            get(client, path)
        return len(seen)

    make(1)
    first = count()
    make(2)
    make(3)
    assert count() == first
    assert first < 30


def test_the_page_of_an_office_takes_the_same_queries_for_one_and_three_of_each(client, county, places):
    def make(n: int) -> None:
        partner = office(COUNTY, line="finance", name=f"测试财政局{n}", parent=county)
        with scope.applied(SYSTEM):
            actions.set_contact(office=county, name=f"甲{n}", mobile=MOBILE, by=SYSTEM, at=NOW)
            group = actions.set_up_group(
                office=county, name=f"组{n}", set_up_on=date(2020, 1, 1), by=SYSTEM, at=NOW
            )
            for who in range(n):
                actions.add_member(
                    group=group,
                    person=f"乙{who}",
                    role="member",
                    valid_from=date(2020, 1, 1),
                    by=SYSTEM,
                    at=NOW,
                )
            actions.add_programme(
                office=county, name=f"专项{n}", lead_official="丙", partners=[partner], by=SYSTEM, at=NOW
            )
        posting(county)

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            get(client, "office", county.pk)
        return len(seen)

    make(1)
    first = count()
    make(2)
    make(3)
    assert count() == first


def test_numbers_are_masked_until_a_reason_is_given(client, county):
    with scope.applied(SYSTEM):
        actions.set_contact(office=county, name="测试联系人", mobile=MOBILE, by=SYSTEM, at=NOW)
    page = get(client, "office", county.pk)
    assert MOBILE not in page and "138******00" in page
    assert client.post(reverse("office-contacts", args=[county.pk]), {"reason": ""}).status_code == 422
    answer = client.post(reverse("office-contacts", args=[county.pk]), {"reason": "催报"})
    assert MOBILE in answer.content.decode()
    part = client.post(
        reverse("office-contacts", args=[county.pk]), {"reason": "催报"}, headers={"HX-Request": "true"}
    )
    assert MOBILE in part.content.decode() and "<html" not in part.content.decode()
    assert list(Event.objects.filter(kind="read").values_list("reason", flat=True)) == ["催报", "催报"]


def test_contacts_of_a_neighbour_stay_out_of_sight(client):
    beside = office(NEIGHBOUR, line="hrss", name="德惠市人力资源和社会保障局")
    with scope.applied(SYSTEM):
        contact = actions.set_contact(office=beside, name="隔壁", mobile=MOBILE, by=SYSTEM, at=NOW)
    assert "隔壁" not in get(client, "office", beside.pk)
    answer = client.post(reverse("office-contacts", args=[beside.pk]), {"reason": "试试"})
    assert MOBILE not in answer.content.decode()
    assert client.get(reverse("contact-change", args=[beside.pk, contact.pk])).status_code == 404
    assert (
        client.post(reverse("contact-new", args=[beside.pk]), {"name": "x", "mobile": MOBILE}).status_code
        == 403
    )
    assert OfficeContact.objects.count() == 1


def test_contacts_are_added_written_anew_and_removed(client, county):
    client.post(reverse("contact-new", args=[county.pk]), {"name": "甲", "phone": "0431-88690000"})
    contact = OfficeContact.objects.get()
    assert "88690000" not in get(client, "contact-change", county.pk, contact.pk)
    answer = client.post(
        reverse("contact-change", args=[county.pk, contact.pk]), {"name": "甲", "mobile": "123"}
    )
    assert answer.status_code == 422 and "123" in answer.content.decode()
    client.post(reverse("contact-change", args=[county.pk, contact.pk]), {"name": "乙", "mobile": MOBILE})
    contact.refresh_from_db()
    assert (contact.name, contact.phone, contact.mobile) == ("乙", None, MOBILE)
    client.post(reverse("contact-remove", args=[county.pk, contact.pk]))
    assert not OfficeContact.objects.exists()


def test_an_office_is_added_changed_retired_and_returned(client, county, places):
    form = {
        "code": "X9", "name": "测试就业中心", "level": "county", "line": "employment",
        "aliases": "县就业局\n就业中心", "area_code": f"{COUNTY} 公主岭市",
        "parent": f"{county.code} {county.name}",
    }  # fmt: skip
    assert 'value="township" selected' in get(client, "office-new")
    assert client.post(reverse("office-new"), form | {"area_code": "没有"}).status_code == 422
    assert client.post(reverse("office-new"), form | {"parent": "没有"}).status_code == 422
    assert client.post(reverse("office-new"), form).status_code == 302
    made = Office.objects.get(code="X9")
    assert (made.parent, made.aliases, made.area_code) == (county, ["县就业局", "就业中心"], COUNTY)
    page = get(client, "office-change", made.pk)
    assert f"{county.code} {county.name}" in page and "县就业局" in page
    client.post(reverse("office-change", args=[made.pk]), form | {"name": "测试就业服务中心"})
    assert Office.objects.get(code="X9").name == "测试就业服务中心"
    client.post(reverse("office-retire", args=[made.pk]), {"reason": "撤并"})
    assert "测试就业服务中心" in get(client, "offices", state="retired")
    client.post(reverse("office-retire", args=[made.pk]), {"reason": "误操作"})
    assert Office.objects.get(code="X9").active


def test_a_leading_group_grows_and_ends(client, county):
    answer = client.post(
        reverse("group-new", args=[county.pk]), {"name": "领导小组", "set_up_on": "2020-01-25"}
    )
    group = LeadingGroup.objects.get()
    assert answer.url == reverse("leading-group", args=[group.pk])
    there = reverse("leading-group", args=[group.pk])
    assert client.post(there, {"person": "", "role": "head", "valid_from": "2020-01-25"}).status_code == 422
    client.post(there, {"person": "测试甲", "role": "head", "post": "局长", "valid_from": "2020-01-25"})
    member = GroupMembership.objects.get()
    for wrong in ({"membership": member.pk, "on": "2020-13-45"}, {"on": "²"}):
        assert client.post(there, wrong).status_code == 422
    for pk in ("²", "9" * 30):
        assert client.post(there, {"membership": pk}).status_code == 404
    client.post(there, {"membership": member.pk, "on": "2020-03-01"})
    member.refresh_from_db()
    assert member.valid_to == date(2020, 3, 1)
    client.post(there, {"on": "2020-06-01"})
    group.refresh_from_db()
    assert group.dissolved_on == date(2020, 6, 1)
    assert "测试甲" in get(client, "leading-group", group.pk)


def test_who_has_no_leading_group_is_listed_with_progress(client, county, places):
    towns = [office(f"22018410{n}000", line="hrss", name=f"测试镇{n}人社所", parent=county) for n in (1, 2)]
    with scope.applied(SYSTEM):
        actions.set_up_group(
            office=towns[0], name="镇领导小组", set_up_on=date(2020, 1, 1), by=SYSTEM, at=NOW
        )
    page = get(client, "leading-groups", line="own")
    assert re.search(r"<b class=\"num\">1</b> / <span class=\"num\">2</span>", page)
    missing = get(client, "leading-groups", line="own", state="missing")
    assert towns[1].name in missing and towns[0].name not in missing
    assert towns[0].name not in get(client, "leading-groups", line="finance")


def test_programmes_and_responsible_persons(client, county, places):
    partner = office(COUNTY, line="transport", name="公主岭市交通运输局")
    form = {"name": "点对点", "lead_official": "测试局长", "partner_1": partner.code}
    client.post(reverse("programme-new", args=[county.pk]), form)
    programme = Programme.objects.get()
    assert list(programme.partners.all()) == [partner]
    assert partner.name in get(client, "programme-change", programme.pk)
    client.post(
        reverse("programme-change", args=[programme.pk]), {"name": "输送", "lead_official": "测试局长"}
    )
    assert programme.partners.count() == 0
    named = {"area_code": COUNTY, "person": "测试乙", "phone": MOBILE, "valid_from": "2020-01-25"}
    client.post(reverse("responsible-new", args=[county.pk]), named)
    client.post(reverse("responsible-new", args=[county.pk]), named | {"programme": programme.pk})
    assert Responsibility.objects.count() == 2
    row = Responsibility.objects.filter(programme=None).get()
    assert MOBILE not in get(client, "office", county.pk)
    shown = client.post(reverse("responsible-show", args=[row.pk]), {"reason": "核实"})
    assert MOBILE in shown.content.decode()
    assert "测试乙" in get(client, "responsible", q="乙")
    client.post(reverse("responsible-end", args=[row.pk]), {"on": "2020-03-01"})
    row.refresh_from_db()
    assert row.valid_to == date(2020, 3, 1)


def test_areas_nobody_answers_for_are_named(county, places):
    above = office(CITY, line="government")
    client = browse(posting(above, "leader"))
    with scope.applied(SYSTEM):
        actions.name_responsible(
            area_code=COUNTY, office=above, person="甲", valid_from=date(2020, 1, 1), by=SYSTEM, at=NOW
        )
    page = get(client, "responsible")
    assert re.search(r'<b class="num">1</b> / <span class="num">2</span>', page)
    assert reverse("area", args=[NEIGHBOUR]) in page and reverse("area", args=[COUNTY]) not in page


def test_trees_open_branch_by_branch(client, county, places):
    office("220184101000", line="hrss", name="测试镇人社所", parent=county)
    assert "公主岭市" in get(client, "office-tree", at=CITY)
    assert "德惠市" in get(client, "office-tree-part", CITY)
    assert county.name in get(client, "office-lines", line="hrss")
    assert "测试镇人社所" in get(client, "office-line-part", county.pk)
    assert client.get(reverse("office-tree-part", args=["nonsense"])).status_code == 404


def test_suggestions(client, county, places):
    assert f"{county.code} {county.name}" in get(client, "office-suggest", parent="公主岭")
    assert f"{COUNTY} 公主岭市" in get(client, "area-suggest", area_code="gzl")


def sealed(page: str, name: str) -> str:
    return re.search(rf'<textarea name="{name}" hidden>([^<]+)<', page)[1]


def test_an_import_is_checked_confirmed_and_taken_along(county, places):
    admin = browse(posting(office(CITY), "system_admin"))
    data = book(but(BUREAU, area=COUNTY), but(STATION, level="?"))
    page = admin.post(reverse("office-import"), {"file": SimpleUploadedFile("a.xlsx", data)}).content.decode()
    assert "C3" in page and not Office.objects.filter(code="HR1").exists()
    assert "88690000" not in page
    done = admin.post(reverse("office-import"), {"sealed": sealed(page, "sealed")}).content.decode()
    assert Office.objects.filter(code="HR1").exists()
    result = admin.post(reverse("office-import-result"), {"result": sealed(done, "result")})
    assert result.content.startswith(b"PK")
    other = browse(posting(office(CITY), "system_admin"))
    assert other.post(reverse("office-import"), {"sealed": sealed(page, "sealed")}).status_code == 422
    for wrong in ("", "x", base64.b64encode(b"\x01" * 60).decode()):
        assert admin.post(reverse("office-import"), {"sealed": wrong}).status_code == 422
    assert admin.post(reverse("office-import")).status_code == 422
    assert imports.template_file()[:2] == admin.get(reverse("office-template")).content[:2]


def test_only_administrators_import(client):
    assert client.get(reverse("office-import")).status_code == 403


def test_names_are_searched_as_of_a_day(client, places):
    before = get(client, "areas", q="公主岭", on="2020-01-25")
    assert "220381000000" in before and COUNTY not in before
    assert COUNTY in get(client, "areas", q="gzl", on="2021-01-01")
    assert "长春市" in get(client, "areas", at="220000000000")
    assert "德惠市" in get(client, "areas-part", CITY)
    assert get(client, "areas", on="nonsense") and get(client, "areas", on="2020-02-31")


def test_a_code_shows_its_history(client, places):
    page = get(client, "area", "220381000000", on="2021-01-01")
    assert "2020-07-01" in page
    assert client.get(reverse("area", args=["330000000000"])).status_code == 404
    assert client.get(reverse("area", args=["x"])).status_code == 404


def test_local_areas_and_changes_of_divisions(client, places):
    admin = browse(posting(office(CITY), "system_admin"))
    assert client.get(reverse("area-add-local", args=[COUNTY])).status_code == 403
    form = {"name": "测试经济开发区", "kind": "zone", "on": "2021-01-01"}
    assert admin.post(reverse("area-add-local", args=[COUNTY]), form | {"kind": "country"}).status_code == 422
    assert admin.post(reverse("area-add-local", args=[COUNTY]), form).status_code == 302
    assert Area.objects.filter(name="测试经济开发区", is_local=True).exists()
    change = {
        "kind": "rename", "on": "2022-01-01", "basis": "测试批复1号", "old": NEIGHBOUR,
        "new": f"{NEIGHBOUR} 德惠区", "children": "",
    }  # fmt: skip
    page = admin.post(reverse("area-change"), change | {"act": "preview"}).content.decode()
    assert "德惠区" in page and not Area.objects.filter(name="德惠区").exists()
    for wrong in (
        {"old": "x"},
        {"new": "220183000000"},
        {"children": "x"},
        {"basis": ""},
        {"old": "220199000000"},
    ):
        assert admin.post(reverse("area-change"), change | wrong | {"act": "do"}).status_code == 422
    assert admin.post(reverse("area-change"), change | {"act": "do"}).status_code == 302
    assert Area.objects.get(name="德惠区").valid_from == date(2022, 1, 1)


def test_the_import_leaves_no_open_file_behind(tmp_path, settings):
    settings.FILES_ROOT = tmp_path
    admin = browse(posting(office(CITY), "system_admin"))
    file = io.BytesIO(book(BUREAU))
    file.name = "a.xlsx"
    assert admin.post(reverse("office-import"), {"file": file}).status_code == 200
    assert list(tmp_path.rglob("*")) == []
