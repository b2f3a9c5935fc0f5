"""Who gets the money of a claim: the beneficiary, or somebody else with a reason and a paper that proves it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.benefits.actions.beneficiaries import account_number, masked_name
from chunfeng.benefits.actions.claims import UNDECIDED
from chunfeng.benefits.actions.common import alone_with, locked, required, step
from chunfeng.benefits.choices import ClaimStepKind, PayeeRelation, PaymentState
from chunfeng.benefits.models import Claim, ClaimPaper, Payee, Payment
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles

UNITS = (PayeeRelation.EMPLOYER, PayeeRelation.UNIT)
"""Payees whose names the public may read in full."""


@transaction.atomic
def name_payee(
    *,
    claim: Claim,
    relation: str,
    name: str = "",
    account: str = "",
    bank: str = "",
    reason: str,
    paper: ClaimPaper | None = None,
    by: Actor,
    at: datetime,
) -> Payee:
    """Say who gets the money of a claim. Relation "self" names the beneficiary and takes another payee back.

    Anybody else needs a paper of this claim, so that the second officer sees on what the payment rests. Once the
    claim is decided the payee stands; only the account of the same payee can still be put right, and not while a
    payment is with the bank or paid. The same again returns it.
    """
    roles.require(by, "claim.work")
    if relation not in PayeeRelation.values:
        raise Refused(_("Choose how the payee stands to the beneficiary."))
    alone_with(claim.subject_key)
    row = locked(claim, by)
    values = _values(row, relation, name, account, bank, reason, paper)
    known = Payee.objects.filter(claim=row).first()
    if known is not None and all(getattr(known, field) == value for field, value in values.items()):
        return known
    if row.state not in UNDECIDED:
        _only_the_account(row, known, values)
    signed = {"user_id_at": by.user_id, "by_name": by.name, "at": at}
    made, _new = Payee.objects.update_or_create(claim=row, defaults=values | signed)
    waiting = Payment.objects.filter(decision__claim=row, state=PaymentState.WAITING)
    if made.relation != PayeeRelation.SELF:
        waiting.update(name=made.name, account=made.account, bank=made.bank)
    step(row, ClaimStepKind.PAYEE, by=by, at=at, text=f"{made.get_relation_display()} {made.name}".strip())
    record("claim.payee", by=by, on=row, at=at, detail={"relation": relation}, reason=made.reason)
    return made


def paid_to(claim: Claim) -> dict[str, str | None]:
    """Name, account and bank a claim's payments go to now."""
    other = other_payee(claim)
    whom = other or claim.beneficiary
    return {"name": whom.name, "account": whom.account, "bank": whom.bank}


def other_payee(claim: Claim) -> Payee | None:
    """The payee where it is somebody else than the beneficiary."""
    return Payee.objects.filter(claim=claim).exclude(relation=PayeeRelation.SELF).first()


def shown_payee(row: Payee) -> str:
    """The payee as the public may read it: a unit in full, the middle of a person's name hidden."""
    return row.name if row.relation in UNITS else masked_name(row.name)


def _values(
    row: Claim, relation: str, name: str, account: str, bank: str, reason: str, paper: ClaimPaper | None
) -> dict[str, object]:
    why = required(reason, _("reason"), 300)
    if relation == PayeeRelation.SELF:
        return {
            "relation": relation, "name": "", "account": None, "bank": "", "reason": why, "paper_id": None,
        }  # fmt: skip
    if paper is None or paper.claim_id != row.pk:
        raise Refused(_("Attach the paper that lets somebody else be paid, then choose it here."))
    return {
        "relation": relation,
        "name": required(name, _("payee"), 120),
        "account": account_number(account),
        "bank": required(bank, _("bank"), 120),
        "reason": why,
        "paper_id": paper.pk,
    }


def _only_the_account(row: Claim, known: Payee | None, values: dict[str, object]) -> None:
    if known is None or (known.relation, known.name) != (values["relation"], values["name"]):
        raise Refused(
            _("This claim is decided: its payee stands. To pay somebody else it has to be decided anew.")
        )
    away = (PaymentState.BATCHED, PaymentState.PAID)
    if Payment.objects.filter(decision__claim=row, state__in=away).exists():
        raise Refused(_("A payment is with the bank or paid: its account cannot be changed now."))
