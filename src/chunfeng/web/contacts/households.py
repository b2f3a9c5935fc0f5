"""Households and ten-household cells: who lives there, who answers, who is still to be visited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.areas.choices import Level
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import queries as offices
from chunfeng.people.actions.households import assign_cell
from chunfeng.people.queries import contacts
from chunfeng.people.queries import households as queries
from chunfeng.web import asked
from chunfeng.web.contacts.common import areas_below, by, in_area
from chunfeng.web.contacts.lists import result
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people import common
from chunfeng.web.places.common import find_area

MOST_MEMBERS = 60


@never_cache
@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """The households of the area, by village and number; chosen ones go into a cell."""
    actor: Actor = request.actor
    names = common.Names(actor)
    listing = _listing(actor, names)
    rows = queries.households(actor)
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(code for row in page.rows for code in (row.area_code, row.cell_code))
    return render(request, "web/contacts/households.html", {"page": page})


@guarded("person.change", "POST")
def assign(request: HttpRequest) -> HttpResponse:
    """Put the ticked households into a cell, or take them out of theirs."""
    keys = asked.keys(request.POST.getlist("household"))
    chosen = list(queries.households(request.actor).filter(pk__in=keys))
    text = request.POST.get("cell", "").strip()
    try:
        if not text and "out" not in request.POST:
            raise Refused(_("Write the cell, or take the households out of theirs."))
        cell = "" if "out" in request.POST else _cell(text)
        n = assign_cell(households=chosen, cell_code=cell, **by(request))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(n)s households changed.") % {"n": n})
    kept = {key: request.POST[key][:40] for key in ("area", "cell_state", "q") if request.POST.get(key)}
    return redirect(reverse("households") + ("?" + urlencode(kept) if kept else ""))


@never_cache
@guarded("person.read")
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """One household: who lives there, visits, and what is still open."""
    actor: Actor = request.actor
    found = common.found_or_404(queries.household(actor, pk))
    people = list(queries.members(actor, found)[:MOST_MEMBERS])
    waiting = queries.not_visited(actor, timezone.localdate(), found.area_code)
    names = common.Names(actor)
    names.load([found.area_code, found.cell_code])
    context = {
        "household": found, "village": names.short(found.area_code), "cell": names.short(found.cell_code),
        "head": queries.heads_of([found.cell_code], timezone.localdate()).get(found.cell_code),
        "people": [
            {"person": person, "age": common.age(person.birth), "waiting": person.pk in waiting} for person in people
        ],
        "rows": [
            {"contact": row, "result": result(row, contacts.branch_words(row.script))}
            for row in queries.contacts_of(people)
        ],
    }  # fmt: skip
    follow_ups, isolations = queries.open_work(people)
    return render(
        request, "web/contacts/household.html", context | {"follow_ups": follow_ups, "isolations": isolations}
    )


@never_cache
@guarded("person.read")
def cells(request: HttpRequest) -> HttpResponse:
    """The cells of the area with their heads and the people not visited yet."""
    actor: Actor = request.actor
    within = request.GET.get("area", "")
    known = dict(areas_below(actor))
    rows = queries.cells(actor, timezone.localdate(), within if within in known else "")
    names = common.Names(actor)
    names.load(code for row in rows for code in (row.village, row.code))
    shown = [
        {"row": row, "village": names.short(row.village), "name": _cell_name(names, row)} for row in rows
    ]
    context = {
        "rows": shown, "areas": list(known.items()), "within": within, "cut": len(rows) >= queries.MOST_CELLS,
        "left": sum(row.due for row in rows),
    }  # fmt: skip
    return render(request, "web/contacts/cells.html", context)


@never_cache
@guarded("person.read")
def cell(request: HttpRequest, code: str) -> HttpResponse:
    """One cell: its head, its households with their people, visits and what is open."""
    actor: Actor = request.actor
    if not _is_code(code) or not actor.sees(code):
        raise Http404
    today = timezone.localdate()
    homes = list(queries.households(actor).filter(cell_code=code).order_by("number", "pk"))
    area = areas.area(code, today)
    if not homes and (area is None or area.level < Level.BLOCK):
        raise Http404
    people = list(queries.members_of(actor, homes))
    found = queries.not_visited(actor, today, code[: codes.BASE_LENGTH])
    waiting = {person.pk: found[person.pk] for person in people if person.pk in found}
    follow_ups, isolations = queries.open_work(people)
    names = common.Names(actor)
    context = {
        "code": code, "name": area.name if area else code, "village": names.short(code[: codes.BASE_LENGTH]),
        "heads": offices.responsible_for(code, today),
        "homes": [
            {
                "household": home,
                "people": [
                    {"person": p, "age": common.age(p.birth), "waiting": waiting.get(p.pk)}
                    for p in people if p.household_id == home.pk
                ],
            }
            for home in homes
        ],
        "people": len(people), "left": len(waiting), "late": sum(p.target < today for p in waiting.values()),
        "follow_ups": follow_ups, "isolations": isolations, "today": today,
        "rows": [
            {"contact": row, "result": result(row, contacts.branch_words(row.script))}
            for row in queries.contacts_of(people)
        ],
    }  # fmt: skip
    return render(request, "web/contacts/cell.html", context)


def _listing(actor: Actor, names: common.Names) -> Listing:
    return Listing(
        name="households",
        sort="area_code",
        search=lambda rows, text: rows.filter(number__startswith=text),
        filters=[
            Filter("area", gettext_lazy("Area"), lambda: areas_below(actor), apply=in_area),
            Filter("cell_state", gettext_lazy("Ten-household cell"), _cell_states, apply=_by_cell),
        ],
        columns=[
            Column("number", gettext_lazy("Household number"), lambda h: h.number, order="number"),
            Column("village", gettext_lazy("Village"), lambda h: names.short(h.area_code), order="area_code"),
            Column("cell", gettext_lazy("Ten-household cell"), lambda h: _short_cell(names, h)),
            Column("people", gettext_lazy("People"), lambda h: h.people, number=True),
        ],
    )  # fmt: skip


def _cell_states() -> list[tuple[str, Any]]:
    return [("none", _("in no cell")), ("some", _("in a cell"))]


def _by_cell(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    return rows.filter(cell_code="") if state == "none" else rows.exclude(cell_code="")


def _short_cell(names: common.Names, row: Any) -> str:
    """The cell without the name of its village, which stands beside it."""
    full = names.of(row.cell_code) if row.cell_code else ""
    return full.removeprefix(names.of(row.area_code)) or row.cell_code


def _cell_name(names: common.Names, row: queries.Cell) -> str:
    return names.of(row.code).removeprefix(names.of(row.village)) if row.code else ""


def _cell(text: str) -> str:
    try:
        return find_area(text, timezone.localdate())
    except forms.ValidationError as error:
        raise Refused(" ".join(error.messages)) from None


def _is_code(text: str) -> bool:
    try:
        return bool(codes.check(text))
    except codes.BadCode:
        return False
