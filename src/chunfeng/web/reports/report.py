"""One report: what stands, every filing with what it changed, and the moves of the office above."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.core import events
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.reporting import actions
from chunfeng.reporting.choices import State, Step
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.models import Obligation, Revision
from chunfeng.reporting.queries import board, definition_of, form_by_id, ledger
from chunfeng.web.guards import guarded
from chunfeng.web.reports import cells, common, filling

DONE_WORDS = {
    "return": lambda: _("Returned. The office sees your words on top of its reports."),
    "exempt": lambda: _("Exempt. The report is no longer owed for this period."),
    "owe": lambda: _("The report is owed again."),
}


@never_cache
@guarded("report.read")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """What an office owes and has not begun is filled in here; anything else is shown."""
    of = common.report_or_404(request, pk)
    actor = request.actor
    mine = of.state == State.DUE and of.office_id == actor.office_id
    if mine and "fill" in common.moves(actor, of, ledger.acceptance_over(of), timezone.now()):
        return filling.page(request, of)
    return _page(request, of)


@guarded("report.accept", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Return, exempt, ask for again; a refusal shows the page again with what was typed."""
    if move not in DONE_WORDS:
        raise Http404(_("There is no such act."))
    of = common.report_or_404(request, pk)
    text = request.POST.get("text", "").strip()
    common_arguments: dict[str, Any] = {"obligation_id": of.pk, "by": request.actor, "at": timezone.now()}
    try:
        match move:
            case "return":
                actions.return_report(comment=text, **common_arguments)
            case "exempt":
                actions.exempt(reason=text, **common_arguments)
            case "owe":
                actions.owe_again(reason=text, **common_arguments)
    except NotAllowed:
        raise
    except Refused as refusal:
        response = _page(request, of, failed=move, refusal=str(refusal), said=text)
        response.status_code = 422
        response.roll_back = True  # type: ignore[attr-defined]
        return response
    messages.success(request, DONE_WORDS[move]())
    return redirect("report", pk)


@never_cache
@guarded("report.read", "POST")
def unmask(request: HttpRequest, pk: int) -> HttpResponse:
    """The page with names and numbers of persons open, once; the reason stands in the audit trail."""
    of = common.report_or_404(request, pk)
    reason = request.POST.get("reason", "").strip()
    if not _may_unmask(request, of):
        raise NotAllowed(_("Personal data is opened by those who work on the reports of the area."))
    if not reason:
        raise Refused(_("Say for what reason you need to see it."))
    events.record_read("report.unmask", by=request.actor, on=of, reason=reason[:200])
    return _page(request, of, unmasked=True)


def _may_unmask(request: HttpRequest, of: Obligation) -> bool:
    return roles.can(request.actor, "report.file") and request.actor.sees(of.area_code)


def _page(request: HttpRequest, of: Obligation, *, unmasked: bool = False, **more: Any) -> HttpResponse:
    form = definition_of(of.version)
    actor, now = request.actor, timezone.now()
    over = ledger.acceptance_over(of)
    filings = ledger.revisions(of)
    may = common.moves(actor, of, over, now)
    lines = cells.lines(form, of, of.form.slots, ledger.previous(of), unmasked)
    if not unmasked and any(line.personal for line in lines) and _may_unmask(request, of):
        may.add("unmask")
    context = {
        "obligation": of,
        "form": form_by_id(of.form_id),
        "standing": ledger.standing(of, now),
        "acceptance": over,
        "returned": board.notes([of]).get(of.pk),
        "may": may,
        "on_behalf": actor.office_id != of.office_id,
        "lines": lines,
        "unmasked": unmasked,
        "then": common.then_word(form),
        "history": _history(form, of, filings),
        "source": of.form.source,
        "keys": filling.acknowledged(filings),
        "draft": common.draft_name(actor, f"report-{of.pk}"),
        **more,
    }
    return render(request, "web/reports/report.html", context)


def _history(form: FormDefinition, of: Obligation, filings: list[Revision]) -> list[dict[str, Any]]:
    """Filings with what they changed, and steps, the newest first."""
    older: dict[int, Revision] = {each.number: each for each in filings}
    found: list[tuple[Any, dict[str, Any]]] = []
    for each in filings:
        before = older.get(each.number - 1)
        changed = cells.changes(form, each, before, of.form.slots) if before else []
        found.append((each.at, {"revision": each, "changes": changed}))
    found += [(step.at, {"step": step}) for step in ledger.steps(of) if step.kind != Step.ACCEPTED]
    for each in ledger.acceptances(of):
        found.append((each.at, {"lock": each, "at": each.at}))
        if each.released_at:
            found.append((each.released_at, {"lock": each, "at": each.released_at, "open": True}))
    return [item for _at, item in sorted(found, key=lambda pair: pair[0], reverse=True)]
