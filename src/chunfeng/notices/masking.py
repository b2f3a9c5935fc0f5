"""Contacts in running text, hidden wherever a notice is shown or given out (B9)."""

from __future__ import annotations

import re
from typing import Any

from chunfeng.core.crypto import mask

_PHONE = re.compile(
    r"(?<![\d〔\-])(?:[0０]\d{2,3}[-－—– \u00a0\u3000)）]{0,2}\d{3,4}[- ]?\d{4}"
    r"|[1１][3-9３-９]\d[- ]?\d{4}[- ]?\d{4}|\d{7,8})(?:[-－转]\d{1,4})?(?!\d)"
)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+\.[\w.]+")


def masked(text: str) -> str:
    """The text with phone numbers and mail addresses masked, every other character in its place."""
    return _MAIL.sub(lambda m: mask(m[0]), _PHONE.sub(lambda m: mask(m[0]), text))


def masked_within(value: Any) -> Any:
    """The same for every text inside lists and objects."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list):
        return [masked_within(each) for each in value]
    if isinstance(value, dict):
        return {key: masked_within(each) for key, each in value.items()}
    return value
