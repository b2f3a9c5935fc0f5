"""Title, kind, addressees, issuing bodies."""

import pytest

from chunfeng.notices.reader.addressees import addressees_in, split_addressees
from chunfeng.notices.reader.agencies import split_agencies, title_issuers
from chunfeng.notices.reader.document import read_documents
from chunfeng.notices.reader.header import kind_of
from chunfeng.notices.reader.text import normalise


@pytest.mark.parametrize(
    ("listed", "phrases"),
    [
        ("各市、州人民政府,省级各部门", ["各市、州人民政府", "省级各部门"]),
        ("各县(市、区)人民政府、各开发区管委会", ["各县（市、区）人民政府", "各开发区管委会"]),
        ("各村、辖区各单位", ["各村", "辖区各单位"]),
        ("自治区各委、办、厅、局,各大企业、事业单位", ["自治区各委、办、厅、局", "各大企业、事业单位"]),
        (
            "各市州、县市区人民政府,省政府各厅委、各直属机构",
            ["各市州、县市区人民政府", "省政府各厅委、各直属机构"],
        ),
        (
            "各省、自治区、直辖市及新疆生产建设兵团教育厅(教委)、财政厅(局)",
            ["各省、自治区、直辖市及新疆生产建设兵团教育厅（教委）、财政厅（局）"],
        ),
        ("市教育局、市财政局、各县区人社局", ["市教育局", "市财政局", "各县区人社局"]),
        ("中央、省属驻青各单位,市属、驻市各单位", ["中央、省属驻青各单位", "市属、驻市各单位"]),
        ("国家税务总局某省各市、县及某开发区税务局", ["国家税务总局某省各市、县及某开发区税务局"]),
        ("各区,市政府各部门,在青各单位", ["各区", "市政府各部门", "在青各单位"]),
    ],
)
def test_addressee_phrases(listed, phrases):
    assert split_addressees(normalise(listed)) == phrases


@pytest.mark.parametrize("line", ["现将有关事项通知如下：", "联系电话：1234567", "一、各村：", "附件：名单"])
def test_lines_that_address_nobody(line):
    assert addressees_in(line) is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("关于加强登记工作的紧急通知", "通知"),
        ("关于促进就业的实施意见", "意见"),
        ("青禾市指挥部令（第3号）", "命令"),
        ("关于有关问题的复函", "函"),
        ("第三次会议纪要", "纪要"),
        ("工作方案", None),
        ("阶段性总结", None),
        ("倡议书", None),
        ("关于某事的通告（试行）", "通告"),
        (None, None),
    ],
)
def test_kinds(title, kind):
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("卫 生 部 办 公 厅", ["卫生部办公厅"]),
        ("教育部 财政部", ["教育部", "财政部"]),
        ("青禾市财政局、青禾市教育局", ["青禾市财政局", "青禾市教育局"]),
        ("青禾市人民政府（盖章）", ["青禾市人民政府"]),
        ("以上意见请一并执行", []),
    ],
)
def test_names_of_issuing_bodies(printed, names):
    assert split_agencies(printed) == names


def test_issuers_in_a_title():
    assert title_issuers("教育部 财政部关于延期开学的通知") == ["教育部", "财政部"]
    assert title_issuers("关于延期开学的通知") == []


def test_the_next_of_a_series_named_on_the_page_is_not_the_title():
    page = """样市指挥部通告（第2号）
样市指挥部通告（第3号）
为防止疫情扩散，现通告如下：
一、商场要限制客流。
二、各社区要登记来人。
样市指挥部
2020年2月3日
"""
    (document,) = read_documents(page)
    assert (document.title, document.number) == ("样市指挥部通告", "第2号")


def test_a_text_handed_on_without_a_title_is_a_notice():
    page = """各县人社局：
现将《关于开展登记的通知》（样人社〔2020〕2号）转发给你们，请一并执行。
一、各县要逐户登记。
二、各县要每周汇总。
"""
    (document,) = read_documents(page)
    assert (document.title, document.kind) == (None, "通知")


def test_addressees_that_begin_like_a_link_of_the_page_are_kept():
    page = "样市环保局\n关于延期开工的通知\n相关工业企业：\n请遵照执行。\n样市环保局\n2020年2月7日\n"
    (document,) = read_documents(page)
    assert document.addressees == ["相关工业企业"]
