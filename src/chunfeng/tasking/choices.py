"""Fixed vocabularies of tasks."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TaskState(models.TextChoices):
    """Where a task stands on an office's desk. Overdue is never stored: it follows from the deadline."""

    NEW = "new", _("New")
    ACCEPTED = "accepted", _("Accepted")
    DONE = "done", _("Done")
    RETURNED = "returned", _("Sent back")
    REFUSED = "refused", _("Refused with reason")
    WITHDRAWN = "withdrawn", _("Notice withdrawn")


OPEN_STATES = (TaskState.NEW, TaskState.ACCEPTED, TaskState.RETURNED)
CLOSED_STATES = (TaskState.DONE, TaskState.REFUSED, TaskState.WITHDRAWN)


class Part(models.TextChoices):
    """The office's part in a duty."""

    LEAD = "lead", _("Lead")
    PARTNER = "with", _("Co-responsible")


class EntryKind(models.TextChoices):
    """What happened to a task."""

    ASSIGNED = "assigned", _("Assigned")
    ACCEPTED = "accepted", _("Accepted")
    DELEGATED = "delegated", _("Delegated")
    REPORTED = "reported", _("Reported done")
    RETURNED = "returned", _("Sent back for more work")
    REFUSED = "refused", _("Refused by the office")
    EXTENDED = "extended", _("Deadline extended")
    REMINDED = "reminded", _("Reminded")
    ESCALATED = "escalated", _("Escalated to the leader")
    NOTE = "note", _("Note")
    WITHDRAWN = "withdrawn", _("Notice withdrawn")


class Before(models.TextChoices):
    """How 前 after a day is read (DOMAIN: the text and the date are both kept)."""

    END = "end", _("by the end of that day")
    EVE = "eve", _("by the end of the day before")


class Channel(models.TextChoices):
    """How a message leaves."""

    IN_APP = "in_app", _("In the system")
    EMAIL = "email", _("E-mail")
    WEBHOOK = "webhook", _("Webhook")


class MessageState(models.TextChoices):
    """Where a message stands in the outbox."""

    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class IssueState(models.TextChoices):
    """Where a coordination issue stands."""

    OPEN = "open", _("Open")
    SETTLED = "settled", _("Settled")
    DROPPED = "dropped", pgettext_lazy("coordination issue", "Dropped")
