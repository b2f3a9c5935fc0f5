"""The rounds of the office and of those above, with how far each has come."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chunfeng.people.choices import CampaignState
from chunfeng.people.queries import census
from chunfeng.web import asked
from chunfeng.web.census import words
from chunfeng.web.guards import guarded

PAGE = 20
TONES = {CampaignState.DRAFT: "warn", CampaignState.RUNNING: "info", CampaignState.CLOSED: ""}


@guarded("campaign.run")
def rounds(request: HttpRequest) -> HttpResponse:
    """Twenty rounds a page, the newest first."""
    state = request.GET.get("state", "")
    rows = census.campaigns(request.actor)
    if state in CampaignState.values:
        rows = rows.filter(state=state)
    before = asked.key(request.GET.get("before"))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    tallies = census.tallies(request.actor, found[:PAGE])
    today = timezone.localdate()
    context = {
        "rows": [
            {
                "round": row,
                "tone": TONES[CampaignState(row.state)],
                "title": row.script.get("title", ""),
                "late": row.state == CampaignState.RUNNING and row.target_on < today,
                **words.counts(tallies[row.pk]),
            }
            for row in found[:PAGE]
        ],
        "state": state,
        "states": CampaignState.choices,
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
    }
    return render(request, "web/census/rounds.html", context)
