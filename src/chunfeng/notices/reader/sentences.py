"""Sentences of a clause and what carries an order in them.

| words                                            | force    |
| 要 须 需 必须 务必 一律 请 将 (a body's own promise), bare imperative | must |
| 不得 严禁 禁止 不准 不许 一律不 切勿 不可 不能    | must_not |
| 应 应当 原则上 力争 建议 倡导 提倡                | should   |
| 可 可以 鼓励 允许                                 | may      |

The first carrier of the sentence decides. Words inside 《》, “” and brackets carry nothing.
"""

import re
from dataclasses import dataclass

from .actors import opening_body, strip_connectors
from .lexicon import ADVERB, IMPERATIVE, VERB, any_of

MODAL = re.compile(
    any_of(
        r"(?P<must_not>不得|暂不(?!得|能|影|予|宜)|不要(?!紧|求)|严禁|禁止|不准|不许|不允许|一律不|坚决不"
        r"|切勿|请勿|不可(?!抗|避|分|或|少|控|逆|靠|预|再)|不能(?=再|擅|随意|以|将|出现|搞|因|简单)"
        r"|绝不允许)"
        r"|(?P<must>必须|需要(?=提[交供]|填写|携带|出示|办理|登记)|务必|务须|一律|(?<![必无急所亟])须(?!知|臾)"
        r"|(?<![主重需必只首纲纪概摘紧若简次扼险机不提既])要(?!求|点|素|闻|害|道|件|么|务|职|领|是|不是|不"
        r"|义|旨|隘|塞|犯|挟|价|人(?!人)|地|案|目|件|情|则|账)"
        r"|(?<![急所亟必刚供无特内外军确])需(?!求|要|方|用|品|物资|材料|的|资|经费))"
        r"|(?P<may>(?<![不许认未尚])可以|(?<![不许认未尚亦宁])可(?!能|靠|行|疑|控|持续|视|见|操作|追溯|比"
        r"|防|治|喜|观|贵|塑|再生|及|供|知|回收|用性|获|谓|选|复制|作为|预|以|移动|分割|接受)|允许)"
        r"|(?P<should>原则上|应当|理应|(?<![供反响适相效对感照呼顺回策因本报])应(?!急|用|届|聘|诉|邀|征|收"
        r"|缴|纳|税|有|享|付|检|战|景|答|变|力|酬|返|报|保|隔|治|尽|对|由|发)|应(?=由|发给|对(?!疫|突"
        r"|新|公共|风险|各类|困难|工作|重大|可能|措施|机制|危机)))",
    )
)
_HIDDEN = re.compile(r"《[^》]{0,200}》+|“[^”]{0,200}”|（[^（）]{0,400}）")
_SENTENCE = re.compile(r"[^。！？]*(?:[。！？]+[”’』）]*|$)")
_NARRATIVE = re.compile(
    any_of(
        r"前不久|日前，|近日，|近来|近年来|[发开至期进行]以来|目前[，已]|我们(?!要)|涌现|取得了|取得的"
        r"|先后|累计|已(?!经?[从在返有签确对开领采出申被发死感]|[^，。]{0,12}[的者])[^，。；]{0,20}(?:完成"
        r"|开展|成立|建立|印发|下发|启动|发布|报|到位)"
        r"|(?:成立|制定|印发|开展|召开|组织|建立|作出|做出|采取|发挥|形成|表现|完善|提高|增强|促进|保证"
        r"|保障|维护|稳定|克服|奠定|赢得|得到|受到|实现|投入|出台|下发|起到|做|给予|提供|进行)了",
        also="发开至期进行",
    )
)
_STATEMENT = re.compile(
    r"(?:通知|意见|通告|公告|函告|决定|方案|通报|报告|答复|批复|函复|规定|办法|要求|事项|有关工作|安排"
    r"|明确|倡议|公布|函达)[^，。]{0,8}如下|特此(?:通知|通告|公告|函|通报|报告|批复|说明|致)|特制定本"
    r"|制定(?:本|如下)"
    r"|自(?:印发|发布|公布|下发|颁布|\d{4}年[^，。]{1,12}|即日|[^，。]{2,16}日)[^，。]{0,4}起(?:施行"
    r"|实施|执行|生效|停止执行|废止)|有效期|同时废止|负责解释|以此为准|以本[^，。]{1,6}为准|^(?:联系"
    r"|咨询|举报|监督|值班)[\u4e00-\u9fff]{0,6}(?:人|电话|方式|邮箱)?：|联系人：|联系电话：|未尽事宜"
    r"|(?:应当?|要|必须)看到|时间紧|任务重|^感谢|希望(?:继续|各|大家|受)|^希望|^(?:参加|出席|列席|主持"
    r"|记录)：|予以通报(?:表扬|表彰|批评)|重于泰山|就是(?:命令|责任)|^[^，]{0,30}另行(?:通知|公告|通告"
    r"|下达|公布)$|源于|得益于|归功于"
    r"|^(?!推迟|延长|延期|暂停|调整|取消|暂缓)[^，]{0,60}时间[^，]{0,30}(?:，[^，]{0,20})?另行(?:通知|公告|通告|公布)$"
    r"|是指|(?:主要)?包括(?:以下|：|下列)|(?:^|，)属于|如有[^，。]{0,8}变化"
)
# One of these stands in every sentence that _STATEMENT knows; looking for them first is cheap.
_MAY_BE_STATEMENT = re.compile(
    "如下|特此|制定|起|有效期|废止|解释|为准|联系|咨询|举报|监督|值班|未尽|看到|时间紧|任务重|感谢|希望|参加|出席"
    "|列席|主持|记录|通报|重于|就是|另行|源于|得益于|归功于|是指|包括|属于|如有"
)
# What only describes the situation; a later part of the same sentence may order.
_SITUATION = re.compile(
    any_of(
        r"意义重大|重要意义|至关重要|形势(?:依然|仍然)?(?:十分|非常)?严峻|关系到|(?:^|，)事关|责任重大"
        r"|重大考验",
        also=r"事",
    )
)
_BACKGROUND = re.compile(
    r"强调|指出|批示|指示精神|总书记|党中央、国务院高度重视|高度重视(?=[^，]{0,12}(?:工作|疫情)[，。])"
)
_COPULA = re.compile(r"^[^，。；：]{1,40}(?:是|为(?=[^，。；]{2,30}$)|系|在于)(?!否|由)")
_LISTING = re.compile(
    r"(?:包括|范围|条件|情形|对象|材料|资料|之一|下列(?:人员|单位|情况|企业)|以下(?:人员|单位|情况"
    r"|企业|几类|内容))[^。；]{0,14}[：:]?$"
)
_THING = re.compile(r"(?:情况|讲话|名单|登记表|记录|凭证|单据)$")
_DATES_FIRST = re.compile(
    r"^(?:[从自于在]|截至)?(?:20\d\d年|今年|明年|每年)?[\d年月日至到\-—～~底初末前起上下旬]{2,}(?:起"
    r"|开始)?(?=[^，]{4})"
)
_TARGET = re.compile(r"^(?:对|对于|凡)[^，]{2,80}(?:的|人员|企业|单位|者|地区|人|户)，")
_CIRCUMSTANCE = re.compile(r"(?:按照|根据|为|坚持|经|确需|如|因|在|从|由于|除|对|凡)")
_BY_WHOM = re.compile(rf"由[^，的]{{2,24}}?(?:{ADVERB}?{VERB}|代)")
# Words of time and mode that make a plain sentence of a notice an order.
_URGED = re.compile(
    any_of(
        r"每(?:[天日周月季晚年]|半[年月]|\d{1,2}[天日]|[三五十][天日])|[日月底]以?前(?!已)|\d(?:小时|日|天"
        r"|个?工作日)内|年内|随时|马上|立即|及时|第一时间|优先"
        r"|请(?=于|在|各|将|务必|提前|认真)|负责|暂停|停运|停止|尽量|限行|禁行|封闭管理|关闭|推迟|延期|不早于|一律|实行|(?:^"
        r"|，)由[^，的]{4,30}",
        also=r"日月底\d，由",
    )
    + r"|(?:^|，)[^，]{2,12}由(?!于)[^，]{2,20}"
)
_PREPOSITION = re.compile(
    r"^(?:对|将|把|由|凡|按|按照|根据|依据|依托|通过|以|从|自|在|于|向|为|围绕|针对|结合|利用|运用"
    r"|借助|本着|坚持|经|因|如|若|当|遇|发现|出现|接到|一旦|符合|与|会同|联合|除)"
)
_FORCE_BARE = [
    (
        re.compile(
            rf"^{ADVERB}{{0,3}}(?:鼓励|允许|支持(?=[^，]{{0,10}}(?:企业|职工|院校|学校|机构|劳动者|个人"
            rf"|毕业生|农民工|各类)))"
        ),
        "may",
    ),
    (re.compile(rf"^{ADVERB}{{0,3}}(?:倡导|提倡|力争|建议|争取)"), "should"),
    (re.compile(rf"^{ADVERB}{{0,3}}(?:不去|不聚|不串|不信|不传|切忌)"), "must_not"),
]
_DESCRIBES = re.compile(
    r"(?!对|按|将|向|凭|给|由|申|在)[^，。；]{1,30}的(?:行为|人员|情况|情形|问题|企业|单位|岗位|场所"
    r"|地区|活动|工作|事项|劳动者|员工"
    r"|职工|项目|风险|因素)(?:[，、]|，|$|进行|予以|给予|开展)"
)
_WILL = re.compile(
    r"(?<=[组部厅局委府区市县办心位])将(?=继续|派出|组织|适时|定期|对|会同|开展|进行|加强|根据|不定期"
    r"|视|按|通过|建立|在|于)"
)
_PLEASE = re.compile(r"(?:^|(?<=[者的])|[，；])(?:[现并]?请|敬请|特请|务请|恳请)(?!示|求|假|勿|的)")


