"""The calendar of a year for everybody: holidays, days worked instead, and what notices changed for an area (J1)."""

from __future__ import annotations

import calendar as months
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chunfeng.areas import codes
from chunfeng.benefits import engine
from chunfeng.benefits.actions import holidays
from chunfeng.core import calendar, scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import Refused
from chunfeng.core.models import SpecialDay
from chunfeng.web import asked
from chunfeng.web.guards import guarded, public
from chunfeng.web.people.common import Names
from chunfeng.web.places.common import find_area

YEARS = range(2004, 2100)


@public
@never_cache
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """Twelve months; `year` and `area` (code or full name) choose, the country today where they say nothing."""
    today = timezone.localdate()
    number = asked.key(request.GET.get("year"))
    chosen = number if number in YEARS else today.year
    text, wrong = request.GET.get("area", "").strip()[:200], ""
    actor = request.actor
    own = actor.area_code if actor else ""
    try:
        area = find_area(text, today) if text else own or codes.COUNTRY
    except ValidationError as error:
        area, wrong = codes.COUNTRY, " ".join(error.messages)
    first, last = date(chosen, 1, 1), date(chosen, 12, 31)
    with scope.applied(SYSTEM):  # notices that everybody may read
        rows = calendar.special_rows(area, tuple(codes.ancestors(area)), first, last)
        changed = calendar.areas_changed(first, last)
    names = Names()
    names.load({*changed, area, *(row.area_code for row in rows)})
    special = {row.day: row for row in rows}
    context = {
        "year": chosen,
        "before": chosen - 1 if chosen - 1 in YEARS else None,
        "after": chosen + 1 if chosen + 1 in YEARS else None,
        "area": area,
        "text": text,
        "wrong": wrong,
        "name": _name(names, area),
        "months": [_month(chosen, month, special) for month in range(1, 13)],
        "heads": [
            pgettext("weekday", "Mon"),
            pgettext("weekday", "Tue"),
            pgettext("weekday", "Wed"),
            pgettext("weekday", "Thu"),
            pgettext("weekday", "Fri"),
            pgettext("weekday", "Sat"),
            pgettext("weekday", "Sun"),
        ],
        "known": calendar.known(first),
        "changes": [(row, _name(names, row.area_code), row.area_code == own) for row in rows],
        "changed": [(code, _name(names, code)) for code in changed if code != area],
        "own": own == area and bool(own),
        "today": today,
    }
    return render(request, "web/policies/calendar.html", context, status=422 if wrong else 200)


@never_cache
@guarded("measure.put", "POST")
def change(request: HttpRequest) -> HttpResponse:
    """Days of the own area set or taken back by its leader."""
    given, now = request.POST, {"by": request.actor, "at": timezone.now()}
    first = asked.day(given.get("first"))
    if first is None:
        raise Refused(_("Choose a first and a last day, at most %(n)s days apart.") % {"n": holidays.MOST})
    if "back" in given:
        holidays.take_back(day=first, **now)
        messages.success(request, _("The yearly arrangement holds again on this day."))
    else:
        last = asked.day(given.get("last")) or first
        holidays.set_days(
            first=first, last=last, works=given.get("works") == "yes", source=given.get("source", ""), **now
        )
        messages.success(request, _("The days are set."))
    query = urlencode({"year": first.year, "area": request.actor.area_code})
    return redirect(f"{reverse('policy-calendar')}?{query}")


def _name(names: Names, code: str) -> str:
    return _("the whole country") if code == codes.COUNTRY else names.of(code)


def _month(year_: int, month: int, special: dict[date, SpecialDay]) -> dict[str, Any]:
    weeks = months.Calendar().monthdatescalendar(year_, month)
    return {
        "first": date(year_, month, 1),
        "weeks": [
            [_cell(day, special.get(day)) if day.month == month else None for day in week] for week in weeks
        ],
    }


def _cell(day: date, row: SpecialDay | None) -> dict[str, Any]:
    """A day with its class and its word: what a notice changed, a holiday, a day worked instead, a day of rest."""
    works, found = calendar.works_by_arrangement(day), calendar.holiday(day)
    name = found[engine.language() == "en"] if found else ""
    if row is not None and row.works != works:
        kind, word = (
            ("on", pgettext("calendar", "works")) if row.works else ("off", pgettext("calendar", "off"))
        )
    elif found and not works:
        kind, word = "holiday", name
    elif found:
        kind, word = "works", pgettext("calendar", "works")
    else:
        kind, word = ("", "") if works else ("rest", "")
    said = {
        "on": _("works by notice"), "off": _("off by notice"), "holiday": name,
        "works": _("worked instead of %(holiday)s") % {"holiday": name}, "rest": _("day of rest"),
    }.get(kind, "")  # fmt: skip
    return {"day": day, "kind": kind, "word": word, "says": said, "source": row.source if row else ""}
