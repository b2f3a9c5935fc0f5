"""Values as people give them, made into columns of the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core import identifiers
from chunfeng.core.errors import Refused
from chunfeng.offices.actions.common import bounded, required
from chunfeng.people import batch, keys, numbers
from chunfeng.people.choices import Doubt, IdKind, Sex
from chunfeng.people.models import Person

TEXTS = {"name": 60, "employer": 120, "occupation": 60, "note": 300}
PLACES = ("area_code", "current_area", "work_area")
DOCUMENT = ("id_kind", "id_number")
HOUSEHOLD = ("household_number", "cell_code", "address")
FIELDS = (*TEXTS, *PLACES, "sex", "birth", *DOCUMENT, *HOUSEHOLD)
"""What can be entered. `household_number` "" takes a person out of the household."""
EARLIEST = date(1850, 1, 1)


@dataclass(frozen=True, slots=True)
class Document:
    """The columns of a document number."""

    id_kind: str = ""
    id_number: str | None = None
    id_hash: str | None = None
    id_doubt: str = ""


def clean(values: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The plain columns among `values`, checked one by one; documents and households are left as they are."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"not fields of a person: {sorted(unknown)}")
    checked = dict(values)
    for field in TEXTS.keys() & checked.keys():
        check = required if field == "name" else bounded
        checked[field] = check(" ".join((checked[field] or "").split()), _label(field), TEXTS[field])
    for field in PLACES:
        if field in checked:
            checked[field] = (checked[field] or "").strip()
            if checked[field] or field == "area_code":
                check_area(checked[field], _label(field))
    if checked.get("sex") not in (None, *Sex.values):
        raise Refused(_("“%(value)s” is not a sex: choose m or f.") % {"value": checked["sex"]})
    if "sex" in checked:
        checked["sex"] = checked["sex"] or ""
    birth = checked.get("birth")
    if birth is not None and not EARLIEST <= birth <= on:
        raise Refused(_("Nobody here was born on %(day)s: check the date of birth.") % {"day": birth})
    return checked


def check_area(code: str, label: Any) -> None:
    """A code of an area that is or was in the tables; a site without the tables checks the form only."""
    if not code:
        raise Refused(_("“%(label)s” is empty: fill it in.") % {"label": label})
    try:
        codes.check(code)
    except codes.BadCode as bad:
        raise Refused(_("Check the code: %(why)s") % {"why": bad}) from None
    if not batch.once(("area", code), lambda: _known(code)):
        raise Refused(
            _("No area has the code %(code)s. Look it up under “Areas”, or add the zone there first.")
            % {"code": code}
        )


def _known(code: str) -> bool:
    return bool(areas.history(code)) or not areas.history(codes.COUNTRY)


def identify(kind: str, text: str, on: date) -> tuple[Document, identifiers.Identifier | None]:
    """The columns of a number somebody typed, and what it says; empty columns for an empty text."""
    if not text or not text.strip():
        return Document(), None
    if kind == IdKind.OTHER:
        number = numbers.other_document(text)
        return Document(IdKind.OTHER, number, keys.document_hash(number)), None
    read = identifiers.citizen_id(text)
    if read.birth > on:
        raise identifiers.BadIdentifier(
            _(
                "The number “%(text)s” names a date of birth in the future (%(day)s): compare it with the document."
            )
            % {"text": text.strip(), "day": read.birth}
        )
    doubts = [*read.doubts]
    if read.kind == identifiers.CITIZEN and identifiers.AREA not in doubts and not _in_use(read.area, on):
        doubts.insert(0, identifiers.AREA)
    return Document(read.kind, read.number, keys.document_hash(read.number), ",".join(doubts)), read


def take_document(person: Person, given: Mapping[str, Any], on: date) -> None:
    """Put the document into the person; fill birth and sex it tells, or note that they differ."""
    if {"id_number", "id_kind"} & given.keys():
        text = given.get("id_number", person.id_number)
        document, _read = identify(given.get("id_kind", person.id_kind), text or "", on)
        if document.id_number != person.id_number or document.id_kind != person.id_kind:
            person.id_kind, person.id_number = document.id_kind, document.id_number
            person.id_hash, person.id_doubt = document.id_hash, document.id_doubt
    doubts = [d for d in person.id_doubt.split(",") if d and d not in (Doubt.BIRTH, Doubt.SEX)]
    if person.id_number and person.id_kind != IdKind.OTHER:
        told = identifiers.citizen_id(person.id_number)
        person.birth = person.birth or told.birth
        person.sex = person.sex or told.sex
        doubts += [Doubt.BIRTH] if person.birth != told.birth else []
        doubts += [Doubt.SEX] if person.sex != told.sex else []
    person.id_doubt = ",".join(doubts)


def _in_use(part: str, on: date) -> bool:
    if areas.area(part + "000000", on) is not None:
        return True
    return not areas.history(codes.COUNTRY)


def _label(field: str) -> Any:
    return getattr(Person._meta.get_field(field), "verbose_name", field)
