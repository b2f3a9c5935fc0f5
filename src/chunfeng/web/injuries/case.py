"""One work injury case: its clocks, facts, papers, what the rule says, the decision, the history."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.benefits import clocks, engine
from chunfeng.benefits.actions import injuries
from chunfeng.benefits.choices import InjuryState
from chunfeng.benefits.models import InjuryCase
from chunfeng.benefits.queries import injuries as queries
from chunfeng.core import actions as core
from chunfeng.core import events
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.web import asked
from chunfeng.web.claims import common
from chunfeng.web.claims.forms import FactsForm
from chunfeng.web.guards import guarded
from chunfeng.web.injuries.listing import TONES, case_or_404
from chunfeng.web.people.common import Names

NEEDS = {
    "facts": "injury.work", "paper": "injury.work", "tell": "injury.work", "accept": "injury.work",
    "serve": "injury.work", "decide": "injury.decide",
}  # fmt: skip
TERM_TONES = {"kept": "good", "late": "bad", "running": "info", "over": "bad", "ahead": ""}


@never_cache
@guarded("injury.work")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The case's page."""
    return _page(request, case_or_404(request, pk))


@never_cache
@guarded("injury.work", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """One move in a case; a refusal stands above what was typed."""
    row = case_or_404(request, pk)
    if move not in NEEDS:
        raise Http404
    roles.require(request.actor, NEEDS[move])
    form = _form(row, request.POST) if move == "facts" else None
    if form is not None and not form.is_valid():
        return _page(request, row, form=form, failed=move, error=_("Look at the marked facts."))
    try:
        said = _do(request, row, move, form)
    except NotAllowed:
        raise
    except Refused as refused:
        response = _page(request, row, form=form, failed=move, error=str(refused))
        response.roll_back = True  # type: ignore[attr-defined]
        return response
    messages.success(request, said)
    return redirect("injury", row.pk)


@never_cache
@guarded("injury.work")
def paper(request: HttpRequest, pk: int, paper_id: int) -> HttpResponse:
    """A paper as it was attached; the trail says who opened it."""
    row = case_or_404(request, pk)
    found = queries.paper(row, paper_id)
    if found is None:
        raise Http404
    response = HttpResponse(core.read_file(found.file), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.file.name)
    events.record_export("injury.paper_open", by=request.actor, on=row, detail={"paper": found.pk})
    return response


@never_cache
@guarded("injury.work")
def told(request: HttpRequest, pk: int) -> HttpResponse:
    """The written list of what is missing, to be printed and handed over."""
    row = case_or_404(request, pk)
    if row.told_on is None:
        raise Http404
    return render(request, "web/injuries/told.html", {"case": row, "now": timezone.now()})


@never_cache
@guarded("injury.work")
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision with its reasons, to be printed and served."""
    row = case_or_404(request, pk)
    if row.decided_on is None:
        raise Http404
    context = {
        "case": row,
        "payers": _payers(row),
        "document": common.document(row.beneficiary),
        "now": timezone.now(),
    }
    return render(request, "web/injuries/decision.html", context)


def _do(request: HttpRequest, row: InjuryCase, move: str, form: FactsForm | None) -> str:
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    given = request.POST
    match move:
        case "facts":
            assert form is not None
            facts, sources = form.changed()
            if facts:
                injuries.state_facts(case=row, facts=facts, sources=sources, **now)
            return _("The facts are saved.")
        case "paper":
            for file in request.FILES.getlist("files"):
                injuries.attach(
                    case=row, data=bytes(file.read()), name=file.name or "file",
                    media_type=file.content_type or "application/octet-stream", proves=given.get("proves", ""), **now,
                )  # fmt: skip
            if not request.FILES:
                raise Refused(_("Choose a file first."))
            return _("The paper is attached.")
        case "tell":
            named = (*given.getlist("missing"), given.get("other", ""))
            missing = [text for text in named if text.strip()]
            injuries.tell_missing(case=row, missing=missing, **now)
            return _("Told in writing. Print the list and hand it over.")
        case "accept":
            if given.get("clear") not in ("yes", "no"):
                raise Refused(_("Say whether facts and duties are clear: the time to decide depends on it."))
            injuries.accept(case=row, clear=given["clear"] == "yes", **now)
            return _("Accepted for decision.")
        case "decide":
            if given.get("outcome") not in ("yes", "no"):
                raise Refused(_("Choose whether it is recognised."))
            recognised = given["outcome"] == "yes"
            injuries.decide(case=row, recognised=recognised, reasons=given.get("reasons", ""), **now)
            return _("Decided.")
    day = asked.day(given.get("served_on")) or timezone.localdate()
    injuries.serve(case=row, served_on=day, how=given.get("how", ""), **now)
    return _("Served.")


def _form(row: InjuryCase, data: Any = None) -> FactsForm:
    questions = engine.questions(row.version) if row.version else {}
    return FactsForm(questions, injuries.stated(row), *([data] if data is not None else []))


def _page(
    request: HttpRequest, row: InjuryCase, *, form: FactsForm | None = None, failed: str = "", error: str = ""
) -> HttpResponse:
    row = case_or_404(request, row.pk)
    actor, today = request.actor, timezone.localdate()
    questions = engine.questions(row.version) if row.version else {}
    held, papers = injuries.stated(row), queries.papers(row)
    before = row.state in injuries.BEFORE
    found = injuries.proposal(row) if before and row.version else None
    there = {each.proves for each in papers}
    kept = row.explanation or (json.dumps(found.explanation) if found and held else None)
    context = {
        "case": row,
        "tone": TONES[row.state],
        "terms": [
            {"row": term, "tone": TERM_TONES[term.state], "words": clocks.words(term)}
            for term in clocks.terms(row, today)
        ],
        "document": common.document(row.beneficiary),
        "area": Names(actor).short(row.area_code),
        "form": (form or _form(row)) if before and roles.can(actor, "injury.work") else None,
        "facts": [
            (each.label, common.shown(each, held[name]["value"]), common.source(held[name]["source"]))
            for name, each in questions.items()
            if name in held
        ],
        "asks": [questions[name].label for name in found.asks if name in questions] if found else [],
        "kept": common.explained(kept),
        "payers": _payers(row),
        "papers": papers,
        "needed": [(name, name in there) for name in dict.fromkeys([*injuries.needed(row), *row.missing])],
        "steps": queries.steps(row),
        "may": _may(request, row),
        "own": row.taken_by == actor.user_id,
        "today": today,
        "failed": failed,
        "error": error,
        "typed": request.POST,
    }
    return render(request, "web/injuries/case.html", context, status=422 if error else 200)


def _payers(row: InjuryCase) -> list[dict[str, str]]:
    """Who pays, in the words of the measure, each with its clause."""
    if not row.explanation or not row.payer:
        return []
    gives, tongue = json.loads(row.explanation).get("gives", []), engine.language()
    names = row.payer.split()
    return [
        {"label": each["label"][tongue], "clause": each["clause"]} for each in gives if each["name"] in names
    ]


def _may(request: HttpRequest, row: InjuryCase) -> set[str]:
    """The moves that make sense now and that the actor's role allows."""
    sensible = {"facts", "paper"} if row.state in injuries.BEFORE else set()
    if row.state == InjuryState.APPLIED:
        sensible |= {"tell", "accept"}
    if row.state == InjuryState.INCOMPLETE:
        sensible |= {"accept"}
    if row.state == InjuryState.ACCEPTED:
        sensible |= {"decide"}
    if row.state in (InjuryState.RECOGNISED, InjuryState.NOT_RECOGNISED):
        sensible |= {"serve"}
    return {move for move in sensible if roles.can(request.actor, NEEDS[move])}
