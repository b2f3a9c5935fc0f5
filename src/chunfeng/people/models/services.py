"""Points and brokers that check on the spot, registrations at the place of residence, requests about own data."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.offices.models import Office
from chunfeng.people.choices import (
    PointKind,
    RegistrationKind,
    RegistrationState,
    RequestKind,
    RequestState,
)
from chunfeng.people.models.register import Person, PersonCategory


class ServicePoint(models.Model):
    """A grass-roots service point or a rural labour broker who checks who is where (D8)."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="service_points")
    area_code = AreaCodeField(_("area"))
    kind = models.CharField(_("kind"), max_length=10, choices=PointKind)
    name = models.CharField(_("name"), max_length=120)
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    phone = EncryptedTextField(_("phone"), null=True, blank=True)
    works_in = models.JSONField(_("destinations served"), default=list, blank=True)
    active = models.BooleanField(_("in service"), default=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("service point or broker")
        verbose_name_plural = _("service points and brokers")
        constraints = [models.UniqueConstraint(fields=["area_code", "kind", "name"], name="point_once")]

    def __str__(self) -> str:
        return self.name


class Registration(models.Model):
    """An application at the habitual residence: unemployment registration, employment difficulty (L22, L23).

    A grant puts the person into the category from its first day; `source` is the clause it rests on.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="registrations")
    area_code = AreaCodeField(_("habitual residence"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="registrations")
    kind = models.CharField(_("kind"), max_length=12, choices=RegistrationKind)
    ground = models.CharField(_("ground"), max_length=40)
    detail = EncryptedTextField(_("detail"), null=True, blank=True)
    proofs = models.JSONField(_("papers shown"), default=list, blank=True)
    source = models.CharField(_("source"), max_length=300)
    applied_on = models.DateField(_("applied on"))
    state = models.CharField(
        _("state"), max_length=10, choices=RegistrationState, default=RegistrationState.APPLIED
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    category = models.ForeignKey(
        PersonCategory, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by_name = models.CharField(_("decided by"), max_length=60, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    made_at = models.DateTimeField(_("made at"))
    by_name = models.CharField(_("by"), max_length=60)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(state__in=["applied", "granted"]),
                name="one_running_registration",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="registration_has_clause"),
            models.CheckConstraint(
                condition=Q(state="applied") | Q(decided_at__isnull=False), name="decided_has_time"
            ),
        ]
        indexes = [models.Index(fields=["area_code", "state", "-id"], name="registrations_by_area")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class DataRequest(models.Model):
    """What a person asked about their own data, by when it is to be answered, and the answer (PIPL art. 45–50)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="data_requests")
    area_code = AreaCodeField(_("area"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(_("kind"), max_length=10, choices=RequestKind)
    asked = EncryptedTextField(_("what was asked"))
    checked = models.CharField(_("how the person was identified"), max_length=200)
    asked_on = models.DateField(_("asked on"))
    due_on = models.DateField(_("to be answered by"))
    state = models.CharField(_("state"), max_length=10, choices=RequestState, default=RequestState.OPEN)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by_name = models.CharField(_("answered by"), max_length=60, blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    wall = walls.by_area()

    class Meta:
        verbose_name = _("request about own data")
        verbose_name_plural = _("requests about own data")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="answered_request_has_answer",
            )
        ]
        indexes = [
            models.Index(
                fields=["area_code", "due_on", "id"], condition=Q(state="open"), name="open_data_requests"
            )
        ]
