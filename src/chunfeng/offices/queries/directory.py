"""The directory: finding offices, and everything one page about an office shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Substr

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.areas.models import Area
from chunfeng.core.crypto import mask
from chunfeng.offices.choices import Level, Line
from chunfeng.offices.models import (
    GroupMembership,
    LeadingGroup,
    Office,
    OfficeContact,
    Posting,
    Programme,
    Responsibility,
)
from chunfeng.offices.queries.postings import in_force
from chunfeng.offices.queries.tree import inside

MAX_ROWS = 200


def offices() -> QuerySet[Office]:
    """Every office in service, with the one it reports to. The directory of names is open to all staff."""
    return Office.objects.filter(active=True).select_related("parent")


def retired_offices() -> QuerySet[Office]:
    """Offices out of service."""
    return Office.objects.filter(active=False).select_related("parent")


def office_by_id(pk: int) -> Office | None:
    """One office, in service or not."""
    return Office.objects.select_related("parent").filter(pk=pk).first()


def offices_by_id(keys: Iterable[int]) -> list[Office]:
    """Offices in service with these keys, by area."""
    return list(
        Office.objects.filter(pk__in=list(keys)[:MAX_ROWS], active=True).order_by("area_code", "code")
    )


def office_by_code(code: str) -> Office | None:
    """The office in service with this code of the directory."""
    return Office.objects.filter(code=code, active=True).first()


def matching(rows: QuerySet[Office], text: str) -> QuerySet[Office]:
    """Offices whose name, short name, code or another name holds the text."""
    text = text.strip()
    return rows.filter(
        Q(name__icontains=text)
        | Q(short_name__icontains=text)
        | Q(code__istartswith=text)
        | Q(aliases__contains=[text])
    )


def suggest(text: str, *, lo: str = "", hi: str = "~", limit: int = 12) -> list[Office]:
    """Offices in service for a few typed characters: the one called or coded so, those that begin so, the
    rest, higher levels first. `lo` and `hi` keep to a range of area codes, `hi` outside it."""
    text = text.strip()
    if not text:
        return []
    rows = matching(Office.objects.filter(active=True, area_code__gte=lo, area_code__lt=hi), text)
    exact = Case(When(Q(name=text) | Q(code=text), then=Value(0)), default=Value(1))
    order = [str(level) for level in Level]

    def rank(office: Office) -> tuple[bool, bool, int]:
        other = text not in (office.name, office.code)
        return other, not office.name.startswith(text), order.index(office.level)

    return sorted(rows.order_by(exact, "area_code", "code")[: limit * 8], key=rank)[:limit]


def area_names(wanted: Iterable[str], on: date) -> dict[str, str]:
    """Names of areas by code, in one query; the code itself where the tables do not know it."""
    found = set(wanted)
    named = areas.areas(found, on)
    return {code: named[code].name if code in named else code for code in found}


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of the tree by area: the area, its own offices, and whether something lies below."""

    code: str
    name: str
    offices: list[Office]
    opens: bool


def branches(code: str, on: date) -> list[Branch]:
    """The areas directly below one, each with the offices at its seat. Four queries whatever the size."""
    below = areas.children(code, on)
    here = [area.code for area in below]
    seats: dict[str, list[Office]] = {c: [] for c in here}
    for office in Office.objects.filter(area_code__in=here, active=True).order_by("line", "code"):
        seats[office.area_code].append(office)
    deeper = _with_offices_below(below)
    return [Branch(a.code, a.name, _by_line(seats[a.code]), a.code in deeper) for a in below]


def at_seat(code: str) -> list[Office]:
    """Offices in service whose area is exactly this one, in the order of the lines of business."""
    return _by_line(list(Office.objects.filter(area_code=code, active=True).order_by("code")))


def by_line(area_code: str) -> list[tuple[Line, int]]:
    """How many offices in service each line of business has inside an area."""
    counts = dict(
        Office.objects.filter(inside(area_code), active=True)
        .values_list("line")
        .annotate(n=Count("pk"))
        .order_by("line")
    )
    return [(line, counts[line]) for line in Line if line in counts]


def line_roots(line: str, area_code: str) -> list[Office]:
    """The uppermost offices of one line inside an area: those whose chief is of another line or outside."""
    rows = Office.objects.filter(inside(area_code), line=line, active=True)
    lo, hi = codes.code_range(area_code)
    chief_inside = Q(parent__line=line, parent__area_code__gte=lo, parent__area_code__lt=hi)
    return list(with_children(rows.exclude(chief_inside), line).order_by("area_code", "code")[:MAX_ROWS])


def line_children(office: Office) -> list[Office]:
    """Offices of the same line that report to this one."""
    rows = Office.objects.filter(parent=office, line=office.line, active=True)
    return list(with_children(rows, office.line).order_by("area_code", "code")[:MAX_ROWS])


