"""The list as a spreadsheet: template out, file in with a verdict for every row; nothing is changed before a yes.

Between the steps the file travels sealed in the page itself: nothing with document numbers lies on the disk.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from chunfeng.benefits import rosters
from chunfeng.benefits.actions import workdays
from chunfeng.core import events
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices.imports.verdicts import State
from chunfeng.web.guards import guarded
from chunfeng.web.sealed import download, opened, seal, uploaded
from chunfeng.web.worklists.page import list_or_404, show

SHOWN = 300


@never_cache
@guarded("worklist.work")
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet to fill in, with what the list holds already; the trail says who took it."""
    row = list_or_404(request, pk)
    data = rosters.template(row)
    events.record_export("worklist.template", by=request.actor, on=row)
    return download(data, f"{row.unit}-{row.month:%Y-%m}.xlsx")


@never_cache
@guarded("worklist.work", "POST")
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """`file` begins a dry run, `sealed` confirms it."""
    row, actor = list_or_404(request, pk), request.actor
    try:
        if "sealed" in request.POST:
            data, dry_run = opened(request.POST["sealed"], actor), False
        else:
            data, dry_run = uploaded(request), True
        given = rosters.read(data)
        verdicts = workdays.state_days(
            row=row, lines=given.rows, dry_run=dry_run, by=actor, at=timezone.now()
        )
    except NotAllowed:
        raise
    except Refused as refused:
        response = show(request, row, failed="sheet", error=str(refused))
        response.roll_back = True  # type: ignore[attr-defined]
        return response
    counts = Counter(str(each.state) for each in verdicts)
    order = {"refused": 0, "changed": 1, "added": 2, "unchanged": 3}
    rows = sorted(verdicts, key=lambda each: (order[each.state], each.line))
    context: dict[str, Any] = {
        "list": row,
        "dry_run": dry_run,
        "counts": [(state, state.label, counts[state]) for state in State],
        "rows": [
            {
                "v": each,
                "cell": f"{given.letters[each.column]}{each.line}" if each.column in given.letters else "",
            }
            for each in rows[:SHOWN]
        ],
        "hidden": max(len(rows) - SHOWN, 0),
        "todo": counts["added"] + counts["changed"],
        "sealed": seal(data, actor),
    }
    return render(request, "web/worklists/sheet.html", context)


@never_cache
@guarded("worklist.work", "POST")
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows with their verdicts as xlsx."""
    row, actor = list_or_404(request, pk), request.actor
    data = opened(request.POST.get("sealed", ""), actor)
    verdicts = workdays.state_days(
        row=row, lines=rosters.read(data).rows, dry_run=True, by=actor, at=timezone.now()
    )
    events.record_export("worklist.result", by=actor, on=row)
    return download(rosters.result(data, verdicts), f"{row.unit}-{row.month:%Y-%m}-result.xlsx")
