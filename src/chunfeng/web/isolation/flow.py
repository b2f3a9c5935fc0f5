"""The balance: before + opened = released + moved + still, day by day and area by area."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.people.queries import flow as queries
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.isolation import common
from chunfeng.web.people.common import Names

DAYS = 14
HEIGHT, STEP = 64, 22


@never_cache
@guarded("isolation.work")
def flow(request: HttpRequest) -> HttpResponse:
    """Two weeks of an area, and one day of the areas below it."""
    actor, today = request.actor, timezone.localdate()
    area = request.GET.get("area", "")
    area = area if _inside(area, actor) else actor.area_code
    day = asked.day(request.GET.get("on")) or today
    day = min(max(day, today - timedelta(60)), today)
    lines = queries.lines(area, today=today, days=DAYS)
    names = Names(actor)
    above = codes.parent(area) if area != actor.area_code else None
    shown = {
        "lines": lines,
        "day": day,
        "area": area,
        "name": names.of(area),
        "above": above if above and actor.sees(above) else "",
        "below": queries.below(area, common.areas_below(actor, area), day, today=today),
        "bars": _bars(lines),
        "wide": STEP * DAYS,
        "high": HEIGHT,
        "wrong": [line for line in lines if line.difference],
        "checked": any(line.kept for line in lines),
    }
    return render(request, "web/isolation/flow.html", shown)


def _bars(lines: list[queries.Line]) -> list[dict[str, Any]]:
    """The stock of each day as bars of a small picture, the oldest first."""
    most = max((line.still for line in lines), default=0) or 1
    return [
        {
            "line": line,
            "x": n * STEP + 3,
            "width": STEP - 6,
            "height": round(HEIGHT * line.still / most),
            "y": HEIGHT - round(HEIGHT * line.still / most),
        }
        for n, line in enumerate(reversed(lines))
    ]


def _inside(area: str, actor: Any) -> bool:
    try:
        codes.check(area)
    except codes.BadCode:
        return False
    return bool(actor.sees(area))
