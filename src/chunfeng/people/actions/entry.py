"""Somebody at the gate: enter, monitor, isolate or hospital, by origin, exposure and symptoms (E2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.people.actions import isolation
from chunfeng.people.actions.common import bounded, standing
from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.actions.facts import state_fact
from chunfeng.people.actions.follow_ups import open_follow_up
from chunfeng.people.actions.health import symptoms_of, temperature_of
from chunfeng.people.actions.isolation import Placed
from chunfeng.people.choices import (
    ContactKind,
    Exposure,
    FactKind,
    FactValue,
    FollowUpReason,
    HandOver,
    Placement,
    Said,
    Symptom,
)
from chunfeng.people.models import AffectedArea, ContactRecord, Person
from chunfeng.people.placement.choosing import applying
from chunfeng.people.queries import affected, placing
from chunfeng.people.scripts import library

KINDS = (ContactKind.OUTSIDER, ContactKind.TRAVELLER, ContactKind.FILE)
"""As what a person at the gate is registered."""
SCRIPT = "gate-decision"
UNDECIDED = "open"
"""The answer where no rule in force says what follows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was decided at the gate, and the record of it. `affected`: the area the person came from, if declared."""

    contact: ContactRecord
    placed: Placed
    exposure: str
    symptoms: bool | None
    affected: AffectedArea | None


@transaction.atomic
def decide_entry(
    *,
    person: Person,
    origin: str = "",
    left_on: date | None = None,
    near_case: bool = False,
    symptoms: Sequence[str] | None = None,
    other: str = "",
    temperature: str | Decimal | None = None,
    kind: str = ContactKind.OUTSIDER,
    handed_to: str = "",
    handed_name: str = "",
    place: str = "",
    key: str,
    by: Actor,
    at: datetime,
) -> Entry:
    """Decide on the entry of a person in the register and write it down as a contact record.

    `origin` with `left_on` says where they were until when; `near_case` that they met a case. Came from an
    affected area is who was in one within the days the rules look back. Fever is what a rule in force calls
    so. Who may enter is handed to the employer or community named. The same `key` gives the first decision.
    """
    roles.require(by, "isolation.work")
    today = timezone.localdate(at)
    _check(kind, symptoms, temperature, left_on, today)
    row = standing(person, by)
    area = placing.stay_area(row, by, today)
    degrees = temperature_of(temperature)
    listed = _listed(symptoms, other, degrees, area, today)
    if origin.strip() and left_on is not None:
        state_fact(
            person=row, kind=FactKind.WHEREABOUTS, value=FactValue.ELSEWHERE, said=Said.SELF, on=left_on,
            place=origin, source=_("Entry decision"), key=f"{key[:60]}:origin", by=by, at=at,
        )  # fmt: skip
    hit = _came_from(row, area, origin.strip(), left_on, today)
    exposure = Exposure.CONTACT if near_case else Exposure.AREA if hit else Exposure.NONE
    rule = applying(placing.weighed(area, exposure, bool(listed), today))
    answers = {
        "exposure": str(exposure),
        "left_on": str(left_on) if left_on else None,
        "symptoms": listed or ["none"],
        "other": other.strip() or None,
        "temperature": float(degrees) if degrees is not None else None,
        "placement": rule.placement if rule else UNDECIDED,
        "handed_to": handed_to if handed_to in HandOver.values else None,
    }
    contact, _new = record_contact(
        person=row, kind=kind, origin=origin, place=handed_name, source=rule.source if rule else "", key=key,
        script=library.script(SCRIPT), answers=answers, by=by, at=at,
    )  # fmt: skip
    placed = isolation.place(
        person=row, exposure=exposure, symptoms=bool(listed), since=today, contact=contact, place=place,
        by=by, at=at,
    )  # fmt: skip
    reason = FollowUpReason.SYMPTOMS if listed else FollowUpReason.WATCH
    if listed or placed.placement == Placement.WATCH:
        open_follow_up(person=row, reason=reason, contact=contact, by=by, at=at)
    return Entry(contact, placed, str(exposure), bool(listed), hit)


def _check(
    kind: str,
    symptoms: Sequence[str] | None,
    temperature: str | Decimal | None,
    left_on: date | None,
    today: date,
) -> None:
    """What was asked suffices for a decision, else `Refused`."""
    if kind not in KINDS:
        raise Refused(_("“%(value)s” is not a kind of registration at the gate.") % {"value": kind})
    if symptoms is None and temperature in (None, ""):
        raise Refused(_("Take the temperature, or ask for symptoms: without either nothing is decided."))
    if left_on is not None and left_on > today:
        raise Refused(_("The day %(day)s lies in the future.") % {"day": left_on})


def _listed(
    symptoms: Sequence[str] | None, other: str, degrees: Decimal | None, area: str, today: date
) -> list[str]:
    """The symptoms by their codes; fever too where a rule in force calls the temperature so."""
    listed = symptoms_of(symptoms or (), bounded(other, _("symptoms"), 200))
    limit = placing.fever_above(area, today)
    if degrees is not None and limit is not None and degrees > limit[0] and Symptom.FEVER not in listed:
        listed = [str(Symptom.FEVER), *listed]
    return listed


def _came_from(
    person: Person, area: str, origin: str, left_on: date | None, today: date
) -> AffectedArea | None:
    """The declared area by what is said at the gate; where nothing is said there, by the register."""
    if not origin:
        return affected.came_from_affected(person, today, at_area=area)
    if left_on is not None and (today - left_on).days > affected.look_back(area, today):
        return None
    return affected.is_affected(origin, area, today)
