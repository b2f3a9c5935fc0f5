"""Names as of a date, kinds of places, search."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chunfeng.areas import codes, queries
from chunfeng.areas.choices import Kind
from chunfeng.areas.models import Area

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("china")]
EARLY_2020, LATE_2020, SARS, NOW = date(2020, 1, 26), date(2020, 12, 1), date(2003, 6, 6), date(2023, 7, 1)


def found(name: str, on: date, within: str | None = None) -> list[str]:
    return [row.code for row in queries.resolve(name, on, within)]


@pytest.mark.parametrize(
    ("name", "on", "code"),
    [
        ("公主岭市", EARLY_2020, "220381000000"),
        ("公主岭市", LATE_2020, "220184000000"),
        ("公主岭", EARLY_2020, "220381000000"),
        ("公主岭市", SARS, "220381000000"),
        ("吉林省公主岭市", EARLY_2020, "220381000000"),
        ("长春市公主岭市", LATE_2020, "220184000000"),
        ("吉林省", SARS, "220000000000"),
        ("长春", NOW, "220100000000"),
        ("长春市二道区", SARS, "220105000000"),
        ("襄樊市", SARS, "420600000000"),
        ("襄阳市", NOW, "420600000000"),
        ("南汇区", SARS, "310119000000"),
        ("崇文区", SARS, "110103000000"),
        ("瀍河回族区", SARS, "410304000000"),
        ("邵东县", date(2019, 1, 1), "430521000000"),
        ("邵东市", EARLY_2020, "430582000000"),
        ("莱芜市", date(2018, 12, 25), "371200000000"),
        ("莱芜区", date(2018, 12, 26), "370116000000"),
        ("米林市", date(2023, 4, 3), "540481000000"),
        ("米林县", date(2023, 4, 2), "540422000000"),
        ("延边州", NOW, "222400000000"),
        ("延边", SARS, "222400000000"),
        ("恩施州恩施市", EARLY_2020, "422801000000"),
        ("石河子市", NOW, "659001000000"),
        ("北屯市", EARLY_2020, "659005000000"),
        ("济源市", NOW, "419001000000"),
        ("东莞市", SARS, "441900000000"),
        ("长春经济技术开发区", EARLY_2020, "220171000000"),
        ("香港特别行政区", NOW, "810000000000"),
        ("中华人民共和国", NOW, codes.COUNTRY),
    ],
)
def test_a_name_means_the_area_of_its_day(name: str, on: date, code: str) -> None:
    assert found(name, on) == [code]


@pytest.mark.parametrize(
    ("name", "on"),
    [
        ("襄阳市", SARS),
        ("崇文区", NOW),
        ("莱芜区", date(2018, 12, 25)),
        ("邵东县", NOW),
        ("没有这个市", NOW),
        ("", NOW),
    ],
)
def test_a_name_of_another_time_means_nothing(name: str, on: date) -> None:
    assert found(name, on) == []


def test_a_common_name_gives_all_and_within_narrows_it() -> None:
    assert len(found("朝阳区", NOW)) == 2
    assert found("朝阳区", NOW, "220100000000") == ["220104000000"]
    assert found("北京市朝阳区", NOW) == ["110105000000"]


def test_before_a_change_of_unknown_day_the_new_name_is_understood() -> None:
    # 公主岭's new code came between 2020-05-31 and 2020-06-30
    assert queries.area("220184000000", date(2020, 6, 15)) is not None
    assert queries.area("220184000000", date(2020, 5, 31)) is None
    assert found("襄都区", date(2020, 6, 15)) == ["130502000000"]
    assert found("桥东区", date(2020, 6, 15), "130500000000") == ["130502000000"]
    assert queries.path_name("220184100000", date(2020, 6, 15)) == "吉林省长春市公主岭市二十家子镇"
    row = queries.area("220184000000", NOW)
    assert row is not None and not row.day_known and row.changed_after == date(2020, 5, 31)


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("152500000000", "锡林郭勒盟", Kind.LEAGUE),
        ("152527000000", "太仆寺旗", Kind.BANNER),
        ("150722000000", "莫力达瓦达斡尔族自治旗", Kind.AUTONOMOUS_BANNER),
        ("152527201000", "贡宝拉格苏木", Kind.SUMU),
        ("222400000000", "延边朝鲜族自治州", Kind.AUTONOMOUS_PREFECTURE),
        ("110000000000", "北京市", Kind.MUNICIPALITY),
        ("150000000000", "内蒙古自治区", Kind.AUTONOMOUS_REGION),
        ("810000000000", "香港特别行政区", Kind.SAR),
        ("652900000000", "阿克苏地区", Kind.PREFECTURE),
        ("429021000000", "神农架林区", Kind.FOREST_DISTRICT),
        ("520203000000", "六枝特区", Kind.SPECIAL_DISTRICT),
        ("220171000000", "长春经济技术开发区", Kind.ZONE),
        ("110100000000", "市辖区", Kind.GROUPING),
        ("220184000000", "公主岭市", Kind.COUNTY_CITY),
    ],
)
def test_kinds(code: str, name: str, kind: str) -> None:
    row = queries.area(code, NOW)
    assert row is not None and (row.name, row.kind) == (name, kind)


def test_children_step_over_groupings() -> None:
    names = [row.name for row in queries.children("110000000000", NOW)]
    assert len(names) == 16 and names[0] == "东城区" and "市辖区" not in names
    before = {row.name for row in queries.children("220300000000", EARLY_2020)}
    after = {row.name for row in queries.children("220300000000", LATE_2020)}
    assert before - after == {"公主岭市"}
    towns = queries.children("220381000000", EARLY_2020)
    assert {"范家屯镇", "河南街道"} <= {row.name for row in towns}
    assert queries.children("441900000000", NOW)[0].level == 4


def test_counts_of_the_2023_table() -> None:
    on = date(2023, 6, 30)
    counts = {level: Area.objects.filter(queries.valid(on), level=level).count() for level in (1, 4)}
    assert counts == {1: 34, 4: 41_352 - 1}  # 金门县 stands there for its townships


def test_path_name() -> None:
    assert queries.path_name("220184100000", NOW) == "吉林省长春市公主岭市二十家子镇"
    assert queries.path_name("220381000000", EARLY_2020) == "吉林省四平市公主岭市"
    assert queries.path_name("110105000000", NOW) == "北京市朝阳区"
    assert queries.path_name(codes.COUNTRY, NOW) == "中华人民共和国"


def test_search_by_code_initials_and_name_ranks_the_best_first() -> None:
    assert [row.code for row in queries.search("220184", NOW, limit=1)] == ["220184000000"]
    assert queries.search("gzl", NOW)[0].name == "公主岭市"
    assert queries.search("cyq", NOW)[0].name == "朝阳区"
    assert queries.search("GZLS", NOW)[0].name == "公主岭市"
    names = [row.name for row in queries.search("长春", NOW)]
    assert names[0] == "长春市" and "长春经济技术开发区" in names
    assert queries.search("二道", NOW, within="220100000000")[0].code == "220105000000"
    assert queries.search("主岭", NOW)[0].name == "公主岭市"
    assert {row.level for row in queries.search("河南", NOW, level=4)} == {4}
    assert queries.search("  ", NOW) == queries.search("%", NOW) == []


def test_villages_are_searched_inside_a_prefecture_only() -> None:
    village = Area.objects.filter(level=5).order_by("code").first()
    assert village is not None
    assert village.code in {row.code for row in queries.search(village.name, NOW, within="220100000000")}
    assert village.code not in {row.code for row in queries.search(village.name, NOW)}
    assert village.code in found(village.name, NOW, "220105000000")


def test_ranges_in_sql_are_those_in_python() -> None:
    everything = list(Area.objects.values_list("code", flat=True).distinct())
    for code in ("220000000000", "229900000000", "220100000000", "659000000000", "441900000000"):
        lo, hi = codes.code_range(code)
        in_sql = set(Area.objects.filter(queries.inside(code)).values_list("code", flat=True))
        assert in_sql == {other for other in everything if lo <= other < hi}
    in_order = list(Area.objects.order_by("code").values_list("code", flat=True))
    assert in_order == sorted(in_order)


def test_every_area_has_its_parent_while_it_is_valid() -> None:
    for on in (SARS, EARLY_2020, LATE_2020, NOW):
        have = set(Area.objects.filter(queries.valid(on)).values_list("code", flat=True))
        wanted = set(
            Area.objects.filter(queries.valid(on)).exclude(level=0).values_list("parent_code", flat=True)
        )
        assert wanted - have == set()


def test_search_asks_once() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        queries.search("朝阳", NOW)
    assert len(asked) == 1
