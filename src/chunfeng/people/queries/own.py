"""All that offices did with and for a person, in the open, for the person (PIPL art. 45).

What lies out of the actor's sight is only counted: another office holds it, and gives it out itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.people.models import (
    CallItem,
    ContactRecord,
    DataRequest,
    FellowWorker,
    FeverCase,
    FollowUp,
    HealthRecord,
    Isolation,
    OptOut,
    Person,
    PersonAddress,
    PersonMessage,
    Registration,
)
from chunfeng.people.queries import register


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind as lines, the newest first, and how many more other offices hold."""

    label: Any
    lines: list[str]
    elsewhere: int = 0


Parts = Callable[[Any], Iterable[Any]]

KINDS: dict[type[models.Model], tuple[Any, Parts]] = {
    ContactRecord: (
        _("Calls, visits and services"),
        lambda r: (r.at, r.get_kind_display(), r.get_outcome_display(), r.place, r.origin, r.moves_in,
                   _answers(r.answers), r.note, r.by_name),
    ),
    CallItem: (_("Call lists"), lambda r: (r.campaign.name, r.get_state_display(), r.done_at)),
    FollowUp: (
        _("Follow-ups"),
        lambda r: (r.opened_at, r.get_reason_display(), r.next_on, r.outcome, r.closed_at, r.source),
    ),
    Isolation: (
        _("Isolation and monitoring"),
        lambda r: (r.starts_on, r.ends_on, r.get_placement_display(), r.place, r.get_state_display(), r.decision,
                   r.handed_name, r.source),
    ),
    HealthRecord: (
        _("Daily health"),
        lambda r: (r.on, r.temperature and f"{r.temperature} ℃", r.symptoms, r.by_name),
    ),
    FeverCase: (
        _("Fever at an enterprise"),
        lambda r: (r.found_at, r.employer, r.temperature and f"{r.temperature} ℃", r.hospital, r.outcome, r.source),
    ),
    FellowWorker: (_("Listed as a fellow worker"), lambda r: (r.listed_at, r.note)),
    PersonMessage: (
        _("Messages"),
        lambda r: (r.made_at, r.get_occasion_display(), r.get_channel_display(), r.address, r.text,
                   r.get_state_display()),
    ),
    PersonAddress: (
        _("Addresses for messages"),
        lambda r: (r.get_whose_display(), r.get_channel_display(), r.address),
    ),
    OptOut: (_("Declined channels"), lambda r: (r.at, r.get_channel_display(), r.source)),
    Registration: (
        _("Registrations"),
        lambda r: (r.applied_on, r.get_kind_display(), r.get_state_display(), r.detail, r.reason, r.ended_on, r.source),
    ),
    DataRequest: (
        _("Requests about own data"),
        lambda r: (r.asked_on, r.get_kind_display(), r.asked, r.get_state_display(), r.answer),
    ),
}  # fmt: skip


def sections(person: Person) -> list[Section]:
    """Every kind with something in it. What is there in all is counted by the system."""
    family = register.family(person)
    found = []
    for model, (label, parts) in KINDS.items():
        rows = list(model._base_manager.filter(person__in=family).order_by("-pk"))
        with scope.applied(SYSTEM):
            whole = model._base_manager.filter(person__in=family).count()
        if whole:
            lines = [_line(parts(row)) for row in rows]
            found.append(Section(label, lines, whole - len(rows)))
    return found


def _line(parts: Iterable[Any]) -> str:
    return " · ".join(_said(part) for part in parts if part not in (None, ""))


def _said(part: Any) -> str:
    if isinstance(part, datetime):
        return timezone.localtime(part).strftime("%Y-%m-%d %H:%M")
    return part.isoformat() if isinstance(part, date) else str(part)


def _answers(sealed: str | None) -> str:
    """Question codes with what was answered; codes as they are kept."""
    if not sealed:
        return ""
    given = json.loads(sealed)
    return "；".join(
        f"{question}：{'、'.join(map(str, answer)) if isinstance(answer, list) else answer}"
        for question, answer in given.items()
    )
