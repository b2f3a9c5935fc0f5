"""What people ask about their own data, answered by a day or with reasons (PIPL art. 45–50)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people import rulebook
from chunfeng.people.actions.common import locked, required, standing
from chunfeng.people.actions.erasing import erase
from chunfeng.people.choices import RequestKind, RequestState
from chunfeng.people.models import DataRequest, Person


@transaction.atomic
def ask(
    *,
    person: Person,
    kind: str,
    asked: str,
    checked: str,
    asked_on: date | None = None,
    by: Actor,
    at: datetime,
) -> DataRequest:
    """Take a request in: what is asked, and how it was made sure that it is the person. It has a day of answer.

    The term comes from `rulebook.term`. The same words on the same day again give the request there is.
    """
    roles.require(by, "person.change")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can take requests in."))
    if kind not in RequestKind.values:
        raise Refused(_("Choose what is asked: a copy, a correction or the deletion."))
    words = required(asked, _("what was asked"), 1000)
    sure = required(checked, _("how the person was identified"), 200)
    today = timezone.localdate(at)
    on = asked_on or today
    if on > today:
        raise Refused(_("The day lies in the future."))
    row = locked(person, by)
    known = DataRequest.objects.filter(person=row, kind=kind, asked_on=on)
    if (same := next((each for each in known if each.asked == words), None)) is not None:
        return same
    areas = (row.area_code, row.current_area, row.work_area)
    made = DataRequest.objects.create(
        person=row, area_code=next(code for code in areas if code and by.sees(code)), office_id=by.office_id,
        kind=kind, asked=words, checked=sure, asked_on=on, due_on=rulebook.term(on).due(on),
        by_name=by.name, at=at,
    )  # fmt: skip
    record("data_request.ask", by=by, on=made, at=at, detail={"kind": kind, "due": made.due_on.isoformat()})
    return made


@transaction.atomic
def answer(*, request: DataRequest, met: bool, words: str, by: Actor, at: datetime) -> DataRequest:
    """Say how it was met, or why it is declined. The same answer again does nothing; it is not changed later.

    A deletion that is met goes through `meet_deletion`.
    """
    row = _held(request, by)
    said = required(words, _("answer"), 300)
    state = RequestState.MET if met else RequestState.DECLINED
    if row.state != RequestState.OPEN:
        if (row.state, row.answer) == (state, said):
            return row
        raise Refused(_("This request was answered by %(name)s already.") % {"name": row.answered_by_name})
    if met and row.kind == RequestKind.DELETION:
        raise Refused(_("Delete the person's data: that meets the request."))
    row.state, row.answer, row.answered_at, row.answered_by_name = state, said, at, by.name
    row.save(update_fields=["state", "answer", "answered_at", "answered_by_name"])
    record("data_request.answer", by=by, on=row, at=at, detail={"kind": row.kind, "state": str(state)})
    return row


@transaction.atomic
def meet_deletion(*, request: DataRequest, by: Actor, at: datetime) -> None:
    """Delete the person's data because they asked; the request goes with them, the trail keeps that it was met.

    Refused while a duty needs the data: then the request is declined with that reason.
    """
    row = _held(request, by)
    if row.kind != RequestKind.DELETION or row.state != RequestState.OPEN:
        raise Refused(_("This is no open request for deletion."))
    reason = _("Request of %(day)s, identified by: %(checked)s") % {
        "day": row.asked_on,
        "checked": row.checked,
    }
    record(
        "data_request.answer", by=by, on=row, at=at, detail={"kind": row.kind, "state": str(RequestState.MET)}
    )
    erase(person=standing(row.person, by), reason=reason, by=by, at=at)


def _held(request: DataRequest, by: Actor) -> DataRequest:
    roles.require(by, "person.change")
    row = (
        DataRequest.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=request.pk)
        .first()
    )
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This request is not in the area of your posting."))
    return row
