"""Service points and labour brokers: those of the actor's range, and those of the offices above."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.models import ServicePoint


def points(actor: Actor) -> QuerySet[ServicePoint]:
    """Points and brokers in sight, with their office fetched."""
    near = Q(area_code__gte=actor.lo, area_code__lt=actor.hi) | Q(area_code__in=actor.above)
    return ServicePoint.objects.filter(near).select_related("office")


def point(actor: Actor, pk: int) -> ServicePoint | None:
    """One of them; None out of sight."""
    return points(actor).filter(pk=pk).first()


def serving(rows: QuerySet[ServicePoint], code: str) -> QuerySet[ServicePoint]:
    """Those who serve a destination, or an area that contains it."""
    found = Q(works_in__contains=[code])
    for above in codes.ancestors(code):
        found |= Q(works_in__contains=[above])
    return rows.filter(found)


def about(rows: QuerySet[ServicePoint], text: str) -> QuerySet[ServicePoint]:
    """Those whose name or contact holds the text."""
    return rows.filter(Q(name__icontains=text) | Q(contact_name__icontains=text))
