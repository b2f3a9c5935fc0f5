"""The moves on a claim's page: what was typed goes to one action each, the answer is a sentence for the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.benefits import bank
from chunfeng.benefits.actions import beneficiaries, claims, decisions, objections, payees
from chunfeng.benefits.choices import ClaimState
from chunfeng.benefits.models import Claim
from chunfeng.benefits.queries import claims as queries
from chunfeng.core.errors import Refused
from chunfeng.web import asked
from chunfeng.web.claims.forms import FactsForm
from chunfeng.web.claims.rows import GroupRows

Move = Callable[[HttpRequest, Claim, dict[str, Any]], str]


def done(request: HttpRequest, row: Claim, move: str) -> str:
    """Carry one of `MOVES` out. Raises Refused with what to do."""
    return MOVES[move](request, row, {"by": request.actor, "at": timezone.now()})


def state_facts(request: HttpRequest, row: Claim, form: FactsForm, groups: list[GroupRows]) -> str:
    """Facts and rows that were typed and read without fault; perhaps the claim is handed in at once."""
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    facts, sources = form.changed()
    for group in groups:
        if group.changed:
            facts[group.name], sources[group.name] = group.values or None, "declared"
    if facts:
        claims.state_facts(claim=row, facts=facts, sources=sources, **now)
    if "submit" in request.POST:
        return _handed_in(claims.submit(claim=row, **now))
    return _("The facts are saved.")


def _submit(request: HttpRequest, row: Claim, now: dict[str, Any]) -> str:
    return _handed_in(claims.submit(claim=row, **now))


def _paper(request: HttpRequest, row: Claim, now: dict[str, Any]) -> str:
    for file in request.FILES.getlist("files"):
        claims.attach(
            claim=row,
            data=bytes(file.read()),
            name=file.name or "file",
            media_type=file.content_type or "application/octet-stream",
            fact=request.POST.get("fact", ""),
            **now,
        )
    if not request.FILES:
        raise Refused(_("Choose a file first."))
    return _("The paper is attached.")


def _account(request: HttpRequest, row: Claim, now: dict[str, Any]) -> str:
    account, where = request.POST.get("account", ""), request.POST.get("bank", "")
    beneficiaries.set_account(beneficiary=row.beneficiary, account=account, bank=where, **now)
    return _("The account is saved.")


def _payee(request: HttpRequest, row: Claim, now: dict[str, Any]) -> str:
    given = request.POST
    key = asked.key(given.get("paper"))
    payees.name_payee(
        claim=row,
        relation=given.get("relation", ""),
        name=given.get("name", ""),
        account=given.get("account", ""),
        bank=given.get("bank", ""),
        reason=given.get("reason", ""),
        paper=queries.paper(row, key) if key else None,
        **now,
    )
    return _("The payee is saved.")


def _decide(request: HttpRequest, row: Claim, now: dict[str, Any]) -> str:
    given = request.POST
    decisions.decide(
        claim=row,
        outcome=given.get("outcome", ""),
        amount=_fen(given.get("amount", "")),
        reasons=given.get("reasons", ""),
        **now,
    )
    return _("Decided.")


def _confirm(request: HttpRequest, row: Claim, now: dict[str, Any]) -> str:
    decisions.confirm(claim=row, **now)
    return _("Confirmed. The sum is owed now.")


def _return(request: HttpRequest, row: Claim, now: dict[str, Any]) -> str:
    decisions.send_back(claim=row, reason=request.POST.get("text", ""), **now)
    return _("Sent back.")


def _withdraw(request: HttpRequest, row: Claim, now: dict[str, Any]) -> str:
    claims.withdraw(claim=row, reason=request.POST.get("text", ""), **now)
    return _("The claim is withdrawn.")


def _object(request: HttpRequest, row: Claim, now: dict[str, Any]) -> str:
    given = request.POST
    objections.raise_objection(
        claim=row,
        text=given.get("text", ""),
        raised_by=given.get("raised_by", ""),
        raised_on=asked.day(given.get("raised_on")) or timezone.localdate(),
        **now,
    )
    return _("The objection is taken down. Nothing is paid until it is answered.")


def _answer(request: HttpRequest, row: Claim, now: dict[str, Any]) -> str:
    given = request.POST
    found = queries.objection(row, asked.key(given.get("objection")) or 0)
    if found is None:
        raise Http404
    objections.answer_objection(
        objection=found, upheld=given.get("upheld") == "yes", answer=given.get("text", ""), **now
    )
    return _("The objection is answered.")


MOVES: dict[str, Move] = {
    "submit": _submit,
    "paper": _paper,
    "account": _account,
    "payee": _payee,
    "decide": _decide,
    "confirm": _confirm,
    "return": _return,
    "withdraw": _withdraw,
    "object": _object,
    "answer": _answer,
}


def _handed_in(row: Claim) -> str:
    if row.state == ClaimState.PROPOSED:
        return _("Handed in. The rules propose a decision.")
    return _("Handed in. The rules cannot decide yet: see which facts are missing.")


def _fen(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        return bank.fen(text)
    except ValueError:
        raise Refused(_("Write an amount like 1234.50.")) from None
