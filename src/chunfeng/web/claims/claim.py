"""One claim: facts with their sources, papers, what the rules say, decisions, objections, money, history."""

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

from chunfeng.benefits import bank, engine
from chunfeng.benefits.actions import claims, decisions, objections, owing
from chunfeng.benefits.choices import ClaimChannel, ClaimState, PayeeRelation, PaymentState
from chunfeng.benefits.models import Claim, Decision
from chunfeng.benefits.queries import claims as queries
from chunfeng.core import actions as core
from chunfeng.core import events
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.web.claims import common
from chunfeng.web.claims.forms import FactsForm
from chunfeng.web.claims.moves import done, state_facts
from chunfeng.web.claims.rows import GroupRows, held_rows, typed_rows
from chunfeng.web.guards import guarded
from chunfeng.web.people.common import Names

EDITABLE = (ClaimState.OPEN, ClaimState.SUBMITTED, ClaimState.PROPOSED)
NEEDS = {
    "facts": "claim.work", "paper": "claim.work", "payee": "claim.work", "account": "claim.work",
    "submit": "claim.work", "withdraw": "claim.work", "decide": "claim.decide", "confirm": "claim.decide",
    "return": "claim.decide", "object": "publicity.work", "answer": "claim.decide",
}  # fmt: skip


@never_cache
@guarded("claim.read")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The claim's page."""
    return _page(request, common.claim_or_404(request, pk))


