"""Fixed vocabularies of measures, claims and payments."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MeasureState(models.TextChoices):
    """Life of one version of a measure (B12: the shelf)."""

    DRAFT = "draft", pgettext_lazy("measure", "Draft")
    SHELF = "shelf", _("On the shelf, approved in advance")
    IN_FORCE = "in_force", _("In force")
    WITHDRAWN = "withdrawn", pgettext_lazy("measure", "Withdrawn")


class SubjectKind(models.TextChoices):
    """Whom a measure is about, as measure files write it."""

    PERSON = "person", pgettext_lazy("measure", "Person")
    EMPLOYER = "employer", pgettext_lazy("measure", "Employer")
    GROUP = "group", _("Group trip")
    CLAIM = "claim", _("Single case")


class RunOver(models.TextChoices):
    """What a what-if run looks at."""

    CLAIMS = "claims", _("Claims held")
    REGISTER = "register", _("Register of people")


class SimulationState(models.TextChoices):
    """Life of a what-if run."""

    RUNNING = "running", pgettext_lazy("what-if", "Running")
    DONE = "done", pgettext_lazy("what-if", "Finished")
    STOPPED = "stopped", pgettext_lazy("what-if", "Stopped")


class PayeeRelation(models.TextChoices):
    """Who gets the money of a claim, seen from its beneficiary."""

    EMPLOYER = "employer", _("Employer of the beneficiary")
    UNIT = "unit", _("Training body or another unit")
    KIN = "kin", _("Near relative")
    GUARDIAN = "guardian", _("Guardian or keeper")
    SELF = "self", _("The beneficiary")


class ClaimState(models.TextChoices):
    """Life of a claim."""

    OPEN = "open", _("Being prepared")
    SUBMITTED = "submitted", _("Submitted")
    PROPOSED = "proposed", _("Decision proposed")
    CONFIRMING = "confirming", _("Waits for a second pair of eyes")
    GRANTED = "granted", pgettext_lazy("claim", "Granted")
    REFUSED = "refused", pgettext_lazy("claim", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("claim", "Withdrawn")


LIVE = (
    ClaimState.OPEN,
    ClaimState.SUBMITTED,
    ClaimState.PROPOSED,
    ClaimState.CONFIRMING,
    ClaimState.GRANTED,
)
"""Claims that stand in the way of another for the same measure, subject and period."""


class ClaimChannel(models.TextChoices):
    """How a claim came about."""

    DESK = "desk", _("At the counter")
    REGISTER = "register", _("Found in the registers")
    LIST = "list", _("From a monthly list")


class ClaimStepKind(models.TextChoices):
    """What was done with a claim."""

    MADE = "made", _("Begun")
    PAPER = "paper", _("Paper attached")
    PAYEE = "payee", _("Payee named")
    SUBMIT = "submit", pgettext_lazy("claim step", "Submitted")
    PROPOSE = "propose", _("Decision proposed by rule")
    RETURN = "return", _("Sent back for papers")
    DECIDE = "decide", _("Decided")
    CONFIRM = "confirm", _("Confirmed by a second officer")
    PUBLISH = "publish", _("Published for objections")
    OBJECT = "object", _("Objection raised")
    ANSWER = "answer", _("Objection answered")
    PAY = "pay", _("Put into a payment batch")
    PAID = "paid", pgettext_lazy("claim step", "Paid")
    BOUNCE = "bounce", _("Payment came back")
    RECOVER = "recover", _("To be recovered")
    WITHDRAW = "withdraw", pgettext_lazy("claim step", "Withdrawn")


class DecisionOutcome(models.TextChoices):
    """What was decided."""

    GRANTED = "granted", pgettext_lazy("decision", "Granted")
    REFUSED = "refused", pgettext_lazy("decision", "Refused")


class ObjectionState(models.TextChoices):
    """Life of an objection."""

    OPEN = "open", pgettext_lazy("objection", "To be answered")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")


class BatchState(models.TextChoices):
    """Life of a payment batch."""

    OPEN = "open", _("Being put together")
    SENT = "sent", _("With the bank")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged by the bank")
    RECONCILED = "reconciled", _("Reconciled")


class PaymentState(models.TextChoices):
    """Life of one payment."""

    WAITING = "waiting", _("To be paid")
    BATCHED = "batched", _("In a batch")
    PAID = "paid", pgettext_lazy("payment", "Paid")
    BOUNCED = "bounced", pgettext_lazy("payment", "Came back")


class RecoveryState(models.TextChoices):
    """Life of a recovery."""

    OPEN = "open", _("To be paid back")
    BACK = "back", _("Paid back")
    WAIVED = "waived", _("Waived with reasons")


class InjuryState(models.TextChoices):
    """Life of an application for recognition of a work injury."""

    APPLIED = "applied", pgettext_lazy("injury", "Applied for")
    INCOMPLETE = "incomplete", _("Papers missing, told in writing")
    ACCEPTED = "accepted", _("Accepted for decision")
    RECOGNISED = "recognised", _("Recognised as a work injury")
    NOT_RECOGNISED = "not_recognised", _("Not recognised")
    SERVED = "served", _("Decision served")


class InjuryApplicant(models.TextChoices):
    """Who applied."""

    EMPLOYER = "employer", pgettext_lazy("injury", "Employer")
    WORKER = "worker", _("Worker or near relative")
    UNION = "union", _("Trade union")


class WorkListState(models.TextChoices):
    """Life of a unit's monthly list of epidemic work days."""

    OPEN = "open", _("Being filled in")
    SUBMITTED = "submitted", pgettext_lazy("work list", "Submitted")
    CHECKED = "checked", _("Checked")
    PUBLISHED = "published", pgettext_lazy("work list", "Published for objections")
    APPROVED = "approved", _("Approved for payment")
    RETURNED = "returned", pgettext_lazy("work list", "Sent back")


class EnquiryChannel(models.TextChoices):
    """How a question came."""

    COUNTER = "counter", pgettext_lazy("enquiry", "At the counter")
    PHONE = "phone", pgettext_lazy("enquiry", "By telephone")
    HOTLINE = "hotline", pgettext_lazy("enquiry", "From the hotline")
    PUBLIC = "public", pgettext_lazy("enquiry", "From the public page")


class EnquiryState(models.TextChoices):
    """Life of a question."""

    OPEN = "open", pgettext_lazy("enquiry", "Waits for an answer")
    ANSWERED = "answered", pgettext_lazy("enquiry", "Answered")
    PASSED = "passed", pgettext_lazy("enquiry", "Passed on")


class EnquiryStepKind(models.TextChoices):
    """What was done with a question."""

    TAKEN = "taken", pgettext_lazy("enquiry step", "Taken in")
    CLASSIFIED = "classified", pgettext_lazy("enquiry step", "Kind set")
    ANSWERED = "answered", pgettext_lazy("enquiry step", "Answer given")
    PASSED = "passed", pgettext_lazy("enquiry step", "Passed on to another office")


class EnrolmentState(models.TextChoices):
    """Life of a place in a course."""

    ENROLLED = "enrolled", pgettext_lazy("enrolment", "In the course")
    COMPLETED = "completed", pgettext_lazy("enrolment", "Completed")
    LEFT = "left", pgettext_lazy("enrolment", "Left early")
