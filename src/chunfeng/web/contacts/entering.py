"""Writing a contact down: pick the person or enter somebody new, answer the questions, save once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.areas import queries as areas
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions.arriving import Newcomer
from chunfeng.people.actions.registering import Registered, write_down
from chunfeng.people.choices import Outcome
from chunfeng.people.kinds import Kind
from chunfeng.people.models import Dataset, Person
from chunfeng.people.queries import contacts as queries
from chunfeng.people.queries import register
from chunfeng.web import asked
from chunfeng.web.contacts import asking
from chunfeng.web.contacts.common import OUTCOMES, TITLES, by, kind_or_404, own_place, shown_place
from chunfeng.web.contacts.forms import HereForm, NewcomerForm
from chunfeng.web.guards import guarded
from chunfeng.web.people import common

MOST_FOUND = 20


@dataclass
class Draft:
    """One page of the form as it was sent, or as it is shown first."""

    kind: Kind
    person: Person | None
    key: str
    outcome: str
    filled: asking.Filled
    note: str = ""
    on: str = ""
    error: str = ""
    known: int | None = None


@never_cache
@guarded("contact_record.write", "GET", "POST")
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Find the person, then the questions of the kind on one page; the hidden key makes a double tap one record."""
    chosen = kind_or_404(kind)
    if request.method == "POST":
        return _save(request, chosen)
    picked = asked.key(request.GET.get("person"))
    if picked is not None:
        person = common.found_or_404(register.person(request.actor, picked))
        filled = asking.suggested(chosen.script, _known(chosen, person))
        return _form(request, Draft(chosen, person, uuid4().hex, Outcome.REACHED, filled))
    if "newcomer" in request.GET and chosen.newcomers:
        draft = Draft(chosen, None, uuid4().hex, Outcome.REACHED, asking.Filled())
        return _form(request, draft, newcomer=_newcomer_form(request, start=_typed(request)))
    return _pick(request, chosen)


@never_cache
@guarded("person.read")
def places(request: HttpRequest) -> HttpResponse:
    """Options for a field that takes an area anywhere in the country."""
    text = next(iter(request.GET.values()), "").strip()
    found: list[Any] = areas.search(text[:60], timezone.localdate(), None, limit=12) if text else []
    paths = areas.paths([area.code for area in found], timezone.localdate())
    rows = [(f"{area.code} {area.name}", paths[area.code]) for area in found]
    return render(request, "web/places/options.html", {"rows": rows})


def _pick(request: HttpRequest, kind: Kind) -> HttpResponse:
    token = request.GET.get("q", "")
    text = common.open_text(token, request.actor) if token else ""
    found: list[Person] = []
    if text:
        rows = register.find(register.people(request.actor), text).order_by("name", "pk")
        found = list(rows.prefetch_related("phones")[: MOST_FOUND + 1])
    names = common.Names(request.actor)
    names.load_people(found)
    context = {
        "kind": kind, "title": TITLES[kind.slug][0], "searched": text, "token": token,
        "more": len(found) > MOST_FOUND,
        "found": [
            {
                "person": person, "age": common.age(person.birth), "document": common.masked_document(person),
                "phone": next(iter(common.masked_phones(person)), ""),
                "place": names.short(person.current_area or person.area_code),
            }
            for person in found[:MOST_FOUND]
        ],
    }  # fmt: skip
    return render(request, "web/contacts/pick.html", context)


