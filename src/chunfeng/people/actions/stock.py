"""Every night: what each area counted is written down, and offices learn whose record is missing (E1, E12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.people.choices import ISOLATING, IsolationState
from chunfeng.people.models import Isolation, IsolationStock
from chunfeng.people.queries import flow
from chunfeng.people.queries import isolation as queries
from chunfeng.tasking import actions as tasking

MOST_DAYS = 31
"""Days that one run writes down after a standstill."""


@dataclass(frozen=True, slots=True)
class Night:
    """What one run did: days written down, offices told."""

    days: int = 0
    offices: int = 0


def watch(*, now: datetime) -> Night:
    """Write down the days gone by and tell offices of yesterday's missing records. May run any number of times."""
    yesterday = timezone.localdate(now) - timedelta(1)
    return Night(write_down(until=yesterday, now=now), tell_missing(day=yesterday, now=now))


def write_down(*, until: date, now: datetime) -> int:
    """Write down every day up to `until` that is not written yet, a day in one transaction; how many."""
    with scope.applied(SYSTEM):
        last = IsolationStock.objects.aggregate(day=Max("day"))["day"]
        first = Isolation.objects.aggregate(at=Min("opened_at"))["at"]
    if first is None:
        return 0
    day = timezone.localdate(first) if last is None else last + timedelta(1)
    day = max(day, until - timedelta(MOST_DAYS - 1))
    done = 0
    while day <= until:
        with scope.applied(SYSTEM):
            _write(day, now)
        day, done = day + timedelta(1), done + 1
    return done


def _write(day: date, now: datetime) -> None:
    """One row for every area where anybody was or is isolated; a day written meanwhile by another run stays."""
    start, end = flow.begins(day), flow.begins(day + timedelta(1))
    ended = Q(ended_at__gte=start, ended_at__lt=end)
    rows = Isolation.objects.filter(placement__in=ISOLATING, opened_at__lt=end).order_by()
    counted = rows.values("area_code").annotate(
        opened=Count("pk", filter=Q(opened_at__gte=start)),
        released=Count("pk", filter=ended & Q(state=IsolationState.RELEASED)),
        moved=Count("pk", filter=ended & Q(state=IsolationState.MOVED)),
        still=Count("pk", filter=Q(ended_at__isnull=True) | Q(ended_at__gte=end)),
    )
    IsolationStock.objects.bulk_create(
        [IsolationStock(day=day, at=now, **row) for row in counted], ignore_conflicts=True, batch_size=2000
    )


@transaction.atomic
def tell_missing(*, day: date, now: datetime) -> int:
    """Tell each office how many of its people in isolation have no record of the day; how many offices."""
    with scope.applied(SYSTEM):
        rows = queries.silent(day).order_by().values("office", "office__area_code").annotate(n=Count("pk"))
        counted = rows.values_list("office", "office__area_code", "n")
        letters = [
            tasking.Letter(
                office_id=office,
                area_code=area,
                subject=_("Health records missing on %(day)s") % {"day": day},
                body=ngettext(
                    "%(n)s person in isolation or monitoring has no health record of %(day)s.",
                    "%(n)s people in isolation or monitoring have no health record of %(day)s.",
                    n,
                )
                % {"n": n, "day": day}
                + " "
                + _("A day without a record does not count. Open “Isolation” and enter what is known."),
                dedupe=f"isolation-missing:{office}:{day}",
            )
            for office, area, n in sorted(counted)
        ]
        return len(tasking.tell_all(letters, at=now))
