"""One office: its page, its contacts, and putting its entry right."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.offices import actions, queries
from chunfeng.offices.choices import Level, Line
from chunfeng.offices.models import Office
from chunfeng.web.guards import guarded
from chunfeng.web.places.common import AreaField, OfficeField, found_or_404, office_or_404, picked, run_form

CHILDREN_SHOWN = 30


class OfficeForm(forms.Form):
    """The entry of an office in the directory."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Office name"), max_length=120)
    short_name = forms.CharField(label=gettext_lazy("Short name"), max_length=60, required=False)
    aliases = forms.CharField(
        label=gettext_lazy("Other names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line, as documents write it: 市人社局."),
    )
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=Level.choices)
    line = forms.ChoiceField(label=gettext_lazy("Line of business"), choices=Line.choices)
    area_code = AreaField(label=gettext_lazy("Area"), help_text=gettext_lazy("Code or full name."))
    parent = OfficeField(label=gettext_lazy("Reports to"), required=False)
    agency_code = forms.CharField(
        label=gettext_lazy("Agency code in document numbers"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("For example 春人社发."),
    )
    is_partner = forms.BooleanField(label=gettext_lazy("Partner agency"), required=False)

    def clean_aliases(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["aliases"].splitlines() if line.strip()]


class ContactForm(forms.Form):
    """How to reach an office."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    duty = forms.CharField(label=gettext_lazy("Post"), max_length=60, required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    mobile = forms.CharField(label=gettext_lazy("Mobile"), max_length=40, required=False)
    email = forms.CharField(label=gettext_lazy("E-mail"), max_length=200, required=False)


@never_cache
@guarded("office.read")
def office(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything the directory knows about one office. Numbers are masked."""
    return _page(request, office_or_404(pk))


@never_cache
@guarded("contact.read", "POST")
def show_contacts(request: HttpRequest, pk: int) -> HttpResponse:
    """The contacts with their numbers, for a reason that is recorded."""
    there = office_or_404(pk)
    actor = request.actor
    shown = actions.reveal_contacts(
        office=there, reason=request.POST.get("reason", ""), by=actor, at=timezone.now()
    )
    if request.headers.get("HX-Request"):
        return render(request, "web/places/contacts.html", {"office": there, "open_contacts": shown})
    return _page(request, there, open_contacts=shown)


@guarded("office.change", "GET", "POST")
def new_office(request: HttpRequest) -> HttpResponse:
    """Enter an office in the directory."""
    actor = request.actor
    above = queries.office_by_id(actor.office_id) if actor.office_id else None
    order = list(Level.values)
    level = order[min(order.index(above.level) + 1, len(order) - 1)] if above else str(Level.COUNTY)
    start = {
        "parent": picked(above),
        "area_code": request.GET.get("area", actor.area_code),
        "level": level,
        "line": above.line if above else str(Line.HRSS),
    }
    form = OfficeForm(request.POST or None, initial=start)
    return run_form(
        request,
        form,
        do=lambda data: actions.add_office(**data, by=actor, at=timezone.now()),
        to=lambda made: ("office", made.pk),
        title=_("New office"),
        done=_("The office is in the directory."),
        crumbs=[(reverse("offices"), _("Offices"))],
    )


@guarded("office.change", "GET", "POST")
def change_office(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the entry of an office right."""
    there = office_or_404(pk)
    start = {
        **{key: getattr(there, key) for key in ("code", "name", "short_name", "level", "line", "area_code")},
        "aliases": "\n".join(there.aliases),
        "parent": picked(there.parent),
        "agency_code": there.agency_code,
        "is_partner": there.is_partner,
    }
    return run_form(
        request,
        OfficeForm(request.POST or None, initial=start),
        do=lambda data: actions.change_office(
            office=there,
            **data,
            by=request.actor,
            at=timezone.now(),
        ),
        to=lambda made: ("office", made.pk),
        title=_("Change the entry"),
        done=_("The entry is changed."),
        crumbs=crumbs(there),
    )


@guarded("office.change", "POST")
def retire_office(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an office out of service, or put it back."""
    there = office_or_404(pk)
    act = actions.retire_office if there.active else actions.return_office
    act(
        office=there,
        reason=request.POST.get("reason", ""),
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(
        request, _("The office is out of service.") if there.active else _("The office is in service again.")
    )
    return redirect("office", pk)


@never_cache
@guarded("contact.change", "GET", "POST")
def set_contact(request: HttpRequest, pk: int, contact_pk: int | None = None) -> HttpResponse:
    """Add a contact, or write one anew. Numbers in use are never filled in: they would be shown unasked."""
    there = office_or_404(pk)
    contact = found_or_404(queries.contact_by_id(contact_pk)) if contact_pk else None
    start = {"name": contact.name, "duty": contact.duty} if contact else {}
    return run_form(
        request,
        ContactForm(request.POST or None, initial=start),
        do=lambda data: actions.set_contact(
            office=there,
            contact=contact,
            **data,
            by=request.actor,
            at=timezone.now(),
        ),
        to=lambda made: ("office", there.pk),
        title=_("Write the contact anew") if contact else _("New contact"),
        done=_("The contact is saved."),
        note=_("Numbers are stored sealed. Type them anew; what you leave empty is removed.")
        if contact
        else "",
        crumbs=crumbs(there),
    )


@guarded("contact.change", "POST")
def remove_contact(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Take a person off the contacts."""
    contact = found_or_404(queries.contact_by_id(contact_pk))
    if contact.office_id != pk:
        found_or_404(None)
    actions.remove_contact(
        contact=contact,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("The contact is removed."))
    return redirect("office", pk)


def crumbs(there: Office) -> list[tuple[str, str]]:
    """The way to the page of an office."""
    return [(reverse("offices"), _("Offices")), (reverse("office", args=[there.pk]), there.name)]


def _page(request: HttpRequest, there: Office, open_contacts: list[Any] | None = None) -> HttpResponse:
    on = timezone.localdate()
    actor = request.actor
    children = list(queries.below(there, direct=True)[: CHILDREN_SHOWN + 1])
    shown = {
        "office": there,
        "path": areas.path_name(there.area_code, on) or there.area_code,
        "in_sight": actor.sees(there.area_code) or there.area_code in actor.above,
        "in_reach": actor.sees(there.area_code),
        "contacts": queries.masked_contacts(there),
        "open_contacts": open_contacts,
        "groups": queries.groups_of(there),
        "programmes": queries.programmes_of(there),
        "responsible": queries.responsible_for(there.area_code, on),
        "children": children[:CHILDREN_SHOWN],
        "more_children": len(children) > CHILDREN_SHOWN,
        "postings": queries.postings_at(there, on),
        "is_country": there.area_code == codes.COUNTRY,
    }
    return render(request, "web/places/office.html", shown)
