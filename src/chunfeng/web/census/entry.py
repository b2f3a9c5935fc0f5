"""One entry: everything that was tried and said, two answers side by side, and what an officer decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.core import events
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import call_lists, deciding
from chunfeng.people.choices import CallState
from chunfeng.people.models import CallItem
from chunfeng.people.models.census import OPEN_CALLS
from chunfeng.people.queries import callers as calling
from chunfeng.people.queries import census
from chunfeng.web import asked
from chunfeng.web.census import words
from chunfeng.web.guards import guarded
from chunfeng.web.people.common import Names, age, found_or_404, masked_phones


@never_cache
@guarded("campaign.run")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The entry with its history; reading it is recorded."""
    item = found_or_404(census.item(request.actor, pk))
    events.record_read("census.entry", by=request.actor, on=item)
    return _page(request, item)


@guarded("campaign.run", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Decide which answer stands, take off the list, hand to another caller."""
    item: CallItem = found_or_404(census.item(request.actor, pk))
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    reason = request.POST.get("reason", "")
    try:
        match move:
            case "decide":
                _decide(request, item, reason, now)
                said = _("Decided. Both records stay.")
            case "drop":
                call_lists.drop_item(item=item, reason=reason, **now)
                said = _("Taken off the list.")
            case "hand-on":
                to = asked.key(request.POST.get("to"))
                call_lists.reassign(campaign=item.campaign, to=to, items=[item.pk], **now)
                said = _("Handed on.")
            case _:
                raise Http404
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, item, error=str(refused), status=422)
    messages.success(request, said)
    return (
        redirect("census-conflicts", item.campaign_id) if move == "decide" else redirect("census-entry", pk)
    )


def _decide(request: HttpRequest, item: CallItem, reason: str, now: dict[str, Any]) -> None:
    chosen = asked.key(request.POST.get("contact"))
    contact = next((row for row in census.answers(item) if row.pk == chosen), None)
    if contact is None:
        raise Refused(_("Choose one of the answers."))
    version = asked.key(request.POST.get("version")) or 0
    deciding.decide(item=item, contact=contact, version=version, reason=reason, **now)


def _page(request: HttpRequest, item: CallItem, *, error: str = "", status: int = 200) -> HttpResponse:
    actor = request.actor
    names = Names(actor)
    script = words.script_of(item.campaign)
    branches = words.branches(script)
    history = census.history(item)
    contested = item.state == CallState.CONTESTED
    ahead = deciding.ahead(item=item, by=actor, on=timezone.localdate()) if contested else {}
    shown = {
        row.pk: {
            "contact": row,
            "outcome": words.outcome(row.outcome),
            "branch": branches.get(row.branch, row.branch) if row.branch else "",
            "said": words.said(script, row, names),
            "stands": row.pk == item.contact_id,
            "ends": ahead.get(row.pk),
        }
        for row in history
    }
    answers = [shown[row.pk] for row in reversed(history) if shown[row.pk]["said"]]
    asks = list(dict.fromkeys(ask for side in answers for ask, _value in side["said"]))
    open_entry = item.state in OPEN_CALLS
    context = {
        "item": item,
        "round": item.campaign,
        "person": item.person,
        "age": age(item.person.birth),
        "phones": masked_phones(item.person),
        "place": names.of(item.area_code),
        "tone": words.TONES[CallState(item.state)],
        "branch": branches.get(item.branch, item.branch) if item.branch else "",
        "outcome": words.outcome(item.outcome),
        "history": [shown[row.pk] for row in history],
        "contested": contested,
        "sides": answers,
        "lines": _lines(asks, answers),
        "error": error,
        "may_drop": item.state not in (CallState.DONE, CallState.CONTESTED, CallState.DROPPED),
        "callers": calling.callers(actor, timezone.localdate()) if open_entry else [],
    }
    return render(request, "web/census/entry.html", context, status=status)


def _lines(asks: list[str], sides: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line a question: what each answer says, and whether they differ."""
    found = []
    for ask in asks:
        cells = [dict(side["said"]).get(ask, "") for side in sides]
        found.append({"ask": ask, "cells": cells, "differs": len(set(cells)) > 1})
    return found
