"""Health records of a whole village on one page, without a script: one tap each, one button."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import health
from chunfeng.people.choices import IsolationState
from chunfeng.people.queries import isolation as queries
from chunfeng.people.queries import register
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.isolation import common
from chunfeng.web.people.common import Names

MOST = 60
"""People on one page."""


@never_cache
@guarded("isolation.work", "GET", "POST")
def today(request: HttpRequest) -> HttpResponse:
    """The people of an area whose record of a day is missing, or all of them; POST saves what was filled in."""
    now = timezone.localdate()
    day = asked.day(request.GET.get("on")) or now
    day = min(day, now)
    area = request.GET.get("area", "")
    area = area if area and _is_code(area) and request.actor.sees(area) else ""
    if request.method == "POST":
        return _save(request, day, area)
    return _page(request, day, area)


def _save(request: HttpRequest, day: date, area: str) -> HttpResponse:
    wanted = asked.keys(request.POST.getlist("row"))[:MOST]
    rows = {row.pk: row for row in queries.isolations(request.actor).filter(pk__in=wanted)}
    saved, errors = 0, {}
    for pk in wanted:
        given = _given(request, pk)
        if pk not in rows or given is None:
            continue
        try:
            if given.pop("conflict"):
                raise Refused(_("Both “no symptoms” and symptoms are ticked."))
            with transaction.atomic():
                _row, new = health.record_health(
                    isolation=rows[pk], on=day, by=request.actor, at=timezone.now(), **given
                )
            saved += new
        except NotAllowed:
            raise
        except Refused as refused:
            errors[pk] = str(refused)
    if saved:
        messages.success(
            request, ngettext("%(n)s record is saved.", "%(n)s records are saved.", saved) % {"n": saved}
        )
    if errors:
        return _page(request, day, area, errors=errors, status=422)
    query = {name: request.GET[name] for name in ("on", "area", "all", "after") if request.GET.get(name)}
    if "all" not in query:
        query.pop("after", None)  # those saved leave the list: it begins anew
    return redirect(reverse("isolation-today") + ("?" + urlencode(query) if query else ""))


def _given(request: HttpRequest, pk: int) -> dict[str, Any] | None:
    """What was filled in for one person; None for nothing: a row left empty says nothing."""
    post = request.POST
    well, chips = bool(post.get(f"well-{pk}")), post.getlist(f"symptoms-{pk}")
    degrees, other = post.get(f"temperature-{pk}", "").strip(), post.get(f"other-{pk}", "").strip()
    if not (well or chips or degrees or other):
        return None
    return {
        "temperature": degrees,
        "symptoms": () if well else chips or None,
        "other": other,
        "key": post.get(f"key-{pk}", "")[:80] or common.new_key(),
        "conflict": well and bool(chips or other),
    }


def _page(
    request: HttpRequest, day: date, area: str, *, errors: dict[int, str] | None = None, status: int = 200
) -> HttpResponse:
    actor, every = request.actor, request.GET.get("all") == "1"
    held = queries.standing(
        queries.isolations(actor).filter(state=IsolationState.OPEN, starts_on__lte=day), day
    )
    if area:
        held = common.in_range(held, area)
    rows = held if every else held.filter(seen_today=False)
    if errors:
        rows = held.filter(pk__in=[*errors])
    after = asked.key(request.GET.get("after"))
    if after and not errors:
        rows = rows.filter(pk__gt=after)
    found = list(register.named(rows).order_by("pk")[: MOST + 1])
    more, found = len(found) > MOST, found[:MOST]
    names = Names(actor)
    names.load(row.area_code for row in found)
    shown = {
        "day": day,
        "today": timezone.localdate(),
        "days": [timezone.localdate() - timedelta(n) for n in range(3)],
        "area": area,
        "area_name": names.of(area) if area else "",
        "areas": common.areas_below(actor, area),
        "every": every,
        "cards": [_card(request, row, day, names, (errors or {}).get(row.pk, "")) for row in found],
        "total": held.count(),
        "left": held.filter(seen_today=False).count(),
        "chips": common.symptom_choices(),
        "next": "?" + urlencode(_query(request) | {"after": found[-1].pk}) if more else "",
        "query": request.GET.urlencode(),
        "base": urlencode(_query(request)),
    }
    return render(request, "web/isolation/today.html", shown, status=status)


def _card(request: HttpRequest, row: Any, day: date, names: Names, error: str) -> dict[str, Any]:
    post = request.POST
    return {
        "row": row,
        "name": common.name_of(row),
        "area": names.short(row.area_code),
        "number": (day - row.starts_on).days + 1,
        "key": post.get(f"key-{row.pk}") or common.new_key(),
        "error": error,
        "temperature": post.get(f"temperature-{row.pk}", ""),
        "well": bool(post.get(f"well-{row.pk}")),
        "symptoms": post.getlist(f"symptoms-{row.pk}"),
        "other": post.get(f"other-{row.pk}", ""),
    } | common.stands(row, day)


def _query(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("on", "area", "all") if request.GET.get(name)}


def _is_code(text: str) -> bool:
    try:
        codes.check(text)
    except codes.BadCode:
        return False
    return True
