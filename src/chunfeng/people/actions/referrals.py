"""A job before leaving: opened as a follow-up, every attempt a service on record, closed when a job is settled."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices.actions.common import required
from chunfeng.people import rulebook
from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.actions.facts import state_fact
from chunfeng.people.actions.follow_ups import close_follow_up, held, open_follow_up
from chunfeng.people.choices import ContactKind, FactKind, FactValue, FollowUpReason, Said
from chunfeng.people.models import FollowUp, Person


def refer(*, person: Person, next_on: date | None = None, by: Actor, at: datetime) -> FollowUp:
    """Begin to look for a job for somebody who wants to leave without one; the open referral comes back as it is."""
    clause = rulebook.departure(timezone.localdate(at))
    return open_follow_up(
        person=person, reason=FollowUpReason.JOB, next_on=next_on, source=clause.source, by=by, at=at
    )


@transaction.atomic
def offer_job(
    *, follow_up: FollowUp, what: str, next_on: date | None = None, key: str, by: Actor, at: datetime
) -> FollowUp:
    """Write down what was offered: a service on record, and the day on which to ask again."""
    row = _referral(follow_up, by)
    said = required(what, _("what was offered"), 300)
    if row.closed_at is not None:
        raise Refused(_("This referral is closed. Begin a new one."))
    if next_on is not None and next_on < timezone.localdate(at):
        raise Refused(_("The day lies in the past. Choose today or a later one."))
    _made, new = record_contact(
        person=row.person, kind=ContactKind.SERVICE, note=said, follow_up=row, source=row.source, key=key,
        by=by, at=at,
    )  # fmt: skip
    if new and next_on is not None:
        row.next_on = next_on
        row.save(update_fields=["next_on"])
    return row


@transaction.atomic
def settle_referral(*, follow_up: FollowUp, settled: bool, outcome: str, by: Actor, at: datetime) -> FollowUp:
    """Close the referral: a job is settled, which is stated about the person, or the person gave it up."""
    row = _referral(follow_up, by)
    if row.closed_at is None and settled:
        state_fact(
            person=row.person, kind=FactKind.JOB, value=FactValue.HAS_JOB, said=Said.SELF,
            on=timezone.localdate(at), detail=outcome, source=row.source[:200], key=f"referral-{row.pk}",
            by=by, at=at,
        )  # fmt: skip
    return close_follow_up(follow_up=row, outcome=outcome, by=by, at=at)


def _referral(follow_up: FollowUp, by: Actor) -> FollowUp:
    row = held(follow_up, by)
    if row.reason != FollowUpReason.JOB:
        raise Refused(_("This follow-up is no job referral."))
    return row
