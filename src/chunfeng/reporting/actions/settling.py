"""A report that was ordered by a notice settles the task of that duty at the office that filed it (B10)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import Refused
from chunfeng.offices.choices import Role
from chunfeng.reporting import periods
from chunfeng.reporting.choices import ANSWERED
from chunfeng.reporting.models import Form, Obligation
from chunfeng.tasking import actions as tasking
from chunfeng.tasking import due
from chunfeng.tasking.choices import OPEN_STATES
from chunfeng.tasking.models import Task, TaskEntry

log = logging.getLogger(__name__)
LOOK_BACK = timedelta(days=60)
BATCH = 500


def settle_tasks(*, now: datetime) -> int:
    """Report the open tasks done whose duty ordered a form the office has filed; returns how many filings did.

    A repeated duty is settled period by period, in their order. Each filing settles at most once (its key);
    one task that cannot be reported does not hold up the others.
    """
    settled, last = 0, 0
    while True:
        with scope.applied(SYSTEM):
            tasks = list(_waiting().filter(pk__gt=last).order_by("pk")[:BATCH])
            filed = _filed(tasks, now)
        if not tasks:
            return settled
        settled += sum(_settle(task.pk, row, now) for task in tasks for row in filed[task.pk])
        last = tasks[-1].pk


def _waiting() -> QuerySet[Task]:
    ordering = Form.objects.filter(duty=OuterRef("duty"))
    return Task.objects.filter(Exists(ordering), state__in=OPEN_STATES)


def _filed(tasks: Sequence[Task], now: datetime) -> dict[int, list[Obligation]]:
    """What was filed for the duties of these tasks by their offices, by task, in the order of the periods."""
    rows = Obligation.objects.filter(
        form__duty__in={task.duty_id for task in tasks},
        office__in={task.office_id for task in tasks},
        due_at__gt=now - LOOK_BACK,
        state__in=ANSWERED,
    )
    by_desk: dict[tuple[int | None, int], list[Obligation]] = defaultdict(list)
    for row in rows.select_related("form", "office").order_by("period_start", "sequence"):
        by_desk[row.form.duty_id, row.office_id].append(row)
    return {task.pk: by_desk[task.duty_id, task.office_id] for task in tasks}


def _settle(task_id: int, row: Obligation, now: datetime) -> bool:
    lo, hi = codes.code_range(row.area_code)
    by = Actor(
        name=row.filed_by_name,
        role=Role.OFFICER,
        office_id=row.office_id,
        office_name=row.office.name,
        area_code=row.area_code,
        lo=lo,
        hi=hi,
        above=tuple(codes.ancestors(row.area_code)),
    )
    key = f"report:{row.pk}:{row.revision}"
    try:
        with scope.applied(SYSTEM):
            task = Task.objects.filter(pk=task_id, state__in=OPEN_STATES).first()
            if task is None or TaskEntry.objects.filter(task=task, key=key).exists():
                return False
            if task.every and not _closes(task, row):
                return False
            name = periods.name(row.period_start, row.period_end)
            text = _("Report filed: %(form)s, %(period)s") % {"form": row.form.title, "period": name}
            tasking.report_done(task=task, text=text, files=[], period="", key=key, by=by, at=now)
    except Refused as refusal:
        log.warning("report %s settled no task: %s", row.pk, refusal)
        return False
    return True


def _closes(task: Task, row: Obligation) -> bool:
    """Whether the period this report ends in is the one the repeated duty is due for next."""
    if task.due_at is None:
        return False
    zone = timezone.get_current_timezone()
    return due.period_name(task.every, due.at(row.period_end, None, zone), zone) == tasking.open_period(task)
