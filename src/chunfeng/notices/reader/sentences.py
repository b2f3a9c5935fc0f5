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

MODAL = re.compile(
    r"(?P<must_not>不得|严禁|禁止|不准|不许|不允许|一律不|坚决不|切勿|请勿|不可(?!抗|避|分|或|少|控|逆|靠|预|再)|不能(?=再|擅|随意|以|将|出现|有|搞|放松|因|简单)|绝不(?=允|能))"
    r"|(?P<must>必须|务必|务须|一律|(?<![必无急所亟])须(?!知|臾)"
    r"|(?<![主重需必只首纲概摘紧若简次扼险机不提既])要(?!求|点|素|闻|害|道|件|么|务|职|领|是|不是|不|义|旨|隘|塞|犯|挟|价|人(?!人)|地|案|目|件|情|则|账)"
    r"|(?<![急所亟必刚供无特内外军])需(?!求|要|方|用|品|物资|材料|的|资|经费))"
    r"|(?P<may>(?<![不许认未尚])可以|(?<![不许认未尚亦宁])可(?!能|靠|行|疑|控|持续|视|见|操作|追溯|比|防|治|喜|观|贵|塑|再生|及|供|知|回收|用性|获|谓|选|复制|作为|预|以|移动|分割|接受)|允许)"
    r"|(?P<should>原则上|应当|理应|(?<![供反响适相效对感照呼顺回策因本报])应(?!急|用|届|聘|诉|邀|征|收|缴|纳|税|有|享|付|检|战|景|答|变|力|酬|允|返|报|保|隔|治|尽|对|由|发)|应(?=由|发给|对(?!疫|突|新|公共|风险|各类|困难|工作|重大|可能|措施|机制|危机)))"
)
_HIDDEN = re.compile(r"《[^》]*》+|“[^”]*”|（[^（）]*）")
_SENTENCE = re.compile(r"[^。！？]*(?:[。！？]+[”’』）]*|$)")
_NARRATIVE = re.compile(
    r"前不久|日前，|近日，|近来|近年来|[发开至期进行]以来|目前[，已]|我们(?!要)|涌现|取得了|取得的|先后|累计|已(?!经?[从在返有签确对开领采出申被发死感]|[^，。]{0,12}[的者])[^，。；]{0,20}(?:完成|开展|成立|建立|印发|下发|启动|发布|报|到位)"
    r"|(?:成立|制定|印发|开展|召开|组织|建立|作出|做出|采取|发挥|形成|表现|完善|提高|增强|促进|保证|保障|维护|稳定|克服|奠定|赢得|得到|受到|实现|投入|出台|下发|起到|做|给予|提供|进行)了"
)
_STATEMENT = re.compile(
    r"(?:通知|意见|通告|公告|函告|决定|方案|通报|报告|答复|批复|函复|规定|办法|要求|事项|有关工作|安排|明确|倡议|公布|函达)[^，。]{0,8}如下|特此(?:通知|通告|公告|函|通报|报告|批复|说明|致)|特制定本|制定(?:本|如下)"
    r"|自(?:印发|发布|公布|下发|颁布|\d{4}年[^，。]{1,12}|即日|[^，。]{2,16}日)[^，。]{0,4}起(?:施行|实施|执行|生效|停止执行|废止)|有效期|同时废止|负责解释|以此为准|以本[^，。]{1,6}为准|联系(?:人|电话|方式)|咨询电话|举报电话|未尽事宜"
    r"|意义重大|重要意义|至关重要|形势(?:依然|仍然)?(?:十分|非常)?严峻|关系到|(?:^|，)事关|责任重大|重大考验|是指|(?:主要)?包括(?:以下|：|下列)|(?:^|，)属于|如有[^，。]{0,8}变化"
)
_BACKGROUND = re.compile(r"强调|指出|批示|指示精神|总书记|党中央、国务院高度重视|高度重视(?=[^，]{0,12}(?:工作|疫情)[，。])")
_COPULA = re.compile(r"^[^，。；：]{1,40}(?:是|为(?=[^，。；]{2,30}$)|系|在于)(?!否|由)")
_LISTING = re.compile(r"(?:包括|范围|条件|情形|对象|材料|资料|之一|下列(?:人员|单位|情况|企业)|以下(?:人员|单位|情况|企业|几类|内容))[^。；]{0,14}[：:]?$")
_THING = re.compile(r"(?:情况|讲话|名单|材料|条件|工作|登记表|报告|记录|文件|资料|人员|企业|单位)$")
_PREPOSITION = re.compile(
    r"^(?:对|将|把|由|凡|按|按照|根据|依据|依托|通过|以|从|自|在|于|向|为|围绕|针对|结合|利用|运用|借助|本着|坚持|经|因|如|若|当|遇|发现|出现|接到|一旦|符合|与|会同|联合|除)"
)
_ADVERB = (
    r"(?:一是|二是|三是|四是|五是|六是|七是|八是|九是|首先|其次|最后|同时|另外|此外|并|且|再|也|还|重点|特别|尤其是?|切实|认真|进一步|全面|积极|大力|及时|立即|尽快|尽早|迅速|严格|坚决|继续|不断|充分|深入|广泛|主动|努力|着力|扎实|有效|有序|科学|合理|依法|统一|统筹|分类|分级|逐一|逐级|逐户|逐步|定期|每[日天周月年]|每季度|暂时|暂|共同|加快|加大|抓紧|优先|适时|全力|高度|从严|从快|从重|专门|集中|原则上|自觉|尽量|足额|如实|随时|坚持|牢固|密切|妥善|持续|普遍|稳妥|有力|有组织|有计划|多渠道|多形式|因地制宜|精准|灵活|严|早|更好|确实|务求|力争|力求|多|一律|按(?:时|期|规定|要求|程序)|第一时间|[\d一二三四五六七八九十年月日前底]+前|一次性|无条件|全程|全部|适当|相应|优化|带头|分别|必要时|随机|不定期|同步|相互|互相|做到|强化)"
)
_VERB = (
    r"(?:加强|做好|做到|做实|开展|落实|建立|健全|完善|组织|实行|实施|执行|严格|认真|切实|积极|充分|进一步|全面|及时|暂停|暂缓|取消|推迟|停止|停办|关闭|开放|提供|给予|予以|抓好|抓紧|抓实|抓|指导|引导|督促|督导|监督|检查|督查|巡查|排查|摸排|摸清|摸底|掌握|了解|登记|统计|汇总|报送|上报|报告|报|填报|提醒|告知|通知|宣传|发布|公布|公开|公示|通报|反馈|协助|协调|配合|支持|鼓励|推进|推动|推行|推广|促进|提高|提升|强化|增强|增加|扩大|拓宽|拓展|优化|简化|精简|规范|明确|细化|制定|制订|编制|印制|修订|出台|研究|分析|监测|监控|监管|跟踪|关注|关心|关爱|慰问|帮助|帮扶|解决|处理|处置|调处|化解|防止|防范|预防|避免|杜绝|控制|限制|减少|降低|减轻|缩短|延长|放宽|保障|保证|确保|维护|保护|保持|坚持|继续|努力|着力|大力|深入|广泛|发挥|利用|运用|依托|统筹|安排|部署|调整|调配|调度|调动|抽调|选派|选拔|配备|配齐|配置|储备|采购|购置|发放|拨付|安排|落细|筹集|设立|设置|开设|开通|开辟|成立|组建|指定|确定|划定|划分|隔离|消毒|清洁|清理|清扫|通风|测量|检测|检验|采样|救治|收治|转运|送医|就诊|观察|培训|演练|学习|教育|动员|发动|号召|倡导|提倡|树立|增进|营造|打造|构建|搭建|形成|创新|改善|改进|改革|探索|总结|推选|评估|考核|评价|认定|审核|审批|核实|核查|核对|查验|查处|打击|严惩|严肃|严厉|追究|问责|处罚|纠正|整改|整治|整合|归档|移交|收集|整理|保存|保管|妥善|承担|负责|牵头|参加|参与|接受|服从|遵守|履行|贯彻|传达|执行|转发|张贴|悬挂|播放|佩戴|携带|出示|办理|受理|申请|申报|领取|返还|缴纳|缓缴|减免|免收|免除|免费|列支|支付|补助|补贴|奖励|表彰|实现|达到|完成|力争|争取|注重|突出|聚焦|紧盯|坚决|严防|严控|严守|严把|严格|守住|把好|把握|把|落地|压实|靠实|夯实|筑牢|织密|用好|用足|管好|管住|控|堵|保|留|选|设|派|配|建|推|送|请|停|对接|联系|衔接|沟通|协商|签订|履约|稳定|稳妥|稳|扶持|培育|培养|壮大|引进|吸纳|招用|招聘|输出|输送|转移|安置|援助|救助|照顾|纳入|列入|计入|享受|放开|取缔|封闭|减少|错峰|错时|分散|轮流|轮岗|轮休|居家|戴|量|勤|少|不去|不聚|不串|不信|不传|不|推送|对照|对标|加快|加大|加密|加紧|弘扬|传播|回应|辟谣|澄清|疏导|安抚|劝导|劝返|劝阻|核酸|复工|复产|返岗|返校|开学|延期|顺延|值班|值守|畅通|通畅|查清|切断|阻断|遏制|消除|消灭|根除|清除|扑灭|喷洒|捕杀|屠宰|封存|销毁|没收|取得|带动|盘活|激发|激励|培植|壮大|兑现|创造|开发|开拓|选树|选送|收取|退还|退回|报名|集中|合并|下放|推荐|转报|逐级|抄送|密切|高度|统一|从严|合理|科学|依法|优先|有效|有序|主动|定期|自觉|迅速|立即|尽快|全力|扎实|重点|切忌|克服|纠治|力戒|听从|响应|举报|拨打|登录|关注|扫码|填写|如实|主动|倾斜|兜底|减|免|缓|返|补|扩|奖|保供|稳价|增产|投放|供应|调运|运输|通行|放行|查控|管控|防控|联防联控|群防群控|划拨|结算|垫付|先行|视同|按|凭|持|用于|构筑|夺取|打赢|打好|创建|升级|启动|启用|终止|恢复|解除|撤销|遴选|论证|谋划|挖掘|拓|深化|畅|促|抢抓|争创|对待|尊重|宽容|体谅|节约|厉行|清退|清查|普查|复查|检疫|留观|留验|追踪|判定|随访|走访|入户|回访|致电|联络|安装|改造|改建|扩建|新建|建设|建成|修缮|维修|更新|更换|添置)"
)
_IMPERATIVE = re.compile(rf"^{_ADVERB}{{0,4}}(?:地)?{_VERB}")
_FORCE_BARE = [
    (re.compile(rf"^{_ADVERB}{{0,3}}(?:鼓励|允许)"), "may"),
    (re.compile(rf"^{_ADVERB}{{0,3}}(?:倡导|提倡|力争|建议|争取)"), "should"),
    (re.compile(rf"^{_ADVERB}{{0,3}}(?:不去|不聚|不串|不信|不传|切忌)"), "must_not"),
]
_WILL = re.compile(r"(?<=[组部厅局委府区市县办心位])将(?=继续|派出|组织|适时|定期|对|会同|开展|进行|加强|根据|不定期|视|按|通过|建立|在|于)")
_PLEASE = re.compile(r"(?:^|[，；])(?:现?请|敬请|特请|务请|恳请)(?!示|求|假|勿|的)")


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
    return bool(_STATEMENT.search(hidden))


