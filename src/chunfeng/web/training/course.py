"""One course: who has a place, who was there on which day, who completed it; a place given by rule (L18)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.benefits import engine, force
from chunfeng.benefits.actions import training
from chunfeng.benefits.choices import EnrolmentState
from chunfeng.benefits.models import TrainingCourse
from chunfeng.benefits.queries import training as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.queries import register
from chunfeng.web import asked
from chunfeng.web.claims.common import explained, money
from chunfeng.web.claims.forms import FactsForm
from chunfeng.web.guards import guarded
from chunfeng.web.training.home import found, shown_people

MOVES = ("find", "enrol", "mark", "finish")
TONES = {"enrolled": "info", "completed": "good", "left": ""}


@never_cache
@guarded("training.work")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a course; `on` chooses the day whose attendance is written down."""
    return _page(request, _or_404(request, pk))


@never_cache
@guarded("training.work", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """One move; a refusal stands above what was typed."""
    row = _or_404(request, pk)
    if move not in MOVES:
        raise Http404
    try:
        return _do(request, row, move)
    except NotAllowed:
        raise
    except training.MissingFacts as missing:
        more = {"error": str(missing), "facts": _facts(row, missing.asks, None)}
        more["joins"] = shown_people(request, [_person(request)])[0]
    except Refused as refused:
        more = {"error": str(refused)}
    response = _page(request, row, **more, failed=move)
    response.roll_back = True  # type: ignore[attr-defined]
    return response


def _do(request: HttpRequest, row: TrainingCourse, move: str) -> HttpResponse:
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    given = request.POST
    if move == "find":
        return _page(request, row, people=shown_people(request, found(request)), searched=True)
    if move == "mark":
        day = asked.day(given.get("on")) or timezone.localdate()
        here = {asked.key(name[2:]) or 0: value == "yes" for name, value in given.items() if name[:2] == "p-"}
        n = training.mark(course=row, on=day, present=here, **now)
        messages.success(request, _("Attendance of %(day)s: %(n)s changed.") % {"day": day, "n": n})
        return redirect(f"{request.path.partition('act/')[0]}?on={day.isoformat()}")
    if move == "finish":
        place = queries.enrolment(row, asked.key(given.get("enrolment")) or 0)
        if place is None:
            raise Http404
        completed = given.get("completed") == "yes"
        training.finish(enrolment=place, completed=completed, remark=given.get("remark", ""), **now)
        messages.success(request, _("Written down."))
        return redirect("course", row.pk)
    person = _person(request)
    names = [name for name in engine.questions(_version(row)) if f"fact-{name}" in given]
    facts: dict[str, Any] = {}
    if names:
        form = _facts(row, tuple(names), given)
        if not form.is_valid():
            return _page(request, row, facts=form, joins=shown_people(request, [person])[0], failed=move)
        facts = {name: value for name, value in form.changed()[0].items() if value is not None}
    if facts.get("wants_course"):
        training.note_need(person=person, subject=row.subject, **now)
    training.enrol(course=row, person=person, facts=facts, **now)
    messages.success(request, _("%(name)s has a place in the course.") % {"name": person.name})
    return redirect("course", row.pk)


def _person(request: HttpRequest) -> Any:
    key = asked.key(request.POST.get("person"))
    row = register.person(request.actor, key) if key else None
    if row is None:
        raise Refused(_("Find the person in the register first."))
    return row


def _version(row: TrainingCourse) -> Any:
    version = force.version_for(row.measure.code, timezone.localdate(), row.area_code)
    if version is None:
        raise Refused(_("The measure of this course is not in force today."))
    return version


def _facts(row: TrainingCourse, names: tuple[str, ...], data: Any) -> FactsForm:
    known = engine.questions(_version(row))
    return FactsForm({name: known[name] for name in names if name in known}, {}, data)


def _or_404(request: HttpRequest, pk: int) -> TrainingCourse:
    row = queries.course(request.actor, pk)
    if row is None:
        raise Http404
    return row


def _page(
    request: HttpRequest,
    row: TrainingCourse,
    *,
    people: list[dict[str, Any]] | None = None,
    searched: bool = False,
    facts: FactsForm | None = None,
    joins: dict[str, Any] | None = None,
    failed: str = "",
    error: str = "",
) -> HttpResponse:
    row, today = _or_404(request, row.pk), timezone.localdate()
    on = asked.day(request.POST.get("on") or request.GET.get("on")) or min(today, row.ends_on)
    days, roster, marks = queries.days(row, today), queries.roster(row), queries.attendance(row)
    inside = row.begins_on <= on <= row.ends_on and on <= today
    context = {
        "row": row,
        "fee": money(row.fee),
        "fund": money(queries.paid_by_fund(row)),
        "days": days,
        "places": [_place(each, marks[each.pk], days) for each in roster],
        "on": on if inside else None,
        "marking": [
            (each, marks[each.pk].get(on))
            for each in roster
            if inside and (each.state == EnrolmentState.ENROLLED or on in marks[each.pk])
        ],
        "day_before": _neighbour(row, on - timedelta(days=1), today),
        "day_after": _neighbour(row, on + timedelta(days=1), today),
        "begun": row.begins_on <= today,
        "open": today <= row.ends_on and row.taken < row.seats,
        "people": people or [],
        "waiting": queries.waiting(request.actor, row),
        "searched": searched,
        "facts": facts,
        "joins": joins,
        "failed": failed,
        "error": error,
        "typed": request.POST,
    }
    return render(request, "web/training/course.html", context, status=422 if error or facts else 200)


def _place(each: Any, marks: dict[date, bool], days: list[date]) -> dict[str, Any]:
    return {
        "row": each,
        "tone": TONES[each.state],
        "days": [marks.get(day) for day in days],
        "present": sum(marks.values()),
        "marked": len(marks),
        "kept": explained(each.explanation),
        "sum": money(each.amount) if each.amount is not None else "",
    }


def _neighbour(row: TrainingCourse, day: date, today: date) -> date | None:
    return day if row.begins_on <= day <= min(row.ends_on, today) else None
