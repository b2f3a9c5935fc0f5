"""Two answers differed and one stands: what the other one opened is ended, with the reason, and stays readable."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.people.actions.follow_ups import close_follow_up
from chunfeng.people.actions.releasing import overrule
from chunfeng.people.choices import SendState
from chunfeng.people.models import CallItem, ContactRecord, PersonMessage
from chunfeng.people.queries import consequences
from chunfeng.people.queries.consequences import Undone
from chunfeng.people.scripts import Walk


@transaction.atomic
def undo(
    *, item: CallItem, chosen: ContactRecord, walk: Walk, reason: str, by: Actor, at: datetime
) -> Undone:
    """End what the answers that do not stand opened (`consequences.undone`), and mark their messages.

    A message that went out stays as it was sent; one still waiting is not sent any more. Nothing is deleted.
    Part of `deciding.decide`, which asks for the ability.
    """
    found = consequences.undone(item, chosen, walk, by, timezone.localdate(at))
    if not found:
        return found
    why = _("Decided otherwise: %(reason)s") % {"reason": reason}
    for isolation in found.isolations:
        overrule(isolation=isolation, reason=why[:250], by=by, at=at)
    for follow_up in found.follow_ups:
        close_follow_up(follow_up=follow_up, outcome=why[:500], by=by, at=at)
    keys = [row.pk for row in found.messages]
    PersonMessage.objects.filter(pk__in=keys).update(void_at=at)
    PersonMessage.objects.filter(pk__in=keys, state=SendState.QUEUED).update(
        state=SendState.FAILED, next_try_at=None, error=_("Not sent: another answer stands.")
    )
    record(
        "call.undo",
        by=by,
        on=item,
        at=at,
        reason=reason,
        detail={
            "contact": chosen.pk,
            "isolations": [row.pk for row in found.isolations],
            "follow_ups": [row.pk for row in found.follow_ups],
            "messages": keys,
        },
    )
    return found
