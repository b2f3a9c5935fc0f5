"""A notice taken out of force takes its open tasks along; what was done stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import Refused
from chunfeng.notices.choices import State
from chunfeng.notices.models import Duty, Notice
from chunfeng.offices import roles
from chunfeng.tasking.choices import OPEN_STATES, EntryKind, TaskState
from chunfeng.tasking.models import Task

BATCH = 10_000
"""Tasks closed in one transaction."""

_CLOSE = """WITH closed AS (
  UPDATE tasking_task SET state = %(state)s
  WHERE id = ANY (%(keys)s) AND state = ANY (%(open)s) RETURNING id, area_code
), entered AS (
  INSERT INTO tasking_taskentry (task_id, area_code, kind, text, period, key, by_name, office_id, at)
  SELECT id, area_code, %(kind)s, %(why)s, '', '', %(by)s, %(office)s, %(at)s FROM closed RETURNING 1
) SELECT count(*) FROM entered"""


def close_withdrawn(*, notice: Notice, by: Actor, at: datetime) -> int:
    """Close the open tasks of a withdrawn notice, also where another forwarded it. Returns how many.

    Done and refused tasks stay as they are. Doing it again closes only what is still open; every batch is a
    transaction of its own (inside a request: a savepoint of the request's).
    """
    roles.require(by, "notice.issue")
    if notice.state != State.WITHDRAWN:
        raise Refused(_("The notice “%(notice)s” is still in force.") % {"notice": notice})
    closed = 0
    while True:
        # as the system: a forwarded duty may lie on a desk outside the withdrawing office's area
        with scope.applied(SYSTEM):
            keys = list(_open_tasks(notice).order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not keys:
                break
            closed += _close(keys, notice, by, at)
    if closed:
        with scope.applied(by):
            record("task.withdraw", by=by, on=notice, at=at, detail={"tasks": closed})
    return closed


def withdrawn_with_open_tasks() -> Iterator[Notice]:
    """Withdrawn notices that still lie on a desk."""
    opened = Task.objects.filter(state__in=OPEN_STATES)
    gone = Notice.objects.filter(state=State.WITHDRAWN)
    keys = set(gone.filter(Exists(opened.filter(notice=OuterRef("pk")))).values_list("pk", flat=True))
    forwarded = Duty.objects.filter(notice__state=State.WITHDRAWN)
    keys |= set(
        forwarded.filter(Exists(opened.filter(duty=OuterRef("pk")))).values_list("notice_id", flat=True)
    )
    yield from Notice.objects.filter(pk__in=keys).order_by("pk")


def _open_tasks(notice: Notice) -> QuerySet[Task]:
    duties = list(Duty.objects.filter(notice=notice).values_list("pk", flat=True))
    return Task.objects.filter(Q(notice=notice) | Q(duty__in=duties), state__in=OPEN_STATES)


def _close(keys: list[int], notice: Notice, by: Actor, at: datetime) -> int:
    values = {
        "state": TaskState.WITHDRAWN,
        "open": [str(state) for state in OPEN_STATES],
        "keys": keys,
        "kind": EntryKind.WITHDRAWN,
        "why": notice.withdrawn_because,
        "by": by.name,
        "office": by.office_id,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, values)
        return int(cursor.fetchone()[0])
