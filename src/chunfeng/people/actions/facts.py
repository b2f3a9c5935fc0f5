"""What is said about people, and the categories they belong to, each with its source and its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.people import batch
from chunfeng.people.actions import cleaning
from chunfeng.people.actions.common import bounded, locked
from chunfeng.people.choices import PLACED, VALUES, Category, FactKind, FactValue, Said
from chunfeng.people.models import Fact, Person, PersonCategory


@transaction.atomic
def state_fact(
    *,
    person: Person,
    kind: str,
    value: str,
    said: str,
    on: date,
    place: str = "",
    detail: str = "",
    source: str = "",
    key: str = "",
    by: Actor,
    at: datetime,
) -> Fact:
    """Add one statement about a person; nothing stated before is changed.

    `on` is the day it speaks of. With a `key` (made by the device that sends it) the same statement sent
    again returns the one there is; another statement under the same key is refused.
    """
    roles.require(by, "person.change")
    stated = _checked(kind, value, said, on, place, detail, source, at)
    key = bounded(key, "key", 80)
    row = locked(person, by)
    if key and (known := row.facts.filter(key=key).first()):
        return _same(known, stated)
    try:
        with transaction.atomic():
            fact = Fact.objects.create(
                person=row, key=key, office_id=by.office_id, by_name=by.name, at=at, **stated
            )
    except IntegrityError:
        return _same(row.facts.get(key=key), stated)
    record("person.fact", by=by, on=row, at=at, detail={"fact": fact.pk, "kind": kind, "said": said})
    return fact


@dataclass(frozen=True, slots=True)
class Statement:
    """One of several statements made at once; `key` as in `state_fact`."""

    kind: str
    value: str
    key: str
    on: date
    place: str = ""
    detail: str = ""


@batch.atomic
def state_facts(
    *,
    person: Person,
    statements: Sequence[Statement],
    said: str,
    source: str = "",
    told: datetime | None = None,
    fresh: bool = False,
    by: Actor,
    at: datetime,
) -> list[Fact]:
    """As `state_fact` for everything that one conversation says: all of it or nothing, in a few queries.

    `told` is when it was said, where that was before `at` (a telephone without network, a paper form);
    `fresh`: the keys were made a moment ago, so that nothing can be there under them.
    """
    roles.require(by, "person.change")
    stated = [
        (one.key, _checked(one.kind, one.value, said, one.on, one.place, one.detail, source, at))
        for one in statements
    ]
    row = locked(person, by)
    there = () if fresh else row.facts.filter(key__in=[key for key, _values in stated])
    known = {fact.key: fact for fact in there}
    new = [
        Fact(person=row, key=key, office_id=by.office_id, by_name=by.name, at=min(told or at, at), **values)
        for key, values in stated
        if key not in known
    ]
    for fact in Fact.objects.bulk_create(new):
        known[fact.key] = fact
        record("person.fact", by=by, on=row, at=at, detail={"fact": fact.pk, "kind": fact.kind, "said": said})
    return [_same(known[key], values) for key, values in stated]


def _checked(
    kind: str, value: str, said: str, on: date, place: str, detail: str, source: str, at: datetime
) -> dict[str, Any]:
    """The columns of a statement that can be; else `Refused`."""
    stated = {
        "kind": _choice(kind, FactKind, _("about")),
        "value": _choice(value, FactValue, _("statement")),
        "said": _choice(said, Said, _("said by")),
        "on": on,
        "place": place.strip(),
        "detail": bounded(detail, _("detail"), 500) or None,
        "source": bounded(source, _("source"), 200),
    }
    if value not in VALUES[kind]:
        raise Refused(
            _("“%(value)s” says nothing about “%(kind)s”. Choose one of: %(choices)s.")
            % {
                "value": FactValue(value).label,
                "kind": FactKind(kind).label,
                "choices": "、".join(str(each.label) for each in VALUES[kind]),
            }
        )
    if stated["place"]:
        if kind not in PLACED:
            raise Refused(_("A place goes with whereabouts and travel intention only."))
        cleaning.check_area(place.strip(), _("place"))
    if on > timezone.localdate(at):
        raise Refused(
            _("The day %(day)s lies in the future: give the day the statement speaks of.") % {"day": on}
        )
    return stated


@transaction.atomic
def set_category(
    *,
    person: Person,
    category: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
    source: str = "",
    by: Actor,
    at: datetime,
) -> PersonCategory:
    """Put a person into a category from one day to another.

    Where the category holds already on that day, it stays as it is, and an unknown first day or source is
    filled in.
    """
    roles.require(by, "person.change")
    _choice(category, Category, _("category"))
    if valid_to is not None and (valid_from is None or valid_to < valid_from):
        raise Refused(_("The last day must not lie before the first day, which must be known."))
    text = bounded(source, _("source"), 200)
    row = locked(person, by)
    held = row.categories.filter(category=category)
    if valid_from is not None:
        running = Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=valid_to or date.max)
        held = held.filter(running & begun)
    known = held.order_by("valid_to", "-pk").first()
    if known is None:
        made = PersonCategory.objects.create(
            person=row, category=category, valid_from=valid_from, valid_to=valid_to, source=text
        )
        record("person.category", by=by, on=row, at=at, detail={"category": category})
        return made
    gaps = {"valid_from": valid_from, "source": text}
    filled = [field for field, value in gaps.items() if value and not getattr(known, field)]
    for field in filled:
        setattr(known, field, gaps[field])
    if filled:
        known.save(update_fields=filled)
        record("person.category", by=by, on=row, at=at, detail={"category": category, "fields": filled})
    return known


@transaction.atomic
def end_category(*, category: PersonCategory, on: date, by: Actor, at: datetime) -> PersonCategory:
    """Say the last day of a category. The same day again does nothing; an ended one can be put right."""
    roles.require(by, "person.change")
    row = locked(category.person, by)
    held = PersonCategory.objects.select_for_update(of=("self",)).filter(pk=category.pk).first()
    if held is None:
        raise Refused(_("This category is no longer there."))
    if held.valid_from is not None and on < held.valid_from:
        raise Refused(_("The category begins on %(day)s: it cannot end before.") % {"day": held.valid_from})
    if held.valid_to != on:
        held.valid_to = on
        held.save(update_fields=["valid_to"])
        record(
            "person.category_end", by=by, on=row, at=at, detail={"category": held.category, "day": str(on)}
        )
    return held


def _same(known: Fact, stated: dict[str, object]) -> Fact:
    if any(getattr(known, field) != value for field, value in stated.items()):
        raise Refused(
            _("Another statement about this person was sent under the same key. It stands; look at it first.")
        )
    return known


def _choice(value: str, choices: type, label: str) -> str:
    if value not in choices.values:  # type: ignore[attr-defined]
        raise Refused(
            _("“%(value)s” is not a value of “%(label)s”. Choose one of: %(choices)s.")
            % {
                "value": value,
                "label": label,
                "choices": "、".join(str(each) for each in choices.labels),  # type: ignore[attr-defined]
            }
        )
    return value
