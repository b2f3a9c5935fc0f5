"""Who must act: the subject of an order, the bodies in charge in brackets, the body a result goes to."""

import re

from .lexicon import ADVERB, IMPERATIVE, VERB, any_of
from .structure import Actors

# What the name of an acting body or group of people ends in.
_SURE_WORDS = any_of(
    r"部门|财政|责任主体|旅行社|房东|社区|街道|卫生院|人社所|派出所|卫生所|服务站|(?:信息|服务|卫生|网格|联络|辅导|巡查|管理"
    r"|宣传|督导|协管|检查|值班|办事)员|考生|班主任|房主|大厅|卡点|经办机构|单位|机构|政府|公署|厅|局"
    r"|委|委员会|办公室|中心|企业|公司|集团|学校|医院|院校|高校|办事处"
    r"|小组|专班|指挥部|指挥机构|人员|机关|工会组织|工会(?!组织)|银行|党委|党组|党组织|管委会|负责人"
    r"|责任人|干部|居民|村民"
    r"|群众|市民|经营者|用人单位|协会|各界|协会|联合会|委员会|居委会|村委会|妇联|旅行社|幼儿园|场所"
    r"|餐馆|饭店|药店|宾馆|酒店|商场|超市|市场主体|责任主体|流动人口|会计|(?:工作|问责|专项|保障|专家|督导|宣传)组"
)
_SURE_END = rf"(?:{_SURE_WORDS}|[\u4e00-\u9fff]{{2}}组(?=对|负责))"
_WEAK_END = any_of(
    r"委办|办|中学|小学|幼儿园|社区|村|乡镇|镇|乡|街道|地区|地|级|支部|市|县|区|省|盟|旗|州|厂|场所?|院"
    r"|校|所|站|队|组|团|园区|开发区|经济组织|经济组织|社会组织|基层组织|群团组织|自治组织|企事业单位"
    r"|企业主|法人|领导|党员|同志|员工|职工|劳动者"
    r"|农民工|旅客|乘客|学生|教师|家长|师生|患者|病人|者|人|商户|业主|窗口|柜台|方|双方|支队|大队|部|处|科"
    r"|室|媒体|司法|公安|车站|机场|码头|口岸|市场|商场|超市|酒店|宾馆|服务业|行业|系统|平台|委员|网格员"
    r"|志愿者|屯|楼区|嘎查|苏木|上下|人口|客车|列车|车辆|班线|船舶|餐厅|房东|代表|领队|司机|医生|护士|基金|党政|合作社|商会|旅行社|报社|工商联|残联"
)
_BODY_END = rf"(?:{_SURE_END}|{_WEAK_END})"
# A body is the subject when a verb, an adverb or a preposition follows its name.
_AFTER_BODY = (
    rf"(?!联络人|联系人|负责人|责任人|工作人员|管理人员)"
    rf"(?=负责|依|以(?![上下内外后前及])|凭|凡|先|不|除|外出|出行|出门|发现|会同|联合|商|[\u4e00-\u9fff]{{0,2}}期间|收到|返回|入境|到达|进入|接到|遇|向|可|务必|必须|要|应|须|今|本周|按|根据|在|对|将|把|从"
    rf"|自|于|继续|不|至|每|并|结合|依托|通过|统一|{ADVERB}{{0,3}}{VERB})"
)
_BRACKET_ETC = r"(?:（[^（）]{1,90}）)?(?:等(?:部门|单位|机构|场所|地)?)?"
_INSIDE = r"(?:(?![将向把由]|对(?!口|外))[^，。；：])"
_SURE_BODY = re.compile(rf"^(?P<body>{_INSIDE}{{0,60}}?{_SURE_END}{_BRACKET_ETC}){_AFTER_BODY}")
_WEAK_BODY = re.compile(rf"^(?P<body>{_INSIDE}{{1,40}}?{_WEAK_END}{_BRACKET_ETC}){_AFTER_BODY}")
_WEAK_TIMED = re.compile(
    rf"^(?P<body>{_INSIDE}{{1,16}}?{_WEAK_END}{_BRACKET_ETC})(?=每[天日周月晚早]|[于在]\d)"
)
_ENDS_BODY = re.compile(rf"{_BODY_END}(?:（[^（）]{{1,20}}）)?(?:等(?:有关|相关)?(?:部门|单位|机构|场所)?)?$")
_NAMES_LEAD = re.compile(rf"{_ENDS_BODY.pattern}|财政$")
_STARTS_BODY = re.compile(
    r"^(?:各|全[省市县区国州盟旗乡镇]|本[省市县区]|我[省市县区部厅局]|[省市县区乡镇村]级|[省市县区州]"
    r"|有关|相关|所有|其他|其它|社会|全体|广大|较大的?|有条件的?|具备条件的?|符合条件的?|负责|基层"
    r"|当地|属地|辖区|人力|卫生|公安|教育|交通|财政|民政|工信|商务|用人|用工|企业|学校|医疗|社区|村"
    r"|街道|乡镇|县级|国务院|上级|下级|上岗|就诊地|输入地|输出地|承运|施工|建设"
    r"|[\u4e00-\u9fff]{2,8}(?:省|市|县|区|乡|镇|村|街道|厅|局|委))"
)
# Words that cannot stand inside the name of a body: what they open is an adverbial or a predicate.
_NOT_IN_BODY = re.compile(
    r"^(?:为|由(?!于)|请|根据|按照|按|依据|对|对于|在|从|自(?!治)|由于|因|凡|如|若|当(?!地)|以|将|把"
    r"|通过|结合|围绕|针对|本着|鉴于|经|随着|遇|一旦|阻碍|触犯|妨碍|拒不|隐瞒|违反|扰乱|干扰|(?:出入|进入|进出)(?![^，]*(?:人员|者|人|车辆)$)|坚持|加强|认真|切实|进一步|充分|严格|积极|建立"
    r"|完善|开展|做好|发现|其中|同时|因此|此外|另外|这|该项|上述(?!各|有关|单位|部门|人员|企业|机构)|以上措施|是|即|就|并|且|而|也|还"
    r"|特别是|尤其是|重点|继续|不断|全面|要求|确保|确需|需要|无|未|不|没有|及时|大力"
    r"|努力|着力|利用|运用|依托|发挥|推进|提高|强化|落实|组织|督促|指导|引导|鼓励|支持|现(?!场)|今后"
    r"|目前|当前|今年|每(?!个|户|名))"
)
# People told apart by what they do: 在我市务工的流动人口, 持有“绿码”的人员.
_DESCRIBED = re.compile(
    r"^(?:在|从|由|近期|因)[^，对将]{2,30}的(?:[\u4e00-\u9fff]{0,6})(?:人员|人口|居民|村民|市民|考生|学生|师生|职工|员工|劳动者|农民工|企业|单位|车辆)$"
)
_OFFICE_END = re.compile(
    r"(?:部门|员|大厅|卡点|室|站|所|院|团|场|班|组|队|指挥机构|单位|机构|政府|局|厅|委|办|中心|企业"
    r"|公司|学校|医院|地区|各地|小组|指挥部|社区|村|街道|旅行社|餐馆|饭店|药店|宾馆|酒店|商场|超市|主体"
    r"|乡镇|县|市|区|院校|办事处|银行|工会)(?:（[^（）]*）)?$"
)
# 所有…, 全县… name whom an order binds whatever the noun is.
_EVERYBODY = re.compile(
    r"^(?P<body>(?:所有|全[省市县区镇乡](?!范围)|任何|上述(?!措施|要求|工作))[^，。]{2,28}?)"
    r"(?=(?:全部|均|都)?(?:暂停|暂时|停运|停止|一律|推迟|延期|关闭|寒假期间|取消)|$)"
)
_STARTS_NAMED = re.compile(
    r"^(?:各|全[省市县区国州盟旗乡镇]|有关|防治|防控|卫生|公安|监督|宣传|组织|教育|建设|劳动|交通|统计|检察)[\u4e00-\u9fff]*?(?:部门|机构|指挥部|单位"
    r"|人员|局|委)|^[\u4e00-\u9fff]{2,6}(?:组|室|队)(?=对|负责|要|应)"
)
_BODY_LIST = re.compile(r"^(?:各|全[省市县]|有关|省|市|县)[^要应须将对]{1,40}$")
_LINK = any_of(
    r"其中|同时|另外|此外|因此|为此|特别是|尤其是|并且|并|且|但是|但|再次|一是|二是|三是|四是|五是"
    r"|六是|七是|八是|九是|首先|其次|再次|最后|经研究，?决定|决定(?=全|对|在|所有|各)|[（(]?\d[）)、.]|对此|要求|希望|现要求|请|敬请|特请|凡"
    r"|原则上",
    also=r"（(\d",
)
_CONNECTORS = re.compile(rf"^{_LINK}[，：]?")
_ADVERB_TAIL = re.compile(
    r"(?:从即日起|自即日起|即日起|即|一律|均|都|也|还|又|再|更|必|务|仍|仍然|继续|同时|认真|切实|尽快"
    r"|尽可能|及时|立即|进一步|统一|全面|共同|主动|积极|首先|根据.*|按照.*|按.*|结合.*|在.*|对.*|于.*"
    r"|以.*|从.*|自.*|接到.*|接.*报告.*|通过.*|每.*|将.*|应|需|并|就|与.*|每日.*|如.*|原则上|严格.*|要"
    r"|暂|暂时|现|至少|加强.*|未经.*|因.*|收到.*|发现.*|遇.*|须|可)$"
)
_RESPONSIBLE = re.compile(
    r"（(?P<inner>[^（）]*(?:（[^（）]*）[^（）]*)*?(?:负责|牵头|配合|落实|参与|参加|责任单位|牵头单位"
    r"|责任部门|牵头部门|主办|承办|分工)[^（）]*(?:（[^（）]*）[^（）]*)*)）"
)
_LEAD_MARK = re.compile(
    r"(?:牵头(?:责任)?(?:单位|部门)?|主要?责任(?:单位|部门)|责任(?:单位|部门)|主办(?:单位|部门)"
    r"|负责(?:单位|部门))："
)
_WITH_MARK = re.compile(r"(?:配合|协办|参与|参加|协助|协同|责任)(?:单位|部门)：")
_LED = re.compile(
    r"(?:^|(?<=[，；。：]))由(?P<lead>[^，。；：（）]{2,40}?)(?:具体)?(?:牵头|负责|会同|为主)(?:，"
    r"|(?=组织|做好|开展|会同))?(?P<rest>[^。；]*)"
)
# 自治区建设厅 goes on behind 自治区 although 建设 could be its deed.
_NO_LONGER_NAME = r"(?![\u4e00-\u9fff]{1,4}[厅局委](?:[、，和及]|负责|牵头))"
_BY = re.compile(
    rf"(?<![理自缘事经因])由(?P<lead>[^，。；：]{{1,40}}?(?:{_SURE_END}|财政)(?:（[^（）]{{1,10}}）)?){_NO_LONGER_NAME}"
    rf"(?={ADVERB}{{0,2}}{VERB}|进行|自行|按(?!时|期)|与|向|根据|依照|对|从|在|提出|代|垫|予以|协商)(?P<rest>)"
)
_BY_OTHER = re.compile(
    rf"(?<![理自缘事经因])由(?P<lead>[^，。；：]{{1,40}}?{_BODY_END}(?:（[^（）]{{1,10}}）)?){_NO_LONGER_NAME}"
    rf"(?={ADVERB}{{0,2}}{VERB}|进行|自行|按(?!时|期)|与|向|根据|依照|对|从|在|提出|代|垫|予以|协商)(?P<rest>)"
)
_PARTNERS = re.compile(
    r"(?:会同)?(?P<partners>[^，。；：（）]{2,80}?)(?:等(?:部门|单位|机构)?)?(?:共同)?(?:配合|协助"
    r"|协同|参与|参加|按职责|分工)"
)
_JOINED = re.compile(
    r"会同(?P<partners>[^，。；：]{2,60}?)(?:等?(?:有关|相关)?(?:部门|单位)?)?(?:要|制定|开展|做好"
    r"|组织|研究|对|共同|加强|负责|建立|，)"
)
_PASSIVE = re.compile(
    rf"[^，由]{{0,12}}由[^，由]{{0,20}}?(?:{_SURE_END}|财政)(?={ADVERB}{{0,2}}{VERB}|代|垫|从|在|按|予以)"
)
_LIST = re.compile(r"[、，；]|(?<=[局委厅办])(?:和|与|及|以及)")
_TAIL = re.compile(
    r"(?=[等按各职分具共组牵负配落参实]|$)(?:等(?:有关|相关)?(?:部门|单位|机构"
    r"|责任主体|部门和单位)?)?(?:按职责)?(?:按照)?(?:各自)?(?:职责)?(?:分工)?(?:具体|共同|分别|组织)?(?:牵头"
    r"|负责|配合|落实|参与|参加|实施)*$"
)
_TO_BODY = re.compile(
    r"(?=[上报提移反抄汇送交])(?:上报|报送|报告|报备|上交|提交|移交|反馈|抄报|抄送|汇总报|(?<![发推转寄派输运护])送"
    r"|(?<![申填预情日周月通汇])报|(?<![递])交(?!通|流|付|接|易|代|叉|警|费|管|办|由))(?:至|到|给|于)?"
    r"(?P<body>(?!告|送|备|表|名|价|销|道|酬|警|考|请|批|经|数|疫|情|结|材|工|内)"
    r"(?:[我本]?(?:(?!的|至|将|后|等)[\u4e00-\u9fff“”]){0,30}?)(?:政府|厅|局|委|办|部|中心|处|科"
    r"|办公室|指挥部|领导小组|小组|专班|机构|部门|站|机关|公司|单位|院|会)"
    r"(?:[\u4e00-\u9fff（）]{0,20}?(?:办公室|办|处|科|部|室|中心|司|组|局|站|邮箱))?)"
    r"(?=[，。；：（）、”]|处置|处理|备案|审批|审核|审查|批准|汇总|并|和|及|$)"
)
_TOWARDS = re.compile(
    r"向(?P<body>[^，。；：（）]{0,36}?(?:政府|厅|局|委|办|部|中心|处|科|办公室|指挥部|领导小组|小组"
    r"|专班|机构|部门|站|机关|单位|社区|村|街道|党委|院|会|上级))(?:书面|如实|及时|立即|统一|逐级"
    r"|进行)?(?:作出|作)?"
    r"(?:报告|报送|上报|反馈|通报|移交|汇报|申报|申请|报备|备案|提出申请|提交|登记)"
)


