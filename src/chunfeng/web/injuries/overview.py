"""The day's figures of work injuries, by the areas below: a province sees its cities."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.benefits.queries import injuries as queries
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.isolation.common import areas_below
from chunfeng.web.people.common import Names

LONGEST = timedelta(days=366)


@never_cache
@guarded("injury.work")
def areas(request: HttpRequest) -> HttpResponse:
    """Taken in, decided, recognised from a day to a day (today where none is named), open and overdue at the end."""
    actor, today = request.actor, timezone.localdate()
    area = area_asked(request)
    until = min(asked.day(request.GET.get("until")) or today, today)
    since = asked.day(request.GET.get("since")) or until
    since = max(min(since, until), until - LONGEST)
    names = Names(actor)
    above = codes.parent(area) if area and area != actor.area_code else None
    rows: list[dict[str, Any]] = [
        {"code": code, "name": name, "n": figures, "below": codes.level(code) < 4}
        for code, name, figures in queries.by_area(areas_below(actor, area), since, until)
    ]
    context = {
        "area": area,
        "name": names.of(area),
        "above": above if above and actor.sees(above) else "",
        "since": since,
        "until": until,
        "total": queries.figures(*codes.code_range(area), since, until),
        "rows": rows,
    }
    return render(request, "web/injuries/areas.html", context)


def area_asked(request: HttpRequest) -> str:
    """The area a request names, where it is one in sight; else the actor's own."""
    area = request.GET.get("area", "")
    try:
        codes.check(area)
    except codes.BadCode:
        return str(request.actor.area_code)
    return area if request.actor.sees(area) else str(request.actor.area_code)
