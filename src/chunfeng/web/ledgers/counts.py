"""The two counts by area: locals who work in affected areas, natives of those who work here (D6)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from chunfeng.areas import queries as areas
from chunfeng.people.queries import affected, ledgers
from chunfeng.people.queries.lists import LISTS
from chunfeng.web.guards import guarded
from chunfeng.web.ledgers import asking

NAMES = ("locals-there", "natives-here")


@never_cache
@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """Both counts for the areas below, for all affected areas or one of them."""
    q = asking.question(request)
    lines, totals = ledgers.by_area(NAMES, q)
    declared = affected.affected_codes(q.area, q.on)
    names = areas.paths([code for code, _row in declared], q.on)
    context = {
        "q": q,
        "path": asking.path(q),
        "lists": [LISTS[name] for name in NAMES],
        "lines": [
            {
                "code": line.code,
                "name": line.name,
                "cells": [
                    {
                        "n": line.counts.get(name, 0),
                        "link": asking.link(name, q, area=line.code) if line.code else asking.link(name, q),
                        "label": LISTS[name].label,
                    }
                    for name in NAMES
                ],
            }
            for line in lines
        ],
        "totals": [
            {"n": totals[name], "link": asking.link(name, q), "label": LISTS[name].label} for name in NAMES
        ],
        "declared": [(code, names.get(code, code), row) for code, row in declared],
    }
    return render(request, "web/ledgers/counts.html", context)
