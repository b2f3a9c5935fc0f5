"""Campaigns that call or visit people, their lists, and what came of every contact."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.notices.models import Clause
from chunfeng.offices.models import Office
from chunfeng.people.choices import CallState, CampaignState, ContactKind, FollowUpReason, Outcome
from chunfeng.people.models.register import OF_PERSON, Dataset, Person
from chunfeng.tasking.models import CoordinationIssue

OPEN_CALLS = (CallState.WAITING, CallState.RETRY)


class Campaign(models.Model):
    """A round of calls or visits (D2): whom (a filter over the register), what is asked, until when, by which clause.

    `script` is frozen when the campaign starts; its form is that of `people.scripts`.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="campaigns")
    area_code = AreaCodeField(_("area"))
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=ContactKind, default=ContactKind.CALL)
    script = models.JSONField(_("questions"))
    chosen = models.JSONField(_("whom"), default=dict)
    source = models.CharField(_("source"), max_length=300)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="campaigns")
    target_on = models.DateField(_("to be complete on"))
    most_attempts = models.PositiveSmallIntegerField(_("attempts a round"), default=3)
    retry_hours = models.PositiveSmallIntegerField(_("hours between attempts"), default=4)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=CampaignState, default=CampaignState.DRAFT)
    made_at = models.DateTimeField(_("made at"))
    by_name = models.CharField(_("by"), max_length=60)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    # a village's callers read the questions of the county that asks
    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("census campaign")
        verbose_name_plural = _("census campaigns")
        constraints = [
            models.UniqueConstraint(fields=["office", "name"], name="campaign_once"),
            models.CheckConstraint(condition=~Q(source=""), name="campaign_has_clause"),
        ]
        indexes = [models.Index(fields=["area_code", "-id"], name="campaign_by_area")]

    def __str__(self) -> str:
        return self.name


class CallItem(models.Model):
    """One person on the list of a campaign, in one village, for one office and perhaps one caller.

    `version` grows with every answer: an answer given to an older version never overwrites the one that
    stands; both are kept, the later one as `contested`, until somebody decides.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="items", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="calls")
    area_code = AreaCodeField(_("village"))
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        related_name="calls",
        db_index=False,
        verbose_name=_("calling office"),
    )
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="calls",
        db_index=False,
        verbose_name=_("caller"),
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=CallState, default=CallState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts in this round"), default=0)
    next_at = models.DateTimeField(_("not before"), null=True, blank=True)
    outcome = models.CharField(_("last outcome"), max_length=10, choices=Outcome, blank=True)
    branch = models.CharField(_("branch"), max_length=20, blank=True)
    contact = models.ForeignKey(
        "ContactRecord",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        verbose_name=_("answer that stands"),
    )
    contested = models.ForeignKey(
        "ContactRecord",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        verbose_name=_("answer that differs"),
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    done_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    why = models.CharField(_("why it was taken off"), max_length=200, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("entry of a call list")
        verbose_name_plural = _("entries of call lists")
        constraints = [models.UniqueConstraint(fields=["campaign", "person"], name="called_once_a_campaign")]
        indexes = [
            # holds all that the board of a round counts: it is read from the index alone
            models.Index(
                fields=["campaign", "area_code", "state", "caller", "branch", "outcome"],
                name="calls_by_village",
            ),
            models.Index(
                fields=["caller", "next_at", "id"], condition=Q(state__in=OPEN_CALLS), name="calls_of_caller"
            ),
            models.Index(
                fields=["office", "next_at", "id"], condition=Q(state__in=OPEN_CALLS), name="calls_of_office"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class FollowUp(models.Model):
    """Somebody who is asked again until the outcome is known (D4, D5, D11, D12).

    `partner` is the agency that was told, the health authority where there are symptoms, and `issue` what stands
    on its desk; `contact` the one that opened it.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follow_ups")
    area_code = AreaCodeField(_("area"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="follow_ups")
    reason = models.CharField(_("because of"), max_length=10, choices=FollowUpReason)
    source = models.CharField(_("source"), max_length=300, blank=True)
    partner = models.ForeignKey(
        Office,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("partner told"),
    )
    told_at = models.DateTimeField(_("partner told at"), null=True, blank=True)
    issue = models.OneToOneField(
        CoordinationIssue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("task of the partner"),
    )
    contact = models.ForeignKey(
        "ContactRecord", null=True, blank=True, on_delete=models.SET_NULL, related_name="opened_follow_ups"
    )
    opened_at = models.DateTimeField(_("opened at"))
    opened_by_name = models.CharField(_("opened by"), max_length=60)
    next_on = models.DateField(_("ask again on"), null=True, blank=True)
    outcome = EncryptedTextField(_("outcome"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by_name = models.CharField(_("closed by"), max_length=60, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("follow-up of a person")
        verbose_name_plural = _("follow-ups of people")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "reason"], condition=Q(closed_at__isnull=True), name="one_open_follow_up"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(outcome__isnull=False), name="follow_up_has_outcome"
            ),
        ]
        indexes = [
            models.Index(
                fields=["area_code", "next_on", "id"],
                condition=Q(closed_at__isnull=True),
                name="open_follow_ups",
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ContactRecord(models.Model):
    """One contact with a person: call, visit, registration, service. Never changed; `key` comes from the device.

    `answers` is sealed JSON (question → answer), `branch` the code of the answer that decides what follows.
    `place` is the enterprise, the campus or the household; `moves_in` the area of movement allowed (D17).
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contacts", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=ContactKind)
    item = models.ForeignKey(
        CallItem, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )
    follow_up = models.ForeignKey(
        FollowUp, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.REACHED)
    branch = models.CharField(_("branch"), max_length=20, blank=True)
    script = models.CharField(_("questions"), max_length=40, blank=True)
    answers = EncryptedTextField(_("answers"), null=True, blank=True)
    note = EncryptedTextField(_("note"), null=True, blank=True)
    place = models.CharField(_("where"), max_length=120, blank=True)
    origin = AreaCodeField(_("came from"), blank=True)
    moves_in = AreaCodeField(_("may move within"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    key = models.CharField(max_length=80, unique=True)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    area_code = AreaCodeField(_("area"))
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(_("received at"))

    append_only = True
    erasable = True
    wall = OF_PERSON

    class Meta:
        verbose_name = _("contact record")
        verbose_name_plural = _("contact records")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["person", "-id"], name="contacts_of_person"),
            models.Index(fields=["area_code", "kind", "-id"], name="contacts_by_kind"),
            models.Index(fields=["origin", "person"], condition=~Q(origin=""), name="contacts_by_origin"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