@dataclass(slots=True)
class Carrier:
    """What makes a sentence an order: its force and the span of the modal (empty for a bare imperative)."""

    force: str
    start: int
    end: int


def sentences(flat: str, start: int = 0) -> list[tuple[int, int]]:
    """Return the spans of the sentences of a paragraph from ``start``; the mark at the end is included."""
    found: list[tuple[int, int]] = []
    for match in _SENTENCE.finditer(flat, start):
        if match.start() == match.end():
            continue
        if found and _open_bracket(flat, *found[-1]):
            found[-1] = found[-1][0], match.end()
        else:
            found.append((match.start(), match.end()))
    return found


def _open_bracket(flat: str, start: int, end: int) -> bool:
    opened = flat.count("（", start, end) - flat.count("）", start, end)
    return opened > 0 and end - start < 600


def hide(sentence: str) -> str:
    """Return the sentence with what stands in 《》, “” and brackets blanked out; the length is unchanged."""
    return _HIDDEN.sub(lambda m: "■" * len(m[0]), sentence)


def is_statement(hidden: str) -> bool:
    """Tell a sentence that orders nothing: introduction, background, praise, definition, entry into force."""
    return bool(_MAY_BE_STATEMENT.search(hidden) and _STATEMENT.search(hidden))


def goes_on(hidden: str) -> bool:
    """Tell a part behind an order, after ；, that goes on ordering although no word of its own says so."""
    return not is_statement(hidden) and not _NARRATIVE.search(hidden) and not _COPULA.match(hidden)


