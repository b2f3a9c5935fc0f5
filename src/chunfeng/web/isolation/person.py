"""Which rule places a person and why; opening the isolation; the panel on the person's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.actions import isolation
from chunfeng.people.choices import Exposure, IsolationState, Placement
from chunfeng.people.models import Person
from chunfeng.people.queries import fever, follow_ups, placing
from chunfeng.people.queries import isolation as queries
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.isolation import common
from chunfeng.web.people.common import Names, found_or_404

FIELDS = {
    "area_code": gettext_lazy("home area of the record"),
    "current_area": gettext_lazy("present area of the record"),
    "work_area": gettext_lazy("work area of the record"),
    "": gettext_lazy("last known place before that"),
}


@never_cache
@guarded("isolation.work")
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of a person, the rule that applies, and those that lost; other cases can be tried."""
    return _page(request, _found(request, pk))


@guarded("isolation.work", "POST")
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what the rule orders, for the exposure and symptoms shown on the page."""
    person = _found(request, pk)
    given = request.POST
    try:
        done = isolation.place(
            person=person, exposure=given.get("exposure", ""), symptoms=_said(given.get("symptoms")),
            since=asked.day(given.get("since")) or timezone.localdate(), place=given.get("place", ""),
            by=request.actor, at=timezone.now(),
        )  # fmt: skip
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, person, error=str(refused), status=422)
    if done.isolation is None:
        return _page(request, person, error=done.why, status=422)
    messages.success(request, done.why)
    return redirect("isolation-page", done.isolation.pk)


def _found(request: HttpRequest, pk: int) -> Person:
    found: Person = found_or_404(common.person_of(request.actor, pk))
    return found


def _said(text: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(text or "")


def _page(request: HttpRequest, person: Person, *, error: str = "", status: int = 200) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    given = request.POST if request.method == "POST" else request.GET
    exposure = given.get("exposure", "")
    exposure = exposure if exposure in Exposure.values else ""
    found = placing.explain(person, actor, today, exposure=exposure, symptoms=_said(given.get("symptoms")))
    names = Names(actor)
    names.load(
        [found.area, *(trace.code for trace in found.traces), *(t.affected.place for t in found.traces)]
    )
    isolations = queries.of_person(person)
    shown = {
        "person": person,
        "found": found,
        "area": names.of(found.area),
        "exposure": common.exposure_words(found.exposure),
        "exposures": Exposure.choices,
        "said": {True: "yes", False: "no"}.get(found.symptoms, ""),  # type: ignore[call-overload]
        "tried": bool(exposure or given.get("symptoms")),
        "traces": [
            {
                "trace": trace,
                "place": names.of(trace.code),
                "declared": names.of(trace.affected.place),
                "how": str(trace.fact.get_kind_display()) if trace.fact else FIELDS[trace.field],
            }
            for trace in found.traces
        ],
        "rules": [
            {"rule": each.rule, "lost": common.LOST[each.lost] if each.lost else "",
             "tone": common.TONES[Placement(each.rule.placement)]}
            for each in found.weighed
        ],
        "open": next((row for row in isolations if row.state == IsolationState.OPEN), None),
        "isolations": isolations,
        "opens": found.rule is not None and found.rule.placement != Placement.ENTER,
        "today": today,
        "error": error,
        "typed": request.POST,
    }  # fmt: skip
    return render(request, "web/isolation/person.html", shown, status=status)


def panel(actor: Actor, person: Person) -> dict[str, Any]:
    """What the person's page shows of isolation, follow-ups and fever cases; empty without the ability."""
    if not roles.can(actor, "isolation.work"):
        return {}
    today = timezone.localdate()
    rows = queries.of_person(person)
    now = next((row for row in rows if row.state == IsolationState.OPEN), None)
    held = queries.count(now, today) if now else None
    return {
        "isolation": {
            "now": now,
            "tone": common.TONES[Placement(now.placement)] if now else "",
            "held": held,
            "strip": common.strip(held, today) if held else [],
            "before": [row for row in rows if row is not now],
            "follow_ups": follow_ups.of_person(person),
            "fever": fever.of_person(person),
            "today": today,
        }
    }
