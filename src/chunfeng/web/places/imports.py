"""Import of an office tree: choose a file, see the dry run, confirm, take the result along.

Between the steps the file travels sealed in the page itself: nothing with telephone numbers lies on the disk.
"""

from __future__ import annotations

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.core.crypto import decrypt, encrypt
from chunfeng.core.errors import Refused
from chunfeng.offices import imports
from chunfeng.web.guards import guarded
from chunfeng.web.lists import XLSX

MAX_FILE = 8 * 1024 * 1024
SHOWN = 300


@never_cache
@guarded("office.import", "GET", "POST")
def import_offices(request: HttpRequest) -> HttpResponse:
    """The page of all steps: `file` begins a dry run, `sealed` confirms it."""
    actor = request.actor
    if request.method != "POST":
        return render(request, "web/places/import.html", {})
    if "sealed" in request.POST:
        data, dry_run = _open(request.POST["sealed"], actor), False
    else:
        data, dry_run = _uploaded(request), True
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
        "sealed": _seal(data, actor),
        "result": _seal(imports.result_file(data, outcome.verdicts), actor),
    }
    return render(request, "web/places/import.html", shown)


@never_cache
@guarded("office.import", "POST")
def import_result(request: HttpRequest) -> HttpResponse:
    """The rows with their verdicts as xlsx, as the page before has made it."""
    data = _open(request.POST.get("result", ""), request.actor)
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    return _download(data, f"office-import-{stamp}.xlsx")


@guarded("office.import")
def import_template(request: HttpRequest) -> HttpResponse:
    """An empty sheet with headings and hints."""
    return _download(imports.template_file(), "offices.xlsx")


def _download(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _uploaded(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None or not file.size:
        raise Refused(_("Choose an .xlsx file first."))
    if file.size > MAX_FILE:
        raise Refused(_("The file is larger than 8 MB. Split it by area."))
    return bytes(file.read())


def _seal(data: bytes, actor: Actor) -> str:
    text = f"{actor.user_id}:{base64.b64encode(data).decode()}"
    return base64.b64encode(encrypt(text)).decode()


def _open(sealed: str, actor: Actor) -> bytes:
    """The bytes sealed for this user; Refused for anything else."""
    try:
        owner, _colon, text = decrypt(base64.b64decode(sealed, validate=True)).partition(":")
        data = base64.b64decode(text)
    except (Refused, ValueError, IndexError) as error:
        raise Refused(_("This page is out of date. Choose the file again.")) from error
    if owner != str(actor.user_id):
        raise Refused(_("This page is out of date. Choose the file again."))
    return data
