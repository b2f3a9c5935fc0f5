"""What a decision brings in money: owed once a measure, subject and period; later ones mend the difference."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from chunfeng.benefits.actions.claims import AlreadyClaimed, twice
from chunfeng.benefits.actions.payees import paid_to
from chunfeng.benefits.choices import BatchState, ClaimChannel, PaymentState, RecoveryState
from chunfeng.benefits.models import Claim, Decision, Payment, PaymentBatch, Recovery
from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor

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
    values: dict[str, object] = paid_to(claim) | {
        "decision": decision,
        "amount": left,
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


def hold(*, claim: Claim, by: Actor, at: datetime) -> None:
    """Let nothing of a claim leave: what waits loses its day, what lies in a batch not sent yet is taken out of it.

    Call it while the claim is locked. A batch that another area's office put together is changed too.
    """
    # the row itself changes, so that a batch being made at this moment looks at it again
    Payment.objects.filter(decision__claim=claim, state=PaymentState.WAITING).update(due_from=None)
    with scope.applied(SYSTEM):
        inside = Payment.objects.filter(
            decision__claim=claim, state=PaymentState.BATCHED, batch__state=BatchState.OPEN
        )
        for pk, batch_id in list(inside.values_list("pk", "batch_id")):
            batch = PaymentBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
            row = Payment.objects.select_for_update(of=("self",)).get(pk=pk)
            if batch.state != BatchState.OPEN or row.batch_id != batch.pk:
                continue  # sent at this moment
            row.state, row.batch, row.line, row.due_from = PaymentState.WAITING, None, None, None
            row.save(update_fields=["state", "batch", "line", "due_from"])
            batch.count, batch.total = batch.count - 1, batch.total - row.amount
            batch.save(update_fields=["count", "total"])
            record("batch.take_out", by=by, on=batch, at=at, detail={"amount": row.amount})


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
