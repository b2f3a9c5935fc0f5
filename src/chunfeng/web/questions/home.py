"""Questions of the public: the list, one taken in at the counter or the telephone, and the statistics (J6)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.benefits import rulebook
from chunfeng.benefits.actions import enquiries
from chunfeng.benefits.choices import EnquiryChannel, EnquiryState
from chunfeng.benefits.models import Enquiry
from chunfeng.benefits.queries import enquiries as queries
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people.common import Names
from chunfeng.web.places.common import AreaField
from chunfeng.web.questions.common import TONES, kind_label, kinds, late, took

AT_THE_OFFICE = (EnquiryChannel.COUNTER, EnquiryChannel.PHONE, EnquiryChannel.HOTLINE)
SPAN = 90
"""Days the statistics cover unless others are chosen."""


class NewForm(forms.Form):
    """A question as it is taken in; nobody has to say who they are."""

    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"), choices=[(each, each.label) for each in AT_THE_OFFICE]
    )
    kind = forms.ChoiceField(label=pgettext_lazy("enquiry", "What it is about"), required=False)
    question = forms.CharField(
        label=gettext_lazy("The question, in the words of the asker"),
        max_length=enquiries.WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    name = forms.CharField(label=gettext_lazy("Name, for calling back"), max_length=60, required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone, for calling back"), max_length=40, required=False)
    area_code = AreaField(label=gettext_lazy("Area, if not the whole of yours"), required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = [("", _("to be set later")), *kinds()]  # type: ignore[attr-defined]


@never_cache
@guarded("enquiry.work")
def home(request: HttpRequest) -> HttpResponse:
    """One page of the questions in sight; `export=xlsx` gives the whole list, without words and names."""
    actor: Actor = request.actor
    names, today = Names(actor), timezone.localdate()
    listing = _listing(names)
    rows = queries.enquiries(actor)
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(row.area_code for row in page.rows)
    counts = queries.counts(actor, today)
    tiles = [("late", _("past their day"), counts["late"], "bad")]
    tiles += [(state, state.label, counts.get(state, 0), TONES[state]) for state in EnquiryState]
    context = {
        "page": page,
        "tiles": tiles,
        "state": request.GET.get("state", ""),
        "rows": [
            (row, late(row, today), kind_label(row.kind), names.short(row.area_code)) for row in page.rows
        ],
        "tones": TONES,
    }
    return render(request, "web/questions/home.html", context)


@never_cache
@guarded("enquiry.work", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Take a question in."""
    form = NewForm(request.POST or None, initial={"key": uuid.uuid4().hex, "channel": EnquiryChannel.PHONE})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"key": f"desk:{form.cleaned_data['key']}"}
        try:
            row = enquiries.take_in(**given, by=request.actor, at=timezone.now())
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The question is taken in."))
            return redirect("question", row.pk)
    context = {"form": form, "term": rulebook.term(timezone.localdate())}
    return render(request, "web/questions/new.html", context, status=422 if form.is_bound else 200)


@guarded("enquiry.work")
def figures(request: HttpRequest) -> HttpResponse:
    """How many questions of which kind, where and when, the share answered and the median time."""
    actor, today = request.actor, timezone.localdate()
    last = min(asked.day(request.GET.get("to")) or today, today)
    first = min(asked.day(request.GET.get("from")) or last - timedelta(days=SPAN), last)
    names = Names(actor)
    by_area = queries.statistics(actor, first, last, "area")
    codes = {line.key: line.key.ljust(12, "0") for line in by_area}
    names.load(codes.values())
    tables = [
        (
            _("By kind"),
            pgettext_lazy("enquiry", "Kind"),
            queries.statistics(actor, first, last, "kind"),
            kind_label,
        ),
        (_("By area"), pgettext_lazy("enquiry", "Area"), by_area, lambda key: names.short(codes[key])),
        (
            _("By week"),
            pgettext_lazy("enquiry", "Week from"),
            queries.statistics(actor, first, last, "week"),
            str,
        ),
    ]
    shown = [
        (title, head, [(label(line.key), line, took(line.median)) for line in lines])
        for title, head, lines, label in tables
    ]
    context = {"tables": shown, "first": first, "last": last, "any": bool(by_area)}
    return render(request, "web/questions/figures.html", context)


def _listing(names: Names) -> Listing:
    return Listing(
        name="questions",
        sort="-pk",
        filters=[
            Filter(
                "state",
                gettext_lazy("State"),
                lambda: [("late", _("past their day")), *EnquiryState.choices],
                apply=lambda rows, state: (
                    rows.filter(state=EnquiryState.OPEN, due_on__lt=timezone.localdate())
                    if state == "late"
                    else rows.filter(state=state)
                ),
            ),
            Filter("kind", pgettext_lazy("enquiry", "Kind"), kinds),
            Filter("channel", gettext_lazy("Came by"), lambda: EnquiryChannel.choices),
        ],
        columns=[
            Column("number", gettext_lazy("No."), lambda row: f"#{row.pk}", order="pk"),
            Column("kind", pgettext_lazy("enquiry", "Kind"), lambda row: kind_label(row.kind)),
            Column("channel", gettext_lazy("Came by"), lambda row: row.get_channel_display()),
            Column("state", gettext_lazy("State"), lambda row: row.get_state_display()),
            Column(
                "due", gettext_lazy("To be answered by"), lambda row: row.due_on.isoformat(), order="due_on"
            ),
            Column("area", pgettext_lazy("enquiry", "Area"), lambda row: names.short(row.area_code)),
            Column("asked", pgettext_lazy("enquiry", "Asked"), _asked, order="asked_at"),
        ],
    )


def _asked(row: Enquiry) -> str:
    return timezone.localdate(row.asked_at).isoformat()