def _save(request: HttpRequest, kind: Kind) -> HttpResponse:
    post, script = request.POST, kind.script
    picked = asked.key(post.get("person"))
    person = common.found_or_404(register.person(request.actor, picked)) if picked is not None else None
    outcome = post.get("outcome", Outcome.REACHED) if kind.tried else Outcome.REACHED
    spoken = outcome == Outcome.REACHED
    filled = asking.read(script, post) if spoken else asking.Filled()
    draft = Draft(
        kind,
        person,
        post.get("key") or uuid4().hex,
        outcome,
        filled,
        post.get("note", ""),
        post.get("on", ""),
    )
    newcomer = None if person is not None else _newcomer_form(request)
    here = HereForm(post) if person is not None and kind.moves else None
    valid = all(form.is_valid() for form in (newcomer, here) if form is not None)
    if outcome not in OUTCOMES:
        draft.error = _("Say whether somebody was spoken with.")
    elif not valid or filled.errors:
        draft.error = _("Something is missing or wrong. It is marked below; nothing was lost.")
    else:
        try:
            made = write_down(
                kind=kind,
                person=person or _entered(newcomer),
                outcome=outcome,
                answers=filled.answers,
                note=draft.note,
                here=here.cleaned_data["here"] if here is not None else "",
                on=asked.day(draft.on),
                key=draft.key,
                **by(request),
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            draft.error, draft.known = str(refusal), getattr(refusal, "person_id", None)
        else:
            return _done(request, kind, made)
    return _form(request, draft, newcomer=newcomer, here=here, status=422)


def _done(request: HttpRequest, kind: Kind, made: Registered) -> HttpResponse:
    entered = _("%(name)s is entered and written down.") if made.entered else _("%(name)s is written down.")
    messages.success(request, entered % {"name": made.person.name})
    for told in made.done.told:
        messages.info(request, told)
    for follow_up in made.done.follow_ups:
        messages.warning(
            request,
            _("Followed up until the outcome is known: %(reason)s")
            % {"reason": follow_up.get_reason_display()},
        )
    return redirect("contact", made.contact.pk)


def _form(
    request: HttpRequest,
    draft: Draft,
    *,
    newcomer: NewcomerForm | None = None,
    here: HereForm | None = None,
    status: int = 200,
) -> HttpResponse:
    kind, person = draft.kind, draft.person
    if person is not None and kind.moves and here is None:
        here = HereForm(initial={"here": own_place(request.actor) or shown_place(person.current_area)})
    names = common.Names(request.actor)
    context = {
        "kind": kind, "title": TITLES[kind.slug][0], "draft": draft, "newcomer": newcomer, "here": here,
        "script": kind.script, "fields": asking.fields(kind.script, draft.filled),
        "outcomes": [(key, label, key == draft.outcome) for key, label in OUTCOMES.items()] if kind.tried else [],
        "today": timezone.localdate(), "on": draft.on or timezone.localdate().isoformat(),
        "person": person,
        "about": {
            "age": common.age(person.birth), "document": common.masked_document(person),
            "phone": next(iter(common.masked_phones(person)), ""),
            "home": names.short(person.area_code), "work": names.of(person.work_area),
        } if person is not None else None,
    }  # fmt: skip
    return render(request, "web/contacts/form.html", context, status=status)


def _newcomer_form(request: HttpRequest, start: dict[str, str] | None = None) -> NewcomerForm:
    datasets = list(register.datasets(request.actor, open_on=timezone.localdate()))
    if not datasets:
        raise Refused(_("Make a dataset first: nobody is held without a purpose."))
    initial = {"current_area": own_place(request.actor)} | (start or {})
    form = NewcomerForm(request.POST if request.method == "POST" else None, initial=initial)
    form.fields["dataset"].choices = [(str(row.pk), row.name) for row in datasets]
    form.datasets = {str(row.pk): row for row in datasets}
    return form


def _entered(form: NewcomerForm) -> Newcomer:
    dataset: Dataset = form.datasets[form.cleaned_data["dataset"]]
    phone = form.cleaned_data["phone"]
    return Newcomer(dataset, form.values(), [phone] if phone else [])


def _typed(request: HttpRequest) -> dict[str, str]:
    """What was searched for without success goes into the field it belongs to."""
    token = request.GET.get("q", "")
    text = common.open_text(token, request.actor) if token else ""
    if not text or text.startswith("#"):
        return {}
    digits = sum(sign.isdecimal() for sign in text)
    if not digits:
        return {"name": text}
    return {"id_number": text} if digits > 14 or text[:1].isalpha() else {"phone": text}


def _known(kind: Kind, person: Person) -> dict[str, Any]:
    """What is known already of the questions: where they came from, and since when they are here."""
    earlier = queries.of_person(person).exclude(origin="").first() if kind.origin else None
    origin = earlier.origin if earlier else person.work_area
    facts = register.facts(person, "return").filter(value="returned").first()
    came: date | None = facts.on if facts else None
    known = {kind.origin: shown_place(origin), "came": came.isoformat() if came else ""}
    return {code: value for code, value in known.items() if code}
