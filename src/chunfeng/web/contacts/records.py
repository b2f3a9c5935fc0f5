"""One contact, its answers opened on request; the personal file; the panel on the person's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.core.crypto import mask
from chunfeng.people.actions import contacts as actions
from chunfeng.people.actions.files import open_file
from chunfeng.people.choices import ContactKind
from chunfeng.people.kinds import KINDS
from chunfeng.people.models import ContactRecord, Person
from chunfeng.people.queries import contacts as queries
from chunfeng.people.queries import register
from chunfeng.people.queries.contacts import Line
from chunfeng.web.contacts.common import DUE_TITLES
from chunfeng.web.contacts.lists import result
from chunfeng.web.guards import guarded
from chunfeng.web.people import common

MOST_SHOWN = 12


@never_cache
@guarded("person.read")
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done, when and by whom; answers stay sealed until they are asked for."""
    return _contact(request, common.found_or_404(queries.contact(request.actor, pk)))


@never_cache
@guarded("contact_record.write", "POST")
def opened(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page with answers and note in the open; the trail says who read them."""
    found = common.found_or_404(queries.contact(request.actor, pk))
    return _contact(request, found, actions.open_answers(contact=found, by=request.actor))


@never_cache
@guarded("isolation.work")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The personal file, to be read and printed; the trail says who opened it."""
    person = common.found_or_404(register.person(request.actor, pk))
    if person.pk != pk:
        return redirect("person-file", person.pk)
    found = open_file(person=person, by=request.actor)
    names = common.Names()
    names.load_people([person])
    names.load(code for entry in found.entries for code in (entry.contact.origin, entry.contact.moves_in))
    context = {
        "person": person, "age": common.age(person.birth), "document": mask(person.id_number or ""),
        "phones": common.masked_phones(person), "file": found, "now": timezone.now(),
        "origin": names.of(found.origin), "moves_in": names.of(found.moves_in),
        "home": names.of(person.area_code), "current": names.of(person.current_area),
        "work": names.of(person.work_area),
        "entries": [
            {"contact": entry.contact, "lines": _words(entry.lines, names), "result": _result(entry.contact)}
            for entry in found.entries
        ],
    }  # fmt: skip
    return render(request, "web/contacts/file.html", context)


def panel(actor: Actor, person: Person) -> dict[str, Any]:
    """The panel on the person's page: the newest contacts without their answers."""
    rows = list(queries.of_person(person)[: MOST_SHOWN + 1])
    return {
        "contacts": [{"contact": row, "result": _result(row)} for row in rows[:MOST_SHOWN]],
        "more_contacts": len(rows) > MOST_SHOWN,
        "contact_kinds": list(KINDS.values()),
        "has_file": any(row.kind == ContactKind.FILE for row in rows),
    }


def _contact(
    request: HttpRequest, found: ContactRecord, sealed: actions.Opened | None = None
) -> HttpResponse:
    actor: Actor = request.actor
    person = register.person(actor, found.person_id)
    names = common.Names()
    names.load([found.origin, found.moves_in, found.area_code])
    kind = KINDS.get(found.kind)
    context = {
        "contact": found, "person": person or found.person, "result": _result(found), "kind": kind,
        "due": found.kind in DUE_TITLES, "due_title": DUE_TITLES.get(found.kind),
        "origin": names.of(found.origin), "moves_in": names.of(found.moves_in), "area": names.of(found.area_code),
        "has_sealed": bool(found.answers or found.note), "may_open": queries.may_open(actor, found),
        "opened": sealed is not None, "lines": _words(sealed.lines, names) if sealed else [],
        "note": sealed.note if sealed else "",
    }  # fmt: skip
    return render(request, "web/contacts/contact.html", context)


def _words(lines: list[Line], names: common.Names) -> list[tuple[str, str]]:
    names.load(line.value for line in lines if line.area)
    return [(line.ask, names.of(line.value) if line.area else line.value) for line in lines]


def _result(contact: ContactRecord) -> Any:
    return result(contact, queries.branch_words(contact.script))
