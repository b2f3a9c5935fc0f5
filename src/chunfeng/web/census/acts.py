"""What an officer does with a round."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chunfeng.people.actions import call_lists, campaigns
from chunfeng.people.choices import Outcome
from chunfeng.people.models import Campaign
from chunfeng.people.queries import callers as calling
from chunfeng.people.queries import census
from chunfeng.web import asked
from chunfeng.web.census.board import area_asked
from chunfeng.web.guards import guarded
from chunfeng.web.people.common import found_or_404

EVERYBODY, NOBODY = "all", "none"


@guarded("campaign.run", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Start, add, hand on, go through again, close."""
    row: Campaign = found_or_404(census.campaign(request.actor, pk))
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    match move:
        case "start":
            campaigns.start_campaign(campaign=row, callers=_callers(request), **now)
            said = _("The calls begin.")
        case "add":
            n = call_lists.add_people(campaign=row, **now)
            said = ngettext("%(n)s person is new on the list.", "%(n)s people are new on the list.", n) % {
                "n": n
            }
        case "second-round":
            wanted = [each for each in request.POST.getlist("outcome") if each in Outcome.values]
            n = campaigns.second_round(campaign=row, outcomes=wanted, **now)
            said = ngettext("%(n)s person is called again.", "%(n)s people are called again.", n) % {"n": n}
        case "hand-on":
            return _handed_on(request, row, now)
        case "close":
            campaigns.close_campaign(campaign=row, **now)
            said = _("The round is closed.")
        case _:
            raise Http404
    messages.success(request, said)
    return redirect("census-round", row.pk)


def _handed_on(request: HttpRequest, row: Campaign, now: dict[str, Any]) -> HttpResponse:
    area, frm = request.POST.get("area", ""), asked.key(request.POST.get("from"))
    n = call_lists.reassign(
        campaign=row,
        to=asked.key(request.POST.get("to")),
        from_caller=frm,
        area=area if _known(request, area) else "",
        **now,
    )
    said = ngettext("%(n)s open entry is handed on.", "%(n)s open entries are handed on.", n) % {"n": n}
    messages.success(request, said)
    query = {"area": area, "caller": "" if frm is None else frm}
    kept = urlencode({key: value for key, value in query.items() if value != ""})
    return redirect(reverse("census-entries", args=[row.pk]) + (f"?{kept}" if kept else ""))


def _known(request: HttpRequest, area: str) -> bool:
    request.GET = request.GET.copy()
    request.GET["area"] = area
    return bool(area_asked(request, request.actor))


def _callers(request: HttpRequest) -> list[int]:
    how = request.POST.get("who", NOBODY)
    if how == NOBODY:
        return []
    if how == EVERYBODY:
        known = calling.callers(request.actor, timezone.localdate())
        return sorted({row.user_id for row in known if row.role in call_lists.LIKELY})
    return asked.keys(request.POST.getlist("caller"))
