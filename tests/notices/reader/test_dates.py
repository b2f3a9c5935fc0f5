"""Dates, clock times and deadlines."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.notices.reader.dates import CLOCK, Calendar, clock_time, read_date
from chunfeng.notices.reader.deadlines import find_deadline
from chunfeng.notices.reader.text import normalise

SIGNED = date(2020, 1, 28)
DAYS = Calendar(SIGNED)


def due(sentence, days=DAYS, **given_):
    return find_deadline(normalise(sentence), days, **given_)


@pytest.mark.parametrize(
    "printed",
    [
        "二○○三年六月六日",
        "二〇〇三年六月六日",
        "二OO三年六月六日",
        "2003年6月6日",
        "2003年06月06日",
        "2003-06-06",
        "2003.6.6",
    ],
)
def test_dates_in_any_script(printed):
    assert read_date(printed) == date(2003, 6, 6)


@pytest.mark.parametrize("printed", ["2020年2月30日", "×月×日", "2020年13月1日", "青政〔2020〕3号"])
def test_what_is_no_date_is_none(printed):
    assert read_date(printed) is None


@pytest.mark.parametrize(
    ("printed", "time"),
    [
        ("下午4:00", "16:00"),
        ("17时", "17:00"),
        ("下午17时", "17:00"),
        ("上午9点半", "09:30"),
        ("下午五点", "17:00"),
        ("24时", "24:00"),
        ("中午12时", "12:00"),
        ("8时30分", "08:30"),
    ],
)
def test_clock_times(printed, time):
    assert clock_time(CLOCK.match(normalise(printed))) == time


@pytest.mark.parametrize(
    ("sentence", "end", "time"),
    [
        ("各地要于2月10日前上报。", date(2020, 2, 10), None),
        ("务必于4月28日下午4:00前报送", date(2020, 4, 28), "16:00"),
        ("请在2020年4月29日18时之前反馈", date(2020, 4, 29), "18:00"),
        ("10月底前完成", date(2020, 10, 31), None),
        ("今年年底前完成", date(2020, 12, 31), None),
        ("明年2月底前完成", date(2021, 2, 28), None),
        ("3月中旬前完成", date(2020, 3, 20), None),
        ("报名截止时间为3月5日", date(2020, 3, 5), None),
        ("四月二十八日前上报", date(2020, 4, 28), None),
        ("自本通知印发之日起30日内完成", date(2020, 2, 27), None),
        ("力争于2021年建成2个以上示范基地", date(2021, 12, 31), None),
    ],
)
def test_by_a_date(sentence, end, time):
    deadline = due(sentence)
    assert (deadline.kind, deadline.start, deadline.end, deadline.time) == ("by", None, end, time)
    assert deadline.text in normalise(sentence)


@pytest.mark.parametrize(
    ("sentence", "every", "time"),
    [
        ("每天下午17时前报送情况", "day", "17:00"),
        ("每日报送", "day", None),
        ("每周一前报送", "week:1", None),
        ("每周五下午5:00前报送", "week:5", "17:00"),
        ("每月25日前报送", "month:25", None),
        ("每月底前报送", "month:end", None),
        ("每季度开展一次检查", "quarter", None),
        ("将每日20时至次日20时的疫情汇总，并于第三日中午12时前报送", "day", "12:00"),
    ],
)
def test_recurring(sentence, every, time):
    deadline = due(sentence)
    assert (deadline.kind, deadline.every, deadline.time) == ("recurring", every, time)
    assert deadline.start is deadline.end is None


@pytest.mark.parametrize("word", ["及时", "尽快", "第一时间", "立即", "入冬以前", "适时"])
def test_fuzzy_terms_stay_undated(word):
    deadline = due(f"要{word}处置")
    assert (deadline.kind, deadline.text, deadline.start, deadline.end, deadline.time) == (
        "fuzzy",
        word,
        None,
        None,
        None,
    )


def test_from_the_day_of_signature():
    deadline = due("从即日起暂停举办现场招聘会")
    assert (deadline.kind, deadline.start, deadline.end) == ("from", SIGNED, None)


def test_a_window_to_act_in_but_not_the_life_of_a_policy():
    assert due("1月24日至30日实行免费通行").start == date(2020, 1, 24)
    assert due("1月24日至30日开展排查").end == date(2020, 1, 30)
    assert due("2020年2月1日至6月30日，对企业给予补贴", policy=True) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "落实2月5日印发的通知",
        "对2月9日前开工的企业，要登记造册",
        "1月20日以来返乡的人员要登记",
        "按照青政〔2020〕3号文件执行",
        "提高报告的及时性",
        "对无法及时提供材料的予以登记",
        "截至2020年1月20日共登记300人",
    ],
)
def test_dates_that_are_no_deadlines(sentence):
    assert due(sentence) is None


def test_a_date_long_past_rolls_into_the_next_year_and_without_a_year_stays_open():
    assert due("1月10日前完成", Calendar(date(2019, 12, 20))).end == date(2020, 1, 10)
    deadline = due("1月10日前完成", Calendar())
    assert (deadline.kind, deadline.end) == ("by", None)


@given(st.text(alphabet="一二三月日年前起至每天周0123456789时：，要于从的对底", max_size=60))
def test_any_sentence_is_answered(sentence):
    deadline = find_deadline(sentence, DAYS)
    assert deadline is None or deadline.text in sentence


@pytest.mark.parametrize("words", ["企业不早于2月9日24时前复工", "企业复工不得早于2月9日24时"])
def test_not_before_opens_a_term_although_it_is_printed_with_before(words):
    deadline = due(words)
    assert (deadline.kind, deadline.start, deadline.end, deadline.time) == (
        "from",
        date(2020, 2, 9),
        None,
        "24:00",
    )
    assert deadline.text in words