def subject_of(words: str) -> str | None:
    """Return the body or people that the words before a modal (各级医院…要) name as the subject, or None.

    Looks at the comma-separated parts from the last backwards: 各级医院接到报告后 gives 各级医院,
    为…，各地 gives 各地.
    """
    words = strip_connectors(words)
    if not words:
        return None
    parts = words.split("，")
    for index in range(len(parts) - 1, max(-1, len(parts) - 4), -1):
        part = _DATE_BEHIND.sub("", _DATE_BEFORE.sub("", strip_connectors(parts[index])))
        if not part:
            continue
        if _NOT_IN_BODY.match(part) and not _STARTS_NAMED.match(part):
            if _DESCRIBED.match(part):
                return part
            continue
        body = _opening(part) or _trim(_IS_CHARGED.sub("", part))
        if body:
            return _with_list_before(parts[:index], body)
    last = strip_connectors(parts[-1] or parts[-2] if len(parts) > 1 else parts[-1])
    everybody = _EVERYBODY.match(last)
    return everybody["body"] if everybody else None


def _with_list_before(parts: list[str], body: str) -> str:
    """Put the bodies before a comma back: 各市、州，各有关部门…要."""
    while (
        parts
        and body.startswith(("各", "有关", "其他"))
        and _BODY_LIST.match(parts[-1])
        and _ENDS_BODY.search(parts[-1])
    ):
        body = f"{parts.pop()}，{body}"
    return body


