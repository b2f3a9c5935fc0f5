"""What the pages about questions share: names of kinds, tones, durations in words."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chunfeng.benefits import engine, rulebook
from chunfeng.benefits.choices import EnquiryState
from chunfeng.benefits.models import Enquiry

TONES = {"open": "warn", "answered": "good", "passed": "info"}
"""Colour of a state; the word always stands in it."""


def kinds() -> list[tuple[str, str]]:
    """Code and name of every kind, in the language of the page."""
    return [(each.code, each.label[engine.language()]) for each in rulebook.kinds()]


def kind_label(code: str) -> str:
    """The name of a kind; the code itself where no file knows it any more."""
    found = rulebook.kind(code)
    return found.label[engine.language()] if found else code or _("kind not set")


def late(row: Enquiry, today: date) -> bool:
    """Whether it waits past its day."""
    return row.state == EnquiryState.OPEN and row.due_on < today


def took(median: timedelta | None) -> str:
    """A duration in the unit that fits: minutes, hours, days."""
    if median is None:
        return "—"
    minutes = round(median.total_seconds() / 60)
    if minutes < 120:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        hours = round(minutes / 60)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = round(minutes / 60 / 24)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
