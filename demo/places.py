"""Where the story plays: one real prefecture's divisions, and the offices a prefecture has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from chunfeng.areas import queries as areas

PROVINCE, PREFECTURE, COUNTY = "220000000000", "220100000000", "220184000000"
ZONES = (
    "长春经济技术开发区",
    "长春高新技术产业开发区",
    "长春净月高新技术产业开发区",
    "长春汽车经济技术开发区",
)
BUREAUS = {
    "employment": "就业服务局",
    "health": "卫生健康委员会",
    "industry": "工业和信息化局",
    "transport": "交通运输局",
    "public_security": "公安局",
    "finance": "财政局",
}
PARTNERS = frozenset({"health", "industry", "transport", "public_security", "finance"})
AGENCY = {PROVINCE: "吉人社演示发", PREFECTURE: "长人社演示发", COUNTY: "公人社演示发"}


@dataclass(frozen=True)
class Row:
    """One office of the directory."""

    code: str
    name: str
    level: str
    line: str
    area_code: str
    parent: str
    agency: str = ""
    partner: bool = False

    @property
    def short(self) -> str:
        """How officials call it: 南关区人社局, 经开区."""
        name = self.name.replace("人力资源和社会保障", "人社").replace("卫生健康委员会", "卫健委")
        if self.line == "zone":
            name = name.removeprefix("长春").removesuffix("管理委员会").replace("高新技术产业", "高新")
        return name if name != self.name else ""


def rows(*, on: date, zones: dict[str, str], villages: str) -> Iterator[Row]:
    """All offices, parents first. `zones` maps a zone's name to its local code; `villages` bounds the villages."""
    province = areas.area(PROVINCE, on)
    yield Row(
        "HR22", f"{province.name}人力资源和社会保障厅", "province", "hrss", PROVINCE, "", AGENCY[PROVINCE]
    )
    for line, ending in BUREAUS.items():
        name = ending if line in {"employment", "health"} else ending[:-1] + "厅"
        yield Row(
            f"{line}22",
            f"{province.name}{name}",
            "province",
            line,
            PROVINCE,
            "HR22",
            partner=line in PARTNERS,
        )
    for place in areas.children(PROVINCE, on):
        if place.level == 2:
            yield from _bureau(place, "prefecture", "HR22", with_bureaus=place.code == PREFECTURE)
    top = f"HR{PREFECTURE[:4]}"
    for name, code in zones.items():
        yield Row(f"ZONE{code[:6]}", f"{name}管理委员会", "county", "zone", code, top)
    for county in areas.children(PREFECTURE, on):
        if county.is_local:
            continue
        yield from _bureau(county, "county", top, with_bureaus=True)
        for town in areas.children(county.code, on):
            yield from _town(town, f"HR{county.code[:6]}", on, with_villages=town.code.startswith(villages))


def _bureau(place: areas.Area, level: str, parent: str, *, with_bureaus: bool) -> Iterator[Row]:
    stem = place.code[:4] if level == "prefecture" else place.code[:6]
    code = f"HR{stem}"
    yield Row(
        code,
        f"{place.name}人力资源和社会保障局",
        level,
        "hrss",
        place.code,
        parent,
        AGENCY.get(place.code, ""),
    )
    for line, ending in BUREAUS.items() if with_bureaus else ():
        name = "卫生健康局" if line == "health" and level == "county" else ending
        yield Row(
            f"{line}{stem}", f"{place.name}{name}", level, line, place.code, code, partner=line in PARTNERS
        )


def _town(town: areas.Area, parent: str, on: date, *, with_villages: bool) -> Iterator[Row]:
    ending = (
        "办事处" if town.name.endswith("街道") else "人民政府" if town.name.endswith(("乡", "镇")) else ""
    )
    name = town.name if town.name.endswith(("办事处", "人民政府")) else town.name + ending
    yield Row(f"T{town.code[:9]}", name, "township", "government", town.code, parent)
    if not with_villages:
        return
    for village in areas.children(town.code, on):
        yield Row(
            f"V{village.code}", village.name, "village", "government", village.code, f"T{town.code[:9]}"
        )
