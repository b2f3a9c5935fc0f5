"""Which texts are in force: the version of a measure that decides on a day in an area, and what refines it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.benefits.choices import MeasureState
from chunfeng.benefits.models import MeasureVersion
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM


def version_for(code: str, on: date, area: str) -> MeasureVersion | None:
    """The version of a measure that decides on a day in an area: the last one put in force for that day."""
    chain = [codes.COUNTRY, *codes.ancestors(area), area]
    rows = _in_force(on).filter(measure__code=code, refines="", measure__area_code__in=chain)
    rows = rows.select_related("measure")
    return rows.order_by("-valid_from", "-put_at", "-pk").first()


def versions_on(on: date, area: str) -> list[MeasureVersion]:
    """Of every measure that decides on a day in an area the version that does, as `version_for`, in one query."""
    chain = [codes.COUNTRY, *codes.ancestors(area), area]
    rows = _in_force(on).filter(refines="", measure__area_code__in=chain).select_related("measure__office")
    newest: dict[int, MeasureVersion] = {}
    for row in rows.order_by("-valid_from", "-put_at", "-pk"):
        newest.setdefault(row.measure_id, row)
    return list(newest.values())


def refinements(code: str, on: date, area: str) -> list[int]:
    """Keys of the versions of other texts that matter for a measure in an area on a day, the highest level first.

    These are the local texts that refine it, and the texts of its family to which it may have to give way.
    """
    return others(code, on)(area)


def others(code: str, on: date) -> Callable[[str], list[int]]:
    """`refinements` as a function of the area: one query for many areas."""
    rows = _in_force(on)
    families = rows.filter(measure__code=code, refines="").exclude(family="").values("family")
    family = Q(family__in=families, refines="") & ~Q(measure__code=code)
    order = ("measure__area_code", "measure_id", "-valid_from", "-put_at", "-pk")
    named = rows.filter(Q(refines=code) | family).order_by(*order)
    found = list(named.values_list("pk", "measure_id", "measure__area_code"))

    def within(area: str) -> list[int]:
        newest: dict[int, int] = {}
        for pk, measure, where in found:
            if where in (codes.COUNTRY, area) or where in codes.ancestors(area):
                newest.setdefault(measure, pk)
        return list(newest.values())

    return within


def texts_of(versions: Sequence[int]) -> tuple[str, ...]:
    """The texts of these versions, in their order, wherever they belong."""
    if not versions:
        return ()
    with scope.applied(SYSTEM):
        found = dict(MeasureVersion.objects.filter(pk__in=versions).values_list("pk", "text"))
    return tuple(found[pk] for pk in versions)


def _in_force(on: date) -> QuerySet[MeasureVersion]:
    return MeasureVersion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        state=MeasureState.IN_FORCE,
        valid_from__lte=on,
    )
