"""Reading tasks: desks, counts, the matrix, who is behind, the inbox. Every query is bounded by an index.

Lists read tasks alone and fetch duties, clauses and notices by key (`prefetch_related`), so that the plan
stays an index scan under the wall whatever the role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.notices.models import Dispatch, Duty, Notice
from chunfeng.offices import queries as directory
from chunfeng.offices.choices import Level, Role
from chunfeng.offices.models import Office
from chunfeng.tasking import due, moves, rules
from chunfeng.tasking.actions import assigning
from chunfeng.tasking.choices import OPEN_STATES, Channel, IssueState, Part, TaskState
from chunfeng.tasking.models import (
    ChaseRule,
    CoordinationIssue,
    Message,
    OfficeChannel,
    Task,
    TaskEntry,
    TaskEvidence,
)

CAP = 1000
"""Tiles count no further than this; the screen then shows "1000+"."""
MOST_COLUMNS = 60
_CONTACT_LIKE = re.compile(r"\d{3}|@")
_LISTED = ("duty__clause", "duty__notice", "notice", "recipient")


@dataclass(frozen=True, slots=True)
class Tiles:
    """Numbers on an office's desk, each at most CAP."""

    new: int
    today: int
    overdue: int
    open: int
    done: int


def visible(actor: Actor) -> QuerySet[Task]:
    """Tasks of offices in the actor's range.

    The database's own wall says the same; this is the first of the two.
    """
    if actor.role == "system":
        return Task.objects.all()
    return Task.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)


def midnight(now: datetime) -> datetime:
    """When the local day ends and the next begins."""
    end = due.at(timezone.localdate(now), None, timezone.get_current_timezone())
    return end + timedelta(seconds=1)


def tiles(actor: Actor, now: datetime) -> Tiles:
    """Count the desk of the actor's office: two index scans, each ended at CAP rows."""
    mine = Task.objects.filter(office=actor.office_id)
    late = Q(sort_due__lt=now)
    opened = mine.filter(state__in=OPEN_STATES).order_by("sort_due", "pk")[:CAP]
    found = opened.aggregate(
        new=Count("pk", filter=Q(state__in=[TaskState.NEW, TaskState.RETURNED])),
        today=Count("pk", filter=~late & Q(sort_due__lt=midnight(now))),
        overdue=Count("pk", filter=late),
        open=Count("pk"),
    )
    return Tiles(**found, done=mine.filter(state=TaskState.DONE)[:CAP].count())


def desk(actor: Actor, show: str, now: datetime) -> QuerySet[Task]:
    """The tasks on the desk of the actor's office behind one tile, without order."""
    mine = Task.objects.filter(office=actor.office_id).prefetch_related(*_LISTED)
    opened = mine.filter(state__in=OPEN_STATES)
    match show:
        case "new":
            return opened.filter(state__in=[TaskState.NEW, TaskState.RETURNED])
        case "today":
            return opened.filter(sort_due__gte=now, sort_due__lt=midnight(now))
        case "overdue":
            return opened.filter(sort_due__lt=now)
        case "done":
            return mine.filter(state=TaskState.DONE)
        case "refused" | "withdrawn":
            return mine.filter(state=show)
    return opened


def search(rows: QuerySet[Task], text: str) -> QuerySet[Task]:
    """Tasks whose order or notice contains the text.

    What may be part of a telephone number or an address is looked for in titles and numbers of notices only,
    so that nobody guesses a masked contact sign by sign.
    """
    found = Q(notice__title__icontains=text) | Q(notice__number__icontains=text)
    if not _CONTACT_LIKE.search(text):
        found |= Q(duty__action__icontains=text) | Q(duty__quote__icontains=text)
    return rows.filter(found)


def notices_on_desk(actor: Actor) -> list[Notice]:
    """Notices behind the open tasks of the actor's office, newest first."""
    mine = Task.objects.filter(office=actor.office_id, state__in=OPEN_STATES)
    keys = set(mine.order_by("sort_due", "pk").values_list("notice_id", flat=True)[:CAP])
    return list(Notice.objects.filter(pk__in=keys).only("pk", "title", "number").order_by("-pk"))


def task(actor: Actor, pk: int) -> Task | None:
    """One task in the actor's sight, with what its page shows."""
    shown = ("duty__clause", "duty__notice", "notice", "office", "recipient", "parent__office")
    return visible(actor).select_related(*shown).filter(pk=pk).first()


def entries(of: Task) -> list[TaskEntry]:
    """The history of a task with its files, newest first."""
    return list(of.entries.select_related("office").prefetch_related("evidence__file").order_by("-pk")[:200])


def children(actor: Actor, of: Task) -> list[Task]:
    """Tasks handed down from this one."""
    return list(
        visible(actor).filter(parent=of).select_related("office").order_by("office__area_code", "pk")[:500]
    )


