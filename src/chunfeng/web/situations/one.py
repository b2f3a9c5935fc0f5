"""One situation: where it stands as a chain, what it says, and the taps this office may make now."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.reporting import actions
from chunfeng.reporting.models import Situation
from chunfeng.reporting.queries import situations as queries
from chunfeng.web.guards import guarded

MOVES = ("take-in", "pass-on", "pass-over", "settle", "news")


@never_cache
@guarded("report.read")
def situation(request: HttpRequest, pk: int) -> HttpResponse:
    """The situation's page."""
    return _page(request, _found(request, pk))


@never_cache
@guarded("situation.report", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Make one of the moves; a refusal shows the page again with what was typed."""
    if move not in MOVES:
        raise Http404(_("There is no such act."))
    found = _found(request, pk)
    try:
        messages.success(request, _do(request, found, move))
    except NotAllowed:
        raise
    except Refused as refusal:
        return _page(request, _found(request, pk), failed=move, error=str(refusal), status=422)
    return redirect("situation", pk)


def _do(request: HttpRequest, found: Situation, move: str) -> str:
    given: Any = request.POST
    text = given.get("text", "")
    common: dict[str, Any] = {"situation_id": found.pk, "by": request.actor, "at": timezone.now()}
    match move:
        case "take-in":
            hop = actions.take_in_situation(**common)
            return _("Taken in by %(name)s.") % {"name": hop.received_by_name}
        case "pass-on":
            hop = actions.pass_on_situation(note=text, **common)
            return _("Sent to %(office)s.") % {"office": hop.receiver}
        case "pass-over":
            hop = actions.pass_over_silent(reason=text, **common)
            return _("Sent to %(office)s.") % {"office": hop.receiver}
        case "settle":
            actions.settle_situation(outcome=text, **common)
            return _("Settled.")
        case _:
            actions.add_situation_news(text=text, key=given.get("key", ""), **common)
            return _("Added.")


@never_cache
@guarded("contact.read", "POST")
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """The contact and the numbers inside the words, for a reason that stands in the audit trail."""
    found = _found(request, pk)
    try:
        opened = actions.reveal_situation(
            situation_id=pk, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now()
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return _page(request, found, failed="contact", error=str(refusal), status=422)
    return _page(request, found, opened=opened)


def _page(
    request: HttpRequest,
    found: Situation,
    *,
    failed: str = "",
    error: str = "",
    status: int = 200,
    opened: Situation | None = None,
) -> HttpResponse:
    actor: Actor = request.actor
    now = timezone.now()
    may = queries.possible(actor, found, now)
    last = queries.last_hop(found)
    chain = queries.chain(found, now)
    if chain[-1].kind == "settled":
        may.discard("news")  # of a merged report the one above is settled
    context = {
        "situation": found,
        "chain": chain,
        "readable": queries.in_sight(actor, [link.situation_id for link in chain]),
        "may": may,
        "may_read": roles.can(actor, "contact.read"),
        "contact": queries.shown_contact(found),
        "opened": opened,
        "up": queries.office_above(actor, found) if may & {"pass_on", "pass_over"} else None,
        "silent": last.receiver if last and "pass_over" in may else None,
        "parts": queries.merged_parts(found),
        "news": queries.news_of(found),
        "key": request.POST.get("key") or uuid4().hex,
        "failed": failed,
        "error": error,
        "typed": request.POST.get("text", "") if failed else "",
    }
    return render(request, "web/situations/situation.html", context, status=status)


def _found(request: HttpRequest, pk: int) -> Situation:
    found = queries.situation(request.actor, pk)
    if found is None:
        raise Http404(_("This situation does not exist or lies outside your area."))
    return found
