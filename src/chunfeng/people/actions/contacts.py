"""What an office did with or for a person, written down once: calls, visits, registrations, services."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.events import record_read
from chunfeng.offices import roles
from chunfeng.people import batch
from chunfeng.people.actions import cleaning
from chunfeng.people.actions.common import bounded, in_reach, required, standing
from chunfeng.people.choices import ContactKind, Outcome
from chunfeng.people.models import CallItem, ContactRecord, FollowUp, Person
from chunfeng.people.queries import contacts as queries
from chunfeng.people.queries import register
from chunfeng.people.queries.contacts import Line
from chunfeng.people.scripts import Script, complete

MOST_ANSWERS = 20_000
"""Characters of one set of answers."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The sealed part of a contact: questions with their answers, and the note."""

    lines: list[Line]
    note: str


@batch.atomic
def record_contact(
    *,
    person: Person,
    kind: str,
    outcome: str = Outcome.REACHED,
    script: Script | None = None,
    answers: Mapping[str, Any] | None = None,
    note: str = "",
    place: str = "",
    origin: str = "",
    moves_in: str = "",
    item: CallItem | None = None,
    follow_up: FollowUp | None = None,
    source: str = "",
    key: str,
    by: Actor,
    at: datetime,
    received_at: datetime | None = None,
) -> tuple[ContactRecord, bool]:
    """Write one contact down; True where it is new. What the answers bring about is `effects.carry_out`'s.

    `key` is made by the device: the same contact sent again under it gives the record there is and False,
    another one is refused. `answers` maps questions of `script` to codes, lists of codes, texts, numbers or
    days as text, and must reach its end (`BadAnswers` names what is open); only somebody spoken with answers.
    `at` is the device's clock, `received_at` ours: a clock that runs ahead is set to ours. A person whose
    record was merged meanwhile counts as the one that stands. Raises `Refused`, `NotAllowed`.
    """
    roles.require(by, "call.work" if kind == ContactKind.CALL else "contact_record.write")
    given = _given(kind, outcome, answers or {})
    way = complete(script, given) if script and outcome == Outcome.REACHED else None
    key = required(key, "key", 80)
    row = standing(person, by)
    stated = {
        "kind": kind,
        "outcome": outcome,
        "branch": way.branch if way else "",
        "script": script.code if script else "",
        "answers": _sealed(way.answers if way else given),
        "note": bounded(note, _("note"), 1000) or None,
        "place": bounded(" ".join(place.split()), _("where"), 120),
        "origin": _area(origin, _("came from")),
        "moves_in": _area(moves_in, _("may move within")),
        "item_id": item.pk if item else None,
        "follow_up_id": follow_up.pk if follow_up else None,
        "source": bounded(source, _("source"), 300),
    }
    if (known := _there(key)) is not None:
        return _same(known, row, stated), False
    now = received_at or at
    made = ContactRecord(
        person=row, key=key, office_id=by.office_id, area_code=item.area_code if item else _where(row, by),
        by_name=by.name, at=min(at, now), received_at=now, **stated,
    )  # fmt: skip
    if (known := _save(made)) is not None:
        return _same(known, row, stated), False
    record(
        "contact.record", by=by, on=made, at=now, detail={"kind": kind, "outcome": outcome, "person": row.pk}
    )
    return made, True


def open_answers(*, contact: ContactRecord, by: Actor) -> Opened:
    """Answers and note in the open, for those whose work it is (`queries.contacts.may_open`); the trail names them."""
    roles.require(by, "contact_record.write")
    in_reach(by, contact.person)
    if not queries.may_open(by, contact):
        raise NotAllowed(
            _("The answers are opened by the office that wrote them and by those who care for the person.")
        )
    found = Opened(queries.in_words(contact), contact.note or "")
    record_read("contact.open", by=by, on=contact, detail={"kind": contact.kind, "person": contact.person_id})
    return found


def _given(kind: str, outcome: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without empty ones, of a kind and an outcome that can be."""
    if kind not in ContactKind.values or outcome not in Outcome.values:
        raise Refused(
            _("“%(value)s” is not a kind or outcome of a contact.") % {"value": f"{kind}/{outcome}"}
        )
    given = {question: answer for question, answer in answers.items() if answer not in (None, "", [])}
    if given and outcome != Outcome.REACHED:
        raise Refused(
            _("Nobody was spoken with (%(outcome)s), so there are no answers.")
            % {"outcome": Outcome(outcome).label}
        )
    return given


def _there(key: str) -> ContactRecord | None:
    """The contact under a key; a key that the batch knows to be free is looked for once."""
    known = ContactRecord.objects.filter(key=key).first() if batch.recall(("free key", key)) is None else None
    batch.forget(("free key", key))
    return known


def _save(made: ContactRecord) -> ContactRecord | None:
    """Keep the record; the one that another request kept under its key at the same moment, where there is one."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "key" not in str(error):
            raise
        known = ContactRecord.objects.filter(key=made.key).first()
        if known is None:
            raise Refused(_("This key belongs to a record out of your sight. Take a new one.")) from None
        return known
    return None


def _where(person: Person, by: Actor) -> str:
    """Where the contact counts: the area that makes the person the actor's concern, the present one first."""
    own = (person.current_area, person.area_code, person.work_area)
    return next(code for code in own if code and by.sees(code))


def _same(known: ContactRecord, person: Person, stated: Mapping[str, Any]) -> ContactRecord:
    same_person = known.person_id == person.pk or known.person_id in register.family(person)
    if not same_person or any(getattr(known, field) != value for field, value in stated.items()):
        raise Refused(
            _(
                "Another contact was sent under the same key. The first one stands; take a new key for this one."
            )
        )
    return known


def _sealed(answers: Mapping[str, Any]) -> str | None:
    if not answers:
        return None
    text = json.dumps(answers, ensure_ascii=False, sort_keys=True)
    if len(text) > MOST_ANSWERS:
        raise Refused(_("The answers are too long. Put what matters into the note, in a few words."))
    return text


def _area(code: str, label: Any) -> str:
    code = code.strip()
    if code:
        cleaning.check_area(code, label)
    return code
