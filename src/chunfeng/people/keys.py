"""Keyed hashes by which a document or a phone is found. One place, so that all who write them agree."""

from __future__ import annotations

from chunfeng.core import crypto

DOCUMENT = "person-document"
PHONE = "person-phone"
"""Purposes of the hashes (`crypto.lookup`); a change of either loses every stored key."""


def document_hash(number: str) -> str:
    """What `Person.id_hash` holds for a number as `core.identifiers` writes it."""
    return crypto.lookup(number, DOCUMENT)


def document_hashes(number: str) -> tuple[str, str]:
    """The hash as written now and under the other cipher: to find rows of both."""
    return crypto.lookups(number, DOCUMENT)


def phone_hash(number: str) -> str:
    """What `PersonPhone.number_hash` holds for a number of digits only."""
    return crypto.lookup(number, PHONE)


def phone_hashes(number: str) -> tuple[str, str]:
    """The hash as written now and under the other cipher."""
    return crypto.lookups(number, PHONE)
