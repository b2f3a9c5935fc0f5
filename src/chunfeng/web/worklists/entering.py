"""A list begun for a unit and a month."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.benefits.actions import worklists
from chunfeng.benefits.queries import worklists as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.web.guards import guarded
from chunfeng.web.worklists.home import month_asked


@never_cache
@guarded("worklist.work", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Name the unit, the month and the measure; the list there is opens where there is one."""
    today, error = timezone.localdate(), ""
    measures = queries.measures(request.actor, today)
    if request.method == "POST":
        month = month_asked(request.POST.get("month"))
        try:
            if month is None:
                raise Refused(_("Choose the month."))
            row = worklists.open_list(
                unit=request.POST.get("unit", ""), unit_code=request.POST.get("unit_code", ""), month=month,
                code=request.POST.get("measure", ""), by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refused:
            error = str(refused)
        else:
            return redirect("worklist", row.pk)
    context = {"measures": measures, "month": today.strftime("%Y-%m"), "error": error, "typed": request.POST}
    return render(request, "web/worklists/new.html", context, status=422 if error else 200)
