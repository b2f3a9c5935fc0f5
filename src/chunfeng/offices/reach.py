"""How to reach somebody: telephone numbers and e-mail addresses as people type them. Pure."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PHONE = re.compile(
    r"(?:\+?86-?)?(?:0[0-9]{2,3}-?)?[0-9]{5,8}(?:(?:-|转|x)[0-9]{1,6})?|1[3-9][0-9]{9}|[0-9]{3,6}"
)
_EMAIL = re.compile(r"[^@\s，；]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z]{2,24}")
_WIDE = str.maketrans("０１２３４５６７８９－—–（）＠．＋", "0123456789---()@.+")


def mobile(text: str) -> str | None:
    """Eleven digits beginning 13–19, blanks and hyphens removed; None for empty. Raises Refused otherwise."""
    plain = re.sub(r"[\s-]", "", _narrow(text)).removeprefix("+86")
    if not plain:
        return None
    if not _MOBILE.fullmatch(plain):
        raise Refused(
            _("“%(text)s” is not a mobile number: eleven digits beginning with 13 to 19.")
            % {"text": text.strip()}
        )
    return plain


def phone(text: str) -> str | None:
    """A landline with or without area code and extension, a hotline, or a mobile; None for empty."""
    plain = re.sub(r"\s", "", _narrow(text)).replace(")", "-").replace("(", "").lower()
    if not plain:
        return None
    if not _PHONE.fullmatch(plain):
        raise Refused(
            _("“%(text)s” is not a telephone number. Write it like 0431-88690000 or 0431-88690000-12.")
            % {"text": text.strip()}
        )
    return plain


def email(text: str) -> str | None:
    """An e-mail address; None for empty."""
    plain = _narrow(text).strip()
    if not plain:
        return None
    if not _EMAIL.fullmatch(plain):
        raise Refused(_("“%(text)s” is not an e-mail address.") % {"text": plain})
    return plain


def _narrow(text: str) -> str:
    return (text or "").translate(_WIDE).strip()
