"""Registrations, advice before leaving and own rights on a person's page; the acts of a referral."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.people.actions import referrals
from chunfeng.people.models import FollowUp, Person
from chunfeng.people.queries import departure, follow_ups, register
from chunfeng.people.queries import registrations as queries
from chunfeng.people.queries import requests as data_requests
from chunfeng.people.queries.departure import Verdict
from chunfeng.web.guards import guarded
from chunfeng.web.people import common
from chunfeng.web.registrations.forms import OfferForm, RequestForm, SettleForm
from chunfeng.web.registrations.home import TONES, ground_label

VERDICT_TONES = {Verdict.ORDERLY: "good", Verdict.REFER: "bad", Verdict.ASK: "warn", Verdict.STAYS: ""}


def context(actor: Actor, person: Person) -> dict[str, Any]:
    """What the included panels of the person's page show."""
    advice = departure.advice([person], timezone.localdate())[person.pk]
    return {
        "registrations": [
            {"row": row, "tone": TONES[row.state], "ground": ground_label(row)}
            for row in queries.of_person(person)
        ],
        "advice": advice if advice.wish is not None else None,
        "advice_tone": VERDICT_TONES[advice.verdict],
        "referral_key": uuid.uuid4().hex,
        "offer_form": OfferForm(auto_id="offer_%s"),
        "settle_form": SettleForm(auto_id="settle_%s"),
        "data_requests": list(data_requests.of_person(person)),
        "request_form": RequestForm(auto_id="request_%s"),
    }


@guarded("contact_record.write", "POST")
def refer(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to look for a job."""
    person = common.found_or_404(register.person(request.actor, pk))
    referrals.refer(person=person, by=request.actor, at=timezone.now())
    messages.success(request, _("The referral is open until a job is settled."))
    return redirect("person", person.pk)


@guarded("contact_record.write", "POST")
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was offered."""
    row = _referral(request, pk)
    form = OfferForm(request.POST)
    key = request.POST.get("key", "")[:60]
    if not form.is_valid() or not key:
        messages.error(request, _("Say what was offered, and on which day to ask again."))
        return redirect("person", row.person_id)
    referrals.offer_job(
        follow_up=row, **form.cleaned_data, key=f"offer-{row.pk}-{key}", by=request.actor, at=timezone.now()
    )
    messages.success(request, _("The offer is on record."))
    return redirect("person", row.person_id)


@guarded("contact_record.write", "POST")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """A job is settled, or the person gave it up."""
    row = _referral(request, pk)
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say where the job is, or why it was given up."))
        return redirect("person", row.person_id)
    settled = request.POST.get("settled") == "1"
    referrals.settle_referral(
        follow_up=row, settled=settled, outcome=form.cleaned_data["outcome"], by=request.actor,
        at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("A job is settled.") if settled else _("The referral is closed."))
    return redirect("person", row.person_id)


def _referral(request: HttpRequest, pk: int) -> FollowUp:
    found: FollowUp = common.found_or_404(follow_ups.follow_up(request.actor, pk))
    return found
