"""Measures as offices put them in force: the file, its versions, what-if runs."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.benefits.choices import MeasureState, RunOver, SimulationState, SubjectKind
from chunfeng.core import walls
from chunfeng.notices.models import Clause
from chunfeng.offices.models import Office


class Measure(models.Model):
    """One measure by its code, for the area of the office that answers for it (O6).

    Payments of the measure are made by the offices below; phone and complaint phone are public. Where `use_rules`
    names a measure (its code), who was paid accounts by it for the use of the money within `use_days` (L3).
    """

    code = models.CharField(_("code"), max_length=80, unique=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="measures")
    area_code = AreaCodeField(_("area"))
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=10, choices=SubjectKind)
    fund = models.CharField(_("paid from"), max_length=120, blank=True)
    where = models.CharField(_("where to apply"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    complaints = models.CharField(_("complaint telephone"), max_length=40, blank=True)
    second_above = models.BigIntegerField(_("second officer above (fen)"), null=True, blank=True)
    publish_days = models.PositiveSmallIntegerField(_("days of publicity"), default=0)
    use_rules = models.CharField(_("use of funds by"), max_length=80, blank=True)
    use_days = models.PositiveSmallIntegerField(_("days to account for the money"), default=0)

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")

    def __str__(self) -> str:
        return self.title


class MeasureVersion(models.Model):
    """One version of a measure's file. Its text never changes once it is in force or on the shelf.

    A local text names in `refines` the code of the measure whose values it sets; measures of one `family` give way
    to each other. `valid_from` and `valid_to` (half-open) are the days of decision it serves; of two versions that
    serve a day the later one put in force counts.
    """

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="versions")
    number = models.CharField(_("version"), max_length=20)
    text = models.TextField(_("file"))
    sha256 = models.CharField(max_length=64)
    refines = models.CharField(_("refines"), max_length=80, blank=True, db_index=True)
    family = models.CharField(_("family"), max_length=80, blank=True, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=MeasureState, default=MeasureState.DRAFT)
    confidence = models.CharField(_("confidence"), max_length=12, blank=True)
    cases = models.PositiveSmallIntegerField(_("cases passed"), default=0)
    findings = models.JSONField(_("findings"), default=list, blank=True)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    made_at = models.DateTimeField(_("made at"))
    by_name = models.CharField(_("by"), max_length=60)
    put_at = models.DateTimeField(_("put in force at"), null=True, blank=True)
    put_by_name = models.CharField(_("put in force by"), max_length=60, blank=True)

    wall = walls.part_of("benefits_measure", "measure_id")

    class Meta:
        verbose_name = _("version of a measure")
        verbose_name_plural = _("versions of measures")
        constraints = [
            models.UniqueConstraint(fields=["measure", "number"], name="measure_version_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="measure_version_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force") | (Q(valid_from__isnull=False) & Q(put_at__isnull=False)),
                name="in_force_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.number}"


class Simulation(models.Model):
    """A what-if: a changed text over the claims held or over the register of people. Figures only.

    It runs in the background, chunk by chunk: `done` of `total` are behind it, `after` is the key it goes on behind.
    """

    version = models.ForeignKey(MeasureVersion, on_delete=models.PROTECT, related_name="simulations")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    area_code = AreaCodeField(_("area"))
    name = models.CharField(_("name"), max_length=120)
    text = models.TextField(_("changed file"))
    on = models.DateField(_("day of decision"))
    over = models.CharField(_("looks at"), max_length=10, choices=RunOver, default=RunOver.CLAIMS)
    state = models.CharField(_("state"), max_length=10, choices=SimulationState, default=SimulationState.DONE)
    total = models.PositiveIntegerField(_("to be looked at"), default=0)
    done = models.PositiveIntegerField(_("looked at"), default=0)
    after = models.BigIntegerField(default=0)
    error = models.CharField(_("why it stopped"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    made_at = models.DateTimeField(_("made at"))

    wall = walls.by_area()

    class Meta:
        verbose_name = _("what-if run")
        verbose_name_plural = _("what-if runs")
