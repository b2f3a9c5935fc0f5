"""A message to many: chosen, counted, confirmed with that number, followed while it is written."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import actions, jobs
from chunfeng.people.choices import Category, MailingState
from chunfeng.people.models import Mailing
from chunfeng.people.queries import census, choosing
from chunfeng.people.queries import messages as queries
from chunfeng.web import asked
from chunfeng.web.census.forms import statements
from chunfeng.web.guards import guarded
from chunfeng.web.messages.forms import ManyForm
from chunfeng.web.messages.home import TONES
from chunfeng.web.people import common

FATES: dict[str, Any] = {
    "new": gettext_lazy("written"),
    "known": gettext_lazy("written before"),
    "declined": gettext_lazy("declined the channel"),
    "no_address": gettext_lazy("no number or address"),
    "no_template": gettext_lazy("no template fits"),
    "incomplete": gettext_lazy("something the text needs is not known"),
}
PAGE = 50


@guarded("message.send")
def home(request: HttpRequest) -> HttpResponse:
    """Messages to many of the area, the newest first."""
    rows = queries.mailings(request.actor)
    before = asked.key(request.GET.get("before"))
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    context = {
        "rows": [{"row": row, "written": row.counts.get("new", 0)} for row in found[:PAGE]],
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
    }
    return render(request, "web/messages/mailings.html", context)


@guarded("message.send", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Choose what about and whom; the next page counts and asks."""
    actor = request.actor
    form = ManyForm(request.POST or None, actor=actor, initial=_asked_for(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.draft_mailing(
                occasion=data["occasion"], whose=data["whose"], matter=data["matter"],
                destination=data["destination"], chosen=form.chosen(), by=actor, at=timezone.now(),
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("mailing", made.pk)
    context = {"form": form, "about": form.fields_of(form.about), "whom": form.fields_of(form.whom)}
    return render(request, "web/messages/many.html", context, status=422 if form.is_bound else 200)


@never_cache
@guarded("message.send")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Before it is confirmed: whom it would reach, and what would be written. Afterwards: how far it is."""
    actor = request.actor
    row = common.found_or_404(queries.mailing(actor, pk))
    today = timezone.localdate()
    draft = row.state == MailingState.DRAFT
    context: dict[str, Any] = {
        "row": row,
        "own": row.office_id == actor.office_id,
        "whom": _words(row, actor),
        "destination": common.Names(actor).of(row.destination),
    }
    if draft:
        context |= {"prospect": queries.prospect(actor, row, today), "templates": _templates(actor, row)}
    else:
        sent = queries.states(queries.messages(actor).filter(mailing=row))
        context |= {
            "fates": [
                (label, row.counts.get(code, 0)) for code, label in FATES.items() if row.counts.get(code)
            ],
            "looked_at": sum(row.counts.values()),
            "states": [
                {"state": state, "label": label, "n": sent[state], "tone": TONES[state]}
                for state, label in zip(TONES, (state.label for state in TONES), strict=True)
            ],
        }
    return render(request, "web/messages/mailing.html", context)


@guarded("message.send", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Confirm with the number that was seen, or give it up."""
    row = common.found_or_404(queries.mailing(request.actor, pk))
    by = {"by": request.actor, "at": timezone.now()}
    if move == "confirm":
        expected = asked.key(request.POST.get("expected"))
        actions.confirm_mailing(mailing=row, expected=expected if expected is not None else -1, **by)
        transaction.on_commit(jobs.defer_mailings)
        messages.success(request, _("The messages are being written."))
    elif move == "drop":
        actions.drop_mailing(mailing=row, **by)
        messages.success(request, _("Given up. What was written already stays in the outbox."))
    else:
        raise Http404
    return redirect("mailing", row.pk)


def _templates(actor: Any, row: Mailing) -> list[dict[str, Any]]:
    """What could be written, as a made-up person would read it."""
    names = common.Names(actor)
    found = queries.gaps(actor, row.occasion, timezone.localdate())
    names.load(code for each in found for code in (each.home, each.destination))
    return [
        {
            "row": each,
            "home": names.of(each.home),
            "destination": names.of(each.destination),
            "preview": queries.preview(each.text),
        }
        for each in found
    ]


def _words(row: Mailing, actor: Any) -> list[str]:
    """The filter in words."""
    names = common.Names(actor)
    chosen = choosing.load(row.chosen)
    said = dict(pair for _group, pairs in statements() for pair in pairs)
    affected = _("an affected area")
    campaign = census.campaign(actor, chosen.unreached_of) if chosen.unreached_of else None
    parts = [
        (_("home area"), names.of(chosen.home)),
        (_("work area"), affected if chosen.work == choosing.AFFECTED else names.of(chosen.work)),
        (_("want to go to"), names.of(row.chosen.get("destination", ""))),
        (_("category"), "、".join(str(Category(each).label) for each in chosen.categories)),
        (_("stated last"), said.get(f"{chosen.fact_kind}:{chosen.fact_value}", "")),
        (_("not reached in"), campaign.name if campaign else ""),
    ]
    return [f"{label}：{value}" for label, value in parts if value]


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """What a link from another page (a ledger, a round of calls) begins with."""
    return {name: value[:60] for name, value in request.GET.items() if name in ManyForm.base_fields}
