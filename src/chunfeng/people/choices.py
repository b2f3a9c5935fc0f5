"""Fixed vocabularies of the register of people."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class ContactKind(models.TextChoices):
    """What an office did with or for a person: one record for all of them."""

    CALL = "call", _("Phone call")
    VISIT = "visit", _("Household visit")
    FILE = "file", _("Personal file of an arrival")
    TRAVELLER = "traveller", _("Traveller's health registration")
    OUTSIDER = "outsider", _("Registration of an outsider")
    VISITOR = "visitor", _("Visitor of an enterprise")
    STUDENT = "student", _("Visit to a student on campus")
    HELP = "help", _("Help for a household")
    FOLLOW_UP = "follow_up", _("Follow-up")
    SERVICE = "service", _("Service given")


class Outcome(models.TextChoices):
    """How an attempt to speak with somebody ended (D2)."""

    REACHED = "reached", _("Spoken with")
    NO_ANSWER = "no_answer", _("No answer")
    CALL_BACK = "call_back", _("Asked to be called later")
    WRONG_NUMBER = "wrong", _("Wrong number")
    REFUSED = "refused", _("Refused to answer")


class CampaignState(models.TextChoices):
    """Life of a census campaign."""

    DRAFT = "draft", _("In preparation")
    RUNNING = "running", _("Calls under way")
    CLOSED = "closed", pgettext_lazy("campaign", "Closed")


class CallState(models.TextChoices):
    """Where one person of a call list stands."""

    WAITING = "waiting", _("To be called")
    RETRY = "retry", _("To be called again")
    DONE = "done", pgettext_lazy("call list", "Answered")
    UNREACHED = "unreached", _("Not reached")
    CONTESTED = "contested", _("Two answers differ")
    DROPPED = "dropped", _("Taken off the list")


class FollowUpReason(models.TextChoices):
    """Why somebody is followed up until an outcome is known (D4, D5, D11, D12)."""

    SYMPTOMS = "symptoms", pgettext_lazy("follow-up", "Symptoms")
    NEED = "need", pgettext_lazy("follow-up", "Need")
    JOB = "job", _("Job referral")
    WATCH = "watch", _("Came from an affected area")


class Exposure(models.TextChoices):
    """What a person was exposed to, as placement rules distinguish it (E3)."""

    CONTACT = "contact", _("Contact of a case")
    AREA = "area", _("Came from an affected area")
    NONE = "none", _("No known exposure")


class Placement(models.TextChoices):
    """Where a rule puts a person, the strictest first (E3)."""

    HOSPITAL = "hospital", _("Hospital")
    CENTRAL = "central", _("Observation site")
    HOME = "home", _("Isolation at home")
    WATCH = "watch", _("Daily health monitoring without isolation")
    ENTER = "enter", _("May enter freely")


ISOLATING = (Placement.HOSPITAL, Placement.CENTRAL, Placement.HOME)
"""Placements that limit where somebody may go: they need a clause and a last day."""


class IsolationState(models.TextChoices):
    """Life of an isolation."""

    OPEN = "open", _("In isolation")
    RELEASED = "released", _("Released")
    MOVED = "moved", _("Moved elsewhere")


class Symptom(models.TextChoices):
    """What somebody complains of, as a daily health record asks (E1, D17). Fever is told by the temperature too."""

    FEVER = "fever", pgettext_lazy("symptom", "Fever")
    COUGH = "cough", _("Cough")
    BREATH = "breath", _("Short of breath")
    THROAT = "throat", _("Sore throat")
    FATIGUE = "fatigue", _("Fatigue")
    DIARRHOEA = "diarrhoea", _("Diarrhoea")
    OTHER = "other", pgettext_lazy("symptom", "Something else")


class HandOver(models.TextChoices):
    """Who takes over daily prevention after a release or an entry (E2)."""

    EMPLOYER = "employer", pgettext_lazy("hand-over", "Employer")
    COMMUNITY = "community", _("Community")


class FeverStep(models.TextChoices):
    """The steps of a fever case at an enterprise, in their order (E17)."""

    ISOLATED = "isolated", _("Isolated on the spot")
    HOSPITAL = "hospital", _("Sent to hospital")
    REPORTED = "reported", _("Reported upward")
    LISTED = "listed", _("Fellow workers listed")
    CLOSED = "closed", _("Outcome known")


class Occasion(models.TextChoices):
    """On what occasion a message goes to a person."""

    RETURNED = "returned", _("Came back: isolation reminder")
    AWAY = "away", _("Still away: comfort and advice")
    SYMPTOMS = "symptoms", _("Symptoms: see a doctor")
    UNREACHED = "unreached", _("Not reached by phone")
    ISOLATED = "isolated", _("Isolation opened")
    RELEASED = "released", _("Isolation ended")
    TRAVEL = "travel", _("Travel advice")
    STUDENT = "student", _("To students and parents")
    OTHER = "other", _("Other message")


class MessageChannel(models.TextChoices):
    """By which way a message reaches a person; each is a plug-in."""

    CONSOLE = "console", _("Console, nothing leaves")
    SMS = "sms", _("Text message")
    EMAIL = "email", pgettext_lazy("message", "E-mail")
    CHAT = "chat", _("Chat webhook")


class SendState(models.TextChoices):
    """Delivery of a message to a person."""

    QUEUED = "queued", _("Waiting to be sent")
    SENT = "sent", _("Handed to the gateway")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Not delivered")
    DECLINED = "declined", _("Not sent: the person declined")


class Recipient(models.TextChoices):
    """Who reads a message about a person (K2)."""

    SELF = "self", pgettext_lazy("recipient", "The person")
    FAMILY = "family", _("Parents or family")


class MailingState(models.TextChoices):
    """Life of a message to many people."""

    DRAFT = "draft", _("Counted, not yet confirmed")
    RUNNING = "running", _("Being written")
    DONE = "done", pgettext_lazy("mailing", "Written")
    DROPPED = "dropped", _("Given up")


class PointKind(models.TextChoices):
    """Who checks on the spot (D8)."""

    POINT = "point", _("Service point")
    BROKER = "broker", _("Labour broker")


class RegistrationKind(models.TextChoices):
    """What a person applies for at their habitual residence (L22, L23)."""

    UNEMPLOYED = "unemployed", _("Unemployment registration")
    HARDSHIP = "hardship", _("Recognition of employment difficulty")


class RegistrationState(models.TextChoices):
    """Life of an application."""

    APPLIED = "applied", _("Applied for")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", pgettext_lazy("application", "Refused")
    ENDED = "ended", _("Ended")


class RequestKind(models.TextChoices):
    """What people may ask about their own data (PIPL art. 45–47)."""

    COPY = "copy", _("Copy of the own data")
    CORRECTION = "correction", _("Correction")
    DELETION = "deletion", _("Deletion")


class RequestState(models.TextChoices):
    """Life of such a request."""

    OPEN = "open", _("To be answered")
    MET = "met", _("Met")
    DECLINED = "declined", _("Declined with reasons")
