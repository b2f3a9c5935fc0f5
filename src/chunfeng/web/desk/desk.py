"""The desk: what this office has to do, by when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.core.actor import Actor
from chunfeng.notices.masking import masked
from chunfeng.offices import roles
from chunfeng.reporting.queries import ledger
from chunfeng.tasking import queries
from chunfeng.tasking.choices import Part
from chunfeng.tasking.models import Task
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing

SHOWN = ("open", "new", "today", "overdue", "done", "refused", "withdrawn")


@guarded("task.read")
def desk(request: HttpRequest) -> HttpResponse:
    """Tiles, unread reminders, and the tasks behind the chosen tile."""
    actor: Actor = request.actor
    now = timezone.now()
    show = request.GET.get("show", "open")
    show = show if show in SHOWN else "open"
    rows = queries.desk(actor, show, now)
    listing = _listing(actor, "-done_at" if show == "done" else "sort_due")
    if listing.wants_export(request):
        return listing.export(request, rows)
    counts = queries.tiles(actor, now)
    reminders, unread = queries.unread(actor)
    owed, past = ledger.owed(actor, now)
    solving = roles.can(actor, "issue.work")
    to_solve, late = queries.issues_to_solve(actor, timezone.localdate(now)) if solving else (0, 0)
    context = {
        "page": listing.page(request, rows),
        "tiles": _tiles(counts, show),
        "show": show,
        "kept": urlencode({"show": show}),
        "reminders": reminders,
        "unread": unread,
        "owed": owed if roles.can(actor, "report.file") else 0,
        "overdue_reports": past,
        "to_solve": to_solve,
        "overdue_issues": late,
    }
    return render(request, "web/desk/desk.html", context)


def _tiles(counts: queries.Tiles, show: str) -> list[dict[str, Any]]:
    kinds = (
        ("new", _("New or sent back"), ""),
        ("today", _("Due today"), "warn"),
        ("overdue", _("Overdue"), "bad"),
        ("open", _("All open"), ""),
        ("done", _("Done"), "good"),
    )
    tiles = []
    for name, label, tone in kinds:
        number = getattr(counts, name)
        shown = f"{queries.CAP}+" if number >= queries.CAP else str(number)
        tone = tone if number else ""
        tiles.append({"name": name, "label": label, "tone": tone, "number": shown, "here": show == name})
    return tiles


def _listing(actor: Actor, sort: str) -> Listing:
    def notices() -> Sequence[tuple[str, Any]]:
        return [(str(n.pk), f"{n.number} {n.title}".strip()[:40]) for n in queries.notices_on_desk(actor)]

    return Listing(
        name="desk",
        sort=sort,
        search=queries.search,
        filters=[
            Filter("notice", gettext_lazy("Notice"), notices),
            Filter("part", gettext_lazy("Part"), lambda: Part.choices),
        ],
        columns=[
            Column("action", gettext_lazy("Task"), lambda t: masked(t.duty.action)),
            Column("due", gettext_lazy("Due"), lambda t: t.due_at, order=sort.lstrip("-")),
            Column("state", gettext_lazy("State"), Task.get_state_display),
            Column("part", gettext_lazy("Part"), Task.get_part_display),
            Column("every", gettext_lazy("Repeats"), lambda t: t.every),
            Column("notice", gettext_lazy("Notice"), lambda t: str(t.notice)),
            Column("clause", gettext_lazy("Clause"), lambda t: t.duty.clause.label),
            Column("quote", gettext_lazy("Quote"), lambda t: masked(t.duty.quote)),
            Column("recipient", gettext_lazy("Result goes to"), lambda t: t.recipient),
            Column("done", gettext_lazy("Done at"), lambda t: t.done_at),
        ],
    )
