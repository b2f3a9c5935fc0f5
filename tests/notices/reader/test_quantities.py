"""Quantities of an order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.notices.reader.quantities import find_quantities
from chunfeng.notices.reader.text import normalise


def read(sentence):
    return [(q.value, q.unit, q.compare) for q in find_quantities(normalise(sentence))]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("最高不超过300万元的贷款", [(3_000_000, "元", "<=")]),
        ("按每人每月1000元的标准", [(1000, "元", "=")]),
        ("裁员率低于4%(含4%)", [(4, "%", "<=")]),
        ("不低于20%", [(20, "%", ">=")]),
        ("3-12个月的见习", [(3, "个月", ">="), (12, "个月", "<=")]),
        ("150户以上", [(150, "户", ">=")]),
        ("30人(含)以下", [(30, "人", "<=")]),
        ("期限最长不超过2年", [(2, "年", "<=")]),
        ("隔离不少于14天", [(14, "天", ">=")]),
        ("每日消毒两次", [(2, "次", "=")]),
        ("0.5万元", [(5000, "元", "=")]),
        ("投资××万元", [(None, "元", "=")]),
    ],
)
def test_values_units_and_comparisons(sentence, expected):
    assert read(sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    ["2020年2月10日前", "下午17时前", "青政〔2020〕3号", "第3次会议", "拨打12333", "一律暂停", "三级责任制"],
)
def test_what_is_no_quantity(sentence):
    assert read(sentence) == []


@given(st.text(alphabet="0123456789×万元%年月日人不超过以上至-每（）", max_size=60))
def test_any_sentence_is_answered(sentence):
    for quantity in find_quantities(sentence):
        assert quantity.text in sentence
