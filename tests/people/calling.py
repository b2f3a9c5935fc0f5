"""Campaigns, call lists and answers of made-up offices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from chunfeng.offices.models import Office
from chunfeng.people import scripts
from chunfeng.people.models import CallItem, Campaign, Dataset, Person
from chunfeng.people.scripts import library
from tests import factories as f

AWAY = {"where": "away", "symptoms": "none", "need": "no"}
RETURNED = {"where": "returned", "came": "2020-01-30", "symptoms": "none", "need": "no"}
ILL = {"where": "away", "symptoms": "fever", "need": "no"}


def campaign(at: Office, data: Dataset, *, code: str = "returnee-call", **more: Any) -> Campaign:
    """A running campaign without anybody on its list."""
    script = library.script(code)
    assert script is not None
    values = {
        "name": f"测试摸排{Campaign.objects.count() + 1}",
        "kind": script.kind,
        "script": scripts.dump(script),
        "source": "测人社发〔2020〕1号 第一条",
        "target_on": date(2020, 2, 10),
        "state": "running",
        "made_at": f.NOW,
        "started_at": f.NOW,
        "by_name": "测试员",
    }
    return Campaign.objects.create(office=at, area_code=at.area_code, dataset=data, **(values | more))


def item(of: Campaign, person: Person, office: Office, **more: Any) -> CallItem:
    return CallItem.objects.create(
        campaign=of, person=person, area_code=person.area_code, office=office, **more
    )


def entry(of: CallItem, answers: dict[str, Any] | None = None, *, n: int = 1, **more: Any) -> dict[str, Any]:
    """What a telephone sends for an item it saw in its present version."""
    values = {
        "key": f"device-{of.pk}-{n:04d}",
        "item": of.pk,
        "version": of.version,
        "outcome": "reached" if answers else "no_answer",
        "answers": answers or {},
        "note": "",
        "at": at(9).isoformat(),
    }
    return values | more


def at(hour: int, day: int = 1) -> datetime:
    return f.NOW.replace(day=day, hour=hour)