@never_cache
@guarded("claim.read", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """One move on a claim; a refusal stands above what was typed."""
    row = common.claim_or_404(request, pk)
    if move not in NEEDS:
        raise Http404
    roles.require(request.actor, NEEDS[move])
    form, groups = None, None
    if move == "facts":
        form = FactsForm(queries.questions(row), claims.stated(row), request.POST)
        groups = typed_rows(row, request.POST)
        if any(group.more for group in groups):
            return _page(request, row, form=form, groups=groups, failed="rows")
        if not form.is_valid() or any(group.wrong for group in groups):
            error = _("Look at the marked facts.")
            return _page(request, row, form=form, groups=groups, failed=move, error=error)
    try:
        said = (
            state_facts(request, row, form, groups)
            if form is not None and groups is not None
            else done(request, row, move)
        )
    except NotAllowed:
        raise
    except Refused as refused:
        response = _page(request, row, form=form, groups=groups, failed=move, error=str(refused))
        response.roll_back = True  # type: ignore[attr-defined]
        return response
    messages.success(request, said)
    return redirect("claim", row.pk)


@never_cache
@guarded("claim.read")
def paper(request: HttpRequest, pk: int, paper_id: int) -> HttpResponse:
    """A paper as it was attached; the trail says who opened it."""
    row = common.claim_or_404(request, pk)
    found = queries.paper(row, paper_id)
    if found is None:
        raise Http404
    response = HttpResponse(core.read_file(found.file), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.file.name)
    events.record_export("claim.paper_open", by=request.actor, on=row, detail={"paper": found.pk})
    return response


def _page(
    request: HttpRequest,
    row: Claim,
    *,
    form: FactsForm | None = None,
    groups: list[GroupRows] | None = None,
    failed: str = "",
    error: str = "",
) -> HttpResponse:
    row = common.claim_or_404(request, row.pk)
    actor, questions, held = request.actor, queries.questions(row), claims.stated(row)
    listed = row.channel == ClaimChannel.LIST
    editable = row.state in EDITABLE and not listed and roles.can(actor, "claim.work")
    found = claims.evaluated(row, claims.values_of(row)) if row.state in EDITABLE else None
    decided = queries.decisions(row)
    live = decided[0][0] if decided else None
    proposal = common.explained(row.explanation)
    context = {
        "claim": row,
        "tone": common.TONES[row.state],
        "period": common.period(row),
        "document": common.document(row.beneficiary),
        "account": common.account(row.beneficiary),
        "area": Names(actor).short(row.area_code),
        "form": (form or FactsForm(questions, held)) if editable else None,
        "groups": (groups or held_rows(row, more=True)) if editable else [],
        "rows": [] if editable else [group for group in held_rows(row) if group.lines],
        "payee": _payee(row),
        "relations": PayeeRelation.choices,
        "facts": [
            (each.label, common.shown(each, held[name]["value"]), common.source(held[name]["source"]))
            for name, each in questions.items()
            if name in held
        ],
        "days": _days(row) if listed else [],
        "asks": [questions[name].label for name in found.asks if name in questions] if found else [],
        "proposal": proposal,
        "referrals": queries.referrals(row),
        "tongue": engine.language(),
        "amount": common.money(row.amount),
        "yuan": bank.yuan(row.amount) if row.amount is not None else "",
        "papers": queries.papers(row),
        "proofs": [(name, each.proof) for name, each in questions.items() if each.proof],
        **_course(row, decided),
        "steps": queries.steps(row),
        "local": queries.local_texts(row),
        "may": _may(request, row),
        "own": live is not None and live.user_id_at == actor.user_id,
        "today": timezone.localdate(),
        "failed": failed,
        "error": error,
        "typed": request.POST,
    }  # fmt: skip
    return render(request, "web/claims/claim.html", context, status=422 if error else 200)


def _course(row: Claim, decided: list[tuple[Decision, Decision | None]]) -> dict[str, Any]:
    """Decisions, payments and objections of a claim, and what was paid beyond the newest decision."""
    too_much = owing.too_much(row) if decided else 0
    return {
        "decisions": [_decision(first, second) for first, second in decided],
        "payments": [
            {"row": each, "sum": common.money(each.amount), "tone": common.TONES[each.state]}
            for each in queries.payments(row)
        ],
        "too_much": common.money(too_much) if too_much else "",
        "objections": [
            {"row": each, "tone": "warn" if each.state == "open" else common.TONES[each.state]}
            for each in queries.objections(row)
        ],
    }


def _days(row: Claim) -> list[dict[str, Any]]:
    """The days a monthly list brought, each with its sum."""
    kept = json.loads(row.explanation) if row.explanation else {}
    return [day | {"sum": common.money(day["amount"])} for day in kept.get("days", [])]


def _decision(first: Decision, second: Decision | None) -> dict[str, Any]:
    return {
        "row": first,
        "second": second,
        "sum": common.money(first.amount),
        "tone": common.TONES[first.outcome],
        "reasons": first.reasons,
    }


def _payee(row: Claim) -> dict[str, Any]:
    """Who the rules and the claim say is paid; `other` where it is not the beneficiary."""
    found, by_rule = queries.payee(row), engine.paid_to(row.version)
    other = found is not None and found.relation != PayeeRelation.SELF
    return {
        "row": found,
        "other": other,
        "by_rule": by_rule,
        "account": common.account(found) if found and other else "",
        "lacks": bool(by_rule) and found is None,
    }


def _may(request: HttpRequest, row: Claim) -> set[str]:
    """The moves that make sense now and that the actor's role allows."""
    state = row.state
    sensible, listed = {"account"}, row.channel == ClaimChannel.LIST
    if state in EDITABLE:
        sensible |= {"paper", "payee", "withdraw"} if listed else {"facts", "paper", "payee", "withdraw"}
    if state in (ClaimState.SUBMITTED, ClaimState.PROPOSED, ClaimState.CONFIRMING):
        sensible |= {"return"}
    if listed and state == ClaimState.SUBMITTED:
        sensible |= {"submit"}
    if state == ClaimState.PROPOSED and not decisions.waits_for_list(row):
        sensible |= {"decide"}
    if state == ClaimState.CONFIRMING:
        sensible |= {"confirm", "withdraw"}
    if objections.can_object(row):
        sensible |= {"object"}
    if row.state == ClaimState.GRANTED and _payee(row)["other"] and not _left(row):
        sensible |= {"payee"}  # the account of the same payee
    if row.objections.filter(state="open").exists():
        sensible |= {"answer"}
    return {move for move in sensible if roles.can(request.actor, NEEDS[move])}


def _left(row: Claim) -> bool:
    """Whether money of a claim is with the bank or paid."""
    return any(each.state in (PaymentState.BATCHED, PaymentState.PAID) for each in queries.payments(row))
