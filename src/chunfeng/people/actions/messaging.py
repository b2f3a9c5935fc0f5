"""Messages put into the outbox: which template, to what address, unless the person declined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.people import batch
from chunfeng.people.actions import cleaning
from chunfeng.people.actions.common import in_reach, in_sight, locked_row
from chunfeng.people.actions.letters import Letters, Order, Written, plain
from chunfeng.people.choices import Occasion, Recipient
from chunfeng.people.models import Mailing, Person, PersonMessage
from chunfeng.people.queries import register

BATCH = 500
"""People whose messages are written in one transaction."""


def queue_message(
    *,
    person: Person,
    occasion: str,
    dedupe: str,
    destination: str = "",
    extra: Mapping[str, Any] | None = None,
    whose: str = Recipient.SELF,
    fresh: bool = False,
    by: Actor,
    at: datetime,
) -> PersonMessage | None:
    """Put one message for one person into the outbox; None where none is sent, with the reason on record.

    `dedupe` (at most 80 characters) names what is said to this person: asked again under the same name, the
    message there is comes back (`fresh`: the name was made a moment ago, nothing can be there). `extra` gives
    further placeholders (`messaging.placeholders`), days as dates. None where no template fits or a placeholder
    has no value (the trail says so); where the person declined the channel or has no address for it a row
    without text says so, and is written when asked again later.
    """
    written = queue_all(
        people=[person], occasion=occasion, dedupe=dedupe, destination=destination, extra=extra, whose=whose,
        fresh=fresh, by=by, at=at,
    )  # fmt: skip
    return next(iter(written.messages.values()), None)


@batch.atomic
def queue_all(
    *,
    people: Sequence[Person],
    occasion: str,
    dedupe: str,
    destination: str = "",
    extra: Mapping[str, Any] | None = None,
    whose: str = Recipient.SELF,
    mailing: Mailing | None = None,
    fresh: bool = False,
    by: Actor,
    at: datetime,
) -> Written:
    """As `queue_message` for many people at once, at most `BATCH`, in a bounded number of queries."""
    roles.require(by, "contact_record.write")
    if len(people) > BATCH:
        raise ValueError(f"at most {BATCH} people at a time")
    if not 0 < len(dedupe) <= 80:
        raise ValueError("dedupe has 1 to 80 characters")
    if destination:
        cleaning.check_area(destination, _("destination"))
    order = Order(
        Occasion(occasion), dedupe, destination, plain(extra or {}), Recipient(whose), mailing, fresh
    )
    rows = _standing(people, by, all_of_them=mailing is None)
    written = Letters(rows, order, by, at).write()
    about = rows[0] if mailing is None and len(rows) == 1 else mailing
    record("message.queue", by=by, on=about, at=at, detail={"occasion": order.occasion, **written.counts})
    return written


def _standing(people: Sequence[Person], by: Actor, *, all_of_them: bool) -> list[Person]:
    """The records that stand for these people, locked in one order and in the actor's reach.

    Of many, those that went or left the actor's sight meanwhile are passed over.
    """
    ids = {person.pk for person in people if person.merged_into_id is None}
    for person in people:
        if person.merged_into_id is not None and (stands := register.survivor(person)) is not None:
            ids.add(stands.pk)
    rows = [row for row in _locked(sorted(ids)) if row.merged_into_id is None]
    if not all_of_them:
        return [row for row in rows if in_sight(by, row)]
    if not rows or len(rows) != len(ids):
        raise Refused(_("This person is no longer in the register, or out of your sight."))
    for row in rows:
        in_reach(by, row)
    return rows


def _locked(ids: Sequence[int]) -> list[Person]:
    if len(ids) == 1:
        return [row for row in [locked_row(ids[0])] if row is not None]
    return list(Person.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
