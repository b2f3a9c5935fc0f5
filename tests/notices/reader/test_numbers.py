"""Numerals and document numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.notices.reader.numbers import chinese_int, find_number, find_numbers, number_year, same_number


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("二十八", 28),
        ("十", 10),
        ("二〇〇三", 2003),
        ("二○○三", 2003),
        ("二OO三", 2003),
        ("二零二零", 2020),
        ("一百零五", 105),
        ("廿五", 25),
        ("7", 7),
    ],
)
def test_numerals_in_any_script(printed, value):
    assert chinese_int(printed) == value


@pytest.mark.parametrize("printed", ["", "东", "二年", "一二三四五六七八九一二三四五六"])
def test_what_is_no_numeral_is_none(printed):
    assert chinese_int(printed) is None


@pytest.mark.parametrize(
    "printed",
    [
        "青人社发〔2020〕3号",
        "青人社发[2020]3号",
        "青人社发(2020)3号",
        "青人社发﹝2020﹞3号",
        "青人社发【2020】3号",
        "青人社发〔 2020 〕 3 号",
        "青人社发〔2020〕第3号",
        "按照青人社发〔2020〕3号文件",
        "（青人社发〔2020〕3号）",
    ],
)
def test_wrong_forms_become_the_right_one(printed):
    assert find_number(printed) == "青人社发〔2020〕3号"


def test_numbers_in_a_sentence_keep_their_own_codes():
    found = find_numbers("根据云政发〔2019〕8号和青政办明电〔2020〕1号要求")
    assert [f.number for f in found] == ["云政发〔2019〕8号", "青政办明电〔2020〕1号"]


def test_a_house_number_is_no_document_number():
    assert find_number("解放路12号") is None


def test_a_telegram_has_two_forms():
    assert same_number("云人明电〔2020〕5号", "云人发明电〔2020〕5号")
    assert same_number("青政〔2003〕06号", "青政〔2003〕6号")
    assert not same_number("云人明电〔2020〕5号", "云人明电〔2020〕6号")


def test_the_year_of_a_number():
    assert number_year("青人社发〔2003〕3号") == 2003
    assert number_year("第3号") is None


@given(st.integers(1, 9999), st.integers(1950, 2049))
def test_every_number_comes_back(serial, year):
    if year >= 1950:
        assert find_number(f"见青政〔{year}〕{serial}号。") == f"青政〔{year}〕{serial}号"


@given(st.text(max_size=200))
def test_any_text_is_answered(text):
    for found in find_numbers(text):
        assert 0 <= found.start < found.end <= len(text)
    chinese_int(text)
