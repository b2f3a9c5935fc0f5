"""Placement rules and affected areas: what is in force, the library, taking into use, ending."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices import queries as notices
from chunfeng.notices.models import Clause
from chunfeng.people.actions import placement as actions
from chunfeng.people.choices import Exposure, Placement
from chunfeng.people.models import PlacementRule
from chunfeng.people.placement import library as shipped
from chunfeng.people.queries import affected, placing
from chunfeng.web import asked, clauses
from chunfeng.web.guards import guarded
from chunfeng.web.isolation import common
from chunfeng.web.people.common import Names, found_or_404
from chunfeng.web.people.entering import run_form
from chunfeng.web.people.forms import wide
from chunfeng.web.places.common import AreaField, Day

SYMPTOMS = (
    ("", gettext_lazy("both")),
    ("no", pgettext_lazy("case", "without symptoms")),
    ("yes", pgettext_lazy("case", "with symptoms")),
)
_SAID = {"": None, "no": False, "yes": True}


class EmergencyForm(forms.Form):
    """The emergency that something belongs to."""

    emergency = wide(forms.ChoiceField(label=gettext_lazy("Emergency")))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.events = {str(event.pk): event for event in notices.emergencies() if event.ended_on is None}
        self.fields["emergency"].choices = [(key, event.name) for key, event in self.events.items()]  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """One rule."""

    name = wide(forms.CharField(label=pgettext_lazy("title", "Name"), max_length=120))
    exposure = forms.ChoiceField(label=gettext_lazy("Exposure"), choices=Exposure.choices)
    symptoms = forms.ChoiceField(label=gettext_lazy("Which symptoms"), choices=SYMPTOMS, required=False)
    placement = forms.ChoiceField(label=gettext_lazy("Placement"), choices=Placement.choices)
    days = forms.IntegerField(
        label=gettext_lazy("Full days without symptoms"),
        min_value=0,
        max_value=actions.MOST_DAYS,
        help_text=gettext_lazy("Also the days for which a stay in an affected area is looked back at."),
    )
    fever_above = forms.DecimalField(
        label=gettext_lazy("Fever above (°C)"), max_digits=3, decimal_places=1, required=False
    )
    valid_from = forms.DateField(label=gettext_lazy("In force from"), widget=Day())
    valid_to = forms.DateField(label=gettext_lazy("No longer from"), widget=Day(), required=False)
    clause = wide(forms.ChoiceField(label=gettext_lazy("Clause it rests on"), required=False))
    source = wide(
        forms.CharField(
            label=gettext_lazy("Or its words"),
            max_length=300,
            required=False,
            help_text=gettext_lazy("Document number and clause, for example 人社厅明电〔2020〕8号 第三条."),
        )
    )

    def __init__(self, *args: Any, actor: Actor, held: Clause | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.clauses = clauses.to_cite(actor, held)
        self.fields["clause"].choices = [("", _("none of these")), *clauses.choices(self.clauses)]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the action takes. A clause chosen anew brings its own words, unless others were typed."""
        names = [name for name in RuleForm.base_fields if name not in ("symptoms", "clause")]
        clause = self.clauses.get(self.cleaned_data["clause"])
        given = {name: self.cleaned_data[name] for name in names}
        if clause is not None and "clause" in self.changed_data and "source" not in self.changed_data:
            given["source"] = ""
        return given | {"symptoms": _SAID[self.cleaned_data["symptoms"]], "clause": clause}


class NewRuleForm(RuleForm, EmergencyForm):
    """A rule of the own office."""

    field_order = ["emergency"]


class EndForm(forms.Form):
    """The day from which something no longer holds."""

    on = forms.DateField(label=gettext_lazy("No longer from"), widget=Day())


class AffectedForm(EmergencyForm):
    """An area that counts as affected."""

    place = wide(AreaField(label=gettext_lazy("Affected area")))
    risk = forms.CharField(label=gettext_lazy("Degree"), max_length=40, required=False)
    valid_from = forms.DateField(label=gettext_lazy("From"), widget=Day(), initial=timezone.localdate)
    valid_to = forms.DateField(label=gettext_lazy("No longer from"), widget=Day(), required=False)
    source = wide(forms.CharField(label=gettext_lazy("Clause it rests on"), max_length=300))
    field_order = ["emergency", "place", "risk", "valid_from", "valid_to", "source"]


