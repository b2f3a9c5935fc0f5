"""Whole pages: the parts of a document, several documents, forwarding, and any text at all."""

import time
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.notices.reader.document import read_documents

from .papers import FORWARDING, NOTICE, PAGE


@pytest.fixture(scope="module")
def notice():
    (document,) = read_documents(NOTICE)
    return document


def test_the_head(notice):
    assert notice.title == "青禾市人力资源和社会保障局关于做好春季返岗服务工作的紧急通知"
    assert (notice.kind, notice.number, notice.signer, notice.date) == (
        "通知",
        "青人社发〔2020〕12号",
        "周明远",
        date(2020, 1, 28),
    )
    assert notice.issuers == ["青禾市人力资源和社会保障局"]
    assert notice.addressees == ["各县（市、区）人力资源和社会保障局", "各开发区管委会", "市直有关单位"]
    assert (notice.published, notice.urgency, notice.forwards) == (True, None, None)


def test_the_tail(notice):
    assert notice.attachments == ["返岗意愿统计表", "企业名单"]
    assert [(c.name, c.phones, c.email) for c in notice.contacts] == [
        ("李清", ["(0999)5550101", "5550102（传真）"], "demo@example.org")
    ]


def test_clauses_are_spans_of_the_page(notice):
    assert [(c.id, c.label, c.heading) for c in notice.clauses] == [
        ("0", None, None),
        ("1", "一、", "摸清底数"),
        ("2", "二、", "暂停现场活动"),
        ("3", "三、", "落实补贴"),
        ("4", "四、", "严格报告制度"),
    ]
    assert all(NOTICE[c.start : c.end] == c.text for c in notice.clauses)


def test_quotes_stand_in_their_clause(notice):
    clauses = {c.id: c for c in notice.clauses}
    assert len(notice.duties) == 8
    for duty in notice.duties:
        assert duty.quote in clauses[duty.clause].text
        assert NOTICE[duty.start : duty.end] == duty.quote


def test_the_json_is_the_contract(notice):
    found = notice.as_json()
    assert list(found) == [
        "title",
        "kind",
        "number",
        "aliases",
        "issuers",
        "addressees",
        "date",
        "signer",
        "urgency",
        "forwards",
        "published",
        "contacts",
        "attachments",
        "citations",
        "clauses",
        "duties",
    ]
    assert found["date"] == "2020-01-28"
    first = found["duties"][0]
    assert list(first) == [
        "clause",
        "quote",
        "force",
        "actors",
        "action",
        "report_to",
        "deadline",
        "quantities",
    ]
    assert first["actors"] == {"lead": "各县（市、区）", "with": []}
    assert first["deadline"] == {
        "text": "2月10日前",
        "kind": "by",
        "start": None,
        "end": "2020-02-10",
        "time": None,
        "every": None,
    }


def test_a_forwarding_notice_holds_the_original():
    outer, inner = read_documents(FORWARDING)
    assert (outer.forwards, inner.forwards) == (1, None)
    assert (outer.number, inner.number) == ("东政办发〔2003〕9号", "东人发〔2003〕4号")
    assert (outer.date, inner.date) == (date(2003, 5, 8), date(2003, 5, 6))
    assert (outer.issuers, inner.issuers) == (["东陵县人民政府办公室"], ["东陵县人事劳动局"])
    assert (outer.addressees, inner.addressees) == (["各乡镇人民政府", "县直各单位"], ["县人民政府"])
    assert [d.force for d in inner.duties] == ["must", "must_not"]
    assert inner.duties[0].deadline.end == date(2003, 5, 31)


def test_several_documents_on_a_page_and_its_furniture():
    first, second = read_documents(PAGE)
    assert first.title == "东陵县人民政府关于加强返乡人员管理的通知"
    assert (first.number, first.date, first.issuers) == (
        "东政发〔2003〕8号",
        date(2003, 5, 1),
        ["东陵县人民政府"],
    )
    assert [d.quote for d in first.duties] == ["各乡镇要做好返乡人员登记"]
    assert (second.title, second.kind, second.number, second.date, second.issuers) == (
        "返乡人员管理工作总结",
        None,
        None,
        None,
        [],
    )
    assert second.duties == [] and second.citations == []


