"""The room's first page: the series with what comes next, and every issue."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from chunfeng.reporting.bulletins.layout import issue_words
from chunfeng.reporting.choices import BulletinKind, BulletinState
from chunfeng.reporting.models import Bulletin
from chunfeng.reporting.queries import bulletins as queries
from chunfeng.web.bulletins.common import actor_of, next_days, today
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing


def _number(of: Bulletin) -> str:
    return str(issue_words(of) if of.number else of.get_state_display())


def _days(of: Bulletin) -> str:
    if of.first_day == of.last_day:
        return of.first_day.isoformat()
    return f"{of.first_day.isoformat()} – {of.last_day.isoformat()}"


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(content__title__icontains=text) | rows.filter(series__title__icontains=text)


LISTING = Listing(
    name="bulletins",
    columns=[
        Column("title", _("title"), lambda b: b.content.get("title", "")),
        Column("number", _("issue number"), _number),
        Column("series", _("bulletin series"), lambda b: b.series.title, order="series__title"),
        Column("days", _("days covered"), _days, order="last_day"),
        Column("office", _("office"), lambda b: b.series.office.name),
        Column("issued", _("issued on"), lambda b: b.issued_at and b.issued_at.astimezone().date()),
    ],
    sort="-last_day",
    search=_search,
    filters=[
        Filter(
            "kind",
            _("kind of bulletin"),
            lambda: BulletinKind.choices,
            apply=lambda rows, value: rows.filter(series__kind=value),
        ),
        Filter("state", _("state"), lambda: BulletinState.choices),
    ],
)


@guarded("bulletin.read")
def home(request: HttpRequest) -> HttpResponse:
    """Series of the own office first, with the days of their next issue; then all issues in sight."""
    actor = actor_of(request)
    rows = queries.bulletins(actor)
    if LISTING.wants_export(request):
        return LISTING.export(request, rows)
    series = list(queries.series_in_sight(actor))
    cards = [{"series": each, "days": next_days(each, today())} for each in series if each.active]
    context = {
        "page": LISTING.page(request, rows),
        "own": [card for card in cards if queries.keeps(actor, card["series"])],
        "others": [card["series"] for card in cards if not queries.keeps(actor, card["series"])],
        "ended": [each for each in series if not each.active and queries.keeps(actor, each)],
        "kinds": BulletinKind.choices,
    }
    return render(request, "web/bulletins/home.html", context)
