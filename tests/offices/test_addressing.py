"""Addressee phrases as documents print them, resolved to a small directory. Every name is made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.offices import addressing
from chunfeng.offices.models import Office
from chunfeng.offices.queries import below, resolve_addressees, resolve_body
from tests.factories import office

pytestmark = pytest.mark.django_db
PROVINCE, CITY, OTHER_CITY = "990000000000", "990100000000", "990200000000"
COUNTIES = (("990121", "青禾县"), ("990181", "东河市"), ("990102", "湖滨区"))
TOWNS = ("柳树镇", "榆树乡")


@pytest.fixture
def tree() -> dict[str, Office]:
    """Province, two prefectures, county, county-level city, district, two zones, townships, villages."""
    made: dict[str, Office] = {}

    def add(code: str, line: str, name: str, parent: str = "", **more) -> None:
        made[name] = office(code, line=line, name=name, parent=made.get(parent), **more)

    add(PROVINCE, "government", "中原省人民政府")
    add(PROVINCE, "hrss", "中原省人力资源和社会保障厅", "中原省人民政府")
    add(PROVINCE, "health", "中原省卫生健康委员会", "中原省人民政府")
    add(CITY, "government", "云泽市人民政府", "中原省人民政府")
    add(CITY, "hrss", "云泽市人力资源和社会保障局", "中原省人力资源和社会保障厅", aliases=["市人社局"])
    add(CITY, "employment", "云泽市就业服务中心", "云泽市人力资源和社会保障局")
    add(CITY, "finance", "云泽市财政局", "云泽市人民政府")
    add(CITY, "health", "云泽市卫生健康委员会", "云泽市人民政府")
    add(CITY, "other", "云泽市发展和改革委员会", "云泽市人民政府", aliases=["市发改委"])
    add(OTHER_CITY, "government", "海州市人民政府", "中原省人民政府")
    add(OTHER_CITY, "hrss", "海州市人力资源和社会保障局", "中原省人力资源和社会保障厅")
    add("999001000000", "government", "直东市人民政府", "中原省人民政府")
    add("999001000000", "hrss", "直东市人力资源和社会保障局", "中原省人力资源和社会保障厅")
    for code, name in COUNTIES:
        add(code + "000000", "government", f"{name}人民政府", "云泽市人民政府")
        add(code + "000000", "hrss", f"{name}人力资源和社会保障局", "云泽市人力资源和社会保障局")
        add(code + "000000", "employment", f"{name}就业服务中心", f"{name}人力资源和社会保障局")
        add(code + "000000", "health", f"{name}卫生健康局", f"{name}人民政府")
        for n, town in enumerate(TOWNS):
            add(f"{code}10{n}000", "government", f"{name}{town}人民政府", f"{name}人民政府")
            add(f"{code}10{n}000", "hrss", f"{name}{town}人社服务中心", f"{name}人力资源和社会保障局")
            add(f"{code}10{n}201", "government", f"{name}{town}东村村民委员会", f"{name}{town}人民政府")
    add("9901A1000000", "zone", "云泽经济开发区管理委员会", "云泽市人民政府", aliases=["经开区"])
    add("9901A2000000", "zone", "云湖旅游度假区管理委员会", "云泽市人民政府")
    add("9901A2000000", "hrss", "云湖旅游度假区人力资源和社会保障局", "云泽市人力资源和社会保障局")
    made["青禾县防控指挥部"] = office("990121000000", line="command", name="青禾县新冠肺炎疫情防控指挥部")
    return made


P, PH = "中原省人民政府", "中原省人力资源和社会保障厅"
C, CH = "云泽市人民政府", "云泽市人力资源和社会保障局"
ZONES = ["云泽经济开发区管理委员会", "云湖旅游度假区管理委员会"]


def counties(ending: str) -> list[str]:
    return [f"{name}{ending}" for _code, name in COUNTIES]


def towns(ending: str) -> list[str]:
    return [f"{county}{town}{ending}" for _code, county in COUNTIES for town in TOWNS]


CASES = [
    (C, "各县（市、区）人民政府", counties("人民政府")),
    (C, "各县(市、区)人民政府：", counties("人民政府")),
    (C, "各县市区人民政府", counties("人民政府")),
    (CH, "各县（市、区）人力资源和社会保障局、卫生健康局",
     counties("人力资源和社会保障局") + counties("卫生健康局")),
    (CH, "各县市区人社局", counties("人力资源和社会保障局")),
    (CH, "各县（市、区）、各开发区人力资源和社会保障局",
     [*counties("人力资源和社会保障局"), ZONES[0], "云湖旅游度假区人力资源和社会保障局"]),
    (C, "各县（市、区）和两个功能区", counties("人民政府") + ZONES),
    (C, "各功能区管委会", ZONES),
    (C, "各开发区管委会", ZONES),
    (C, "经开区、云湖旅游度假区管委会有关部门", ZONES),
    (C, "各区，市政府各部门",
     ["湖滨区人民政府", CH, "云泽市财政局", "云泽市卫生健康委员会", "云泽市发展和改革委员会"]),
    (C, "各县（区）人民政府，市人民政府各工作部门",
     ["青禾县人民政府", "湖滨区人民政府", CH,
      "云泽市财政局", "云泽市卫生健康委员会", "云泽市发展和改革委员会"]),
    (P, "各市（地）人民政府（行署）", [C, "海州市人民政府"]),
    (PH, "各省辖市、直管市人社局", [CH, "海州市人力资源和社会保障局", "直东市人力资源和社会保障局"]),
    (PH, "各市、扩权县（市）人社局",
     [CH, "海州市人力资源和社会保障局", "直东市人力资源和社会保障局",
      "青禾县人力资源和社会保障局", "东河市人力资源和社会保障局"]),
    (CH, "各县（市、区）、经开区人力资源和社会保障局", [*counties("人力资源和社会保障局"), ZONES[0]]),
    (C, "各苏木乡镇（场）", towns("人民政府")),
    (C, "各旗县市人民政府", ["青禾县人民政府", "东河市人民政府"]),
    (C, "市直各部门", [CH, "云泽市财政局", "云泽市卫生健康委员会", "云泽市发展和改革委员会"]),
    (CH, "市直有关单位", ["云泽市财政局", "云泽市卫生健康委员会", "云泽市发展和改革委员会"]),
    (C, "市直各医疗卫生单位", ["云泽市卫生健康委员会"]),
    (P, "省级各部门", [PH, "中原省卫生健康委员会"]),
    (P, "自治区各委、办、厅、局", [PH, "中原省卫生健康委员会"]),
    (CH, "局属各单位", ["云泽市就业服务中心"]),
    (PH, "各市州就业服务中心", ["云泽市就业服务中心"]),
    (P, "各盟行政公署、市人民政府", [C, "海州市人民政府"]),
    (P, "各行政公署", [C, "海州市人民政府"]),
    (P, "各市、县人民政府", [C, "海州市人民政府", "直东市人民政府", "青禾县人民政府", "东河市人民政府"]),
    (PH, "各市、直管县（市）人力资源和社会保障局",
     [CH, "海州市人力资源和社会保障局", "直东市人力资源和社会保障局"]),
    (C, "各乡镇人民政府、街道办事处", towns("人民政府")),
    (C, "各乡镇党委、政府", towns("人民政府")),
    (C, "各乡镇（街道）人社服务中心", towns("人社服务中心")),
    (C, "各村（居）民委员会", towns("东村村民委员会")),
    (C, "各村（社区）", towns("东村村民委员会")),
    (C, "各苏木乡镇、嘎查村", towns("人民政府") + towns("东村村民委员会")),
    (CH, "海州市人力资源和社会保障局", ["海州市人力资源和社会保障局"]),
    (CH, "海州市人社局", ["海州市人力资源和社会保障局"]),
    (CH, "市财政局、市就业服务中心", ["云泽市财政局", "云泽市就业服务中心"]),
    (C, "东河市人社局", ["东河市人力资源和社会保障局"]),
    (C, "各县（市、区）新冠肺炎疫情防控指挥部", ["青禾县新冠肺炎疫情防控指挥部"]),
    (C, "各地各部门",
     [*counties("人民政府"), CH, "云泽市财政局", "云泽市卫生健康委员会", "云泽市发展和改革委员会"]),
]  # fmt: skip


@pytest.mark.parametrize(("issuer", "phrase", "wanted"), CASES, ids=[f"{i[:3]}-{p}" for i, p, _w in CASES])
def test_a_phrase_reaches_exactly_these_offices(tree, issuer, phrase, wanted):
    (found,) = resolve_addressees([phrase], issuer=tree[issuer])
    assert sorted(o.name for o in found.offices) == sorted(wanted), found.why
    assert found.why and found.phrase == phrase


@pytest.mark.parametrize(
    ("issuer", "phrase", "says"),
    [
        (CH, "局机关各处室", "issuing office itself"),
        (CH, "市就业服务局各科室", "issuing office itself"),
        (C, "中央、省属驻云各单位", "stationed here"),
        (C, "在云各单位", "stationed here"),
        (C, "各参保单位", "firms or the public"),
        (C, "各企业、事业单位", "firms or the public"),
        (C, "梅岭市人民政府", "Choose the offices"),
        (C, "", "choose the offices"),
        (C, "：", "choose the offices"),
    ],
)
def test_what_is_not_in_the_directory_is_left_to_the_officer(tree, issuer, phrase, says):
    (found,) = resolve_addressees([phrase], issuer=tree[issuer])
    assert found.offices == () and says in found.why


def test_a_part_that_is_missing_is_said_beside_what_was_found(tree):
    (found,) = resolve_addressees(["各县（市、区）人力资源和社会保障局、交通运输局"], issuer=tree[CH])
    assert len(found.offices) == 3 and "交通运输局" in found.why


def test_a_wrong_number_of_zones_is_said(tree):
    (found,) = resolve_addressees(["各县（市、区）和三个功能区"], issuer=tree[C])
    assert "3" in found.why and "2" in found.why and len(found.offices) == 5


def test_two_offices_of_one_name_are_not_chosen_between(tree):
    office("990121103000", line="government", name="城关镇人民政府", level="township")
    office("990102103000", line="government", name="城关镇人民政府", level="township")
    (found,) = resolve_addressees(["城关镇人民政府"], issuer=tree[C])
    assert found.offices == () and "2 offices" in found.why
    near = Office.objects.get(name="青禾县人民政府")
    (found,) = resolve_addressees(["城关镇人民政府"], issuer=near)
    assert len(found.offices) == 1


def test_retired_offices_and_the_issuer_get_nothing(tree):
    Office.objects.filter(name="青禾县人民政府").update(active=False)
    (found,) = resolve_addressees(["各县（市、区）人民政府"], issuer=tree[C])
    assert len(found.offices) == 2
    (found,) = resolve_addressees(["云泽市人民政府"], issuer=tree[C])
    assert found.offices == ()


Q, D = "青禾县人力资源和社会保障局", "东河市人力资源和社会保障局"


@pytest.mark.parametrize(
    ("near", "name", "wanted"),
    [
        (Q, "市人社局", CH), (D, "市人社局", D), (CH, "市人社局", CH), (Q, "我局", Q), (Q, "我局就业科", Q),
        (Q, "省人社厅", PH), (Q, "省厅劳动关系处", PH), (Q, "市局就业科", CH), (Q, "县局", Q),
        (Q, "市财政局", "云泽市财政局"),
        (Q, "县卫生健康局", "青禾县卫生健康局"), (Q, "卫生健康部门", "青禾县卫生健康局"),
        (Q, "市发改委", "云泽市发展和改革委员会"),
        (CH, "本级财政部门", "云泽市财政局"), (Q, "县政府办公室", "青禾县人民政府"), (Q, "我市人社局", CH),
        (Q, "县指挥部办公室", "青禾县新冠肺炎疫情防控指挥部"),
        (Q, "海州市人社局", "海州市人力资源和社会保障局"),
        (CH, "云泽市就业服务中心", "云泽市就业服务中心"), (PH, "市人社局", None), (CH, "县人社局", None),
        (CH, "各县人社局", None), (Q, "贵局", None), (Q, "企业", None), (Q, "本级财政部门", None),
        (Q, "", None),
        (Q, "县职教中心", None), (Q, "有条件的地方", None),
    ],
)  # fmt: skip
def test_a_body_is_the_one_office_it_names_or_none(tree, near, name, wanted):
    found = resolve_body(name, near=tree[near])
    assert (found.name if found else None) == wanted


def test_in_a_municipality_the_city_is_the_province():
    city = office("110000000000", line="hrss", name="京城市人力资源和社会保障局")
    near = office("110105000000", line="hrss", name="测试区人力资源和社会保障局")
    assert resolve_body("市人社局", near=near) == city


def test_below_is_everything_inside_and_what_reports_at_the_seat(tree):
    bureau = tree[CH]
    names = set(below(bureau).values_list("name", flat=True))
    assert "云泽市就业服务中心" in names and "青禾县人民政府" in names
    assert not names & {C, "云泽市财政局", "海州市人民政府", PH}
    assert set(below(bureau, level="county", line="hrss").values_list("name", flat=True)) == {
        *counties("人力资源和社会保障局"), "云湖旅游度假区人力资源和社会保障局",
    }  # fmt: skip
    assert {o.parent_id for o in below(bureau, direct=True)} == {bureau.pk}


def test_the_number_of_queries_does_not_grow_with_the_directory(tree, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        resolve_addressees(["各县（市、区）、各开发区人力资源和社会保障局"], issuer=tree[CH])


text = st.text(
    alphabet=st.sampled_from(
        list("各县市区（）、，和三个开发区管委会人社局厅财政省直部门单位村民乡镇驻全我本ab 1\n")
    ),
    max_size=30,
)


@given(text | st.text(max_size=40))
def test_any_phrase_is_read_without_falling_over(phrase):
    for part in addressing.parts(phrase):
        for call in addressing.read_items(addressing.items(part)):
            for item in call.items:
                assert item.places or item.name or item.body or item.text
                addressing.levels(item.places, "prefecture")
