"""Fixed vocabularies of the register of people."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    """As in GB/T 2261.1, by letter."""

    MALE = "m", _("Male")
    FEMALE = "f", _("Female")
    UNKNOWN = "", _("Not stated")


class IdKind(models.TextChoices):
    """Which document identifies the person (GB 11643 and the permits that follow its form)."""

    CITIZEN = "citizen", _("Citizen identity number")
    PERMIT = "permit", _("Residence permit of Hong Kong, Macao or Taiwan residents")
    FOREIGN = "foreign", _("Foreign permanent residence number")
    OTHER = "other", _("Other document")


class Category(models.TextChoices):
    """Why a person is in the register (D14, D20, L22, L23)."""

    RETURNING = "returning", _("Returning worker")
    OUTGOING = "outgoing", _("Worker away from home")
    STUDENT = "student", _("Student")
    TRADER = "trader", _("Trader")
    FLOATING = "floating", _("Floating population")
    UNEMPLOYED = "unemployed", _("Registered unemployed")
    HARDSHIP = "hardship", _("Person with employment difficulty")
    POOR = "poor", _("Poor household")
    DISABLED = "disabled", _("Disabled person")
    GRADUATE = "graduate", _("Graduate")
    VETERAN = "veteran", _("Veteran")
    BENEFICIARY = "beneficiary", _("Receives support")


class FactKind(models.TextChoices):
    """What a statement about a person speaks of."""

    WHEREABOUTS = "whereabouts", _("Whereabouts")
    RETURN = "return", _("Return")
    SYMPTOMS = "symptoms", _("Symptoms")
    HEALTH = "health", _("Health declaration")
    INTENTION = "intention", _("Travel intention")
    JOB = "job", _("Job")
    NEED = "need", _("Need")


class Said(models.TextChoices):
    """Who made the statement: both are kept and compared (D15)."""

    SELF = "self", _("The person")
    FAMILY = "family", _("The family")
    VILLAGE = "village", _("Village check")
    EMPLOYER = "employer", _("Employer")
    REGISTER = "register", _("Another register")


class RunState(models.TextChoices):
    """Life of an import."""

    READ = "read", _("Read, not yet taken in")
    RUNNING = "running", _("Being taken in")
    STOPPED = "stopped", _("Stopped, can be resumed")
    DONE = "done", _("Taken in")
    DROPPED = "dropped", _("Dropped")


class Verdict(models.TextChoices):
    """What became of one row of a file."""

    ADDED = "added", _("Added")
    MERGED = "merged", _("Merged into a known person")
    UNCHANGED = "unchanged", _("Known, nothing new")
    PARKED = "parked", _("Parked: possible duplicate")
    REJECTED = "rejected", _("Rejected")


class PairState(models.TextChoices):
    """What was decided about two records that may be one person."""

    OPEN = "open", _("To be decided")
    MERGED = "merged", _("Merged")
    DISTINCT = "distinct", _("Two persons")
