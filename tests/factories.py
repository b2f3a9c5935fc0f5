"""The smallest true rows a test needs. Everything here is made up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from django.test import Client

from chunfeng.core.actor import Actor
from chunfeng.core.models import User
from chunfeng.notices.models import Clause, Duty, Emergency, Notice
from chunfeng.offices import queries
from chunfeng.offices.models import Office, Posting

NOW = datetime(2020, 2, 1, 1, 0, tzinfo=UTC)
_serial = count(1)
_LEVELS = {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}


def office(area_code: str, *, line: str = "employment", parent: Office | None = None, **fields) -> Office:
    """An office at an area; the level follows from the code's trailing zeros."""
    used = len(area_code.rstrip("0"))
    level = next(name for size, name in _LEVELS.items() if used <= size)
    n = next(_serial)
    defaults = {
        "code": f"T{n}",
        "name": f"测试就业服务中心{n}",
        "level": level,
        "line": line,
        "parent": parent,
    }
    return Office.objects.create(area_code=area_code, **(defaults | fields))


def posting(at: Office, role: str = "officer", **fields) -> Posting:
    """A new user posted to the office."""
    n = next(_serial)
    user = User.objects.create_user(username=f"user{n}", password="correct horse 77", name=f"测试员{n}")
    defaults = {"valid_from": date(2020, 1, 1), "title": "科员"}
    return Posting.objects.create(
        user=user, office=at, area_code=at.area_code, role=role, **(defaults | fields)
    )


def actor(at: Office, role: str = "officer") -> Actor:
    """An actor with a real posting behind it."""
    return queries.actor_for(posting(at, role))


def browse(at: Posting) -> Client:
    """A logged-in test client with this posting active."""
    client = Client()
    client.force_login(at.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["posting"] = at.pk
    session.save()
    return client


def emergency(**fields) -> Emergency:
    defaults = {"name": f"测试疫情{next(_serial)}", "began_on": date(2020, 1, 20)}
    return Emergency.objects.create(**(defaults | fields))


def notice(at: Office, *, duties: int = 1, **fields) -> Notice:
    """A reviewed notice of one clause with confirmed duties."""
    n = next(_serial)
    text = "\n".join(f"各单位要于2月{d + 1}日前上报第{d + 1}项情况。" for d in range(duties))
    defaults = {
        "emergency": fields.pop("emergency", None) or emergency(),
        "title": f"关于测试事项{n}的通知",
        "kind": "通知",
        "number": f"测人社发〔2020〕{n}号",
        "date": date(2020, 1, 26),
        "state": "reviewed",
        "text": text,
        "raw_text": text,
        "registered_at": NOW,
        "issuing_office": at,
    }
    made = Notice.objects.create(area_code=at.area_code, registered_by_office=at, **(defaults | fields))
    clause = Clause.objects.create(
        notice=made, ident="1", label="一、", text=text, start=0, end=len(text), position=0
    )
    for d, line in enumerate(text.splitlines()):
        Duty.objects.create(
            notice=made,
            clause=clause,
            quote=line,
            force="must",
            action=f"上报第{d + 1}项情况",
            deadline_text=f"2月{d + 1}日前",
            deadline_kind="by",
            due_on=date(2020, 2, d + 1),
            state="confirmed",
            position=d,
        )
    return made
