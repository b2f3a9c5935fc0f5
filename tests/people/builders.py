"""People of three made-up offices: two counties and the prefecture above both."""

from __future__ import annotations

from datetime import date
from typing import Any

from chunfeng.core.actor import Actor
from chunfeng.core.identifiers import check_digit
from chunfeng.offices.models import Office
from chunfeng.people import actions
from chunfeng.people.models import Dataset, Person
from tests import factories as f

CITY, NEAR, FAR, THIRD = "220100000000", "220184000000", "220122000000", "220182000000"
VILLAGE, FAR_VILLAGE, THIRD_VILLAGE = "220184100201", "220122100201", "220182100201"
KEEP = date(2020, 12, 31)


def number(serial: int, area: str = "220184", birth: str = "19800515") -> str:
    """A valid identity number; odd serials are men."""
    first = f"{area}{birth}{serial:03}"
    return first + check_digit(first)


def dataset(at: Office, *, name: str = "返乡人员", keep_until: date = KEEP, by_duty: bool = True) -> Dataset:
    return actions.make_dataset(
        name=name,
        purpose="返乡务工人员摸排",
        source="测人社发〔2020〕1号 第一条",
        keep_until=keep_until,
        by_duty=by_duty,
        owner=at,
        by=f.actor(at),
        at=f.NOW,
    )


def person(by: Actor, into: Dataset, *, phones: tuple[str, ...] = (), **values: Any) -> Person:
    given = {"name": "王测试", "area_code": VILLAGE} | values
    return actions.add_person(dataset=into, values=given, phones=phones, by=by, at=f.NOW)
