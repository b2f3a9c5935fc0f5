"""Offices, the people posted to them, and who answers for what."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.offices.choices import GroupRole, Level, Line, Role

_SHARED_UP = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())
"""Readable inside the range and from below (a village may see its county's), written only inside."""


def ends_after_start(name: str) -> models.CheckConstraint:
    """valid_to, where given, lies after valid_from (half-open)."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=name
    )


class Office(models.Model):
    """An organisation that receives notices and tasks (A20: tree by level and by line of business, 条块).

    The tree of places comes from `area_code`; `parent` is the office it reports to in its own line.
    The directory of names is shared reference data: everybody must be able to address everybody.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=Level)
    line = models.CharField(_("line of business"), max_length=20, choices=Line)
    area_code = AreaCodeField(_("area"))
    parent = models.ForeignKey(
        "self",
        verbose_name=_("reports to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    agency_code = models.CharField(
        _("agency code in document numbers"), max_length=30, blank=True, help_text=_("for example 春人社发")
    )
    is_partner = models.BooleanField(_("partner agency"), default=False)
    active = models.BooleanField(_("in service"), default=True)

    wall = walls.Wall(read="true", write=walls.in_range())

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        indexes = [
            models.Index(fields=["area_code", "line"], name="office_by_area"),
            models.Index(fields=["level", "line", "area_code"], name="office_by_level"),
            models.Index(fields=["name"], name="office_by_name"),
            models.Index(fields=["short_name"], name="office_by_short_name"),
            GinIndex(fields=["aliases"], name="office_by_alias"),
        ]

    def __str__(self) -> str:
        return self.name


class OfficeContact(models.Model):
    """How to reach an office (A15, B9). Phones and e-mail are sealed; masked until staff ask."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="contacts")
    area_code = AreaCodeField(_("area"))
    name = models.CharField(_("name"), max_length=60)
    duty = models.CharField(_("post"), max_length=60, blank=True)
    phone = EncryptedTextField(_("phone"), null=True, blank=True)
    mobile = EncryptedTextField(_("mobile"), null=True, blank=True)
    email = EncryptedTextField(_("e-mail"), null=True, blank=True)

    wall = _SHARED_UP

    class Meta:
        verbose_name = _("office contact")
        verbose_name_plural = _("office contacts")

    def __str__(self) -> str:
        return self.name


class Posting(models.Model):
    """A user in a role at an office over days. One is active per session and bounds what is seen."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="postings")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="postings")
    area_code = AreaCodeField(_("area"))
    role = models.CharField(_("role"), max_length=16, choices=Role)
    title = models.CharField(_("job title"), max_length=60, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    wall = walls.Wall(read=f"{walls.own_user()} OR {walls.in_range()}", write=walls.in_range())

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            ends_after_start("posting_ends_after_start"),
            models.UniqueConstraint(fields=["user", "office", "role", "valid_from"], name="posting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.office} · {self.get_role_display()}"


class LeadingGroup(models.Model):
    """A leading group (领导小组) of an office, with the clause that asked for it (A1)."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="leading_groups")
    area_code = AreaCodeField(_("area"))
    name = models.CharField(_("name"), max_length=120)
    set_up_on = models.DateField(_("set up on"))
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    wall = _SHARED_UP

    class Meta:
        verbose_name = _("leading group")
        verbose_name_plural = _("leading groups")

    def __str__(self) -> str:
        return self.name


class GroupMembership(models.Model):
    """A person in a leading group from a day to a day (A1)."""

    group = models.ForeignKey(LeadingGroup, on_delete=models.CASCADE, related_name="memberships")
    area_code = AreaCodeField(_("area"))
    person = models.CharField(_("name"), max_length=60)
    post = models.CharField(_("post"), max_length=80, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=GroupRole)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    wall = _SHARED_UP

    class Meta:
        verbose_name = _("group membership")
        verbose_name_plural = _("group memberships")
        constraints = [ends_after_start("membership_ends_after_start")]

    def __str__(self) -> str:
        return self.person


class Programme(models.Model):
    """A programme of work with its lead official, responsible department and partners (A12)."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="programmes")
    area_code = AreaCodeField(_("area"))
    name = models.CharField(_("name"), max_length=120)
    lead_official = models.CharField(_("lead official"), max_length=60)
    partners = models.ManyToManyField(
        Office,
        verbose_name=_("coordination partners"),
        through="ProgrammePartner",
        related_name="partner_programmes",
    )
    source = models.CharField(_("source"), max_length=200, blank=True)

    wall = _SHARED_UP

    class Meta:
        verbose_name = _("programme of work")
        verbose_name_plural = _("programmes of work")

    def __str__(self) -> str:
        return self.name


class ProgrammePartner(models.Model):
    """An office that coordinates with a programme (A12, A15)."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE)
    office = models.ForeignKey(Office, on_delete=models.PROTECT)

    wall = walls.part_of("offices_programme", "programme_id")

    class Meta:
        verbose_name = _("programme partner")
        verbose_name_plural = _("programme partners")
        constraints = [models.UniqueConstraint(fields=["programme", "office"], name="partner_once")]


class Responsibility(models.Model):
    """The one responsible person of an area, in general or for a programme (A9, P12).

    At most one person at a time per area and programme: the database excludes overlaps (migration 0002).
    """

    area_code = AreaCodeField(_("area"))
    office = models.ForeignKey(
        Office, verbose_name=_("reports to"), on_delete=models.PROTECT, related_name="responsibilities"
    )
    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="responsibilities"
    )
    person = models.CharField(_("responsible person"), max_length=60)
    post = models.CharField(_("post"), max_length=80, blank=True)
    phone = EncryptedTextField(_("phone"), null=True, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    wall = _SHARED_UP

    class Meta:
        verbose_name = _("responsible person")
        verbose_name_plural = _("responsible persons")
        constraints = [
            ends_after_start("responsibility_ends_after_start"),
            models.UniqueConstraint(
                fields=["area_code", "programme"],
                condition=Q(valid_to__isnull=True),
                nulls_distinct=False,
                name="one_responsible_person",
            ),
        ]

    def __str__(self) -> str:
        return self.person