def is_background(hidden: str) -> bool:
    """Tell a sentence that reports what leaders said or decided."""
    return bool(_BACKGROUND.search(hidden))


def opens_list_of_things(text: str) -> bool:
    """Tell whether a clause ends by announcing a list of things or people (归档范围包括：), whose items
    order nothing.
    """
    return bool(_LISTING.search(text[-40:].rstrip("：:。 ")))


def carrier_of(hidden: str, *, bare: bool = True) -> Carrier | None:
    """Return what carries the order of a sentence (see :func:`hide`), or None when there is none.

    ``bare`` allows imperatives without a modal.
    """
    if is_statement(hidden):
        return None
    please = _PLEASE.search(hidden) if "请" in hidden else None
    modal = _main_modal(hidden)
    situation = _SITUATION.search(hidden)
    if situation and not _orders_behind(hidden, situation.end(), modal or please):
        return None
    if please and (not modal or please.start() < modal.start()):
        return Carrier("must", please.end() - 1, please.end())
    if modal:
        force = modal.lastgroup or "must"
        if force in ("must_not", "may") and _deed_before(hidden, modal.start()):
            return Carrier("must", 0, 0)
        return Carrier(force, modal.start(), modal.end())
    if _NARRATIVE.search(hidden):
        return None
    will = _WILL.search(hidden) if "将" in hidden else None
    if will:
        return Carrier("must", will.start(), will.end())
    return Carrier(_bare_force(hidden), 0, 0) if bare and is_imperative(hidden) else None