def others(actor: Actor, of: Task) -> list[Task]:
    """Other offices' parts in the same duty, near this one: lead and partners."""
    lo, hi = codes.code_range(of.area_code)
    rows = visible(actor).filter(duty=of.duty_id).exclude(pk=of.pk).exclude(parent=of)
    partners = rows.filter(Q(part=Part.PARTNER) | Q(area_code__gte=lo, area_code__lt=hi, part=Part.LEAD))
    if of.part == Part.LEAD:
        partners = rows.filter(part=Part.PARTNER)
    return list(partners.select_related("office").order_by("part", "pk")[:20])


def evidence(actor: Actor, pk: int) -> TaskEvidence | None:
    """A file handed in with a task in sight."""
    rows = TaskEvidence.objects.select_related("file", "entry__task").filter(pk=pk)
    return rows.filter(entry__task__in=visible(actor)).first()


@dataclass(slots=True)
class Line:
    """One duty in the matrix, with a cell (a task or None) per column."""

    duty: Duty
    cells: list[Task | None] = field(default_factory=list)
    done: int = 0
    due: int = 0


@dataclass(slots=True)
class Column:
    """One office in the matrix, with how many of its tasks are done and whether one can look further down."""

    office: Office
    done: int = 0
    due: int = 0
    deeper: bool = False


@dataclass(slots=True)
class Matrix:
    """Duties × offices of one level."""

    lines: list[Line]
    columns: list[Column]
    level: str
    lines_of_business: list[str]
    cut: bool


def matrix(*, notice: Notice, actor: Actor, area_code: str = "", line: str = "") -> Matrix:
    """Who has done what of a notice, among the offices of the next level below an area.

    `area_code` defaults to the actor's; where the next level has no task, the level after it is shown.
    Reads the offices of one level inside the area, the tasks of those columns, and the duties.
    """
    now = timezone.now()
    base = area_code if area_code and actor.sees(area_code) else actor.area_code
    duties = assigning.duties_of(notice)
    keys = [duty.pk for duty in duties]
    own = codes.level(base) if base else 0
    order = [str(level) for level in Level]
    offices: list[Office] = []
    level = ""
    for level in order[own + 1 :] or order[-1:]:
        offices = _columns(actor, base, level, line, notice)
        if offices:
            break
    tasks = visible(actor).filter(duty__in=keys, office__in=[o.pk for o in offices[:MOST_COLUMNS]])
    cells = {(t.duty_id, t.office_id): t for t in tasks}
    used = [o for o in offices[:MOST_COLUMNS] if any((k, o.pk) in cells for k in keys)]
    found = Matrix(
        lines=[Line(duty) for duty in duties],
        columns=[Column(office, deeper=office.level in order[:-1]) for office in used],
        level=level,
        lines_of_business=sorted({o.line for o in offices}),
        cut=len(offices) > MOST_COLUMNS,
    )
    for row in found.lines:
        for column in found.columns:
            cell = cells.get((row.duty.pk, column.office.pk))
            row.cells.append(cell)
            if cell is not None and cell.state != TaskState.WITHDRAWN:
                finished = moves.is_kept(cell, now)
                row.due, column.due = row.due + 1, column.due + 1
                row.done, column.done = row.done + finished, column.done + finished
    found.lines = [row for row in found.lines if any(row.cells)] or found.lines
    return found


def _columns(actor: Actor, base: str, level: str, line: str, notice: Notice) -> list[Office]:
    """Offices of a level inside an area that got the notice or a task of it."""
    lo, hi = codes.code_range(base)
    rows = Office.objects.filter(level=level, area_code__gte=lo, area_code__lt=hi)
    if line:
        rows = rows.filter(line=line)
    candidates = {office.pk: office for office in rows.order_by("area_code", "code")[:5000]}
    got = set(
        Dispatch.objects.filter(notice=notice, office__in=candidates).values_list("office_id", flat=True)
    )
    inside = visible(actor).filter(notice=notice, area_code__gte=lo, area_code__lt=hi, office__in=candidates)
    if len(got) <= MOST_COLUMNS:
        got |= set(inside.values_list("office_id", flat=True).distinct())
    return [office for pk, office in candidates.items() if pk in got][: MOST_COLUMNS + 1]


def behind(*, notice: Notice, actor: Actor) -> QuerySet[Task]:
    """Open tasks of a notice in the actor's sight (not their own office's), for the chase list."""
    return (
        visible(actor)
        .filter(notice=notice, state__in=OPEN_STATES)
        .exclude(office=actor.office_id)
        .prefetch_related("duty", "office", "notice", "parent")
    )


OPEN_CHOICES = [(str(state), TaskState(state).label) for state in OPEN_STATES]


def late(rows: QuerySet[Task], value: str) -> QuerySet[Task]:
    """Only the overdue ("yes") or only the others."""
    now = timezone.now()
    return rows.filter(sort_due__lt=now) if value == "yes" else rows.filter(sort_due__gte=now)


def search_offices(rows: QuerySet[Task], text: str) -> QuerySet[Task]:
    """Tasks of offices whose name contains the text, or whose order does."""
    return rows.filter(Q(office__name__icontains=text) | Q(duty__action__icontains=text))


