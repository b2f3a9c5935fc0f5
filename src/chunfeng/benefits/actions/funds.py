"""What a firm used its refund for: entries by purpose, append-only, never above what it was paid (L3)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.benefits import bank, engine, force
from chunfeng.benefits.actions.common import required
from chunfeng.benefits.choices import PaymentState, RecoveryState
from chunfeng.benefits.models import FundUse, Payment
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles


@transaction.atomic
def account_for(
    *,
    payment: Payment,
    purpose: str,
    amount: int,
    spent_on: date,
    voucher: str,
    key: str,
    by: Actor,
    at: datetime,
) -> FundUse:
    """Enter what a part of a payment (whole fen) was used for. The same `key` again returns the entry there is.

    Purposes are those of the measure the payment's measure names; one it does not allow is entered and marked, for
    that is what has to be seen. Raises Refused above what was paid and not demanded back, and for a day to come.
    """
    roles.require(by, "payment.work")
    row = _locked(payment, by)
    key = required(key, "key", 80)
    known = FundUse.objects.filter(key=key).first()
    if known is not None:
        return _same(known, row, purpose, amount)
    spending = spending_of(row, timezone.localdate(at))
    if purpose not in dict(spending.purposes):
        raise Refused(_("Choose one of the purposes."))
    if amount <= 0:
        raise Refused(_("Write an amount above zero. A mistake is taken back by a correction."))
    if spent_on > timezone.localdate(at):
        raise Refused(_("Money cannot have been spent on a day to come."))
    left = row.amount - returned(row) - row.accounted
    if amount > left:
        raise Refused(
            _("That is more than was paid: %(left)s yuan are left to account for.")
            % {"left": bank.yuan(left)}
        )
    made = FundUse.objects.create(
        payment=row,
        purpose=purpose,
        amount=amount,
        spent_on=spent_on,
        voucher=required(voucher, _("voucher"), 120),
        against_rule=not spending.allows(purpose, amount),
        key=key,
        office_id=by.office_id,
        by_name=by.name,
        at=at,
    )
    _add(row, amount)
    detail = {"purpose": purpose, "amount": amount, "against_rule": made.against_rule}
    record("funds.account", by=by, on=row, at=at, detail=detail)
    return made


@transaction.atomic
def correct(*, entry: FundUse, reason: str, by: Actor, at: datetime) -> FundUse:
    """Take an entry back by one below zero, with the reason. The same again returns the correction there is."""
    roles.require(by, "payment.work")
    row = _locked(entry.payment, by)
    first = FundUse.objects.get(pk=entry.pk)
    if first.corrects_id is not None:
        raise Refused(_("This is a correction itself. Enter the right sum anew."))
    known = FundUse.objects.filter(corrects=first).first()
    if known is not None:
        return known
    made = FundUse.objects.create(
        payment=row,
        purpose=first.purpose,
        amount=-first.amount,
        spent_on=first.spent_on,
        voucher=first.voucher,
        against_rule=first.against_rule,
        corrects=first,
        reason=required(reason, _("reason"), 300),
        key=f"correct:{first.pk}",
        office_id=by.office_id,
        by_name=by.name,
        at=at,
    )
    _add(row, made.amount)
    record("funds.correct", by=by, on=row, at=at, detail={"amount": made.amount}, reason=made.reason)
    return made


def spending_of(row: Payment, on: date) -> engine.Spending:
    """By which purposes a payment is accounted for on a day. Raises Refused where nothing is asked or in force."""
    code = row.measure.use_rules
    if not code:
        raise Refused(_("This measure does not ask what the money was used for."))
    version = force.version_for(code, on, row.area_code)
    found = (
        engine.spending(version, force.refinements(code, on, row.area_code), on, row.area_code)
        if version
        else None
    )
    if found is None:
        raise Refused(
            _("The measure “%(code)s”, by which the use of the money is judged, is not in force here.")
            % {"code": code}
        )
    return found


def returned(row: Payment) -> int:
    """Fen of a payment that came back or are demanded back."""
    asked = row.recoveries.exclude(state=RecoveryState.WAIVED).aggregate(n=Sum("amount"))["n"]
    return int(asked or 0)


def _locked(payment: Payment, by: Actor) -> Payment:
    rows = Payment.objects.select_for_update(of=("self",)).select_related("measure")
    row = rows.filter(pk=payment.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This payment belongs to another area."))
    if row.state != PaymentState.PAID:
        raise Refused(_("Only what was paid can be accounted for."))
    return row


def _add(row: Payment, amount: int) -> None:
    row.accounted += amount
    row.save(update_fields=["accounted"])


def _same(known: FundUse, row: Payment, purpose: str, amount: int) -> FundUse:
    if (known.payment_id, known.purpose, known.amount) != (row.pk, purpose, amount):
        raise Refused(_("Another entry was made under the same key. It stands; look at it first."))
    return known
