"""Objections against what was decided: raised, answered; one that is upheld brings the claim up again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.benefits.actions import claims, owing
from chunfeng.benefits.actions.common import alone_with, locked, required, step
from chunfeng.benefits.choices import ClaimState, ClaimStepKind, ObjectionState, PaymentState
from chunfeng.benefits.models import Claim, Objection, Payment
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles

DECIDED = (ClaimState.GRANTED, ClaimState.REFUSED)


@transaction.atomic
def raise_objection(
    *, claim: Claim, text: str, raised_by: str = "", raised_on: date, by: Actor, at: datetime
) -> Objection:
    """Take an objection down; what has not left for the bank is held until it is answered. Again: the one there is."""
    roles.require(by, "publicity.work")
    words = required(text, _("objection"), 2000)
    alone_with(claim.subject_key)
    row = locked(claim, by)
    if not can_object(row):
        raise Refused(_("This claim is not decided: there is nothing to object to yet."))
    if raised_on > timezone.localdate(at):
        raise Refused(_("An objection cannot be raised in the future."))
    for known in row.objections.filter(state=ObjectionState.OPEN):
        if (known.text, known.raised_on) == (words, raised_on):
            return known
    made = Objection.objects.create(
        claim=row,
        text=words,
        raised_by=raised_by.strip()[:120] or None,
        raised_on=raised_on,
        at=at,
        by_name=by.name,
    )
    owing.hold(claim=row, by=by, at=at)
    step(row, ClaimStepKind.OBJECT, by=by, at=at)
    record("objection.raise", by=by, on=row, at=at)
    return made


def can_object(claim: Claim) -> bool:
    """Decided, or proposed and shown to the public with a monthly list."""
    shown = claim.state == ClaimState.PROPOSED and claim.publicity.exists()
    return claim.state in DECIDED or shown


@transaction.atomic
def answer_objection(
    *, objection: Objection, upheld: bool, answer: str, by: Actor, at: datetime
) -> Objection:
    """Answer an objection. Upheld, the claim waits for a new decision; what was paid stays paid until then.

    Dismissed, and no other one open, what was held may be paid. The same answer again returns it.
    """
    roles.require(by, "claim.decide")
    words = required(answer, _("answer"), 500)
    alone_with(objection.claim.subject_key)
    claim = locked(objection.claim, by)
    row = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    if row.state == state:
        return row
    if row.state != ObjectionState.OPEN:
        raise Refused(_("This objection was answered meanwhile. Look at it again."))
    row.state, row.answer, row.answered_at, row.answered_by_name = state, words, at, by.name
    row.save(update_fields=["state", "answer", "answered_at", "answered_by_name"])
    if upheld and claim.state in DECIDED:
        claims.refuse_again(claim)
        claim.state, claim.decided_at = ClaimState.SUBMITTED, None
        claim.outcome, claim.amount, claim.explanation = "", None, None
        claim.save(update_fields=["state", "decided_at", "outcome", "amount", "explanation"])
    if not claim.objections.filter(state=ObjectionState.OPEN).exists() and claim.state == ClaimState.GRANTED:
        _release(claim, at)
    step(claim, ClaimStepKind.ANSWER, by=by, at=at, text=f"{row.get_state_display()} {words}")
    record("objection.answer", by=by, on=claim, at=at, detail={"state": str(state)})
    return row


def _release(claim: Claim, at: datetime) -> None:
    """Due again from today, or from the end of the publicity if that is later."""
    decided = timezone.localdate(claim.decided_at or at) + timedelta(days=claim.measure.publish_days)
    shown = claim.publicity.order_by("-list__until_on").values_list("list__until_on", flat=True).first()
    due = max(day for day in (timezone.localdate(at), decided, shown) if day is not None)
    held = Payment.objects.filter(decision__claim=claim, state=PaymentState.WAITING, due_from__isnull=True)
    held.update(due_from=due)
