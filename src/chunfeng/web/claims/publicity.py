"""Lists of grants: made by an officer, read by everybody without a log-in, names masked."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chunfeng.benefits.actions import publicity as actions
from chunfeng.benefits.models import PublicityList
from chunfeng.benefits.queries import claims as queries
from chunfeng.benefits.queries import measures
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.web import asked
from chunfeng.web.claims import common
from chunfeng.web.guards import guarded, public

SHOWN = 100
USUAL_DAYS = 7


@never_cache
@guarded("publicity.work", "GET", "POST")
def lists(request: HttpRequest) -> HttpResponse:
    """The lists of the area, and what is not published yet."""
    today, error = timezone.localdate(), ""
    if request.method == "POST":
        measure = queries.measure_by_key(asked.key(request.POST.get("measure")) or 0)
        first, last = asked.day(request.POST.get("from_on")), asked.day(request.POST.get("last_on"))
        try:
            if measure is None or first is None or last is None:
                raise Refused(_("Choose a measure, and the days from and until."))
            made = actions.publish(
                measure=measure, title=request.POST.get("title", ""), source=request.POST.get("source", ""),
                phone=request.POST.get("phone", ""), from_on=first, until_on=last + timedelta(days=1),
                by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refused:
            error = str(refused)
        else:
            messages.success(request, _("The list is published: %(title)s") % {"title": made.title})
            return redirect("claims-lists")
    context = {
        "lists": [_shown(row) for row in queries.publicity_lists(request.actor)[:SHOWN]],
        "ready": queries.to_publish(request.actor),
        "from_on": today,
        "last_on": today + timedelta(days=USUAL_DAYS - 1),
        "error": error,
        "typed": request.POST,
    }
    return render(request, "web/claims/lists.html", context, status=422 if error else 200)


@public
@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """Every list that is open for objections today."""
    return render(
        request,
        "web/claims/public.html",
        {"lists": [_shown(row) for row in queries.public_lists(timezone.localdate())]},
    )


@public
@require_safe
def published_list(request: HttpRequest, pk: int) -> HttpResponse:
    """One list; its names only while it is open."""
    found = queries.public_list(pk, timezone.localdate())
    if found is None:
        raise Http404
    row, lines = found
    in_force = {each.measure_id for each in measures.in_force(timezone.localdate())}
    context = {
        "list": row,
        "last": row.until_on - timedelta(days=1),
        "lines": [
            line | {"sum": common.money(line["amount"]), "parts": common.parts(line["sums"])}
            for line in lines
        ],
        "linked": row.measure_id in in_force,
        "payees": any(line["shown_payee"] for line in lines),
        "total": common.money(sum(line["amount"] for line in lines)),
    }
    return render(request, "web/claims/public_list.html", context)


def _shown(row: PublicityList) -> PublicityList:
    row.last = row.until_on - timedelta(days=1)  # type: ignore[attr-defined]
    return row
