"""What became of one row of the sheet."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Verdict on a row."""

    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    REFUSED = "refused", _("refused")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`line` counts as the spreadsheet does; `cell` is the one at fault; `why` says what to do."""

    line: int
    code: str
    name: str
    state: State
    cell: str = ""
    why: str = ""


class RowRefused(Exception):
    """A row that cannot be taken over: the column at fault and a sentence for the person."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(why)
        self.column, self.why = column, why
