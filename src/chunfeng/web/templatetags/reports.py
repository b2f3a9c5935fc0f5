"""How a report looks: its standing as a tone with a mark, its period and the time left in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chunfeng.reporting.choices import Standing

register = template.Library()
MARKS = {
    Standing.FILED: ("good", "✓"),
    Standing.ZERO: ("good", "∅"),
    Standing.LATE: ("warn", "◷"),
    Standing.MISSING: ("bad", "!"),
    Standing.RETURNED: ("warn", "↩"),
    Standing.EXEMPT: ("", "–"),
    Standing.DUE: ("info", "○"),
}  # fmt: skip


@register.filter
def standing_tone(standing: str) -> str:
    """Colour class: never alone, the mark and the word stand beside it."""
    return MARKS[Standing(standing)][0]


@register.filter
def standing_mark(standing: str) -> str:
    """One sign for a standing."""
    return MARKS[Standing(standing)][1]


@register.filter
def standing_word(standing: str) -> str:
    """The standing in words."""
    return str(Standing(standing).label)


@register.filter
def period(row: Any) -> str:
    """The days a report is about: one day with its weekday, or from – to."""
    return days(row.period_start, row.period_end)


def days(first: date, last: date) -> str:
    """A day with its weekday, or a stretch of days."""
    if first == last:
        weekday = formats.date_format(first, "D")
        return _("%(day)s %(weekday)s") % {"day": month_day(first), "weekday": weekday}
    return f"{month_day(first)} – {month_day(last)}"


def month_day(day: date) -> str:
    """A day without its year: 2-3 in English order of the house, 2月3日."""
    return _("%(month)s-%(day)s") % {"month": day.month, "day": day.day}


@register.filter
def clock(at: datetime, day: date | None = None) -> str:
    """The hour alone when it is on that day (default today), else with its day."""
    local = timezone.localtime(at)
    if local.date() == (day or timezone.localdate()):
        return local.strftime("%H:%M")
    return f"{month_day(local.date())} {local:%H:%M}"


@register.filter
def left(at: datetime) -> str:
    """How long until a moment, or how long since, in words: `2 h 10 min left`."""
    now = timezone.now()
    if at >= now:
        return _("%(time)s left") % {"time": _length(at - now)}
    return _("%(time)s past") % {"time": _length(now - at)}


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes >= 2 * 24 * 60:
        n = minutes // (24 * 60)
        return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return _("%(h)s h %(m)s min") % {"h": hours, "m": rest}
    if hours:
        return _("%(h)s h") % {"h": hours}
    return _("%(m)s min") % {"m": rest}
