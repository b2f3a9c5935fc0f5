"""One task: what is ordered, where it stands, and the buttons this role may press now."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from chunfeng.core import actions as core
from chunfeng.core import events
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import StoredFile
from chunfeng.offices import roles
from chunfeng.tasking import actions, moves, queries
from chunfeng.tasking.choices import CLOSED_STATES
from chunfeng.tasking.models import Task
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.notices.fields import every_text

DONE_WORDS = {
    "accept": lambda: _("Accepted."),
    "delegate": lambda: _("Handed on to the chosen offices."),
    "report": lambda: _("Reported. The recipient can see it."),
    "send_back": lambda: _("Sent back to the office."),
    "refuse": lambda: _("Refused; the recipient sees the reason."),
    "extend": lambda: _("The deadline was extended."),
    "note": lambda: _("Noted."),
}


@guarded("task.read")
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """The task's page."""
    return _page(request, _task_or_404(request, pk))


@guarded("task.read", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Do one of the moves; a refusal shows the page again with what was typed."""
    move = move.replace("-", "_")
    if move not in DONE_WORDS:
        raise Http404(_("There is no such act."))
    found = _task_or_404(request, pk)
    try:
        _do(request, move, found)
    except NotAllowed:
        raise
    except Refused as refusal:
        fresh = _task_or_404(request, pk)
        response = _page(request, fresh, failed=move, error=str(refusal), status=422)
        response.roll_back = True  # files of the refused report are not kept
        return response
    messages.success(request, DONE_WORDS[move]())
    return redirect("task", pk)


def _do(request: HttpRequest, move: str, found: Task) -> None:
    given = request.POST
    common: dict[str, Any] = {"task": found, "by": request.actor, "at": timezone.now()}
    match move:
        case "accept":
            actions.accept(**common)
        case "delegate":
            chosen = queries.offices(asked.keys(given.getlist("office")))
            actions.delegate(offices=chosen, note=given.get("text", ""), **common)
        case "report":
            moves.require("report", common["by"], found)  # before anything is stored
            actions.report_done(
                text=given.get("text", ""), files=_stored(request, found, common["at"]),
                period=given.get("period", ""), key=given.get("key", ""), **common,
            )  # fmt: skip
        case "send_back":
            actions.send_back(reason=given.get("text", ""), **common)
        case "refuse":
            actions.refuse(reason=given.get("text", ""), **common)
        case "extend":
            actions.extend(new_due=_moment(given.get("new_due", "")), reason=given.get("text", ""), **common)
        case "note":
            actions.note(text=given.get("text", ""), **common)


def _stored(request: HttpRequest, found: Task, at: datetime) -> list[StoredFile]:
    uploads: list[UploadedFile] = request.FILES.getlist("files")
    return [
        core.store_file(
            data=upload.read(), name=upload.name or "", media_type=upload.content_type or "",
            area_code=found.area_code, by=request.actor, at=at,
        )
        for upload in uploads
    ]  # fmt: skip


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        raise Refused(_("Give the new deadline as a day and a time, for example 2020-02-05 17:00."))
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _page(
    request: HttpRequest, found: Task, *, failed: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor
    may = moves.possible(actor, found)
    context = {
        "task": found,
        "duty": found.duty,
        "every": every_text(found.every) if found.every else "",
        "period": actions.open_period(found),
        "may": may,
        "withdrawn": moves.withdrawn_notice(found),
        "below": queries.below(actor) if "delegate" in may else [],
        "entries": queries.entries(found),
        "children": queries.children(actor, found),
        "others": queries.others(actor, found),
        "issues": queries.open_issues(actor, found),
        "may_raise": roles.can(actor, "issue.work"),
        "may_call": roles.can(actor, "form.change") and found.state not in CLOSED_STATES,
        "key": request.POST.get("key") or uuid4().hex,
        "failed": failed,
        "error": error,
        "typed": request.POST if failed else {},
        "chosen": request.POST.getlist("office") if failed == "delegate" else [],
    }
    return render(request, "web/desk/task.html", context, status=status)


def _task_or_404(request: HttpRequest, pk: int) -> Task:
    found = queries.task(request.actor, pk)
    if found is None:
        raise Http404(_("This task does not exist or lies outside your area."))
    return found


@guarded("task.read")
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """A file handed in with a task; every download leaves an event."""
    actor: Actor = request.actor
    found = queries.evidence(actor, pk)
    if found is None:
        raise Http404(_("This file does not exist or lies outside your area."))
    response = HttpResponse(core.read_file(found.file), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.file.name)
    response["X-Content-Type-Options"] = "nosniff"
    events.record_read("evidence.read", by=actor, on=found.file, detail={"task": found.entry.task_id})
    return response
