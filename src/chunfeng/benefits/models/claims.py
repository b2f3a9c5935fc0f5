"""Claims with their papers, steps and decisions; publicity and objections."""

from __future__ import annotations

import builtins

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.benefits.choices import (
    LIVE,
    ClaimChannel,
    ClaimState,
    ClaimStepKind,
    DecisionOutcome,
    ObjectionState,
    SubjectKind,
)
from chunfeng.benefits.models.measures import Measure, MeasureVersion
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.core.models import StoredFile
from chunfeng.notices.models import Clause
from chunfeng.offices.models import Office
from chunfeng.people.models import Person


class Beneficiary(models.Model):
    """Who claims and is paid, as one area's offices know them.

    `subject_key` is the same in every area for the same person or unit (keyed hash of the document or of the
    credit code): by it nobody is paid twice. It outlives the register's record, since accounts must be kept:
    `person` is a mere pointer that may point nowhere.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=SubjectKind)
    subject_key = models.CharField(max_length=64, db_collation="C")
    area_code = AreaCodeField(_("area"))
    name = models.CharField(_("name"), max_length=120)
    id_number = EncryptedTextField(_("number of the document"), null=True, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    phone = EncryptedTextField(_("phone"), null=True, blank=True)
    account = EncryptedTextField(_("account"), null=True, blank=True)
    bank = models.CharField(_("bank"), max_length=120, blank=True)
    account_changed_at = models.DateTimeField(_("account changed at"), null=True, blank=True)
    person = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    made_at = models.DateTimeField(_("made at"))

    wall = walls.by_area()

    class Meta:
        verbose_name = _("beneficiary")
        verbose_name_plural = _("beneficiaries")
        constraints = [
            models.UniqueConstraint(fields=["subject_key", "area_code"], name="beneficiary_once_an_area")
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Claim(models.Model):
    """One claim: a measure, a subject, a period ("" once, else 2020, 2020-02, 2020-02-03 or the event's name).

    `facts` (sealed JSON: fact → value and where it comes from), `explanation` (sealed JSON) and `version` are
    those of the last evaluation, `refined_by` the versions of the local texts that refine it (keys); what was
    decided upon stands in the decision. Amounts are whole fen.
    """

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="claims")
    version = models.ForeignKey(MeasureVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    refined_by = models.JSONField(_("local texts"), default=list, blank=True)
    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="claims")
    subject_key = models.CharField(max_length=64, db_collation="C")
    period = models.CharField(_("period"), max_length=40, blank=True)
    on = models.DateField(_("day of the rules"))
    area_code = AreaCodeField(_("area"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="claims")
    channel = models.CharField(_("came by"), max_length=10, choices=ClaimChannel)
    state = models.CharField(_("state"), max_length=10, choices=ClaimState, default=ClaimState.OPEN)
    facts = EncryptedTextField(_("facts"), null=True, blank=True)
    explanation = EncryptedTextField(_("explanation"), null=True, blank=True)
    outcome = models.CharField(_("by the rules"), max_length=12, blank=True)
    amount = models.BigIntegerField(_("amount in fen"), null=True, blank=True)
    key = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField(_("made at"))
    by_name = models.CharField(_("by"), max_length=60)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "subject_key", "period"],
                condition=Q(state__in=LIVE),
                name="claimed_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="claim_amount_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["area_code", "state", "-id"], name="claims_by_area"),
            models.Index(fields=["subject_key", "measure"], name="claims_of_subject"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ClaimPaper(models.Model):
    """A paper that proves a fact of a claim."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="papers")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    fact = models.CharField(_("proves"), max_length=80, blank=True)
    at = models.DateTimeField(_("at"))
    by_name = models.CharField(_("by"), max_length=60)

    wall = walls.part_of("benefits_claim", "claim_id")

    class Meta:
        verbose_name = _("paper of a claim")
        verbose_name_plural = _("papers of claims")


class ClaimStep(models.Model):
    """What was done with a claim, by whom and why. Never changed."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="steps", db_index=False)
    kind = models.CharField(_("step"), max_length=10, choices=ClaimStepKind)
    text = models.CharField(_("text"), max_length=500, blank=True)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    append_only = True
    wall = walls.part_of("benefits_claim", "claim_id")

    class Meta:
        verbose_name = _("step of a claim")
        verbose_name_plural = _("steps of claims")
        indexes = [models.Index(fields=["claim", "id"], name="steps_of_claim")]


class Decision(models.Model):
    """What was decided on a claim, with everything needed to work it out again years later. Never changed.

    A decision above the measure's limit counts from the second officer's decision row of the same number
    (`seconds` points at the first). `facts` and `explanation` are sealed JSON; `reasons` is for the claimant.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    number = models.PositiveSmallIntegerField(_("number"))
    seconds = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="seconded_by"
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=DecisionOutcome)
    amount = models.BigIntegerField(_("amount in fen"), default=0)
    version = models.ForeignKey(MeasureVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    refined_by = models.JSONField(_("local texts"), default=list, blank=True)
    on = models.DateField(_("day of the rules"))
    facts = EncryptedTextField(_("facts"))
    explanation = EncryptedTextField(_("explanation"))
    reasons = EncryptedTextField(_("reasons"))
    against_rule = models.BooleanField(_("differs from the rule"), default=False)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    user_id_at = models.BigIntegerField(_("user id"), null=True)
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    append_only = True
    wall = walls.part_of("benefits_claim", "claim_id")

    class Meta:
        verbose_name = _("decision on a claim")
        verbose_name_plural = _("decisions on claims")
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "number"], condition=Q(seconds__isnull=True), name="decision_once"
            ),
            models.UniqueConstraint(
                fields=["seconds"], condition=Q(seconds__isnull=False), name="seconded_once"
            ),
            models.CheckConstraint(condition=Q(outcome="granted") | Q(amount=0), name="refusal_pays_nothing"),
        ]


