"""Template helpers of the one design system."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chunfeng.offices import roles

register = template.Library()


@register.simple_tag(takes_context=True)
def can(context: dict[str, Any], ability: str) -> bool:
    """Whether the present actor has an ability: `{% can "task.extend" as may_extend %}`."""
    return roles.can(context.get("actor"), ability)


@register.simple_tag
def cell(column: Any, row: Any) -> Any:
    """The value of a list column for a row."""
    value = column.value(row)
    if isinstance(value, datetime):
        return moment(value)
    return "" if value is None else value


@register.filter
def fit(value: Any) -> str:
    """The class that keeps a short value (a date with its time, a state, a code) on one line."""
    text = moment(value) if isinstance(value, datetime) else str(value)
    return "tight" if len(text) <= 12 or not text.strip("0123456789-: ") else ""


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """`mapping|item:key`, empty when absent."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def until(due: datetime | None) -> str:
    """How far a deadline is from now, in plain words."""
    if due is None:
        return str(_("no date"))
    now = timezone.now()
    days = (timezone.localdate(due) - timezone.localdate(now)).days
    if due < now:
        late = -days
        return ngettext("%(n)s day late", "%(n)s days late", late) % {"n": late} if late else _("late today")
    if days == 0:
        return str(_("today"))
    if days == 1:
        return str(_("tomorrow"))
    return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}


@register.filter
def moment(value: datetime | None) -> str:
    """Date and time to the minute, local, ISO order; the same everywhere."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""
