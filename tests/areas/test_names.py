"""Kinds, short names and initials: pure."""

import pytest

from chunfeng.areas import kinds, pinyin


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("公主岭市", "gzls"), ("朝阳区", "cyq"), ("重庆市", "cqs"), ("长子县", "zzx"), ("长春市", "ccs"),
        ("弓长岭区", "gclq"), ("番禺区", "pyq"), ("8号桥社区", "8hqsq"),
        ("甘孜藏族自治州", "gzczzzz"), ("", ""),
    ],
)  # fmt: skip
def test_initials(name: str, letters: str) -> None:
    assert pinyin.initials(name) == letters


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("公主岭市", "公主岭"), ("沙县", "沙县"), ("内蒙古自治区", "内蒙古"), ("阿克苏地区", "阿克苏"),
        ("东华门街道", "东华门"), ("锡林郭勒盟", "锡林郭勒"), ("太仆寺旗", "太仆寺"),
        ("东于社区居委会", "东于"),
        ("贡宝拉格苏木", "贡宝拉格"), ("南高村委会", "南高"), ("长春经济技术开发区", "长春经济技术开发"),
        ("延边朝鲜族自治州", "延边"), ("彭水苗族土家族自治县", "彭水"), ("伊犁哈萨克自治州", "伊犁"),
        ("莫力达瓦达斡尔族自治旗", "莫力达瓦"), ("广西壮族自治区", "广西"), ("新疆维吾尔自治区", "新疆"),
    ],
)  # fmt: skip
def test_short_name(name: str, short: str) -> None:
    assert kinds.short_name(name) == short


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("220171000000", "长春经济技术开发区", "zone"),
        ("2201A1000000", "长春莲花山度假区", "zone"),
        ("659004501000", "兵团一〇一团", "regiment"),
        ("152527201206", "敦达乌苏嘎查", "gacha"),
        ("110101001001", "多福巷社区居委会", "residents"),
        ("130111200201", "南高村委会", "villagers"),
        ("220184001003", "公园", "residents"),
        ("220184405000", "创业农场", "farm"),
        ("220184407000", "范家屯经济开发区", "zone"),
        ("220184100001A01", "一号楼区", "block"),
        ("220184100001A01A01", "第一组十户", "cell"),
        ("110200000000", "县", "grouping"),
        ("419000000000", "省直辖县级行政区划", "grouping"),
    ],
)
def test_kind(code: str, name: str, kind: str) -> None:
    assert kinds.kind_of(code, name) == kind


@pytest.mark.parametrize(
    ("code", "name"), [("220106000000", "绿园区"), ("411402000000", "梁园区"), ("310115000000", "浦东新区")]
)
def test_a_district_of_the_standard_is_no_zone_whatever_its_name_ends_with(code, name):
    assert kinds.kind_of(code, name) == "district"