def with_children(rows: QuerySet[Office], line: str) -> QuerySet[Office]:
    """Adds `opens`: whether an office of the same line reports to it."""
    return rows.annotate(opens=Exists(Office.objects.filter(parent=OuterRef("pk"), line=line, active=True)))


@dataclass(frozen=True, slots=True)
class Masked:
    """A contact as everybody who may see it sees it first."""

    contact: OfficeContact
    phone: str
    mobile: str
    email: str


def masked_contacts(office: Office) -> list[Masked]:
    """The contacts of an office with masked numbers; none where the area is out of sight."""
    return [
        Masked(c, mask(str(c.phone or "")), mask(str(c.mobile or "")), _mask_email(str(c.email or "")))
        for c in office.contacts.order_by("id")
    ]


def contact_by_id(pk: int) -> OfficeContact | None:
    """One contact with its office, if in sight."""
    return OfficeContact.objects.select_related("office").filter(pk=pk).first()


def postings_at(office: Office, on: date) -> list[Posting]:
    """People posted to an office on a day, if in sight."""
    rows = office.postings.filter(in_force(on)).select_related("user").order_by("role", "id")
    return list(rows[:MAX_ROWS])


def groups_of(office: Office) -> list[LeadingGroup]:
    """Leading groups of an office with their memberships, those in force first."""
    rows = office.leading_groups.prefetch_related("memberships")
    return sorted(rows, key=lambda group: (group.dissolved_on is not None, group.set_up_on), reverse=False)


def group_by_id(pk: int) -> LeadingGroup | None:
    """One leading group with its office, if in sight."""
    return LeadingGroup.objects.select_related("office").filter(pk=pk).first()


def membership_by_id(pk: int) -> GroupMembership | None:
    """One membership with its group and office, if in sight."""
    return GroupMembership.objects.select_related("group__office").filter(pk=pk).first()


def programmes_of(office: Office) -> list[Programme]:
    """Programmes an office leads or is a partner of, with all partners."""
    rows = Programme.objects.filter(Q(office=office) | Q(partners=office)).distinct()
    return list(rows.select_related("office").prefetch_related("partners").order_by("id")[:MAX_ROWS])


def programme_by_id(pk: int) -> Programme | None:
    """One programme with its office, if in sight."""
    return Programme.objects.select_related("office").filter(pk=pk).first()


def responsible_for(area_code: str, on: date, *, history: bool = False) -> list[Responsibility]:
    """Who answers for an area on a day (or ever), in general first, then by programme."""
    rows = Responsibility.objects.filter(area_code=area_code).select_related("office", "programme")
    if not history:
        rows = rows.filter(in_force(on))
    return list(rows.order_by("programme_id", "-valid_from")[:MAX_ROWS])


def areas_without_responsible(area_code: str, on: date) -> tuple[list[Area], int]:
    """The areas directly below one that nobody answers for on a day, and how many there are."""
    below = areas.children(area_code, on)
    rows = Responsibility.objects.filter(in_force(on), programme=None, area_code__in=[a.code for a in below])
    named = set(rows.values_list("area_code", flat=True))
    return [area for area in below if area.code not in named], len(below)


def responsibility_by_id(pk: int) -> Responsibility | None:
    """One responsible person, if in sight."""
    return Responsibility.objects.select_related("office").filter(pk=pk).first()


def responsibilities(on: date) -> QuerySet[Responsibility]:
    """Everybody who answers for an area on a day, as far as in sight (A9, P12)."""
    return Responsibility.objects.filter(in_force(on)).select_related("office", "programme")


def _with_offices_below(rows: list[Area]) -> set[str]:
    """Which of these areas have an office strictly inside: one short look into the index for each."""
    width = Case(*(When(level=n, then=Value(sum(codes.WIDTHS[:n]))) for n in range(1, 8)), default=Value(0))
    end = Concat(Substr("code", 1, width), Value("~"), output_field=CharField())
    inside_it = Office.objects.filter(
        active=True, area_code__gt=OuterRef("code"), area_code__lt=OuterRef("end")
    )
    found = Area.objects.filter(pk__in=[row.pk for row in rows]).annotate(end=end).filter(Exists(inside_it))
    return set(found.values_list("code", flat=True))


def _by_line(found: list[Office]) -> list[Office]:
    order = {str(line): n for n, line in enumerate(Line)}
    return sorted(found, key=lambda office: (order[office.line], office.code))


def _mask_email(text: str) -> str:
    name, at, host = text.partition("@")
    return mask(name) + at + host if at else ""


def about_person_or_area(rows: QuerySet[Responsibility], text: str) -> QuerySet[Responsibility]:
    """Responsible persons whose name, area code or programme begins with or holds the text."""
    return rows.filter(
        Q(person__icontains=text) | Q(area_code__startswith=text) | Q(programme__name__icontains=text)
    )
