"""Messages on a person's page: what was written, what was declined, further addresses."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.crypto import mask
from chunfeng.people import actions
from chunfeng.people.models import Person
from chunfeng.people.queries import messages as queries
from chunfeng.people.queries import register
from chunfeng.web.guards import guarded
from chunfeng.web.messages.forms import AddressForm, DeclineForm, OneForm
from chunfeng.web.messages.home import TONES, said
from chunfeng.web.people import common

SHOWN = 8


def context(actor: Actor, person: Person) -> dict[str, Any]:
    """What `web/people/_panel_messages.html` shows."""
    rows = list(queries.of_person(person)[: SHOWN + 1])
    return {
        "person_messages": [
            {"row": row, "tone": TONES[row.state], "said": said(row)} for row in rows[:SHOWN]
        ],
        "more_messages": len(rows) > SHOWN,
        "declined": list(queries.declined_by(person)),
        "addresses": [{"row": row, "shown": mask(str(row.address))} for row in queries.addresses_of(person)],
        "message_form": OneForm(auto_id="message_%s"),
        "decline_form": DeclineForm(auto_id="decline_%s"),
        "address_form": AddressForm(auto_id="address_%s"),
    }


@guarded("message.send", "POST")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one message by the template of an occasion."""
    person = _found(request, pk)
    form = OneForm(request.POST)
    if not form.is_valid():
        return _back(request, person, _first(form))
    now = timezone.now()
    data = form.cleaned_data
    made = actions.queue_message(
        person=person, occasion=data["occasion"], whose=data["whose"], extra={"note": data["matter"]},
        dedupe=f"hand:{timezone.localdate(now)}:{data['occasion']}:{data['whose']}"
        + (f":{hash_of(data['matter'])}" if data["matter"] else ""),
        by=request.actor, at=now,
    )  # fmt: skip
    if made is None:
        latest = queries.of_person(person).first()
        why = latest.error or latest.get_state_display() if latest and latest.made_at == now else ""
        return _back(
            request,
            person,
            why or _("Nothing was written: no template fits, or something it needs is not known."),
        )
    messages.success(request, _("The message waits in the outbox."))
    return redirect("person", person.pk)


@guarded("contact_record.write", "POST")
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """The person wants no messages by a channel."""
    person = _found(request, pk)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _back(request, person, _first(form))
    actions.decline(person=person, **form.cleaned_data, by=request.actor, at=timezone.now())
    messages.success(request, _("Nothing is sent by this channel any more."))
    return redirect("person", person.pk)


@guarded("contact_record.write", "POST")
def allow(request: HttpRequest, pk: int) -> HttpResponse:
    """The person wants messages again."""
    person = _found(request, pk)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _back(request, person, _first(form))
    actions.allow_again(person=person, **form.cleaned_data, by=request.actor, at=timezone.now())
    messages.success(request, _("Messages may be sent by this channel again."))
    return redirect("person", person.pk)


@guarded("person.change", "POST")
def address(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a further address, or take it out."""
    person = _found(request, pk)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _back(request, person, _first(form))
    channel, _colon, whose = form.cleaned_data["kind"].partition(":")
    actions.set_address(
        person=person, channel=channel, whose=whose, address=form.cleaned_data["address"],
        by=request.actor, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("The address is saved."))
    return redirect("person", person.pk)


def hash_of(text: str) -> str:
    """A short name for the words of a matter, so that two matters on a day are two messages."""
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()[:12]


def _first(form: Any) -> str:
    field, errors = next(iter(form.errors.items()))
    label = form.fields[field].label if field in form.fields else ""
    return f"{label}：{errors[0]}" if label else str(errors[0])


def _back(request: HttpRequest, person: Person, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("person", person.pk)


def _found(request: HttpRequest, pk: int) -> Person:
    found: Person = common.found_or_404(register.person(request.actor, pk))
    return found
