"""Isolation: opened by a rule, with its clause and its end (E1, E3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.people import batch
from chunfeng.people.actions.common import bounded, locked
from chunfeng.people.actions.messaging import queue_message
from chunfeng.people.choices import Exposure, IsolationState, Occasion, Placement
from chunfeng.people.models import ContactRecord, Isolation, Person, PlacementRule
from chunfeng.people.placement.choosing import applying, harmless
from chunfeng.people.queries import placing, register


@dataclass(frozen=True, slots=True)
class Placed:
    """What a rule says of a person, and the isolation that stands, if any; `why` is a sentence with the clause."""

    rule: PlacementRule | None
    isolation: Isolation | None
    placement: str | None
    why: str


@batch.atomic
def place(
    *,
    person: Person,
    exposure: str,
    symptoms: bool | None,
    since: date,
    contact: ContactRecord | None = None,
    place: str = "",
    by: Actor,
    at: datetime,
) -> Placed:
    """Find the rule in force (nearest office, newest, strictest) and open what it orders.

    An isolation or a monitoring is opened from `since` for the rule's days; nothing for somebody who may enter,
    whom no rule fits, whose days are over already, or who is in isolation (that one is returned). `symptoms`
    None: nobody asked. `place` is the address or the ward, kept sealed. Raises `Refused`, `NotAllowed`.
    """
    roles.require(by, "isolation.work")
    if exposure not in Exposure.values:
        raise Refused(_("“%(value)s” is not an exposure.") % {"value": exposure})
    today = timezone.localdate(at)
    if since > today:
        raise Refused(_("The first day %(day)s lies in the future.") % {"day": since})
    where = bounded(place, _("where"), 200)
    row = locked(person, by)
    area = placing.stay_area(row, by, today)
    rule = applying(placing.weighed(area, exposure, symptoms, today))
    family = register.family(row)
    rows = Isolation.objects.filter(person__in=family, state=IsolationState.OPEN)
    standing = batch.kept(("open isolation", tuple(family)), rows.first)
    if rule is None:
        return Placed(None, standing, None, _no_rule(exposure, symptoms))
    why = _ordered(rule)
    if standing is not None:
        return Placed(
            rule, standing, rule.placement, _("Since %(day)s: ") % {"day": standing.starts_on} + why
        )
    if rule.placement == Placement.ENTER:
        return Placed(rule, None, rule.placement, why)
    days = max(rule.days, 1)
    if since + timedelta(days) <= today:
        if not symptoms:
            return Placed(rule, None, rule.placement, _over(rule, since + timedelta(days)))
        since = today
    opened = Isolation(
        person=row, area_code=area, office_id=by.office_id or rule.office_id, rule=rule,
        placement=rule.placement, exposure=exposure, place=where or None, source=rule.source, contact=contact,
        starts_on=since, ends_on=since + timedelta(days), opened_at=at, opened_by_name=by.name,
    )  # fmt: skip
    if not _open(opened, row, by, at):
        elsewhere = _("Another area, out of your sight, has this person in isolation already.")
        return Placed(rule, None, rule.placement, elsewhere)
    return Placed(rule, opened, rule.placement, why)


def _open(opened: Isolation, person: Person, by: Actor, at: datetime) -> bool:
    """Keep the isolation and write to the person; False where another area has them in one already."""
    batch.forget(("open isolation", tuple(register.family(person))))
    try:
        with transaction.atomic():
            opened.save()
    except IntegrityError as error:
        if "one_open_isolation" not in str(error):
            raise
        return False
    record(
        "isolation.open", by=by, on=opened, at=at, area_code=opened.area_code,
        detail={"rule": opened.rule_id, "placement": opened.placement, "until": str(opened.ends_on)},
    )  # fmt: skip
    queue_message(
        person=person, occasion=Occasion.ISOLATED, dedupe=f"isolation:{opened.pk}:{Occasion.ISOLATED}",
        extra={"since": opened.starts_on, "release_on": opened.ends_on}, fresh=True, by=by, at=at,
    )  # fmt: skip
    return True


def _ordered(rule: PlacementRule) -> str:
    what = Placement(rule.placement).label
    if rule.placement == Placement.ENTER:
        return _("%(what)s, by “%(name)s”, %(source)s.") % {
            "what": what, "name": rule.name, "source": rule.source,
        }  # fmt: skip
    return _("%(what)s for %(n)s full days without symptoms, by “%(name)s”, %(source)s.") % {
        "what": what, "n": max(rule.days, 1), "name": rule.name, "source": rule.source,
    }  # fmt: skip


def _over(rule: PlacementRule, end: date) -> str:
    return _("The days of “%(name)s” (%(source)s) were over on %(day)s: nothing is opened.") % {
        "name": rule.name, "source": rule.source, "day": end,
    }  # fmt: skip


def _no_rule(exposure: str, symptoms: bool | None) -> str:
    if harmless(exposure, symptoms):
        return _("Neither symptoms nor exposure: nobody is isolated or held back for that.")
    return _("No rule in force says what follows. Take one into use under “Placement rules”.")
