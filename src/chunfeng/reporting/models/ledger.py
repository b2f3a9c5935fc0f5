"""The obligations ledger: who owes which report for which period, and every filing of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.offices.models import Office
from chunfeng.reporting.choices import ANSWERED, Channel, State, Step
from chunfeng.reporting.models.forms import SEEN_BELOW, Form, FormVersion


def numbers_field() -> ArrayField:
    """Whole numbers by slot (see `Form.slots`); a cell never filled is null or beyond the end."""
    return ArrayField(models.BigIntegerField(null=True), null=True, blank=True)


class Obligation(models.Model):
    """One form × office × period, made from the calendar before anything arrives (C1, C8).

    What was filed last stands here too, so that a roll-up reads one table; the signed filings themselves are
    `Revision`. `due_at` is the cut-off, `closes_at` the end of the grace after it: an open obligation past
    `closes_at` is missing, an answer first given after it is late. No job has to mark that.

    `counts` says that the roll-up adds this row: for forms about areas only the lowest reporting office of
    an area counts, what is filed above it is compared with the sum. `sequence` is 0, or 1, 2, … for reports
    on an event. `told` holds a bit for each reminder of `Stage` that went out; a changed cut-off, a return or
    asking again clears it.
    """

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="obligations", db_index=False)
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="obligations", db_index=False)
    area_code = AreaCodeField(_("area"))
    counts = models.BooleanField(_("counts in the roll-up"), default=True)
    period_start = models.DateField(_("first day"))
    period_end = models.DateField(_("last day"))
    sequence = models.PositiveIntegerField(_("sequence"), default=0)
    due_at = models.DateTimeField(_("cut-off"))
    closes_at = models.DateTimeField(_("end of grace"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DUE)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    numbers = numbers_field()
    texts = models.JSONField(_("texts"), default=dict, blank=True)
    sealed = EncryptedTextField(_("personal data"), null=True, blank=True)
    first_filed_at = models.DateTimeField(_("first filed at"), null=True, blank=True)
    filed_at = models.DateTimeField(_("last filed at"), null=True, blank=True)
    filed_by_name = models.CharField(_("filed by"), max_length=60, blank=True)
    warnings = models.PositiveSmallIntegerField(_("doubts explained"), default=0)
    corrections = models.PositiveSmallIntegerField(_("corrections after the cut-off"), default=0)
    exempt_reason = models.CharField(_("reason for exemption"), max_length=300, blank=True)
    told = models.PositiveSmallIntegerField(_("reminders told"), default=0, db_default=0)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("reporting obligation")
        verbose_name_plural = _("reporting obligations")
        constraints = [
            models.UniqueConstraint(fields=["form", "office", "period_start", "sequence"], name="owed_once"),
            models.CheckConstraint(
                condition=~Q(state__in=ANSWERED)
                | Q(first_filed_at__isnull=False, filed_at__isnull=False, revision__gt=0),
                name="answered_has_filing",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.EXEMPT) | ~Q(exempt_reason=""), name="exempt_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start"), closes_at__gte=F("due_at")),
                name="obligation_in_order",
            ),
        ]
        # no tree holds a column that filing changes: an update that finds room in its page touches none,
        # and a BRIN is at most widened
        indexes = [
            models.Index(fields=["form", "period_start", "area_code"], name="owed_by_day"),
            models.Index(fields=["office", "-due_at"], name="owed_by_office"),
            models.Index(fields=["closes_at"], name="owed_by_close"),
            BrinIndex(fields=["filed_at"], pages_per_range=16, autosummarize=True, name="filed_lately"),
        ]

    def __str__(self) -> str:
        return f"{self.form} · {self.period_start}"


class Revision(models.Model):
    """One signed filing: the whole statement as it then stood, who, when, why (C1, C10). Never changed.

    `digest` is the SHA-256 over what was stated, by whom and when; `changed` names the cells this filing
    touched; `doubts` keeps each check that spoke up with the comment given.
    """

    obligation = models.ForeignKey(
        Obligation, on_delete=models.PROTECT, related_name="revisions", db_index=False
    )
    area_code = AreaCodeField(_("area"))
    number = models.PositiveIntegerField(_("revision"))
    zero = models.BooleanField(_("zero report"), default=False)
    numbers = numbers_field()
    texts = models.JSONField(_("texts"), default=dict, blank=True)
    sealed = EncryptedTextField(_("personal data"), null=True, blank=True)
    changed = models.JSONField(_("cells changed"), default=list, blank=True)
    doubts = models.JSONField(_("doubts"), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    key = models.CharField(
        max_length=80, blank=True, help_text=_("given by the sender: the same key again adds nothing")
    )
    office = models.ForeignKey(
        Office, verbose_name=_("filed by office"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    user_id_at = models.BigIntegerField(_("user id"), null=True)
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))
    digest = models.CharField(_("SHA-256"), max_length=64)

    append_only = True
    wall = walls.by_area()

    class Meta:
        verbose_name = _("filing")
        verbose_name_plural = _("filings")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["obligation", "number"], name="filing_once"),
            models.UniqueConstraint(
                fields=["obligation", "key"], condition=~Q(key=""), name="one_filing_per_key"
            ),
        ]


class LedgerStep(models.Model):
    """What happened to an obligation besides its filings. Never changed."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="steps", db_index=False)
    area_code = AreaCodeField(_("area"))
    kind = models.CharField(_("what"), max_length=10, choices=Step)
    text = models.CharField(_("text"), max_length=500, blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    append_only = True
    wall = walls.by_area()

    class Meta:
        verbose_name = _("step of an obligation")
        verbose_name_plural = _("steps of an obligation")
        ordering = ["id"]
        indexes = [models.Index(fields=["obligation", "id"], name="step_by_obligation")]


class Acceptance(models.Model):
    """An office took over the figures of its area for a period: nothing below changes until it unlocks.

    `totals` keeps what was accepted, by cell; `incomplete_reason` why it was accepted though offices had not
    answered.
    """

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="acceptances")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    area_code = AreaCodeField(_("area"))
    period_start = models.DateField(_("first day"))
    totals = models.JSONField(_("figures accepted"), default=dict)
    due = models.PositiveIntegerField(_("reports owed"), default=0)
    answered = models.PositiveIntegerField(_("reports answered"), default=0)
    incomplete_reason = models.CharField(_("why accepted incomplete"), max_length=300, blank=True)
    at = models.DateTimeField(_("accepted at"))
    by_name = models.CharField(_("accepted by"), max_length=60)
    released_at = models.DateTimeField(_("unlocked at"), null=True, blank=True)
    released_by_name = models.CharField(_("unlocked by"), max_length=60, blank=True)
    release_reason = models.CharField(_("reason for unlocking"), max_length=300, blank=True)

    wall = SEEN_BELOW

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        constraints = [
            models.UniqueConstraint(
                fields=["form", "period_start", "office"],
                condition=Q(released_at__isnull=True),
                name="accepted_once",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | ~Q(release_reason=""), name="unlocked_has_reason"
            ),
        ]


class Suggestion(models.Model):
    """A figure a register can count, offered to the officer who files; it counts only once confirmed."""

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="suggestions")
    area_code = AreaCodeField(_("area"))
    cell = models.CharField(_("cell"), max_length=80)
    value = models.BigIntegerField(_("value"))
    source = models.CharField(_("source"), max_length=200)
    at = models.DateTimeField(_("counted at"))

    wall = walls.by_area()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [models.UniqueConstraint(fields=["obligation", "cell"], name="one_suggestion_per_cell")]
