"""A visit, a registration or a service, with the person where they are new, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.people.actions.arriving import Newcomer, arrive, move_here
from chunfeng.people.actions.common import standing
from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.actions.effects import Carried, carry_out
from chunfeng.people.actions.facts import set_category
from chunfeng.people.choices import Outcome
from chunfeng.people.kinds import Kind
from chunfeng.people.models import ContactRecord, FollowUp, Person
from chunfeng.people.queries import register
from chunfeng.people.scripts import complete


@dataclass(frozen=True, slots=True)
class Registered:
    """The record, whether it was written now, the person, whether entered now, and what was brought about."""

    contact: ContactRecord
    new: bool
    person: Person
    entered: bool
    done: Carried


@transaction.atomic
def write_down(
    *,
    kind: Kind,
    person: Person | Newcomer,
    outcome: str = Outcome.REACHED,
    answers: Mapping[str, Any] | None = None,
    note: str = "",
    here: str = "",
    follow_up: FollowUp | None = None,
    on: date | None = None,
    key: str,
    by: Actor,
    at: datetime,
) -> Registered:
    """Write one contact of a kind down and bring about what its answers ask for.

    `person` is somebody of the register, or a `Newcomer` who is entered with it; `here` is where somebody who
    is known stands now, for the kinds that say so; `on` an earlier day, for what is copied from paper. Sent
    again under its key it changes nothing: nobody is entered twice, also when two requests come at the same
    moment. Raises `AlreadyKnown` for a twin in sight, `BadAnswers` for an open question, `Refused`,
    `NotAllowed`; then nothing is kept.
    """
    roles.require(by, "contact_record.write")
    if isinstance(person, Newcomer) and not kind.newcomers:
        raise Refused(_("Choose a person of the register: nobody is entered with this form."))
    moment = _moment(on, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"contact:{key}"])
    entered = False
    if isinstance(person, Newcomer):
        known = ContactRecord.objects.filter(key=key).select_related("person").first()
        if known is not None and known.office_id == by.office_id and known.kind == kind.kind:
            return Registered(known, False, register.survivor(known.person) or known.person, False, Carried())
        person, entered = _arrived(kind, person, by, at)
    row = standing(person, by)
    if kind.moves and here and not entered:
        move_here(row, here, by, at)
    given = dict(answers or {})
    contact, new = record_contact(
        person=row,
        kind=kind.kind,
        outcome=outcome,
        script=kind.script,
        answers=given,
        note=note,
        origin=_text(given, kind.origin),
        place=_text(given, kind.place),
        moves_in=_text(given, kind.moves_in),
        follow_up=follow_up,
        source=kind.script.source,
        key=key,
        by=by,
        at=moment,
        received_at=at,
    )
    done = Carried()
    if new and outcome == Outcome.REACHED:
        way = complete(kind.script, given)
        done = carry_out(person=row, walk=way, contact=contact, said=kind.said, by=by, at=at)
    return Registered(contact, new, row, entered, done)


def _moment(on: date | None, at: datetime) -> datetime:
    """When it took place: now, or at noon of an earlier day."""
    today = timezone.localdate(at)
    if on is not None and on > today:
        raise Refused(_("The day %(day)s lies in the future.") % {"day": on})
    return at if on is None or on == today else timezone.make_aware(datetime.combine(on, time(12)))


def _arrived(kind: Kind, newcomer: Newcomer, by: Actor, at: datetime) -> tuple[Person, bool]:
    person, entered = arrive(newcomer=newcomer, by=by, at=at)
    if entered and kind.category:
        set_category(
            person=person, category=kind.category, valid_from=timezone.localdate(at), source=kind.script.source,
            by=by, at=at,
        )  # fmt: skip
    return person, entered


def _text(answers: Mapping[str, Any], question: str) -> str:
    value = answers.get(question) if question else None
    return value.strip() if isinstance(value, str) else ""
