"""Asking somebody again until the outcome is known; with symptoms the health authority is told (D5, D12)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.choices import Line
from chunfeng.people import batch
from chunfeng.people.actions.common import bounded, locked, of_key, required
from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.choices import ContactKind, FollowUpReason, Outcome
from chunfeng.people.models import ContactRecord, FollowUp, Person
from chunfeng.people.queries import follow_ups as queries
from chunfeng.people.queries import placing, register
from chunfeng.tasking import actions as tasking


@batch.atomic
def open_follow_up(
    *,
    person: Person,
    reason: str,
    contact: ContactRecord | None = None,
    next_on: date | None = None,
    source: str = "",
    by: Actor,
    at: datetime,
) -> FollowUp:
    """Ask a person again until the outcome is known; the open one of the same reason is returned as it is.

    With symptoms the health authority of the area is given a task, whoever opens the follow-up: it is told by
    message and a coordination issue stands on its desk, due on `next_on`, by serial number alone. Where the
    directory has no health office, the superior gets it, else the office's own leader (`queries.to_tell`).
    `next_on` defaults to the next day.
    """
    roles.require(by, "contact_record.write")
    if reason not in FollowUpReason.values:
        raise Refused(_("“%(value)s” is no reason for a follow-up.") % {"value": reason})
    today = timezone.localdate(at)
    if next_on is not None and next_on < today:
        raise Refused(_("The day lies in the past. Choose today or a later one."))
    row = locked(person, by)
    family = register.family(row)
    rows = FollowUp.objects.filter(person__in=family, reason=reason, closed_at__isnull=True)
    held = batch.kept(("open follow-up", tuple(family), str(reason)), rows.first)
    batch.forget(("open follow-up", tuple(family), str(reason)))
    if held is not None:
        return _told(held, by, at)
    office = by.office_id or (contact.office_id if contact else None)
    if office is None:
        raise Refused(_("Only people posted to an office can follow somebody up."))
    made = FollowUp(
        person=row, area_code=placing.stay_area(row, by, today), office_id=office, reason=reason,
        source=bounded(source or (contact.source if contact else ""), _("source"), 300), contact=contact,
        opened_at=at, opened_by_name=by.name, next_on=next_on or today + timedelta(1),
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "one_open_follow_up" not in str(error):
            raise
        raise Refused(
            _("Another area, out of your sight, follows this person up for the same reason.")
        ) from None
    record("follow_up.open", by=by, on=made, at=at, detail={"reason": reason})
    return _told(made, by, at)


@transaction.atomic
def ask_again(
    *,
    follow_up: FollowUp,
    outcome: str = Outcome.REACHED,
    note: str = "",
    next_on: date | None = None,
    key: str,
    by: Actor,
    at: datetime,
) -> tuple[ContactRecord, bool]:
    """Write down that the person was asked again, and when the next time is (default: the next day).

    True where the contact is new; the same `key` again changes nothing. Refused once the outcome is known.
    """
    row = held(follow_up, by)
    made, new = record_contact(
        person=of_key(row.person_id), kind=ContactKind.FOLLOW_UP, outcome=outcome, note=note, follow_up=row,
        source=row.source, key=key, by=by, at=at,
    )  # fmt: skip
    if not new:
        return made, False
    if row.closed_at is not None:
        raise Refused(
            _("This follow-up was closed on %(day)s: the outcome is known.")
            % {"day": timezone.localdate(row.closed_at)}
        )
    today = timezone.localdate(at)
    if next_on is not None and next_on < today:
        raise Refused(_("The day lies in the past. Choose today or a later one."))
    row.next_on = next_on or today + timedelta(1)
    row.save(update_fields=["next_on"])
    return made, True


@transaction.atomic
def close_follow_up(*, follow_up: FollowUp, outcome: str, by: Actor, at: datetime) -> FollowUp:
    """Close with what came of it, and the partner's task with it. The same outcome again does nothing.

    The partner reads that it was closed, not the outcome, which may speak of an illness. Refused without an
    outcome.
    """
    words = required(outcome, _("outcome"), 500)
    row = held(follow_up, by)
    if row.closed_at is not None:
        if row.outcome == words:
            return row
        raise Refused(
            _("This follow-up was closed on %(day)s with another outcome.")
            % {"day": timezone.localdate(row.closed_at)}
        )
    row.outcome, row.closed_at, row.closed_by_name, row.next_on = words, at, by.name, None
    row.save(update_fields=["outcome", "closed_at", "closed_by_name", "next_on"])
    record("follow_up.close", by=by, on=row, at=at, detail={"reason": row.reason})
    if row.issue_id is not None:
        said = _("%(office)s closed the follow-up %(number)s: its outcome is known there.")
        tasking.close_for(
            issue=row.issue_id, outcome=said % {"office": row.office.name, "number": row}, by=by, at=at
        )
    return row


def held(follow_up: FollowUp, by: Actor) -> FollowUp:
    """The row as it stands now, locked, in the actor's area."""
    roles.require(by, "contact_record.write")
    row = FollowUp.objects.select_for_update(of=("self",)).filter(pk=follow_up.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This follow-up is not in the area of your posting."))
    return row


def _told(row: FollowUp, by: Actor, at: datetime) -> FollowUp:
    """Give the partner its task, once for one follow-up: a message, and an issue. No word about the person.

    Nothing for reasons that are no partner's matter, nor where the health office itself follows up.
    """
    if row.reason != FollowUpReason.SYMPTOMS or row.issue_id is not None:
        return row
    office = row.office
    partner = queries.to_tell(row.area_code, office)
    if partner.pk == office.pk and partner.line == Line.HEALTH:
        return row
    said = _(
        "Somebody with symptoms is followed up: %(number)s. Ask %(office)s; nothing personal stands here."
    )
    problem = said % {"number": row, "office": office.name}
    row.issue = tasking.raise_for(
        office=office, problem=problem, owner=partner, due_on=row.next_on, by=by, at=at
    )
    with scope.applied(SYSTEM):  # the authority may stand above, out of the actor's range
        tasking.tell(
            office_id=partner.pk,
            area_code=partner.area_code,
            subject=_("Symptoms: follow-up %(number)s") % {"number": row},
            body=problem,
            dedupe=f"issue:{row.issue.pk}",
            at=at,
            for_leader=partner.pk == office.pk,
        )
    row.partner, row.told_at = partner, at
    row.save(update_fields=["issue", "partner", "told_at"])
    record("follow_up.tell", by=by, on=row, at=at, detail={"partner": partner.pk, "issue": row.issue.pk})
    return row
