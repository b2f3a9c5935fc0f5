"""Which offices a form asks: by level, line of business, area or code, inside the area that asks."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.offices.models import Office
from chunfeng.reporting.definition import Reporter


def offices_asked(reporters: Iterable[Reporter], area_code: str) -> QuerySet[Office]:
    """Offices in service inside `area_code` that any of the entries names; what an entry says holds together."""
    lo, hi = codes.code_range(area_code)
    wanted = Q(pk__in=[])
    for each in reporters:
        wanted |= _named(each)
    return Office.objects.filter(wanted, active=True, area_code__gte=lo, area_code__lt=hi)


def _named(each: Reporter) -> Q:
    found = Q()
    if each.level:
        found &= Q(level=each.level)
    if each.line:
        found &= Q(line=each.line)
    if each.offices:
        found &= Q(code__in=each.offices)
    if each.area:
        lo, hi = codes.code_range(each.area)
        found &= Q(area_code__gte=lo, area_code__lt=hi)
    return found
