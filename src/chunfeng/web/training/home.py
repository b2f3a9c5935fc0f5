"""Courses for the registered unemployed: which there are, who asks for which trade (L18)."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.benefits.actions import training
from chunfeng.benefits.choices import SubjectKind
from chunfeng.benefits.queries import claims
from chunfeng.benefits.queries import training as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.queries import register
from chunfeng.web.claims.common import money
from chunfeng.web.claims.forms import MoneyField
from chunfeng.web.guards import guarded
from chunfeng.web.people import common as people
from chunfeng.web.places.common import Day

SHOWN, FOUND = 100, 20


class CourseForm(forms.Form):
    """A course as it is offered."""

    measure = forms.ChoiceField(label=gettext_lazy("Measure that says who may join"))
    title = forms.CharField(label=gettext_lazy("Title of the course"), max_length=120)
    subject = forms.CharField(label=gettext_lazy("Trade taught, as people ask for it"), max_length=60)
    provider = forms.CharField(label=gettext_lazy("Training body"), max_length=120)
    place = forms.CharField(label=pgettext_lazy("course", "Place"), max_length=200)
    begins_on = forms.DateField(label=pgettext_lazy("course", "First day"), widget=Day())
    ends_on = forms.DateField(label=pgettext_lazy("course", "Last day"), widget=Day())
    seats = forms.IntegerField(
        label=pgettext_lazy("course", "Seats"), min_value=1, max_value=training.MOST_SEATS
    )
    fee = MoneyField(label=gettext_lazy("Course fee a person in yuan, paid by the fund"), max_length=20)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, measures: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["measure"].choices = measures  # type: ignore[attr-defined]


@never_cache
@guarded("training.work")
def home(request: HttpRequest) -> HttpResponse:
    """The newest courses, and the trades people ask for."""
    return _home(request, {})


@never_cache
@guarded("training.work", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Offer a course."""
    held = {each.code: each for each in claims.measures(request.actor, timezone.localdate())}
    held = {code: each for code, each in held.items() if each.subject == SubjectKind.PERSON}
    form = CourseForm(
        request.POST or None, initial={"key": uuid.uuid4().hex},
        measures=[(code, each.title) for code, each in held.items()],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"measure": held[form.cleaned_data["measure"]]}
        try:
            row = training.add_course(**given, by=request.actor, at=timezone.now())
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The course is offered."))
            return redirect("course", row.pk)
    context = {"form": form, "none": not held}
    return render(request, "web/training/new.html", context, status=422 if form.is_bound else 200)


@never_cache
@guarded("training.work", "POST")
def need(request: HttpRequest) -> HttpResponse:
    """Write down that somebody asks for a trade: found by name or document, chosen where several are found."""
    given = request.POST
    try:
        rows = found(request)
        chosen = [row for row in rows if str(row.pk) == given.get("person")] or (
            rows if len(rows) == 1 else []
        )
        if chosen:
            training.note_need(
                person=chosen[0], subject=given.get("subject", ""), by=request.actor, at=timezone.now()
            )
            messages.success(request, _("The need is written down."))
            return redirect("training")
        return _home(request, {"people": shown_people(request, rows), "searched": True})
    except NotAllowed:
        raise
    except Refused as refused:
        response = _home(request, {"error": str(refused)}, status=422)
        response.roll_back = True  # type: ignore[attr-defined]
        return response


def found(request: HttpRequest) -> list[Any]:
    """People in sight by name or document as typed in `who`, at most FOUND."""
    text = request.POST.get("who", "").strip()[:60]
    if not text:
        raise Refused(_("Type a name or the number of a document."))
    return list(register.find(register.people(request.actor), text).order_by("pk")[:FOUND])


def shown_people(request: HttpRequest, rows: list[Any]) -> list[dict[str, Any]]:
    """People as a page shows them: the document masked, the area short."""
    names = people.Names(request.actor)
    names.load_people(rows)
    return [
        {
            "pk": row.pk,
            "name": row.name,
            "document": people.masked_document(row),
            "area": names.short(row.area_code),
        }
        for row in rows
    ]


def _home(request: HttpRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    rows = list(queries.courses(actor).order_by("-begins_on", "-pk")[:SHOWN])
    context = {
        "courses": [
            {
                "row": row,
                "when": "now"
                if row.begins_on <= today <= row.ends_on
                else "over"
                if today > row.ends_on
                else "soon",
                "full": row.taken >= row.seats,
                "fee": money(row.fee),
            }
            for row in rows
        ],
        "needs": queries.needs(actor),
        "subjects": queries.subjects(actor),
        "typed": request.POST,
        "people": [],
        "searched": False,
        "error": "",
    }
    return render(request, "web/training/home.html", context | more, status=status)
