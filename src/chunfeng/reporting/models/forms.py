"""Forms as data, and the peak periods in which they are due more often."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.notices.models import Clause, Duty, Emergency
from chunfeng.offices.models import Office
from chunfeng.reporting.choices import FormState, Origin

SEEN_BELOW = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())
"""Kept inside the range, readable from below: who must report has to see it."""


def published(condition: str) -> walls.Wall:
    """The same once the condition holds: a draft is nobody's business below."""
    above = f"({condition} AND {walls.in_range_or_above()})"
    return walls.Wall(read=f"({walls.in_range()} OR {above})", write=walls.in_range())


class Form(models.Model):
    """A return that offices owe: what is asked stands in its versions, who asks for it and why stands here.

    `slots` gives every number cell its permanent place in `Obligation.numbers`; a place is never used again,
    so that figures of different versions stand side by side.
    """

    owner = models.ForeignKey(
        Office, verbose_name=_("asked for by"), on_delete=models.PROTECT, related_name="forms"
    )
    area_code = AreaCodeField(_("area"))
    emergency = models.ForeignKey(
        Emergency, null=True, blank=True, on_delete=models.PROTECT, related_name="forms"
    )
    code = models.CharField(_("code"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin)
    state = models.CharField(_("state"), max_length=10, choices=FormState, default=FormState.DRAFT)
    clause = models.ForeignKey(
        Clause,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="forms",
        verbose_name=_("clause"),
    )
    duty = models.ForeignKey(Duty, null=True, blank=True, on_delete=models.PROTECT, related_name="forms")
    source = models.CharField(
        _("source"), max_length=300, help_text=_("number and clause of the notice that orders the return")
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    slots = models.JSONField(_("places of the cells"), default=dict)
    created_at = models.DateTimeField(_("created at"))
    created_by_name = models.CharField(_("created by"), max_length=60)

    wall = published("state <> 'draft'")

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        constraints = [
            models.UniqueConstraint(fields=["owner", "code"], name="form_once_per_owner"),
            models.CheckConstraint(condition=~Q(source=""), name="form_cites_its_source"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="form_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FormVersion(models.Model):
    """One wording of a form. Published versions never change; one draft may wait.

    `definition` is the parsed YAML (see `definition.parse`); it holds for periods from `applies_from` on.
    """

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="versions")
    area_code = AreaCodeField(_("area"))
    number = models.PositiveIntegerField(_("version"))
    definition = models.JSONField(_("definition"))
    applies_from = models.DateField(_("applies from"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by_name = models.CharField(_("published by"), max_length=60, blank=True)

    wall = published("published_at IS NOT NULL")

    class Meta:
        verbose_name = _("form version")
        verbose_name_plural = _("form versions")
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="form_version_once"),
            models.UniqueConstraint(
                fields=["form"], condition=Q(published_at__isnull=True), name="one_draft_per_form"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(applies_from__isnull=False),
                name="published_version_applies_from",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} · {self.number}"


class PeakPeriod(models.Model):
    """A stretch of days with denser reporting in an area, with the text that names it (M7)."""

    area_code = AreaCodeField(_("area"))
    name = models.CharField(_("name"), max_length=60)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    source = models.CharField(_("source"), max_length=300)

    wall = SEEN_BELOW

    class Meta:
        verbose_name = _("peak period")
        verbose_name_plural = _("peak periods")
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="peak_ends_after_start"),
            models.UniqueConstraint(fields=["area_code", "name", "first_day"], name="peak_once"),
        ]

    def __str__(self) -> str:
        return self.name
