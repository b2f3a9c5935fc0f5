"""Households and ten-household cells: who lives there, who answers for the cell, who is not visited yet (A11)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.offices import queries as offices
from chunfeng.offices.models import Responsibility
from chunfeng.people.choices import ContactKind
from chunfeng.people.models import ContactRecord, FollowUp, Household, Isolation, Person
from chunfeng.people.queries import due, register
from chunfeng.people.queries.due import Due

MOST_CELLS = 500


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a village (code "" for households without one) with its numbers; `due` are people not visited."""

    village: str
    code: str
    households: int
    people: int
    due: int = 0
    head: Responsibility | None = None


def households(actor: Actor) -> QuerySet[Any]:
    """Households of the actor's range, with `people`: how many of the register live there."""
    members = Person.objects.filter(household=OuterRef("pk"), merged_into__isnull=True).order_by()
    counted = members.values("household").annotate(n=Count("pk")).values("n")
    rows = Household.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.annotate(people=Coalesce(Subquery(counted), 0))


def household(actor: Actor, pk: int) -> Any:
    """One of them; None out of sight."""
    return households(actor).filter(pk=pk).first()


def members(actor: Actor, household: Household) -> QuerySet[Person]:
    """Who lives in it, as far as in sight."""
    return register.people(actor).filter(household=household).order_by("pk")


def members_of(actor: Actor, homes: list[Household]) -> QuerySet[Person]:
    """Who lives in any of these households, as far as in sight."""
    return register.people(actor).filter(household__in=[home.pk for home in homes]).order_by("pk")


def contacts_of(people: list[Person], most: int = 20) -> list[ContactRecord]:
    """The newest contacts with people and the records merged into them."""
    rows = ContactRecord.objects.filter(person__in=_family(people)).select_related("person", "office")
    return list(rows.order_by("-at", "-pk")[:most])


def open_work(people: list[Person]) -> tuple[list[FollowUp], list[Isolation]]:
    """Open follow-ups and isolations of people, as far as in sight."""
    ids = _family(people)
    follow_ups = FollowUp.objects.filter(person__in=ids, closed_at__isnull=True).select_related("person")
    standing = Isolation.objects.filter(person__in=ids, state="open").select_related("person")
    return list(follow_ups.order_by("next_on", "pk")), list(standing.order_by("ends_on", "pk"))


def not_visited(actor: Actor, on: date, within: str = "") -> dict[int, Due]:
    """Who came from an affected area and was not visited since, by serial number."""
    return {row.person: row for row in due.left(due.group(actor, ContactKind.VISIT, on, within=within))}


def cells(actor: Actor, on: date, within: str = "") -> list[Cell]:
    """The cells of an area with their heads and what is left to do, in the order of the codes.

    At most `MOST_CELLS`: choose a smaller area where there are more.
    """
    rows = Household.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    waiting = Person.objects.filter(pk__in=not_visited(actor, on, within), household__isnull=False)
    if within:
        lo, hi = codes.code_range(within)
        rows = rows.filter(area_code__gte=lo, area_code__lt=hi)
    counted = rows.values("area_code", "cell_code").annotate(
        n=Count("pk", distinct=True), people=Count("members", filter=Q(members__merged_into__isnull=True))
    )
    found = list(counted.order_by("area_code", "cell_code")[:MOST_CELLS])
    homes = waiting.order_by().values_list("household__area_code", "household__cell_code")
    left: Counter[tuple[str, str]] = Counter(homes)
    heads = heads_of([row["cell_code"] for row in found if row["cell_code"]], on)
    return [
        Cell(
            row["area_code"], row["cell_code"], row["n"], row["people"],
            left[row["area_code"], row["cell_code"]], heads.get(row["cell_code"]),
        )
        for row in found
    ]  # fmt: skip


def heads_of(cell_codes: list[str], on: date) -> dict[str, Responsibility]:
    """Who answers for each cell on a day, in general."""
    rows = offices.responsibilities(on).filter(area_code__in=cell_codes, programme__isnull=True)
    return {row.area_code: row for row in rows}


def _family(people: list[Person]) -> list[int]:
    """As `register.family` for many at once: a query for each generation of merged records."""
    found = new = {person.pk for person in people}
    while new:
        new = set(Person.objects.filter(merged_into__in=new).values_list("pk", flat=True)) - found
        found = found | new
    return sorted(found)
