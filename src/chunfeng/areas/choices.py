"""Levels and kinds of areas, and kinds of change."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """How deep an area lies; equal to chunfeng.areas.codes.level."""

    COUNTRY = 0, _("Country")
    PROVINCE = 1, _("Province level")
    PREFECTURE = 2, _("Prefecture level")
    COUNTY = 3, _("County level")
    TOWNSHIP = 4, _("Township level")
    VILLAGE = 5, _("Village level")
    BLOCK = 6, _("Block level")
    CELL = 7, _("Ten-household cell level")


class Kind(models.TextChoices):
    """What an area is, after the standard's terms; the Chinese term stands beside each."""

    COUNTRY = "country", _("Country")  # 国家
    PROVINCE = "province", _("Province")  # 省
    AUTONOMOUS_REGION = "autonomous_region", _("Autonomous region")  # 自治区
    MUNICIPALITY = "municipality", _("Municipality")  # 直辖市
    SAR = "sar", _("Special administrative region")  # 特别行政区
    CITY = "city", _("Prefecture-level city")  # 地级市
    PREFECTURE = "prefecture", _("Prefecture")  # 地区
    LEAGUE = "league", _("League")  # 盟
    AUTONOMOUS_PREFECTURE = "autonomous_prefecture", _("Autonomous prefecture")  # 自治州
    GROUPING = "grouping", _("Grouping of the table")  # 市辖区、省直辖县级行政区划
    DISTRICT = "district", _("District")  # 市辖区
    COUNTY_CITY = "county_city", _("County-level city")  # 县级市
    COUNTY = "county", _("County")  # 县
    AUTONOMOUS_COUNTY = "autonomous_county", _("Autonomous county")  # 自治县
    BANNER = "banner", _("Banner")  # 旗
    AUTONOMOUS_BANNER = "autonomous_banner", _("Autonomous banner")  # 自治旗
    FOREST_DISTRICT = "forest_district", _("Forestry district")  # 林区
    SPECIAL_DISTRICT = "special_district", _("Special district")  # 特区
    STREET = "street", _("Street office")  # 街道
    TOWN = "town", _("Town")  # 镇
    TOWNSHIP = "township", _("Township")  # 乡
    ETHNIC_TOWNSHIP = "ethnic_township", _("Ethnic township")  # 民族乡
    SUMU = "sumu", _("Sumu")  # 苏木
    DISTRICT_OFFICE = "district_office", _("District office")  # 区公所
    FARM = "farm", _("State farm")  # 农林牧渔场
    RESIDENTS = "residents", _("Residents' committee")  # 居民委员会
    VILLAGERS = "villagers", _("Villagers' committee")  # 村民委员会
    GACHA = "gacha", _("Gacha")  # 嘎查
    ZONE = "zone", _("Functional zone")  # 功能区
    CORPS = "corps", _("Corps")  # 兵团
    CORPS_DIVISION = "corps_division", _("Corps division")  # 师
    REGIMENT = "regiment", _("Regiment")  # 团场
    BLOCK = "block", _("Block")  # 楼区、屯
    CELL = "cell", _("Ten-household cell")  # 十户网格
    OTHER = "other", _("Other area")  # 其他


class ChangeKind(models.TextChoices):
    MERGE = "merge", _("Merge")
    SPLIT = "split", _("Split")
    RENAME = "rename", _("Rename")
    RECODE = "recode", _("New code")


# Kinds a person may add by hand, with the level at which each may stand.
LOCAL_KINDS: dict[str, tuple[int, ...]] = {
    Kind.ZONE: (Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE),
    Kind.CORPS: (Level.PREFECTURE,),
    Kind.CORPS_DIVISION: (Level.PREFECTURE, Level.COUNTY),
    Kind.REGIMENT: (Level.COUNTY, Level.TOWNSHIP),
    Kind.SUMU: (Level.TOWNSHIP,),
    Kind.FARM: (Level.TOWNSHIP,),
    Kind.GACHA: (Level.VILLAGE,),
    Kind.RESIDENTS: (Level.VILLAGE,),
    Kind.VILLAGERS: (Level.VILLAGE,),
    Kind.BLOCK: (Level.BLOCK,),
    Kind.CELL: (Level.CELL,),
    Kind.OTHER: (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE),
}
