"""What the views of this room share."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.reporting.choices import BulletinKind
from chunfeng.reporting.models import Bulletin, BulletinSeries
from chunfeng.reporting.queries import bulletins as queries


def actor_of(request: HttpRequest) -> Actor:
    """The actor that the guard has made sure of."""
    return request.actor  # type: ignore[attr-defined,no-any-return]


def bulletin_or_404(request: HttpRequest, pk: int) -> Bulletin:
    """A bulletin in sight; the same answer for one out of sight and one that does not exist."""
    found = queries.bulletin(actor_of(request), pk)
    if found is None:
        raise Http404(_("This bulletin does not exist or lies outside your area."))
    return found


def series_or_404(request: HttpRequest, pk: int) -> BulletinSeries:
    """A series in sight."""
    found = queries.series_by_id(actor_of(request), pk)
    if found is None:
        raise Http404(_("This series does not exist or lies outside your area."))
    return found


def next_days(series: BulletinSeries, today: date) -> tuple[date, date]:
    """The days the next issue will most likely cover: up to yesterday, after the last issue.

    A daily bulletin of yesterday that is issued is followed by today's.
    """
    last = today - timedelta(days=1)
    latest = getattr(series, "latest", None)
    if series.kind == BulletinKind.DAILY:
        day = today if latest == last else last
        return day, day
    if series.kind in (BulletinKind.WEEKLY, BulletinKind.ANALYSIS):
        return last - timedelta(days=6), last
    return min(latest + timedelta(days=1) if latest else last - timedelta(days=29), last), last


def figure_url(entry: dict[str, Any]) -> str:
    """The roll-up page behind a figure: its form, cell, area and days."""
    query = {"first": entry["first"], "last": entry["last"], "area": entry["area"]}
    if entry["aggregate"] != "count":
        query["cell"] = entry["cell"]
    return f"{reverse('rollup', args=[entry['form']])}?{urlencode(query)}"


def today() -> date:
    """Today in local time."""
    return timezone.localdate()
