"""Numbers that identify people, firms and telephones, as people type them. Pure.

Citizen identity numbers (GB 11643) and the permits that follow their form, unified social credit codes
(GB 32100), mobiles. What is odd but possible is a doubt; what cannot be read at all raises `BadIdentifier`.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused

CITIZEN, PERMIT, FOREIGN = "citizen", "permit", "foreign"
AREA, CHECK, OLD_FORM = "area", "check", "old"
PROVINCES = frozenset(
    str(n)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71))
    for n in range(first, last + 1)
)
PERMIT_AREAS = frozenset({"810000", "820000", "830000"})
"""Hong Kong, Macao and Taiwan residents: the form of 2018 has no other."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUE = {sign: value for value, sign in enumerate(_CREDIT)}
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_WIDE = {ord("０") + n: str(n) for n in range(10)} | {ord("Ａ") + n: chr(65 + n) for n in range(26)}
_WIDE |= {ord("ａ") + n: chr(65 + n) for n in range(26)} | {ord(x): "X" for x in "×хХχΧ"}
_WIDE |= {ord("＋"): "+", ord("．"): ".", ord("＊"): "*", ord("（"): "(", ord("）"): ")"}
_JUNK = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\ufeff'’‘`\"“”\-‐-―－·]+")
_CITIZEN = re.compile(r"[0-9]{17}[0-9X]")
_OLD = re.compile(r"[0-9]{15}")
_LOSSY = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+|[0-9]{16,}\.0+")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PREFIX = re.compile(r"^(\(?(\+|00)86\)?|86(?=1[0-9]{10}$))")


class BadIdentifier(Refused):
    """The text is no such number; the message says what is wrong with it and what to do."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A document number in its 18-digit form, and what it says about its holder.

    `area` is the six-digit area part ("" for foreigners), `sex` "m" or "f", `doubts` are codes out of
    "area", "check" and "old" (written with 15 digits).
    """

    kind: str
    number: str
    area: str
    birth: date
    sex: str
    doubts: tuple[str, ...] = ()


class CreditCode(NamedTuple):
    """A unified social credit code; `doubts` holds "check" when the last sign does not fit."""

    number: str
    area: str
    doubts: tuple[str, ...] = ()


def plain(text: str) -> str:
    """Half-width, upper-case, without blanks, hyphens, quotes and invisible signs."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _JUNK.sub("", text.translate(_WIDE)).upper()


def check_digit(first17: str) -> str:
    """The 18th sign of GB 11643 for the first seventeen digits."""
    return _CHECKS[sum(w * int(d) for w, d in zip(_WEIGHTS, first17, strict=True)) % 11]


def credit_check(first17: str) -> str:
    """The 18th sign of GB 32100 for the first seventeen signs."""
    total = sum(w * _CREDIT_VALUE[sign] for w, sign in zip(_CREDIT_WEIGHTS, first17, strict=True))
    return _CREDIT[(31 - total % 31) % 31]


def citizen_id(text: str, *, areas: Container[str] | None = None) -> Identifier:
    """Read an identity number of 18 or 15 digits; permits (81, 82, 83) and foreign numbers (9…) included.

    With `areas`, the six-digit codes in use, an area part outside them is a doubt; without it only an unknown
    province is. Raises `BadIdentifier` for what cannot be such a number.
    """
    number = plain(text)
    doubts: list[str] = []
    if _OLD.fullmatch(number.removesuffix(".0")):
        first17 = f"{number[:6]}19{number[6:15]}"
        number = first17 + check_digit(first17)
        doubts.append(OLD_FORM)
    elif not _CITIZEN.fullmatch(number):
        raise BadIdentifier(_wrong_form(text, number))
    elif check_digit(number[:17]) != number[17]:
        doubts.append(CHECK)
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        birth = date.min
    if birth.year < 1850:
        raise BadIdentifier(
            _(
                "The number “%(text)s” names no possible date of birth (%(part)s): compare it with the document."
            )
            % {"text": text.strip(), "part": number[6:14]}
        )
    kind, area = _holder(number)
    if kind != FOREIGN and not _area_known(kind, area, areas):
        doubts.insert(0, AREA)
    return Identifier(kind, number, area, birth, "m" if int(number[16]) % 2 else "f", tuple(doubts))


def credit_code(text: str) -> CreditCode:
    """Read a unified social credit code. Raises `BadIdentifier` for anything but 18 of its signs."""
    number = plain(text)
    stray = sorted(set(number) - set(_CREDIT))
    if len(number) != 18 or stray:
        raise BadIdentifier(
            _("“%(text)s” is not a social credit code: 18 digits and capital letters, never I, O, S, V or Z.")
            % {"text": text.strip()}
        )
    return CreditCode(number, number[2:8], () if credit_check(number[:17]) == number[17] else (CHECK,))


def mobile(text: str) -> str:
    """Eleven digits of a mobile; +86, 0086, 86 and separators fall away. Raises `BadIdentifier`."""
    number = _PREFIX.sub("", plain(text).removesuffix(".0").replace("(", "").replace(")", ""))
    if not _MOBILE.fullmatch(number):
        raise BadIdentifier(
            _("“%(text)s” is not a mobile number: eleven digits beginning with 13 to 19.")
            % {"text": text.strip()}
        )
    return number


def _holder(number: str) -> tuple[str, str]:
    if number[0] == "9":
        return FOREIGN, ""
    return (PERMIT if number[:2] in {"81", "82", "83"} else CITIZEN), number[:6]


def _area_known(kind: str, area: str, areas: Container[str] | None) -> bool:
    if kind == PERMIT:
        return area in PERMIT_AREAS
    return area[:2] in PROVINCES and (areas is None or area in areas)


def _wrong_form(text: str, number: str) -> str:
    given = {"text": text.strip()}
    if not number:
        return _("The identity number is empty.")
    if "*" in number:
        return _("The number “%(text)s” is masked: enter it in full.") % given
    if _LOSSY.fullmatch(number):
        return (
            _(
                "The sheet turned the identity number into “%(text)s” and its last digits are lost: "
                "set the column to text and enter it again."
            )
            % given
        )
    return (
        _("“%(text)s” is not an identity number: 18 digits, the last may be X, or 15 digits in the old form.")
        % given
    )
