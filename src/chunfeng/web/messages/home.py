"""What was written to people: the list with its states, and one message."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.crypto import mask
from chunfeng.core.events import record_read
from chunfeng.people import channels
from chunfeng.people.actions import resending
from chunfeng.people.choices import MessageChannel, Occasion, SendState
from chunfeng.people.models import PersonMessage
from chunfeng.people.queries import messages as queries
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.messages.forms import SENT_BY
from chunfeng.web.people import common

KEPT = ("state", "occasion", "channel", "mailing")
KEPT_HERE = gettext_lazy("Kept on this server, nobody was reached")
TONES = {
    SendState.QUEUED: "info", SendState.SENT: "", SendState.DELIVERED: "good", SendState.FAILED: "bad",
    SendState.DECLINED: "warn",
}  # fmt: skip


@never_cache
@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """The list, the newest first, with the number in each state; numbers masked, texts only on their pages."""
    actor = request.actor
    rows = queries.messages(actor)
    listing = _listing(actor)
    if listing.wants_export(request):
        return listing.export(request, rows)
    counts = queries.states(rows)
    kept = queries.kept_here(rows).count()
    tiles = [
        {"query": f"state={state}", "label": SendState(state).label, "n": n, "tone": TONES[SendState(state)]}
        for state, n in counts.items()
    ]
    if kept:
        tiles.append({"query": "state=sent&channel=console", "label": KEPT_HERE, "n": kept, "tone": "warn"})
    page = listing.page(request, rows)
    names = common.Names(actor)
    names.load(row.area_code for row in page.rows)
    context = {
        "page": page,
        "names": {row.area_code: names.short(row.area_code) for row in page.rows},
        "tones": TONES,
        "tiles": tiles,
        "now": "&".join(f"{k}={request.GET[k]}" for k in ("state", "channel") if request.GET.get(k)),
        "said": {row.pk: said(row) for row in page.rows},
        "searched": common.open_text(request.GET["q"], actor) if request.GET.get("q") else "",
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
        "idle": [label for code, label in SENT_BY if not channels.in_service(code)],
    }
    return render(request, "web/messages/home.html", context)


@guarded("person.read", "POST")
def find(request: HttpRequest) -> HttpResponse:
    """Take the beginning of a name and lead to the list under a token that only this user opens."""
    text = request.POST.get("text", "").strip()[:60]
    query = {name: request.POST[name][:40] for name in KEPT if request.POST.get(name)}
    if text:
        query["q"] = common.seal_text(text, request.actor)
    return redirect(reverse("people-messages") + ("?" + urlencode(query) if query else ""))


@never_cache
@guarded("person.read")
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: what was written, to whom, and what became of it."""
    row = common.found_or_404(queries.message(request.actor, pk))
    record_read("message.open", by=request.actor, on=row)
    context = {
        "row": row,
        "address": mask(str(row.address)) if row.address else "",
        "tone": TONES[SendState(row.state)],
        "said": said(row),
        "steps": [
            (_("written"), row.made_at, row.by_name),
            (_("handed to the gateway"), row.sent_at, ""),
            (_("delivered"), row.delivered_at, ""),
        ],
        "may_again": row.state == SendState.FAILED and bool(row.text),
    }
    return render(request, "web/messages/message.html", context)


@guarded("message.send", "POST")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a failed message back into the outbox."""
    row = common.found_or_404(queries.message(request.actor, pk))
    resending.send_again(message=row, by=request.actor, at=timezone.now())
    messages.success(request, _("The message waits in the outbox again."))
    return redirect("people-message", row.pk)


def said(row: PersonMessage) -> Any:
    """The state in words; what went to the console went nowhere, and says so."""
    kept = row.state == SendState.SENT and row.channel == MessageChannel.CONSOLE
    return KEPT_HERE if kept else row.get_state_display()


def _listing(actor: Any) -> Listing:
    names = common.Names(actor)
    return Listing(
        name="people_messages",
        sort="-pk",
        search=lambda rows, token: _find(rows, common.open_text(token, actor)),
        filters=[
            Filter("state", gettext_lazy("State"), lambda: SendState.choices),
            Filter("occasion", gettext_lazy("Occasion"), lambda: Occasion.choices),
            Filter("channel", gettext_lazy("Channel"), lambda: MessageChannel.choices),
            Filter("mailing", gettext_lazy("Message to many"), lambda: _mailings(actor)),
        ],
        columns=[
            Column("person", gettext_lazy("Person"), lambda m: m.person.name),
            Column("occasion", gettext_lazy("Occasion"), lambda m: m.get_occasion_display()),
            Column("to", pgettext_lazy("recipient", "To"), lambda m: mask(str(m.address)) if m.address else ""),
            Column("channel", gettext_lazy("Channel"), lambda m: m.get_channel_display()),
            Column("state", gettext_lazy("State"), said),
            Column("error", gettext_lazy("Why not"), lambda m: m.error),
            Column("area", gettext_lazy("Area"), lambda m: names.short(m.area_code)),
            Column("office", gettext_lazy("Office"), lambda m: m.office.name if m.office else ""),
            Column("made", gettext_lazy("Written"), lambda m: m.made_at, order="made_at"),
            Column("sent", gettext_lazy("Sent"), lambda m: m.sent_at),
            Column("delivered", gettext_lazy("Delivered"), lambda m: m.delivered_at),
        ],
    )  # fmt: skip


def _find(rows: QuerySet[PersonMessage], words: str) -> QuerySet[PersonMessage]:
    return rows.filter(person__name__startswith=words)


def _mailings(actor: Any) -> list[tuple[str, str]]:
    return [(str(row.pk), f"{row} {row.get_occasion_display()}") for row in queries.mailings(actor)[:40]]
