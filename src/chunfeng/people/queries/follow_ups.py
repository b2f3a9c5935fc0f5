"""People who are asked again until the outcome is known, and the agency that is told."""

from __future__ import annotations

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.offices.choices import Line
from chunfeng.offices.models import Office
from chunfeng.people.models import FollowUp


def health_office(area_code: str) -> Office | None:
    """The health authority of an area: its own, else that of the nearest area above; None without one."""
    chain = [*codes.ancestors(area_code), area_code]
    rows = Office.objects.filter(area_code__in=chain, line=Line.HEALTH, active=True)
    return min(rows, key=lambda office: (-codes.level(office.area_code), office.code), default=None)


def follow_up(actor: Actor, pk: int) -> FollowUp | None:
    """One follow-up in sight."""
    rows = FollowUp.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi, pk=pk)
    return rows.select_related("person", "office", "partner").first()
