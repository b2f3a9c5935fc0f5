"""A month over all units: who handed a list in, whose is checked, who is paid, who is late; by area."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.benefits.choices import WorkListState
from chunfeng.benefits.queries import worklists as queries
from chunfeng.web import asked
from chunfeng.web.claims.common import money
from chunfeng.web.guards import guarded
from chunfeng.web.injuries.overview import area_asked
from chunfeng.web.isolation.common import areas_below
from chunfeng.web.people.common import Names

TONES = {
    "none": "bad", "open": "", "returned": "warn", "submitted": "info", "checked": "info", "published": "info",
    "approved": "good", "paid": "good",
}  # fmt: skip
"""Colour of a state; the word always stands in it."""
WORDS: dict[str, Any] = {
    "none": pgettext_lazy("work list", "No list"),
    "paid": pgettext_lazy("work list", "Paid"),
} | {state.value: state.label for state in WorkListState}
USUAL_DAY = 10
"""Lists are usually asked for by this day of the next month; the page lets anybody choose another."""
SHOWN = 500


@never_cache
@guarded("worklist.work")
def worklists(request: HttpRequest) -> HttpResponse:
    """The units of an area in a month, and the areas below it."""
    actor, today = request.actor, timezone.localdate()
    month = month_asked(request.GET.get("month")) or (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    by = asked.day(request.GET.get("by")) or next_month(month).replace(day=USUAL_DAY)
    area = area_asked(request)
    lo, hi = codes.code_range(area)
    rows = [row for row in queries.standings(actor, month, by) if lo <= row.area_code < hi]
    names = Names(actor)
    names.load(row.area_code for row in rows[:SHOWN])
    above = codes.parent(area) if area and area != actor.area_code else None
    context = {
        "month": month,
        "by": by,
        "area": area,
        "name": names.of(area),
        "above": above if above and actor.sees(above) else "",
        "total": queries.tally(rows),
        "paid": money(queries.tally(rows).paid_fen),
        "below": [
            {"n": row, "paid": money(row.paid_fen)} for row in queries.by_area(rows, areas_below(actor, area))
        ],
        "rows": [
            {
                "row": row, "tone": TONES[row.state], "word": WORDS[row.state], "area": names.short(row.area_code),
                "granted": money(row.granted) if row.granted else "—", "paid": money(row.paid) if row.paid else "—",
            }
            for row in rows[:SHOWN]
        ],
        "hidden": max(len(rows) - SHOWN, 0),
    }  # fmt: skip
    return render(request, "web/worklists/home.html", context)


def month_asked(text: str | None) -> date | None:
    """The first day of a month written 2020-02."""
    return asked.day(f"{text}-01") if text and len(text) == 7 else None


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)
