"""Entering people and putting their records right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people import keys, numbers
from chunfeng.people.actions import cleaning
from chunfeng.people.actions.common import (
    bounded,
    check_dataset,
    check_version,
    in_reach,
    in_sight,
    locked,
)
from chunfeng.people.models import Dataset, Household, Person, PersonDataset, PersonPhone
from chunfeng.people.queries import register as queries

MAX_PHONES = 8
COLUMNS = (
    *cleaning.TEXTS,
    *cleaning.PLACES,
    *("sex", "birth", "id_kind", "id_number", "id_hash", "id_doubt", "household_id"),
)


class AlreadyKnown(Refused):
    """The person is in the register; `person_id` says which record."""

    def __init__(self, message: str, person_id: int) -> None:
        super().__init__(message)
        self.person_id = person_id


@transaction.atomic
def add_person(
    *, dataset: Dataset, values: Mapping[str, Any], phones: Sequence[str] = (), by: Actor, at: datetime
) -> Person:
    """Enter a person into the register and into a dataset.

    `values`: `name` and `area_code` (home) and any other of `cleaning.FIELDS`. Birth and sex are taken from
    an identity number where they are not stated. Raises `AlreadyKnown` for a document or a twin (name with
    birth or phone) that is there already, `Refused` and `NotAllowed`.
    """
    roles.require(by, "person.change")
    check_dataset(dataset, by, at)
    on = timezone.localdate(at)
    checked = cleaning.clean({"name": "", "area_code": "", **values}, on)
    person = Person(made_at=at, changed_at=at)
    for field in checked.keys() - {*cleaning.DOCUMENT, *cleaning.HOUSEHOLD}:
        setattr(person, field, checked[field])
    in_reach(by, person)
    cleaning.take_document(person, checked, on)
    read = _numbers(phones)
    _not_there_yet(person, read, by)
    _put_into_household(person, checked, by)
    _saved(person, by)
    PersonDataset.objects.create(person=person, dataset=dataset, since=at)
    _write_phones(person, read)
    record("person.add", by=by, on=person, at=at, detail={"dataset": dataset.pk})
    return person


@transaction.atomic
def change_person(
    *, person: Person, version: int, values: Mapping[str, Any], by: Actor, at: datetime
) -> Person:
    """Put the given fields of a record right; the others stay. `version` is the one the actor looked at.

    The same change sent again does nothing. Raises `Refused` where somebody else changed the record
    meanwhile, and where the change would take the person out of the actor's own sight.
    """
    roles.require(by, "person.change")
    on = timezone.localdate(at)
    checked = cleaning.clean(values, on)
    row = locked(person, by)
    before = {field: getattr(row, field) for field in COLUMNS}
    for field in checked.keys() - {*cleaning.DOCUMENT, *cleaning.HOUSEHOLD}:
        setattr(row, field, checked[field])
    cleaning.take_document(row, checked, on)
    if not in_sight(by, row):
        raise Refused(
            _("After this change none of the person's areas would be yours. An office above both can do it.")
        )
    _put_into_household(row, checked, by)
    changed = sorted(field for field, value in before.items() if getattr(row, field) != value)
    if not changed:
        return row
    check_version(row, version)
    if "id_hash" in changed and row.id_number:
        _document_free(row, by)
    row.version += 1
    row.changed_at = at
    _saved(row, by)
    record("person.change", by=by, on=row, at=at, detail={"fields": changed})
    return row


@transaction.atomic
def set_phones(*, person: Person, numbers: Sequence[str], by: Actor, at: datetime) -> list[PersonPhone]:
    """Replace the telephone numbers by these, in their order; the same again does nothing.

    A number may belong to many people: villages share telephones.
    """
    roles.require(by, "person.change")
    read = _numbers(numbers)
    row = locked(person, by)
    held = list(row.phones.order_by("position", "pk"))
    if [phone.number for phone in held] == read:
        return held
    row.phones.all().delete()
    written = _write_phones(row, read)
    row.version += 1
    row.changed_at = at
    row.save(update_fields=["version", "changed_at"])
    record("person.phones", by=by, on=row, at=at, detail={"n": len(read)})
    return written


def _numbers(texts: Sequence[str]) -> list[str]:
    read = list(dict.fromkeys(numbers.phone_number(text) for text in texts if text and text.strip()))
    if len(read) > MAX_PHONES:
        raise Refused(_("At most %(n)s telephone numbers can be kept for a person.") % {"n": MAX_PHONES})
    return read


def _write_phones(person: Person, read: Sequence[str]) -> list[PersonPhone]:
    return PersonPhone.objects.bulk_create(
        PersonPhone(person=person, number=number, number_hash=keys.phone_hash(number), position=place)
        for place, number in enumerate(read)
    )


def _put_into_household(person: Person, given: Mapping[str, Any], by: Actor) -> None:
    """The household named, made where it is new; its cell and address filled in or put right."""
    if "household_number" not in given:
        return
    number = bounded(given["household_number"] or "", _("household number"), 40)
    if not number:
        person.household = None
        return
    if not by.sees(person.area_code):
        raise NotAllowed(_("Households are kept by the home area, which is not yours: leave it empty."))
    cell = (given.get("cell_code") or "").strip()
    if cell:
        cleaning.check_area(cell, _("ten-household cell"))
    household, _new = Household.objects.get_or_create(area_code=person.area_code, number=number)
    wanted = {"cell_code": cell, "address": bounded(given.get("address") or "", _("address"), 200) or None}
    changed = [field for field, value in wanted.items() if value and getattr(household, field) != value]
    for field in changed:
        setattr(household, field, wanted[field])
    if changed:
        household.save(update_fields=changed)
    person.household = household


def _not_there_yet(person: Person, phones: Sequence[str], by: Actor) -> None:
    if person.id_number:
        _document_free(person, by)
        return
    twins = queries.people(by).filter(name=person.name, area_code=person.area_code)
    shared = [keys_ for number in phones for keys_ in keys.phone_hashes(number)]
    same_phone = twins.filter(phones__number_hash__in=shared).first() if shared else None
    twin = same_phone or (twins.filter(birth=person.birth).first() if person.birth else None)
    if twin is not None:
        raise AlreadyKnown(
            _(
                "%(name)s is in the register (%(person)s), with the same home and the same phone or date of "
                "birth. Change that record, or enter the document number of the other person."
            )
            % {"name": person.name, "person": twin},
            twin.pk,
        )


def _document_free(person: Person, by: Actor) -> None:
    known = queries.by_document(by, person.id_number or "")
    if known is not None and known.pk != person.pk:
        raise AlreadyKnown(
            _("This document belongs to a person in the register (%(person)s). Open that record.")
            % {"person": known},
            known.pk,
        )


def _saved(person: Person, by: Actor) -> None:
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        if "person_once_per_document" not in str(error):
            raise
        _document_free(person, by)
        raise Refused(
            _(
                "This document is registered by another area, out of your sight. "
                "An office above both can enter your area with that person."
            )
        ) from None
