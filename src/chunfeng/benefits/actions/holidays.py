"""Days on which an area works or rests against the yearly arrangement, by order of a notice (J1)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.benefits.actions.common import required
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import SpecialDay
from chunfeng.offices import roles

MOST = 60
"""Days in one go."""


@transaction.atomic
def set_days(
    *, first: date, last: date, works: bool, source: str, by: Actor, at: datetime
) -> list[SpecialDay]:
    """From the first to the last day the actor's area works, or rests, with the notice and clause that says so.

    Days set before are set anew. Deadlines of reports follow from then on. Raises Refused for an end before the
    beginning, or for more than MOST days.
    """
    _leader(by)
    words = required(source, _("notice and clause"), 300)
    if last < first or (last - first).days >= MOST:
        raise Refused(_("Choose a first and a last day, at most %(n)s days apart.") % {"n": MOST})
    made = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        row, _new = SpecialDay.objects.update_or_create(
            area_code=by.area_code, day=day, defaults={"works": works, "source": words}
        )
        made.append(row)
    detail = {"from": first.isoformat(), "to": last.isoformat(), "works": works}
    record("special_day.set", by=by, area_code=by.area_code, at=at, detail=detail, reason=words)
    return made


@transaction.atomic
def take_back(*, day: date, by: Actor, at: datetime) -> bool:
    """Let the yearly arrangement hold again on a day of the actor's area. False where nothing was set."""
    _leader(by)
    gone, _rows = SpecialDay.objects.filter(area_code=by.area_code, day=day).delete()
    if gone:
        record("special_day.end", by=by, area_code=by.area_code, at=at, detail={"day": day.isoformat()})
    return bool(gone)


def _leader(by: Actor) -> None:
    roles.require(by, "measure.put")
    if by.office_id is None or not by.area_code:
        raise NotAllowed(_("Only people posted to an office can change its working days."))
