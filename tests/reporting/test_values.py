"""Between what people write and what is stored: exact, forgiving of spaces and full-width signs, never guessing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.reporting import values
from chunfeng.reporting.definition import Indicator, Text, Type, parse
from chunfeng.reporting.values import BadValue
from tests.reporting.builders import DAILY


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


COUNT = Indicator("n", Text("数"), Type.COUNT)
MONEY = Indicator("m", Text("金额"), Type.MONEY, decimals=2)
NUMBER = Indicator("t", Text("体温"), Type.NUMBER, decimals=1)
YESNO = Indicator("y", Text("是否"), Type.YESNO)
WIDE = str.maketrans("0123456789.-,", "０１２３４５６７８９．－，")


@pytest.mark.parametrize(
    ("indicator", "written", "kept"),
    [
        (COUNT, "12", 12),
        (COUNT, 12, 12),
        (COUNT, 12.0, 12),
        (COUNT, " 1,234 ", 1234),
        (COUNT, "１２，３４５", 12345),
        (COUNT, "1 234", 1234),
        (COUNT, "0", 0),
        (COUNT, "1e3", 1000),
        (MONEY, "12.5", 1250),
        (MONEY, "0.01", 1),
        (MONEY, Decimal("1234567.89"), 123456789),
        (NUMBER, "36.6", 366),
        (NUMBER, 36.6, 366),
        (NUMBER, "-3.5", -35),
        (NUMBER, "－３．５", -35),
        (YESNO, "是", 1),
        (YESNO, "没有", 0),
        (YESNO, True, 1),
        (YESNO, "No", 0),
        (YESNO, 1, 1),
    ],
)
def test_what_is_written_is_kept(indicator, written, kept):
    assert values.stored(indicator, written) == kept


@pytest.mark.parametrize(
    ("indicator", "written", "sentence"),
    [
        (COUNT, "many", "“many” is not a number"),
        (COUNT, "", "not a number"),
        (COUNT, "12 人", "not a number"),
        (COUNT, "1.5", "not a whole number"),
        (COUNT, "-1", "below zero"),
        (MONEY, "-0.01", "below zero"),
        (MONEY, "1.005", "more than 2 digits"),
        (NUMBER, "36.65", "more than 1 digits"),
        (COUNT, "nan", "too large|not a number"),
        (COUNT, "inf", "too large|not a number"),
        (COUNT, "1e16", "too large"),
        (COUNT, "9" * 400, "too large"),
        (COUNT, "0x10", "not a number"),
        (COUNT, "1e1000000", "not a number"),
        (COUNT, "1e-9999999", "not a number"),
        (COUNT, "1_000", "not a number"),
        (COUNT, "1." + "0" * 40 + "1", "not a whole number"),
        (COUNT, "9" * 5000, "too large"),
        (NUMBER, "3,5", "not a number"),
        (MONEY, "12,34", "not a number"),
        (COUNT, "1,0000", "not a number"),
        (COUNT, True, "not a number"),
        (YESNO, "maybe", "write yes or no"),
        (YESNO, "2", "write yes or no"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(indicator, written, sentence):
    with pytest.raises(BadValue, match=sentence):
        values.stored(indicator, written)


@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_shown_and_written_again_is_the_same(number, decimals):
    indicator = Indicator("t", Text("数"), Type.NUMBER, decimals=decimals)
    shown = values.shown(indicator, number)
    assert values.stored(indicator, shown) == number
    assert values.stored(indicator, shown.translate(WIDE)) == number
    assert values.fraction(indicator, number) == Fraction(number, 10**decimals)


@given(st.integers(-(10**12), 10**12), st.integers(0, 3))
def test_a_spreadsheet_cell_comes_back_as_it_was(number, decimals):
    indicator = Indicator("t", Text("数"), Type.NUMBER, decimals=decimals)
    assert values.stored(indicator, values.plain(indicator, number)) == number


@given(st.text(max_size=12) | st.floats() | st.integers() | st.none() | st.booleans())
def test_anything_is_kept_or_refused_in_words(written):
    for indicator in (COUNT, MONEY, NUMBER, YESNO):
        try:
            assert isinstance(values.stored(indicator, written), int)
        except BadValue as refusal:
            assert str(refusal)


def test_what_people_read():
    assert values.shown(COUNT, None) == "—"
    assert values.shown(COUNT, 1234567) == "1,234,567"
    assert values.shown(MONEY, 5) == "0.05"
    assert values.shown(YESNO, 1) == "yes"
    assert values.shown(YESNO, 7) == "7"  # a sum of answers
    assert values.shown(COUNT, Fraction(5, 2)) == "2.5"
    assert values.shown(NUMBER, Fraction(733, 2)) == "36.65"


def test_per_cent():
    assert values.per_cent(1, 3) == Fraction(100, 3)
    assert values.per_cent(0, 5) == 0
    assert values.per_cent(5, 0) is values.per_cent(None, 5) is values.per_cent(5, None) is None


def test_places_are_never_used_again():
    form = parse(DAILY)
    places = values.slots(form, {"old": 0, "checked": 1})
    assert places == {"old": 0, "checked": 1, "isolated": 2, "released": 3, "still": 4}
    assert values.slots(form, places) == places


codes = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(codes, st.data())
def test_rows_and_codes_there_and_back(names, data):
    places = {code: n for n, code in enumerate(names)}
    numbers = {code: data.draw(st.none() | st.integers()) for code in names}
    row = values.in_slots(numbers, places)
    assert len(row) == len(names)
    assert values.by_code(row, places) == numbers
    assert values.by_code(row[:1], places) == {
        code: number if places[code] == 0 else None for code, number in numbers.items()
    }
    assert values.by_code(None, places) == dict.fromkeys(names)
