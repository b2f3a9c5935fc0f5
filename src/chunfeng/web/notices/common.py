"""What the views of this room share."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.notices import queries
from chunfeng.notices.choices import DeadlineKind, DutyState
from chunfeng.notices.models import Duty, Notice
from chunfeng.web.notices.fields import every_text


def actor_of(request: HttpRequest) -> Actor:
    """The actor the guard has made sure of."""
    return request.actor


def notice_or_404(request: HttpRequest, pk: int) -> Notice:
    """A notice in sight; the same answer for one out of sight and one that does not exist."""
    found = queries.one(actor_of(request), pk)
    if found is None:
        raise Http404(_("This notice does not exist or lies outside your area."))
    return found


def duty_or_404(request: HttpRequest, pk: int) -> Duty:
    """A duty of a notice in sight."""
    found = queries.duty(actor_of(request), pk)
    if found is None:
        raise Http404(_("This duty does not exist or lies outside your area."))
    return found


def is_htmx(request: HttpRequest) -> bool:
    """Whether a part of a page was asked for."""
    return request.headers.get("HX-Request") == "true"


def part(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A fragment for htmx; without scripts the same fragment as a page of its own."""
    if is_htmx(request):
        return render(request, template, context, status=status)
    return render(request, "web/notices/part.html", {"part": template, **context}, status=status)


def works_on(actor: Actor, notice: Notice) -> bool:
    """Whether this office keeps the notice."""
    return actor.role == "system" or actor.office_id == notice.registered_by_office_id


def card_of(duty: Duty) -> dict[str, Any]:
    """What a duty's card shows: the duty, the kind of card, the deadline in words, if it needs a date."""
    return {"duty": duty, "card": _kind(duty), "deadline": deadline(duty), "undated": duty.undated}


def _kind(duty: Duty) -> str:
    if duty.state == DutyState.CONFIRMED:
        return "good"
    if duty.state == DutyState.DROPPED:
        return "gone"
    return "warn" if duty.undated or duty.date_by_default else "info"


def deadline(duty: Duty) -> str:
    """When, in words: by 2020-02-05 17:00; from – to; every Monday."""
    clock = f" {duty.due_time:%H:%M}" if duty.due_time else ""
    start = duty.starts_on.isoformat() if duty.starts_on else ""
    end = (duty.due_on.isoformat() + clock) if duty.due_on else ""
    if duty.no_date:
        return _("no date")
    if duty.deadline_kind == DeadlineKind.RECURRING:
        words = str(every_text(duty.every)) + clock
        return words + (_(", until %(date)s") % {"date": duty.due_on.isoformat()} if duty.due_on else "")
    if start and end:
        return f"{start} – {end}"
    if end:
        return _("by %(date)s") % {"date": end}
    return _("from %(date)s") % {"date": start + clock} if start else ""
