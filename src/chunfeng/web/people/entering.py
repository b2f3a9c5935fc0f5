"""Entering a person by hand, and putting a record right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import actions
from chunfeng.people.models import Person
from chunfeng.people.queries import register
from chunfeng.web.guards import guarded
from chunfeng.web.people import common
from chunfeng.web.people.forms import NewPersonForm, PhonesForm, RecordForm


@never_cache
@guarded("person.change", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a person. Somebody who is there already is named with a link."""
    actor = request.actor
    datasets = {str(row.pk): row for row in register.datasets(actor, open_on=timezone.localdate())}
    if not datasets:
        raise Refused(_("Make a dataset first: nobody is held without a purpose."))
    form = NewPersonForm(request.POST or None)
    form.fields["dataset"].choices = [(key, row.name) for key, row in datasets.items()]
    return run_form(
        request,
        form,
        do=lambda data: actions.add_person(
            dataset=datasets[data["dataset"]],
            values=form.values(),
            phones=data["phones"],
            by=actor,
            at=timezone.now(),
        ),
        to=lambda made: ("person", made.pk),
        title=_("Add a person"),
        done=_("The person is in the register."),
        crumbs=[(reverse("people"), _("People"))],
    )


@never_cache
@guarded("person.change", "GET", "POST")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a record right. The document is never filled in; left empty it stays."""
    person = common.found_or_404(register.person(request.actor, pk))
    names = common.Names()
    places = {key: _place(names, getattr(person, key)) for key in ("area_code", "current_area", "work_area")}
    household = person.household
    start = {key: getattr(person, key) for key in ("name", "sex", "employer", "occupation", "note")}
    start |= places | {"household_number": household.number if household else ""}
    form = RecordForm(request.POST or None, initial=start)
    form.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=person.version)
    return run_form(
        request,
        form,
        do=lambda data: actions.change_person(
            person=person,
            version=data["version"],
            values=_changed(form, household.number if household else ""),
            by=request.actor,
            at=timezone.now(),
        ),
        to=lambda made: ("person", made.pk),
        title=_("Correct the record"),
        done=_("The record is changed."),
        crumbs=crumbs(person),
        note=_(
            "Document number, date of birth and address are not shown here. Left empty, they stay as they are."
        ),
    )


@never_cache
@guarded("person.change", "GET", "POST")
def phones(request: HttpRequest, pk: int) -> HttpResponse:
    """Write all phones anew."""
    person = common.found_or_404(register.person(request.actor, pk))
    return run_form(
        request,
        PhonesForm(request.POST or None),
        do=lambda data: actions.set_phones(
            person=person, numbers=data["phones"], by=request.actor, at=timezone.now()
        ),
        to=lambda _made: ("person", person.pk),
        title=_("Write the phones anew"),
        done=_("The phones are saved."),
        crumbs=crumbs(person),
        note=_("Numbers are stored sealed. Type them anew; what you leave out is removed."),
    )


def crumbs(person: Person) -> list[tuple[str, str]]:
    """The way to a person's page."""
    return [(reverse("people"), _("People")), (reverse("person", args=[person.pk]), person.name)]


def run_form(
    request: HttpRequest,
    form: forms.Form,
    *,
    do: Callable[[dict[str, Any]], Any],
    to: Callable[[Any], tuple[Any, ...]],
    title: str,
    done: str,
    crumbs: list[tuple[str, str]],
    note: str = "",
) -> HttpResponse:
    """Show a form, and on POST do its act: success goes on, a refusal stands above what was typed."""
    known = None
    if request.method == "POST" and form.is_valid():
        try:
            result = do(form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
            known = getattr(refusal, "person_id", None)
        else:
            messages.success(request, done)
            return redirect(*to(result))
    shown = {"form": form, "title": title, "crumbs": crumbs, "note": note, "known": known}
    return render(request, "web/people/form.html", shown, status=422 if form.is_bound else 200)


def _place(names: common.Names, code: str) -> str:
    return f"{code} {names.of(code)}" if code and names.of(code) != code else code


def _changed(form: RecordForm, household_number: str) -> dict[str, Any]:
    """Without the household where nothing is said of it: offices of the other areas do not keep it."""
    given = form.values()
    if given["household_number"] == household_number and not {"cell_code", "address"} & given.keys():
        del given["household_number"]
    return given
