"""How header fields and duty fields are shown and edited on the review page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from chunfeng.notices.choices import DeadlineKind, Force, Kind
from chunfeng.notices.models import Duty, Notice
from chunfeng.offices.choices import Level

HEADER: dict[str, str] = {
    "title": "area", "number": "text", "kind": "select", "issuers": "lines", "issuer_level": "select",
    "addressees": "lines", "date": "date", "signer": "text", "urgency": "text", "attachments": "lines",
    "copies_to": "lines", "aliases": "lines",
    "internal_rule": "tick", "valid_from": "date", "valid_to": "date",
}  # fmt: skip
"""Name → widget, in the order of the page."""

GAPS = frozenset({"title", "number", "kind", "issuers", "addressees", "date"})
"""Fields whose absence is shown as a gap; the others are simply not there."""

CHOICES: dict[str, list[tuple[str, Any]]] = {"kind": list(Kind.choices), "issuer_level": list(Level.choices)}

EVERY: list[tuple[str, Any]] = [
    ("day", _("every day")),
    ("week", _("every week")),
    ("week:1", _("every Monday")),
    ("week:2", _("every Tuesday")),
    ("week:3", _("every Wednesday")),
    ("week:4", _("every Thursday")),
    ("week:5", _("every Friday")),
    ("week:6", _("every Saturday")),
    ("week:7", _("every Sunday")),
    ("month", _("every month")),
    ("month:end", _("at the end of every month")),
    ("quarter", _("every quarter")),
    ("half", _("every half year")),
    ("year", _("every year")),
]


@dataclass(frozen=True, slots=True)
class Field:
    """One header field as the page shows it."""

    name: str
    label: str
    widget: str
    value: Any
    text: str
    gap: bool
    choices: list[tuple[str, Any]]
    lines: list[str]
    by_reader: str = ""


def shown(notice: Notice, name: str) -> Field:
    """A header field with its label, value and whether a person changed what the reader found."""
    value = getattr(notice, name)
    widget = HEADER[name]
    items = [str(v) for v in value] if isinstance(value, list) else []
    text = _text(notice, name, value, items)
    return Field(
        name=name,
        label=str(Notice._meta.get_field(name).verbose_name),
        widget=widget,
        value=value,
        text=text,
        gap=not text and name in GAPS,
        choices=CHOICES.get(name, []),
        lines=items,
        by_reader=_read(notice, name, text),
    )


def _text(notice: Notice, name: str, value: Any, items: list[str]) -> str:
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, date):
        return value.isoformat()
    if items:
        return "\n".join(items)
    display = getattr(notice, f"get_{name}_display", None)
    return str(display() if display and value else value or "")


def _read(notice: Notice, name: str, text: str) -> str:
    """The reader's own value where a person put another in its place; "" otherwise."""
    if name not in notice.reading:
        return ""
    found = notice.reading[name]
    plain = "\n".join(found) if isinstance(found, list) else str(found or "")
    return plain if plain and plain != text and name != "kind" else ""


def every_choices(duty: Duty) -> list[tuple[str, Any]]:
    """The ways to repeat, with this duty's own where it is none of the usual ones."""
    usual = list(EVERY)
    if duty.every and duty.every not in {key for key, _label in usual}:
        usual.append((duty.every, every_text(duty.every)))
    return usual


def every_text(every: str) -> Any:
    """A repetition in words: month:25 → every month on the 25th."""
    known = dict(EVERY).get(every)
    if known is not None:
        return known
    if every.endswith((" day", " days")):
        return _("every %(n)s days") % {"n": every.split()[0]}
    unit, _colon, at = every.partition(":")
    if unit == "month":
        return _("every month on day %(day)s") % {"day": at}
    return dict(EVERY).get(unit, every)


FORCES = list(Force.choices)
DEADLINES = [("", _("none")), *DeadlineKind.choices]
