"""Who got a notice, how it is numbered, what was done with it, and how its fuzzy deadlines are read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.notices.choices import Act
from chunfeng.notices.models.contents import Duty
from chunfeng.notices.models.notice import (
    IN_OWN_NOTICE,
    SEEN_WITH_NOTICE,
    Notice,
)
from chunfeng.offices.models import Office


class Dispatch(models.Model):
    """A notice sent to an office, with its receipt (B6). Unique: sending twice is sending once."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="dispatches")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="dispatches")
    area_code = AreaCodeField(_("area"))
    addressee = models.CharField(_("addressee phrase"), max_length=200, blank=True)
    for_task = models.BooleanField(
        _("for a single task"),
        default=False,
        help_text=_("handed on or named in the text; brings no other duty"),
    )
    sent_at = models.DateTimeField(_("sent at"))
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    received_by_name = models.CharField(_("received by"), max_length=60, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        constraints = [models.UniqueConstraint(fields=["notice", "office"], name="dispatched_once")]
        indexes = [models.Index(fields=["area_code", "notice"], name="dispatch_by_area")]


class NumberSeries(models.Model):
    """The last serial an office gave in a year; taken under a row lock, so numbers have no gaps."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    area_code = AreaCodeField(_("area"))
    agency_code = models.CharField(_("agency code"), max_length=30)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last serial"), default=0)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [
            models.UniqueConstraint(fields=["office", "agency_code", "year"], name="one_series_per_year")
        ]


class NoticeEntry(models.Model):
    """One line of a notice's history: who did or changed what, with the value before. Never changed."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="entries")
    duty = models.ForeignKey(Duty, null=True, blank=True, on_delete=models.SET_NULL, related_name="entries")
    act = models.CharField(_("what"), max_length=10, choices=Act)
    field = models.CharField(_("field"), max_length=30, blank=True)
    old = models.TextField(_("before"), blank=True)
    new = models.TextField(_("after"), blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    office_name = models.CharField(_("office"), max_length=120, blank=True)
    at = models.DateTimeField(_("at"))

    append_only = True
    # whoever sees the notice adds a line (a receipt); names and earlier values stay where it is kept
    wall = walls.Wall(read=IN_OWN_NOTICE, write=SEEN_WITH_NOTICE)

    class Meta:
        verbose_name = _("line of a notice's history")
        verbose_name_plural = _("history of notices")
        ordering = ["id"]
        indexes = [models.Index(fields=["notice", "id"], name="entry_by_notice")]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.field}".strip()


class DeadlineDefault(models.Model):
    """An office's reading of a fuzzy deadline: 及时 means so many days (shown as a default, never silent)."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="deadline_defaults")
    area_code = AreaCodeField(_("area"))
    phrase = models.CharField(_("phrase"), max_length=40)
    days = models.PositiveSmallIntegerField(_("days after signature"))

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("deadline default")
        verbose_name_plural = _("deadline defaults")
        constraints = [models.UniqueConstraint(fields=["office", "phrase"], name="one_default_per_phrase")]
