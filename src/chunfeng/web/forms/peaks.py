"""Peak periods: stretches of days with denser reporting (M7)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import queries as areas
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import queries as offices
from chunfeng.reporting import actions, queries
from chunfeng.web import asked
from chunfeng.web.guards import guarded

FIELDS = ("name", "first_day", "last_day", "source", "area")


@guarded("form.read", "GET", "POST")
def peaks(request: HttpRequest) -> HttpResponse:
    """All peak periods in sight, and a form for a new one."""
    if request.method == "GET":
        return _page(request)
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    first, last = asked.day(typed["first_day"]), asked.day(typed["last_day"])
    try:
        if first is None or last is None:
            raise Refused(_("Give the first and the last day."))
        actions.add_peak_period(
            area_code=typed["area"] or request.actor.area_code,
            name=typed["name"],
            first_day=first,
            last_day=last,
            source=typed["source"],
            by=request.actor,
            at=timezone.now(),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return _refused(request, typed=typed, wrong=str(refusal))
    messages.success(request, _("The peak period is entered; what is owed in it is laid out anew."))
    return redirect("form-peaks")


@guarded("form.change", "POST")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a peak period end on another day."""
    found = queries.peak_by_id(pk)
    if found is None:
        raise Http404(_("This peak period does not exist or lies outside your area."))
    day, reason = asked.day(request.POST.get("on")), request.POST.get("reason", "")
    try:
        if day is None:
            raise Refused(_("Write the day as year-month-day, for example 2020-02-05."))
        actions.end_peak_period(peak=found, on=day, by=request.actor, at=timezone.now(), reason=reason)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _refused(request, ending=pk, wrong=str(refusal))
    messages.success(request, _("The peak period ends on %(day)s.") % {"day": day})
    return redirect("form-peaks")


def _refused(request: HttpRequest, **context: Any) -> HttpResponse:
    answer = _page(request, **context)
    answer.status_code = 422
    answer.roll_back = True
    return answer


def _page(
    request: HttpRequest, *, typed: dict[str, str] | None = None, wrong: str = "", ending: int | None = None
) -> HttpResponse:
    today = timezone.localdate()
    rows = queries.peak_periods()
    names = offices.area_names([row.area_code for row in rows], today)
    actor = request.actor
    shown = [
        {
            "row": row,
            "area": names.get(row.area_code, row.area_code),
            "now": row.first_day <= today <= row.last_day,
            "over": row.last_day < today,
            "mine": actor.sees(row.area_code),
            "wrong": wrong if ending == row.pk else "",
        }
        for row in reversed(rows)
    ]
    below = areas.children(actor.area_code, today) if actor.area_code else []
    context = {
        "peaks": shown,
        "areas": [(area.code, area.name) for area in below],
        "typed": typed or {},
        "wrong": wrong if ending is None else "",
        "today": today.isoformat(),
    }
    return render(request, "web/forms/peaks.html", context)
