"""Numbered bulletins made from the figures held (C4, C6, C15)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.models import StoredFile
from chunfeng.notices.models import Emergency
from chunfeng.offices.models import Office
from chunfeng.reporting.choices import BulletinKind, BulletinState


class BulletinSeries(models.Model):
    """A run of bulletins of one office, numbered by year without gaps.

    `plan` says what every issue holds: a list of parts, each naming a form, its indicators, and whether they
    come as a sentence, a table by area or a curve (see `bulletins.plan`).
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="bulletin_series")
    area_code = AreaCodeField(_("area"))
    emergency = models.ForeignKey(
        Emergency, null=True, blank=True, on_delete=models.PROTECT, related_name="bulletin_series"
    )
    kind = models.CharField(_("kind of bulletin"), max_length=10, choices=BulletinKind)
    title = models.CharField(_("title"), max_length=120)
    source = models.CharField(_("source"), max_length=300)
    plan = models.JSONField(_("plan"), default=list)
    sent_to = models.CharField(
        _("distribution"),
        max_length=300,
        blank=True,
        help_text=_("printed at the foot, for example 报：… 送：…"),
    )
    active = models.BooleanField(_("in use"), default=True)

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("bulletin series")
        verbose_name_plural = _("bulletin series")
        constraints = [models.UniqueConstraint(fields=["office", "title"], name="series_once")]

    def __str__(self) -> str:
        return self.title


class Bulletin(models.Model):
    """One issue.

    `content` holds `blocks` and `figures`; a block names its figures, each figure carries form, cell, area,
    days, as_of, completeness and source (see `bulletins.content`). What is wrong in an issued bulletin is put
    right by a new one that names it in `corrects`.
    """

    series = models.ForeignKey(BulletinSeries, on_delete=models.PROTECT, related_name="bulletins")
    area_code = AreaCodeField(_("area"))
    state = models.CharField(_("state"), max_length=10, choices=BulletinState, default=BulletinState.DRAFT)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    number = models.PositiveIntegerField(_("issue number"), null=True, blank=True)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    as_of = models.DateTimeField(_("figures as of"))
    content = models.JSONField(_("content"))
    version = models.PositiveIntegerField(_("version"), default=1)
    docx = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted at"))
    drafted_by_name = models.CharField(_("drafted by"), max_length=60)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    issued_by_name = models.CharField(_("issued by"), max_length=60, blank=True)
    corrects = models.ForeignKey(
        "self",
        verbose_name=_("corrects"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
    )
    correction = models.CharField(_("what is corrected"), max_length=300, blank=True)

    wall = walls.Wall(
        read=f"{walls.in_range()} OR (state = 'issued' AND {walls.in_range_or_above()})",
        write=walls.in_range(),
    )

    class Meta:
        verbose_name = _("numbered bulletin")
        verbose_name_plural = _("numbered bulletins")
        constraints = [
            models.UniqueConstraint(fields=["series", "year", "number"], name="bulletin_number_once"),
            models.UniqueConstraint(
                fields=["series", "first_day", "last_day"],
                condition=Q(state="draft"),
                name="one_draft_per_days",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number__isnull=True)
                | Q(state="issued", number__isnull=False, year__isnull=False, issued_at__isnull=False),
                name="issued_bulletin_is_numbered",
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="bulletin_days"),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(correction=""), name="correction_is_explained"
            ),
        ]
        indexes = [models.Index(fields=["area_code", "-id"], name="bulletin_by_area")]

    def __str__(self) -> str:
        return f"{self.series} · {self.first_day}"
