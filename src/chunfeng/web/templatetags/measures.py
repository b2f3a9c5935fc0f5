"""How measures and money are written on pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

register = template.Library()

UNITS: dict[str, Any] = {
    "persons": pgettext_lazy("unit", "people"),
    "days": pgettext_lazy("unit", "days"),
    "months": pgettext_lazy("unit", "months"),
    "years": pgettext_lazy("unit", "years"),
    "age": pgettext_lazy("unit", "years of age"),
    "hours": pgettext_lazy("unit", "hours"),
    "minutes": pgettext_lazy("unit", "minutes"),
    "times": pgettext_lazy("unit", "times"),
    "items": pgettext_lazy("unit", "pieces"),
    "points": pgettext_lazy("unit", "points"),
}


@register.filter
def yuan(fen: int | None) -> str:
    """Whole fen as yuan with two decimals: 1,234.50 元; a dash for nothing."""
    return "—" if fen is None else f"{Decimal(fen) / 100:,.2f} {_('yuan')}"


@register.filter
def unit_word(unit: str) -> str:
    """The unit of a fact behind its field."""
    return str(UNITS.get(unit, ""))
