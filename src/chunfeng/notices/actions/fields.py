"""The fields a reviewer may correct, and how what was typed becomes a value. Each refuses with a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.notices import naming
from chunfeng.notices.choices import DeadlineKind, Force, Kind
from chunfeng.offices.choices import Level

_EVERY = re.compile(
    r"day|week(?::[1-7])?|month(?::(?:[12]?\d|3[01]|end))?|quarter(?::end)?|half|year(?::[\d-]{1,5})?"
)


def line(limit: int) -> Callable[[Any], str]:
    """One line of text up to a length."""

    def clean(typed: Any) -> str:
        text = " ".join(str(typed or "").split())
        if len(text) > limit:
            raise Refused(_("This is longer than %(limit)s characters. Shorten it.") % {"limit": limit})
        return text

    return clean


def names(typed: Any) -> list[str]:
    """Several names: one a line, or separated by 、 ， ；."""
    given = typed if isinstance(typed, list | tuple) else re.split(r"[\n、；;]+", str(typed or ""))
    return [name for name in (" ".join(str(each).split()) for each in given) if name]


def lines(typed: Any) -> list[str]:
    """Several texts, one a line (addressee phrases hold 、 themselves)."""
    given = typed if isinstance(typed, list | tuple) else str(typed or "").splitlines()
    return [text for text in (" ".join(str(each).split()) for each in given) if text]


def day(typed: Any) -> date | None:
    """A date as the browser sends it (2020-02-03), or nothing."""
    if typed is None or isinstance(typed, date):
        return typed
    text = str(typed).strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refused(_("“%(text)s” is not a date. Write it like 2020-02-03.") % {"text": text}) from None
    if not 1949 <= found.year <= 2100:
        raise Refused(_("The year %(year)s cannot be right. Check the date.") % {"year": found.year})
    return found


def clock(typed: Any) -> time | None:
    """A time of day (17:00), or nothing."""
    if typed is None or isinstance(typed, time):
        return typed
    text = str(typed).strip()
    if not text:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Refused(_("“%(text)s” is not a time. Write it like 17:00.") % {"text": text}) from None


def flag(typed: Any) -> bool:
    """A tick."""
    return typed is True or str(typed).lower() in {"1", "on", "true", "yes"}


def one_of(choices: Any, empty: bool = True) -> Callable[[Any], str]:
    """A value of a fixed vocabulary."""

    def clean(typed: Any) -> str:
        text = str(typed or "")
        if text not in choices.values and not (empty and text == ""):
            raise Refused(_("“%(text)s” is not in the list. Choose one.") % {"text": text})
        return text

    return clean


def number(typed: Any) -> str:
    """A document number; wrong brackets and spaces are put right, a missing part is refused (B4)."""
    text = line(80)(typed)
    trouble = naming.number_trouble(text)
    if trouble:
        missing = {
            "code": _("the agency code"),
            "year": _("the year"),
            "serial": _("the serial number and 号"),
        }
        raise Refused(
            _("In “%(text)s” %(part)s is missing. A number is written like 人社厅明电〔2020〕5号.")
            % {"text": text, "part": missing[trouble]}
        )
    return naming.proper_number(text)


def every(typed: Any) -> str:
    """How a recurring deadline repeats: day, week:1, month:25, month:end, quarter, half, year."""
    text = str(typed or "").strip()
    if text and not _EVERY.fullmatch(text):
        raise Refused(_("“%(text)s” is not a way to repeat. Choose one of the list.") % {"text": text})
    return text


def text(typed: Any) -> str:
    """Some sentences, never empty."""
    found = str(typed or "").strip()
    if not found:
        raise Refused(_("This cannot be empty."))
    return found[:4000]


HEADER: dict[str, Callable[[Any], Any]] = {
    "title": line(300),
    "kind": one_of(Kind),
    "number": number,
    "aliases": names,
    "issuers": names,
    "addressees": lines,
    "date": day,
    "signer": line(60),
    "urgency": line(10),
    "attachments": lines,
    "copies_to": lines,
    "issuer_level": one_of(Level),
    "internal_rule": flag,
    "valid_from": day,
    "valid_to": day,
}
DUTY: dict[str, Callable[[Any], Any]] = {
    "action": text,
    "force": one_of(Force, empty=False),
    "lead": line(200),
    "partners": names,
    "report_to": line(200),
    "deadline_kind": one_of(DeadlineKind),
    "starts_on": day,
    "due_on": day,
    "due_time": clock,
    "every": every,
    "no_date": flag,
}
