"""The quick report, and the report that takes up several (C2, C3, C13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.reporting import actions
from chunfeng.reporting.models import Situation
from chunfeng.reporting.queries import situations as queries
from chunfeng.web import asked, queued
from chunfeng.web.guards import guarded

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


@never_cache
@guarded("situation.report", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Six fields and one button. The hidden key makes a double tap or a retry one report."""
    return _form(request, actions.report_situation, typed={"happened_at": timezone.now()})


@guarded("report.accept", "GET", "POST")
def merge(request: HttpRequest) -> HttpResponse:
    """Choose among the reports this office has in hand; then the new report, drafted from the chosen ones."""
    actor: Actor = request.actor
    given = request.POST if request.method == "POST" else request.GET
    chosen = set(asked.keys(given.getlist("chosen")))
    in_hand = queries.mergeable(actor)
    parts = [each for each in in_hand if each.pk in chosen]
    if request.method == "POST":
        return _form(request, actions.merge_situations, typed={}, parts=parts, situation_ids=sorted(chosen))
    if len(parts) < 2:
        error = _("Choose at least two situations to merge.") if "chosen" in given or "go" in given else ""
        context = {"in_hand": in_hand, "chosen": chosen, "error": error}
        return render(request, "web/situations/merge.html", context, status=422 if error else 200)
    draft = queries.draft_of_merged(parts)
    for field in ("what", "place", "measures"):
        draft[field] = queries.shown(draft[field])
    return _form(request, actions.merge_situations, typed=draft, parts=parts)


def _form(
    request: HttpRequest,
    act: Any,
    *,
    typed: Mapping[str, Any],
    parts: list[Situation] | None = None,
    **more: Any,
) -> HttpResponse:
    """Show the form, or send what it holds; a refusal shows it again with what was typed."""
    actor: Actor = request.actor
    error, key, when = "", uuid4().hex, typed.get("happened_at")
    if request.method == "POST":
        given, now = request.POST, timezone.now()
        typed, key, when = given, given.get("key") or key, None
        try:
            made = act(
                what=given.get("what", ""), place=given.get("place", ""),
                happened_at=_moment(given.get("happened_at", ""), now), people=_people(given.get("people", "")),
                measures=given.get("measures", ""), contact=given.get("contact", ""),
                key=key, by=actor, at=now, **more,
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            error = str(refusal)
        else:
            last = queries.last_hop(made)
            said = (
                _("Sent to %(office)s.") % {"office": last.receiver} if last else _("Kept with your office.")
            )
            messages.success(request, said)
            return queued.arrived(request, reverse("situation", args=[made.pk]))
        if error and (answer := queued.refused(request, error)):
            return answer
    context = {
        "error": error, "key": key, "typed": typed, "parts": parts,
        "happened_at": _field(when) if when else typed.get("happened_at", ""),
        "above": queries.office_above(actor),
    }  # fmt: skip
    return render(request, "web/situations/new.html", context, status=422 if error else 200)


def _field(when: datetime) -> str:
    return timezone.localtime(when).strftime("%Y-%m-%dT%H:%M")


def _moment(text: str, now: datetime) -> datetime:
    """The time as the browser's own field gives it; now where it was left empty."""
    if not text.strip():
        return now
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        raise Refused(_("Give “When” as a day and a time, for example 2020-02-05 17:00."))
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _people(text: str) -> int | None:
    plain = text.translate(_DIGITS).strip().removesuffix("人").strip()
    if not plain:
        return None
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 9):
        raise Refused(_("“How many people” is a number from 0 up. Leave it empty if you do not know."))
    return int(plain)
