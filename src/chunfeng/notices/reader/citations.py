"""Citations: official texts named in 《…》, with the number after them, or by number alone.

Newspapers, newsletters, forms, and texts the sentence itself produces (印发了《…》快讯) are no citations.
One text named twice is one citation; 《〈…〉》 is part of the outer title.
"""

import re

from .numbers import Found, find_numbers, same_number
from .structure import Citation
from .text import squeeze

_OFFICIAL = re.compile(
    r"(?:法|法典|宪法|条例|规定|办法|细则|通知|意见|决定|决议|命令|令|公告|通告|通报|批复|复函|函|纪要"
    r"|方案|预案|计划|规划|纲要|指南|指引|标准|原则|规范|制度|规程|准则|措施"
    r"|要点|政策|章程|解释|目录|协定|公约|答复|报告|安排|布局|分工|任务|流程|建议|要求|规则|程序|通则"
    r"|须知|清单|提示|讲话|倡议书?|手册|问答|细化表|政策包|框架协议|\d+条|[一二三四五六七八九十]+条)"
    r"(?:》?)?(?:（[^（）]{1,24}）|〈[^〈〉]{1,12}〉)*(?:[一二三四五六七八九十]|第.版|20\d\d版)?$"
)
_NOT_OFFICIAL = re.compile(
    r"(?:报|日报|晚报|快讯|简报|动态|小结|表|登记册|手册|书|信|证|卡|合同|(?<!框架)协议|承诺书|责任书|告知书"
    r"|须知|杂志|专刊|专报|周报|月报|日志|台账|清单|提示|问答|申请|名单|报告单|记录单"
    r"|讲话)(?:（[^（）]{1,16}）)*$"
)
# A text called by its kind alone (以下简称《通知》) is the one named before.
_SHORT_NAME = re.compile(
    r"^(?:实施|若干|指导|紧急|补充|应急|工作|管理|暂行|本)?(?:办法|意见|通知|方案|预案|条例|规定|细则"
    r"|决定|通告|公告|纲要|规划|计划|指南|指引|标准|法|制度|措施|纪要|函|报告)$"
)
_SHORTENED = re.compile(r"[简下]称(?:为)?：?《([^《》]{2,40})》")
_PRODUCED = re.compile(
    r"(?:制定了?|制发了?|出台了?|印制了?|编印了?|编制了?|编写了?|起草了?|下发了|印发了|建立了?|形成了?"
    r"|发出了?|签订了?|填写|填报|发放|张贴|刊登|播放|宣传|修订了?|研究制定"
    r"|拟定了?)(?:并[\u4e00-\u9fff]{2,6})?(?:[\u4e00-\u9fff]{0,8})$"
)
_HANDED_OUT = re.compile(r"^(?:（[^）]{1,30}）)*(?:已经?[\u4e00-\u9fff、]{0,30})?(?:予以)?(?:印发|发)给你们")
_ISSUER_BEFORE = re.compile(
    r"(?:^|[，。；：（、和及与]|根据|按照|依据|落实|贯彻|执行|依照|遵照|转发|有关|以及|关于|由|经|对"
    r"|将|现将|学习|参照|结合)"
    r"(?P<issuer>(?:中共)?[\u4e00-\u9fff]{0,24}?(?:部|厅|局|委|委员会|政府|办公厅|办公室|国务院|中央"
    r"|指挥部|领导小组|法院|检察院|中心|总局|署|公署|全国人大"
    r"|联防联控机制)(?:[、 ][\u4e00-\u9fff]{2,20}(?:部|厅|局|委|委员会|政府|办公厅|办公室|署))*)"
    r"(?:联合)?(?:印发|下发|发布|制定|颁布|出台|转发)?[了的]?$"
)
_ISSUER_INSIDE = re.compile(
    r"^(?!转发|印发|批转)(?P<issuer>(?:中共|国务院|全国|最高|[\u4e00-\u9fff]{2,30}?(?:部|厅|局|委|会"
    r"|政府|办公厅|办公室|署|中心|指挥部|领导小组|小组|机制|组|院|省|市"
    r"|银行))[\u4e00-\u9fff、 ]*?(?:（[\u4e00-\u9fff]{1,20}）)?)"
    r"(?:关于|印发|转发|批转|办公室关于)"
)
_LINK = re.compile(
    r"^(?:[\u4e00-\u9fff]{0,12}(?:根据|按照|依据|落实|贯彻|执行|依照|遵照|转发|学习|参照|结合|以及"
    r"|关于|现将))?(?:认真|精神|了|由|经|对|将|和|与|及)*"
)
_NUMBER_AFTER = re.compile(r"^[”’〉]?(?:（试行）|（暂行）)?（(?P<inner>[^（）]{4,60})）")
_CLAUSE_AFTER = re.compile(
    r"^(?:（[^（）]{1,40}）)?的?(?P<clause>第[一二三四五六七八九十百零〇\d]+条(?:第[一二三四五六七八九十]+[款项])*(?:、第[一二三四五六七八九十百零〇\d]+条)*)"
)
_ORDER = re.compile(r"^[^（）]{0,24}(?:令|公告|通告)(?:\d{4}年)?第?[\d一二三四五六七八九十百]+号$")
_NESTED = {"《": 1, "》": -1}


