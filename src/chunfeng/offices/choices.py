"""Fixed vocabularies of offices and postings."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """Administrative level of an office (层级)."""

    COUNTRY = "country", _("Country level")
    PROVINCE = "province", _("Province level")
    PREFECTURE = "prefecture", _("Prefecture level")
    COUNTY = "county", _("County level")
    TOWNSHIP = "township", _("Township level")
    VILLAGE = "village", _("Village level")


class Line(models.TextChoices):
    """Line of business (条): the bureau family an office belongs to."""

    GOVERNMENT = "government", _("People's government")
    COMMAND = "command", _("Epidemic command")
    HRSS = "hrss", _("Human resources and social security")
    EMPLOYMENT = "employment", _("Public employment service")
    SOCIAL_INSURANCE = "social_insurance", _("Social insurance agency")
    HEALTH = "health", _("Health")
    FINANCE = "finance", _("Finance")
    TRANSPORT = "transport", _("Transport")
    PUBLIC_SECURITY = "public_security", _("Public security")
    EDUCATION = "education", _("Education")
    INDUSTRY = "industry", _("Industry and information technology")
    AGRICULTURE = "agriculture", _("Agriculture and rural affairs")
    CIVIL_AFFAIRS = "civil_affairs", _("Civil affairs")
    ARCHIVES = "archives", _("Archives")
    ZONE = "zone", _("Zone administration")
    OTHER = "other", _("Other")


class Role(models.TextChoices):
    """What a posting lets a person do; the table of abilities is in `roles.py`."""

    CALLER = "caller", _("Caller")
    OFFICER = "officer", _("Officer")
    LEADER = "leader", _("Leader")
    EMPLOYER = "employer", _("Employer user")
    WORKER = "worker", _("Worker")
    AUDITOR = "auditor", _("Auditor")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")


class GroupRole(models.TextChoices):
    """Place in a leading group (领导小组)."""

    HEAD = "head", _("Head")
    DEPUTY = "deputy", _("Deputy head")
    MEMBER = "member", _("Member")
    OFFICE_HEAD = "office_head", _("Head of the group's office")
