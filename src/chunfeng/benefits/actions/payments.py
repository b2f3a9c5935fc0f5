"""Money on its way: payments go into numbered batches, batches to the bank, replies back, line by line.

A payment is made in the transaction of its decision. A process that dies between decision and batch leaves it
waiting, and the next batch takes it in; a batch is one transaction, so a payment is in one batch or in none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chunfeng.benefits import bank
from chunfeng.benefits.actions import payees
from chunfeng.benefits.actions.common import required, step, steps
from chunfeng.benefits.bank import Reply
from chunfeng.benefits.choices import (
    BatchState,
    ClaimState,
    ClaimStepKind,
    ObjectionState,
    PaymentState,
    RecoveryState,
)
from chunfeng.benefits.models import Claim, Objection, Payment, PaymentBatch, Recovery
from chunfeng.benefits.queries.payments import unshown
from chunfeng.core.actions import record, store_file
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles

_NUMBERS = 0x70617962
MOST = 50_000
"""Payments in one batch."""


@transaction.atomic
def make_batch(*, by: Actor, at: datetime, measure: str = "") -> PaymentBatch | None:
    """Put what is due in the actor's area into a new batch; None when nothing is.

    Due: granted, shown to the public where the measure wants that and past its last day, with an account, without
    an open objection (which also takes away the day it is due from, so that one raised meanwhile is seen). Two at
    once share the work: each payment goes into one batch.
    """
    roles.require(by, "payment.work")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can make a payment batch."))
    due = (
        Payment.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(
            area_code__gte=by.lo,
            area_code__lt=by.hi,
            state=PaymentState.WAITING,
            due_from__lte=timezone.localdate(at),
            account__isnull=False,
            decision__claim__state=ClaimState.GRANTED,
        )
        .exclude(decision__claim__in=Objection.objects.filter(state=ObjectionState.OPEN).values("claim"))
        .exclude(unshown())
    )
    rows = list((due.filter(measure__code=measure) if measure else due).order_by("pk")[:MOST])
    if not rows:
        return None
    year = timezone.localdate(at).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_NUMBERS, by.office_id % 2**31])
    last = PaymentBatch.objects.filter(office=by.office_id, year=year).aggregate(n=Max("number"))["n"] or 0
    batch = PaymentBatch.objects.create(
        office_id=by.office_id,
        area_code=by.area_code,
        year=year,
        number=last + 1,
        count=len(rows),
        total=sum(row.amount for row in rows),
        made_at=at,
        by_name=by.name,
    )
    for line, row in enumerate(rows, start=1):
        row.state, row.batch, row.line = PaymentState.BATCHED, batch, line
    Payment.objects.bulk_update(rows, ["state", "batch", "line"], batch_size=2000)
    steps(
        Claim.objects.filter(decisions__payment__batch=batch),
        ClaimStepKind.PAY,
        by=by,
        at=at,
        text=str(batch),
    )
    record("batch.make", by=by, on=batch, at=at, detail={"count": batch.count, "total": batch.total})
    return batch


@transaction.atomic
def send_batch(*, batch: PaymentBatch, form: str = bank.XLSX, by: Actor, at: datetime) -> PaymentBatch:
    """Write and freeze the file that goes to the bank, as xlsx or csv; its SHA-256 stands with the batch.

    Sent once: again returns it.
    """
    roles.require(by, "payment.send")
    row = _locked(batch, by)
    if row.state != BatchState.OPEN:
        return row
    if not row.count:
        raise Refused(_("Nothing is left in this batch: objections hold every payment of it."))
    sums = row.payments.aggregate(total=Sum("amount"))
    if (row.payments.count(), sums["total"]) != (row.count, row.total):
        raise Refused(_("The payments of batch %(batch)s do not add up to its total.") % {"batch": row})
    data, name = bank.write(orders(row), str(row), form), f"payments-{row}.{form}"
    row.file = store_file(
        data=data, name=name, media_type=bank.MEDIA[form], area_code=row.area_code, by=by, at=at
    )
    row.sha256, row.state, row.sent_at = hashlib.sha256(data).hexdigest(), BatchState.SENT, at
    row.save(update_fields=["file", "sha256", "state", "sent_at"])
    record("batch.send", by=by, on=row, at=at, detail={"sha256": row.sha256, "total": row.total})
    return row


@transaction.atomic
def acknowledge(*, batch: PaymentBatch, sha256: str, by: Actor, at: datetime) -> PaymentBatch:
    """The bank confirms that it holds the file with this digest."""
    roles.require(by, "payment.work")
    row = _locked(batch, by)
    if row.state == BatchState.OPEN:
        raise Refused(_("This batch was not sent yet."))
    if sha256.strip().lower() != row.sha256:
        raise Refused(
            _("The bank acknowledges another file: the digests differ. Send it again and ask the bank.")
        )
    if row.state == BatchState.SENT:
        row.state, row.acknowledged_at = BatchState.ACKNOWLEDGED, at
        row.save(update_fields=["state", "acknowledged_at"])
        record("batch.acknowledge", by=by, on=row, at=at)
    return row


@transaction.atomic
def reconcile(
    *,
    batch: PaymentBatch,
    replies: Sequence[Reply],
    file: bytes = b"",
    name: str = "",
    by: Actor,
    at: datetime,
) -> PaymentBatch:
    """Take the bank's reply in, line by line; lines answered so before are left as they are.

    A line that came back can be paid again by a later batch. The batch is reconciled when every line is answered.
    Raises Refused, and changes nothing, for an unknown line, another amount, or an answer against an earlier one:
    only that what came back was paid after all is taken, as long as it is not on its way again. The bank's `file`
    is kept with the batch, the digest of each in the trail.
    """
    roles.require(by, "payment.work")
    row = _locked(batch, by)
    if row.state == BatchState.OPEN:
        raise Refused(_("Batch %(batch)s does not wait for a reply of the bank.") % {"batch": row})
    held = Payment.objects.select_for_update(of=("self",)).filter(batch=row)
    lines = {p.line: p for p in held.select_related("decision__claim")}
    back = {each["line"]: each for each in row.came_back}
    for reply in replies:
        payment = _meant(reply, lines, back)
        if payment is None:
            continue  # told before, and on its way again
        _answer(payment, reply, by, at)
        back.pop(reply.line, None)
        if payment.state == PaymentState.BOUNCED:
            back[reply.line] = {
                "line": reply.line,
                "payment": payment.pk,
                "amount": payment.amount,
                "error": payment.error,
            }
    row.came_back = [back[line] for line in sorted(back)]
    detail: dict[str, object] = {"lines": len(replies)}
    if file:
        detail["sha256"] = hashlib.sha256(file).hexdigest()
        row.reply = store_file(
            data=file,
            name=name,
            media_type="application/octet-stream",
            area_code=row.area_code,
            by=by,
            at=at,
        )
    if row.state != BatchState.RECONCILED and not row.payments.filter(state=PaymentState.BATCHED).exists():
        row.state, row.reconciled_at = BatchState.RECONCILED, at
    row.save(update_fields=["state", "reconciled_at", "came_back", "reply"])
    record("batch.reconcile", by=by, on=row, at=at, detail=detail)
    return row


@transaction.atomic
def recover(*, payment: Payment, amount: int, reason: str, source: str, by: Actor, at: datetime) -> Recovery:
    """Demand money back that was paid, with the reason and its clause."""
    roles.require(by, "payment.send")
    row = Payment.objects.select_for_update(of=("self",)).filter(pk=payment.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This payment belongs to another area."))
    if row.state != PaymentState.PAID:
        raise Refused(_("Only what was paid can be recovered."))
    asked = row.recoveries.exclude(state=RecoveryState.WAIVED).aggregate(n=Sum("amount"))["n"] or 0
    if amount <= 0 or asked + amount > row.amount:
        raise Refused(_("More than was paid cannot be recovered."))
    if row.recoveries.filter(state=RecoveryState.OPEN).exists():
        raise Refused(_("A recovery of this payment is under way."))
    made = Recovery.objects.create(
        payment=row,
        amount=amount,
        reason=required(reason, _("reason"), 300),
        source=required(source, _("source"), 300),
        at=at,
        by_name=by.name,
    )
    step(row.decision.claim, ClaimStepKind.RECOVER, by=by, at=at, text=made.reason)
    record("payment.recover", by=by, on=row, at=at, detail={"amount": amount}, reason=made.reason)
    return made


@transaction.atomic
def close_recovery(
    *, recovery: Recovery, back: bool, closing: str, closed_on: date, by: Actor, at: datetime
) -> Recovery:
    """The money came back, or it is waived: with a word how. The same again returns it."""
    roles.require(by, "payment.send")
    row = Recovery.objects.select_for_update(of=("self",)).filter(pk=recovery.pk).first()
    if row is None or not by.sees(row.payment.area_code):
        raise NotAllowed(_("This payment belongs to another area."))
    state = RecoveryState.BACK if back else RecoveryState.WAIVED
    if row.state == state:
        return row
    if row.state != RecoveryState.OPEN:
        raise Refused(_("This recovery is closed already."))
    if not timezone.localdate(row.at) <= closed_on <= timezone.localdate(at):
        raise Refused(_("The day it was closed lies between the day it was demanded and today."))
    row.state, row.closed_on, row.closing = state, closed_on, required(closing, _("how it was closed"), 300)
    row.save(update_fields=["state", "closed_on", "closing"])
    record("recovery.close", by=by, on=row.payment, at=at, detail={"state": str(state), "amount": row.amount})
    return row


def orders(batch: PaymentBatch) -> list[bank.Order]:
    """The lines of a batch's file, in their order."""
    rows = batch.payments.select_related("measure", "beneficiary").order_by("line")
    return [
        bank.Order(
            line=row.line or 0,
            name=row.name,
            account=row.account or "",
            bank=row.bank,
            amount=row.amount,
            purpose=" ".join(filter(None, (row.measure.title, row.period, _on_behalf(row)))),
        )
        for row in rows
    ]


