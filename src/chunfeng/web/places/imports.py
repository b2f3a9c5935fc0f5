"""Import of an office tree: choose a file, see the dry run, confirm, take the result along.

Between the steps the file travels sealed in the page itself: nothing with telephone numbers lies on the disk.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from chunfeng.offices import imports
from chunfeng.web.guards import guarded
from chunfeng.web.sealed import download, opened, seal, uploaded

SHOWN = 300


@never_cache
@guarded("office.import", "GET", "POST")
def import_offices(request: HttpRequest) -> HttpResponse:
    """The page of all steps: `file` begins a dry run, `sealed` confirms it."""
    actor = request.actor
    if request.method != "POST":
        return render(request, "web/places/import.html", {})
    if "sealed" in request.POST:
        data, dry_run = opened(request.POST["sealed"], actor), False
    else:
        data, dry_run = uploaded(request), True
    outcome = imports.import_offices(data=data, dry_run=dry_run, by=actor, at=timezone.now())
    # what has to be looked at comes first
    order = {"refused": 0, "added": 1, "changed": 2, "unchanged": 3}
    rows = sorted(outcome.verdicts, key=lambda verdict: (order[verdict.state], verdict.line))
    shown: dict[str, Any] = {
        "outcome": outcome,
        "counts": [(state, n) for state, n in outcome.counts.items()],
        "rows": rows[:SHOWN],
        "hidden": max(len(rows) - SHOWN, 0),
        "todo": outcome.counts["added"] + outcome.counts["changed"],
        "sealed": seal(data, actor),
        "result": seal(imports.result_file(data, outcome.verdicts), actor),
    }
    return render(request, "web/places/import.html", shown)


@never_cache
@guarded("office.import", "POST")
def import_result(request: HttpRequest) -> HttpResponse:
    """The rows with their verdicts as xlsx, as the page before has made it."""
    data = opened(request.POST.get("result", ""), request.actor)
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    return download(data, f"office-import-{stamp}.xlsx")


@guarded("office.import")
def import_template(request: HttpRequest) -> HttpResponse:
    """An empty sheet with headings and hints."""
    return download(imports.template_file(), "offices.xlsx")
