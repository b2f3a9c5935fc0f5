"""How an important situation stands, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.reporting.choices import SituationState
from chunfeng.reporting.models import Situation
from chunfeng.reporting.queries import situations as queries

register = template.Library()


@register.filter
def shown(text: str) -> str:
    """Words of a report with numbers that belong to persons masked."""
    return queries.shown(text)


@register.filter
def headline(of: Situation) -> str:
    """The first line of a report, short enough for a heading."""
    line = queries.shown(of.what).strip().partition("\n")[0]
    return line if len(line) <= 60 else line[:59] + "…"


@register.filter
def span(between: timedelta | None) -> str:
    """A stretch of time: 35 min, 2 h 5 min, 3 d 4 h."""
    if between is None:
        return ""
    minutes = max(int(between.total_seconds()) // 60, 0)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return _("%(d)s d %(h)s h") % {"d": days, "h": hours}
    if hours:
        return _("%(h)s h %(m)s min") % {"h": hours, "m": minutes % 60}
    return _("%(m)s min") % {"m": minutes}


@register.filter
def past(due: datetime | None, until: datetime | None = None) -> str:
    """By how much a limit was passed at a moment, by default now; empty where it was kept."""
    end = until or timezone.now()
    return span(end - due) if due is not None and due < end else ""


@register.filter
def left(due: datetime | None) -> str:
    """How long until a limit; empty where it is past."""
    now = timezone.now()
    return span(due - now) if due is not None and due > now else ""


@register.filter
def standing(of: Situation) -> str:
    """Where it is: settled, merged, taken in by whom, or waiting for whom and how long over the limit."""
    if of.state != SituationState.OPEN:
        return str(of.get_state_display())
    last = queries.last_hop(of)
    if last is None:
        return _("With %(office)s") % {"office": of.office}
    if last.received_at is not None:
        return _("Taken in by %(office)s") % {"office": last.receiver}
    if late := past(last.due_at):
        return _("Overdue by %(time)s: %(office)s") % {"time": late, "office": last.receiver}
    return _("On its way to %(office)s") % {"office": last.receiver}
