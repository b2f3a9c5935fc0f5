"""Whom a message to many means: the filter of campaigns, narrowed to where people want to go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.choices import FactKind, FactValue
from chunfeng.people.models import Fact, Person
from chunfeng.people.queries import choosing


def selected(actor: Actor, chosen: Mapping[str, Any], on: date) -> QuerySet[Person]:
    """The people in sight whom a filter means on a day: `choosing.Chosen` as JSON, and `destination`."""
    rows: QuerySet[Person] = choosing.who(actor, choosing.load(chosen), on)
    return going_to(rows, chosen["destination"]) if chosen.get("destination") else rows


def going_to(rows: QuerySet[Person], place: str) -> QuerySet[Person]:
    """Those whose newest word about it is that they want to leave for the area or a place in it."""
    lo, hi = codes.code_range(place)
    # asked first, since it has an index of its own: whoever said so once
    said = Fact.objects.filter(kind=FactKind.INTENTION, value=FactValue.LEAVES).order_by().values("person")
    return rows.filter(pk__in=said).alias(
        wish=newest(FactKind.INTENTION), goes_to=newest(FactKind.INTENTION, "place")
    ).filter(wish=FactValue.LEAVES, goes_to__gte=lo or "1", goes_to__lt=hi)  # fmt: skip


def within(code: str, column: str) -> Q:
    """The column lies inside the area; an empty code means "not known" and lies nowhere."""
    lo, hi = codes.code_range(code)
    return Q(**{f"{column}__gte": lo or "1", f"{column}__lt": hi})


def newest(kind: str, column: str = "value", *, until: date | None = None) -> Subquery:
    """For people: what the newest statement of a kind says, whoever made it; up to a day where one is given."""
    rows = Fact.objects.filter(person=OuterRef("pk"), kind=kind)
    if until is not None:
        rows = rows.filter(on__lte=until)
    return Subquery(rows.order_by("-on", "-at", "-pk").values(column)[:1])