def _opening(part: str) -> str | None:
    match = _SURE_BODY.match(part)
    rest = part[match.end() :] if match else ""
    if match and len(rest) <= 3 and _ENDS_BODY.search(rest):
        return part
    if not match and _STARTS_BODY.match(part):
        match = _WEAK_TIMED.match(part)
    return match["body"] if match and (_STARTS_BODY.match(part) or len(match["body"]) <= 16) else None


def strip_connectors(words: str) -> str:
    """Drop the words that only link a sentence to the one before (同时，其中，一是)."""
    while match := _CONNECTORS.match(words):
        words = words[match.end() :]
    return words.lstrip("，：、 ")


# X为第一责任人，要…: the duty is that of X.
_IS_CHARGED = re.compile(r"(?:为|是)[^，]{0,20}(?:责任人|责任主体|主体)$")
_DATE_BEHIND = re.compile(
    r"(?<=[\u4e00-\u9fff）])\d{1,2}月[\d日号底]{0,3}(?:[\d：时点]{1,5})?(?:之?前|以前|起)$"
)
_DATE_BEFORE = re.compile(
    r"^(?:今年|明年)?[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十日号底初中上下旬]{0,4}"
    r"(?:前|起)"
)


def _trim(part: str) -> str | None:
    for _ in range(4):
        if _ENDS_BODY.search(part):
            return part if 2 <= len(part) <= 70 else None
        tail = _ADVERB_TAIL.search(part)
        if not tail or tail.start() < 2:
            return None
        part = part[: tail.start()]
    return None


