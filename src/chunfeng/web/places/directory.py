"""The directory of offices: the list, the tree by area, the tree by line of business."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.offices import queries
from chunfeng.offices.choices import Level, Line
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.places.common import day_of, found_or_404

DIRECTORY = Listing(
    name="offices",
    sort="area_code",
    search=queries.matching,
    columns=[
        Column("name", gettext_lazy("Office"), lambda o: o.name, order="name"),
        Column("code", gettext_lazy("Code"), lambda o: o.code, order="code"),
        Column("level", gettext_lazy("Level"), lambda o: o.get_level_display()),
        Column("line", gettext_lazy("Line of business"), lambda o: o.get_line_display()),
        Column("area", gettext_lazy("Area code"), lambda o: o.area_code, order="area_code"),
        Column("parent", gettext_lazy("Reports to"), lambda o: o.parent.name if o.parent else ""),
    ],
    filters=[
        Filter("level", gettext_lazy("Level"), lambda: Level.choices),
        Filter("line", gettext_lazy("Line of business"), lambda: Line.choices),
        Filter(
            "partner",
            gettext_lazy("Partner agency"),
            lambda: [("yes", _("yes")), ("no", _("no"))],
            lambda rows, value: rows.filter(is_partner=value == "yes"),
        ),
        Filter(
            "within",
            gettext_lazy("Where"),
            lambda: [("own", _("my area")), ("all", _("everywhere"))],
            lambda rows, value: rows,
        ),
    ],
)


@guarded("office.read")
def offices(request: HttpRequest) -> HttpResponse:
    """Every office in service; retired ones with `state=retired`."""
    actor = request.actor
    rows = queries.retired_offices() if request.GET.get("state") == "retired" else queries.offices()
    if request.GET.get("within") == "own":
        rows = rows.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    if DIRECTORY.wants_export(request):
        return DIRECTORY.export(request, rows)
    page = DIRECTORY.page(request, rows)
    return render(request, "web/places/offices.html", {"page": page, "tab": "list"})


@guarded("office.read")
def tree(request: HttpRequest) -> HttpResponse:
    """Offices by area, level by level; each branch is fetched when it is opened."""
    actor = request.actor
    on = day_of(request)
    at = _area_code(request.GET.get("at") or actor.area_code or codes.COUNTRY)
    chain = [*codes.ancestors(at), at]
    names = queries.area_names(chain, on)
    branches = queries.branches(at, on)
    shown = {
        "tab": "tree",
        "at": at,
        "name": names[at],
        "chain": [(code, names[code]) for code in chain[:-1]],
        "seat": queries.at_seat(at),
        **_branches(branches),
    }
    return render(request, "web/places/tree.html", shown)


@guarded("office.read")
def tree_part(request: HttpRequest, code: str) -> HttpResponse:
    """The branches below one area, for the tree that stands open already."""
    branches = queries.branches(_area_code(code), timezone.localdate())
    return render(request, "web/places/branches.html", _branches(branches))


def _branches(branches: list[queries.Branch]) -> dict[str, Any]:
    """Areas with offices one by one; those without in one line at the end."""
    return {"branches": branches, "empty": [b for b in branches if not (b.offices or b.opens)]}


@guarded("office.read")
def lines(request: HttpRequest) -> HttpResponse:
    """Offices by line of business (条): one line from the top down."""
    actor = request.actor
    area = actor.area_code or codes.COUNTRY
    counts = queries.by_line(area)
    line = request.GET.get("line", "")
    if line not in Line.values:
        line = str(counts[0][0]) if counts else str(Line.HRSS)
    shown = {"tab": "lines", "counts": counts, "line": line, "rows": queries.line_roots(line, area)}
    return render(request, "web/places/lines.html", shown)


@guarded("office.read")
def line_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The offices of the same line that report to one office."""
    office = found_or_404(queries.office_by_id(pk))
    return render(request, "web/places/line_rows.html", {"rows": queries.line_children(office)})


@guarded("office.read")
def suggest_office(request: HttpRequest) -> HttpResponse:
    """Options for a field that takes an office."""
    text = next((value for key, value in request.GET.items() if key != "csrfmiddlewaretoken"), "")
    rows: list[tuple[str, str]] = [
        (f"{o.code} {o.name}", o.get_level_display()) for o in queries.suggest(text[:60])
    ]
    return render(request, "web/places/options.html", {"rows": rows})


@guarded("area.read")
def suggest_area(request: HttpRequest) -> HttpResponse:
    """Options for a field that takes an area, as of today."""
    actor = request.actor
    text = next((value for key, value in request.GET.items() if key != "csrfmiddlewaretoken"), "").strip()
    on = timezone.localdate()
    within = actor.area_code if actor.area_code not in ("", codes.COUNTRY) else None
    found: list[Any] = areas.search(text[:60], on, within, limit=12) if text else []
    paths = areas.paths([area.code for area in found], on)
    rows = [(f"{area.code} {area.name}", paths[area.code]) for area in found]
    return render(request, "web/places/options.html", {"rows": rows})


def _area_code(text: str) -> str:
    try:
        return codes.check(text)
    except codes.BadCode as bad:
        raise Http404 from bad