def is_background(hidden: str) -> bool:
    """Tell a sentence that reports what leaders said or decided."""
    return bool(_BACKGROUND.search(hidden))


def opens_list_of_things(text: str) -> bool:
    """Tell whether a clause ends by announcing a list of things or people (归档范围包括：), whose items order nothing."""
    return bool(_LISTING.search(text[-40:].rstrip("：:。 ")))


def carrier_of(hidden: str, *, bare: bool = True) -> Carrier | None:
    """Return what carries the order of a sentence (see :func:`hide`), or None when there is none.

    ``bare`` allows imperatives without a modal.
    """
    if is_statement(hidden):
        return None
    please = _PLEASE.search(hidden)
    modal = MODAL.search(hidden)
    if please and (not modal or please.start() < modal.start()):
        return Carrier("must", please.end() - 1, please.end())
    if modal:
        return Carrier(modal.lastgroup or "must", modal.start(), modal.end())
    if _NARRATIVE.search(hidden):
        return None
    will = _WILL.search(hidden)
    if will:
        return Carrier("must", will.start(), will.end())
    return Carrier(_bare_force(hidden), 0, 0) if bare and is_imperative(hidden) else None


def is_imperative(hidden: str) -> bool:
    """Tell a bare imperative: a part of the sentence opens with a verb of action."""
    words = hidden.rstrip("。；！？ ”")
    if len(words) < 4 or words.endswith("："):
        return False
    if _THING.search(words) and "，" not in words and not _WORK.search(words):
        return False
    parts = words.split("，")
    first = parts[0]
    if _IMPERATIVE.match(first):
        return True
    if _PREPOSITION.match(first):
        return len(parts) > 1 and any(_IMPERATIVE.match(p) for p in parts[1:]) or bool(_INNER_VERB.search(words))
    if _COPULA.match(words):
        return False
    return any(_IMPERATIVE.match(p) for p in parts[1:]) or bool(_SUBJECT_VERB.search(words))


