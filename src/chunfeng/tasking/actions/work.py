"""What people do with a task: accept, delegate, report, send back, refuse, extend, note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import StoredFile
from chunfeng.offices.models import Office
from chunfeng.tasking import due, moves
from chunfeng.tasking.actions.assigning import let_see
from chunfeng.tasking.choices import EntryKind, TaskState
from chunfeng.tasking.models import Task, TaskEntry, TaskEvidence

MAX_FILES = 20
MAX_TEXT = 5000


@transaction.atomic
def accept(*, task: Task, by: Actor, at: datetime) -> TaskEntry:
    """The office takes the task on."""
    task = locked(task)
    moves.require("accept", by, task)
    task.state, task.accepted_at = TaskState.ACCEPTED, at
    task.save(update_fields=["state", "accepted_at"])
    return _enter(task, EntryKind.ACCEPTED, by=by, at=at)


@transaction.atomic
def delegate(*, task: Task, offices: Iterable[Office], note: str, by: Actor, at: datetime) -> list[Task]:
    """Hand the work to lower offices; the task stays with this office, which answers for it.

    Each gets a child task with this office as recipient. One that already has this duty keeps its task,
    which becomes the child if it had no parent.
    """
    task = locked(task)
    moves.require("delegate", by, task)
    chosen = sorted({office.pk: office for office in offices}.values(), key=lambda o: o.pk)
    if not chosen:
        raise Refused(_("Choose at least one lower office to delegate to."))
    for office in chosen:
        _require_below(office, by)
    let_see(task.notice, {(office.pk, office.area_code) for office in chosen}, at)
    Task.objects.bulk_create(
        (
            Task(
                duty_id=task.duty_id,
                notice_id=task.notice_id,
                office=office,
                area_code=office.area_code,
                part=task.part,
                parent=task,
                recipient_id=task.office_id,
                due_at=task.due_at,
                every=task.every,
                assigned_at=at,
            )
            for office in chosen
        ),
        ignore_conflicts=True,
    )
    of_duty = Task.objects.filter(duty_id=task.duty_id, office__in=chosen)
    of_duty.filter(parent=None).update(parent=task)
    if task.state != TaskState.ACCEPTED:
        task.state, task.accepted_at = TaskState.ACCEPTED, at
        task.save(update_fields=["state", "accepted_at"])
    names = "、".join(office.short_name or office.name for office in chosen)
    _enter(
        task,
        EntryKind.DELEGATED,
        by=by,
        at=at,
        text="\n".join(filter(None, [names, _text(note)])),
        detail={"offices": [office.pk for office in chosen]},
    )
    return list(of_duty.select_related("office").order_by("office__area_code", "pk"))


@transaction.atomic
def report_done(
    *, task: Task, text: str, files: Sequence[StoredFile], period: str, key: str, by: Actor, at: datetime
) -> TaskEntry:
    """Report the task done, with evidence. The same `key` again returns the same entry and does nothing.

    A repeated duty closes the period that is open (`period` may name it: 2020-02-03, 2020-W06, 2020-02)
    and moves on to the next; it stays accepted.
    """
    task = locked(task)
    if key:
        known = task.entries.filter(key=key).first()
        if known is not None and by.office_id == task.office_id:
            return known
    moves.require("report", by, task)
    if not _text(text) and not files:
        raise Refused(_("Say in a sentence what was done, or add a file that shows it."))
    if len(files) > MAX_FILES:
        raise Refused(
            _("At most %(n)s files go with one report. Put the rest into one archive.") % {"n": MAX_FILES}
        )
    closes = open_period(task)
    if period and period != closes:
        raise Refused(
            _("The period due next is %(open)s, not %(given)s. Report the periods in their order.")
            % {"open": closes or "—", "given": period}
        )
    old = task.due_at
    task.done_at = at
    if task.every and old is not None:
        zone = timezone.get_current_timezone()
        clock = timezone.localtime(old).time()
        task.due_at = due.next_occurrence(
            task.every, old, clock, zone=zone, anchor=old.astimezone(zone).date()
        )
        task.state = TaskState.ACCEPTED
        task.accepted_at = task.accepted_at or at
    else:
        task.state = TaskState.DONE
    task.save(update_fields=["state", "due_at", "done_at", "accepted_at"])
    entry = _enter(
        task,
        EntryKind.REPORTED,
        by=by,
        at=at,
        text=_text(text),
        period=closes,
        key=key[:80],
        old_due_at=old,
        new_due_at=task.due_at,
        detail={"period": closes, "files": [f.sha256 for f in files]},
    )
    TaskEvidence.objects.bulk_create(TaskEvidence(entry=entry, file=file) for file in files)
    return entry


@transaction.atomic
def send_back(*, task: Task, reason: str, by: Actor, at: datetime) -> TaskEntry:
    """The recipient, or a higher office, asks for more work. A repeated duty opens its last period again."""
    task = locked(task)
    moves.require("send_back", by, task)
    old = task.due_at
    if task.every and task.state == TaskState.ACCEPTED:
        last = task.entries.filter(kind=EntryKind.REPORTED).order_by("-pk").first()
        task.due_at = last.old_due_at if last else old
    task.state, task.done_at = TaskState.RETURNED, None
    task.save(update_fields=["state", "done_at", "due_at"])
    why = _reason(reason, _("Say what is missing, so that the office can complete it."))
    return _enter(
        task, EntryKind.RETURNED, by=by, at=at, text=why, old_due_at=old, new_due_at=task.due_at, reason=why
    )


@transaction.atomic
def refuse(*, task: Task, reason: str, by: Actor, at: datetime) -> TaskEntry:
    """The office declines the task with a reason; the recipient may send it back."""
    task = locked(task)
    moves.require("refuse", by, task)
    why = _reason(reason, _("Say why the office cannot take this task."))
    task.state = TaskState.REFUSED
    task.save(update_fields=["state"])
    return _enter(task, EntryKind.REFUSED, by=by, at=at, text=why, reason=why)


@transaction.atomic
def extend(*, task: Task, new_due: datetime, reason: str, by: Actor, at: datetime) -> TaskEntry:
    """A leader of the giving side moves the deadline to a later moment, with a reason."""
    task = locked(task)
    moves.require("extend", by, task)
    why = _reason(reason, _("Say why the deadline is extended."))
    if new_due <= at:
        raise Refused(_("The new deadline lies in the past. Choose a later one."))
    if task.due_at is not None and new_due <= task.due_at:
        raise Refused(
            _("The new deadline is not later than the present one (%(due)s).")
            % {"due": timezone.localtime(task.due_at).strftime("%Y-%m-%d %H:%M")}
        )
    old, task.due_at = task.due_at, new_due
    task.save(update_fields=["due_at"])
    return _enter(
        task, EntryKind.EXTENDED, by=by, at=at, text=why, old_due_at=old, new_due_at=new_due, reason=why
    )


@transaction.atomic
def note(*, task: Task, text: str, by: Actor, at: datetime) -> TaskEntry:
    """A remark in the history, by the office or one above it."""
    task = locked(task)
    moves.require("note", by, task)
    return _enter(task, EntryKind.NOTE, by=by, at=at, text=_reason(text, _("Write the note first.")))


def locked(task: Task) -> Task:
    """The task as it stands now, held until the transaction ends. Refused when out of the actor's sight."""
    found = (
        Task.objects.select_for_update(of=("self",))
        .select_related("duty", "notice", "office", "recipient", "parent")
        .filter(pk=task.pk)
        .first()
    )
    if found is None:
        raise NotAllowed(_("This task is not in the area of your posting."))
    return found


