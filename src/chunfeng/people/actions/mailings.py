"""A message to many: counted, confirmed, then written batch by batch; whatever kills it, it goes on where it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.actions.common import bounded
from chunfeng.offices.choices import Role
from chunfeng.people.actions import choosing, cleaning
from chunfeng.people.actions.messaging import BATCH, queue_all
from chunfeng.people.choices import MailingState, Occasion, Recipient
from chunfeng.people.models import Mailing
from chunfeng.people.queries import messages as queries
from chunfeng.people.queries import selecting


@transaction.atomic
def draft_mailing(
    *,
    occasion: str,
    chosen: Mapping[str, Any],
    destination: str = "",
    matter: str = "",
    whose: str = Recipient.SELF,
    by: Actor,
    at: datetime,
) -> Mailing:
    """Choose whom to write to on what occasion, and count them; nothing is sent before `confirm_mailing`.

    `chosen` is the filter of campaigns (`queries.choosing.Chosen`) and, further, `destination`: those who want
    to go there. Without an own `destination` travel advice follows each person's. `matter` fills {note}.
    """
    roles.require(by, "message.send")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can write to many people."))
    if occasion not in Occasion.values or whose not in Recipient.values:
        raise Refused(_("Choose an occasion, and whether the person or the family is written to."))
    if destination:
        cleaning.check_area(destination, _("destination"))
    on = timezone.localdate(at)
    if not queries.gaps(by, occasion, on):
        raise Refused(_("No template is in force for this occasion. Write one, or take a shipped one over."))
    wanted = _checked(chosen, by, at)
    people = selecting.selected(by, wanted, on).count()
    if not people:
        raise Refused(_("Nobody in your sight fits this choice."))
    row = Mailing.objects.create(
        office_id=by.office_id, area_code=by.area_code, occasion=occasion, whose=whose,
        destination=destination, matter=bounded(matter, _("matter"), 60), chosen=wanted, expected=people,
        by_name=by.name, made_at=at,
    )  # fmt: skip
    record("mailing.draft", by=by, on=row, at=at, detail={"occasion": occasion, "people": people})
    return row


@transaction.atomic
def confirm_mailing(*, mailing: Mailing, expected: int, by: Actor, at: datetime) -> Mailing:
    """Let it begin. Refused when by now more or fewer people are meant than the officer saw. Twice does nothing."""
    row = _own(mailing, by)
    if row.state in (MailingState.RUNNING, MailingState.DONE):
        return row
    if row.state == MailingState.DROPPED:
        raise Refused(_("This was given up. Begin a new one."))
    people = selecting.selected(by, row.chosen, timezone.localdate(at)).count()
    if people != expected:
        raise Refused(
            _("Meanwhile %(now)s people are meant, not %(then)s. Look at the number and confirm again.")
            % {"now": people, "then": expected}
        )
    row.state, row.confirmed_at, row.expected = MailingState.RUNNING, at, people
    row.save(update_fields=["state", "confirmed_at", "expected"])
    record("mailing.confirm", by=by, on=row, at=at, detail={"people": people})
    return row


@transaction.atomic
def drop_mailing(*, mailing: Mailing, by: Actor, at: datetime) -> Mailing:
    """Give it up; what was written already stays in the outbox."""
    row = _own(mailing, by)
    if row.state == MailingState.DONE:
        raise Refused(_("All messages are written already."))
    if row.state != MailingState.DROPPED:
        row.state, row.ended_at = MailingState.DROPPED, at
        row.save(update_fields=["state", "ended_at"])
        record("mailing.drop", by=by, on=row, at=at)
    return row


def run_mailings(*, now: datetime) -> int:
    """Write the messages of every confirmed mailing; how many people were looked at. May run any number of times."""
    with scope.applied(SYSTEM, read_only=True):
        waiting = queries.running()
    return sum(run_mailing(pk, now) for pk in waiting)


def run_mailing(pk: int, now: datetime) -> int:
    """Write one mailing to its end; how many people were looked at."""
    looked_at = 0
    while (n := _batch(pk, now)) is not None:
        looked_at += n
    return looked_at


def _batch(pk: int, now: datetime) -> int | None:
    """The next people of a mailing, in one transaction with the place it reached; None when there are none."""
    with scope.applied(SYSTEM):
        row = (
            Mailing.objects.select_for_update(of=("self",))
            .select_related("office")
            .filter(pk=pk, state=MailingState.RUNNING)
            .first()
        )
        if row is None:
            return None
        with scope.applied(_actor(row)):
            people = list(
                selecting.selected(_actor(row), row.chosen, timezone.localdate(now))
                .filter(pk__gt=row.reached)
                .order_by("pk")[:BATCH]
            )
            if people:
                written = queue_all(
                    people=people, occasion=row.occasion, dedupe=f"mailing-{row.pk}",
                    destination=row.destination, extra={"note": row.matter}, whose=row.whose, mailing=row,
                    by=_actor(row), at=now,
                )  # fmt: skip
                row.counts = dict(Counter(row.counts) + written.counts)
                row.reached = people[-1].pk
        if not people:
            row.state, row.ended_at = MailingState.DONE, now
        row.save(update_fields=["state", "ended_at", "counts", "reached"])
        return len(people) or None


def _checked(chosen: Mapping[str, Any], by: Actor, at: datetime) -> dict[str, Any]:
    """The filter as it is kept. Raises `Refused` for an entry that cannot be."""
    found = choosing.check(chosen, by=by, on=timezone.localdate(at)).dump()
    if destination := str(chosen.get("destination") or "").strip():
        cleaning.check_area(destination, _("destination"))
        found["destination"] = destination
    return found


def _actor(row: Mailing) -> Actor:
    """The office in whose name it is written, with the officer who confirmed."""
    lo, hi = codes.code_range(row.area_code)
    return Actor(
        name=row.by_name,
        role=Role.OFFICER,
        office_id=row.office_id,
        office_name=row.office.name,
        area_code=row.area_code,
        lo=lo,
        hi=hi,
        above=tuple(codes.ancestors(row.area_code)),
    )


def _own(mailing: Mailing, by: Actor) -> Mailing:
    roles.require(by, "message.send")
    row = Mailing.objects.select_for_update(of=("self",)).filter(pk=mailing.pk).first()
    if row is None or row.office_id != by.office_id:
        raise NotAllowed(_("This was begun by another office."))
    return row
