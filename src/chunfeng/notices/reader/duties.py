"""Duties: the orders of a document, one a sentence or one a part of it.

A sentence is cut at ； where each part is an order of its own, and at a comma where another body gets its
own order. The lead is, in this order: the bodies in brackets at the clause's end; 由X牵头; the
grammatical subject. A sentence without subject takes the subject stated before it in the same paragraph
(各地要…。要…。指导…。); else the lead is None. Headings, introductions, praise, background, definitions
and narrative order nothing.
"""

import re
from itertools import pairwise

from . import actors as bodies
from .clauses import Part
from .dates import Calendar
from .deadlines import find_deadline
from .quantities import find_quantities
from .sentences import (
    MODAL,
    Carrier,
    carrier_of,
    goes_on,
    hide,
    is_background,
    is_imperative,
    opens_list_of_things,
    sentences,
)
from .structure import Actors, Duty
from .text import Paragraph

_POLICY = re.compile(
    r"期限|有效期|补贴|补助|返还|减免|免征|减征|缓缴|缓交|贴息|贷款|费率|待遇|申领|享受|标准|列支|困难企业"
)
_SPLIT = re.compile("；")
_ASKED = re.compile(
    r"并?(?:[特敬务恳])?请(?!立即|及时|尽快|主动|自觉|提前|务必|认真|结合|[向于在将按到从对])"
    r"(?=[\u4e00-\u9fff]{2,20}(?:局|厅|委|部门|单位|地|中心|政府|办|企业|机构|干部|人员|村|社区|学校|群众))"
)
_DECIDED = re.compile(
    r"会议(?:议定|要求|决定|明确)，|[^；]{0,300}?(?:决定|命令|规定|通告|要求)(?:如下)?：(?=.)"
)
_OWN_TERM = re.compile(
    r"(?:[^，]{2,16}[地省市县区])?(?:[^，于要]{2,8}(?=于))?(?:之后|以后|此后)?(?:应|要|须"
    r"|请)?[于在自]?(?:每(?:[天日周月季晚]|半[年月]|[\d三五十]{1,2}[天日])"
    r"|(?:今年|明年|20\d\d年)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})月[^，]{0,12}?前"
    r"|\d{1,2}日(?:之?前|以前)|(?:今年)?年底前|月底前|入冬以?前)[^，]{3,}"
)
_EVERYBODY = ("所有", "全体", "任何", "各", "全省", "全市", "全县", "全区", "全乡", "全镇")
# Who else may be meant by a sentence that opens so is nobody stated before.
_OTHER_SUBJECT = re.compile(r"^(?:所有|任何|一切|凡)")
_HAS_TERM = re.compile(
    r"立即|每(?:[天日周月季晚]|半[年月]|[\d三五十]{1,2}[天日])|[日月底时点]之?以?前|：\d\d前"
    r"|月[^，]{0,6}[至到][^，]{0,12}日"
)
# The body after these verbs is moved by the one before (指导企业…，企业可…).
_MOVES_OTHERS = re.compile(
    r"(?:指导|督促|引导|鼓励|支持|动员|提醒|允许|组织|要求|帮助|协调)[^，]*$|^(?:指导|督促|引导|鼓励"
    r"|支持)"
)
# 对擅自上下客的车辆，…: says for whom the part behind it orders.
_FOR_WHOM = re.compile(r"^(?:对|对于|凡|凡是)[^，]*$")
_FORBIDS = ("严禁", "禁止", "不准", "不许", "不允许")
# What follows such a paragraph, before any label, are orders already (一是…。二是…。).
_INTRODUCED = re.compile(r"(?:如下|工作|要求|做到|做好)[：。]$")
# What a part names that says behind the comma who does or pays it (所需资金，由…).
_DONE_BY = ("费用", "资金", "部分", "工作", "车辆", "人员")
_HAPPENS = re.compile(r"(?:活动|聚会|聚餐|交易|访友|交通|培训|工作|项目|业务|考试|会议)$")
_BY_RULE = re.compile(
    r"(?:对|对于|凡|依据|依照)[^，]{4,}$|(?:未|不|拒|违)[^，]{2,}者$"
    r"|(?:阻碍|触犯|妨碍|拒不|隐瞒|违反|扰乱|干扰|编造|哄抬)[^，]{2,}$"
)
_QUALIFIED = re.compile(r"(?:有|具备|符合)[^，]{0,6}条件的?")
_TRIM_LEFT = " ，、；。：”）"
_TRIM_RIGHT = " 。；，、：？！\n"