class PublicityList(models.Model):
    """Grants shown to the public for objections, names masked, from a day to a day (half-open)."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="publicity")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    area_code = AreaCodeField(_("area"))
    title = models.CharField(_("title"), max_length=200)
    source = models.CharField(_("source"), max_length=300)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    made_at = models.DateTimeField(_("made at"))
    by_name = models.CharField(_("by"), max_length=60)

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("publicity list")
        verbose_name_plural = _("publicity lists")
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="publicity_has_days"),
            models.CheckConstraint(condition=~Q(source=""), name="publicity_has_clause"),
        ]

    def __str__(self) -> str:
        return self.title


class PublicityItem(models.Model):
    """One line of a publicity list as the public reads it."""

    list = models.ForeignKey(PublicityList, on_delete=models.CASCADE, related_name="items")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="publicity")
    position = models.PositiveIntegerField(_("position"))
    shown_name = models.CharField(_("name as shown"), max_length=120)
    shown_unit = models.CharField(_("unit as shown"), max_length=120, blank=True)
    shown_payee = models.CharField(_("payee as shown"), max_length=120, blank=True)
    amount = models.BigIntegerField(_("amount in fen"))
    sums = models.JSONField(_("what the amount is made of"), default=builtins.list, blank=True)
    """Where a measure gives several sums: [{"label": {"zh", "en"}, "fen"}]."""

    wall = walls.part_of("benefits_publicitylist", "list_id")

    class Meta:
        verbose_name = _("line of a publicity list")
        verbose_name_plural = _("lines of publicity lists")
        constraints = [models.UniqueConstraint(fields=["list", "claim"], name="published_once_a_list")]


class Objection(models.Model):
    """An objection against a claim's grant, and the answer."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="objections")
    text = EncryptedTextField(_("objection"))
    raised_by = EncryptedTextField(_("raised by"), null=True, blank=True)
    raised_on = models.DateField(_("raised on"))
    state = models.CharField(_("state"), max_length=10, choices=ObjectionState, default=ObjectionState.OPEN)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    at = models.DateTimeField(_("at"))
    by_name = models.CharField(_("by"), max_length=60)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by_name = models.CharField(_("answered by"), max_length=60, blank=True)

    wall = walls.part_of("benefits_claim", "claim_id")

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="answered_objection_has_answer",
            )
        ]
