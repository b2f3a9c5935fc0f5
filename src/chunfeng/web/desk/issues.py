"""Coordination issues: the register, one issue, a new one (A13)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.people.queries import follow_ups
from chunfeng.tasking import actions, queries
from chunfeng.tasking.choices import IssueState
from chunfeng.tasking.models import CoordinationIssue
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.templatetags.chunfeng import moment


@guarded("issue.work")
def issues(request: HttpRequest) -> HttpResponse:
    """Issues that offices in sight raised or own, newest first."""
    actor: Actor = request.actor
    rows = queries.issues(actor)
    listing = _listing(actor)
    if listing.wants_export(request):
        return listing.export(request, rows)
    return render(request, "web/desk/issues.html", {"page": listing.page(request, rows)})


@guarded("issue.work", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Raise an issue, from a task or on its own."""
    actor: Actor = request.actor
    given = request.POST if request.method == "POST" else request.GET
    key = asked.key(given.get("task"))
    task = queries.task(actor, key) if key is not None else None
    error = ""
    if request.method == "POST" and "find" not in request.POST:
        try:
            made = actions.raise_issue(
                problem=given.get("problem", ""), owner=_owner(given.get("owner", "")),
                due_on=_day(given.get("due_on", "")), task=task, by=actor, at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("The issue was put to %(owner)s.") % {"owner": made.owner})
            return redirect("issue", made.pk)
        except NotAllowed:
            raise
        except Refused as refusal:
            error = str(refusal)
    context = {"task": task, "typed": given, "error": error, **_candidates(given, actor, task)}
    return render(request, "web/desk/issue_new.html", context, status=422 if error else 200)


@guarded("issue.work", "GET", "POST")
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """One issue; the form hands it on, settles it or drops it."""
    actor: Actor = request.actor
    found = queries.issue(actor, pk)
    if found is None:
        raise Http404(_("This issue does not exist or lies outside your area."))
    error = ""
    if request.method == "POST" and "find" not in request.POST:
        try:
            _act(request, found, actor)
            return redirect("issue", pk) if queries.issue(actor, pk) else redirect("issues")
        except NotAllowed:
            raise
        except Refused as refusal:
            error = str(refusal)
            found = queries.issue(actor, pk) or found
    context = {
        "issue": found, "may_work": actions.may_work(actor, found), "error": error, "typed": request.POST,
        "follow_up": follow_ups.of_issue(actor, found.pk) if roles.can(actor, "contact_record.write") else None,
        **_candidates(request.POST, actor, None, found.owner),
    }  # fmt: skip
    return render(request, "web/desk/issue.html", context, status=422 if error else 200)


def _act(request: HttpRequest, found: CoordinationIssue, actor: Actor) -> None:
    given, now = request.POST, timezone.now()
    match given.get("act", ""):
        case "settle":
            actions.settle_issue(issue=found, outcome=given.get("outcome", ""), by=actor, at=now)
            messages.success(request, _("Settled."))
        case "drop":
            actions.drop_issue(issue=found, reason=given.get("outcome", ""), by=actor, at=now)
            messages.success(request, _("Dropped."))
        case "change":
            owner, due_on = _owner(given.get("owner", "")), _day(given.get("due_on", ""))
            actions.change_issue(issue=found, owner=owner, due_on=due_on, by=actor, at=now)
            messages.success(request, _("Changed."))
        case _:
            raise Refused(_("Choose what to do with the issue."))


def _candidates(given: Any, actor: Actor, task: Any, owner: Office | None = None) -> dict[str, Any]:
    """Offices to choose the owner from: those found by name, else those near at hand."""
    text = given.get("office_text", "").strip()
    found = queries.offices_named(text, actor) if text else queries.offices_near(actor, task)
    if owner is not None and owner not in found:
        found = [owner, *found]
    return {"candidates": found, "office_text": text, "none_found": bool(text) and not found}


def _owner(key: str) -> Office:
    found = queries.offices(asked.keys([key]))
    if not found:
        raise Refused(_("Choose the office that can solve it."))
    return found[0]


def _day(text: str) -> date | None:
    if not text:
        return None
    found = asked.day(text)
    if found is None:
        raise Refused(_("Give the day as year-month-day, for example 2020-02-05."))
    return found


def _listing(actor: Actor) -> Listing:
    return Listing(
        name="issues",
        sort="-pk",
        search=lambda rows, text: rows.filter(problem__icontains=text),
        filters=[
            Filter("state", gettext_lazy("State"), lambda: IssueState.choices),
            Filter(
                "side", gettext_lazy("Our side"),
                lambda: [("raised", _("Raised by us")), ("owned", _("To be solved by us"))],
                apply=lambda rows, value: queries.issues_of(rows, actor, value),
            ),
        ],
        columns=[
            Column("problem", gettext_lazy("Problem"), lambda i: i.problem[:120]),
            Column("raised_by", gettext_lazy("Raised by"), lambda i: i.raised_by.name),
            Column("owner", gettext_lazy("Owner"), lambda i: i.owner.name),
            Column("due_on", gettext_lazy("Due on"), lambda i: i.due_on),
            Column("state", gettext_lazy("State"), CoordinationIssue.get_state_display),
            Column("raised_at", gettext_lazy("Raised at"), lambda i: moment(i.raised_at), order="pk"),
            Column("outcome", gettext_lazy("Outcome"), lambda i: i.outcome[:120]),
        ],
    )  # fmt: skip
