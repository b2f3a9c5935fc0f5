"""Title, kind, addressees, issuing bodies."""

import pytest

from chunfeng.notices.reader.addressees import addressees_in, split_addressees
from chunfeng.notices.reader.agencies import split_agencies, title_issuers
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
