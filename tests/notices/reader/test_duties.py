"""Which sentences are orders, who must, how strongly."""

import pytest

from chunfeng.notices.reader.document import read_documents

FRAME = """青禾市教育局关于做好工作的通知
各县教育局:
为做好工作,现通知如下。
一、{0}
二、特此通知。
青禾市教育局
2020年2月1日
"""


def orders(words):
    (document,) = read_documents(FRAME.format(words))
    return [duty for duty in document.duties if duty.clause == "1"]


@pytest.mark.parametrize(
    ("words", "force"),
    [
        ("各地要加强登记工作。", "must"),
        ("各地必须按时报送。", "must"),
        ("加强登记,按时报送。", "must"),
        ("对困难企业,给予一次性补贴。", "must"),
        ("不得瞒报漏报。", "must_not"),
        ("严禁聚集。", "must_not"),
        ("各单位应制定预案。", "should"),
        ("会议原则上推迟举行。", "should"),
        ("企业可申请补贴。", "may"),
        ("鼓励企业开展线上培训。", "may"),
        ("请各地结合实际认真落实。", "must"),
    ],
)
def test_force(words, force):
    assert [duty.force for duty in orders(words)] == [force]


@pytest.mark.parametrize(
    "words",
    [
        "做好这项工作具有重要意义。",
        "目前,形势十分严峻。",
        "我们开展了登记工作,取得了成效。",
        "本通知自印发之日起施行。",
        "社会管理机制是应急机制的基础。",
        "联系电话:1234567。",
        "近年来,各地加强了管理。",
        "恢复时间另行通知。",
    ],
)
def test_what_orders_nothing(words):
    assert orders(words) == []


def test_three_targets_are_three_duties():
    found = orders("对已返乡的,登记造册;对未返乡的,电话联系;对有症状的,提醒其就诊。")
    assert [duty.quote[:5] for duty in found] == ["对已返乡的", "对未返乡的", "对有症状的"]


def test_two_bodies_in_one_sentence():
    found = orders("卫生健康部门要做好监测,交通运输部门要做好运力保障。")
    assert [duty.actors.lead for duty in found] == ["卫生健康部门", "交通运输部门"]


def test_the_subject_carries_on_in_the_paragraph():
    found = orders("各级医院要做好预检。要设置发热门诊。完善登记制度。")
    assert [duty.actors.lead for duty in found] == ["各级医院"] * 3


def test_the_subject_may_stand_before_a_circumstance():
    assert (
        orders("为避免聚集,全市各级公共就业机构从即日起要暂停现场活动。")[0].actors.lead
        == "全市各级公共就业机构"
    )
    assert orders("各级疾控机构接到报告后,要立即开展调查。")[0].actors.lead == "各级疾控机构"


def test_bodies_in_brackets_lead_every_duty_of_the_clause():
    found = orders("建立完整的企业清单,做到底数清楚。及时更新,不漏一户。(市人社局、市财政局等部门负责)")
    assert [(d.actors.lead, d.actors.with_) for d in found] == [("市人社局", ["市财政局"])] * 2


def test_led_by_and_with():
    (duty,) = orders("由市交通局牵头,市公安局、市卫健委配合,制定运输方案。")
    assert (duty.actors.lead, duty.actors.with_) == ("市交通局", ["市公安局", "市卫健委"])


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ("相关数据2月1日前上报市就业服务中心。", "市就业服务中心"),
        ("各地每日17时前将情况报我局就业科。", "我局就业科"),
        ("返回人员要向社区报告。", "社区"),
        ("要及时报告疫情。", None),
        ("保障道路交通畅通,设立检查站。", None),
    ],
)
def test_who_gets_the_result(words, body):
    assert orders(words)[0].report_to == body


def test_headings_are_no_duties_and_action_drops_subject_and_modal():
    (duty,) = orders("强化登记管理。各社区要逐户登记。")
    assert (duty.quote, duty.action) == ("各社区要逐户登记", "逐户登记")