def opening_body(sentence: str) -> tuple[str, str] | None:
    """Return (subject, rest) of a sentence that opens with a named body and no modal (各地区按照…, 继续…)."""
    words = strip_connectors(sentence)
    position = 0
    for part in words.split("，")[:4]:
        bare = strip_connectors(part)
        shift = position + len(part) - len(bare)
        if IMPERATIVE.match(bare) and not _STARTS_NAMED.match(bare):
            return None
        named = _STARTS_NAMED.match(bare) or not _NOT_IN_BODY.match(bare)
        match = _SURE_BODY.match(bare) if named else None
        if not match and _STARTS_BODY.match(bare) and not _NOT_IN_BODY.match(bare):
            match = _WEAK_BODY.match(bare)
        if match and len(match["body"]) >= 2 and (_STARTS_BODY.match(bare) or len(match["body"]) <= 16):
            return match["body"], words[shift + match.end() :]
        everybody = _EVERYBODY.match(bare)
        if everybody and everybody.end() < len(bare):
            return everybody["body"], words[shift + everybody.end() :]
        position += len(part) + 1
    return None


def names_body(words: str) -> bool:
    """Tell the name of an office, an organisation or a group people work in from other subjects."""
    return len(words) >= 2 and bool(_OFFICE_END.search(words))


