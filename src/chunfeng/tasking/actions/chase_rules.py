"""An office's own chasing rule: when it is reminded, when its leader is told, how it reads 前."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.tasking.choices import Before
from chunfeng.tasking.models import ChaseRule

MOST_DAYS = 60


@transaction.atomic
def set_chase_rule(
    *,
    before: str,
    after: str,
    every: str,
    escalate: str,
    hour: str,
    before_means: str,
    by: Actor,
    at: datetime,
) -> ChaseRule:
    """Give the actor's office its own rule; numbers as a form sends them, lists as "1 0" or "1、3"."""
    roles.require(by, "task.extend")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can set its chasing rule."))
    if before_means not in Before.values:
        raise Refused(_("Choose how 前 is read."))
    values = {
        "before_days": sorted(_days(before), reverse=True),
        "after_days": sorted(n for n in _days(after) if n > 0),
        "then_every": _number(every, MOST_DAYS),
        "escalate_after": _number(escalate, MOST_DAYS),
        "hour": _number(hour, 23),
        "before_means": before_means,
    }
    rule, _new = ChaseRule.objects.update_or_create(
        office_id=by.office_id, defaults={**values, "area_code": by.area_code}
    )
    record("chase_rule.set", by=by, on=rule, at=at, detail=values)
    return rule


def _days(text: str) -> set[int]:
    found = {_number(part, MOST_DAYS) for part in re.split(r"[\s,，、;；]+", text.strip()) if part}
    if len(found) > 5:
        raise Refused(_("At most five reminders before and five after the deadline."))
    return found


def _number(text: str, most: int) -> int:
    if not text.strip().isdecimal() or len(text) > 9 or int(text) > most:
        raise Refused(
            _("“%(text)s” is not a whole number from 0 to %(most)s.") % {"text": text, "most": most}
        )
    return int(text)
