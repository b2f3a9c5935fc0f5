"""One bulletin: its page, its files, editing the draft, issuing, correcting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from chunfeng.core import events
from chunfeng.offices import roles
from chunfeng.reporting import charts
from chunfeng.reporting.actions import bulletins as actions
from chunfeng.reporting.bulletins import editing, layout, sentences
from chunfeng.reporting.bulletins.figures import each_unit, moment_words
from chunfeng.reporting.choices import BulletinState
from chunfeng.reporting.models import Bulletin
from chunfeng.reporting.queries import bulletins as queries
from chunfeng.web import asked
from chunfeng.web.bulletins.common import actor_of, bulletin_or_404, figure_url
from chunfeng.web.guards import guarded

MOST_SOURCES = 400


@guarded("bulletin.read")
def bulletin(request: HttpRequest, pk: int) -> HttpResponse:
    """The bulletin as it stands on paper; every figure leads to the roll-up behind it."""
    found, actor = bulletin_or_404(request, pk), actor_of(request)
    keeps = queries.keeps(actor, found.series)
    draft = found.state == BulletinState.DRAFT
    entries = list(found.content["figures"].values())
    context = {
        "bulletin": found,
        "pages": layout.printed(found),
        "title_lines": layout.title_lines(found.content["title"]),
        "items": _items(layout.printed(found)),
        "entries": [_source(entry) for entry in entries[:MOST_SOURCES]],
        "more": max(0, len(entries) - MOST_SOURCES),
        "corrected_by": queries.corrected_by(actor, found),
        "changes": found.content.get("changes"),
        "draft": draft,
        "may": {
            "edit": keeps and draft and roles.can(actor, "bulletin.write"),
            "issue": keeps and draft and roles.can(actor, "bulletin.issue"),
            "correct": keeps and not draft and roles.can(actor, "bulletin.write"),
        },
    }
    return render(request, "web/bulletins/bulletin.html", context)


@guarded("bulletin.read")
def file(request: HttpRequest, pk: int, format: str) -> HttpResponse:
    """The Word file or the PDF as issued; of a draft, as it would look now."""
    found = bulletin_or_404(request, pk)
    data = queries.file_of(found, format)
    events.record_export("bulletin.file", by=actor_of(request), on=found, detail={"format": format})
    response = HttpResponse(data, content_type=queries.FORMATS[format])
    response["Content-Disposition"] = content_disposition_header(True, queries.file_name(found, format))
    return response


@guarded("bulletin.read")
def curve(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The picture of a curve."""
    items = layout.printed(bulletin_or_404(request, pk)).items
    if number >= len(items) or not isinstance(items[number], layout.Picture):
        raise Http404(_("There is no curve of this number."))
    item = items[number]
    assert isinstance(item, layout.Picture)
    width, height = (300, 190) if request.GET.get("narrow") else (600, 250)
    data = charts.curve_png(
        title="", unit=item.unit, series=item.lines, width=width, height=height, scale=2.5
    )
    return HttpResponse(data, content_type="image/png")


@guarded("bulletin.write", "GET", "POST")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines of a draft; figures in them stay live unless somebody writes over them."""
    found = bulletin_or_404(request, pk)
    actions.own(found.series, actor_of(request))
    if request.method == "POST":
        given = request.POST
        actions.edit(
            bulletin=found, version=_version(request), title=given.get("title"),
            lines={k.removeprefix("line-"): v for k, v in given.items() if k.startswith("line-")},
            add={k.removeprefix("add-"): v for k, v in given.items() if k.startswith("add-") and v.strip()},
            remove=given.getlist("remove"), by=actor_of(request), at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Saved."))
        return redirect("bulletin-edit" if given.get("stay") else "bulletin", pk)
    if found.state != BulletinState.DRAFT:
        return redirect("bulletin", pk)
    context = {
        "bulletin": found,
        "blocks": [_editable(block, found) for block in found.content["blocks"]],
        "hands": len(editing.hands(found.content)),
        "changes": found.content.get("changes"),
    }
    return render(request, "web/bulletins/edit.html", context)


@guarded("bulletin.write", "POST")
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Figures reckoned now; the page tells what changed."""
    made = actions.refresh(
        bulletin=bulletin_or_404(request, pk), version=_version(request), by=actor_of(request),
        at=timezone.now(),
    )  # fmt: skip
    if not made.content["changes"]["rows"]:
        messages.info(request, _("No figure has changed."))
    return redirect("bulletin", pk)


@guarded("bulletin.issue", "POST")
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Number it, print it, freeze it."""
    made = actions.issue(
        bulletin=bulletin_or_404(request, pk), version=_version(request), by=actor_of(request),
        at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Issued as %(number)s.") % {"number": layout.issue_words(made)})
    return redirect("bulletin", pk)


@guarded("bulletin.write", "POST")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away."""
    found = bulletin_or_404(request, pk)
    actions.discard(bulletin=found, version=_version(request), by=actor_of(request), at=timezone.now())
    messages.info(request, _("The draft was discarded."))
    return redirect("bulletin-series", found.series_id)


def _version(request: HttpRequest) -> int:
    return asked.key(request.POST.get("version")) or 0


def _items(pages: layout.Printed) -> list[dict[str, Any]]:
    return [{"item": _linked(item), "n": n} for n, item in enumerate(pages.items)]


def _linked(item: layout.Item) -> Any:
    """Runs get the address of the page behind their figure."""
    if isinstance(item, layout.Line):
        return replace(item, runs=tuple(_run(run) for run in item.runs))
    if isinstance(item, layout.Table):
        return replace(item, rows=tuple(tuple(_run(run) for run in row) for row in item.rows))
    return item


def _run(run: layout.Run) -> Any:
    if run.figure is None:
        return run
    return {"text": run.text, "hand": run.hand, "url": figure_url(run.figure), "title": _told(run.figure)}


def _told(entry: dict[str, Any]) -> str:
    return _("%(label)s · %(area)s · %(source)s · %(answered)s of %(due)s reports") % {
        "label": entry["label"],
        "area": entry["area_name"],
        "source": entry["source"],
        "answered": entry["answered"],
        "due": entry["due"],
    }


def _source(entry: dict[str, Any]) -> dict[str, Any]:
    days = entry["first"] if entry["first"] == entry["last"] else f"{entry['first']} – {entry['last']}"
    return entry | {
        "days": days,
        "url": figure_url(entry),
        "unit": each_unit(entry),
        "moment": moment_words(entry["as_of"]),
    }


def _editable(block: dict[str, Any], found: Bulletin) -> dict[str, Any]:
    figures = found.content["figures"]
    words = {"table": _("Table"), "curve": _("Curve"), "silent": _("Offices that kept silent")}
    told: dict[str, Any] = {"id": block["id"], "kind": block["kind"], "label": words.get(block["kind"], "")}
    match block["kind"]:
        case "line":
            text = sentences.editable(block["runs"], figures)
            told |= {"text": text, "rows": max(2, len(text) // 46 + 1), "edited": block.get("edited")}
            told["by_hand"] = [run["hand"] for run in block["runs"] if "hand" in run]
        case "heading":
            told["text"] = block["text"]
        case "situations":
            told["rows"] = [row for row in block["rows"] if not row.get("dropped")]
        case "silent":
            told["text"] = sentences.plain(block["runs"], figures)
        case _:
            told["text"] = block["caption"]
    return told
