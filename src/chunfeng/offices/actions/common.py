"""What every action on offices checks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices.models import Office


def in_reach(by: Actor, office: Office) -> None:
    """The office lies inside the actor's area, else NotAllowed."""
    if not by.sees(office.area_code):
        raise NotAllowed(
            _("%(office)s lies outside your area. Only an office at or above it may change this.")
            % {"office": office.name}
        )


def required(value: str, label: Any, limit: int) -> str:
    """The text without surrounding blanks; Refused when it is empty or too long."""
    text = value.strip()
    if not text:
        raise Refused(_("“%(label)s” is empty: fill it in.") % {"label": label})
    return bounded(text, label, limit)


def bounded(value: str, label: Any, limit: int) -> str:
    """The text without surrounding blanks; Refused when it is too long."""
    text = value.strip()
    if len(text) > limit:
        raise Refused(
            _("“%(label)s” has %(n)s characters; at most %(limit)s fit. Shorten it.")
            % {"label": label, "n": len(text), "limit": limit}
        )
    return text


def period(valid_from: date, valid_to: date | None) -> None:
    """The end, where given, lies after the beginning."""
    if valid_to is not None and valid_to <= valid_from:
        raise Refused(
            _("The last day %(to)s must lie after the first day %(since)s.")
            % {"to": valid_to, "since": valid_from}
        )
