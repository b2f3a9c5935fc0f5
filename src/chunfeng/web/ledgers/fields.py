"""Four fields at a glance: employment, migrant flow, HR market, labour relations."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from chunfeng.people.queries.dashboard import Figure, four_fields
from chunfeng.people.queries.lists import Asked
from chunfeng.web.guards import guarded
from chunfeng.web.ledgers import asking


@never_cache
@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """The figures the register and the reports hold, each leading to what it was counted from."""
    q = asking.question(request)
    now = timezone.now()
    fields = [
        {
            "label": _said(field.label),
            "code": field.code,
            "empty": field.empty,
            "figures": [_shown(figure, q) for figure in field.figures],
        }
        for field in four_fields(request.actor, q.area, now, q.on)
    ]
    context = {"fields": fields, "now": now, "path": asking.path(q)}
    return render(request, "web/ledgers/fields.html", context)


def _shown(figure: Figure, q: Asked) -> dict[str, Any]:
    link = ""
    if figure.list and figure.value is not None:
        link = asking.link(figure.list, q)
    elif figure.form and figure.first and figure.last:
        days = {"first": figure.first, "last": figure.last, "area": q.area, "cell": figure.cell}
        link = f"{reverse('rollup', args=[figure.form])}?{urlencode(days)}"
    return {
        "label": _said(figure.label),
        "value": figure.value,
        "why": figure.why,
        "source": figure.source,
        "link": link,
    }


def _said(label: Any) -> str:
    return str(label["zh"] if (get_language() or "").startswith("zh") else label["en"])