def find_duties(parts: list[Part], text: str, days: Calendar, *, praise: bool = False) -> list[Duty]:
    """Return the duties of the clauses in printed order; ``text`` is the page as given.

    ``praise`` marks a circular that mostly tells what was done well: only a modal orders there.
    """
    found: list[Duty] = []
    labelled = any(part.clause.label for part in parts)
    listing: int | None = None
    for part in parts:
        if listing is not None and part.rank <= listing:
            listing = None
        preamble = part.clause.id == "0" and labelled
        found += _of_part(
            part, text, days, bare=not preamble and not praise and listing is None, preamble=preamble
        )
        if listing is None and opens_list_of_things(part.paragraphs[-1].flat):
            listing = part.rank
    return found


def _of_part(part: Part, text: str, days: Calendar, *, bare: bool, preamble: bool) -> list[Duty]:
    stated: list[tuple[Duty, str | None]] = []
    for index, paragraph in enumerate(part.paragraphs):
        start = part.body_at if index == 0 else 0
        stated += _of_paragraph(part, paragraph, start, text, days, bare=bare, preamble=preamble)
        if preamble and _INTRODUCED.search(paragraph.flat):
            bare, preamble = True, False
    whole = (
        "".join(p.flat for p in part.paragraphs)
        if any("负责" in p.flat or "单位：" in p.flat or "牵头" in p.flat for p in part.paragraphs)
        else ""
    )
    charged = bodies.responsible_bodies(whole) if whole else None
    if charged:
        for duty, own in stated:
            if not own or duty.force == "may" or not bodies.names_body(own):
                duty.actors = Actors(charged[0].lead, list(charged[0].with_))
    return [duty for duty, _ in stated]


def _of_paragraph(
    part: Part, paragraph: Paragraph, start: int, text: str, days: Calendar, *, bare: bool, preamble: bool
) -> list[tuple[Duty, str | None]]:
    """Return the duties of a paragraph, each with the subject its own words state."""
    found: list[tuple[Duty, str | None]] = []
    subject: str | None = None
    for first, last in sentences(paragraph.flat, start):
        sentence = paragraph.flat[first:last]
        lead_in = sentence.endswith("：")
        shift, sentence = _bare_sentence(sentence)
        if not sentence:
            continue
        if lead_in:
            subject = _announced(sentence) or subject
            continue
        ordered = False
        for offset, unit in _units(sentence, bare=bare):
            hidden = hide(unit)
            carrier = carrier_of(hidden, bare=bare)
            if carrier is None and ordered and len(unit) >= 6 and goes_on(hidden):
                carrier = Carrier("must", 0, 0)
            if carrier is None or (preamble and not _stands_in_preamble(unit, hidden, carrier)):
                continue
            ordered = bare
            unit, offset, carrier = _only_request(unit, offset, carrier)
            carried = subject if _carries_on(subject, carrier, unit) else None
            duty, own = _duty(part, unit, carrier, carried, days)
            asked = unit[carrier.start : carrier.end].endswith("请")
            if own and carrier.force != "may" and not asked and _opens_with(unit, own):
                subject = own
            duty.start, duty.end = paragraph.span(first + shift + offset, first + shift + offset + len(unit))
            duty.quote = text[duty.start : duty.end]
            _print_terms(duty, unit)
            found.append((duty, own))
    return found


def _print_terms(duty: Duty, unit: str) -> None:
    """Give the words of deadline and quantities as the page prints them."""
    plain = duty.quote if len(duty.quote) == len(unit) else re.sub(r"\s", "", duty.quote)
    if len(plain) != len(unit):
        return
    for term in [duty.deadline, *duty.quantities]:
        at = unit.find(term.text) if term else -1
        if term and at >= 0:
            term.text = plain[at : at + len(term.text)]


