"""Which rules are in force where a person stays, and where that is."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.models import Person, PlacementRule
from chunfeng.people.placement.choosing import Weighed, weigh
from chunfeng.people.queries import affected


def in_force(at_area: str, on: date) -> QuerySet[PlacementRule]:
    """The rules of the offices of an area and above it that are in force on a day."""
    chain = [*codes.ancestors(at_area), at_area]
    rows = PlacementRule.objects.filter(affected.in_force_rules(on), area_code__in=chain)
    return rows.select_related("office", "emergency", "clause__notice")


def weighed(at_area: str, exposure: str, symptoms: bool | None, on: date) -> list[Weighed]:
    """Every rule in force where the person stays, with what became of it; the one that applies first."""
    return weigh(in_force(at_area, on), exposure, symptoms)


def stay_area(person: Person, by: Actor, on: date) -> str:
    """Where the person stays in the actor's sight: now, else at home, else at work; else the actor's own area.

    A current area that counts as affected is where the person came from, not where they are.
    """
    for code in (person.current_area, person.area_code, person.work_area):
        if code and by.sees(code) and not affected.is_affected(code, by.area_code or person.area_code, on):
            return code
    fallback = next((code for code in (person.area_code, person.current_area) if code and by.sees(code)), "")
    return fallback or by.area_code
