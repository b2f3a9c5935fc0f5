"""Areas with their dates, and what became of them. Reference data: everybody may read it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from . import codes
from .choices import ChangeKind, Kind, Level
from .fields import AreaCodeField

BEGINNING = date(1949, 10, 1)
"""valid_from of rows whose beginning no table shows."""


class Area(models.Model):
    """One code with one name over one period [valid_from, valid_to).

    The database refuses two rows of one code whose periods overlap (exclusion constraint
    area_no_overlap over a text range type, see migration 0001).
    """

    code = AreaCodeField(_("code"))
    name = models.CharField(_("name"), max_length=60, db_collation="C")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    parent_code = AreaCodeField(_("parent code"), blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    day_known = models.BooleanField(_("first day known"), default=False)
    changed_after = models.DateField(_("changed after"), null=True, blank=True)
    initials = models.CharField(_("pinyin initials"), max_length=60, db_collation="C", blank=True)
    is_local = models.BooleanField(_("local area"), default=False)
    source = models.CharField(_("source"), max_length=120)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=codes.CODE_PATTERN), name="area_code_form"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
                name="area_period",
            ),
            models.CheckConstraint(
                condition=Q(changed_after__isnull=True)
                | Q(day_known=False, changed_after__lt=models.F("valid_from")),
                name="area_day_known",
            ),
            models.CheckConstraint(
                condition=Q(is_local=True, code__regex="[A-Z]") | Q(is_local=False) & ~Q(code__regex="[A-Z]"),
                name="area_local_has_letter",
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="area_one_open_row"
            ),
        ]
        indexes = [
            models.Index(fields=["code", "valid_from"], name="area_by_code"),
            models.Index(fields=["parent_code", "code"], name="area_by_parent"),
            models.Index(fields=["name"], name="area_by_name"),
            models.Index(fields=["initials", "level"], name="area_by_initials"),
            # a name part is found by walking this small index, villages left out
            models.Index(fields=["name", "level"], condition=Q(level__lte=4), name="area_upper_names"),
        ]

    def __str__(self) -> str:
        return self.name


class AreaChange(models.Model):
    """One link from an area to what became of it. A split has a row for each part, a merge for each whole.

    `share` is the part of the old area's figures that goes to the new one (0 < share ≤ 1), null when
    nobody knows; `changed_after` as in Area.
    """

    old_code = AreaCodeField(_("old code"))
    new_code = AreaCodeField(_("new code"))
    old_name = models.CharField(_("old name"), max_length=60)
    new_name = models.CharField(_("new name"), max_length=60)
    on = models.DateField(_("on"))
    changed_after = models.DateField(_("changed after"), null=True, blank=True)
    kind = models.CharField(_("kind of change"), max_length=10, choices=ChangeKind)
    share = models.DecimalField(_("share"), max_digits=7, decimal_places=6, null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)
    by_name = models.CharField(_("recorded by"), max_length=60, blank=True)
    at = models.DateTimeField(_("recorded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of a division")
        verbose_name_plural = _("changes of divisions")
        constraints = [
            models.UniqueConstraint(fields=["old_code", "new_code", "on"], name="area_change_once"),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=1), name="area_change_share"
            ),
        ]
        indexes = [models.Index(fields=["new_code", "on"], name="area_change_by_new")]

    def __str__(self) -> str:
        return f"{self.old_name} → {self.new_name}"
