"""The two trees of offices: by area code and by line of business (A20)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.offices.models import Office


def inside(area_code: str) -> Q:
    """Offices whose area is this one or lies inside it."""
    lo, hi = codes.code_range(area_code)
    return Q(area_code__gte=lo, area_code__lt=hi)


def below(
    office: Office, *, level: str | None = None, line: str | None = None, direct: bool = False
) -> QuerySet[Office]:
    """Offices in service below this one, by code.

    Below are the offices of every area strictly inside its own, and those of its own area that report to
    it. With `direct`, only those that report to it. Narrowed by `level` and `line` where given.
    """
    if direct:
        rows = Office.objects.filter(parent=office)
    else:
        rows = Office.objects.filter(inside(office.area_code)).exclude(pk=office.pk)
        rows = rows.filter(~Q(area_code=office.area_code) | Q(parent=office))
    rows = rows.filter(active=True)
    if level is not None:
        rows = rows.filter(level=level)
    if line is not None:
        rows = rows.filter(line=line)
    return rows.order_by("area_code", "code")
