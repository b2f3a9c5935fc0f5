"""Encryption of single fields and keyed look-up hashes.

A stored value is `version byte | nonce (12) | ciphertext and tag`. Version 1 is AES-256-GCM with HMAC-SHA-256
look-ups; version 2 is SM4-GCM with HMAC-SM3, for sites that must use the national algorithms (GB/T 39786).
The version is chosen by `CHUNFENG_CIPHER`; both can always be read, and look-ups find both (`lookups`).
"""

from __future__ import annotations

import hashlib
import hmac as std_hmac
import os
from collections.abc import Sequence
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from chunfeng.core.errors import Refused

AES, SM4 = 1, 2
_NONCE, _TAG = 12, 16


@cache
def _subkey(key: bytes, purpose: str) -> bytes:
    return hashlib.blake2b(purpose.encode(), key=key, digest_size=32).digest()


def _cipher(version: int, nonce: bytes, tag: bytes | None = None) -> Any:
    key = _subkey(settings.FIELD_KEY, f"cipher-{version}")
    algorithm = algorithms.AES(key) if version == AES else algorithms.SM4(key[:16])
    return Cipher(algorithm, modes.GCM(nonce, tag))


def encrypt(text: str) -> bytes:
    """Seal one value; two calls give different bytes."""
    version = SM4 if settings.FIELD_CIPHER == "sm4" else AES
    nonce = os.urandom(_NONCE)
    sealer = _cipher(version, nonce).encryptor()
    return bytes([version]) + nonce + sealer.update(text.encode()) + sealer.finalize() + sealer.tag


def decrypt(sealed: bytes) -> str:
    """Open a value sealed by `encrypt`. Raises `Refused` when the key is another or the bytes were changed."""
    sealed = bytes(sealed)
    version, nonce = sealed[0], sealed[1 : 1 + _NONCE]
    body, tag = sealed[1 + _NONCE : -_TAG], sealed[-_TAG:]
    try:
        opener = _cipher(version, nonce, tag).decryptor()
        return (opener.update(body) + opener.finalize()).decode()
    except InvalidTag as error:
        raise Refused(
            "A stored value cannot be opened: the key file does not belong to this database. "
            "Put back the key file (or CHUNFENG_KEY) that was in use when it was written."
        ) from error


def derived(purpose: str) -> bytes:
    """32 secret bytes for one named purpose, the same every time as long as the installation's key is."""
    return _subkey(settings.FIELD_KEY, f"derived-{purpose}")


def lookup(text: str, purpose: str) -> str:
    """Keyed hash (64 hex digits) to find equal values without opening them; `purpose` separates columns."""
    return lookups(text, purpose)[0]


def lookups(text: str, purpose: str) -> tuple[str, str]:
    """The hash as it is written now, then as it is under the other choice of cipher: to find older rows."""
    sm = settings.FIELD_CIPHER == "sm4"
    key = _subkey(settings.FIELD_KEY, f"lookup-{purpose}")
    order = (hashes.SM3(), hashes.SHA256()) if sm else (hashes.SHA256(), hashes.SM3())
    return _mac(key, order[0], text), _mac(key, order[1], text)


def lasting(text: str, purpose: str) -> str:
    """Keyed hash (64 hex digits, HMAC-SM3) that no change of cipher changes: for what must be unique for ever."""
    return _mac(_subkey(settings.FIELD_KEY, f"lasting-{purpose}"), hashes.SM3(), text)


def _mac(key: bytes, algorithm: hashes.HashAlgorithm, text: str) -> str:
    mac = hmac.HMAC(key, algorithm)
    mac.update(text.encode())
    return mac.finalize().hex()


def lookup_all(texts: Sequence[str], purpose: str, *, other: bool = False) -> list[str]:
    """`lookup` of many values, the key set up once; with `other` as under the other choice of cipher."""
    sm = (settings.FIELD_CIPHER == "sm4") is not other
    key = _subkey(settings.FIELD_KEY, f"lookup-{purpose}")
    try:
        keyed = std_hmac.new(key, digestmod="sm3" if sm else "sha256")
    except ValueError:  # a Python whose hashlib has no SM3
        return [_mac(key, hashes.SM3(), text) for text in texts]
    found = []
    for text in texts:
        one = keyed.copy()
        one.update(text.encode())
        found.append(one.hexdigest())
    return found


def encrypt_all(texts: Sequence[str]) -> list[bytes]:
    """`encrypt` of many values, each under a nonce of its own."""
    if settings.FIELD_CIPHER == "sm4":
        return [encrypt(text) for text in texts]
    seal = AESGCM(_subkey(settings.FIELD_KEY, f"cipher-{AES}")).encrypt
    nonces, version = os.urandom(_NONCE * len(texts)), bytes([AES])
    found = []
    for at, text in enumerate(texts):
        nonce = nonces[at * _NONCE : (at + 1) * _NONCE]
        found.append(version + nonce + seal(nonce, text.encode(), None))
    return found


def mask(text: str) -> str:
    """Keep the first three and last two characters of a phone or number, one character of anything short."""
    if len(text) >= 7:
        return text[:3] + "*" * (len(text) - 5) + text[-2:]
    return text[:1] + "*" * max(len(text) - 1, 1) if text else ""


class EncryptedTextField(models.Field):
    """Text in Python, sealed bytes in the database. Not searchable; keep a `lookup` hash beside it if needed."""

    _pyi_private_set_type: str | None
    _pyi_private_get_type: str

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return encrypt(value) if isinstance(value, str) else value

    def from_db_value(self, value: Any, *_: Any) -> str | None:
        return None if value is None else decrypt(value)

    def value_to_string(self, obj: Any) -> str:
        return str(self.value_from_object(obj))
