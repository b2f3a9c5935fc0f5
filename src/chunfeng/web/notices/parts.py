"""The small parts of the review page: one field, one clause, one duty at a time."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from chunfeng.notices import actions, queries
from chunfeng.notices.choices import Relation, State
from chunfeng.notices.models import Duty, Notice
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.notices import fields
from chunfeng.web.notices.common import actor_of, card_of, duty_or_404, is_htmx, notice_or_404, part, works_on

DUTY_FIELDS = (
    "action", "force", "lead", "partners", "report_to",
    "deadline_kind", "starts_on", "due_on", "due_time", "every",
)  # fmt: skip


@guarded("notice.register", "GET", "POST")
def field(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Show the form of one header field, or save it."""
    notice = notice_or_404(request, pk)
    if name not in fields.HEADER:
        raise Http404
    if request.method == "POST":
        value = request.POST.get("value", "")
        try:
            notice = actions.correct(
                notice=notice,
                field=name,
                value=value,
                version=_version(request),
                by=actor_of(request),
                at=timezone.now(),
            )
        except actions.Conflict as conflict:
            return _field(request, notice_or_404(request, pk), name, conflict=str(conflict))
        return _field(request, notice, name) if is_htmx(request) else redirect("notice-review", pk)
    template = "web/notices/_field.html" if request.GET.get("show") else "web/notices/_field_form.html"
    return part(request, template, {"notice": notice, "field": fields.shown(notice, name), "editable": True})


def _field(request: HttpRequest, notice: Notice, name: str, conflict: str = "") -> HttpResponse:
    context = {
        "notice": notice,
        "field": fields.shown(notice, name),
        "editable": True,
        "conflict": conflict,
        "counters": queries.counters(notice),
        "swapped": True,
    }
    return part(request, "web/notices/_field.html", context, status=409 if conflict else 200)


@guarded("notice.register", "GET", "POST")
def clause(request: HttpRequest, pk: int) -> HttpResponse:
    """The heading of a clause."""
    found = queries.clause_in_sight(actor_of(request), pk)
    if found is None:
        raise Http404
    if request.method == "POST":
        found = actions.correct_clause(
            clause=found, heading=request.POST.get("heading", ""), by=actor_of(request), at=timezone.now()
        )
        if not is_htmx(request):
            return redirect("notice-review", found.notice_id)
    template = "web/notices/_clause.html"
    editing = request.method == "GET" and not request.GET.get("show")
    return part(request, template, {"clause": found, "editing": editing, "editable": True})


@guarded("notice.register", "GET", "POST")
def citation(request: HttpRequest, pk: int) -> HttpResponse:
    """What the notice does to a document it names."""
    found = queries.citation_in_sight(actor_of(request), pk)
    if found is None:
        raise Http404
    if request.method == "POST":
        found = actions.correct_citation(
            citation=found, relation=request.POST.get("relation", ""), by=actor_of(request), at=timezone.now()
        )
        if not is_htmx(request):
            return redirect("notice-review", found.notice_id)
    editing = request.method == "GET" and not request.GET.get("show")
    return part(
        request, "web/notices/_citation.html",
        {"citation": found, "editing": editing, "editable": True, "relations": Relation.choices},
    )  # fmt: skip


@guarded("notice.register", "GET", "POST")
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of a duty (`?show=1`), its form, or the saving of it."""
    found = duty_or_404(request, pk)
    if request.method == "POST":
        values: dict[str, Any] = {name: request.POST.get(name, "") for name in DUTY_FIELDS}
        values["no_date"] = request.POST.get("no_date", "")
        return _changed(request, found, values)
    if request.GET.get("show"):
        return _card(request, found, counted=False)
    return part(request, "web/notices/_duty_form.html", _form_context(found))


def _form_context(found: Duty) -> dict[str, Any]:
    choices = {"forces": fields.FORCES, "deadlines": fields.DEADLINES, "every": fields.every_choices(found)}
    return {**card_of(found), **choices}


@guarded("notice.register", "POST")
def date(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a fuzzy deadline its date, or say that it has none; then it is confirmed in the same step."""
    found = duty_or_404(request, pk)
    if request.POST.get("act") == "none":
        values: dict[str, Any] = {"no_date": True, "due_on": ""}
    else:
        values = {"due_on": request.POST.get("due_on", ""), "no_date": False}
    return _changed(request, found, values, confirm_too=bool(values["no_date"] or values["due_on"]))


def _changed(
    request: HttpRequest, found: Duty, values: dict[str, Any], confirm_too: bool = False
) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    try:
        changed = actions.correct_duty(duty=found, version=_version(request), by=by, at=at, **values)
        if confirm_too:
            changed = actions.confirm(duty=changed, by=by, at=at)
    except actions.Conflict as conflict:
        return _card(request, duty_or_404(request, found.pk), conflict=str(conflict))
    return _card(request, changed)


@guarded("notice.register", "POST")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The duty is right."""
    found = duty_or_404(request, pk)
    try:
        done = actions.confirm(duty=found, version=_version(request), by=actor_of(request), at=timezone.now())
    except actions.Conflict as conflict:
        return _card(request, duty_or_404(request, pk), conflict=str(conflict))
    return _card(request, done)


@guarded("notice.register", "GET", "POST")
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, then drop."""
    found = duty_or_404(request, pk)
    if request.method == "GET":
        return part(request, "web/notices/_duty_drop.html", card_of(found))
    done = actions.drop(
        duty=found, reason=request.POST.get("reason", ""), by=actor_of(request), at=timezone.now()
    )
    return _card(request, done)


@guarded("notice.register", "POST")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a dropped or confirmed duty back."""
    return _card(
        request, actions.restore(duty=duty_or_404(request, pk), by=actor_of(request), at=timezone.now())
    )


@guarded("notice.register", "GET", "POST")
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask who leads the new part and what it does, then show both cards."""
    found = duty_or_404(request, pk)
    if request.method == "GET":
        return part(request, "web/notices/_duty_split.html", card_of(found))
    made = actions.split(
        duty=found, lead=request.POST.get("lead", ""), action=request.POST.get("action", ""),
        by=actor_of(request), at=timezone.now(),
    )  # fmt: skip
    return _card(request, duty_or_404(request, pk), made)


def _card(
    request: HttpRequest, found: Duty, *more: Duty, conflict: str = "", counted: bool = True
) -> HttpResponse:
    if not is_htmx(request) and request.method == "POST" and not conflict:
        return redirect(f"/notices/{found.notice_id}/review/#duty-{found.pk}")
    notice = found.notice
    context = {
        "cards": [card_of(each) for each in (found, *more)], "notice": notice, "conflict": conflict,
        "editable": notice.state == State.READ and works_on(actor_of(request), notice),
        "counters": queries.counters(notice) if counted else None, "swapped": counted,
    }  # fmt: skip
    return part(request, "web/notices/_cards.html", context, status=409 if conflict else 200)


def _version(request: HttpRequest) -> int | None:
    return asked.key(request.POST.get("version"))
