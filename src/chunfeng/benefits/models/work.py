"""Work injuries on the green channel, and the days worked against the epidemic."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.benefits.choices import InjuryApplicant, InjuryState, WorkListState
from chunfeng.benefits.models.claims import Beneficiary, Claim, PublicityList
from chunfeng.benefits.models.measures import Measure, MeasureVersion
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.core.models import StoredFile
from chunfeng.offices.models import Office


class InjuryCase(models.Model):
    """An application for recognition of an infection or death on duty as a work injury (I1–I4).

    What the clocks say (application, papers, decision, service) is worked out from the days by the measures;
    `due_on` is what they said when something was last done, so that a list can be sorted. `version` and
    `refined_by` are the rules of the day of application, `facts` sealed JSON (fact → value and source).
    """

    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="injuries")
    area_code = AreaCodeField(_("area"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="injuries")
    employer = models.CharField(_("employer"), max_length=120)
    employer_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    occupation = models.CharField(_("occupation"), max_length=40, blank=True)
    applicant = models.CharField(_("applied by"), max_length=10, choices=InjuryApplicant)
    facts = EncryptedTextField(_("facts"), null=True, blank=True)
    happened_on = models.DateField(_("happened or diagnosed on"))
    died = models.BooleanField(_("died"), default=False)
    insured = models.BooleanField(_("insured against work injury"), null=True, blank=True)
    applied_on = models.DateField(_("applied on"))
    missing = models.JSONField(_("papers missing"), default=list, blank=True)
    told_on = models.DateField(_("told in writing on"), null=True, blank=True)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    served_on = models.DateField(_("served on"), null=True, blank=True)
    green = models.BooleanField(_("green channel"), default=True)
    clear = models.BooleanField(_("facts and duties are clear"), null=True, blank=True)
    due_on = models.DateField(_("due next on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=InjuryState, default=InjuryState.APPLIED)
    version = models.ForeignKey(
        MeasureVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refined_by = models.JSONField(_("local texts"), default=list, blank=True)
    explanation = EncryptedTextField(_("explanation"), null=True, blank=True)
    reasons = EncryptedTextField(_("reasons"), null=True, blank=True)
    recognised = models.BooleanField(_("recognised"), null=True, blank=True)
    against_rule = models.BooleanField(_("differs from the rule"), default=False)
    payer = models.CharField(_("paid by"), max_length=40, blank=True)
    key = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField(_("made at"))
    by_name = models.CharField(_("by"), max_length=60)
    taken_by = models.BigIntegerField(_("user id"), null=True, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("work injury case")
        verbose_name_plural = _("work injury cases")
        constraints = [
            models.UniqueConstraint(fields=["beneficiary", "happened_on"], name="injury_once"),
            models.CheckConstraint(
                condition=Q(applied_on__gte=F("happened_on")), name="applied_after_it_happened"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["recognised", "not_recognised", "served"])
                | (Q(decided_on__isnull=False) & Q(reasons__isnull=False)),
                name="decided_injury_has_reasons",
            ),
        ]
        indexes = [
            models.Index(fields=["area_code", "state", "applied_on"], name="injuries_by_area"),
            models.Index(
                fields=["area_code", "due_on", "id"], condition=Q(due_on__isnull=False), name="injuries_due"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class InjuryPaper(models.Model):
    """A paper of a work injury case."""

    case = models.ForeignKey(InjuryCase, on_delete=models.CASCADE, related_name="papers")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    proves = models.CharField(_("proves"), max_length=80, blank=True)
    at = models.DateTimeField(_("at"))
    by_name = models.CharField(_("by"), max_length=60)

    wall = walls.part_of("benefits_injurycase", "case_id")

    class Meta:
        verbose_name = _("paper of a work injury case")
        verbose_name_plural = _("papers of work injury cases")


class InjuryStep(models.Model):
    """What was done in a work injury case. Never changed."""

    case = models.ForeignKey(InjuryCase, on_delete=models.PROTECT, related_name="steps", db_index=False)
    state = models.CharField(_("state"), max_length=16, choices=InjuryState)
    text = models.CharField(_("text"), max_length=500, blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    append_only = True
    wall = walls.part_of("benefits_injurycase", "case_id")

    class Meta:
        verbose_name = _("step of a work injury case")
        verbose_name_plural = _("steps of work injury cases")
        indexes = [models.Index(fields=["case", "id"], name="steps_of_injury")]


class WorkList(models.Model):
    """The epidemic work days of a unit's staff in a month (first day of the month), on its way to payment.

    `measure` pays them. `version` counts how often the list was handed in.
    """

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="work_lists")
    unit = models.CharField(_("unit"), max_length=120)
    unit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="work_lists")
    area_code = AreaCodeField(_("area"))
    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=10, choices=WorkListState, default=WorkListState.OPEN)
    version = models.PositiveIntegerField(_("version"), default=1)
    publicity = models.ForeignKey(
        PublicityList, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))
    by_name = models.CharField(_("by"), max_length=60)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.BigIntegerField(_("user id"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    checked_by_name = models.CharField(_("checked by"), max_length=60, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("monthly list of epidemic work")
        verbose_name_plural = _("monthly lists of epidemic work")
        constraints = [
            models.UniqueConstraint(fields=["office", "unit", "month"], name="work_list_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="work_list_begins_the_month"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month:%Y-%m}"


class WorkDay(models.Model):
    """One person's work on one day: role and class as the measure names them, and the minutes worked."""

    list = models.ForeignKey(WorkList, on_delete=models.CASCADE, related_name="days")
    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="work_days")
    subject_key = models.CharField(max_length=64, db_collation="C")
    area_code = AreaCodeField(_("area"))
    on = models.DateField(_("day"))
    role = models.CharField(_("role in the work"), max_length=40)
    work_class = models.CharField(_("class of work"), max_length=40)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    claim = models.ForeignKey(
        Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="work_days"
    )

    wall = walls.part_of("benefits_worklist", "list_id")

    class Meta:
        verbose_name = _("epidemic work day")
        verbose_name_plural = _("epidemic work days")
        constraints = [
            # nobody is paid twice for a day, whichever unit lists it
            models.UniqueConstraint(fields=["subject_key", "on"], name="worked_once_a_day"),
            models.CheckConstraint(condition=Q(minutes__gt=0) & Q(minutes__lte=1440), name="day_has_minutes"),
        ]
