"""How measures and money are written on pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()

UNITS: dict[str, Any] = {
    "persons": gettext_lazy("people"),
    "days": gettext_lazy("days"),
    "months": gettext_lazy("months"),
    "years": gettext_lazy("years"),
    "age": gettext_lazy("years of age"),
    "hours": gettext_lazy("hours"),
    "minutes": gettext_lazy("minutes"),
    "times": gettext_lazy("times"),
    "items": gettext_lazy("pieces"),
    "points": gettext_lazy("points"),
}


@register.filter
def yuan(fen: int | None) -> str:
    """Whole fen as yuan with two decimals: 1,234.50 元; a dash for nothing."""
    return "—" if fen is None else f"{Decimal(fen) / 100:,.2f} {_('yuan')}"


@register.filter
def unit_word(unit: str) -> str:
    """The unit of a fact behind its field."""
    return str(UNITS.get(unit, ""))
