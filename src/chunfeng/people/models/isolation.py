"""Areas that are hit, the rules that place people, isolation with its daily records, fever at enterprises."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.notices.models import Clause, Emergency
from chunfeng.offices.models import Office
from chunfeng.people.choices import (
    ISOLATING,
    Exposure,
    FeverStep,
    HandOver,
    IsolationState,
    Placement,
)
from chunfeng.people.models.census import ContactRecord
from chunfeng.people.models.register import Person
from chunfeng.reporting.models import Situation

_FROM_ABOVE = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())


class AffectedArea(models.Model):
    """An area that counts as affected, from a day to a day, as an office declares it for its own area (D12).

    Half-open: `valid_to` is the first day on which it no longer counts.
    """

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="affected")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    area_code = AreaCodeField(_("area"))
    place = AreaCodeField(_("affected area"))
    risk = models.CharField(_("degree"), max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=300)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    wall = _FROM_ABOVE

    class Meta:
        verbose_name = _("affected area")
        verbose_name_plural = _("affected areas")
        constraints = [
            models.UniqueConstraint(fields=["office", "place", "valid_from"], name="affected_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="affected_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="affected_has_clause"),
        ]


class PlacementRule(models.Model):
    """Where people of an exposure go and for how many full days, by which clause, from when to when (E1, E3).

    `symptoms`: True for people with, False for people without, NULL for both. Of the rules in force the one
    of the nearest office wins, then the newest, then the strictest. `fever_above`: the temperature in degrees
    Celsius above which its clause speaks of fever.
    """

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="placement_rules")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    area_code = AreaCodeField(_("area"))
    name = models.CharField(_("name"), max_length=120)
    exposure = models.CharField(_("exposure"), max_length=10, choices=Exposure)
    symptoms = models.BooleanField(_("with symptoms"), null=True, blank=True)
    placement = models.CharField(_("placement"), max_length=10, choices=Placement)
    days = models.PositiveSmallIntegerField(_("full days without symptoms"), default=0)
    fever_above = models.DecimalField(
        _("fever above"), max_digits=3, decimal_places=1, null=True, blank=True, help_text=_("in °C")
    )
    source = models.CharField(_("source"), max_length=300)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    wall = _FROM_ABOVE

    class Meta:
        verbose_name = _("placement rule")
        verbose_name_plural = _("placement rules")
        constraints = [
            models.UniqueConstraint(fields=["office", "name", "valid_from"], name="placement_rule_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="placement_rule_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="placement_rule_has_clause"),
            models.CheckConstraint(
                condition=~Q(placement__in=ISOLATING) | Q(days__gt=0), name="isolating_rule_has_days"
            ),
            # nobody is isolated for being somebody: it takes symptoms or an exposure
            models.CheckConstraint(
                condition=~Q(placement__in=ISOLATING)
                | ~Q(exposure=Exposure.NONE)
                | Q(symptoms__isnull=False, symptoms=True),
                name="no_isolation_without_cause",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Isolation(models.Model):
    """One person's isolation or monitoring: opened by a rule, with its clause and its last day (E1, E2).

    `ends_on` is the first day on which release is possible if no day with symptoms or without a record comes
    between; what the daily records say since is worked out by `people.queries.isolation`. `area_code` is where
    the person stays. Movement limits have a legal basis and an end, else the database refuses them.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="isolations")
    area_code = AreaCodeField(_("area"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="isolations")
    rule = models.ForeignKey(PlacementRule, on_delete=models.PROTECT, related_name="isolations")
    placement = models.CharField(_("placement"), max_length=10, choices=Placement)
    exposure = models.CharField(_("exposure"), max_length=10, choices=Exposure)
    place = EncryptedTextField(_("where"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)
    contact = models.ForeignKey(
        ContactRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="isolations"
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("release at the earliest on"))
    state = models.CharField(_("state"), max_length=10, choices=IsolationState, default=IsolationState.OPEN)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by_name = models.CharField(_("opened by"), max_length=60)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by_name = models.CharField(_("ended by"), max_length=60, blank=True)
    decision = models.CharField(_("decision"), max_length=300, blank=True)
    moved_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="moved_from"
    )
    handed_to = models.CharField(_("handed over to"), max_length=10, choices=HandOver, blank=True)
    handed_name = models.CharField(_("who takes over"), max_length=120, blank=True)
    handed_at = models.DateTimeField(_("handed over at"), null=True, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("isolation")
        verbose_name_plural = _("isolations")
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="open"), name="one_open_isolation"),
            models.CheckConstraint(condition=~Q(source=""), name="isolation_has_clause"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="isolation_has_end"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(ended_at__isnull=False), name="ended_isolation_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="moved") | Q(moved_to__isnull=False), name="moved_isolation_goes_on"
            ),
        ]
        indexes = [
            models.Index(
                fields=["area_code", "ends_on", "id"], condition=Q(state="open"), name="open_isolations"
            ),
            models.Index(fields=["area_code", "-id"], name="isolations_by_area"),
            models.Index(
                fields=["area_code", "ended_at"], condition=~Q(state="open"), name="ended_isolations"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class HealthRecord(models.Model):
    """One look at somebody's health on a day, by device key once (E1, D17). Corrected by a further record.

    Temperature (in degrees Celsius, one decimal) and symptoms are sealed; `clear` says only whether the day
    counts as one without symptoms. Of the records of a day one that is not clear decides, unless a later one
    says by `corrects` that it was wrong.
    """

    isolation = models.ForeignKey(Isolation, on_delete=models.PROTECT, related_name="records")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="health", db_index=False)
    on = models.DateField(_("day"))
    temperature = EncryptedTextField(_("temperature"), null=True, blank=True)
    symptoms = EncryptedTextField(_("symptoms"), null=True, blank=True)
    clear = models.BooleanField(_("without symptoms"))
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    key = models.CharField(max_length=80, unique=True)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    append_only = True
    erasable = True
    # the office of the place of isolation need not be one of the person's areas
    wall = walls.part_of("people_isolation", "isolation_id")

    class Meta:
        verbose_name = _("health record")
        verbose_name_plural = _("health records")
        indexes = [models.Index(fields=["isolation", "on", "id"], name="health_by_day")]


class IsolationStock(models.Model):
    """What one area counted on one day, written down the night after: the other side of the check (E12).

    Placements that limit where somebody may go; monitoring is not counted. Holds numbers only.
    """

    area_code = AreaCodeField(_("area"))
    day = models.DateField(_("day"))
    opened = models.PositiveIntegerField(_("newly isolated"))
    released = models.PositiveIntegerField(_("released"))
    moved = models.PositiveIntegerField(_("moved elsewhere"))
    still = models.PositiveIntegerField(_("still isolated"))
    at = models.DateTimeField(_("written down at"))

    wall = walls.by_area()

    class Meta:
        verbose_name = _("daily count of isolations")
        verbose_name_plural = _("daily counts of isolations")
        constraints = [models.UniqueConstraint(fields=["area_code", "day"], name="isolation_stock_once")]


class FeverCase(models.Model):
    """A fever found at an enterprise, until the outcome is known (E17)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="fever_cases")
    area_code = AreaCodeField(_("area"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="fever_cases")
    employer = models.CharField(_("enterprise"), max_length=120)
    temperature = EncryptedTextField(_("temperature"), null=True, blank=True)
    found_at = models.DateTimeField(_("found at"))
    source = models.CharField(_("source"), max_length=300)
    hospital = models.CharField(_("hospital"), max_length=120, blank=True)
    situation = models.ForeignKey(
        Situation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = EncryptedTextField(_("outcome"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by_name = models.CharField(_("opened by"), max_length=60)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("fever case")
        verbose_name_plural = _("fever cases")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(closed_at__isnull=True), name="one_open_fever_case"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(outcome__isnull=False), name="fever_case_has_outcome"
            ),
        ]
        indexes = [models.Index(fields=["area_code", "-id"], name="fever_cases_by_area")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class FeverCaseStep(models.Model):
    """A step taken in a fever case, once."""

    case = models.ForeignKey(FeverCase, on_delete=models.CASCADE, related_name="steps", db_index=False)
    step = models.CharField(_("step"), max_length=10, choices=FeverStep)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    append_only = True
    erasable = True
    wall = walls.part_of("people_fevercase", "case_id")

    class Meta:
        verbose_name = _("step of a fever case")
        verbose_name_plural = _("steps of fever cases")
        constraints = [models.UniqueConstraint(fields=["case", "step"], name="fever_step_once")]


class FellowWorker(models.Model):
    """Somebody who works with a person of a fever case, and what was done about them (E17)."""

    case = models.ForeignKey(FeverCase, on_delete=models.CASCADE, related_name="fellows", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(
        ContactRecord, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    listed_at = models.DateTimeField(_("listed at"))
    by_name = models.CharField(_("by"), max_length=60)

    wall = walls.part_of("people_fevercase", "case_id")

    class Meta:
        verbose_name = _("fellow worker of a fever case")
        verbose_name_plural = _("fellow workers of fever cases")
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="fellow_once")]
