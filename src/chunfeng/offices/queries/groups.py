"""Which offices below have set up the leading group a notice asks for, and which have not (A2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Substr

from chunfeng.areas import codes
from chunfeng.offices.models import LeadingGroup, Office
from chunfeng.offices.queries.directory import area_names
from chunfeng.offices.queries.tree import below


def groups_below(
    office: Office, on: date, *, level: str | None = None, line: str | None = None
) -> QuerySet[Office]:
    """Offices below with `has_group` and `group_name`: a leading group in force on the day, if any."""
    running = LeadingGroup.objects.filter(office=OuterRef("pk"), set_up_on__lte=on).filter(
        Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=on)
    )
    name = Subquery(running.order_by("-set_up_on").values("name")[:1], output_field=CharField())
    rows = below(office, level=level, line=line).select_related("parent")
    return rows.annotate(has_group=Exists(running), group_name=Coalesce(name, Value("")))


def without_leading_group(
    office: Office, on: date, *, level: str | None = None, line: str | None = None
) -> QuerySet[Office]:
    """Offices below that have no leading group in force on the day."""
    return groups_below(office, on, level=level, line=line).filter(~Q(has_group=True))


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the offices of one area below have set up their group."""

    code: str
    name: str
    done: int
    due: int

    @property
    def percent(self) -> int:
        """Whole percent, 100 only when all have."""
        return self.done * 100 // self.due if self.due else 0


def group_progress(
    office: Office, on: date, *, level: str | None = None, line: str | None = None
) -> list[Progress]:
    """n of m for each area one level down, those furthest behind first. Two queries."""
    own = len(codes.prefix(office.area_code))
    width = next((n for n in (2, 4, 6, 9, 12, 15) if n > own), 15)
    rows = (
        groups_below(office, on, level=level, line=line)
        .order_by()
        .annotate(child=Concat(Substr("area_code", 1, width), Value(""), output_field=CharField()))
        .values_list("child")
        .annotate(due=Count("pk"), done=Count("pk", filter=Q(has_group=True)))
    )
    counted = [(_full(child), done, due) for child, due, done in rows]
    names = area_names([code for code, _done, _due in counted], on)
    found = [Progress(code, names[code], done, due) for code, done, due in counted]
    return sorted(found, key=lambda p: (p.percent, p.code))


def _full(child: str) -> str:
    return child.ljust(codes.BASE_LENGTH, "0") if len(child) < codes.BASE_LENGTH else child
