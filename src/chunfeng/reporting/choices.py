"""Fixed vocabularies of reporting."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Origin(models.TextChoices):
    """Where a form came from."""

    LIBRARY = "library", _("Shipped library")
    EDITOR = "editor", _("Composed here")
    CALL = "call", _("Data call")
    IMPORT = "import", _("Imported file")


class FormState(models.TextChoices):
    """A form is drafted, reported on, and ended; it is never deleted."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("In use")
    ENDED = "ended", _("Ended")


class State(models.TextChoices):
    """What stands in the ledger. Missing and late are told by the clock, see `Standing`."""

    DUE = "due", pgettext_lazy("report", "Due")
    FILED = "filed", _("Filed")
    ZERO = "zero", _("Zero")
    RETURNED = "returned", _("Returned")
    EXEMPT = "exempt", _("Exempt")


ANSWERED = (State.FILED, State.ZERO)
"""States in which a signed statement stands."""
OPEN = (State.DUE, State.RETURNED)
"""States in which the office still owes a statement."""


class Standing(models.TextChoices):
    """How an obligation stands at a moment: the ledger's state read with the clock (C1)."""

    DUE = "due", pgettext_lazy("report", "Due")
    FILED = "filed", _("Filed")
    ZERO = "zero", _("Zero")
    LATE = "late", _("Filed late")
    MISSING = "missing", _("Missing")
    RETURNED = "returned", _("Returned")
    EXEMPT = "exempt", _("Exempt")


class Stage(models.IntegerChoices):
    """Reminders that go out by themselves, one bit each in `Obligation.told`: to the office before the cut-off,
    to the office and its leader at the close. Nobody reads the names."""

    SOON = 1
    CLOSE = 2


class Channel(models.TextChoices):
    """How a filing came in."""

    PAGE = "page", _("Page")
    SHEET = "sheet", _("Spreadsheet")
    API = "api", _("API")
    REGISTER = "register", _("From a register")


class Step(models.TextChoices):
    """What happened to an obligation besides filings."""

    RETURNED = "returned", _("Returned")
    EXEMPTED = "exempted", _("Exempted")
    OWED_AGAIN = "owed", _("Owed again")
    REMINDED = "reminded", pgettext_lazy("report", "Reminded")
    ACCEPTED = "accepted", pgettext_lazy("figures", "Accepted")
    UNLOCKED = "unlocked", _("Unlocked")
    CORRECTED = "corrected", _("Put right by the check of stored figures")


class SituationState(models.TextChoices):
    """Life of an important-situation report."""

    OPEN = "open", _("Under way")
    MERGED = "merged", _("Merged into another report")
    CLOSED = "closed", _("Settled")


class BulletinKind(models.TextChoices):
    """What a bulletin covers."""

    DAILY = "daily", _("Daily bulletin")
    WEEKLY = "weekly", _("Weekly summary")
    STAGE = "stage", _("Stage summary")
    ANALYSIS = "analysis", _("Analysis report")


class BulletinState(models.TextChoices):
    """A bulletin is edited until it is issued; then it has a number and never changes."""

    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
