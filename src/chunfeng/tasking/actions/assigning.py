"""Duties become tasks: one for every confirmed duty of an issued notice and every office it reached."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import Refused
from chunfeng.notices.choices import DutyState, State
from chunfeng.notices.models import Dispatch, Duty, Notice
from chunfeng.offices import queries as offices
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.tasking import due, rules
from chunfeng.tasking.actions import withdrawing
from chunfeng.tasking.bodies import Bodies
from chunfeng.tasking.choices import Before, Part, TaskState
from chunfeng.tasking.models import Assignment, Task

log = logging.getLogger(__name__)
BATCH = 10_000
"""Tasks written in one transaction."""
LOOK_BACK = 50_000
"""Newest dispatches looked at for notices sent to further offices after their tasks were made."""
FORWARDING_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A body named in a duty for which no office was found near `offices` of the addressees."""

    duty_id: int
    body: str
    offices: int


@dataclass(frozen=True, slots=True)
class Assigned:
    """What one run of `assign` did: new tasks, and bodies named in the text that are not in the directory."""

    tasks_made: int
    unresolved: tuple[Unresolved, ...]


@dataclass(slots=True)
class _Order:
    """A duty with everything about its tasks that does not depend on the office."""

    duty: Duty
    recipient_id: int
    due_at: datetime | None
    parent_id: int | None

    @property
    def names_bodies(self) -> bool:
        """Whether the text names who must act; otherwise every addressee must."""
        return bool(self.duty.lead or self.duty.partners)


