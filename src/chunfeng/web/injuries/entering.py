"""An application taken in at the counter."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.benefits.actions import injuries
from chunfeng.benefits.choices import InjuryApplicant
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.web.guards import guarded
from chunfeng.web.places.common import Day


class ApplicationForm(forms.Form):
    """What the counter asks."""

    name = forms.CharField(label=gettext_lazy("Name of the worker"), max_length=60)
    document = forms.CharField(
        label=gettext_lazy("Document number"), max_length=40, widget=forms.TextInput({"autocomplete": "off"})
    )
    employer = forms.CharField(label=gettext_lazy("Employer"), max_length=120)
    employer_code = forms.CharField(
        label=gettext_lazy("Unified social credit code"), max_length=30, required=False
    )
    occupation = forms.CharField(label=gettext_lazy("Occupation"), max_length=40, required=False)
    applicant = forms.ChoiceField(label=gettext_lazy("Applied by"), choices=InjuryApplicant)
    happened_on = forms.DateField(label=gettext_lazy("Happened or diagnosed on"), widget=Day())
    applied_on = forms.DateField(label=gettext_lazy("Applied on"), widget=Day())
    died = forms.BooleanField(label=gettext_lazy("The worker died of it"), required=False)
    green = forms.BooleanField(label=pgettext_lazy("injury", "Green channel"), required=False, initial=True)


@never_cache
@guarded("injury.work", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """The form; sent twice it leads to the same case."""
    form = ApplicationForm(request.POST or None, initial={"applied_on": timezone.localdate()})
    key, error = request.POST.get("key", "")[:40] or uuid.uuid4().hex, ""
    if request.method == "POST" and form.is_valid():
        try:
            case = injuries.apply(**form.cleaned_data, key=f"desk:{key}", by=request.actor, at=timezone.now())
        except NotAllowed:
            raise
        except Refused as refused:
            error = str(refused)
        else:
            messages.success(request, _("The application is noted as received."))
            return redirect("injury", case.pk)
    status = 422 if error or (form.is_bound and not form.is_valid()) else 200
    response = render(
        request, "web/injuries/new.html", {"form": form, "key": key, "error": error}, status=status
    )
    response.roll_back = bool(error)  # type: ignore[attr-defined]
    return response
