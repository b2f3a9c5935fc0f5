"""Forms in sight with the headline figures of their newest period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chunfeng.core.actor import Actor
from chunfeng.reporting import queries
from chunfeng.reporting.choices import FormState
from chunfeng.reporting.models import Form
from chunfeng.reporting.queries.rollup import (
    AreaRow,
    definition_for,
    indicator_of,
    latest_period,
    shown,
    total,
)
from chunfeng.web.figures.asked import Head, choices, head
from chunfeng.web.guards import guarded

FORMS = 12
HEADLINES = 3


@dataclass(frozen=True)
class Headline:
    """A form, its newest period, how complete it is, and its first figures."""

    form: Form
    first: date
    last: date
    total: AreaRow
    figures: list[tuple[Head, str]]


@guarded("report.read")
def home(request: HttpRequest) -> HttpResponse:
    """The list; forms of which nothing is owed in sight yet stand last, without figures."""
    forms = queries.forms_in_sight().exclude(state=FormState.DRAFT)
    words = request.GET.get("q", "").strip()[:60]
    if words:
        forms = forms.filter(title__icontains=words)
    page = Paginator(forms, FORMS).get_page(request.GET.get("page"))
    at = timezone.now()
    lines = [(form, _headline(request.actor, form)) for form in page]
    lines.sort(key=lambda line: line[1] is None or not line[1].total.due)
    return render(
        request, "web/figures/home.html", {"lines": lines, "page": page, "words": words, "as_of": at}
    )


def _headline(actor: Actor, form: Form) -> Headline | None:
    at = timezone.now()
    newest = latest_period(form, timezone.localdate(at))
    if newest is None:
        return None
    asked = definition_for(form, newest[0])
    cells = [code for code in choices(asked) if "." not in code][:HEADLINES]
    whole = total(actor, form, newest[0], newest[0], at=at, cells=cells)
    figures = [
        (head(form, asked, cell), shown(indicator_of(asked, cell), whole.numbers.get(cell))) for cell in cells
    ]
    return Headline(form, *newest, whole, figures)
