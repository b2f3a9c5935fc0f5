"""What kind of place a name and a code speak of. Pure; the rules are those of the standard tables.

Names decide first (a sumu is a sumu wherever its code stands); where a name says nothing, the code's
groups do: GB/T 10114 gives 001–099 to streets, 100–199 to towns, 200–399 to townships; village groups
001–199 to residents' and 200–399 to villagers' committees. The statistics table numbers functional
zones 71–79 at county level.
"""

from __future__ import annotations

import re

from . import codes

# Groupings of the standard tables ("districts", "counties", "directly administered"), not places.
GROUPINGS = ("市辖区", "县", "市", "省直辖", "自治区直辖")
_ZONE = re.compile(
    r"(开发区|产业园区?|工业园区?|园区|管理区|试验区|实验区|示范区|合作区|保税区|度假区|风景名胜区|风景区|"
    r"旅游区|物流区|集聚区|聚集区|集中区|高新区|经开区|食品区|工业区|经济区|加工区|商务区|保税港区|渡假区|"
    r"新城|新区|科技园|科技城|工业城|园)(管委会|管理委员会)?$|管委会$"
)
_FARM = re.compile(r"(农场|林场|牧场|渔场|良种场|种畜场|马场|茶场|果场|园艺场|林业局|场)$")

_BY_ENDING: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("特别行政区", "sar"), ("自治区", "autonomous_region"), ("省", "province"), ("市", "municipality")),
    2: (("自治州", "autonomous_prefecture"), ("地区", "prefecture"), ("盟", "league"), ("市", "city")),
    3: (
        ("自治县", "autonomous_county"), ("自治旗", "autonomous_banner"), ("旗", "banner"),
        ("林区", "forest_district"), ("特区", "special_district"), ("区", "district"),
        ("市", "county_city"), ("县", "county"),
    ),
    4: (
        ("街道", "street"), ("街道办事处", "street"), ("苏木", "sumu"), ("族乡", "ethnic_township"),
        ("镇", "town"), ("乡", "township"), ("区公所", "district_office"),
    ),
    5: (
        ("嘎查", "gacha"), ("嘎查委员会", "gacha"), ("社区", "residents"), ("居委会", "residents"),
        ("居民委员会", "residents"), ("村委会", "villagers"), ("村民委员会", "villagers"),
        ("村", "villagers"),
    ),
}  # fmt: skip


def is_grouping(code: str, name: str) -> bool:
    """Is this line of a table a heading ("市辖区" 110100, 130101) and not a place?"""
    return name in GROUPINGS[:3] or name.startswith(GROUPINGS[3:])


def kind_of(code: str, name: str) -> str:
    """The kind (a value of choices.Kind) of the place with this code and name."""
    level = codes.level(code)
    if level == 0:
        return "country"
    if level == 2 and is_grouping(code, name):
        return "grouping"
    if level == 3 and "71" <= code[4:6] <= "79":
        return "zone"
    if level == 4 and re.search(r"(兵团|师|^)[^乡镇]*(团|团场)$", name):
        return "regiment"
    # 浦东新区 and 绿园区 are districts of the standard: a county-level name makes a zone only of a local code
    if (level == 4 or (level == 3 and codes.is_local(code))) and _ZONE.search(name):
        return "zone"
    for ending, kind in _BY_ENDING.get(level, ()):
        if name.endswith(ending):
            return kind
    return _by_code(code, level, name)


def _by_code(code: str, level: int, name: str) -> str:
    if level == 4:
        if _FARM.search(name):
            return "farm"
        group = code[6:9]
        if group.isdigit() and group < "400":
            return "street" if group < "100" else "town" if group < "200" else "township"
    if level == 5:
        group = code[9:12]
        if group.isdigit() and group < "400":
            return "residents" if group < "200" else "villagers"
    return {6: "block", 7: "cell"}.get(level, "other")


# Endings a short name drops, longest first: 公主岭市 → 公主岭, 长安街道 → 长安.
_GENERIC = re.compile(
    r"(特别行政区|自治区|自治州|自治县|自治旗|街道办事处|社区居民委员会|社区居委会|居民委员会|居委会|"
    r"村民委员会|村委会|地区|林区|特区|街道|苏木|嘎查|社区|省|市|盟|区|县|旗|镇|乡|村)$"
)
# Peoples in the names of autonomous areas: 延边朝鲜族自治州 → 延边. Some stand without 族.
_PEOPLES = re.compile(
    r"(?:(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|"
    r"景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|鄂温克|保安|裕固|各)族|"
    r"蒙古(?!自治区)|哈萨克|柯尔克孜|锡伯|塔吉克|维吾尔)+(?=自治)"
)


def short_name(name: str) -> str:
    """The name without its generic ending, at least two characters long: 沙县 stays 沙县."""
    bare = _GENERIC.sub("", _PEOPLES.sub("", name))
    return bare if len(bare) >= 2 else name
