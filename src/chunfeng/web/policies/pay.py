"""What am I paid for these days? One page that leads by the case to the measure that reckons it (J2)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chunfeng.benefits import engine, files
from chunfeng.benefits.queries import measures as queries
from chunfeng.web.guards import public


@public
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The cases with the measures in force that answer them; the self-check of each does the reckoning."""
    tongue = engine.language()
    found = [
        (kind.label[tongue], kind.hint[tongue], [(row, files.read(row.text).contents) for row in rows])
        for kind, rows in queries.pay_cases(timezone.localdate())
    ]
    return render(
        request, "web/policies/pay.html", {"cases": found, "any": any(rows for *_words, rows in found)}
    )
