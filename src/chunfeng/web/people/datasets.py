"""Datasets: why people are held, on what ground, and until when."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.people import actions
from chunfeng.people.queries import register
from chunfeng.web.guards import guarded
from chunfeng.web.people.entering import run_form
from chunfeng.web.people.forms import DatasetForm


@guarded("person.read")
def datasets(request: HttpRequest) -> HttpResponse:
    """The datasets of the area and of those above."""
    today = timezone.localdate()
    rows = [
        {"dataset": row, "days": (row.keep_until - today).days} for row in register.datasets(request.actor)
    ]
    return render(request, "web/people/datasets.html", {"rows": rows})


@guarded("dataset.change", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Open a dataset of the own office."""
    return run_form(
        request,
        DatasetForm(request.POST or None),
        do=lambda data: actions.make_dataset(**data, by=request.actor, at=timezone.now()),
        to=lambda _made: ("people-datasets",),
        title=_("New dataset"),
        done=_("The dataset is open."),
        crumbs=[(reverse("people"), _("People")), (reverse("people-datasets"), _("Datasets"))],
    )