def _enter(
    task: Task,
    kind: str,
    *,
    by: Actor,
    at: datetime,
    text: str = "",
    reason: str = "",
    detail: dict[str, object] | None = None,
    **fields: object,
) -> TaskEntry:
    """One line of history and one audit event."""
    entry = TaskEntry.objects.create(
        task=task,
        area_code=task.area_code,
        kind=kind,
        text=text,
        by_name=by.name,
        office_id=by.office_id,
        at=at,
        **fields,
    )
    record(f"task.{kind}", by=by, on=task, at=at, detail=detail or {}, reason=reason)
    return entry


def _require_below(office: Office, by: Actor) -> None:
    """Lower offices only: inside the range and not of the same area, or reporting to this office."""
    inside = by.area_code in codes.ancestors(office.area_code) and by.sees(office.area_code)
    own_branch = (
        office.parent_id is not None and office.parent_id == by.office_id and by.sees(office.area_code)
    )
    if office.pk == by.office_id or not (inside or own_branch or by.role == "system"):
        raise Refused(
            _("%(office)s is not a lower office of yours. Choose one inside your area.") % {"office": office}
        )


def open_period(task: Task) -> str:
    """The period a repeated duty is to be reported for next; empty for any other."""
    if not task.every or task.due_at is None:
        return ""
    return due.period_name(task.every, task.due_at, timezone.get_current_timezone())


def _text(text: str) -> str:
    cleaned = text.strip()
    if len(cleaned) > MAX_TEXT:
        raise Refused(_("The text is longer than %(n)s characters. Put it into a file.") % {"n": MAX_TEXT})
    return cleaned


def _reason(text: str, ask: str) -> str:
    cleaned = _text(text)
    if not cleaned:
        raise Refused(ask)
    return cleaned