def offices(keys: Iterable[int]) -> list[Office]:
    """Offices in service by their keys."""
    return list(Office.objects.filter(pk__in=list(keys), active=True).order_by("pk"))


def below(actor: Actor, most: int = 300) -> list[Office]:
    """Offices one may delegate to: of the nearest level below that has any, and one's own branches."""
    office = Office.objects.filter(pk=actor.office_id or 0).first()
    if office is None:
        return []
    branches = list(Office.objects.filter(parent=office, area_code=office.area_code, active=True)[:most])
    levels = [str(level) for level in Level]
    for level in levels[levels.index(office.level) + 1 :]:
        found = list(directory.below(office, level=level)[:most])
        if found:
            # offices of one's own line first: they are whom one delegates to
            return branches + sorted(found, key=lambda o: (o.line != office.line, o.area_code, o.code))
    return branches


def offices_near(actor: Actor, of: Task | None) -> list[Office]:
    """Offices likely to own an issue: those of the task, and those of one's own area and the one above."""
    keys = [k for k in (of.recipient_id, of.notice.issuing_office_id) if k] if of else []
    areas = [actor.area_code, *actor.above[-1:]]
    rows = Office.objects.filter(Q(pk__in=keys) | Q(area_code__in=areas), active=True)
    return list(rows.exclude(pk=actor.office_id or 0).order_by("area_code", "code")[:100])


def offices_named(text: str, actor: Actor) -> list[Office]:
    """Offices for a few typed characters: those of the actor's province, else of anywhere."""
    lo, hi = codes.code_range(actor.area_code[:2].ljust(12, "0") if actor.area_code else "")
    return directory.suggest(text, lo=lo, hi=hi, limit=50) or directory.suggest(text, limit=50)


def place_office(area_code: str) -> Office | None:
    """Some office of an area, to name the area in a heading."""
    return Office.objects.filter(area_code=area_code).order_by("code").first()


def reminded_today(tasks: Iterable[Task], now: datetime) -> set[int]:
    """Which of these tasks had a reminder by hand today."""
    stamp, start = timezone.localdate(now), midnight(now) - timedelta(days=1)
    sent = Message.objects.filter(
        task__in=[t.pk for t in tasks], created_at__gte=start, dedupe__contains=f":hand:{stamp}"
    )
    return set(sent.values_list("task_id", flat=True))


def inbox(actor: Actor) -> QuerySet[Message]:
    """Messages in the system for the actor's office; those for the leader only to a leader."""
    rows = Message.objects.filter(office=actor.office_id, channel=Channel.IN_APP)
    return rows if actor.role == Role.LEADER else rows.filter(for_leader=False)


def unread(actor: Actor, most: int = 5) -> tuple[list[Message], int]:
    """The newest unread messages and how many there are (at most 100); none of withdrawn notices."""
    rows = inbox(actor).filter(read_at__isnull=True).exclude(task__state=TaskState.WITHDRAWN)
    return list(rows.order_by("-pk")[:most]), rows[:100].count()


def channels(actor: Actor) -> list[OfficeChannel]:
    """Addresses in use of the actor's own office."""
    return list(OfficeChannel.objects.filter(office=actor.office_id, active=True).order_by("pk"))


def chase_rule(actor: Actor) -> ChaseRule:
    """The rule in force for the actor's office."""
    return rules.rule_of(Office(pk=actor.office_id or 0))


def issues(actor: Actor) -> QuerySet[CoordinationIssue]:
    """Issues raised or owned in the actor's area."""
    rows = CoordinationIssue.objects.select_related("raised_by", "owner")
    if actor.role == "system":
        return rows
    raised = Q(area_code__gte=actor.lo, area_code__lt=actor.hi)
    owned = Q(owner_area_code__gte=actor.lo, owner_area_code__lt=actor.hi)
    return rows.filter(raised | owned)


def issues_to_solve(actor: Actor, today: date) -> tuple[int, int]:
    """How many open issues the actor's own office has to solve, and how many of them are past their day."""
    rows = CoordinationIssue.objects.filter(owner=actor.office_id, state=IssueState.OPEN)
    found = rows.aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    return found["n"], found["late"]


def issues_of(rows: QuerySet[CoordinationIssue], actor: Actor, side: str) -> QuerySet[CoordinationIssue]:
    """Only those the actor's office raised, or only those it owns."""
    if side == "raised":
        return rows.filter(raised_by=actor.office_id)
    return rows.filter(owner=actor.office_id)


def issue(actor: Actor, pk: int) -> CoordinationIssue | None:
    """One issue in sight."""
    return issues(actor).select_related("task__duty", "task__notice").filter(pk=pk).first()


def open_issues(actor: Actor, of: Task) -> list[CoordinationIssue]:
    """Open issues raised from a task."""
    return list(issues(actor).filter(task=of, state=IssueState.OPEN).order_by("pk")[:20])
