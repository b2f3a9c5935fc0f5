"""One isolation: its days as a picture, the record of today, the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.core.crypto import mask
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.actions import health, releasing
from chunfeng.people.choices import HandOver, IsolationState, Placement
from chunfeng.people.models import HealthRecord, Isolation
from chunfeng.people.placement.choosing import stricter
from chunfeng.people.queries import isolation as queries
from chunfeng.people.queries import placing
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.isolation import common
from chunfeng.web.people.common import Names, found_or_404
from chunfeng.web.places.common import find_area


@never_cache
@guarded("isolation.work")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; an isolation that went on elsewhere says where."""
    return _page(request, _found(request, pk))


@guarded("isolation.work", "POST")
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Today's record (or that of the day given), in one tap or with what was found; or a correction."""
    row = _found(request, pk)

    def do(**by: Any) -> None:
        given = request.POST
        day = asked.day(given.get("on")) or timezone.localdate()
        wrong = asked.key(given.get("corrects"))
        corrects = None if wrong is None else next((r for r in queries.records(row) if r.pk == wrong), None)
        if wrong is not None and corrects is None:
            raise Refused(_("The record to be corrected is not there."))
        chips, other = given.getlist("symptoms"), given.get("other", "")
        if given.get("well") and (chips or other.strip()):
            raise Refused(_("Symptoms are ticked: press “Save”, or take the ticks out first."))
        health.record_health(
            isolation=row, on=corrects.on if corrects else day, temperature=given.get("temperature", ""),
            symptoms=() if given.get("well") else chips or None, other=other, corrects=corrects,
            key=given.get("key", "")[:80] or common.new_key(), **by,
        )  # fmt: skip

    return _act(request, row, "record", do, _("The record is saved."))


@guarded("isolation.decide", "POST")
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide the release."""
    row, given = _found(request, pk), request.POST

    def do(**by: Any) -> None:
        releasing.release(
            isolation=row, handed_to=given.get("handed_to", ""), handed_name=given.get("handed_name", ""),
            note=given.get("note", ""), **by,
        )  # fmt: skip

    return _act(request, row, "release", do, _("Released. Print the receipt for those who take over."))


@guarded("isolation.decide", "POST")
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """End it at once: its ground was wrong or has fallen away."""
    row = _found(request, pk)

    def do(**by: Any) -> None:
        releasing.lift(isolation=row, reason=request.POST.get("reason", ""), **by)

    return _act(request, row, "lift", do, _("Ended at once; the reason is kept."))


@guarded("isolation.work", "POST")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """To a hospital or another place; leads to the isolation that goes on there."""
    row, given = _found(request, pk), request.POST
    try:
        area = find_area(given["area"], timezone.localdate()) if given.get("area", "").strip() else ""
    except Exception as error:  # the field's own sentence
        return _page(
            request, row, error={"move": " ".join(getattr(error, "messages", [str(error)]))}, status=422
        )
    target = next((rule for rule in _targets(request, row, area) if str(rule.pk) == given.get("rule")), None)
    made: list[Isolation] = []

    def do(**by: Any) -> None:
        if target is None:
            raise Refused(_("Choose by which rule it goes on."))
        made.append(
            releasing.move(
                isolation=row, rule=target, reason=given.get("reason", ""), area_code=area,
                place=given.get("place", ""), **by,
            )
        )  # fmt: skip

    answer = _act(request, row, "move", do, _("It goes on here."))
    return redirect("isolation-page", made[0].pk) if made else answer


@guarded("isolation.work", "POST")
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Who takes over daily prevention, or that they have signed (`signed`)."""
    row, given = _found(request, pk), request.POST

    def do(**by: Any) -> None:
        if given.get("signed"):
            releasing.confirm_hand_over(isolation=row, **by)
        else:
            to, name = given.get("handed_to", ""), given.get("handed_name", "")
            releasing.hand_over(isolation=row, to=to, name=name, **by)

    return _act(request, row, "hand_over", do, _("Saved."))


