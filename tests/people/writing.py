"""Templates and messages for tests. Made up."""

from __future__ import annotations

from datetime import date
from typing import Any

from chunfeng.people.models import MessageTemplate
from tests import factories as f


def template(at, text: str = "{name}您好，请居家观察。{office}{phone}", **fields: Any) -> MessageTemplate:
    given = {
        "name": f"模板{MessageTemplate.objects.count() + 1}",
        "occasion": "returned",
        "channel": "sms",
        "source": "测人社发〔2020〕1号 第二条",
        "valid_from": date(2020, 1, 1),
        "area_code": at.area_code,
    }
    return MessageTemplate.objects.create(office=at, text=text, **(given | fields))


def day(n: int) -> date:
    return date(2020, 2, n)


NOW = f.NOW
