"""Everybody in isolation or monitored: what waits today, by area; search words stay out of addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.people.choices import IsolationState, Placement
from chunfeng.people.models import Isolation
from chunfeng.people.queries import isolation as queries
from chunfeng.people.queries import register
from chunfeng.web.guards import guarded
from chunfeng.web.isolation import common
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people.common import Names, open_text, seal_text

KEPT = ("what", "placement", "area")


@never_cache
@guarded("isolation.work")
def home(request: HttpRequest) -> HttpResponse:
    """One page of the list, open ones unless asked otherwise; `export=xlsx` gives the whole list."""
    actor, today = request.actor, timezone.localdate()
    names = Names(actor)
    listing = _listing(actor, names, today)
    rows = register.named(queries.standing(queries.isolations(actor), today))
    what = request.GET.get("what", "")
    if what not in dict(_WHATS):
        rows = rows.filter(state=IsolationState.OPEN)
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(row.area_code for row in page.rows)
    shown = {
        "page": page,
        "rows": [
            {"row": row, "area": names.short(row.area_code)} | common.stands(row, today) for row in page.rows
        ],
        "numbers": queries.numbers(actor, today),
        "what": what,
        "searched": common.searched(request),
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
        "today": today,
    }
    return render(request, "web/isolation/home.html", shown)


@guarded("isolation.work", "POST")
def find(request: HttpRequest) -> HttpResponse:
    """Take the search words and lead to the list under a token that only this user opens."""
    text = request.POST.get("text", "").strip()[:60]
    query = {name: request.POST[name][:40] for name in KEPT if request.POST.get(name)}
    if text:
        query["q"] = seal_text(text, request.actor)
    return redirect(reverse("isolation") + ("?" + urlencode(query) if query else ""))


_WHATS = (
    ("due", gettext_lazy("record due today")),
    ("overdue", gettext_lazy("yesterday's record missing")),
    ("ill", gettext_lazy("symptoms today or yesterday")),
    ("release", gettext_lazy("days are full")),
    ("ended", gettext_lazy("released or moved")),
    ("receipt", gettext_lazy("hand-over without receipt")),
)


def _narrow(rows: QuerySet[Isolation], what: str, today: date) -> QuerySet[Isolation]:
    match what:
        case "due":
            return queries.due(rows, today)
        case "overdue":
            return queries.overdue(rows, today)
        case "ill":
            return queries.ill(rows, today)
        case "release":
            return queries.releasable(rows, today)
        case "receipt":
            return rows.filter(state=IsolationState.RELEASED, handed_at__isnull=True).exclude(handed_to="")
    return rows.exclude(state=IsolationState.OPEN)


def _listing(actor: Actor, names: Names, today: date) -> Listing:
    return Listing(
        name="isolations",
        sort="ends_on",
        search=lambda rows, token: common.isolations_searched(rows, open_text(token, actor), actor),
        filters=[
            Filter("what", gettext_lazy("What"), lambda: _WHATS, apply=lambda r, v: _narrow(r, v, today)),
            Filter("placement", gettext_lazy("Placement"), _placements),
            Filter("area", gettext_lazy("Area"), lambda: common.areas_below(actor), apply=common.in_range),
        ],
        columns=[
            Column("name", gettext_lazy("Name"), common.name_of),
            Column("placement", gettext_lazy("Placement"), lambda r: r.get_placement_display()),
            Column("state", gettext_lazy("State"), lambda r: r.get_state_display()),
            Column("area", gettext_lazy("Area"), lambda r: names.short(r.area_code)),
            Column("days", gettext_lazy("Full days"), lambda r: f"{min(r.full, r.needed)}/{r.needed}"),
            Column("today", gettext_lazy("Today"), _today_of),
            Column("gaps", gettext_lazy("Days without a record"), lambda r: r.gaps, number=True),
            Column("starts", gettext_lazy("First day of isolation"), lambda r: r.starts_on, order="starts_on"),
            Column("ends", gettext_lazy("Release at the earliest on"), lambda r: _release(r, today), order="ends_on"),
            Column("office", gettext_lazy("Office"), lambda r: r.office.name),
        ],
    )  # fmt: skip


def _placements() -> Sequence[tuple[str, Any]]:
    return [(code, label) for code, label in Placement.choices if code != Placement.ENTER]


def _today_of(row: Any) -> str:
    return _("recorded") if row.seen_today else _("record due")


def _release(row: Any, today: date) -> Any:
    if row.state != IsolationState.OPEN:
        return timezone.localdate(row.ended_at) if row.ended_at else ""
    return common.stands(row, today)["release_on"] or _("days are full")
