"""The queue of pairs that may be one person, and the two records side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from chunfeng.core.actor import Actor
from chunfeng.core.crypto import mask
from chunfeng.people.choices import PairState
from chunfeng.people.models import Person, PossibleDuplicate
from chunfeng.people.queries import register

SHOWN = (
    *("name", "sex", "birth", "id_number", "area_code", "current_area", "work_area"),
    *("employer", "occupation", "note"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both records; the document number is masked, `differs` compares it in the open."""

    field: str
    label: Any
    kept: Any
    other: Any
    differs: bool
    """Both are stated and not the same."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two records and their fields; `same` when a merge by way of a third made them one already."""

    kept: Person
    other: Person
    lines: list[Line]

    @property
    def same(self) -> bool:
        """Both sides stand for one record by now."""
        return self.kept.pk == self.other.pk


def pairs(actor: Actor, state: str = PairState.OPEN) -> QuerySet[PossibleDuplicate]:
    """The pairs of the actor's area in one state, with both records fetched."""
    found = PossibleDuplicate.objects.filter(Q(area_code__gte=actor.lo, area_code__lt=actor.hi), state=state)
    return found.select_related("kept", "other").order_by("-pk")


def pair(actor: Actor, pk: int) -> PossibleDuplicate | None:
    """One pair in any state; None out of sight."""
    found = PossibleDuplicate.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return found.filter(pk=pk).first()


def side_by_side(actor: Actor, row: PossibleDuplicate) -> SideBySide | None:
    """What the two records stand for today, field by field; None where one is out of the actor's sight."""
    merged = row.state == PairState.MERGED
    sides = []
    for pk in (row.kept_id, row.other_id):
        # a merged pair shows what the two were, an open one what they stand for
        side = register.records(actor).filter(pk=pk).first() if merged else register.person(actor, pk)
        if side is None:
            return None
        sides.append(side)
    return SideBySide(sides[0], sides[1], [_line(field, *sides) for field in SHOWN])


def _line(field: str, kept: Person, other: Person) -> Line:
    column = Person._meta.get_field(field)
    first, second = getattr(kept, field), getattr(other, field)
    differs = bool(first and second and first != second)
    if field == "sex":
        first, second = (person.get_sex_display() if person.sex else "" for person in (kept, other))
    elif field == "id_number":
        first, second = mask(first or ""), mask(second or "")
    return Line(field, getattr(column, "verbose_name", field), first or "", second or "", differs)
