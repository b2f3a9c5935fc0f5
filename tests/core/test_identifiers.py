"""Identity numbers, credit codes and mobiles: known ones, odd ones, and what no number can be."""

from __future__ import annotations

import string
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core import identifiers as ids
from chunfeng.core.identifiers import (
    BadIdentifier,
    check_digit,
    citizen_id,
    credit_check,
    credit_code,
    mobile,
)

GOOD = "11010519491231002X"
births = st.dates(date(1900, 1, 1), date(2024, 12, 31))
serials = st.integers(0, 999).map("{:03}".format)
areas = st.integers(110000, 659999).map(str).filter(lambda code: code[:2] in ids.PROVINCES)


@st.composite
def numbers(draw, area=areas):
    first = f"{draw(area)}{draw(births):%Y%m%d}{draw(serials)}"
    return first + check_digit(first)


def test_the_published_example():
    read = citizen_id(GOOD)
    assert (read.kind, read.area, read.birth, read.sex, read.doubts) == (
        "citizen",
        "110105",
        date(1949, 12, 31),
        "f",
        (),
    )


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "'11010519491231002X",
        "11010519491231002Х",  # a Cyrillic letter
        "\ufeff11010519491231002X\u200b",
    ],
)
def test_ways_of_typing_one_number(typed):
    assert citizen_id(typed) == citizen_id(GOOD)


@given(numbers())
def test_a_valid_number_reads_without_doubt_and_any_single_wrong_digit_is_noticed(number):
    read = citizen_id(number)
    assert read.number == number and read.doubts == ()
    assert f"{read.birth:%Y%m%d}" == number[6:14]
    assert read.sex == ("m" if int(number[16]) % 2 else "f")
    for place in (0, 5, 14, 16):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert wrong[0] == "9" or "check" in citizen_id(wrong).doubts


@given(births.filter(lambda day: day.year < 2000), serials, areas)
def test_the_old_form_is_found_under_the_new_one(birth, serial, area):
    old = citizen_id(f"{area}{birth:%y%m%d}{serial}")
    assert old.number == citizen_id(old.number).number
    assert old.doubts == ("old",) and old.birth == birth


@given(st.text(max_size=24))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    for read in (citizen_id, credit_code, mobile):
        try:
            found = read(text)
        except BadIdentifier as refusal:
            assert str(refusal)
        else:
            assert found == read(found if isinstance(found, str) else found.number) or "old" in found.doubts


@given(st.text("0123456789Xx０１２３Ｘ *.'-E+", min_size=10, max_size=22))
def test_what_looks_like_a_number_gives_ascii_or_a_refusal(text):
    try:
        number = citizen_id(text).number
    except BadIdentifier:
        return
    assert len(number) == 18 and set(number) <= set(string.digits + "X")


def test_an_area_out_of_use_is_a_doubt():
    number = "220381199001010019"
    read = citizen_id(number[:17] + check_digit(number[:17]), areas={"220184"})
    assert read.doubts == ("area",)
    assert citizen_id("22018419900101001" + check_digit("22018419900101001"), areas={"220184"}).doubts == ()


@pytest.mark.parametrize(
    ("area", "kind", "part", "doubts"),
    [
        ("810000", "permit", "810000", ()),
        ("830000", "permit", "830000", ()),
        ("810105", "permit", "810105", ("area",)),
        ("911156", "foreign", "", ()),
        ("990105", "foreign", "", ()),
        ("000105", "citizen", "000105", ("area",)),
    ],
)
def test_permits_and_foreigners(area, kind, part, doubts):
    first = f"{area}19900101001"
    read = citizen_id(first + check_digit(first))
    assert (read.kind, read.area, read.doubts) == (kind, part, doubts)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "empty"),
        ("2201841990", "18 digits"),
        ("110105194912310021234", "18 digits"),
        ("110105194913310021", "19491331"),
        ("110105194902300021", "19490230"),
        ("110105000101010021", "00010101"),
        ("1.10105194912310E+17", "digits are lost"),
        ("110105194912310020.0", "digits are lost"),
        ("110105********002X", "masked"),
        ("无", "18 digits"),
        ("X1010519491231002X", "18 digits"),
        ("1101051949123100２①", "18 digits"),
    ],
)
def test_nonsense_is_refused(typed, said):
    with translation.override("en"), pytest.raises(BadIdentifier, match=said):
        citizen_id(typed)


def test_a_sheet_that_made_a_float_of_the_old_form_lost_nothing():
    assert citizen_id("110105491231002.0").number == GOOD


def test_credit_codes():
    assert credit_code("９１１１００００６０００３７３４１l").doubts == ()
    assert credit_code("91110000600037341A") == ("91110000600037341A", "110000", ("check",))
    for bad in ("", "9111000060003734", "91110000600037341O", "9111000060003734IL", "911100006000373ſ1L"):
        with pytest.raises(BadIdentifier):
            credit_code(bad)


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_every_code_with_its_check_sign_is_good(first):
    code = first + credit_check(first)
    assert credit_code(code.lower()).number == code and credit_code(code).doubts == ()


@pytest.mark.parametrize(
    "typed",
    [
        *("13912345678", "+86 139 1234 5678", "0086-139-1234-5678", "86 13912345678", "(+86)139-1234-5678"),
        *(
            "１３９１２３４５６７８",
            "13912345678.0",
            "139—1234—5678",
            " 139·1234·5678 ",
            "＋８６１３９１２３４５６７８",
        ),
    ],
)
def test_mobiles(typed):
    assert mobile(typed) == "13912345678"


@pytest.mark.parametrize("typed", ["", "12912345678", "1391234567", "139123456789", "0431-88690000", "12333"])
def test_no_mobiles(typed):
    with pytest.raises(BadIdentifier):
        mobile(typed)


@given(st.integers(13_000_000_000, 19_999_999_999).map(str), st.sampled_from(["", "+86", "0086 ", "86-"]))
def test_a_mobile_survives_its_prefix(number, prefix):
    assert mobile(prefix + number) == number
