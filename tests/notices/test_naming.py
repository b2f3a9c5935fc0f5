"""Keys, levels and relations of documents by their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core.errors import Refused
from chunfeng.notices import naming
from chunfeng.notices.actions import fields


@pytest.mark.parametrize(
    ("typed", "proper"),
    [
        ("海人社发[2020] 7号", "海人社发〔2020〕7号"),
        ("海人社发（2020）07号", "海人社发〔2020〕7号"),
        ("海人社发【2020】第7号", "海人社发〔2020〕7号"),
        ("人社厅明电〔2020〕5", "人社厅明电〔2020〕5号"),
        ("2020年第3号", "2020年第3号"),
        ("", ""),
    ],
)
def test_wrong_forms_of_a_number_are_put_right(typed, proper):
    assert fields.number(typed) == proper


@pytest.mark.parametrize(
    ("typed", "part"),
    [("〔2020〕5号", "机关代字"), ("海人社发〔20〕5号", "年份"), ("海人社发〔2020〕", "顺序号")],
)
def test_a_number_with_a_part_missing_is_refused(typed, part):
    with pytest.raises(Refused, match=part):
        fields.number(typed)


def test_both_telegram_forms_have_one_key():
    assert naming.number_key("人社厅发明电[2020]5号") == naming.number_key("人社厅明电〔2020〕5号") != ""


@given(st.text(max_size=60))
def test_keys_never_fail_and_are_stable(text):
    assert naming.number_key(text) == naming.number_key(naming.proper_number(text))
    assert naming.title_key(naming.title_key(text)) == naming.title_key(text)
    assert naming.level_of([text], text, text) in {
        "",
        "country",
        "province",
        "prefecture",
        "county",
        "township",
        "village",
    }


@pytest.mark.parametrize(
    ("issuers", "number", "level"),
    [
        (["人力资源社会保障部办公厅"], "人社厅明电〔2020〕5号", "country"),
        (["国务院办公厅"], "", "country"),
        (["内蒙古自治区人民政府"], "", "province"),
        (["湖南省就业服务中心"], "", "province"),
        (["重庆市人力资源和社会保障局"], "", "province"),
        (["北京市海淀区人力资源和社会保障局"], "", "county"),
        (["海州市人力资源和社会保障局"], "", "prefecture"),
        (["青禾县人力资源和社会保障局"], "", "county"),
        (["姚桥乡人民政府"], "", "township"),
        ([], "湘就服发〔2020〕3号", "province"),
        ([], "国办发明电〔2020〕1号", "country"),
        ([], "", ""),
    ],
)
def test_the_level_of_an_issuer(issuers, number, level):
    assert naming.level_of(issuers, number) == level


@pytest.mark.parametrize(
    ("text", "named", "relation"),
    [
        ("根据《甲通知》（某发〔2020〕1号）要求，", "甲通知", "basis"),
        ("按照《甲通知》和《乙通知》精神，", "乙通知", "basis"),
        ("为贯彻落实《甲通知》精神，结合实际，", "甲通知", "implements"),
        ("现将《甲通知》（某发〔2020〕1号）转发给你们，", "甲通知", "forwards"),
        ("关于转发《甲通知》的通知", "甲通知", "forwards"),
        ("《甲通知》（某发〔2019〕1号）同时废止。", "甲通知", "replaces"),
        ("自印发之日起，《甲通知》停止执行。", "甲通知", "replaces"),
        ("具体标准见《甲通知》。", "甲通知", "cites"),
        ("企业可申请补贴。根据实际开展。另见《甲通知》。", "甲通知", "cites"),
    ],
)
def test_the_relation_by_the_words_around(text, named, relation):
    at = text.index(named)
    assert naming.relation(text, at, at + len(named)) == relation
