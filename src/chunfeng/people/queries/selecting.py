"""Whom a message to many means: the filter of campaigns, narrowed to where people want to go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.choices import FactKind, FactValue
from chunfeng.people.models import Fact, Person
from chunfeng.people.queries import choosing
from chunfeng.people.queries.standing import word


def selected(actor: Actor, chosen: Mapping[str, Any], on: date) -> QuerySet[Person]:
    """The people in sight whom a filter means on a day: `choosing.Chosen` as JSON, and `destination`."""
    rows: QuerySet[Person] = choosing.who(actor, choosing.load(chosen), on)
    return going_to(rows, chosen["destination"]) if chosen.get("destination") else rows


def going_to(rows: QuerySet[Person], place: str, *, until: date | None = None) -> QuerySet[Person]:
    """Those whose word about it that stands is that they want to leave for the area or a place in it."""
    lo, hi = codes.code_range(place)
    # asked first, since it has an index of its own: whoever said so once
    said = Fact.objects.filter(kind=FactKind.INTENTION, value=FactValue.LEAVES).order_by().values("person")
    return rows.filter(pk__in=said).alias(
        wish=word(FactKind.INTENTION, until=until), goes_to=word(FactKind.INTENTION, "place", until=until)
    ).filter(wish=FactValue.LEAVES, goes_to__gte=lo or "1", goes_to__lt=hi)  # fmt: skip


def within(code: str, column: str) -> Q:
    """The column lies inside the area; an empty code means "not known" and lies nowhere."""
    lo, hi = codes.code_range(code)
    return Q(**{f"{column}__gte": lo or "1", f"{column}__lt": hi})
