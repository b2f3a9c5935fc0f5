"""The list of forms in sight."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from chunfeng.notices import queries as notices
from chunfeng.reporting import queries
from chunfeng.reporting.choices import FormState, Origin
from chunfeng.reporting.models import Form
from chunfeng.web.forms import words
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing


def _latest(form: Form) -> dict[str, Any]:
    """The definition written last; the versions are read with the list."""
    rows = sorted(form.versions.all(), key=lambda row: row.number)
    return rows[-1].definition if rows else {}


def _rhythm(form: Form) -> str:
    every = _latest(form).get("every")
    return words.rhythm(str(every)) if every else ""


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(
        Q(title__icontains=text)
        | Q(code__icontains=text)
        | Q(source__icontains=text)
        | Q(owner__name__icontains=text)
    )


LISTING = Listing(
    name="forms",
    columns=[
        Column("title", gettext_lazy("title"), lambda f: f.title, order="title"),
        Column("rhythm", gettext_lazy("how often"), _rhythm),
        Column("owner", gettext_lazy("asked for by"), lambda f: f.owner.name, order="owner__name"),
        Column("state", gettext_lazy("state"), lambda f: f.get_state_display(), order="state"),
        Column("source", gettext_lazy("source"), lambda f: f.source, order="source"),
        Column("origin", gettext_lazy("origin"), lambda f: f.get_origin_display(), order="origin"),
        Column("code", gettext_lazy("code"), lambda f: f.code, order="code"),
    ],
    sort="-created_at",
    search=_search,
    filters=[
        Filter("state", gettext_lazy("state"), lambda: FormState.choices),
        Filter("origin", gettext_lazy("origin"), lambda: Origin.choices),
        Filter(
            "emergency",
            gettext_lazy("emergency"),
            lambda: [(str(each.pk), each.name) for each in notices.emergencies()],
        ),
    ],
)


@guarded("form.read")
def home(request: HttpRequest) -> HttpResponse:
    """Forms asked for here, above and below; the same list as xlsx."""
    rows = queries.forms_in_sight().prefetch_related("versions")
    if LISTING.wants_export(request):
        return LISTING.export(request, rows)
    return render(request, "web/forms/forms.html", {"page": LISTING.page(request, rows)})
