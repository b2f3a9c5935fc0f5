"""Rules, affected areas and isolations of made-up offices."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from chunfeng.core.actor import Actor
from chunfeng.notices.models import Emergency
from chunfeng.offices.models import Office
from chunfeng.people.actions import health, isolation
from chunfeng.people.models import AffectedArea, HealthRecord, Isolation, Person, PlacementRule
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


def days(n: int) -> timedelta:
    return timedelta(days=n)


def opened(who: Person, by: Actor, *, since: date | None = None, ago: int = 0, **more: Any) -> Isolation:
    """An isolation of somebody from an affected area, opened on the day `since` at nine o'clock."""
    at = f.NOW - days(ago)
    placed = isolation.place(
        person=who, exposure=more.pop("exposure", "area"), symptoms=more.pop("symptoms", False),
        since=since or timezone.localdate(at), by=by, at=at, **more,
    )  # fmt: skip
    assert placed.isolation is not None, placed.why
    return placed.isolation


def look(row: Isolation, by: Actor, on: date, ill: bool = False, **more: Any) -> HealthRecord:
    """A record of a day, made on that day."""
    given = {"symptoms": ["cough"] if ill else [], "key": f"{row.pk}:{on}:{ill}"} | more
    at = datetime.combine(on, time(9), UTC)
    return health.record_health(isolation=row, on=on, by=by, at=at, **given)[0]


def well(row: Isolation, by: Actor, until: date, *, without: tuple[date, ...] = ()) -> None:
    """Clear records of every day from the first to `until`."""
    day = row.starts_on
    while day <= until:
        if day not in without:
            look(row, by, day)
        day += days(1)
