"""A message that failed for good, once more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.people.actions.common import in_reach
from chunfeng.people.choices import SendState
from chunfeng.people.models import PersonMessage


@transaction.atomic
def send_again(*, message: PersonMessage, by: Actor, at: datetime) -> PersonMessage:
    """Put a failed message back into the outbox, from its first attempt on. One that waits already stays as it is."""
    roles.require(by, "message.send")
    row = PersonMessage.objects.select_for_update(of=("self",)).filter(pk=message.pk).first()
    if row is None:
        raise Refused(_("This message is no longer there, or out of your sight."))
    in_reach(by, row.person)
    if row.state == SendState.QUEUED:
        return row
    if row.state != SendState.FAILED or not row.text:
        raise Refused(_("Only a message that was written and failed can be sent again."))
    row.state, row.attempts, row.next_try_at, row.error = SendState.QUEUED, 0, at, ""
    row.save(update_fields=["state", "attempts", "next_try_at", "error"])
    record("message.again", by=by, on=row, at=at)
    return row
