"""Numbers and days from requests: what is none is None, never an exception."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chunfeng.web import asked


@given(st.text())
def test_any_text_gives_a_value_or_none(text):
    assert asked.key(text) is None or asked.key(text) >= 0
    assert asked.day(text) is None or isinstance(asked.day(text), date)


def test_keys_and_days():
    assert asked.key("12") == 12
    assert [asked.key(x) for x in (None, "", "²", "１", "-1", "9" * 19, "9" * 400)] == [None] * 7
    assert asked.keys(["1", "x", "2"]) == [1, 2]
    assert asked.day("2020-01-26") == date(2020, 1, 26)
    assert [asked.day(x) for x in (None, "", "2020-13-45")] == [None] * 3
