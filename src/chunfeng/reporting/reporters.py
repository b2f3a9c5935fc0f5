"""Which offices report a form (C8)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.offices.models import Office
from chunfeng.reporting.definition import FormDefinition, Reporter
from chunfeng.reporting.models import Form


@dataclass(frozen=True, slots=True)
class Owing:
    """An office that owes a form: minutes after the cut-off it has, and whether its figures are added up."""

    office: Office
    within: int
    counts: bool


def offices_asked(reporters: Iterable[Reporter], area_code: str) -> QuerySet[Office]:
    """Offices in service inside `area_code` that any of the entries names; what an entry says holds together."""
    lo, hi = codes.code_range(area_code)
    wanted = Q(pk__in=[])
    for reporter in reporters:
        wanted |= _asked(reporter)
    return Office.objects.filter(wanted, active=True, area_code__gte=lo, area_code__lt=hi)


def in_line(office_id: int | None, form: Form) -> bool:
    """Whether an office acts on a form for those below it: a partner agency only on forms of its own line (条)."""
    office = Office.objects.filter(pk=office_id or 0).only("is_partner", "line").first()
    return office is not None and (not office.is_partner or office.line == form.owner.line)


def reporters_of(form: Form, definition: FormDefinition) -> list[Owing]:
    """Offices in service that report: by level, line, area or code inside the owner's area. One query.

    In forms about areas the figures of an office count where no other reporting office lies strictly inside
    its area or, in the same area, reports to it: a township without village offices counts itself.
    """
    return _owing(form.area_code, definition)


def twice_told(area_code: str, definition: FormDefinition) -> tuple[Office, Office] | None:
    """Two offices that would both state one whole area, so that its figures were added twice; None if none do."""
    seen: dict[str, Office] = {}
    if definition.figures != "own":
        for each in _owing(area_code, definition):
            if each.counts:
                other = seen.setdefault(each.office.area_code, each.office)
                if other is not each.office:
                    return other, each.office
    return None


def _owing(area_code: str, definition: FormDefinition) -> list[Owing]:
    found = list(
        offices_asked(definition.reporters, area_code)
        .only("pk", "name", "area_code", "parent_id", "level", "line", "code")
        .order_by("area_code", "code")
    )
    areas = [office.area_code for office in found]
    chiefs = {(office.parent_id, office.area_code) for office in found}
    return [
        Owing(
            office,
            next(r.within for r in definition.reporters if _matches(r, office)),
            definition.figures == "own"
            or not (_has_inside(office.area_code, areas) or (office.pk, office.area_code) in chiefs),
        )
        for office in found
    ]


def reports_to(form: Form, definition: FormDefinition, office: Office) -> bool:
    """Whether this office is among those that report the form."""
    inside = codes.contains(form.area_code, office.area_code)
    return office.active and inside and any(_matches(each, office) for each in definition.reporters)


def _asked(reporter: Reporter) -> Q:
    found = Q()
    if reporter.level:
        found &= Q(level=reporter.level)
    if reporter.line:
        found &= Q(line=reporter.line)
    if reporter.offices:
        found &= Q(code__in=reporter.offices)
    if reporter.area:
        lo, hi = codes.code_range(reporter.area)
        found &= Q(area_code__gte=lo, area_code__lt=hi)
    return found


def _matches(reporter: Reporter, office: Office) -> bool:
    lo, hi = codes.code_range(reporter.area)
    return (
        (not reporter.level or reporter.level == office.level)
        and (not reporter.line or reporter.line == office.line)
        and (not reporter.offices or office.code in reporter.offices)
        and lo <= office.area_code < hi
    )


def _has_inside(area: str, areas: Sequence[str]) -> bool:
    """Whether a code of the sorted list lies strictly inside the area."""
    lo, hi = codes.code_range(area)
    same = bisect_right(areas, area) - bisect_left(areas, area)
    return bisect_left(areas, hi) - bisect_left(areas, lo) > same