def _on_behalf(row: Payment) -> str:
    """For whom a payment to somebody else is meant, in Chinese as everything the bank reads."""
    if row.name == row.beneficiary.name:
        return ""
    with translation.override("zh-hans"):
        return _("for %(name)s") % {"name": row.beneficiary.name}


def _meant(
    reply: Reply, lines: Mapping[int | None, Payment], back: Mapping[int, dict[str, Any]]
) -> Payment | None:
    """The payment a line of the reply is about; None where it came back before and is on its way again."""
    payment = lines.get(reply.line)
    if payment is None and reply.line in back:
        if reply.paid_on is None:
            return None
        raise Refused(
            _("Line %(line)s came back by an earlier reply and is paid anew; now the bank says it was paid.")
            % {"line": reply.line}
        )
    if payment is None:
        raise Refused(_("Line %(line)s is not in this batch.") % {"line": reply.line})
    if payment.amount != reply.amount:
        raise Refused(
            _("Line %(line)s: the bank says %(paid)s yuan, ordered were %(ordered)s.")
            % {"line": reply.line, "paid": bank.yuan(reply.amount), "ordered": bank.yuan(payment.amount)}
        )
    return payment


def _answer(payment: Payment, reply: Reply, by: Actor, at: datetime) -> None:
    claim = payment.decision.claim
    if reply.paid_on is not None:
        if payment.state == PaymentState.PAID:
            _same_day(payment, reply)
            return
        payment.state, payment.paid_on, payment.error = PaymentState.PAID, reply.paid_on, ""
        payment.save(update_fields=["state", "paid_on", "error"])
        step(claim, ClaimStepKind.PAID, by=by, at=at, text=reply.paid_on.isoformat())
        return
    if payment.state == PaymentState.PAID:
        raise Refused(
            _("Line %(line)s was paid by an earlier reply; now the bank says it came back. Ask the bank.")
            % {"line": reply.line}
        )
    if payment.state == PaymentState.BATCHED:
        payment.state, payment.error = PaymentState.BOUNCED, reply.error[:200]
        payment.save(update_fields=["state", "error"])
        step(claim, ClaimStepKind.BOUNCE, by=by, at=at, text=reply.error)