@never_cache
@guarded("isolation.work")
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet that the employer or the community signs."""
    row = _found(request, pk)
    if row.state != IsolationState.RELEASED or not row.handed_to:
        raise Refused(_("There is nothing to sign: say first who takes over."))
    person = common.person_of(request.actor, row.person_id)
    held = queries.count(row, timezone.localdate(row.ended_at) if row.ended_at else timezone.localdate())
    shown = {"row": row, "person": person, "held": held, "names": Names(), "now": timezone.now()}
    shown["area"] = shown["names"].of(row.area_code)
    return render(request, "web/isolation/receipt.html", shown)


@never_cache
@guarded("person.unmask", "POST")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Temperatures, symptoms and the place in the open, for a reason that is recorded."""
    row = _found(request, pk)
    try:
        opened = health.show_health(isolation=row, reason=request.POST.get("reason", ""), **_by(request))
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, row, error={"show": str(refused)}, status=422)
    return _page(request, row, opened=opened)


def _found(request: HttpRequest, pk: int) -> Isolation:
    found: Isolation = found_or_404(queries.isolation(request.actor, pk))
    return found


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.actor, "at": timezone.now()}


def _act(request: HttpRequest, row: Isolation, part: str, do: Callable[..., None], done: str) -> HttpResponse:
    try:
        do(**_by(request))
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, _found(request, row.pk), error={part: str(refused)}, status=422)
    messages.success(request, done)
    return redirect("isolation-page", row.pk)


def _page(
    request: HttpRequest,
    row: Isolation,
    *,
    error: dict[str, str] | None = None,
    opened: list[HealthRecord] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    ended = row.state != IsolationState.OPEN
    until = timezone.localdate(row.ended_at) if ended and row.ended_at else today
    kept = queries.records(row)
    held = queries.count(row, until, kept)
    names = Names(actor)
    person = common.person_of(actor, row.person_id)
    shown = {
        "row": row,
        "person": person,
        "title": person.name if person else f"#{row.person_id}",
        "tone": common.TONES[Placement(row.placement)],
        "area": names.of(row.area_code),
        "held": held,
        "strip": common.strip(held, until),
        "lacks": "" if held.done else releasing.missing(held),
        "records": _records(kept, opened),
        "opened": opened is not None,
        "place": row.place if opened is not None else mask(row.place or ""),
        "chips": common.symptom_choices(),
        "today": today,
        "seen_today": any(each.on == today for each in kept),
        "first_day": row.starts_on,
        "key": common.new_key(),
        "error": error or {},
        "typed": request.POST if error else {},
        "hand_overs": HandOver.choices,
        "suggested": _taker(person),
        "targets": [] if ended else _targets(request, row, ""),
        "before": list(row.moved_from.all()),
        "goes_on": queries.isolation(actor, row.moved_to_id) if row.moved_to_id else None,
    }
    return render(request, "web/isolation/page.html", shown, status=status)


def _targets(request: HttpRequest, row: Isolation, area: str) -> list[Any]:
    """The rules by which it may go on: those in force there that hold or watch, and its own, the strictest first."""
    actor, order = request.actor, [str(each) for each in Placement]
    rules = {rule.pk: rule for rule in placing.in_force(area or row.area_code, timezone.localdate())}
    rules.setdefault(row.rule_id, row.rule)
    may_ease = roles.can(actor, "isolation.decide")
    found = [
        rule
        for rule in rules.values()
        if rule.placement != Placement.ENTER
        and (rule.exposure == row.exposure or rule.pk == row.rule_id)
        and (may_ease or not stricter(row.placement, rule.placement))
    ]
    return sorted(
        found, key=lambda rule: (order.index(rule.placement), -codes.level(rule.area_code), rule.pk)
    )


def _records(kept: list[HealthRecord], opened: list[HealthRecord] | None) -> list[dict[str, Any]]:
    """Every record, the newest first; values only where they were opened for a reason."""
    wrong = {each.corrects_id for each in kept}
    rows = []
    for each in sorted(kept, key=lambda r: (r.on, r.pk), reverse=True):
        listed, other = health.said(each) if opened is not None else ([], "")
        words = common.labels(common.Symptom.choices)
        rows.append(
            {
                "row": each,
                "out": each.pk in wrong,
                "temperature": each.temperature if opened is not None else None,
                "symptoms": "、".join(
                    [words[code] for code in listed if code != "other"] + [other] * bool(other)
                ),
            }
        )
    return rows


def _taker(person: Any) -> str:
    return person.employer if person is not None else ""
