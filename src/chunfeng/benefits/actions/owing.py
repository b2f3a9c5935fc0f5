"""What a decision brings in money: owed once a measure, subject and period; later ones mend the difference."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from chunfeng.benefits.actions.claims import AlreadyClaimed, twice
from chunfeng.benefits.choices import ClaimChannel, PaymentState, RecoveryState
from chunfeng.benefits.models import Claim, Decision, Payment, Recovery
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor

AWAY = (PaymentState.BATCHED, PaymentState.PAID)
"""Money that has left, or may have."""


def settle(*, claim: Claim, decision: Decision, by: Actor, at: datetime) -> None:
    """Make the claim's payments what its newest decision says, in that decision's transaction.

    What waits, or came back, is changed or called off; what is with the bank or paid stays, and only what lacks is
    added, as the next part. Too much paid is left to a recovery. Call it while `alone_with` the subject.
    """
    rows = list(
        Payment.objects.select_for_update(of=("self",)).filter(decision__claim=claim).order_by("part")
    )
    left = decision.amount - _spent(rows)
    waiting = [row for row in rows if row.state not in AWAY]
    for row in waiting if left <= 0 else waiting[1:]:
        record("payment.cancel", by=by, on=row, at=at, detail={"amount": row.amount, "part": row.part})
        row.delete()
    if left <= 0:
        return
    payee = claim.beneficiary
    values = {
        "decision": decision,
        "amount": left,
        "name": payee.name,
        "account": payee.account,
        "bank": payee.bank,
        "due_from": timezone.localdate(at) + timedelta(days=_days_of_publicity(claim)),
    }
    if waiting:
        row = waiting[0]
        for field, value in (values | {"state": PaymentState.WAITING, "batch": None, "line": None}).items():
            setattr(row, field, value)
        row.save()
        record("payment.change", by=by, on=row, at=at, detail={"amount": left, "part": row.part})
        return
    _make(claim, max((row.part for row in rows), default=-1) + 1, values, at)


def too_much(claim: Claim) -> int:
    """Fen with the bank or paid beyond the newest decision that counts, not yet demanded back."""
    decision = claim.decisions.filter(seconds__isnull=True).order_by("-number").first()
    paid = _spent(list(Payment.objects.filter(decision__claim=claim)))
    return max(paid - (decision.amount if decision else 0), 0)


def _days_of_publicity(claim: Claim) -> int:
    """A monthly list was shown before it was decided."""
    return 0 if claim.channel == ClaimChannel.LIST else claim.measure.publish_days


def _spent(rows: list[Payment]) -> int:
    """What left, less what is asked or came back by a recovery."""
    away = [row for row in rows if row.state in AWAY]
    asked = Recovery.objects.filter(payment__in=away).exclude(state=RecoveryState.WAIVED)
    back = asked.aggregate(n=Sum("amount"))["n"] or 0
    return sum(row.amount for row in away) - int(back)


def _make(claim: Claim, part: int, values: dict[str, object], at: datetime) -> None:
    try:
        with transaction.atomic():
            Payment.objects.create(
                measure=claim.measure,
                beneficiary=claim.beneficiary,
                subject_key=claim.subject_key,
                period=claim.period,
                part=part,
                area_code=claim.area_code,
                fund=claim.measure.fund,
                made_at=at,
                **values,
            )
    except IntegrityError as error:
        if "paid_once" not in str(error):
            raise
        raise AlreadyClaimed(twice(claim.measure.title, claim.period)) from None
