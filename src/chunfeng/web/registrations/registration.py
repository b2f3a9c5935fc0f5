"""One application: taken in for a person, papers, decision, end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.events import record_read
from chunfeng.people import rulebook
from chunfeng.people.actions import registrations as actions
from chunfeng.people.choices import RegistrationKind, RegistrationState
from chunfeng.people.models import Registration
from chunfeng.people.queries import register
from chunfeng.people.queries import registrations as queries
from chunfeng.web.guards import guarded
from chunfeng.web.people import common
from chunfeng.web.registrations.forms import ApplyForm, EndForm, GrantForm, ReasonForm
from chunfeng.web.registrations.home import TONES, ground_label

FORMS: dict[str, type[forms.Form]] = {"grant": GrantForm, "refuse": ReasonForm, "end": EndForm}


@never_cache
@guarded("registration.work", "GET", "POST")
def new(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Take an application in for a person."""
    person = common.found_or_404(register.person(request.actor, pk))
    if what not in RegistrationKind.values:
        raise Http404
    form = ApplyForm(request.POST or None, kind=what)
    shown = request.POST.getlist("proof")
    if request.method == "POST" and form.is_valid():
        chosen = rulebook.ground(what, form.cleaned_data["ground"])
        proofs = [code for code in shown if chosen and code in chosen.proofs]
        try:
            made = actions.apply(
                person=person, kind=what, proofs=proofs, **form.cleaned_data,
                by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The application is taken in."))
            return redirect("registration", made.pk)
    papers = {code: label for each in rulebook.grounds_of(what) for code, label in each.proofs.items()}
    context = {
        "person": person,
        "kind": RegistrationKind(what).label,
        "form": form,
        "grounds": rulebook.grounds_of(what),
        "chosen": form["ground"].value(),
        "papers": papers,
        "shown": shown,
    }
    return render(request, "web/registrations/new.html", context, status=422 if form.is_bound else 200)


@never_cache
@guarded("person.read")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The application with its papers, what speaks against it, and the decision."""
    return _page(request, common.found_or_404(queries.registration(request.actor, pk)))


@guarded("registration.work", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Papers shown, granted, refused, ended."""
    row = common.found_or_404(queries.registration(request.actor, pk))
    by = {"by": request.actor, "at": timezone.now()}
    if move == "proofs":
        actions.show_proofs(registration=row, proofs=request.POST.getlist("proof"), **by)
        messages.success(request, _("The papers are noted."))
        return redirect("registration", row.pk)
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "grant": (actions.grant, _("Granted. The person is in the category from that day.")),
        "refuse": (actions.refuse, _("Refused. Tell the person the reason.")),
        "end": (actions.end, _("Ended.")),
    }
    if move not in acts:
        raise Http404
    form = FORMS[move](request.POST, auto_id=f"{move}_%s")
    if form.is_valid():
        do, done = acts[move]
        try:
            do(registration=row, **form.cleaned_data, **by)
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, done)
            return redirect("registration", row.pk)
    return _page(request, row, status=422, **{f"{move}_form": form})


def _page(request: HttpRequest, row: Registration, *, status: int = 200, **more: Any) -> HttpResponse:
    if row.detail:
        record_read("registration.read", by=request.actor, on=row)
    ground = rulebook.ground(row.kind, row.ground)
    applied = row.state == RegistrationState.APPLIED
    context = {
        "row": row,
        "tone": TONES[RegistrationState(row.state)],
        "ground": ground_label(row),
        "verified": bool(ground and ground.verified),
        "papers": [
            {"code": code, "label": label, "shown": code in row.proofs}
            for code, label in (ground.proofs.items() if ground else ())
        ],
        "doubts": queries.doubts(row, timezone.localdate()) if applied else [],
        "area": common.Names(request.actor).of(row.area_code),
        "grant_form": GrantForm(initial={"valid_from": row.applied_on}, auto_id="grant_%s"),
        "refuse_form": ReasonForm(auto_id="refuse_%s"),
        "end_form": EndForm(auto_id="end_%s"),
    }
    return render(request, "web/registrations/registration.html", context | more, status=status)