def test_a_notice_on_one_line():
    line = "　　".join(part.strip() for part in NOTICE.splitlines() if part.strip())
    (document,) = read_documents(line)
    assert [c.id for c in document.clauses] == ["0", "1", "2", "3", "4"]
    assert (document.number, document.date) == ("青人社发〔2020〕12号", date(2020, 1, 28))
    assert len(document.duties) == 8


def test_lines_broken_inside_words_are_joined():
    text = (
        "青禾市教育局关于登记的通知\n各县教育局:\n"
        "一、各校要认真做好返校学生的登记,完善推\n\n进机制,确保不漏一人。\n"
    )
    (document,) = read_documents(text)
    (duty,) = document.duties
    assert duty.quote.replace("\n", "") == "各校要认真做好返校学生的登记,完善推进机制,确保不漏一人"
    assert duty.quote in text


def test_what_is_absent_is_empty():
    (document,) = read_documents("关于做好登记工作的通知\n各村要做好登记。\n")
    assert (document.number, document.date, document.issuers, document.addressees) == (None, None, [], [])
    assert read_documents("") == [] and read_documents(" \n\n ") == []


PIECES = st.sampled_from(
    [
        "（",
        "）",
        "《",
        "》",
        "〈",
        "一、",
        "（一）",
        "1.",
        "各市、",
        "要",
        "，",
        "。",
        "；",
        "：",
        "\n",
        "  ",
        "2020年",
        "1月1日",
        "前",
        "通知\n",
        "关于",
        "附件：",
        "联系人：",
        "×",
        "由",
        "牵头",
        "负责）",
        "（市局",
        "第一篇：",
        "第一条 ",
        "〔2020〕3号",
        "每",
        "不超过",
        "万元",
        "“",
        "人民政府",
        "转发",
        "a@b.cn",
        "0731-",
        "报",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(PIECES, st.integers(1, 400)), max_size=12))
def test_any_text_is_read_in_bounded_time(pieces):
    text = "".join(piece * count for piece, count in pieces)[:20_000]
    began = time.process_time()
    documents = read_documents(text)
    assert time.process_time() - began < 5
    for document in documents:
        document.as_json()
        assert all(text[c.start : c.end] == c.text for c in document.clauses)
        assert all(text[d.start : d.end] == d.quote for d in document.duties)


@given(st.text(max_size=300))
def test_any_characters_are_read(text):
    for document in read_documents(text):
        document.as_json()


def test_a_news_page_that_prints_a_document_is_read_from_its_title():
    page = """样区出门请戴口罩 样区发布第8号通告
2020年2月21日，样区指挥部关于戴口罩的通告（第8号）发布，内容如下：
样区指挥部
关于在公共场所戴口罩的通告
（第8号）
为阻断传播，现通告如下：
一、市民出行应当戴口罩。
二、各商场应当提醒顾客。
"""
    (document,) = read_documents(page)
    assert document.title == "样区指挥部关于在公共场所戴口罩的通告"
    assert (document.number, document.issuers) == ("第8号", ["样区指挥部"])


def test_a_body_signed_with_a_stroke_is_part_of_the_signature():
    page = """样省人社厅 样省企业联合会/企业家协会关于稳定岗位的通知
各市人社局：
现就有关事项通知如下：
一、各地要加强指导。
二、各地要每月汇总。
样省人社厅
样省企业联合会/企业家协会
2020年2月7日
"""
    (document,) = read_documents(page)
    assert document.issuers == ["样省人社厅", "样省企业联合会/企业家协会"]
    assert [duty.clause for duty in document.duties] == ["1", "2"]
