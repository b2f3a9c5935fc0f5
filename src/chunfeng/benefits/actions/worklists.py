"""A unit's monthly list of epidemic work on its way: begun, handed in, checked by somebody else, sent back."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.benefits import force, months
from chunfeng.benefits.actions import claims
from chunfeng.benefits.actions.common import required
from chunfeng.benefits.actions.workdays import OPEN, last_day, locked
from chunfeng.benefits.choices import ClaimState, WorkListState
from chunfeng.benefits.models import Claim, WorkList
from chunfeng.core import identifiers
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles


@transaction.atomic
def open_list(*, unit: str, unit_code: str = "", month: date, code: str, by: Actor, at: datetime) -> WorkList:
    """Begin the list of a unit for a month under a measure that pays by the day. Again: the one there is.

    `month` is any day of it. Raises Refused for a month to come, or a measure that is not paid by the day.
    """
    roles.require(by, "worklist.work")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can begin a list."))
    first, name = month.replace(day=1), required(unit, _("unit"), 120)
    if first > timezone.localdate(at):
        raise Refused(_("This month has not begun."))
    number = identifiers.credit_code(unit_code) if unit_code.strip() else None
    if number is not None and number.doubts:
        raise Refused(
            _("The last sign of the credit code %(code)s does not fit: copy it from the licence.")
            % {"code": number.number}
        )
    version = force.version_for(code, last_day(first), by.area_code)
    if version is None or not months.payable(version):
        raise Refused(_("Choose a measure in force in that month that is paid by the day of work."))
    known = WorkList.objects.filter(office=by.office_id, unit=name, month=first).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            made = WorkList.objects.create(
                measure=version.measure,
                unit=name,
                unit_code=number.number if number else "",
                office_id=by.office_id,
                area_code=by.area_code,
                month=first,
                made_at=at,
                by_name=by.name,
            )
    except IntegrityError:
        return WorkList.objects.get(office=by.office_id, unit=name, month=first)
    record("worklist.open", by=by, on=made, at=at)
    return made


@transaction.atomic
def submit(*, row: WorkList, by: Actor, at: datetime) -> WorkList:
    """Hand the list in when its month is over. The same again does nothing."""
    roles.require(by, "worklist.work")
    held = locked(row, by)
    if held.state == WorkListState.SUBMITTED:
        return held
    if held.state not in OPEN:
        raise Refused(_("This list was handed in and checked meanwhile. Look at it again."))
    if not held.days.exists():
        raise Refused(_("The list is empty: enter the days first."))
    if last_day(held.month) >= timezone.localdate(at):
        raise Refused(_("The month is not over: hand the list in when its last day is past."))
    held.state, held.submitted_at, held.submitted_by, held.reason = (
        WorkListState.SUBMITTED,
        at,
        by.user_id,
        "",
    )
    held.save(update_fields=["state", "submitted_at", "submitted_by", "reason"])
    record("worklist.submit", by=by, on=held, at=at, detail={"version": held.version})
    return held


@transaction.atomic
def check(*, row: WorkList, by: Actor, at: datetime) -> WorkList:
    """Somebody else than who handed it in finds the list right. The same again does nothing."""
    roles.require(by, "worklist.check")
    held = locked(row, by)
    if held.state == WorkListState.CHECKED:
        return held
    if held.state != WorkListState.SUBMITTED:
        raise Refused(_("This list does not wait to be checked."))
    other_than_submitter(held, by)
    held.state, held.checked_at, held.checked_by_name = WorkListState.CHECKED, at, by.name
    held.save(update_fields=["state", "checked_at", "checked_by_name"])
    record("worklist.check", by=by, on=held, at=at, detail={"version": held.version})
    return held


@transaction.atomic
def send_back(*, row: WorkList, reason: str, by: Actor, at: datetime) -> WorkList:
    """Give the list back to the unit with the reason. What was published is withdrawn from the public list."""
    roles.require(by, "worklist.check")
    why = required(reason, _("reason"), 300)
    held = locked(row, by)
    if held.state == WorkListState.RETURNED and held.reason == why:
        return held
    if held.state not in (WorkListState.SUBMITTED, WorkListState.CHECKED, WorkListState.PUBLISHED):
        raise Refused(_("This list does not wait for anybody: it cannot be sent back."))
    undecided = (*claims.UNDECIDED, ClaimState.CONFIRMING)
    for claim in (
        Claim.objects.filter(work_days__list=held, state__in=undecided).distinct().order_by("subject_key")
    ):
        claims.withdraw(claim=claim, reason=why, by=by, at=at)
    held.days.update(claim=None)
    held.state, held.reason, held.publicity, held.version = (
        WorkListState.RETURNED,
        why,
        None,
        held.version + 1,
    )
    held.checked_at, held.checked_by_name = None, ""
    held.save(update_fields=["state", "reason", "publicity", "version", "checked_at", "checked_by_name"])
    record("worklist.return", by=by, on=held, at=at, reason=why)
    return held


def other_than_submitter(row: WorkList, by: Actor) -> None:
    """Raise NotAllowed for the person who handed the list in, and for nobody in particular."""
    if by.user_id is None or by.user_id == row.submitted_by:
        raise NotAllowed(_("Somebody else than who handed the list in has to do this."))
