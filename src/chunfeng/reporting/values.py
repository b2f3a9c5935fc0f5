"""Between what people write and what is stored: whole numbers by slot, texts, sealed personal data. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from chunfeng.reporting.definition import FormDefinition, Indicator, Type

LARGEST = 10**15
"""Largest whole number stored; the parts of a breakdown together still fit their column."""
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}([\s,]\d{3})+(\.\d*)?", re.ASCII)
_SEPARATORS = re.compile(r"[\s,]")
_LONGEST = 100
_YES = {"1", "yes", "true", "y", "是", "有", "√"}
_NO = {"0", "no", "false", "n", "否", "无", "没有", "×"}


class BadValue(ValueError):
    """A value that does not fit its cell; the message says why and what to write."""


def slots(form: FormDefinition, existing: Mapping[str, int]) -> dict[str, int]:
    """Every number cell with its permanent place, from 0; new cells come after all that ever existed."""
    found = dict(existing)
    for cell in form.number_cells:
        if cell.code not in found:
            found[cell.code] = len(found)
    return found


def stored(indicator: Indicator, written: object) -> int:
    """The whole number to store for what was written: 12.5 of a one-decimal number is 125. Raises `BadValue`.

    Accepts numbers and texts, full-width digits, separators between thousands, yes/no words. A comma anywhere
    else is refused: 1,5 may be meant as a decimal.
    """
    text = str(written).strip().translate(_WIDE)
    if _GROUPED.fullmatch(text):
        text = _SEPARATORS.sub("", text)
    if indicator.type is Type.YESNO:
        if text.lower() in _YES | _NO:
            return int(text.lower() in _YES)
        raise BadValue(_("write yes or no, not “%(text)s”") % {"text": written})
    if not _NUMBER.fullmatch(text):
        raise BadValue(_("“%(text)s” is not a number") % {"text": written})
    number = Fraction(text) if len(text) <= _LONGEST else None
    if number is None or abs(number) * indicator.scale > LARGEST:
        raise BadValue(_("“%(text)s” is too large") % {"text": written})
    whole = number * indicator.scale
    if whole.denominator != 1:
        if indicator.decimals:
            raise BadValue(
                _("“%(text)s” has more than %(n)s digits after the point")
                % {"text": written, "n": indicator.decimals}
            )
        raise BadValue(_("“%(text)s” is not a whole number") % {"text": written})
    if number < 0 and indicator.type in (Type.COUNT, Type.MONEY):
        raise BadValue(_("“%(text)s” is below zero") % {"text": written})
    return int(whole)


def fraction(indicator: Indicator, number: int | None) -> Fraction | None:
    """A stored number in its own unit, exact."""
    return None if number is None else Fraction(number, indicator.scale)


def plain(indicator: Indicator, number: int | None) -> int | float | None:
    """A stored number as a spreadsheet or JSON holds it."""
    if number is None or not indicator.decimals:
        return number
    return float(Decimal(number) / indicator.scale)


def shown(indicator: Indicator, number: int | Fraction | None) -> str:
    """A stored number as people read it: 1,234 · 12.50 · yes; a dash where nothing was stated."""
    if number is None:
        return "—"
    if indicator.type is Type.YESNO and number in (0, 1):
        return _("yes") if number else _("no")
    if isinstance(number, Fraction) and number.denominator != 1:  # a mean: one digit more than was written
        return f"{float(number / indicator.scale):,.{indicator.decimals + 1}f}"
    return f"{Decimal(int(number)) / indicator.scale:,.{indicator.decimals}f}"


def per_cent(part: int | None, whole: int | None) -> Fraction | None:
    """part / whole in per cent, exact; None where either is unknown or the whole is zero."""
    if part is None or not whole:
        return None
    return Fraction(part * 100, whole)


def by_code(numbers: Sequence[int | None] | None, places: Mapping[str, int]) -> dict[str, int | None]:
    """Stored numbers by cell code; None where nothing was stated or the row is older than the cell."""
    row = numbers or ()
    return {code: row[slot] if slot < len(row) else None for code, slot in places.items()}


def in_slots(values: Mapping[str, int | None], places: Mapping[str, int]) -> list[int | None]:
    """The array to store for numbers by cell code, as long as there are places."""
    row: list[int | None] = [None] * (max(places.values(), default=-1) + 1)
    for code, number in values.items():
        row[places[code]] = number
    return row


_WIDE = str.maketrans("０１２３４５６７８９．－＋，", "0123456789.-+,")
