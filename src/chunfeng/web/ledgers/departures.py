"""The ledger of those who want to leave for work, by destination, with and without a job (D9, D10)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.areas.choices import Level
from chunfeng.people import rulebook
from chunfeng.people.queries import ledgers
from chunfeng.people.queries.ledgers import Destination
from chunfeng.people.queries.lists import LISTS
from chunfeng.web.guards import guarded
from chunfeng.web.ledgers import asking

NAMES = ("leaving", "leaving-with-job", "leaving-no-job", "leaving-job-open")
TONES = ("good", "bad", "open")


@never_cache
@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """By province; within `place` by prefecture. Every number leads to the people."""
    q = asking.question(request)
    found = ledgers.by_destination(q)
    most = max((line.people for line in found), default=0)
    totals = [sum(each) for each in zip(*(_numbers(line) for line in found), strict=True)] or [0] * len(NAMES)
    context = {
        "q": q,
        "path": asking.path(q),
        "rows": [_row(line, most, q) for line in found],
        "totals": [
            {"n": n, "label": LISTS[name].label, "link": asking.link(name, q)}
            for name, n in zip(NAMES, totals, strict=True)
        ],
        "place": areas.paths([q.place], q.on).get(q.place, "") if q.place else "",
        "clause": rulebook.departure(q.on),
        "below": [(area.code, area.name) for area in areas.children(q.area, q.on)],
    }
    return render(request, "web/ledgers/departures.html", context)


def _numbers(line: Destination) -> tuple[int, int, int, int]:
    return line.people, line.with_job, line.no_job, line.job_open


def _row(line: Destination, most: int, q: asking.Asked) -> dict[str, Any]:
    """One destination: its numbers with their links, and the bar they are drawn as, 100 wide for the largest."""
    links = [_link(name, line, q) for name in NAMES]
    parts, at = [], 0.0
    for tone, n in zip(TONES, _numbers(line)[1:], strict=True):
        width = n * 100 / most
        parts.append({"x": f"{at:.2f}", "width": f"{width:.2f}", "tone": tone})
        at += width
    wide = bool(line.code) and not q.place and codes.level(line.code) == Level.PROVINCE
    advice = {"occasion": "travel", "going_to": line.code, "home": q.area}
    return {
        "line": line,
        "cells": list(zip(_numbers(line), links, strict=True)),
        "parts": parts,
        "inside": "?" + urlencode({"area": q.area, "place": line.code}) if wide else "",
        "advise": f"{reverse('mailing-new')}?{urlencode(advice)}" if line.code else "",
    }


def _link(name: str, line: Destination, q: asking.Asked) -> str:
    if line.code:
        return asking.link(name, q, place=line.code)
    return asking.link("leaving-anywhere", q) if name == "leaving" else ""
