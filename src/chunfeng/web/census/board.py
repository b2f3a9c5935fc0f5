"""One round: before it begins its filter, callers and questions; then how it stands, area by area."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.offices import roles
from chunfeng.people.actions import call_lists
from chunfeng.people.choices import CallState, CampaignState, Outcome
from chunfeng.people.models import Campaign
from chunfeng.people.queries import callers as calling
from chunfeng.people.queries import census, choosing
from chunfeng.web.census import words
from chunfeng.web.guards import guarded
from chunfeng.web.people.common import Names, found_or_404

MOST_VILLAGES = 300


@never_cache
@guarded("campaign.run")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft with everything that can still be changed, or the board of a round."""
    row = found_or_404(census.campaign(request.actor, pk))
    if row.state == CampaignState.DRAFT:
        return render(request, "web/census/draft.html", draft(request, row))
    return render(request, "web/census/board.html", frame(request, row, "board") | standing(request, row))


@never_cache
@guarded("campaign.run")
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures alone, asked again by the open page."""
    row = found_or_404(census.campaign(request.actor, pk))
    return render(request, "web/census/_board.html", {"round": row} | standing(request, row))


def frame(request: HttpRequest, row: Campaign, tab: str) -> dict[str, Any]:
    """What stands above every page of a round."""
    return {
        "round": row,
        "tab": tab,
        "running": row.state == CampaignState.RUNNING,
        "title": row.script.get("title", ""),
        "late": row.state == CampaignState.RUNNING and row.target_on < timezone.localdate(),
        "own": request.actor.sees(row.area_code),
    }


def standing(request: HttpRequest, row: Campaign) -> dict[str, Any]:
    """The figures of the area asked for, by the areas below, callers, branches and outcomes."""
    actor: Actor = request.actor
    found = census.board(actor, row, area_asked(request, actor))
    names = Names(actor)
    names.load([*found.areas, *codes.ancestors(found.area), found.area])
    people = _callers(actor, found)
    script = words.script_of(row)
    branch_names = words.branches(script)
    answered = found.total.answered or 1
    return {
        "area": found.area,
        "path": _path(found.area, row, actor, names),
        "total": words.counts(found.total),
        "areas": [
            {
                "code": code,
                "name": _name(code, found.area, names),
                "below": _below(code, found.area),
                **words.counts(tally),
            }
            for code, tally in sorted(found.areas.items())
        ],
        "callers": [
            {"key": key or 0, **people.get(key, {}), **words.counts(tally)}
            for key, tally in sorted(found.callers.items(), key=lambda pair: (-pair[1].open, pair[0] or 0))
        ][:100],
        "branches": [
            {"code": code, "name": branch_names.get(code, code), "n": n, "width": max(n * 1000 // answered, 4)}
            for code, n in sorted(found.branches.items(), key=lambda pair: -pair[1])
        ],
        "outcomes": [
            {"code": code, "name": words.outcome(code) or "–", "n": n}
            for code, n in sorted(found.outcomes.items(), key=lambda pair: -pair[1])
        ],
        "links": {
            name: "?" + urlencode({"area": found.area, "state": state})
            for name, state in (
                ("done", CallState.DONE), ("unreached", CallState.UNREACHED),
                ("waiting", CallState.WAITING), ("retry", CallState.RETRY), ("dropped", CallState.DROPPED),
            )
        },
        "now": timezone.now(),
        "refresh": "?" + urlencode({"area": found.area}),
        "again": [
            {"code": code, "name": words.outcome(code), "n": found.outcomes.get(code, 0), "on": code != Outcome.REFUSED}
            for code in Outcome.values
            if found.outcomes.get(code)
        ],
    }  # fmt: skip


def draft(request: HttpRequest, row: Campaign) -> dict[str, Any]:
    """Whom the filter means today, who is nearest to them, and the questions."""
    actor: Actor = request.actor
    today = timezone.localdate()
    chosen = choosing.load(row.chosen)
    shown = choosing.preview(choosing.who(actor, chosen, today))
    known = calling.callers(actor, today)
    likely = [caller for caller in known if caller.role in call_lists.LIKELY]
    shares = calling.nearest([code for code, _n in shown.villages], likely or known, first=row.office_id)
    names = Names(actor)
    names.load(code for code, _n in shown.villages[:MOST_VILLAGES])
    script = words.script_of(row)
    offices: dict[str, list[calling.Caller]] = {}
    for caller in known:
        offices.setdefault(caller.office_name, []).append(caller)
    return frame(request, row, "draft") | {
        "whom": words.whom(chosen, actor, names),
        "preview": shown,
        "villages": [
            {
                "name": names.short(code),
                "n": n,
                "office": share.callers[0].office_name if share else row.office.name,
                "callers": len(share.callers) if share else 0,
            }
            for code, n in shown.villages[:MOST_VILLAGES]
            for share in [shares[code]]
        ],
        "hidden": max(len(shown.villages) - MOST_VILLAGES, 0),
        "offices": offices,
        "likely": len(likely),
        "uncovered": sum(n for code, n in shown.villages if shares[code] is None),
        "questions": words.questions(script),
        "opening": script.opening,
        "may_start": actor.sees(row.area_code) and roles.can(actor, "campaign.run"),
    }


def area_asked(request: HttpRequest, actor: Actor) -> str:
    """The area in the address where it is one of the actor's, else ""."""
    code = request.GET.get("area", "")
    try:
        codes.check(code)
    except codes.BadCode:
        return ""
    return code if actor.sees(code) else ""


def _below(code: str, area: str) -> bool:
    """Whether an area has a board of its own: not a village, not the area shown."""
    return code != area and codes.level(code) < census.VILLAGE


def _name(code: str, area: str, names: Names) -> str:
    """The name without what stands in the path above it."""
    return names.of(code).removeprefix(names.of(area)) or names.of(code)


def _path(area: str, row: Campaign, actor: Actor, names: Names) -> list[tuple[str, str]]:
    """The way down to the area shown, from where the actor may begin."""
    start = row.area_code if actor.sees(row.area_code) else actor.area_code
    chain = [code for code in [*codes.ancestors(area), area] if codes.contains(start, code)]
    return [(code, names.of(code) if code == start else names.short(code)) for code in chain]


def _callers(actor: Actor, found: census.Board) -> dict[int | None, dict[str, str]]:
    known = {row.user_id: row for row in calling.callers(actor, timezone.localdate())}
    missing = [key for key in found.callers if key is not None and key not in known]
    names = calling.names(missing)
    people: dict[int | None, dict[str, str]] = {
        key: {"name": row.name, "office": row.office_name} for key, row in known.items()
    }
    return people | {key: {"name": name, "office": ""} for key, name in names.items()}
