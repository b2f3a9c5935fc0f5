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
    RETURN = "return", _("Return to the home area")
    SYMPTOMS = "symptoms", _("Symptoms")
    HEALTH = "health", _("Health declaration")
    INTENTION = "intention", _("Travel intention")
    JOB = "job", _("Job")
    NEED = "need", _("Need")


class FactValue(models.TextChoices):
    """What can be stated; `VALUES` says about what."""

    HERE = "here", _("At home")
    ELSEWHERE = "elsewhere", _("Elsewhere")
    NOT_KNOWN = "unknown", _("Not known")
    RETURNED = "returned", _("Came back")
    ON_WAY = "on_way", _("On the way back")
    AWAY = "away", _("Not returned")
    NO_SYMPTOMS = "no_symptoms", _("No symptoms")
    FEVER = "fever", _("Fever")
    OTHER_SYMPTOMS = "symptoms", _("Other symptoms")
    WELL = "well", _("Declares to be well")
    EXPOSED = "exposed", _("Declares contact or exposure")
    ILL = "ill", _("Declares to be ill")
    STAYS = "stays", _("Stays")
    LEAVES = "leaves", _("Wants to leave")
    UNDECIDED = "undecided", _("Undecided")
    HAS_JOB = "has_job", _("Job settled")
    NO_JOB = "no_job", _("No job yet")
    NO_NEED = "no_need", _("Needs nothing")
    NEEDS_HELP = "needs_help", _("Needs help")


VALUES: dict[str, tuple[FactValue, ...]] = {
    FactKind.WHEREABOUTS: (FactValue.HERE, FactValue.ELSEWHERE, FactValue.NOT_KNOWN),
    FactKind.RETURN: (FactValue.RETURNED, FactValue.ON_WAY, FactValue.AWAY),
    FactKind.SYMPTOMS: (FactValue.NO_SYMPTOMS, FactValue.FEVER, FactValue.OTHER_SYMPTOMS),
    FactKind.HEALTH: (FactValue.WELL, FactValue.EXPOSED, FactValue.ILL),
    FactKind.INTENTION: (FactValue.STAYS, FactValue.LEAVES, FactValue.UNDECIDED),
    FactKind.JOB: (FactValue.HAS_JOB, FactValue.NO_JOB),
    FactKind.NEED: (FactValue.NO_NEED, FactValue.NEEDS_HELP),
}
PLACED = frozenset({FactKind.WHEREABOUTS, FactKind.INTENTION})
"""Statements that may name an area: where the person is, where they want to go."""


class Doubt(models.TextChoices):
    """What is odd about a document number that is kept all the same."""

    AREA = "area", _("Area part not in use today")
    CHECK = "check", _("Check digit does not fit")
    OLD_FORM = "old", _("Old form of 15 digits")
    BIRTH = "birth", _("Date of birth differs from the number")
    SEX = "sex", _("Sex differs from the number")


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
    DROPPED = "dropped", _("Given up")


class Verdict(models.TextChoices):
    """What became of one row of a file."""

    ADDED = "added", _("Added to the register")
    MERGED = "merged", _("Merged into a known person")
    UNCHANGED = "unchanged", _("Known, nothing new")
    PARKED = "parked", _("Parked: possible duplicate")
    REJECTED = "rejected", _("Rejected")


class PairState(models.TextChoices):
    """What was decided about two records that may be one person."""

    OPEN = "open", _("To be decided")
    MERGED = "merged", _("Merged")
    DISTINCT = "distinct", _("Two persons")
