"""One person: masked until a reason is given, what was said and by whom, categories, household, own rights."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.crypto import mask
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people import actions
from chunfeng.people.choices import Doubt, FactKind
from chunfeng.people.models import Fact, Person
from chunfeng.people.queries import duplicates, register
from chunfeng.web.contacts import records as contacts
from chunfeng.web.guards import guarded
from chunfeng.web.isolation import person as isolation
from chunfeng.web.messages import panel as messages_panel
from chunfeng.web.people import common
from chunfeng.web.people.forms import CategoryForm, FactForm
from chunfeng.web.registrations import panel as registrations_panel

SEALED: dict[str, Any] = {
    "id_number": gettext_lazy("Document number"),
    "phones": gettext_lazy("Phone"),
    "address": gettext_lazy("Address"),
}


@never_cache
@guarded("person.read")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The person's page; a record merged into another leads to that one."""
    person = _found(request, pk)
    return redirect("person", person.pk) if person.pk != pk else _page(request, person)


@never_cache
@guarded("person.unmask", "POST")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One sealed field in full, for a reason that stands in the audit trail."""
    person = _found(request, pk)
    field = request.POST.get("field", "")
    opened: dict[str, list[str]] = {}
    refusal = "" if field in SEALED else _("Choose what to show.")
    if not refusal:
        try:
            opened[field] = actions.unmask(
                person=person, field=field, reason=request.POST.get("reason", ""), **_by(request)
            )
        except NotAllowed:
            raise
        except Refused as refused:
            refusal = str(refused)
    numbers = _numbers(person, opened) | {"field": field, "refusal": refusal}
    if request.headers.get("HX-Request"):
        return render(request, "web/people/_numbers.html", {"person": person} | numbers)
    return _page(request, person, status=422 if refusal else 200, **numbers)


@never_cache
@guarded("person.unmask", "POST")
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """All that is held about a person, in the open, to be printed and handed over."""
    person = _found(request, pk)
    reason = request.POST.get("reason", "").strip()[:200]
    if not reason:
        return _page(request, person, error=_("Say who asked, and how it was checked."), status=422)
    view = actions.own_view(person=person, reason=reason, by=request.actor)
    names = common.Names()
    household = view.household
    record = [
        (_("Name"), person.name), (_("Sex"), person.get_sex_display() if person.sex else ""),
        (_("Date of birth"), person.birth and person.birth.isoformat()),
        (_("Kind of document"), person.get_id_kind_display() if person.id_kind else ""),
        (_("Document number"), view.document), (_("Phone"), "、".join(view.phones)),
        (_("Home area"), names.of(person.area_code)), (_("Now at"), names.of(person.current_area)),
        (_("Work area"), names.of(person.work_area)), (_("Employer"), person.employer),
        (_("Occupation"), person.occupation), (_("Note"), person.note),
        (_("Household number"), household.number if household else ""),
        (_("Address"), household.address if household else ""),
    ]  # fmt: skip
    sections = [
        {"label": _("Record"), "pairs": record},
        {"label": _("Categories"), "lines": [_category_line(row) for row in view.categories]},
        {"label": _("What is known"), "lines": [_fact_line(fact, names) for fact in view.facts]},
        {
            "label": _("Held for"),
            "lines": [
                _("%(name)s: %(purpose)s (%(source)s), deleted on %(day)s")
                % {"name": d.name, "purpose": d.purpose, "source": d.source, "day": d.keep_until}
                for d in view.datasets
            ],
        },
    ]
    for more in view.further:
        lines = list(more.lines)
        if more.elsewhere:
            lines.append(_("%(n)s further entries are held by other offices.") % {"n": more.elsewhere})
        sections.insert(-1, {"label": more.label, "lines": lines})
    shown = {"person": person, "sections": sections, "now": timezone.now()}
    return render(request, "web/people/own.html", shown)


@guarded("person.change", "POST")
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Meet the person's request to be deleted."""
    person = _found(request, pk)
    try:
        actions.erase(person=person, reason=request.POST.get("reason", ""), **_by(request))
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, person, error=str(refused), status=422)
    messages.success(request, _("The person's data are deleted."))
    return redirect("people")


@guarded("person.change", "POST")
def fact(request: HttpRequest, pk: int) -> HttpResponse:
    """Add one statement."""
    person = _found(request, pk)
    form = FactForm(request.POST)

    def do(data: dict[str, Any]) -> None:
        kind, _colon, value = data.pop("statement").partition(":")
        actions.state_fact(person=person, kind=kind, value=value, **data, **_by(request))

    return _add(request, person, form, "fact_form", do, _("The statement is added."))