def find_citations(text: str, own_number: str | None = None) -> list[Citation]:
    """Return the official texts the body (normal form, joined) names, in order of first mention."""
    found: list[Citation] = []
    covered: list[tuple[int, int]] = []
    previous: tuple[int, Citation] | None = None
    short = set(_SHORTENED.findall(text))
    for start, end in _titles(text):
        covered.append((start, end))
        citation = _citation(text, start, end)
        if citation is None or text[start + 1 : end - 1] in short:
            continue
        if (
            (
                previous
                and not citation.issuer
                and text[previous[0] : start] in ("、", "和", "及", "，", "以及", "与")
            )
            and citation.title
            and citation.title.startswith("关于")
        ):
            citation.issuer = previous[1].issuer
        number_end = _NUMBER_AFTER.match(text[end : end + 70])
        previous = (end + (number_end.end() if number_end and citation.number else 0), citation)
        covered.append((end, previous[0]))
        _merge(found, citation)
    for loose in find_numbers(text):
        if not any(a < loose.end <= b for a, b in covered):
            _merge(found, Citation(number=loose.number))
    if own_number:
        found = [c for c in found if not (c.number and same_number(c.number, own_number) and not c.title)]
    return found


def _titles(text: str) -> list[tuple[int, int]]:
    """Return the spans of outermost 《…》, brackets included; an unclosed one ends at the sentence and is
    dropped.
    """
    found: list[tuple[int, int]] = []
    depth = start = 0
    for match in re.finditer("[《》。]", text):
        char = match[0]
        if char == "《":
            if depth == 0:
                start = match.start()
            depth += 1
        elif char == "》" and depth:
            depth -= 1
            if (
                depth
                and text[match.end() : match.end() + 1] not in "》的等、和（及有"
                and match.end() - start > 160
            ):
                depth = 0
            if depth == 0:
                found.append((start, match.end()))
        elif char == "。":
            depth = 0
    return found


def _citation(text: str, start: int, end: int) -> Citation | None:
    title = squeeze(text[start + 1 : end - 1])
    before, after = text[max(0, start - 60) : start], text[end : end + 70]
    inner = _NUMBER_AFTER.match(after)
    numbers: list[Found] = find_numbers(inner["inner"]) if inner else []
    order = inner["inner"] if inner and _ORDER.match(inner["inner"]) else None
    if not numbers and not order and not _is_official(title, before, after):
        return None
    issuer = None if title.endswith(("法", "条例")) and "关于" not in title else _issuer(title, before)
    article = _CLAUSE_AFTER.match(after)
    return Citation(
        title=title,
        number=numbers[0].number if numbers else order,
        issuer=issuer,
        clause=article["clause"] if article else None,
    )


def _is_official(title: str, before: str, after: str) -> bool:
    if (
        len(title) < 3
        or _SHORT_NAME.match(title)
        or not _OFFICIAL.search(title)
        or _NOT_OFFICIAL.search(title)
    ):
        return False
    is_law = title.endswith(("法", "条例"))
    if not is_law and _in_produced_list(before) and not _issuer(title, before):
        return False
    handed = _HANDED_OUT.match(after)
    return not (handed and not _ISSUER_INSIDE.match(title) and not re.search(r"转发|批转", before[-12:]))


def _in_produced_list(before: str) -> bool:
    """Tell whether the sentence makes the text: 制定了《…》、《…》."""
    head = re.sub(r"《[^《》]*》(?:[、和及]|以及)?", "", before.rsplit("。", 1)[-1])
    if "》" in head:
        head = head.rsplit("》", 1)[1]
    return bool(_PRODUCED.search(head.rstrip("、和及《")))


def _issuer(title: str, before: str) -> str | None:
    """Return the body named in the title, else the one right before 《."""
    inside = _ISSUER_INSIDE.match(title)
    if inside and "关于" not in inside["issuer"]:
        return inside["issuer"].strip("、 ")
    named = _ISSUER_BEFORE.search(before)
    issuer = _LINK.sub("", named["issuer"]) if named else ""
    return None if len(issuer) < 2 or issuer.startswith(("各", "有关", "相关", "我", "本")) else issuer


def merged(citations: list[Citation]) -> list[Citation]:
    """Return the citations with those of one text put together."""
    found: list[Citation] = []
    for citation in citations:
        _merge(found, citation)
    return found


def _merge(found: list[Citation], new: Citation) -> None:
    """Add a citation, or complete the one that names the same text."""
    for known in found:
        same = new.number and known.number and same_number(new.number, known.number)
        titled = new.title and known.title and _core(new.title) == _core(known.title)
        clash = new.number and known.number and not same
        if same or (titled and not clash):
            known.title = max((t for t in (known.title, new.title) if t), key=len, default=None)
            known.number = known.number or new.number
            known.issuer = known.issuer or new.issuer
            known.clause = known.clause or new.clause
            return
    found.append(new)


def _core(title: str) -> str:
    return re.sub(r"^中华人民共和国|（[^（）]*）$|[\s“”\"]", "", title)
