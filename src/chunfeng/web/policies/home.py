"""The catalogue of measures for everybody: what, who, how much, which papers, where, whom to ask (O6, O7)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chunfeng.benefits import files
from chunfeng.benefits.choices import SubjectKind
from chunfeng.benefits.queries import claims
from chunfeng.benefits.queries import measures as queries
from chunfeng.web.guards import public

WORD = 40


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Measures in force today, for people and for employers; a word narrows them."""
    word = request.GET.get("q", "").strip()[:WORD]
    rows = [(row, files.read(row.text).contents) for row in queries.in_force(timezone.localdate())]
    if word:
        rows = [(row, c) for row, c in rows if word in c.title + c.summary]
    groups = [
        (label, [(row, c) for row, c in rows if row.measure.subject == kind])
        for kind, label in SubjectKind.choices
    ]
    shown = {"groups": [(label, each) for label, each in groups if each], "word": word}
    return render(request, "web/policies/home.html", shown)


@public
@require_safe
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """One measure in plain words, with its clauses."""
    today = timezone.localdate()
    found = queries.policy(code, today)
    if found is None:
        raise Http404(_("This measure is not in force today."))
    lists = [row for row in claims.public_lists(today) if row.measure_id == found.measure.pk]
    shown = {"policy": found, "contents": found.contents, "lists": lists}
    return render(request, "web/policies/policy.html", shown)
