"""Important situations: a quick report that goes up hop by hop (C2, C3, C12)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.notices.models import Emergency
from chunfeng.offices.models import Office
from chunfeng.reporting.choices import SituationState


class Situation(models.Model):
    """Something that cannot wait for the daily report. An office that merges several writes a new one."""

    office = models.ForeignKey(
        Office, verbose_name=_("reported by"), on_delete=models.PROTECT, related_name="situations"
    )
    area_code = AreaCodeField(_("area"))
    emergency = models.ForeignKey(
        Emergency, null=True, blank=True, on_delete=models.PROTECT, related_name="situations"
    )
    what = models.TextField(_("what happened"))
    place = models.CharField(_("where"), max_length=200, blank=True)
    happened_at = models.DateTimeField(_("happened at"))
    people = models.PositiveIntegerField(_("people concerned"), null=True, blank=True)
    measures = models.TextField(_("done so far"), blank=True)
    contact = EncryptedTextField(_("contact"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=SituationState, default=SituationState.OPEN)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    outcome = models.TextField(_("outcome"), blank=True)
    key = models.CharField(max_length=80, blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("reported at"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("important situation")
        verbose_name_plural = _("important situations")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "key"], condition=~Q(key=""), name="situation_once_per_key"
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(merged_into__isnull=False), name="merged_has_target"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(settled_at__isnull=False) & ~Q(outcome="")),
                name="settled_has_outcome",
            ),
        ]
        indexes = [models.Index(fields=["area_code", "-id"], name="situation_by_area")]

    def __str__(self) -> str:
        # stands in the audit trail, where no words of a report belong
        return f"#{self.pk} {timezone.localtime(self.happened_at):%Y-%m-%d %H:%M}"


class SituationHop(models.Model):
    """One step up: sent by one office to the next, taken in there by a limit. `area_code` is the origin's."""

    situation = models.ForeignKey(Situation, on_delete=models.PROTECT, related_name="hops")
    area_code = AreaCodeField(_("area"))
    position = models.PositiveSmallIntegerField(_("hop"))
    sender = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="situation_hops")
    sent_at = models.DateTimeField(_("sent at"))
    sent_by_name = models.CharField(_("sent by"), max_length=60)
    note = models.CharField(_("note"), max_length=500, blank=True)
    due_at = models.DateTimeField(_("to be taken in by"))
    received_at = models.DateTimeField(_("taken in at"), null=True, blank=True)
    received_by_name = models.CharField(_("taken in by"), max_length=60, blank=True)
    told_at = models.DateTimeField(_("receiver told at"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
    skipped_at = models.DateTimeField(_("passed over at"), null=True, blank=True)
    skipped_by_name = models.CharField(_("passed over by"), max_length=60, blank=True)
    skip_reason = models.CharField(_("reason for passing over"), max_length=500, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("hop of a situation")
        verbose_name_plural = _("hops of a situation")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["situation", "position"], name="hop_once"),
            models.UniqueConstraint(fields=["situation", "receiver"], name="hop_once_per_receiver"),
            models.CheckConstraint(
                condition=Q(skipped_at__isnull=True) | ~Q(skip_reason=""), name="passed_over_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(received_at__isnull=True), name="hop_waiting"),
        ]


class SituationNews(models.Model):
    """What became known later. Added, never changed; `area_code` is the situation's."""

    situation = models.ForeignKey(Situation, on_delete=models.PROTECT, related_name="news")
    area_code = AreaCodeField(_("area"))
    office = models.ForeignKey(
        Office, verbose_name=_("reported by"), on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField(_("news"))
    key = models.CharField(max_length=80, blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    append_only = True
    wall = walls.by_area()

    class Meta:
        verbose_name = _("news of a situation")
        verbose_name_plural = _("news of situations")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["situation", "key"], condition=~Q(key=""), name="news_once_per_key"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.situation_id} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"