@guarded("person.change", "POST")
def category(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the person into a category from a day on."""
    person = _found(request, pk)
    form = CategoryForm(request.POST)

    def do(data: dict[str, Any]) -> None:
        actions.set_category(person=person, **data, **_by(request))

    return _add(request, person, form, "category_form", do, _("The category is saved."))


@guarded("person.change", "POST")
def category_end(request: HttpRequest, pk: int, category_pk: int) -> HttpResponse:
    """The category ends today."""
    person = _found(request, pk)
    held = common.found_or_404(register.categories(person).filter(pk=category_pk).first())
    actions.end_category(category=held, on=timezone.localdate(), **_by(request))
    messages.success(request, _("The category has ended."))
    return redirect("person", person.pk)


def _add(
    request: HttpRequest, person: Person, form: forms.Form, name: str, do: Any, done: str
) -> HttpResponse:
    if form.is_valid():
        try:
            do(dict(form.cleaned_data))
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, done)
            return redirect("person", person.pk)
    return _page(request, person, status=422, **{name: form})


def _page(request: HttpRequest, person: Person, *, status: int = 200, **more: Any) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    names = common.Names()
    facts = list(register.facts(person).select_related("office"))
    household = register.household_of(person)
    cell = household.cell_code if household else ""
    names.load_people([person])
    names.load([cell, *(fact.place for fact in facts)])
    context: dict[str, Any] = {
        "person": person,
        "age": common.age(person.birth),
        "doubts": [Doubt(code).label for code in person.id_doubt.split(",") if code in Doubt.values],
        "names": {
            "home": names.of(person.area_code),
            "current": names.of(person.current_area),
            "work": names.of(person.work_area),
            "cell": names.of(cell),
        },
        "compared": [
            {
                "label": FactKind(side.kind).label,
                "own": _shown(side.own, names),
                "village": _shown(side.village, names),
                "agree": side.agrees,
            }
            for side in register.all_compared(person)
        ],
        "facts": [_shown(fact, names) for fact in facts],
        "categories": [
            {"row": row, "ended": row.valid_to is not None and row.valid_to <= today}
            for row in register.categories(person)
        ],
        "household": household,
        "members": list(register.housemates(actor, person)),
        "datasets": list(register.places_in_datasets(person)),
        "pairs": list(duplicates.pairs(actor).filter(Q(kept=person) | Q(other=person)))
        if roles.can(actor, "person.merge")
        else [],
        "fact_form": FactForm(),
        "category_form": CategoryForm(initial={"valid_from": today}),
    }
    context |= contacts.panel(actor, person)
    context |= isolation.panel(actor, person)
    context |= messages_panel.context(actor, person) | registrations_panel.context(actor, person)
    context |= _numbers(person, {}) | more
    return render(request, "web/people/person.html", context, status=status)


def _numbers(person: Person, opened: dict[str, list[str]]) -> dict[str, Any]:
    """The sealed fields, masked save what was opened; an address is only said to be there."""
    household = register.household_of(person)
    held = {
        "id_number": [mask(person.id_number)] if person.id_number else [],
        "phones": common.masked_phones(person),
        "address": ["******"] if household and household.address else [],
    }
    rows = [
        {
            "label": _kind(person) if field == "id_number" else label,
            "values": opened.get(field, held[field]),
            "opened": field in opened,
            "call": field == "phones",
        }
        for field, label in SEALED.items()
    ]
    maskable = [(field, label) for field, label in SEALED.items() if held[field]]
    return {"numbers": rows, "maskable": maskable, "opened": bool(opened)}


def _kind(person: Person) -> Any:
    return person.get_id_kind_display() if person.id_kind else SEALED["id_number"]


def _shown(fact: Fact | None, names: common.Names) -> dict[str, Any] | None:
    if fact is None:
        return None
    said = f"{fact.get_value_display()}（{names.of(fact.place)}）" if fact.place else fact.get_value_display()
    return {
        "shown": said, "kind": fact.get_kind_display(), "said": fact.get_said_display(), "on": fact.on,
        "by": fact.by_name, "office": fact.office.name if fact.office_id else "", "source": fact.source,
        "sealed": bool(fact.detail),
    }  # fmt: skip


def _fact_line(fact: Fact, names: common.Names) -> str:
    parts = [fact.on.isoformat(), fact.get_kind_display(), fact.get_value_display(), names.of(fact.place)]
    parts += [fact.detail or "", fact.get_said_display(), fact.source]
    return " · ".join(part for part in parts if part)


def _category_line(row: Any) -> str:
    days = _day(row.valid_from) + (f" – {_day(row.valid_to)}" if row.valid_to else "")
    return " · ".join(part for part in (str(row.get_category_display()), days, row.source) if part)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _found(request: HttpRequest, pk: int) -> Person:
    found: Person = common.found_or_404(register.person(request.actor, pk))
    return found


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.actor, "at": timezone.now()}
