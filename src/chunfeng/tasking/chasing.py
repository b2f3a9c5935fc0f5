"""Chasing: reminders before and after the deadline, and the leader told when it stays undone.

A run looks only at tasks whose deadline lies a reminder's distance from today, in order of the deadline, a
batch at a time. Every message has a key made of task, deadline and stage, so that a second run, or two at
once, adds nothing. A stage missed because nothing ran that day is made up for within `LAG` days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM
from chunfeng.tasking import due, rules
from chunfeng.tasking.choices import OPEN_STATES, Channel, EntryKind, MessageState
from chunfeng.tasking.models import ChaseRule, Message, OfficeChannel, Task, TaskEntry

BATCH = 2000
LAG = 2
LONGEST = 182
"""Days after which an undone task is no longer reminded of."""
ESCALATION = "leader"
_LOCK = 0x63686173
"""Advisory lock: two runs take turns, batch by batch."""


@dataclass(frozen=True, slots=True)
class Chased:
    """What one run made: reminders and escalations, each counted once however many channels carry it."""

    reminders: int
    escalations: int


def stages(rule: ChaseRule, most: int = LONGEST) -> list[int]:
    """Days from the deadline at which a reminder goes out: negative before, 0 on the day, positive after."""
    found = {-int(n) for n in rule.before_days} | {int(n) for n in rule.after_days}
    last = max((n for n in found if n > 0), default=0)
    if rule.then_every:
        found |= set(range(last + rule.then_every, most + 1, rule.then_every))
    return sorted(n for n in found if n <= most)


def stage_now(rule: ChaseRule, days: int, hour: int) -> int | None:
    """The stage that `days` after the deadline (negative: before) has reached, if at most LAG days old."""
    reached = [n for n in stages(rule) if n < days or (n == days and hour >= rule.hour)]
    return reached[-1] if reached and days - reached[-1] <= LAG else None


def chase(*, now: datetime) -> Chased:
    """Make every reminder and escalation that is due. Harmless to run again."""
    local = timezone.localtime(now)
    with scope.applied(SYSTEM):
        known = rules.all_rules()
    reminders = escalations = 0
    for first, last in _stretches(known.values(), local.date()):
        for keys in _batches(first, last):
            with scope.applied(SYSTEM):
                made = _chase_batch(keys, known, now)
            reminders += made[0]
            escalations += made[1]
    if reminders or escalations:
        with scope.applied(SYSTEM):
            record(
                "task.chase", by=SYSTEM, at=now, detail={"reminders": reminders, "escalations": escalations}
            )
    return Chased(reminders, escalations)


def _stretches(known: Iterable[ChaseRule], today: date) -> list[tuple[date, date]]:
    """Stretches of days on which a task may be due so that something is to be sent today."""
    offsets = {n for rule in known for n in (*stages(rule), rule.escalate_after)}
    days = sorted({today - timedelta(days=n + lag) for n in offsets for lag in range(LAG + 1)})
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _batches(first: date, last: date) -> Iterator[list[int]]:
    """Keys of the open tasks due in a stretch of days, in order of deadline and key."""
    zone = timezone.get_current_timezone()
    begin = due.at(first - timedelta(days=1), None, zone) + timedelta(seconds=1)
    end = due.at(last, None, zone) + timedelta(seconds=1)
    after: tuple[datetime, int] = (begin, 0)
    while True:
        with scope.applied(SYSTEM):
            rows = list(
                Task.objects.filter(state__in=OPEN_STATES, due_at__gte=after[0], due_at__lt=end)
                .exclude(due_at=after[0], pk__lte=after[1])
                .order_by("due_at", "pk")
                .values_list("due_at", "pk")[:BATCH]
            )
        if not rows:
            return
        yield [pk for _due, pk in rows]
        last_due, last_key = rows[-1]
        after = (last_due or after[0], last_key)


def _chase_batch(keys: Sequence[int], known: dict[int | None, ChaseRule], now: datetime) -> tuple[int, int]:
    local = timezone.localtime(now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    wanted: list[tuple[Task, int | str]] = []
    for task in Task.objects.filter(pk__in=keys, state__in=OPEN_STATES).select_related("duty", "notice"):
        if task.due_at is None:
            continue
        days = (local.date() - timezone.localdate(task.due_at)).days
        rule = known.get(task.office_id, known[None])
        stage = stage_now(rule, days, local.hour)
        if stage is not None:
            wanted.append((task, stage))
        late = days - rule.escalate_after
        if 0 <= late <= LAG and (late or local.hour >= rule.hour):
            wanted.append((task, ESCALATION))
    return send(wanted, now)


def send(
    wanted: Sequence[tuple[Task, int | str]], now: datetime, *, by_name: str = "system"
) -> tuple[int, int]:
    """Put the messages into the outbox, those already there left out; returns (reminders, escalations)."""
    keys = {_key(task, stage): (task, stage) for task, stage in wanted}
    there = set(Message.objects.filter(dedupe__in=keys).values_list("dedupe", flat=True))
    fresh = [pair for key, pair in keys.items() if key not in there]
    if not fresh:
        return 0, 0
    channels: dict[int, list[OfficeChannel]] = {}
    for channel in OfficeChannel.objects.filter(office__in={t.office_id for t, _stage in fresh}, active=True):
        channels.setdefault(channel.office_id, []).append(channel)
    messages: list[Message] = []
    entries: list[TaskEntry] = []
    for task, stage in fresh:
        messages.extend(_messages(task, stage, channels.get(task.office_id, []), now))
        kind = EntryKind.ESCALATED if stage == ESCALATION else EntryKind.REMINDED
        entries.append(
            TaskEntry(
                task=task,
                area_code=task.area_code,
                kind=kind,
                by_name=by_name,
                at=now,
                text=messages[-1].subject,
            )
        )
    Message.objects.bulk_create(messages, batch_size=BATCH, ignore_conflicts=True)
    TaskEntry.objects.bulk_create(entries, batch_size=BATCH)
    escalated = sum(1 for _task, stage in fresh if stage == ESCALATION)
    return len(fresh) - escalated, escalated


def _messages(
    task: Task, stage: int | str, channels: list[OfficeChannel], now: datetime
) -> Iterator[Message]:
    subject, body = wording(task, now, for_leader=stage == ESCALATION)
    for channel in (*channels, None):
        yield Message(
            office_id=task.office_id,
            area_code=task.area_code,
            task=task,
            for_leader=stage == ESCALATION,
            channel=channel.channel if channel else Channel.IN_APP,
            to=channel,
            subject=subject,
            body=body,
            dedupe=_key(task, stage) + (f":{channel.pk}" if channel else ""),
            state=MessageState.QUEUED if channel else MessageState.SENT,
            next_try_at=now if channel else None,
            sent_at=None if channel else now,
            created_at=now,
        )


def wording(task: Task, now: datetime, *, for_leader: bool = False) -> tuple[str, str]:
    """Subject and text of a reminder, in the installation's language; no personal data in either."""
    action = task.duty.action
    short = action if len(action) <= 60 else action[:59] + "…"
    subject = f"{_how_far(task.due_at, now)}：{short}"
    if for_leader:
        subject = _("For the leader") + " · " + subject
    lines = [action, _("Ordered by: %(notice)s") % {"notice": task.notice}]
    if task.due_at:
        when = timezone.localtime(task.due_at).strftime("%Y-%m-%d %H:%M")
        lines.append(_("Due: %(when)s") % {"when": when})
    return subject[:200], "\n".join(lines)


def _how_far(due_at: datetime | None, now: datetime) -> str:
    if due_at is None:
        return _("Not done yet")
    days = (timezone.localdate(due_at) - timezone.localdate(now)).days
    if due_at < now:
        return (
            ngettext("%(n)s day overdue", "%(n)s days overdue", -days) % {"n": -days}
            if days
            else _("Overdue today")
        )
    if days == 0:
        return _("Due today")
    return ngettext("Due in %(n)s day", "Due in %(n)s days", days) % {"n": days}


def _key(task: Task, stage: int | str) -> str:
    stamp = task.due_at.strftime("%Y%m%d%H%M") if task.due_at else "-"
    return f"task:{task.pk}:{stamp}:{stage}"
