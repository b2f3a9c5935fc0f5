"""Tasks for tests. Everything here is made up."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.db import connection

from chunfeng.core.actor import SYSTEM
from chunfeng.notices.models import Dispatch, Duty, Notice
from chunfeng.offices.models import Office
from chunfeng.tasking import actions
from chunfeng.tasking.models import Task
from tests import factories as f

CN = ZoneInfo("Asia/Shanghai")
CITY, COUNTIES = "220100000000", ["220102000000", "220103000000", "220104000000"]
TOWNSHIP, VILLAGE = "220102101000", "220102101201"


def at(text: str) -> datetime:
    """A local moment."""
    return datetime.fromisoformat(text).replace(tzinfo=CN)


def send(notice: Notice, to: list[Office]) -> None:
    Dispatch.objects.bulk_create(
        Dispatch(notice=notice, office=o, area_code=o.area_code, sent_at=f.NOW) for o in to
    )


def issued(by: Office, to: list[Office], *, duties: int = 2, **fields: object) -> Notice:
    """An issued notice dispatched to some offices."""
    notice = f.notice(by, duties=duties, state="issued", issued_at=f.NOW, **fields)
    send(notice, to)
    return notice


def tasks(by: Office, to: list[Office], *, duties: int = 1, every: str = "") -> list[Task]:
    """The tasks of a freshly issued notice, in order of duty and office."""
    notice = issued(by, to, duties=duties)
    if every:
        Duty.objects.filter(notice=notice).update(every=every, due_on=None, deadline_kind="recurring")
    actions.assign(notice=notice, by=SYSTEM, at=f.NOW)
    return list(Task.objects.filter(notice=notice).order_by("duty__position", "office__area_code"))


def environment() -> dict[str, str]:
    """The test database as an environment for a process of its own."""
    s = connection.settings_dict
    user, password, host = (quote(str(s[k] or ""), safe="") for k in ("USER", "PASSWORD", "HOST"))
    return {
        "DJANGO_SETTINGS_MODULE": "chunfeng.config.settings",
        "DATABASE_URL": f"postgresql://{user}:{password}@{host}:{s['PORT']}/{s['NAME']}",
    }
