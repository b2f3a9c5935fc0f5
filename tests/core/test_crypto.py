"""Sealed fields, look-ups, the key file and masking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core import crypto
from chunfeng.core.crypto_key import load_key
from chunfeng.core.errors import Refused


@given(st.text())
def test_a_sealed_text_opens_to_itself_and_never_looks_the_same_twice(text):
    one, two = crypto.encrypt(text), crypto.encrypt(text)
    assert one != two
    assert crypto.decrypt(one) == crypto.decrypt(two) == text


@pytest.mark.parametrize("cipher", ["aes", "sm4"])
def test_both_ciphers_write_and_each_reads_the_other(settings, cipher):
    settings.FIELD_CIPHER = cipher
    sealed = crypto.encrypt("13800000000")
    settings.FIELD_CIPHER = "aes" if cipher == "sm4" else "sm4"
    assert crypto.decrypt(sealed) == "13800000000"


def test_a_changed_byte_is_refused():
    sealed = bytearray(crypto.encrypt("13800000000"))
    sealed[-1] ^= 1
    with pytest.raises(Refused, match="key file does not belong"):
        crypto.decrypt(bytes(sealed))


def test_another_key_is_refused(settings):
    sealed = crypto.encrypt("13800000000")
    settings.FIELD_KEY = bytes(32)
    with pytest.raises(Refused):
        crypto.decrypt(sealed)


def test_lookups_are_equal_for_equal_values_within_one_purpose_only():
    assert crypto.lookup("13800000000", "phone") == crypto.lookup("13800000000", "phone")
    assert crypto.lookup("13800000000", "phone") != crypto.lookup("13800000000", "id")


@pytest.mark.parametrize(
    ("text", "masked"), [("13800001234", "138******34"), ("张三", "张*"), ("张", "张*"), ("", "")]
)
def test_masks(text, masked):
    assert crypto.mask(text) == masked


def test_the_key_is_made_once_and_kept_private(tmp_path, monkeypatch):
    monkeypatch.delenv("CHUNFENG_KEY", raising=False)
    first = load_key(tmp_path / "a" / "field.key")
    assert first == load_key(tmp_path / "a" / "field.key") and len(first) == 32
    assert (tmp_path / "a" / "field.key").stat().st_mode & 0o077 == 0


def test_a_short_key_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("CHUNFENG_KEY", "abcd")
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        load_key(tmp_path / "field.key")
