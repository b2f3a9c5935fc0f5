"""Peak periods: days on which some forms are due more often (M7)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.reporting.actions.renewing import renew
from chunfeng.reporting.choices import FormState
from chunfeng.reporting.models import Form, PeakPeriod
from chunfeng.reporting.queries.forms import current_version, definition_of


@transaction.atomic
def add_peak_period(
    *, area_code: str, name: str, first_day: date, last_day: date, source: str, by: Actor, at: datetime
) -> PeakPeriod:
    """Name a stretch of days with denser reporting, with the text that orders it.

    What is owed in it and not answered yet is laid out anew for every form that knows a peak rhythm.
    """
    _may(by, area_code)
    name, source = name.strip(), source.strip()
    if not name or not source:
        raise Refused(_("A peak period needs a name and the notice and clause that order it."))
    if last_day < first_day:
        raise Refused(_("The peak period ends before it begins: look at the two days."))
    if PeakPeriod.objects.filter(area_code=area_code, name=name, first_day=first_day).exists():
        raise Refused(_("The peak period “%(name)s” from this day is already entered.") % {"name": name})
    peak = PeakPeriod.objects.create(
        area_code=area_code, name=name[:60], first_day=first_day, last_day=last_day, source=source[:300]
    )
    _lay_out(peak, first_day, at)
    record("peak.add", by=by, on=peak, at=at, detail={"from": str(first_day), "to": str(last_day)})
    return peak


@transaction.atomic
def end_peak_period(*, peak: PeakPeriod, on: date, by: Actor, at: datetime, reason: str) -> PeakPeriod:
    """Let a peak period end on another day than planned; reporting is laid out anew from the change on."""
    _may(by, peak.area_code)
    if not reason.strip():
        raise Refused(_("Say why the peak period ends on this day."))
    if on < peak.first_day:
        raise Refused(_("The peak period began on %(day)s; it cannot end before.") % {"day": peak.first_day})
    changed_from = min(on, peak.last_day)
    peak.last_day = on
    peak.save(update_fields=["last_day"])
    _lay_out(peak, changed_from, at)
    record("peak.end", by=by, on=peak, at=at, detail={"on": on.isoformat()}, reason=reason.strip())
    return peak


def _may(by: Actor, area_code: str) -> None:
    roles.require(by, "form.change")
    if not by.sees(area_code):
        raise NotAllowed(_("This area lies outside yours: ask the office above."))


def _lay_out(peak: PeakPeriod, since: date, at: datetime) -> None:
    """As the system: a county's peak touches what the province's form asks of the county."""
    with scope.applied(SYSTEM):
        for form in Form.objects.filter(state=FormState.ACTIVE):
            version = current_version(form)
            if version is not None and definition_of(version).peak_every:
                renew(form=form, since=since, by=SYSTEM, at=at, area_code=peak.area_code)
