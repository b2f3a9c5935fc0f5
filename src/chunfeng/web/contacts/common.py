"""What the screens of visits and registrations share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.people.choices import Outcome
from chunfeng.people.kinds import KINDS, Kind

KEPT = ("area", "branch", "outcome", "days", "seen", "every")
"""Filters that stay when somebody searches."""
OUTCOMES = {
    Outcome.REACHED: gettext_lazy("Met and spoken with"),
    Outcome.NO_ANSWER: gettext_lazy("Nobody there"),
    Outcome.REFUSED: gettext_lazy("Refused to answer"),
}
TITLES: dict[str, tuple[Any, Any]] = {
    "visit": (gettext_lazy("Household visits"), gettext_lazy("Everybody back from an affected area is visited.")),
    "file": (gettext_lazy("Personal files"), gettext_lazy("One page for everybody from an affected area.")),
    "outsider": (gettext_lazy("Outsiders"), gettext_lazy("People who came here from elsewhere.")),
    "traveller": (gettext_lazy("Travellers"), gettext_lazy("People who arrive, leave or pass through.")),
    "visitor": (gettext_lazy("Visitors of enterprises"), gettext_lazy("Where from, body check, let in or not.")),
    "student": (gettext_lazy("Students"), gettext_lazy("On campus and off, visits and messages.")),
    "help": (gettext_lazy("Help for households"), gettext_lazy("Poor, hardship and disabled households.")),
    "service": (gettext_lazy("Services given"), gettext_lazy("Advice, referrals, what came of them.")),
}  # fmt: skip
DUE_TITLES: dict[str, Any] = {
    "visit": gettext_lazy("Not yet visited"),
    "file": gettext_lazy("Without a personal file"),
    "student": gettext_lazy("Students to be asked again"),
    "help": gettext_lazy("Households without help"),
}


def kind_or_404(slug: str) -> Kind:
    """The kind of this slug."""
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


def areas_below(actor: Actor) -> Sequence[tuple[str, Any]]:
    """The areas directly below the actor's own, to choose from."""
    below = areas.children(actor.area_code or codes.COUNTRY, timezone.localdate())
    return [(area.code, area.name) for area in below]


def in_area(rows: QuerySet[Any], code: str, column: str = "area_code") -> QuerySet[Any]:
    """Narrow rows to an area."""
    lo, hi = codes.code_range(code)
    return rows.filter(**{f"{column}__gte": lo or "1", f"{column}__lt": hi})


def own_place(actor: Actor) -> str:
    """The actor's own area as a field shows it, where it is a village or smaller; else nothing."""
    if not actor.area_code or codes.level(actor.area_code) < 5:
        return ""
    found = areas.area(actor.area_code, timezone.localdate())
    return f"{actor.area_code} {found.name}" if found else actor.area_code


def shown_place(code: str) -> str:
    """An area as a field shows it: code and name."""
    found = areas.area(code, timezone.localdate()) if code else None
    return f"{code} {found.name}" if found else code


def by(request: Any) -> dict[str, Any]:
    """Who acts, and when."""
    return {"by": request.actor, "at": timezone.now()}


def days_choices() -> list[tuple[str, Any]]:
    """How far back a list of contacts reaches."""
    return [("1", _("Today")), ("7", _("7 days")), ("30", _("30 days"))]
