"""The gate: find who stands there, ask, decide, and show the answer with its clause."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import entry
from chunfeng.people.choices import ContactKind, HandOver, IsolationState, Placement
from chunfeng.people.models import Person
from chunfeng.people.queries import contacts, register
from chunfeng.people.queries import isolation as queries
from chunfeng.web.guards import guarded
from chunfeng.web.isolation import common
from chunfeng.web.people.common import Names, age, found_or_404, masked_document, seal_text
from chunfeng.web.places.common import AreaField, Day

MOST = 20


class EntryForm(forms.Form):
    """What is asked at the gate."""

    origin = AreaField(label=gettext_lazy("Comes from"), required=False)
    left_on = forms.DateField(label=gettext_lazy("Left there on"), required=False, widget=Day())
    near_case = forms.BooleanField(label=gettext_lazy("Met somebody who is ill or suspected"), required=False)
    temperature = forms.CharField(
        label=gettext_lazy("Temperature"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "36.5"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Registered as"),
        choices=[(kind, ContactKind(kind).label) for kind in entry.KINDS],
    )
    handed_to = forms.ChoiceField(
        label=gettext_lazy("Daily prevention passes to"),
        choices=[("", "—"), *HandOver.choices],
        required=False,
    )
    handed_name = forms.CharField(
        label=gettext_lazy("Name of the employer or the community"), max_length=120, required=False
    )
    place = forms.CharField(
        label=gettext_lazy("Where they will stay"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Address or room. Kept sealed."),
    )


@never_cache
@guarded("isolation.work", "GET", "POST")
def gate(request: HttpRequest) -> HttpResponse:
    """Find the person by document, telephone or name; the words stay out of the address."""
    if request.method == "POST":
        text = request.POST.get("text", "").strip()[:60]
        token = seal_text(text, request.actor) if text else ""
        return redirect(reverse("isolation-gate") + ("?" + urlencode({"q": token}) if token else ""))
    text = common.searched(request)
    found = list(register.find(register.people(request.actor), text).order_by("-pk")[:MOST]) if text else []
    names = Names(request.actor)
    names.load(person.area_code for person in found)
    shown = {
        "searched": text,
        "people": [
            {
                "person": person,
                "age": age(person.birth),
                "document": masked_document(person),
                "home": names.short(person.area_code),
            }
            for person in found
        ],
    }
    return render(request, "web/isolation/gate.html", shown)


@never_cache
@guarded("isolation.work", "GET", "POST")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask and decide."""
    person: Person = found_or_404(common.person_of(request.actor, pk))
    form = EntryForm(request.POST or None, initial={"handed_name": person.employer})
    post = request.POST
    if request.method == "POST" and form.is_valid():
        chips, other = post.getlist("symptoms"), post.get("other", "")
        try:
            if post.get("well") and (chips or other.strip()):
                raise Refused(_("Both “no symptoms” and symptoms are ticked."))
            done = entry.decide_entry(
                person=person, symptoms=() if post.get("well") else chips or None, other=other,
                key=post.get("key", "")[:60] or common.new_key(), by=request.actor, at=timezone.now(),
                **form.cleaned_data,
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("isolation-decided", done.contact.pk)
    shown = {
        "person": person,
        "form": form,
        "chips": common.symptom_choices(),
        "typed": {
            "symptoms": post.getlist("symptoms"),
            "well": post.get("well"),
            "other": post.get("other", ""),
        },
        "key": post.get("key") or common.new_key(),
    }
    return render(request, "web/isolation/decide.html", shown, status=422 if form.is_bound else 200)


@never_cache
@guarded("isolation.work")
def decided(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer in one word, with its clause, to be shown at the gate and printed."""
    contact = found_or_404(contacts.contact(request.actor, pk))
    if contact.script != entry.SCRIPT:
        return redirect("contact", contact.pk)
    placement = contact.branch if contact.branch in Placement.values else ""
    person = common.person_of(request.actor, contact.person_id)
    rows = queries.of_person(person) if person else []
    shown = {
        "contact": contact,
        "person": person,
        "placement": Placement(placement).label if placement else "",
        "tone": common.TONES[Placement(placement)] if placement else "warn",
        "origin": Names().of(contact.origin),
        "row": next(
            (row for row in rows if row.contact_id == contact.pk or row.state == IsolationState.OPEN), None
        ),
        "enter": placement == Placement.ENTER,
        "hospital": placement == Placement.HOSPITAL,
    }
    return render(request, "web/isolation/decided.html", shown)