def leads_off(part: str) -> bool:
    """Tell whether a part of a sentence opens with an office and its deed (社区汇总后…, 费用由企业垫付)."""
    if _NOT_IN_BODY.match(part) or (IMPERATIVE.match(part) and not _STARTS_NAMED.match(part)):
        return bool(_BY.match(part))
    match = _SURE_BODY.match(part)
    if match:
        everybody = match["body"].startswith(("所有", "全体", "任何"))
        return len(match["body"]) <= 30 and (names_body(match["body"]) or everybody)
    return bool(_PASSIVE.match(part))


def responsible_bodies(text: str) -> tuple[Actors, int, int] | None:
    """Return the bodies named in brackets at the end of a clause (市A局、市B局等部门负责) and where they
    stand.

    The first leads; after 牵头单位： and 配合单位： the marks decide.
    """
    found = None
    for match in _RESPONSIBLE.finditer(text):
        actors = _listed(match["inner"])
        if actors:
            found = actors, match.start(), match.end()
    return found


def _listed(inner: str) -> Actors | None:
    marked = _LEAD_MARK.split(inner, maxsplit=1)
    if len(marked) == 2:
        parts = _WITH_MARK.split(marked[1], maxsplit=1)
        leads = _names(parts[0])
        partners = _names(parts[1]) if len(parts) == 2 else []
        return Actors(leads[0], leads[1:] + partners) if leads else None
    names: list[str] = []
    for part in re.split("[；，]", inner):
        names += _names(part)
    if not names or not all(len(name) <= 30 for name in names) or not _ENDS_BODY.search(names[0]):
        return None
    return Actors(names[0], names[1:])


def _names(listed: str) -> list[str]:
    names = []
    for part in _LIST.split(listed):
        name = _TAIL.sub("", part.strip(" 。，、；：")).strip()
        name = re.sub(r"(?:牵头|会同|由|等)$|^(?:由|会同|以及|和|及|与)", "", name)
        if len(name) >= 2:
            names.append(name)
    return names


def led_bodies(sentence: str, *, subject: str | None = None) -> Actors | None:
    """Return the bodies of 由X牵头，Y、Z配合, or of 由X办理 in an order without other subject, or None."""
    if "由" not in sentence:
        return None
    match = _LED.search(sentence) or (None if subject else _BY.search(sentence) or _BY_OTHER.search(sentence))
    if not match or not _NAMES_LEAD.search(match["lead"]) or "的" in match["rest"].split("，")[0][:12]:
        return None
    leads = _names(match["lead"])
    partners = (
        _PARTNERS.match(match["rest"].lstrip("，"))
        if "配合" in match["rest"] or "参" in match["rest"]
        else None
    )
    others = _names(partners["partners"]) if partners else []
    return Actors(leads[0], leads[1:] + others) if leads else None


def partners_of(sentence: str) -> list[str]:
    """Return the bodies after 会同."""
    match = _JOINED.search(sentence)
    return [name for name in _names(match["partners"]) if _ENDS_BODY.search(name)] if match else []


def report_to(sentence: str) -> str | None:
    """Return the body a result is sent to (上报省就业服务中心, 向社区报告), as written, or None."""
    match = _TO_BODY.search(sentence) or _TOWARDS.search(sentence)
    return match["body"].strip("“”") if match else None