def _announced(sentence: str) -> str | None:
    """Return the subject of a sentence that only announces orders (各村要做好以下工作：)."""
    hidden = hide(sentence)
    modal = MODAL.search(hidden)
    if is_background(hidden) or not modal:
        return None
    return bodies.subject_of(sentence[: modal.start()])


def _carries_on(subject: str | None, carrier: Carrier, unit: str) -> bool:
    """An office stated before carries on; other people only into a sentence that opens with 要, 应, 须."""
    if _OTHER_SUBJECT.match(unit):
        return False
    return subject is not None and (bodies.names_body(subject) or (carrier.start == 0 and carrier.end > 0))


def _opens_with(unit: str, subject: str) -> bool:
    """Tell whether the subject opens the sentence, so that it carries on into the next ones."""
    before = bodies.strip_connectors(unit[: unit.find(subject)])
    return not any(is_imperative(part) for part in before.split("，") if part)


def _bare_sentence(sentence: str) -> tuple[int, str]:
    """Return the sentence without the brackets of responsible bodies before it and marks around it, and its
    shift.
    """
    shift = 0
    charged = bodies.responsible_bodies(sentence)
    if charged and charged[1] <= 1:
        shift = charged[2]
    elif charged and charged[2] >= len(sentence.rstrip(_TRIM_RIGHT)):
        sentence = sentence[: charged[1]]
    kept = sentence[shift:].lstrip(_TRIM_LEFT)
    return len(sentence) - len(kept), kept.rstrip(_TRIM_RIGHT)


def _units(sentence: str, *, bare: bool) -> list[tuple[int, str]]:
    """Cut a sentence where each piece is an order of its own; return (offset, piece)."""
    hidden = hide(sentence)
    decided = _DECIDED.match(hidden) if "：" in hidden or hidden.startswith("会议") else None
    if decided and len(hidden) - decided.end() > 8:
        return [
            (decided.end() + offset, unit) for offset, unit in _units(sentence[decided.end() :], bare=bare)
        ]
    cuts = [0, *(m.end() for m in _SPLIT.finditer(hidden)), len(sentence)]
    found: list[tuple[int, str]] = []
    for start, end in pairwise(cuts):
        for a, b in _parts(hidden, start, end, bare=bare):
            kept = sentence[a:b].lstrip(_TRIM_LEFT)
            piece = kept.rstrip(_TRIM_RIGHT)
            if len(piece) >= 4:
                found.append((b - len(kept), piece))
    return found


def _parts(hidden: str, start: int, end: int, *, bare: bool) -> list[tuple[int, int]]:
    """Cut at a comma after which a body of its own, or a further term, brings a new deed."""
    cuts = [start]
    position = start
    opening: int | None = None
    for segment in hidden[start:end].split("，"):
        cut = position if opening is None else opening
        left = hidden[cuts[-1] : cut].rstrip("，")
        if len(left) >= 6 and (
            _ASKED.match(segment) or _begins_order(bodies.strip_connectors(segment), left, bare=bare)
        ):
            cuts.append(cut)
        following = position + len(segment) + 1
        if not _opens_next(segment, by_whom=hidden.startswith("由", following, end)):
            opening = None
        elif opening is None:
            opening = position
        position = following
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _opens_next(part: str, *, by_whom: bool) -> bool:
    """Tell whether a part only says for whom, or by which rule, the next one orders (不服从的，…).

    ``by_whom`` says that the next one begins with 由.
    """
    if part.endswith("的") or (by_whom and part.endswith(_DONE_BY)):
        return True
    return _BY_RULE.match(part) is not None


def _begins_order(segment: str, left: str, *, bare: bool) -> bool:
    """Tell whether a part after a comma is an order apart from the one before it."""
    further = ("前" in segment or "每" in segment) and _OWN_TERM.match(segment) and _HAS_TERM.search(left)
    if not further and not _own_body(segment, left):
        return False
    if left.endswith(("的", "后", "时", "期间", "牵头")) or segment.endswith("配合") or _FOR_WHOM.match(left):
        return False
    return carrier_of(left, bare=bare) is not None


