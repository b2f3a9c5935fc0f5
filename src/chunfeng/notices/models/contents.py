"""What a notice says: clauses, duties, citations, contacts, and explanations of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.notices.choices import DeadlineKind, DutyState, Force, Relation
from chunfeng.notices.models.notice import (
    IN_OWN_NOTICE,
    NOTICE_TABLE,
    OF_NOTICE,
    SEEN_WITH_NOTICE,
    Notice,
)
from chunfeng.offices.models import Office


class Clause(models.Model):
    """A numbered part of a notice; `start`/`end` are offsets into the notice's text. Everything cites one."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="clauses")
    ident = models.CharField(_("clause"), max_length=30)
    label = models.CharField(_("label"), max_length=30, blank=True)
    heading = models.CharField(_("heading"), max_length=300, blank=True)
    text = models.TextField(_("text"))
    start = models.IntegerField()
    end = models.IntegerField()
    position = models.IntegerField()

    wall = OF_NOTICE

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["notice", "ident"], name="clause_once")]

    def __str__(self) -> str:
        return f"{self.label}{self.heading}" or self.ident


class Duty(models.Model):
    """Something a notice orders, at a clause, in its own words (B8, B10)."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="duties")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="duties")
    quote = models.TextField(_("quote"))
    start = models.IntegerField(default=0)
    end = models.IntegerField(default=0)
    force = models.CharField(_("force"), max_length=10, choices=Force)
    action = models.TextField(_("action"))
    lead = models.CharField(_("lead body"), max_length=200, blank=True)
    partners = models.JSONField(_("co-responsible bodies"), default=list, blank=True)
    report_to = models.CharField(_("report to"), max_length=200, blank=True)
    quantities = models.JSONField(_("quantities"), default=list, blank=True)
    deadline_text = models.CharField(_("deadline in the text"), max_length=200, blank=True)
    deadline_kind = models.CharField(_("kind of deadline"), max_length=10, choices=DeadlineKind, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_time = models.TimeField(_("time"), null=True, blank=True)
    every = models.CharField(_("repeats"), max_length=20, blank=True)
    date_by_default = models.BooleanField(_("date set by the office's default"), default=False)
    no_date = models.BooleanField(_("deliberately without a date"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=DutyState, default=DutyState.PROPOSED)
    drop_reason = models.CharField(_("reason for dropping"), max_length=300, blank=True)
    added_by_hand = models.BooleanField(_("added by hand"), default=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by_name = models.CharField(_("confirmed by"), max_length=60, blank=True)
    position = models.IntegerField(default=0)

    # what was dropped, and why, stays with those who reviewed it
    wall = walls.Wall(
        read=f"{SEEN_WITH_NOTICE} AND (state <> 'dropped' OR {IN_OWN_NOTICE})", write=IN_OWN_NOTICE
    )

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(drop_reason=""), name="dropped_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.action[:80]

    @property
    def undated(self) -> bool:
        """A deadline is named, but no day is known and nobody said that there is none."""
        named = self.deadline_kind not in ("", DeadlineKind.RECURRING)
        begins = self.deadline_kind == DeadlineKind.FROM and self.starts_on is not None
        return named and self.due_on is None and not self.no_date and not begins

    UNDATED = (
        Q(due_on__isnull=True, no_date=False)
        & ~Q(deadline_kind__in=["", DeadlineKind.RECURRING])
        & ~Q(deadline_kind=DeadlineKind.FROM, starts_on__isnull=False)
    )
    """The same as a condition on rows."""


class Citation(models.Model):
    """A document named in a notice, resolved to one of ours where we hold it (B3, B13)."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="citations")
    title = models.CharField(_("title"), max_length=300, blank=True)
    number = models.CharField(_("document number"), max_length=80, blank=True)
    issuer = models.CharField(_("issuer"), max_length=200, blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    clause = models.CharField(_("clause"), max_length=60, blank=True)
    relation = models.CharField(_("relation"), max_length=12, choices=Relation, default=Relation.CITES)
    target = models.ForeignKey(
        Notice, null=True, blank=True, on_delete=models.SET_NULL, related_name="cited_by"
    )
    number_key = models.CharField(max_length=80, blank=True, editable=False)
    title_key = models.CharField(max_length=300, blank=True, editable=False)

    wall = OF_NOTICE

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        indexes = [
            models.Index(fields=["number_key"], name="citation_by_number"),
            models.Index(fields=["title_key"], name="citation_by_title"),
        ]

    def __str__(self) -> str:
        return f"《{self.title}》{self.number}"


class NoticeContact(models.Model):
    """A contact person printed on a notice; staff only (B9)."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=60, blank=True)
    phones = EncryptedTextField(_("phones"), null=True, blank=True)
    email = EncryptedTextField(_("e-mail"), null=True, blank=True)

    wall = walls.Wall(
        read=f"{walls.of(NOTICE_TABLE, 'notice_id')} AND {walls.has_role('caller', 'officer', 'leader')}",
        write=IN_OWN_NOTICE,
    )

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")


class Explanation(models.Model):
    """A question and its answer, tied to the clause it explains (B11). A correction adds a version."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="explanations")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="explanations")
    question = models.TextField(_("question"))
    answer = models.TextField(_("answer"))
    version = models.PositiveIntegerField(_("version"), default=1)
    replaced_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )
    by_name = models.CharField(_("by"), max_length=60)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    area_code = AreaCodeField(_("area"))
    at = models.DateTimeField(_("at"))

    # an office that received the notice may explain it to its own people
    wall = walls.Wall(
        read=f"{SEEN_WITH_NOTICE} AND {walls.in_range_or_above()}",
        write=f"{SEEN_WITH_NOTICE} AND {walls.in_range()}",
    )

    class Meta:
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
