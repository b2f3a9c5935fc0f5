"""Somebody who stands before the officer: found by the document, taken into sight, or entered anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.actions import cleaning
from chunfeng.people.actions.common import check_dataset, in_sight, required
from chunfeng.people.actions.register import AlreadyKnown, add_person
from chunfeng.people.imports import pairs
from chunfeng.people.imports.matching import Record
from chunfeng.people.models import Dataset, Person, PersonDataset
from chunfeng.people.queries import register


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody not yet in sight: `values` and `phones` as for `add_person`; `current_area` is where they stand."""

    dataset: Dataset
    values: Mapping[str, Any]
    phones: Sequence[str] = ()


@transaction.atomic
def arrive(*, newcomer: Newcomer, by: Actor, at: datetime) -> tuple[Person, bool]:
    """The record of somebody who is here; True where it was entered now.

    A document that is in the register under the same name is that person: out of sight until now, they come
    into sight by their present area, and the trail of their home area says who took them in. The same
    document under another name is refused. A twin in sight (`AlreadyKnown`) is left to the officer to decide;
    weaker likenesses go into the queue of possible duplicates.
    """
    roles.require(by, "person.change")
    here = str(newcomer.values.get("current_area") or "").strip()
    cleaning.check_area(here, _("now at"))
    if not by.sees(here):
        raise NotAllowed(_("The place where the person is lies outside your area."))
    name = required(" ".join(str(newcomer.values.get("name") or "").split()), _("name"), 60)
    document = str(newcomer.values.get("id_number") or "").strip()
    found = _known(document, name, here, by, at)
    if found is None:
        try:
            with transaction.atomic():
                made = add_person(
                    dataset=newcomer.dataset, values=newcomer.values, phones=newcomer.phones, by=by, at=at
                )
        except Refused:  # registered by somebody else at this moment?
            found = _known(document, name, here, by, at)
            if found is None:
                raise
        else:
            _look_for_twins(made, by, at)
            return made, True
    check_dataset(newcomer.dataset, by, at)
    PersonDataset.objects.get_or_create(person=found, dataset=newcomer.dataset, defaults={"since": at})
    return found, False


def move_here(person: Person, here: str, by: Actor, at: datetime) -> Person:
    """Write down where the person is now; the same place again does nothing. The row must be locked."""
    if here and person.current_area != here:
        cleaning.check_area(here, _("now at"))
        if not by.sees(here):
            raise NotAllowed(_("The place where the person is lies outside your area."))
        person.current_area = here
        person.version, person.changed_at = person.version + 1, at
        person.save(update_fields=["current_area", "version", "changed_at"])
        record("person.change", by=by, on=person, at=at, detail={"fields": ["current_area"]})
    return person


def _known(document: str, name: str, here: str, by: Actor, at: datetime) -> Person | None:
    """The person with this document, locked; one of another area has `here` as present area from now on."""
    if not document:
        return None
    with scope.applied(SYSTEM):
        found = register.by_document(SYSTEM, document)
        row = None if found is None else Person.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if row is None or row.merged_into_id is not None:
            return None
        if row.name != name:
            raise _other_name(row, by)
        if in_sight(by, row):
            return row
        row.current_area = here
        row.version, row.changed_at = row.version + 1, at
        row.save(update_fields=["current_area", "version", "changed_at"])
    record("person.arrive", by=by, on=row, at=at, area_code=row.area_code, detail={"here": here})
    return row


def _other_name(row: Person, by: Actor) -> Refused:
    if not in_sight(by, row):
        return Refused(
            _("This document stands in another area's register under another name. Compare both again.")
        )
    return AlreadyKnown(
        _("This document stands in the register under another name (%(person)s). Compare it again.")
        % {"person": row},
        row.pk,
    )


def _look_for_twins(person: Person, by: Actor, at: datetime) -> None:
    """The queue of possible duplicates, as an import fills it. A queue that is busy waits for the next import."""
    fresh = Record(
        pk=person.pk, fresh=True, name=person.name, sex=person.sex, birth=person.birth,
        area_code=person.area_code, current_area=person.current_area, work_area=person.work_area,
        employer=person.employer, occupation=person.occupation, note=person.note,
        has_document=bool(person.id_hash),
    )  # fmt: skip
    try:
        with transaction.atomic():
            pairs.queue([fresh], area_code=by.area_code, at=at)
    except IntegrityError:
        return