def _orders_behind(hidden: str, end: int, carrier: re.Match[str] | None) -> bool:
    return carrier is not None and carrier.start() > end and "，" in hidden[end : carrier.start()]


def _deed_before(hidden: str, end: int) -> bool:
    """Tell whether an earlier part of the sentence already orders something (…由专人保管，不得挪用)."""
    parts = hidden[:end].split("，")[:-1]
    return any(_deed(strip_connectors(part)) for part in parts)


def _deed(part: str) -> bool:
    if part.endswith(("的", "后", "时", "前", "期间")) or _CIRCUMSTANCE.match(part):
        return False
    return bool(IMPERATIVE.match(part) or _BY_WHOM.search(part))


def _main_modal(hidden: str) -> re.Match[str] | None:
    """Return the first modal that is not inside a description (可以引起…的行为，要制止)."""
    first = MODAL.search(hidden)
    if first and _DESCRIBES.match(hidden, first.end()):
        return MODAL.search(hidden, first.end()) or (None if first.lastgroup == "may" else first)
    return first


def is_imperative(hidden: str) -> bool:
    """Tell a bare imperative: a part of the sentence opens with a verb of action."""
    words = hidden.rstrip("。；！？ ”")
    if len(words) < 4 or words.endswith("："):
        return False
    if _URGED.search(words):
        return True
    if _THING.search(words) and "，" not in words and not _WORK.search(words):
        return False
    parts = [_DATES_FIRST.sub("", strip_connectors(part)) for part in words.split("，")]
    if any(IMPERATIVE.match(part) for part in parts[:1]):
        return True
    if _TARGET.match(words) and len(parts) > 1 and not words.endswith("的"):
        return True
    if _COPULA.match(words) and not _PREPOSITION.match(words):
        return False
    if any(
        IMPERATIVE.match(part) or (_PREPOSITION.match(part) and _INNER_VERB.search(part, 2)) for part in parts
    ):
        return True
    if _SUBJECT_VERB.search(words):
        return True
    opened = opening_body(words)
    return opened is not None and (len(opened[1]) > 3 or IMPERATIVE.match(opened[1]) is not None)


_WORK = re.compile(r"(?:做好|抓好|加强|开展|推进|落实|配合|统计|报送|上报|汇总|掌握|摸清|提供|完成)[^，]*$")
_INNER_VERB = re.compile(
    rf"(?:，|的|后|时|起|力度|人员|企业|单位|行为|工作|场所|对象){ADVERB}{{0,3}}{VERB}|进行|予以|给予"
    rf"|实行|实施|(?:提高|降低|下调|上调|放宽|延长|调整)[至到为]|列支|承担|负责|纳入|办理|组织|开展|采取|落实|执行"
)
_SUBJECT_VERB = re.compile(
    rf"^(?:[各全有本省市县区乡镇村]|[\u4e00-\u9fff]{{2,12}}(?:局|厅|委|部门|单位|机构|企业|中心|办|政府"
    rf"|街道|社区|学校|医院|基金))[^，]{{0,40}}?(?:负责|按照|根据|继续|{ADVERB}{{0,2}}(?:做好|加强|开展"
    rf"|落实|建立|组织|实行|制定|确定|明确|指定|成立|配合|协助|牵头|报送|上报|支付|发放|列支|承担|实施"
    rf"|对))"
    r"|^[^，]{4,40}的，由[^，]{2,}|放假|前(?:书面|统一|汇总)?(?:上报|报送|报至|报到"
    r"|报[我省市县区]|完成|提交|反馈)"
    r"|列支|由[^，]{2,30}(?:负责|承担|支付|牵头|组织|实施|统一|给予|发放|审核)|(?:标准|额度)(?:为|按"
    r"|提高|确定)"
)


def _bare_force(hidden: str) -> str:
    for pattern, force in _FORCE_BARE:
        if pattern.match(hidden):
            return force
    return "must"
