"""Telephone and document numbers in the one form in which the register keeps and finds them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from django.utils.translation import gettext as _

from chunfeng.areas.choices import Level
from chunfeng.areas.models import Area
from chunfeng.areas.queries import valid
from chunfeng.core import identifiers
from chunfeng.core.identifiers import BadIdentifier

_LANDLINE = re.compile(r"0[1-9][0-9]{8,10}|[2-9][0-9]{6,7}")
_OTHER = re.compile(r"[0-9A-Z]{4,40}")


def phone_number(text: str) -> str:
    """A mobile, or a landline with or without its area code, in digits only. Raises `BadIdentifier`."""
    try:
        return identifiers.mobile(text)
    except BadIdentifier:
        number = re.sub(r"[()+]", "", identifiers.plain(text))
        number = re.sub(r"^(00)?86(?=0)", "", number)
        if _LANDLINE.fullmatch(number):
            return number
        raise


def other_document(text: str) -> str:
    """A passport or another document: 4 to 40 letters and digits. Raises `BadIdentifier`."""
    number = identifiers.plain(text)
    if not _OTHER.fullmatch(number):
        raise BadIdentifier(
            _("“%(text)s” is not a document number: 4 to 40 letters and digits.") % {"text": text.strip()}
        )
    return number


def document_forms(text: str) -> list[str]:
    """Every form under which the number somebody typed may be stored; empty when it is none."""
    found: list[str] = []
    with suppress(BadIdentifier):
        found.append(identifiers.citizen_id(text).number)
    plain = identifiers.plain(text)
    if _OTHER.fullmatch(plain) and plain not in found:
        found.append(plain)
    return found


def county_parts(on: date) -> frozenset[str]:
    """Six-digit codes in use on a day: what the area part of an identity number is compared with."""
    codes = Area.objects.filter(valid(on), level__lte=Level.COUNTY, is_local=False)
    return frozenset(code[:6] for code in codes.values_list("code", flat=True))
