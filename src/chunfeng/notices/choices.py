"""Fixed vocabularies of official documents (GB/T 9704-2012)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """The fifteen statutory kinds of document."""

    RESOLUTION = "决议", _("Resolution")
    DECISION = "决定", _("Decision")
    ORDER = "命令", _("Order")
    BULLETIN = "公报", _("Bulletin")
    PUBLIC_NOTICE = "公告", _("Public notice")
    ANNOUNCEMENT = "通告", _("Announcement")
    OPINION = "意见", _("Opinion")
    NOTICE = "通知", pgettext_lazy("kind of document", "Notice")
    CIRCULAR = "通报", _("Circular")
    REPORT = "报告", _("Report")
    REQUEST = "请示", _("Request for instructions")
    REPLY = "批复", _("Reply")
    MOTION = "议案", _("Motion")
    LETTER = "函", _("Letter")
    MINUTES = "纪要", _("Minutes")


class State(models.TextChoices):
    """Where a notice stands between arrival and archive."""

    UNREADABLE = "unreadable", _("Kept, could not be read")
    READ = "read", _("Read, to be reviewed")
    REVIEWED = "reviewed", _("Reviewed")
    ISSUED = "issued", _("Issued")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Openness(models.TextChoices):
    """Who may see a document (B14)."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")


class Force(models.TextChoices):
    """How strongly a duty binds."""

    MUST = "must", _("must")
    MUST_NOT = "must_not", _("must not")
    SHOULD = "should", _("should")
    MAY = "may", _("may")


class DeadlineKind(models.TextChoices):
    """How a deadline is written."""

    BY = "by", _("by a date")
    FROM = "from", _("from a date")
    WINDOW = "window", _("between two dates")
    RECURRING = "recurring", _("recurring")
    FUZZY = "fuzzy", _("without a date")


class DutyState(models.TextChoices):
    """Nothing becomes a task before a person confirms."""

    PROPOSED = "proposed", _("Proposed by the reader")
    CONFIRMED = "confirmed", _("Confirmed")
    DROPPED = "dropped", _("Dropped")


class Relation(models.TextChoices):
    """What one document does to another it names (B3, B13)."""

    BASIS = "basis", _("on the basis of")
    IMPLEMENTS = "implements", _("implements")
    FORWARDS = "forwards", _("forwards")
    REPLACES = "replaces", _("replaces")
    CITES = "cites", _("cites")


class Act(models.TextChoices):
    """What happened to a notice or one of its duties."""

    REGISTERED = "registered", _("Registered")
    CORRECTED = "corrected", _("Corrected")
    CONFIRMED = "confirmed", _("Confirmed")
    DROPPED = "dropped", _("Dropped")
    RESTORED = "restored", _("Taken back in")
    SPLIT = "split", _("Split")
    ADDED = "added", _("Added")
    LOOKED_AT = "looked_at", _("Doubtful place looked at")
    REVIEWED = "reviewed", _("Review finished")
    REOPENED = "reopened", _("Review opened again")
    CLASSIFIED = "classified", _("Marked public or internal")
    ISSUED = "issued", _("Issued")
    SENT = "sent", _("Sent to more offices")
    RECEIVED = "received", _("Receipt signed")
    FORWARDED = "forwarded", _("Forwarded")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPLAINED = "explained", _("Explained")
