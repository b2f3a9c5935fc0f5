"""Which offices below have set up the leading group a notice asks for, and which have not (A2)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.offices import queries
from chunfeng.offices.choices import Level, Line
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.places.common import day_of, found_or_404


def _line_choices() -> list[tuple[str, str]]:
    return [("own", _("own line")), *((str(line), str(line.label)) for line in Line)]


LIST = Listing(
    name="leading-groups",
    sort="area_code",
    search=queries.matching,
    columns=[
        Column("name", gettext_lazy("Office"), lambda o: o.name, order="name"),
        Column("group", gettext_lazy("Leading group"), lambda o: o.group_name or _("not set up")),
        Column("level", gettext_lazy("Level"), lambda o: o.get_level_display()),
        Column("area", gettext_lazy("Area code"), lambda o: o.area_code, order="area_code"),
        Column("parent", gettext_lazy("Reports to"), lambda o: o.parent.name if o.parent else ""),
    ],
    filters=[
        Filter("level", gettext_lazy("Level"), lambda: Level.choices, lambda rows, _v: rows),
        Filter("line", gettext_lazy("Line of business"), _line_choices, lambda rows, _v: rows),
        Filter(
            "state",
            gettext_lazy("Leading group"),
            lambda: [("missing", _("not set up")), ("there", _("set up"))],
            lambda rows, value: rows.filter(has_group=value == "there"),
        ),
    ],
)


@guarded("office.read")
def leading_groups(request: HttpRequest) -> HttpResponse:
    """The list with what is missing first in sight, and n of m for each area below."""
    actor = request.actor
    office = found_or_404(queries.office_by_id(actor.office_id))
    on = day_of(request)
    asked = request.GET.get("line", "")
    line = office.line if asked == "own" else asked if asked in Line.values else None
    level = request.GET.get("level") if request.GET.get("level") in Level.values else None
    rows = queries.groups_below(office, on, level=level, line=line)
    if LIST.wants_export(request):
        return LIST.export(request, rows)
    progress = queries.group_progress(office, on, level=level, line=line)
    page = LIST.page(request, rows)
    shown = {
        "tab": "groups",
        "page": page,
        "progress": progress,
        "done": sum(row.done for row in progress),
        "due": sum(row.due for row in progress),
        "office": office,
    }
    return render(request, "web/places/leading_groups.html", shown)