def assign(*, notice: Notice, by: Actor, at: datetime) -> Assigned:
    """Make the tasks of an issued notice; doing it again, or after a crash, makes only those still missing.

    Every batch is a transaction of its own (inside a request: a savepoint of the request's). A duty whose
    lead body is a known office goes to that office, and to the co-responsible bodies as partners; any
    other goes to every office the notice reached. The duties of a forwarded original go along.
    """
    roles.require(by, "notice.issue")
    if notice.state != State.ISSUED:
        raise Refused(
            _("Only an issued notice becomes tasks. Issue “%(notice)s” first.") % {"notice": notice}
        )
    with scope.applied(by):
        orders = _orders(notice, at)
        issuer = notice.issuing_office or notice.registered_by_office
        bodies = Bodies.within(issuer)
        duty_ids = [order.duty.pk for order in orders]
        before = Task.objects.filter(duty__in=duty_ids).count()
    reached, last = 0, 0
    size = max(BATCH // max(len(orders), 1), 1)
    while True:
        with scope.applied(by):
            batch = list(
                reached_by(notice).filter(pk__gt=last).select_related("office").order_by("pk")[:size]
            )
            if not batch:
                break
            _write_plain([o for o in orders if not o.names_bodies], notice, batch, at)
            named = [order for order in orders if order.names_bodies]
            found = list(_tasks(named, [d.office for d in batch], notice, bodies, at))
            let_see(notice, {(task.office_id, task.area_code) for task in found}, at)
            _write(found)
            reached, last = reached + len(batch), batch[-1].pk
    unresolved = tuple(Unresolved(d, b, n) for (d, b), n in sorted(bodies.missing.items()))
    with scope.applied(by):
        made = Task.objects.filter(duty__in=duty_ids).count() - before
        Assignment.objects.update_or_create(
            notice=notice,
            defaults={
                "area_code": issuer.area_code,
                "dispatches": reached,
                "last_dispatch": last,
                "duties": len(orders),
                "unresolved": [[u.duty_id, u.body, u.offices] for u in unresolved],
                "at": at,
            },
        )
        record("task.assign", by=by, on=notice, at=at, detail={"tasks": made, "offices": reached})
    return Assigned(made, unresolved)


def assign_waiting(*, at: datetime | None = None) -> int:
    """Make the tasks of every issued notice whose tasks are incomplete. Returns how many were made.

    Tasks of withdrawn notices that are still open are closed first.
    """
    now = at or timezone.now()
    with scope.applied(SYSTEM):
        gone = list(withdrawing.withdrawn_with_open_tasks())
    for notice in gone:
        withdrawing.close_withdrawn(notice=notice, by=SYSTEM, at=now)
    with scope.applied(SYSTEM):
        waiting = list(_waiting())
    made = 0
    for notice in waiting:
        try:
            made += assign(notice=notice, by=SYSTEM, at=now).tasks_made
        except Refused as refusal:  # one notice that cannot be assigned must not hold up the others
            log.warning("notice %s was not assigned: %s", notice.pk, refusal)
    return made


def _waiting() -> Iterator[Notice]:
    """Issued notices never assigned, and those sent to further offices since."""
    issued = Notice.objects.filter(state=State.ISSUED).select_related(
        "issuing_office", "registered_by_office"
    )
    yield from issued.filter(assignment__isnull=True).order_by("pk")
    newest = Dispatch.objects.aggregate(Max("pk"))["pk__max"] or 0
    recent = Dispatch.objects.filter(pk__gt=newest - LOOK_BACK).values_list("notice_id", flat=True).distinct()
    known = {a.notice_id: a for a in Assignment.objects.filter(notice__in=list(recent))}
    for notice in issued.filter(pk__in=known).order_by("pk"):
        mark = known[notice.pk]
        if (mark.dispatches, mark.duties) != (reached_by(notice).count(), len(_in_force(notice))):
            yield notice


def reached_by(notice: Notice) -> QuerySet[Dispatch]:
    """Dispatches that bring all duties: not those of a single task, nor those that came by a forwarding.

    A forwarded original is sent along to everybody below; there its duties belong to the forwarding notice,
    so that results go back hop by hop.
    """
    forwarded = Dispatch.objects.filter(notice__forwards=notice, office=OuterRef("office"), for_task=False)
    return Dispatch.objects.filter(notice=notice, for_task=False).exclude(Exists(forwarded))


def let_see(notice: Notice, offices: Iterable[tuple[int, str]], at: datetime) -> None:
    """Offices (key, area) that get a task of a notice may read it, and the originals it forwards."""
    rows = [
        Dispatch(notice_id=key, office_id=office, area_code=area, sent_at=at, for_task=True)
        for key in _chain(notice)
        for office, area in sorted(offices)
    ]
    Dispatch.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _chain(notice: Notice) -> list[int]:
    """Keys of the notice and of the originals it forwards, the notice first."""
    chain: list[int] = []
    step: Notice | None = notice
    while step is not None and step.pk not in chain and len(chain) < FORWARDING_DEPTH:
        chain.append(step.pk)
        step = step.forwards
    return chain


def duties_of(notice: Notice) -> list[Duty]:
    """Confirmed duties of the notice and of the originals it forwards, in order."""
    chain = _chain(notice)
    found = Duty.objects.filter(notice__in=chain, state=DutyState.CONFIRMED).select_related("clause")
    return sorted(found, key=lambda d: (chain.index(d.notice_id), d.position, d.pk))


def _in_force(notice: Notice) -> list[Duty]:
    """The duties without those of originals withdrawn since they were forwarded."""
    gone = Notice.objects.filter(pk__in=_chain(notice), state=State.WITHDRAWN)
    keys = set(gone.values_list("pk", flat=True))
    return [duty for duty in duties_of(notice) if duty.notice_id not in keys]


def _orders(notice: Notice, at: datetime) -> list[_Order]:
    issuer = notice.issuing_office or notice.registered_by_office
    strict = rules.rule_of(issuer).before_means == Before.EVE
    duties = _in_force(notice)
    own = dict(Task.objects.filter(duty__in=duties, office=issuer).values_list("duty_id", "pk"))
    recipients: dict[str, int] = {}
    orders = []
    for duty in duties:
        recipient = issuer.pk
        if duty.report_to and duty.notice_id == notice.pk:  # a forwarded duty goes back hop by hop
            if duty.report_to not in recipients:
                recipients[duty.report_to] = _recipient(duty.report_to, issuer)
            recipient = recipients[duty.report_to]
        orders.append(_Order(duty, recipient, first_due(duty, at, strict=strict), own.get(duty.pk)))
    return orders


def _recipient(name: str, issuer: Office) -> int:
    """The office that gets the result: as named, if its range takes in the issuer's; else the issuer."""
    found = offices.resolve_body(name, near=issuer)
    if found is None:
        return issuer.pk
    lo, hi = codes.code_range(found.area_code)
    return found.pk if lo <= issuer.area_code < hi else issuer.pk


def first_due(duty: Duty, at: datetime, *, strict: bool = False) -> datetime | None:
    """When a duty assigned at `at` falls due first; None for one without a date."""
    zone = timezone.get_current_timezone()
    if duty.every:
        start = at
        if duty.starts_on and due.at(duty.starts_on, None, zone) > at:
            start = due.at(date.fromordinal(duty.starts_on.toordinal() - 1), None, zone)
        return due.next_occurrence(duty.every, start, duty.due_time, zone=zone, anchor=duty.starts_on)
    if duty.due_on is None:
        return None
    return due.due_at(duty.due_on, duty.due_time, text=duty.deadline_text, strict=strict, zone=zone)


def _tasks(
    orders: Iterable[_Order], reached: list[Office], notice: Notice, bodies: Bodies, at: datetime
) -> Iterator[Task]:
    """The tasks of a batch of addressees; leads before partners, so that a lead is never demoted."""
    partners: list[Task] = []
    seen: set[tuple[int, int]] = set()
    for order in orders:
        duty = order.duty
        for near in reached:
            lead = (bodies.find(duty, duty.lead, near) if duty.lead else None) or near
            if (duty.pk, lead.pk) not in seen:
                seen.add((duty.pk, lead.pk))
                yield _task(order, lead, notice, Part.LEAD, at)
            for name in duty.partners:
                partner = bodies.find(duty, name, near)
                if partner:
                    partners.append(_task(order, partner, notice, Part.PARTNER, at))
    for task in partners:
        if (task.duty_id, task.office_id) not in seen:
            seen.add((task.duty_id, task.office_id))
            yield task


def _task(order: _Order, office: Office, notice: Notice, part: str, at: datetime) -> Task:
    return Task(
        duty_id=order.duty.pk,
        notice_id=notice.pk,
        office_id=office.pk,
        area_code=office.area_code,
        part=part,
        parent_id=order.parent_id,
        recipient_id=order.recipient_id,
        due_at=order.due_at,
        every=order.duty.every,
        assigned_at=at,
    )


def _write(tasks: Iterable[Task]) -> None:
    Task.objects.bulk_create(tasks, batch_size=BATCH, ignore_conflicts=True)


_PLAIN = """INSERT INTO tasking_task
(duty_id, notice_id, office_id, area_code, part, parent_id, recipient_id, state, due_at, every, assigned_at)
SELECT o.duty, %(notice)s, d.office, d.area, %(part)s, o.parent, o.recipient, %(state)s,
  o.due, o.every, %(at)s
FROM unnest(%(offices)s::bigint[], %(areas)s::text[]) AS d(office, area) CROSS JOIN unnest(
  %(duties)s::bigint[], %(parents)s::bigint[], %(recipients)s::bigint[],
  %(dues)s::timestamptz[], %(rhythms)s::text[]) AS o(duty, parent, recipient, due, every)
ON CONFLICT DO NOTHING"""


def _write_plain(orders: list[_Order], notice: Notice, batch: list[Dispatch], at: datetime) -> None:
    """Duties that name nobody, for a batch of addressees, inside the database.

    Half a million tasks take a third of the time that making them in Python takes.
    """
    if not orders:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _PLAIN,
            {
                "part": Part.LEAD,
                "state": TaskState.NEW,
                "at": at,
                "notice": notice.pk,
                "offices": [d.office_id for d in batch],
                "areas": [d.area_code for d in batch],
                "duties": [o.duty.pk for o in orders],
                "parents": [o.parent_id for o in orders],
                "recipients": [o.recipient_id for o in orders],
                "dues": [o.due_at for o in orders],
                "rhythms": [o.duty.every for o in orders],
            },
        )
