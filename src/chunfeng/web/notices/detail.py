"""One notice: its text, who got it, what it orders, what it stands on, questions and answers, history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from chunfeng.core import actions as core_actions
from chunfeng.core import events
from chunfeng.core.crypto import mask
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices import actions, queries
from chunfeng.notices.choices import DutyState, Openness, State
from chunfeng.notices.masking import masked
from chunfeng.notices.models import Explanation, Notice
from chunfeng.offices import roles
from chunfeng.reporting.queries.forms import forms_by_notice
from chunfeng.tasking import actions as tasking
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.notices import marking
from chunfeng.web.notices.common import actor_of, card_of, is_htmx, notice_or_404, works_on

SHOWN_OFFICES = 200


@guarded("notice.read")
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice with everything that belongs to it, as far as the role may see."""
    found = notice_or_404(request, pk)
    actor = actor_of(request)
    clauses = queries.clauses(found)
    duties = [d for d in queries.duties(found) if d.state != DutyState.DROPPED]
    mine = queries.own_dispatch(found, actor.office_id)
    keeps = works_on(actor, found)
    context = {
        "notice": found,
        "lines": marking.lines(masked(found.text), clauses, duties),
        "clauses": clauses,
        "cards": [{**card_of(d), "action": masked(d.action)} for d in duties],
        "citations": list(found.citations.select_related("target").order_by("id")),
        "cited_by": queries.cited_by(found),
        "forwarded_by": queries.forwarded_by(found),
        "receipts": queries.receipts(found),
        "dispatches": list(queries.dispatches(found, silent=True)[:SHOWN_OFFICES]),
        "signed": list(queries.dispatches(found).filter(received_at__isnull=False)[:SHOWN_OFFICES]),
        "mine": mine,
        "questions": _questions(queries.explanations(actor, found)),
        "history": queries.history(found) if actor.sees(found.area_code) else [],
        "contacts": _masked(found) if roles.can(actor, "contact.read") else [],
        "keeps": keeps,
        "forms": forms_by_notice(found.pk) if roles.can(actor, "form.read") else [],
        "may": _may(found, actor, keeps),
        "openness_choices": Openness.choices,
        "States": State,
    }
    return render(request, "web/notices/notice.html", context)


def _may(found: Notice, actor: Any, keeps: bool) -> dict[str, bool]:
    """Which buttons are there."""
    desk, leader = roles.can(actor, "notice.register"), roles.can(actor, "notice.issue")
    return {
        "review": keeps and desk and found.state == State.READ,
        "reopen": keeps and desk and found.state == State.REVIEWED,
        "issue": keeps and leader and found.state == State.REVIEWED,
        "send": keeps and leader and found.state == State.ISSUED,
        "forward": desk and (found.state == State.ISSUED or (keeps and found.state == State.REVIEWED)),
        "withdraw": keeps and leader and found.state in {State.READ, State.REVIEWED, State.ISSUED},
        "classify": keeps and (leader or (desk and found.state in {State.READ, State.REVIEWED})),
        "explain": desk
        and found.state in {State.ISSUED, State.REVIEWED}
        and queries.may_explain(actor, found),
        "download": queries.may_download(actor, found),
    }


def _masked(found: Notice) -> list[dict[str, str]]:
    return [
        {
            "name": c.name,
            "phones": "、".join(mask(phone) for phone in (c.phones or "").split("、") if phone),
            "email": mask(c.email or ""),
        }
        for c in found.contacts.order_by("id")
    ]


def _questions(rows: list[Explanation]) -> list[dict[str, Any]]:
    """Each question in force with its older versions, in the order of the clauses."""
    before = {r.replaced_by_id: r for r in rows if r.replaced_by_id}
    found = []
    for row in rows:
        if row.replaced_by_id is None:
            older, at = [], before.get(row.pk)
            while at is not None:
                older.append(at)
                at = before.get(at.pk)
            found.append({"now": row, "older": older})
    return found


@guarded("notice.read")
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it came, through the notice that holds it; every download is recorded."""
    found = notice_or_404(request, pk)
    if found.original is None:
        raise Refused(_("The original of this notice lies with the office that registered it."))
    actor = actor_of(request)
    if not queries.may_download(actor, found):
        raise NotAllowed(
            _(
                "The file holds contact persons or other documents that you may not read. "
                "Ask the office that registered it."
            )
        )
    data = core_actions.read_file(found.original)
    events.record_read("notice.original", by=actor, on=found, detail={"file": found.original.name})
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.original.name)
    return response


@guarded("task.work", "POST")
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign the receipt for one's own office."""
    found = notice_or_404(request, pk)
    actor = actor_of(request)
    mine = queries.own_dispatch(found, actor.office_id)
    if mine is None:
        raise Refused(_("This notice was not sent to your office."))
    actions.receive(dispatch=mine, by=actor, at=timezone.now())
    messages.success(request, _("Receipt signed."))
    return redirect("notice", pk)


@guarded("notice.register", "POST")
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """A question and its answer on a clause, or a new version of one."""
    found = notice_or_404(request, pk)
    clause = queries.clause(found, asked.key(request.POST.get("clause")))
    if clause is None:
        raise Refused(_("Choose the clause that is explained."))
    clause.notice = found
    actions.explain(
        clause=clause, question=request.POST.get("question", ""), answer=request.POST.get("answer", ""),
        replaces=queries.explanation(found, asked.key(request.POST.get("replaces"))),
        by=actor_of(request), at=timezone.now(),
    )  # fmt: skip
    return redirect(f"/notices/{pk}/#questions")


@guarded("contact.read", "POST")
def contacts(request: HttpRequest, pk: int) -> HttpResponse:
    """The contacts in clear; needs a reason and is recorded."""
    found = notice_or_404(request, pk)
    rows = actions.unmask_contacts(
        notice=found, reason=request.POST.get("reason", ""), by=actor_of(request), at=timezone.now()
    )
    template = "web/notices/_contacts.html" if is_htmx(request) else "web/notices/part.html"
    clear = [{"name": c.name, "phones": c.phones or "", "email": c.email or ""} for c in rows]
    return render(
        request,
        template,
        {"part": "web/notices/_contacts.html", "notice": found, "contacts": clear, "clear": True},
    )


@guarded("notice.register", "POST")
def openness(request: HttpRequest, pk: int) -> HttpResponse:
    """Public or internal."""
    actions.classify(
        notice=notice_or_404(request, pk), openness=request.POST.get("openness", ""), by=actor_of(request),
        at=timezone.now(),
    )  # fmt: skip
    return redirect("notice", pk)


@guarded("notice.issue", "POST")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out of force, with the reason."""
    by, now = actor_of(request), timezone.now()
    gone = actions.withdraw(
        notice=notice_or_404(request, pk), reason=request.POST.get("reason", ""), by=by, at=now
    )
    tasking.close_withdrawn(notice=gone, by=by, at=now)
    return redirect("notice", pk)
