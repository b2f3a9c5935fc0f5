"""Rules, affected areas and isolations of made-up offices."""

from __future__ import annotations

from datetime import date
from typing import Any

from chunfeng.notices.models import Emergency
from chunfeng.offices.models import Office
from chunfeng.people.models import AffectedArea, PlacementRule
from tests import factories as f

HIT = "420000000000"
HIT_CITY, HIT_VILLAGE = "420100000000", "420115100201"
CLAUSE = "测疫指〔2020〕3号 第二条"


def emergency() -> Emergency:
    return Emergency.objects.filter(name="测试疫情").first() or f.emergency(name="测试疫情")


def hit(at: Office, place: str = HIT, **more: Any) -> AffectedArea:
    values = {"area_code": at.area_code, "source": CLAUSE, "valid_from": date(2020, 1, 23)}
    return AffectedArea.objects.create(emergency=emergency(), office=at, place=place, **(values | more))


def rule(at: Office, placement: str = "home", **more: Any) -> PlacementRule:
    values = {
        "area_code": at.area_code,
        "name": f"{at.pk}-{placement}-{PlacementRule.objects.count()}",
        "exposure": "area",
        "symptoms": None,
        "days": 0 if placement == "enter" else 14,
        "source": CLAUSE,
        "valid_from": date(2020, 1, 25),
    }
    return PlacementRule.objects.create(
        emergency=emergency(), office=at, placement=placement, **(values | more)
    )
