"""Money: payments, the batches that go to the bank, what comes back, what it was used for. Whole fen everywhere."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.benefits.choices import BatchState, PaymentState, RecoveryState
from chunfeng.benefits.models.claims import Beneficiary, Decision
from chunfeng.benefits.models.measures import Measure
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.core.models import StoredFile
from chunfeng.offices.models import Office


class PaymentBatch(models.Model):
    """Payments that go to the bank in one file. Numbers have no gaps within an office and year.

    `sha256` is over the file's bytes; count and total are those of the day it was made, whatever came back.
    `came_back` keeps the lines the bank sent back ({"line", "payment", "amount", "error"}): their payments go on
    in a later batch.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="payment_batches")
    area_code = AreaCodeField(_("area"))
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=BatchState, default=BatchState.OPEN)
    count = models.PositiveIntegerField(_("payments"), default=0)
    total = models.BigIntegerField(_("total in fen"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reply = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    came_back = models.JSONField(_("lines that came back"), default=list, blank=True)
    made_at = models.DateTimeField(_("made at"))
    by_name = models.CharField(_("by"), max_length=60)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    reconciled_at = models.DateTimeField(_("reconciled at"), null=True, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("payment batch")
        verbose_name_plural = _("payment batches")
        constraints = [
            models.UniqueConstraint(fields=["office", "year", "number"], name="batch_once"),
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(sha256="") & Q(file__isnull=False)),
                name="sent_batch_has_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"


class Payment(models.Model):
    """One payment: unique by measure, subject, period and part, in every area and for ever.

    `part` is 0, or 1, 2, … for a supplement by a later decision. What came back is paid again by the same row.
    `accounted` is the sum of its `FundUse` entries where the measure asks what the money was used for.
    """

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="payments")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="payment")
    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="payments")
    subject_key = models.CharField(max_length=64, db_collation="C")
    period = models.CharField(_("period"), max_length=40, blank=True)
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    area_code = AreaCodeField(_("area"))
    amount = models.BigIntegerField(_("amount in fen"))
    fund = models.CharField(_("paid from"), max_length=120, blank=True)
    name = models.CharField(_("payee"), max_length=120)
    account = EncryptedTextField(_("account"), null=True, blank=True)
    bank = models.CharField(_("bank"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=PaymentState, default=PaymentState.WAITING)
    batch = models.ForeignKey(
        PaymentBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    error = models.CharField(_("why it came back"), max_length=200, blank=True)
    due_from = models.DateField(_("not before"), null=True, blank=True)
    made_at = models.DateTimeField(_("made at"))
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    accounted = models.BigIntegerField(_("accounted for, in fen"), default=0)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["measure", "subject_key", "period", "part"], name="paid_once"),
            models.UniqueConstraint(
                fields=["batch", "line"], condition=Q(batch__isnull=False), name="batch_line_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_positive"),
            models.CheckConstraint(
                condition=Q(accounted__gte=0) & Q(accounted__lte=F("amount")), name="accounted_within_payment"
            ),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_on__isnull=False), name="paid_has_day"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["batched", "paid"]) | Q(batch__isnull=False), name="batched_has_batch"
            ),
        ]
        indexes = [
            models.Index(
                fields=["area_code", "due_from", "id"], condition=Q(state="waiting"), name="payments_waiting"
            ),
            models.Index(fields=["area_code", "measure", "period"], name="payments_by_area"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Recovery(models.Model):
    """Money that was paid and has to come back, with the reason and its clause."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="recoveries")
    amount = models.BigIntegerField(_("amount in fen"))
    reason = models.CharField(_("reason"), max_length=300)
    source = models.CharField(_("source"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=RecoveryState, default=RecoveryState.OPEN)
    at = models.DateTimeField(_("at"))
    by_name = models.CharField(_("by"), max_length=60)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closing = models.CharField(_("how it was closed"), max_length=300, blank=True)

    wall = walls.part_of("benefits_payment", "payment_id")

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_is_positive"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(closed_on__isnull=False), name="closed_recovery_has_day"
            ),
            models.UniqueConstraint(fields=["payment"], condition=Q(state="open"), name="one_open_recovery"),
        ]


class FundUse(models.Model):
    """What a part of a payment was used for, as the payee accounts for it (L3). Never changed.

    A mistake is taken back by an entry that `corrects` it: the same purpose, the sum below zero, with a reason.
    `purpose` is a code of the measure named in `Measure.use_rules`; `against_rule` what that measure said of it.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="uses", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=60)
    amount = models.BigIntegerField(_("amount in fen"))
    spent_on = models.DateField(_("spent on"))
    voucher = models.CharField(_("voucher"), max_length=120)
    against_rule = models.BooleanField(_("not an allowed purpose"), default=False)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    key = models.CharField(max_length=80, unique=True)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    append_only = True
    wall = walls.part_of("benefits_payment", "payment_id")

    class Meta:
        verbose_name = _("use of funds")
        verbose_name_plural = _("uses of funds")
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, amount__gt=0)
                | (Q(corrects__isnull=False, amount__lt=0) & ~Q(reason="")),
                name="use_is_positive_or_corrects",
            ),
        ]
        indexes = [models.Index(fields=["payment", "id"], name="uses_of_payment")]
