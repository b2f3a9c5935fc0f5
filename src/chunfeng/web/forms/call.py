"""A data call: one page from the question to the offices that owe the answer (C5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices.choices import Line
from chunfeng.reporting import actions, definition
from chunfeng.reporting import queries as reporting
from chunfeng.reporting.definition import BadForm, Reporter
from chunfeng.web.forms import words
from chunfeng.web.forms.asking import TYPES
from chunfeng.web.forms.calling import Call, blank, deadlines, levels_below, posted
from chunfeng.web.forms.common import form_or_404, ledger_url, own_office
from chunfeng.web.forms.preview import preview
from chunfeng.web.forms.reach import reach
from chunfeng.web.forms.sources import cited, recent
from chunfeng.web.guards import guarded

KEPT = 20
"""Calls a session remembers as sent, so that a page sent twice makes one call."""


@guarded("form.change", "GET", "POST")
def call(request: HttpRequest) -> HttpResponse:
    """Compose, preview and send on one page."""
    if request.method == "GET":
        return _page(request, blank(request))
    typed = posted(request)
    act, _colon, what = request.POST.get("act", "").partition(":")
    match act:
        case "send":
            return _send(request, typed)
        case "rows":
            typed.take_pasted()
        case "remove":
            typed.rows = [row for row in typed.rows if row.key != what]
    return _page(request, typed)


@guarded("form.change", "POST")
def show(request: HttpRequest) -> HttpResponse:
    """The live preview beside the page."""
    return render(request, "web/forms/_call_preview.html", _look(request, posted(request)) | {"part": True})


@guarded("form.read")
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """What was sent, to how many, and where the answers come in."""
    form = form_or_404(pk)
    version = reporting.current_version(form)
    if version is None:
        return redirect("form", pk)
    asked = reporting.definition_of(version)
    context = {"form": form, "asked": asked, "reach": reach(asked.reporters, form.owner, most=30)}
    context |= {"ledger": ledger_url(form), "due": words.once_due(form.starts_on, asked)}
    return render(request, "web/forms/sent.html", context)


def _send(request: HttpRequest, typed: Call) -> HttpResponse:
    calls: dict[str, int] = request.session.get("calls", {})
    if typed.key in calls:
        return redirect("form-sent", calls[typed.key])
    typed.take_pasted()
    typed.check()
    if typed.wrong:
        return _refused(request, typed)
    source = cited(request)
    try:
        form = actions.compose_call(
            title=typed.title,
            source=typed.source(source),
            deadline=typed.deadline(),
            indicators=[row.asked.indicator() for row in typed.rows],
            reporters=typed.reporters(own_office(request)),
            by=request.actor,
            at=timezone.now(),
            clause=source.clause,
            duty=source.duty,
            note=typed.note,
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        typed.take_problems(refusal.problems if isinstance(refusal, BadForm) else [str(refusal)])
        return _refused(request, typed)
    request.session["calls"] = dict([*calls.items(), (typed.key, form.pk)][-KEPT:])
    messages.success(request, _("The data call is sent."))
    return redirect("form-sent", form.pk)


def _refused(request: HttpRequest, typed: Call) -> HttpResponse:
    answer = _page(request, typed, status=422)
    answer.roll_back = True
    return answer


def _page(request: HttpRequest, typed: Call, *, status: int = 200) -> HttpResponse:
    source = cited(request)
    context = {
        "call": typed,
        "source": source,
        "notices": [] if source.notice else recent(request.actor),
        "types": [(name, label) for name, label in words.TYPES.items() if name.value in TYPES],
        "lines": Line.choices,
        "when": deadlines(timezone.now(), source.duty),
        "key": typed.key or uuid4().hex,
        **_look(request, typed),
    }
    return render(request, "web/forms/call.html", context, status=status)


def _look(request: HttpRequest, typed: Call) -> dict[str, Any]:
    """The preview, what is still missing, and how many offices each choice reaches."""
    owner = own_office(request)
    counts = {
        level: reach([Reporter(level, typed.line)], owner, most=0).total for level in levels_below(owner)
    }
    due: datetime | None = typed.deadline()
    reached = reach(typed.parsed_reporters(owner), owner)
    found: dict[str, Any] = {
        "levels": [(level, words.all_of(level), n) for level, n in counts.items()],
        "reach": reached,
        "due": due,
        "p": None,
        "bad": [],
    }
    asked = typed.asked()
    if not asked:
        return found
    data = {
        "code": "call",
        "title": typed.title or _("(no title yet)"),
        "source": typed.source(cited(request)) or {"title": "—"},
        "every": "once",
        "cut_off": f"{timezone.localtime(due):%H:%M}" if due else "17:00",
        "reporters": typed.reporters(owner) or [{"level": "county"}],
        "indicators": [{"code": f"n{n}", **each.indicator()} for n, each in enumerate(asked, start=1)],
    }
    if typed.note:
        data["note"] = typed.note
    try:
        shown = f"{timezone.localtime(due):%Y-%m-%d %H:%M}" if due else "—"
        found["p"] = preview(definition.parse(data), reached, deadline=shown)
    except BadForm as bad:
        found["bad"] = bad.problems
    return found