_WORK = re.compile(r"(?:做好|抓好|加强|开展|推进|落实|配合|统计|报送|上报|汇总|掌握|摸清|提供|完成)[^，]*$")
_INNER_VERB = re.compile(rf"(?:，|的|后|时|起|力度|人员|企业|单位|行为|工作|场所|对象){_ADVERB}{{0,3}}{_VERB}|进行|予以|给予|实行|实施|列支|承担|负责|纳入|办理|组织|开展|采取|落实|执行")
_SUBJECT_VERB = re.compile(
    rf"^(?:[各全有本省市县区乡镇村]|[\u4e00-\u9fff]{{2,12}}(?:局|厅|委|部门|单位|机构|企业|中心|办|政府|街道|社区|学校|医院|基金))[^，]{{0,40}}?(?:负责|按照|根据|继续|{_ADVERB}{{0,2}}(?:做好|加强|开展|落实|建立|组织|实行|制定|确定|明确|指定|成立|配合|协助|牵头|报送|上报|支付|发放|列支|承担|实施|对))"
    r"|列支|由[^，]{2,30}(?:负责|承担|支付|牵头|组织|实施|统一|给予|发放|审核)|(?:标准|额度)(?:为|按|提高|确定)"
)


def _bare_force(hidden: str) -> str:
    for pattern, force in _FORCE_BARE:
        if pattern.match(hidden):
            return force
    return "must"