@guarded("isolation.work")
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force, those to come and those that ended, the strictest exposure first."""
    actor, today = request.actor, timezone.localdate()
    rows = list(placing.rules(actor).order_by("exposure", "-area_code", "-valid_from", "pk")[:300])
    held = [row for row in rows if row.valid_to is None or row.valid_to > today]
    order = [str(each) for each in Exposure]
    held.sort(key=lambda row: (order.index(row.exposure), row.symptoms is not True))
    return render(
        request,
        "web/isolation/rules.html",
        {
            "rules": [_shown(row, actor, today) for row in held],
            "ended": [_shown(row, actor, today) for row in rows if row not in held],
            "today": today,
        },
    )


@guarded("placement.change")
def library(request: HttpRequest) -> HttpResponse:
    """The shipped rules as cards, with those of the own office that came from them."""
    names = {row.name for row in placing.rules(request.actor) if row.office_id == request.actor.office_id}
    cards = [
        {
            "rule": each,
            "placement": Placement(each.placement).label,
            "exposure": Exposure(each.exposure).label,
            "tone": common.TONES[Placement(each.placement)],
            "taken": each.values()["name"] in names,
        }
        for each in shipped.rules()
    ]
    return render(request, "web/isolation/library.html", {"cards": cards})


@guarded("placement.change", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """A rule, empty or filled in from the library (`?from=`)."""
    found = shipped.rule(request.GET.get("from", ""))
    start: dict[str, Any] = {"valid_from": timezone.localdate(), "days": 14}
    if found is not None:
        start |= found.values()
        start["symptoms"] = {None: "", False: "no", True: "yes"}[found.symptoms]
    form = NewRuleForm(request.POST or None, initial=start, actor=request.actor)
    return run_form(
        request,
        form,
        do=lambda data: actions.make_rule(
            emergency=form.events[data["emergency"]], by=request.actor, at=timezone.now(), **form.values()
        ),
        to=lambda _made: ("isolation-rules",),
        title=_("Take a placement rule into use"),
        done=_("The rule is in force from its day on."),
        crumbs=_crumbs(),
        note=found.remark if found is not None else "",
    )


@guarded("placement.change", "GET", "POST")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a rule right; one that has placed people gets a successor."""
    row = _rule(request, pk)
    start = {name: getattr(row, name) for name in RuleForm.base_fields}
    start |= {
        "symptoms": {None: "", False: "no", True: "yes"}[row.symptoms],
        "clause": str(row.clause_id or ""),
    }
    form = RuleForm(request.POST or None, initial=start, actor=request.actor, held=row.clause)
    return run_form(
        request,
        form,
        do=lambda _data: actions.change_rule(rule=row, by=request.actor, at=timezone.now(), **form.values()),
        to=lambda _made: ("isolation-rules",),
        title=_("Change the placement rule"),
        done=_("The rule is changed."),
        crumbs=_crumbs(),
        note=_(
            "A rule that has placed people stays as it was for them; the new wording begins on its own day."
        ),
    )


@guarded("placement.change", "GET", "POST")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The rule places nobody any more."""
    row = _rule(request, pk)
    return run_form(
        request,
        EndForm(request.POST or None, initial={"on": timezone.localdate()}),
        do=lambda data: actions.end_rule(rule=row, on=data["on"], by=request.actor, at=timezone.now()),
        to=lambda _made: ("isolation-rules",),
        title=_("End the placement rule"),
        done=_("The rule ends on that day."),
        crumbs=_crumbs(),
        note=_("Isolations under way keep their clause and their last day."),
    )


@guarded("isolation.work")
def areas(request: HttpRequest) -> HttpResponse:
    """The areas that count as affected on a day, and those that did."""
    actor = request.actor
    day = asked.day(request.GET.get("on")) or timezone.localdate()
    rows = list(affected.declared(actor).order_by("-valid_from", "place")[:500])
    names = Names(actor)
    names.load(row.place for row in rows)
    held = [row for row in rows if row.valid_from <= day and (row.valid_to is None or row.valid_to > day)]
    mine = {row.pk for row in rows if actor.sees(row.area_code)}
    shown = {
        "held": [{"row": row, "name": names.of(row.place), "mine": row.pk in mine} for row in held],
        "other": [{"row": row, "name": names.of(row.place)} for row in rows if row not in held],
        "day": day,
        "today": timezone.localdate(),
    }
    return render(request, "web/isolation/areas.html", shown)


@guarded("placement.change", "GET", "POST")
def declare(request: HttpRequest) -> HttpResponse:
    """Declare an area affected."""
    form = AffectedForm(request.POST or None)
    return run_form(
        request,
        form,
        do=lambda data: actions.declare_affected(
            **(data | {"emergency": form.events[data["emergency"]]}), by=request.actor, at=timezone.now()
        ),
        to=lambda _made: ("isolation-areas",),
        title=_("Declare an affected area"),
        done=_("The area counts as affected from its day on."),
        crumbs=[(reverse("isolation"), _("Isolation")), (reverse("isolation-areas"), _("Affected areas"))],
        note=_(
            "Everything inside it counts too. People who were there within the look-back are placed by the rules."
        ),
    )


@guarded("placement.change", "POST")
def end_area(request: HttpRequest, pk: int) -> HttpResponse:
    """The area no longer counts from the day given, today where none is."""
    row = found_or_404(affected.declared(request.actor).filter(pk=pk).first())
    on = asked.day(request.POST.get("on")) or timezone.localdate()
    try:
        actions.end_affected(area=row, on=on, by=request.actor, at=timezone.now())
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The area no longer counts as affected from that day on."))
    return redirect("isolation-areas")


def _rule(request: HttpRequest, pk: int) -> PlacementRule:
    found: PlacementRule = found_or_404(placing.rules(request.actor).filter(pk=pk).first())
    return found


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("isolation"), _("Isolation")), (reverse("isolation-rules"), _("Placement rules"))]


def _shown(row: PlacementRule, actor: Any, today: Any) -> dict[str, Any]:
    return {
        "rule": row,
        "tone": common.TONES[Placement(row.placement)],
        "mine": actor.sees(row.area_code),
        "later": row.valid_from > today,
        "symptoms": {
            None: "",
            True: pgettext("case", "with symptoms"),
            False: pgettext("case", "without symptoms"),
        }[row.symptoms],
    }


def _words(symptoms: bool | None) -> str:
    if symptoms is None:
        return ""
    return pgettext("case", "with symptoms") if symptoms else pgettext("case", "without symptoms")
