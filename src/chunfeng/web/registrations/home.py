"""Registrations of the area, and people who receive support by source."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.people import rulebook
from chunfeng.people.choices import RegistrationKind, RegistrationState
from chunfeng.people.models import PersonCategory, Registration
from chunfeng.people.queries import registrations as queries
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people import common

TONES = {
    RegistrationState.APPLIED: "warn", RegistrationState.GRANTED: "good", RegistrationState.REFUSED: "bad",
    RegistrationState.ENDED: "",
}  # fmt: skip


@never_cache
@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """The list, with the number of applications to decide and in force, by kind."""
    actor = request.actor
    names = common.Names(actor)
    rows = queries.registrations(actor)
    listing = _listing(names)
    if listing.wants_export(request):
        return listing.export(request, rows)
    counts = queries.open_of_kinds(actor)
    page = listing.page(request, rows)
    names.load(row.area_code for row in page.rows)
    context = {
        "page": page,
        "tones": TONES,
        "grounds": {row.pk: ground_label(row) for row in page.rows},
        "places": {row.area_code: names.short(row.area_code) for row in page.rows},
        "tiles": [
            {
                "label": kind.label,
                "kind": kind.value,
                "open": counts.get((kind.value, RegistrationState.APPLIED), 0),
                "granted": counts.get((kind.value, RegistrationState.GRANTED), 0),
            }
            for kind in RegistrationKind
        ],
    }
    return render(request, "web/registrations/home.html", context)


@never_cache
@guarded("person.read")
def support(request: HttpRequest) -> HttpResponse:
    """Who receives support, by source (O8)."""
    actor, today = request.actor, timezone.localdate()
    names = common.Names(actor)
    sources = queries.support(actor, today)
    listing = _support_listing(actor, names, [each.source for each in sources])
    rows = queries.supported(actor, today)
    if listing.wants_export(request):
        return listing.export(request, rows)
    context = {
        "page": listing.page(request, rows),
        "sources": sources,
        "now": request.GET.get("source", ""),
        "most": max((each.people for each in sources), default=0),
    }
    return render(request, "web/registrations/support.html", context)


def ground_label(row: Registration) -> str:
    """The ground in words; its code where the list has it no more."""
    ground = rulebook.ground(row.kind, row.ground)
    return ground.label if ground else row.ground


def _listing(names: common.Names) -> Listing:
    return Listing(
        name="registrations",
        sort="-pk",
        filters=[
            Filter("kind", gettext_lazy("Kind"), lambda: RegistrationKind.choices),
            Filter("state", gettext_lazy("State"), lambda: RegistrationState.choices),
        ],
        columns=[
            Column("person", gettext_lazy("Person"), lambda r: r.person.name),
            Column("kind", gettext_lazy("Kind"), lambda r: r.get_kind_display()),
            Column("ground", pgettext_lazy("application", "Ground"), ground_label),
            Column("state", gettext_lazy("State"), lambda r: r.get_state_display()),
            Column("area", gettext_lazy("Habitual residence"), lambda r: names.short(r.area_code)),
            Column("applied", gettext_lazy("Applied on"), lambda r: r.applied_on, order="applied_on"),
            Column("decided", gettext_lazy("Decided by"), lambda r: r.decided_by_name),
            Column("ended", gettext_lazy("Ended on"), lambda r: r.ended_on),
            Column("reason", gettext_lazy("Reason"), lambda r: r.reason),
        ],
    )  # fmt: skip


def _support_listing(actor: Actor, names: common.Names, sources: list[str]) -> Listing:
    def shown(source: str) -> Any:
        return source or gettext_lazy("source not stated")

    return Listing(
        name="support",
        sort="-pk",
        filters=[
            Filter(
                "source", gettext_lazy("Source"), lambda: [(each or "-", shown(each)) for each in sources],
                apply=lambda rows, value: rows.filter(source="" if value == "-" else value),
            )
        ],
        columns=[
            Column("person", gettext_lazy("Person"), lambda c: c.person.name),
            Column("home", gettext_lazy("Home area"), lambda c: names.short(c.person.area_code)),
            Column("employer", gettext_lazy("Employer"), lambda c: c.person.employer),
            Column("source", gettext_lazy("Source"), lambda c: shown(c.source)),
            Column("since", gettext_lazy("Since"), _since),
        ],
    )  # fmt: skip


def _since(row: PersonCategory) -> Any:
    return row.valid_from or ""
