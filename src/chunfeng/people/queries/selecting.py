"""A part of the register, described by a small table of conditions that can be kept and counted again.

    {"area": code, "tie": "home" | "current" | "work", "category": code, "sex": "m" | "f",
     "fact": "kind:value", "destination": code, "campaign": key}

All of them are optional and hold together. `fact` and `destination` look at the newest statement of its kind;
`campaign` keeps to those whom that campaign has not reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.people.choices import VALUES, CallState, Category, FactKind, FactValue, Sex
from chunfeng.people.models import CallItem, Fact, Person, PersonCategory
from chunfeng.people.queries import register

TIES = {"home": "area_code", "current": "current_area", "work": "work_area"}
CONDITIONS = ("area", "tie", "category", "sex", "fact", "destination", "campaign")


def selected(actor: Actor, chosen: Mapping[str, Any], on: date) -> QuerySet[Person]:
    """The people in sight who meet every condition on that day. Raises `Refused` for a condition that is none."""
    wanted = read(chosen)
    rows = register.people(actor)
    if wanted["area"] or wanted["tie"]:
        lo, hi = codes.code_range(wanted["area"]) if wanted["area"] else (actor.lo, actor.hi)
        ties = [TIES[wanted["tie"]]] if wanted["tie"] else list(TIES.values())
        rows = rows.filter(within(lo, hi, *ties))
    if wanted["category"]:
        rows = rows.filter(Exists(held(wanted["category"], on)))
    if wanted["sex"]:
        rows = rows.filter(sex=wanted["sex"])
    if wanted["fact"]:
        kind, _colon, value = wanted["fact"].partition(":")
        rows = rows.alias(newest_word=newest(kind)).filter(newest_word=value)
    if wanted["destination"]:
        lo, hi = codes.code_range(wanted["destination"])
        rows = rows.alias(
            newest_wish=newest(FactKind.INTENTION), goes_to=newest(FactKind.INTENTION, "place")
        ).filter(newest_wish=FactValue.LEAVES, goes_to__gte=lo or "1", goes_to__lt=hi)
    if wanted["campaign"]:
        missed = CallItem.objects.filter(
            person=OuterRef("pk"), campaign=int(wanted["campaign"]), state=CallState.UNREACHED
        )
        rows = rows.filter(Exists(missed))
    return rows


def read(chosen: Mapping[str, Any]) -> dict[str, str]:
    """Every condition, "" where there is none. Raises `Refused` for a value that is none of its kind."""
    found = {name: str(chosen.get(name) or "").strip() for name in CONDITIONS}
    allowed = {
        "tie": list(TIES),
        "category": Category.values,
        "sex": Sex.values,
        "fact": [f"{kind}:{value}" for kind, values in VALUES.items() for value in values],
    }
    wrong = [name for name, values in allowed.items() if found[name] and found[name] not in values]
    if found["campaign"] and not (found["campaign"].isascii() and found["campaign"].isdecimal()):
        wrong.append("campaign")
    for name in ("area", "destination"):
        try:
            codes.check(found[name] or codes.COUNTRY)
        except codes.BadCode:
            wrong.append(name)
    if wrong or set(chosen) - set(CONDITIONS):
        names = "、".join(wrong or sorted(set(chosen) - set(CONDITIONS)))
        raise Refused(_("This choice of people cannot be used (%(names)s). Choose again.") % {"names": names})
    return found


def within(lo: str, hi: str, *columns: str) -> Q:
    """Any of the area columns inside the range; an empty code means "not known" and lies nowhere."""
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__gte": lo or "1", f"{column}__lt": hi})
    return found


def held(category: str, on: date) -> QuerySet[PersonCategory]:
    """For Exists over people: the category in force on the day."""
    rows = PersonCategory.objects.filter(person=OuterRef("pk"), category=category)
    rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on))
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def newest(kind: str, column: str = "value", *, until: date | None = None) -> Subquery:
    """For people: what the newest statement of a kind says, whoever made it; up to a day where one is given."""
    rows = Fact.objects.filter(person=OuterRef("pk"), kind=kind)
    if until is not None:
        rows = rows.filter(on__lte=until)
    return Subquery(rows.order_by("-on", "-at", "-pk").values(column)[:1])
