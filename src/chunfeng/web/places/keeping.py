"""Leading groups, programmes of work and responsible persons of an office."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.core.errors import Refused
from chunfeng.offices import actions, queries
from chunfeng.offices.choices import GroupRole
from chunfeng.offices.models import LeadingGroup
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Listing
from chunfeng.web.places.common import (
    AreaField,
    Day,
    OfficeField,
    found_or_404,
    office_or_404,
    picked,
    run_form,
)
from chunfeng.web.places.office import crumbs

PARTNER_FIELDS = 6


class GroupForm(forms.Form):
    """A leading group."""

    name = forms.CharField(label=gettext_lazy("Name of the group"), max_length=120)
    set_up_on = forms.DateField(label=gettext_lazy("Set up on"), widget=Day())
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The document and clause that asked for it."),
    )


class MemberForm(forms.Form):
    """A person in a leading group."""

    person = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    post = forms.CharField(label=gettext_lazy("Post"), max_length=80, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Place in the group"), choices=GroupRole.choices)
    valid_from = forms.DateField(label=gettext_lazy("From"), widget=Day())


class ProgrammeForm(forms.Form):
    """A programme of work with its partners."""

    name = forms.CharField(label=gettext_lazy("Programme of work"), max_length=120)
    lead_official = forms.CharField(label=gettext_lazy("Lead official"), max_length=60)
    source = forms.CharField(label=gettext_lazy("Source"), max_length=200, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for n in range(1, PARTNER_FIELDS + 1):
            self.fields[f"partner_{n}"] = OfficeField(
                label=_("Coordination partner %(n)s") % {"n": n}, required=False
            )

    def act(self, data: dict[str, Any]) -> dict[str, Any]:
        """The arguments of the action."""
        partners = [data.pop(f"partner_{n}") for n in range(1, PARTNER_FIELDS + 1)]
        return {**data, "partners": [office for office in partners if office is not None]}


class ResponsibleForm(forms.Form):
    """The one who answers for an area."""

    area_code = AreaField(label=gettext_lazy("Area they answer for"))
    programme = forms.ChoiceField(label=gettext_lazy("For"), required=False)
    person = forms.CharField(label=gettext_lazy("Responsible person"), max_length=60)
    post = forms.CharField(label=gettext_lazy("Post"), max_length=80, required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    valid_from = forms.DateField(label=gettext_lazy("From"), widget=Day())


RESPONSIBLE = Listing(
    name="responsible",
    sort="area_code",
    search=lambda rows, text: queries.about_person_or_area(rows, text),
    columns=[
        Column("area", gettext_lazy("Area code"), lambda r: r.area_code, order="area_code"),
        Column("person", gettext_lazy("Responsible person"), lambda r: r.person, order="person"),
        Column("post", gettext_lazy("Post"), lambda r: r.post),
        Column("for", gettext_lazy("For"), lambda r: r.programme.name if r.programme else _("everything")),
        Column("office", gettext_lazy("Reports to"), lambda r: r.office.name),
        Column("since", gettext_lazy("From"), lambda r: r.valid_from, order="valid_from"),
    ],
)


@guarded("office.read")
def responsible(request: HttpRequest) -> HttpResponse:
    """Who answers for which area today, in the own range (P12)."""
    rows = queries.responsibilities(timezone.localdate())
    if RESPONSIBLE.wants_export(request):
        return RESPONSIBLE.export(request, rows)
    actor = request.actor
    without, below = queries.areas_without_responsible(actor.area_code or codes.COUNTRY, timezone.localdate())
    page = RESPONSIBLE.page(request, rows)
    shown = {
        "page": page,
        "tab": "responsible",
        "without": without,
        "below": below,
        "named": below - len(without),
    }
    return render(request, "web/places/responsible.html", shown)


@guarded("group.change", "GET", "POST")
def new_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Set up a leading group."""
    there = office_or_404(pk)
    return run_form(
        request,
        GroupForm(request.POST or None, initial={"set_up_on": timezone.localdate()}),
        do=lambda data: actions.set_up_group(office=there, **data, **_by(request)),
        to=lambda group: ("leading-group", group.pk),
        title=_("New leading group"),
        done=_("The leading group is set up. Now add its members."),
        crumbs=crumbs(there),
    )