def test_listed_things_are_no_duties():
    text = FRAME.format("各单位要明确归档范围。归档材料包括:").replace(
        "二、特此通知。", "(一)加强治安管理的情况;\n(二)组织科研攻关的情况。"
    )
    (document,) = read_documents(text)
    assert [duty.quote for duty in document.duties] == ["各单位要明确归档范围"]


@pytest.mark.parametrize(
    ("words", "lead"),
    [
        ("各市场主要负责同志为第一责任人,要把任务分到班组。", "各市场主要负责同志"),
        ("旅行社暂停组团,已经收费的一律退还。", "旅行社"),
        ("专项工作组依职责抓好督办。", "专项工作组"),
        ("夜市摊位由各市场主体自行清扫。", "各市场主体"),
        ("由自治区建设厅、交通厅组织检查。", "自治区建设厅"),
        ("所需经费由同级财政予以保障。", "同级财政"),
        ("严禁用人单位以复工为名收取押金。", "用人单位"),
        ("在本县务工的流动人口,应当主动申报。", "在本县务工的流动人口"),
        ("建设部门负责工地食堂的检查。", "建设部门"),
        ("各乡镇每天下午五时前将人数报县指挥部,没有变化的也须报告。", "各乡镇"),
        ("县统计局要逐户核对。", "县统计局"),
        ("出入公共场所必须佩戴口罩。", None),
        ("督查专班组对推诿扯皮的,予以通报。", "督查专班组"),
        ("材料齐全的,认定部门即可认定。", "认定部门"),
        ("阻碍执勤人员登记的,由公安机关处罚。", "公安机关"),
        ("县直机关干部上班期间须戴口罩。", "县直机关干部"),
        ("各院校联络人每天16时前上报情况。", "各院校联络人"),
        ("全市技工院校2月17日前不得开学。", "全市技工院校"),
        ("由市纪委监委追责问责。", "市纪委监委"),
        ("阻碍登记,触犯治安管理规定,构成违法的,由公安机关处罚。", "公安机关"),
    ],
)
def test_who_leads(words, lead):
    (duty,) = orders(words)
    assert duty.actors.lead == lead


def test_who_else_is_meant_takes_no_lead_from_the_sentence_before():
    _, other = orders("各培训机构要停课。凡擅自开班的一律取消补贴。")
    assert other.actors.lead is None


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        ("已参保的,治疗费用由社保中心结算;未参保的,治疗费用由用人单位结算。", 2),
        ("公交公司减少班次,所有乘务人员必须戴口罩。", 2),
        ("对擅自拉客的车辆,交通部门要立即责令停运。", 1),
        ("形势严峻,为防止扩散,请各村干部挨户通知。", 1),
        ("省内企业不早于2月9日24时复工。", 1),
        ("所有展销活动一律取消,所有节庆活动一律延期。", 1),
        ("市民外出必须戴口罩,对不戴口罩的,依据有关法规,由主管部门处理。", 2),
        ("自3月1日起道路限行,对3月1日后上路的车辆,由交警部门强制拖离。", 2),
        ("推迟中小学开学时间,具体时间另行通知。", 1),
        ("要督促其居家休息,有条件的企业可以安排专人送餐。", 2),
    ],
)
def test_how_many_orders(words, pieces):
    assert len(orders(words)) == pieces


def test_orders_counted_in_words_behind_the_introduction_are_no_preamble():
    text = """样县教育局通知
为做好寒假工作,现通知如下:
一是各校不得补课。所有培训机构停课。
二是要通过短信告知家长。
三、值班人员按时到岗。
样县教育局
2020年1月26日
"""
    (document,) = read_documents(text)
    assert [duty.quote[:6] for duty in document.duties] == [
        "一是各校不得",
        "所有培训机构",
        "二是要通过短",
        "值班人员按时",
    ]


def test_an_event_before_the_subject_is_no_deed():
    (duty,) = orders("开学前,学校不得组织返校。")
    assert (duty.force, duty.actors.lead) == ("must_not", "学校")
