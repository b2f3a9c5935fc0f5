"""The rows behind the figures: entries of a round by area, state, branch and caller, and those that are contested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.choices import CallState, Outcome
from chunfeng.people.models import CallItem, Campaign
from chunfeng.people.models.census import OPEN_CALLS
from chunfeng.people.queries import callers as calling
from chunfeng.people.queries import census
from chunfeng.web.census import words
from chunfeng.web.census.board import area_asked, frame
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people import common

OPEN = "open"
MOST_CONFLICTS = 100


@never_cache
@guarded("campaign.run")
def entries(request: HttpRequest, pk: int) -> HttpResponse:
    """One page of the entries; `export=xlsx` gives them all, telephones masked."""
    actor: Actor = request.actor
    row = common.found_or_404(census.campaign(actor, pk))
    area = area_asked(request, actor)
    names = common.Names(actor)
    listing = _listing(row, area, names, calling.callers(actor, timezone.localdate()))
    rows = census.items(actor, row).prefetch_related("person__phones")
    if listing.wants_export(request):
        names.load(census.villages(actor, row))
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load([area, *(item.area_code for item in page.rows)])
    caller = request.GET.get("caller", "")
    context = frame(request, row, "unreached" if request.GET.get("state") == CallState.UNREACHED else "entries") | {
        "page": page,
        "area": area,
        "area_name": names.of(area) if area else "",
        "caller": caller,
        "callers": calling.callers(actor, timezone.localdate()) if area or caller else [],
        "tones": words.TONES,
    }  # fmt: skip
    return render(request, "web/census/entries.html", context)


@never_cache
@guarded("campaign.run")
def conflicts(request: HttpRequest, pk: int) -> HttpResponse:
    """Entries whose answers differ, each with both."""
    actor: Actor = request.actor
    row = common.found_or_404(census.campaign(actor, pk))
    branches = words.branches(words.script_of(row))
    names = common.Names(actor)
    found = list(census.contested(actor, row)[:MOST_CONFLICTS])
    names.load(item.area_code for item in found)
    context = frame(request, row, "conflicts") | {
        "rows": [
            {
                "item": item,
                "place": names.short(item.area_code),
                "sides": [
                    {"contact": side, "branch": branches.get(side.branch, side.branch)}
                    for side in (item.contact, item.contested)
                    if side
                ],
            }
            for item in found
        ]
    }
    return render(request, "web/census/conflicts.html", context)


def _listing(row: Campaign, area: str, names: common.Names, callers: Sequence[calling.Caller]) -> Listing:
    branches = words.branches(words.script_of(row))
    people = {str(caller.user_id): caller.name for caller in callers}
    return Listing(
        name="census",
        sort="area_code",
        filters=[
            Filter("area", gettext_lazy("Area"), lambda: [(area, names.of(area))] if area else [], apply=_in_area),
            Filter("state", pgettext_lazy("call list", "Standing"),
                   lambda: [(OPEN, _("still to be called")), *CallState.choices], apply=_in_state),
            Filter("branch", gettext_lazy("Result"), lambda: [pair for pair in branches.items() if pair[0]]),
            Filter("outcome", gettext_lazy("Last outcome"), lambda: Outcome.choices),
            Filter("caller", gettext_lazy("Caller"), lambda: [("0", _("nobody yet")), *people.items()],
                   apply=_of_caller),
        ],
        columns=[
            Column("name", gettext_lazy("Name"), lambda i: i.person.name),
            Column("sex", gettext_lazy("Sex"), lambda i: i.person.get_sex_display() if i.person.sex else ""),
            Column("age", gettext_lazy("Age"), lambda i: common.age(i.person.birth), number=True),
            Column("phone", gettext_lazy("Phone"), lambda i: (common.masked_phones(i.person) or [""])[0]),
            Column("village", gettext_lazy("Village"), lambda i: names.short(i.area_code), order="area_code"),
            Column("household", gettext_lazy("Household"), lambda i: _household(i)),
            Column("caller", gettext_lazy("Caller"), lambda i: i.caller.get_full_name() if i.caller else ""),
            Column("state", pgettext_lazy("call list", "Standing"), lambda i: str(i.get_state_display())),
            Column("attempts", gettext_lazy("Attempts"), lambda i: i.attempts, number=True),
            Column("outcome", gettext_lazy("Last outcome"), lambda i: words.outcome(i.outcome)),
            Column("branch", gettext_lazy("Result"), lambda i: branches.get(i.branch, i.branch) if i.branch else ""),
            Column("next", gettext_lazy("Call again"), lambda i: i.next_at),
            Column("why", gettext_lazy("Remark"), lambda i: i.why),
        ],
    )  # fmt: skip


def _household(item: CallItem) -> str:
    return item.person.household.number if item.person.household else ""


def _in_area(rows: QuerySet[CallItem], code: str) -> QuerySet[CallItem]:
    lo, hi = codes.code_range(code)
    return rows.filter(area_code__gte=lo, area_code__lt=hi)


def _in_state(rows: QuerySet[CallItem], state: str) -> QuerySet[CallItem]:
    wanted: Any = OPEN_CALLS if state == OPEN else [state]
    if state == CallState.DONE:
        wanted = census.ANSWERED
    return rows.filter(state__in=wanted)


def _of_caller(rows: QuerySet[CallItem], key: str) -> QuerySet[CallItem]:
    return rows.filter(caller=None if key == "0" else key)
