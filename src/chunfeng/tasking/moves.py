"""The state machine of a task, in one table: who may do what, from which state, into which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Flag, auto

from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices.choices import State
from chunfeng.notices.models import Notice
from chunfeng.offices import roles
from chunfeng.tasking.choices import OPEN_STATES, TaskState
from chunfeng.tasking.models import Task


class Side(Flag):
    """Where an office stands towards a task."""

    OWN = auto()  # the office whose task it is
    ABOVE = auto()  # the recipient of the result, or an office whose area contains the task's
    GIVER = auto()  # the recipient, the issuer of the notice, or the office that delegated


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that may be done with a task; `to` is None where the state stays."""

    ability: str
    side: Side
    source: tuple[str, ...]
    to: str | None


_OPEN = tuple(OPEN_STATES)
MOVES: dict[str, Move] = {
    "accept": Move("task.work", Side.OWN, (TaskState.NEW, TaskState.RETURNED), TaskState.ACCEPTED),
    "delegate": Move("task.delegate", Side.OWN, _OPEN, TaskState.ACCEPTED),
    "report": Move("task.work", Side.OWN, _OPEN, TaskState.DONE),
    "refuse": Move("task.delegate", Side.OWN, _OPEN, TaskState.REFUSED),
    "send_back": Move("task.delegate", Side.ABOVE, (TaskState.DONE, TaskState.REFUSED), TaskState.RETURNED),
    "extend": Move("task.extend", Side.GIVER, _OPEN, None),
    "remind": Move("task.delegate", Side.ABOVE, _OPEN, None),
    "note": Move("task.work", Side.OWN | Side.ABOVE, tuple(TaskState.values), None),
}


def sides(actor: Actor, task: Task) -> Side:
    """Where the actor's office stands towards the task. Reads `task.notice` and `task.parent`."""
    if actor.role == "system":
        return Side.OWN | Side.ABOVE | Side.GIVER
    if actor.office_id == task.office_id:
        return Side.OWN  # never the judge of one's own work
    found = Side(0)
    givers = {task.recipient_id, task.notice.issuing_office_id}
    if task.parent is not None:
        givers.add(task.parent.office_id)
    if actor.office_id in givers:
        found |= Side.GIVER
    if actor.office_id == task.recipient_id or actor.area_code in codes.ancestors(task.area_code):
        found |= Side.ABOVE
    return found


def possible(actor: Actor, task: Task) -> set[str]:
    """The moves open to this actor now; screens show buttons for these only."""
    at = sides(actor, task)
    return {
        name
        for name, move in MOVES.items()
        if move.side & at and roles.can(actor, move.ability) and _fits(name, move, task)
    }


def require(name: str, actor: Actor, task: Task) -> None:
    """Raise the sentence that says why the actor may not do this now."""
    move = MOVES[name]
    roles.require(actor, move.ability)
    if not move.side & sides(actor, task):
        raise NotAllowed(
            _WHO[move.side]() % {"office": task.office, "recipient": task.recipient or task.office}
        )
    if not _fits(name, move, task):
        raise Refused(_standing(task))


def withdrawn_notice(task: Task) -> Notice | None:
    """The notice behind a task that was taken out of force: the one it came with, or the forwarded one."""
    if task.notice.state == State.WITHDRAWN:
        return task.notice
    ordered = task.notice if task.duty.notice_id == task.notice_id else task.duty.notice
    return ordered if ordered.state == State.WITHDRAWN else None


def _fits(name: str, move: Move, task: Task) -> bool:
    if name != "note" and withdrawn_notice(task) is not None:
        return False
    # a repeated duty never comes to rest: what may be sent back is its last report
    reported = bool(task.every) and task.state == TaskState.ACCEPTED and task.done_at is not None
    return task.state in move.source or (name == "send_back" and reported)


def is_kept(task: Task, now: datetime) -> bool:
    """Nothing is outstanding: done, or repeated, the last period reported and the next not yet due."""
    kept = bool(task.every) and task.state == TaskState.ACCEPTED and task.done_at is not None
    return task.state == TaskState.DONE or (kept and task.due_at is not None and task.due_at >= now)


def _standing(task: Task) -> str:
    """What the other person did in the meantime."""
    gone = withdrawn_notice(task)
    if gone is not None:
        return _("The notice was withdrawn: %(reason)s. Nothing more is to be done here.") % {
            "reason": gone.withdrawn_because
        }
    last = task.entries.order_by("-pk").first()
    if last is None:
        return _("This task is “%(state)s”; that cannot be done now.") % {"state": task.get_state_display()}
    return _("This task is already “%(state)s”: %(who)s, %(when)s. Open it again to see where it stands.") % {
        "state": task.get_state_display(),
        "who": last.by_name,
        "when": timezone.localtime(last.at).strftime("%Y-%m-%d %H:%M"),
    }


_WHO = {
    Side.OWN: lambda: _("This task lies on the desk of %(office)s; only people posted there can do this."),
    Side.ABOVE: lambda: _("Only %(recipient)s, who gets the result, or a higher office can do this."),
    Side.GIVER: lambda: _(
        "A deadline is extended by the leader of %(recipient)s or of the issuing office, "
        "never by the office itself."
    ),
    Side.OWN | Side.ABOVE: lambda: _("Only %(office)s and the offices above it can write here."),
}
