"""How a task looks: tone and mark for its state, always both, never colour alone."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.notices.masking import masked
from chunfeng.notices.models import Clause
from chunfeng.tasking import moves
from chunfeng.tasking.choices import CLOSED_STATES, TaskState
from chunfeng.tasking.models import Message, Task
from chunfeng.web.notices.fields import every_text

register = template.Library()
MARKS = {
    "done": "✓", "kept": "↻", "accepted": "◐", "new": "○", "returned": "↩", "refused": "✕", "withdrawn": "⊘",
    "late": "!",
}  # fmt: skip


def legend() -> list[tuple[str, str, str]]:
    """Class, mark and words of every state, for the line above the matrix."""
    words = {value: str(label) for value, label in TaskState.choices} | _words()
    return [(state, sign, words[state]) for state, sign in MARKS.items()]


def _words() -> dict[str, str]:
    return {"late": str(_("Overdue")), "kept": str(_("Reported up to date"))}


@register.filter
def leads_to(message: Message) -> str:
    """Where what the message tells of can be done: the task, the report, the situation; "" for none.

    What is no task is known by the key it was told under (`Letter.dedupe`), which starts with kind and number.
    """
    if message.task_id:
        return reverse("task", args=[message.task_id])
    kind, _colon, rest = message.dedupe.partition(":")
    number = rest.partition(":")[0]
    room = {"report": "report", "situation": "situation", "verify": "ledger", "issue": "issue"}.get(kind)
    return reverse(room, args=[int(number)]) if room and number.isdecimal() else ""


def look(task: Task) -> str:
    """The state; "late" for an open task past its deadline, "kept" for a repeated one reported up to date."""
    overdue = task.due_at is not None and task.due_at < timezone.now()
    if overdue and task.state not in CLOSED_STATES:
        return "late"
    return "kept" if task.state == TaskState.ACCEPTED and moves.is_kept(task, timezone.now()) else task.state


@register.filter
def tone(task: Task) -> str:
    """Colour class: bad, warn, good, info or nothing."""
    match look(task):
        case "late" | "refused":
            return "bad"
        case "done" | "kept":
            return "good"
        case "returned":
            return "warn"
        case "withdrawn":
            return ""
    if task.due_at is not None and timezone.localdate(task.due_at) == timezone.localdate():
        return "warn"
    return "info" if task.state == TaskState.ACCEPTED else ""


@register.filter
def mark(task: Task) -> str:
    """One sign for the state."""
    return MARKS[look(task)]


@register.filter
def looks(task: Task) -> str:
    """The class for the matrix cell."""
    return look(task)


@register.filter
def standing(task: Task) -> str:
    """The state in words."""
    return _words().get(look(task)) or str(task.get_state_display())


@register.filter
def unnumbered(text: str) -> str:
    """The words of an order with telephone numbers and addresses masked, as on the page of the notice."""
    return masked(text)


@register.filter
def source(task: Task) -> str:
    """Where it is ordered: number and clause; for a forwarded original also the notice that brought it."""
    ordered = task.duty.notice
    text = f"{ordered.number or ordered.title[:40]} · {clause_name(task.duty.clause)}"
    if task.duty.notice_id != task.notice_id:
        by = task.notice.number or task.notice.title[:40]
        text += " · " + _("forwarded by %(number)s") % {"number": by}
    return text


@register.filter
def clause_name(clause: Clause) -> str:
    """A clause's label without the mark that ends it: 一, （二）, 第三条; else its place in the text."""
    return clause.label.rstrip("、.．。 ") or clause.ident


@register.filter
def rhythm(every: str) -> str:
    """How often, in words."""
    return str(every_text(every))


@register.filter
def who(name: str) -> str:
    """A name in the history; the chaser signs as the system."""
    return str(_("System")) if name == "system" else name