@guarded("office.read", "GET", "POST")
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """One leading group: its members over time; adding, ending, dissolving."""
    there: LeadingGroup = found_or_404(queries.group_by_id(pk))
    if request.method == "POST" and "person" not in request.POST:
        return _end(request, there)
    form = MemberForm(request.POST or None, initial={"valid_from": timezone.localdate(), "role": "member"})
    members = sorted(
        there.memberships.all(), key=lambda m: (m.valid_to is not None, _order(m.role), m.valid_from)
    )
    if request.method == "POST" and form.is_valid():
        actions.add_member(group=there, **form.cleaned_data, **_by(request))
        messages.success(request, _("The member is added."))
        return redirect("leading-group", pk)
    shown = {
        "group": there,
        "office": there.office,
        "members": members,
        "form": form,
        "today": timezone.localdate(),
    }
    return render(request, "web/places/group.html", shown, status=422 if form.is_bound else 200)


def _end(request: HttpRequest, there: LeadingGroup) -> HttpResponse:
    on = _day(request)
    if text := request.POST.get("membership", ""):
        member_pk = asked.key(text)
        member = found_or_404(queries.membership_by_id(member_pk) if member_pk is not None else None)
        actions.end_membership(membership=member, on=on, **_by(request))
        messages.success(request, _("The membership ends on that day."))
    else:
        actions.dissolve_group(group=there, on=on, **_by(request))
        messages.success(request, _("The leading group is dissolved."))
    return redirect("leading-group", there.pk)


@guarded("group.change", "GET", "POST")
def new_programme(request: HttpRequest, pk: int) -> HttpResponse:
    """A programme of work of this office."""
    there = office_or_404(pk)
    form = ProgrammeForm(request.POST or None)
    return run_form(
        request,
        form,
        do=lambda data: actions.add_programme(office=there, **form.act(data), **_by(request)),
        to=lambda _made: ("office", there.pk),
        title=_("New programme of work"),
        done=_("The programme is entered."),
        crumbs=crumbs(there),
    )


@guarded("group.change", "GET", "POST")
def change_programme(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a programme right."""
    programme = found_or_404(queries.programme_by_id(pk))
    start = {"name": programme.name, "lead_official": programme.lead_official, "source": programme.source}
    for n, partner in enumerate(programme.partners.all()[:PARTNER_FIELDS], start=1):
        start[f"partner_{n}"] = picked(partner)
    form = ProgrammeForm(request.POST or None, initial=start)
    return run_form(
        request,
        form,
        do=lambda data: actions.change_programme(programme=programme, **form.act(data), **_by(request)),
        to=lambda _made: ("office", programme.office_id),
        title=_("Change the programme"),
        done=_("The programme is changed."),
        crumbs=crumbs(programme.office),
    )


@never_cache
@guarded("group.change", "GET", "POST")
def new_responsible(request: HttpRequest, pk: int) -> HttpResponse:
    """Name who answers for an area; the one before ends on that day."""
    there = office_or_404(pk)
    programmes = queries.programmes_of(there)
    start = {"area_code": there.area_code, "valid_from": timezone.localdate()}
    form = ResponsibleForm(request.POST or None, initial=start)
    choices = [("", _("everything")), *((str(p.pk), p.name) for p in programmes)]
    form.fields["programme"].choices = choices
    return run_form(
        request,
        form,
        do=lambda data: actions.name_responsible(
            **{**data, "programme": next((p for p in programmes if str(p.pk) == data["programme"]), None)},
            office=there,
            **_by(request),
        ),
        to=lambda _made: ("office", there.pk),
        title=_("Name the responsible person"),
        done=_("The responsible person is named."),
        note=_("Whoever answers for this area now ends on the day the new one begins."),
        crumbs=crumbs(there),
    )


@never_cache
@guarded("contact.read", "POST")
def show_responsible(request: HttpRequest, pk: int) -> HttpResponse:
    """The telephone number of a responsible person, for a reason that is recorded."""
    there = found_or_404(queries.responsibility_by_id(pk))
    phone = actions.reveal_responsible(
        responsibility=there, reason=request.POST.get("reason", ""), **_by(request)
    )
    shown = {"row": there, "phone": phone, "office": there.office}
    return render(request, "web/places/phone.html", shown)


@guarded("group.change", "POST")
def end_responsible(request: HttpRequest, pk: int) -> HttpResponse:
    """The person stops answering for the area."""
    there = found_or_404(queries.responsibility_by_id(pk))
    actions.end_responsibility(responsibility=there, on=_day(request), **_by(request))
    messages.success(request, _("The responsibility ends on that day."))
    return redirect("office", there.office_id)


def _day(request: HttpRequest) -> date:
    text = request.POST.get("on", "")
    day = asked.day(text) if text else timezone.localdate()
    if day is None:
        raise Refused(_("“%(text)s” is not a day. Write it like 2020-02-01.") % {"text": text[:20]})
    return day


def _order(role: str) -> int:
    return list(GroupRole.values).index(role)


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.actor, "at": timezone.now()}