def _same_day(payment: Payment, reply: Reply) -> None:
    if payment.paid_on != reply.paid_on:
        raise Refused(
            _(
                "Line %(line)s was paid on %(before)s by an earlier reply, now the bank says %(now)s. Ask the bank."
            )
            % {"line": reply.line, "before": payment.paid_on, "now": reply.paid_on}
        )


@transaction.atomic
def pay_again(*, payment: Payment, by: Actor, at: datetime) -> Payment:
    """Let a payment that came back wait again, with the account its payee has now."""
    roles.require(by, "payment.work")
    row = Payment.objects.select_for_update(of=("self",)).filter(pk=payment.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This payment belongs to another area."))
    if row.state == PaymentState.WAITING:
        return row
    if row.state != PaymentState.BOUNCED:
        raise Refused(_("Only what came back can be paid again."))
    claim = row.decision.claim
    if (
        claim.state != ClaimState.GRANTED
        or Objection.objects.filter(claim=claim, state=ObjectionState.OPEN).exists()
    ):
        raise Refused(_("An objection against this grant is open: nothing is paid until it is answered."))
    for field, value in payees.paid_to(claim).items():
        setattr(row, field, value)
    row.state, row.batch, row.line, row.due_from = PaymentState.WAITING, None, None, timezone.localdate(at)
    row.save(update_fields=["account", "bank", "name", "state", "batch", "line", "due_from"])
    record("payment.again", by=by, on=row, at=at)
    return row


def _locked(batch: PaymentBatch, by: Actor) -> PaymentBatch:
    row = PaymentBatch.objects.select_for_update(of=("self",)).filter(pk=batch.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This batch belongs to another area."))
    return row
