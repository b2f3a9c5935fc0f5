"""What a request asked for, or None where it is no such thing: numbers and days typed or linked by hand."""

from __future__ import annotations

from datetime import date

_LARGEST = 2**63 - 1


def key(text: str | None) -> int | None:
    """A row's key: decimal digits of a 64-bit number. ² and １ are digits to Python and no keys."""
    if text is None or not text.isascii() or not text.isdecimal():
        return None
    number = int(text) if len(text) < 20 else _LARGEST + 1
    return number if number <= _LARGEST else None


def keys(texts: list[str]) -> list[int]:
    """Those of the texts that are keys."""
    return [number for text in texts if (number := key(text)) is not None]


def day(text: str | None) -> date | None:
    """A day written 2020-01-26."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