def _own_body(segment: str, left: str) -> bool:
    segment = segment.replace("■", "")
    modal = MODAL.search(segment)
    if modal and modal.start() >= 2:
        named = bodies.subject_of(segment[: modal.start()])
        if (
            named is None
            or not segment.startswith(named)
            or not (bodies.names_body(named) or (named.startswith(_EVERYBODY) and not _HAPPENS.search(named)))
        ):
            return False
        return modal.lastgroup != "may" or bool(_QUALIFIED.match(named)) or not _MOVES_OTHERS.search(left)
    return bodies.leads_off(segment) and not _MOVES_OTHERS.search(left)


def _stands_in_preamble(unit: str, hidden: str, carrier: Carrier) -> bool:
    """An introduction orders only where it names who must, or asks (请…执行)."""
    if is_background(hidden):
        return False
    if hidden[carrier.start : carrier.end] == "请":
        return True
    return carrier.end > 0 and bodies.subject_of(unit[: carrier.start]) is not None


def _only_request(unit: str, offset: int, carrier: Carrier) -> tuple[str, int, Carrier]:
    """现将…印发给你们，请…: the order is the request alone."""
    if "给你们" in unit[: carrier.start] and unit[carrier.start : carrier.end] == "请":
        cut = carrier.start
        return unit[cut:], offset + cut, Carrier(carrier.force, 0, carrier.end - cut)
    return unit, offset, carrier


def _duty(
    part: Part, unit: str, carrier: Carrier, inherited: str | None, days: Calendar
) -> tuple[Duty, str | None]:
    """Return the duty of a unit and the subject it states itself."""
    own, action = _subject_and_action(unit, carrier)
    led = bodies.led_bodies(unit, subject=None if _passive(unit, own, carrier) else own)
    if led:
        who = led
    else:
        who = Actors(own or inherited, [name for name in bodies.partners_of(unit) if name != own])
    policy = bool(_POLICY.search(unit))
    duty = Duty(
        clause=part.clause.id,
        quote=unit,
        force=carrier.force,
        actors=who,
        action=action,
        report_to=bodies.report_to(unit),
        deadline=find_deadline(unit, days, policy=policy),
        quantities=find_quantities(unit),
        start=0,
        end=0,
    )
    return duty, own


def _passive(unit: str, own: str | None, carrier: Carrier) -> bool:
    """Tell 由 behind what only looks like the subject of a bare order (商超值守由各市场主体负责)."""
    if own is None or carrier.end:
        return False
    at = unit.find(own)
    return "的，由" in unit or "由" in unit[at : at + len(own) + 18]


def _subject_and_action(unit: str, carrier: Carrier) -> tuple[str | None, str]:
    if carrier.end == 0:
        opened = bodies.opening_body(unit)
        if opened:
            return opened[0], opened[1].strip(_TRIM_RIGHT) or unit
        return None, bodies.strip_connectors(unit)
    before, after = unit[: carrier.start], unit[carrier.end :]
    if unit[carrier.start : carrier.end] == "请":
        opened = bodies.opening_body(after)
        asked = opened[0] if opened else bodies.subject_of(before)
        return asked, (opened[1] if opened else after).strip(_TRIM_RIGHT)
    subject = bodies.subject_of(before)
    if subject is None and "，" in before:
        opened = bodies.opening_body(before)
        subject = opened[0] if opened else None
    if carrier.force == "must_not":
        if subject is None and not before and unit.startswith(_FORBIDS):
            opened = bodies.opening_body(after)
            subject = opened[0] if opened else None
            if opened:
                return subject, unit
        after = unit[carrier.start :]
    if subject:
        kept = before[before.rfind(subject) + len(subject) :].lstrip("，")
        return subject, (kept + after).strip(_TRIM_RIGHT)
    joined = bodies.strip_connectors(before) + after
    return None, joined.strip(_TRIM_RIGHT)
