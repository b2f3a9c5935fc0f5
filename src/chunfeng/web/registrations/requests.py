"""Requests about own data: the open ones by their day, one with its answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.events import record_read
from chunfeng.people import rulebook
from chunfeng.people.actions import requests as actions
from chunfeng.people.choices import RequestKind, RequestState
from chunfeng.people.models import DataRequest
from chunfeng.people.queries import register
from chunfeng.people.queries import requests as queries
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people import common
from chunfeng.web.registrations.forms import AnswerForm, RequestForm


@never_cache
@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """The list: open ones by the day they are due."""
    actor, today = request.actor, timezone.localdate()
    names = common.Names(actor)
    rows = queries.requests(actor)
    listing = _listing(names)
    if listing.wants_export(request):
        return listing.export(request, rows)
    n, late = queries.open_counts(actor, today)
    context = {
        "page": listing.page(request, rows),
        "open": n,
        "late": late,
        "today": today,
        "term": rulebook.term(today),
    }
    return render(request, "web/registrations/requests.html", context)


@never_cache
@guarded("person.change", "GET", "POST")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request in for a person."""
    person = common.found_or_404(register.person(request.actor, pk))
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask(person=person, **form.cleaned_data, by=request.actor, at=timezone.now())
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Taken in. To be answered by %(day)s.") % {"day": made.due_on})
            return redirect("data-request", made.pk)
    context = {"person": person, "form": form, "term": rulebook.term(timezone.localdate())}
    return render(
        request, "web/registrations/request_new.html", context, status=422 if form.is_bound else 200
    )


@never_cache
@guarded("person.read")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The request with the ways to meet it."""
    return _page(request, common.found_or_404(queries.request(request.actor, pk)))


@guarded("person.change", "POST")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Met, or declined with reasons."""
    row = common.found_or_404(queries.request(request.actor, pk))
    form = AnswerForm(request.POST)
    if form.is_valid():
        met = request.POST.get("met") == "1"
        try:
            actions.answer(
                request=row, met=met, words=form.cleaned_data["words"], by=request.actor, at=timezone.now()
            )
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The request is answered."))
            return redirect("data-request", row.pk)
    return _page(request, row, status=422, form=form)


@guarded("person.change", "POST")
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Meet a request for deletion: the person's data go, and the request with them."""
    row = common.found_or_404(queries.request(request.actor, pk))
    try:
        actions.meet_deletion(request=row, by=request.actor, at=timezone.now())
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, row, status=422, error=str(refused))
    messages.success(request, _("The person's data are deleted, the request is met."))
    return redirect("data-requests")


def _page(request: HttpRequest, row: DataRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    record_read("data_request.read", by=request.actor, on=row)
    context = {
        "row": row,
        "late": row.state == RequestState.OPEN and row.due_on < timezone.localdate(),
        "term": rulebook.term(row.asked_on),
        "form": AnswerForm(),
    }
    return render(request, "web/registrations/request.html", context | more, status=status)


def _listing(names: common.Names) -> Listing:
    return Listing(
        name="data_requests",
        sort="due_on",
        filters=[
            Filter("state", gettext_lazy("State"), lambda: RequestState.choices),
            Filter("kind", gettext_lazy("What is asked"), lambda: RequestKind.choices),
        ],
        columns=[
            Column("person", gettext_lazy("Person"), lambda r: r.person.name),
            Column("kind", gettext_lazy("What is asked"), lambda r: r.get_kind_display()),
            Column("asked", gettext_lazy("Asked on"), lambda r: r.asked_on, order="asked_on"),
            Column("due", gettext_lazy("To be answered by"), lambda r: r.due_on, order="due_on"),
            Column("state", gettext_lazy("State"), lambda r: r.get_state_display()),
            Column("answer", pgettext_lazy("request", "Answer"), lambda r: r.answer),
            Column("office", gettext_lazy("Office"), lambda r: r.office.name),
            Column("area", gettext_lazy("Area"), lambda r: names.short(r.area_code)),
        ],
    )  # fmt: skip
