"""The end of a document: signature (issuers and date), remark on publication, contacts, attachments."""

import datetime as dt
import re
from dataclasses import dataclass, field

from .agencies import split_agencies
from .dates import FULL_DATE, read_date
from .lexicon import any_of
from .pages import is_closing
from .structure import Contact
from .text import LABEL, Line, squeeze

_PUBLIC = re.compile(
    r"此件公开发布|此件可公开|主动公开|此文公开发布|此件予以公开|公开发布）|公开属性：公开"
    r"|此件依法公开"
)
_NOT_PUBLIC = re.compile(r"不予公开|依申请公开|此件不公开|不公开|此件内部|内部(?:资料|文件|掌握)|此件发至")
_ATTACHMENT = re.compile(r"^附 ?件?(?:：|(?= ?\d[.、]))(?P<rest>.*)$")
_ITEM = re.compile(
    r"(?:^|(?<=[；。 》）表案]))(?P<n>\d{1,2})[.、．]?\s*(?=[\u4e00-\u9fff《“])"
    r"|^(?P<second>[（(]\d{1,2}[)）])"
)
_CONTACT = re.compile(
    any_of(
        r"联系(?:人|电话|方式|科室|单位|处室)|咨询电话|电 ?话：|传 ?真：|(?:电子)?邮 ?箱(?:地址)?："
        r"|[Ee]-?mail|邮 ?编：",
        also=r"Ee",
    )
)
_PHONE = re.compile(
    r"(?:（0\d{2,3}）|0\d{2,3}[-—–－]{1,2}|0\d{2,3} )?(?<!\d)[2-9]\d{6,7}(?:[-—－转]\d{1,5})?(?!\d)"
    r"|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)(?:12\d{3}|400-?\d{3}-?\d{4})(?!\d)|(?<!\d)0\d{9,11}(?!\d)"
)
_FAX_AFTER = re.compile(r"^ ?（(?:传真|兼传真)）")
_FAX_BEFORE = re.compile(r"传 ?真(?:电话|号码)?：? ?(?:[\d\-（） 、，]*)$")
_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,60}@[A-Za-z0-9][A-Za-z0-9.-]{1,60}\.[A-Za-z]{2,8}")
_NAME = re.compile(
    r"联 ?系 ?人(?:员|及(?:联系)?电话|和(?:联系)?(?:电话"
    r"|方式)(?:如下)?)?：? ?(?P<listed>[\u4e00-\u9fff](?: ?[\u4e00-\u9fff·]){1,3}"
    r"(?:、(?![电传手邮联座办])[\u4e00-\u9fff](?: ?[\u4e00-\u9fff·]){1,2}){0,6}?)(?=$"
    r"|[，；。：（）、 \d])"
    r"|(?:^"
    r"|[，；。、 ）])(?P<bare>[\u4e00-\u9fff](?: ?[\u4e00-\u9fff]){1,2}) ?[：，、]? ?(?=（?0\d{2,3}"
    r"|1[3-9]\d{9}|[2-9]\d{6,7}(?!\d))"
)
_NOT_NAME = re.compile(
    r"电话|传真|邮箱|手机|邮编|联系|地址|咨询|办公|热线|号码|值班|处室|单位|中心|科室|邮件"
    r"|[科处室局厅部]$|QQ|微信"
)
_ISSUER_LINE = re.compile(r"^[\u4e00-\u9fff（）()、·/ ]{3,90}$")
_GOES_ON = re.compile(
    r"^ ?(?:疫情|防控|防治|应急|工作|指挥部|领导小组|联防|感染|的|肺炎|办公室|人民政府|和|委员会)"
)
_BREAKS_OFF = re.compile(r"^[\u4e00-\u9fff ]{4,40}$")
_ISSUED = re.compile(
    r"^[\u4e00-\u9fff（）、 ]{4,}(?:政府|厅|局|部|委|办|会|室|院|中心|指挥部|小组|组) *[\d二]"
)
_SIGNED_BY = re.compile(
    r"^(?:总 ?理|主 ?席|省 ?长|市 ?长|县 ?长|区 ?长|部 ?长|主 ?任|局 ?长|厅 ?长|乡 ?长|镇 ?长|州 ?长"
    r"|盟 ?长)：? *(?P<name>[\u4e00-\u9fff](?: ?[\u4e00-\u9fff·]){1,5})$"
)


@dataclass(slots=True)
class Tail:
    """What the lines after the last order say."""

    issuers: list[str] = field(default_factory=list)
    date: dt.date | None = None
    signer: str | None = None
    published: bool | None = None
    contacts: list[Contact] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)


def read_tail(lines: list[Line]) -> tuple[list[Line], Tail]:
    """Split the lines below the head into the body proper and what the end says."""
    tail = Tail()
    closing = _closing(lines)
    end = len(lines) if closing is None else closing
    after = [] if closing is None else lines[closing + 1 :]
    if closing is not None:
        tail.date = read_date(lines[closing].flat)
        end = _issuers(lines, closing, tail)
    else:
        end = _issuers(lines, len(lines), tail) if lines and _agencies(lines[-1].raw) else _drop_scraps(lines)
    body, extra = _back_matter(lines[:end])
    for line in [*extra, *after[:40], *body[-3:]]:
        _remark(line, tail)
    tail.attachments = _attachments([*extra, *after[:30]])
    tail.contacts = _contacts([*extra, *after[:8]]) or _inline_contacts(body)
    return body, tail


def _closing(lines: list[Line]) -> int | None:
    """Return the index of the signature date: the first under an issuing body with no clause after it, else
    the last.
    """
    body = next((i for i, line in enumerate(lines) if "。" in line.raw or "：" in line.raw), len(lines))
    dates = [i for i in range(body + 1, len(lines)) if is_closing(lines[i])]
    if len(dates) > 1:
        last_clause = max((i for i, line in enumerate(lines) if LABEL.match(line.raw)), default=0)
        for index in dates:
            if index > last_clause and (_ISSUED.search(lines[index].raw) or _agencies(lines[index - 1].raw)):
                return index
    return dates[-1] if dates else None


def _agencies(raw: str) -> list[str]:
    return split_agencies(raw) if len(raw) <= 90 and _ISSUER_LINE.match(raw) else []


def _issuers(lines: list[Line], closing: int, tail: Tail) -> int:
    """Read the bodies that sign above the date; return where the lines before them end."""
    if closing < len(lines):
        same = re.sub(rf" *(?:{FULL_DATE.pattern}).*$", "", lines[closing].raw).strip("（ ")
        tail.issuers = _agencies(same.rstrip("？? "))
    index = closing
    while index > 0:
        raw = lines[index - 1].raw.rstrip("？? ")
        signed = _SIGNED_BY.match(raw)
        if signed:
            tail.signer = signed["name"].replace(" ", "")
            index -= 1
            continue
        names = _agencies(raw)
        above = lines[index - 2].raw if index > 1 else ""
        if names and _GOES_ON.match(raw) and _BREAKS_OFF.match(above) and not _agencies(above):
            names = _agencies(squeeze(above + raw)) or names
            index -= 1
        if not names or LABEL.match(raw) or len(tail.issuers) > 30:
            break
        tail.issuers = names + tail.issuers
        index -= 1
    return index


def _drop_scraps(lines: list[Line]) -> int:
    """Return where the text ends when no date closes it: scraps of the page after the last sentence go."""
    end = len(lines)
    while end and not re.search(r"[。；：！）”》]", lines[end - 1].raw[-3:]) and len(lines[end - 1].raw) < 40:
        if LABEL.match(lines[end - 1].raw):
            break
        end -= 1
    return end or len(lines)


def _back_matter(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Split off attachments, contacts and remarks at the end of the body."""
    for index in range(max(0, len(lines) - 30), len(lines)):
        raw = lines[index].raw
        attached = _ATTACHMENT.match(raw)
        contact = (
            len(raw) < 120
            and _CONTACT.search(raw[:40])
            and not re.search("[要应须]", raw)
            and not LABEL.match(raw)
        )
        remark = len(raw) < 30 and raw.startswith(("（此件", "（此文", "（公开", "（联系", "此件"))
        if (attached or contact or remark) and _only_back_matter(lines[index + 1 :]):
            return lines[:index], lines[index:]
    return lines, []


def _only_back_matter(lines: list[Line]) -> bool:
    return not any(
        ("。" in line.raw and len(line.raw) > 40) or re.match("[一二三四五六七八九十]{1,3}、", line.raw)
        for line in lines
    )


def _remark(line: Line, tail: Tail) -> None:
    if len(line.raw) > 160 or tail.published is not None:
        return
    if _NOT_PUBLIC.search(line.raw) and len(line.raw) < 60:
        tail.published = False
    elif _PUBLIC.search(line.raw) and len(line.raw) < 60:
        tail.published = True


def published_in(text: str) -> bool | None:
    """Return what a metadata value says on publication, or None."""
    if _NOT_PUBLIC.search(text):
        return False
    return True if re.search("主动公开|公开", text) else None


def _attachments(lines: list[Line]) -> list[str]:
    found: list[str] = []
    reading = False
    for line in lines:
        raw = line.raw
        match = _ATTACHMENT.match(raw)
        if match and not found:
            reading = True
            found += _items(match["rest"])
        elif reading and re.match(r"\d{1,2}[.、 ]", raw) and len(raw) < 90:
            found += _items(raw)
        elif reading and (is_closing(line) or "。" in raw or found):
            break
    return found


def _items(text: str) -> list[str]:
    starts = list(_ITEM.finditer(text))
    if not starts:
        pieces = [text]
    else:
        ends = [m.start() for m in starts[1:]] + [len(text)]
        pieces = [text[m.end() : end] for m, end in zip(starts, ends, strict=True)]
    names = [
        re.sub(r"^[《]|[》]$", "", squeeze(p).strip("。；，： "))
        if squeeze(p).count("《") <= 1
        and squeeze(p).strip("。；，： ").startswith("《")
        and squeeze(p).strip("。；，： ").endswith("》")
        else squeeze(p).strip("。；，： ")
        for p in pieces
    ]
    return [name for name in names if len(name) > 1]


def _contacts(lines: list[Line]) -> list[Contact]:
    """Read names, telephone numbers and mail addresses; a mail address on its own line belongs to all above
    it.
    """
    found: list[Contact] = []
    begun = False
    for line in lines:
        raw = line.raw
        begun = begun or bool(_CONTACT.search(raw))
        if begun and len(raw) < 300 and not _ATTACHMENT.match(raw) and not is_closing(line):
            found += _contact_line(raw, found)
    return [c for c in found if c.phones or c.email or c.name]


def _contact_line(raw: str, known: list[Contact]) -> list[Contact]:
    found: list[Contact] = []
    names = [
        m for m in _NAME.finditer(raw) if not _NOT_NAME.search((m["listed"] or m["bare"]).replace(" ", ""))
    ]
    for index, match in enumerate(names):
        end = names[index + 1].start() if index + 1 < len(names) else len(raw)
        piece = raw[match.end() : end]
        listed = [n.replace(" ", "") for n in re.split("[、，]", match["listed"] or match["bare"])]
        phones, mail = _phones(piece), _EMAIL.search(piece)
        if len(listed) > 1 and len(phones) == len(listed):
            found += [Contact(n, [p], mail[0] if mail else None) for n, p in zip(listed, phones, strict=True)]
        else:
            found += [Contact(n, list(phones), mail[0] if mail else None) for n in listed]
    if not names:
        phones, mail = _phones(raw), _EMAIL.search(raw)
        if known:
            if not known[-1].phones or (
                phones and raw.lstrip("（").startswith(("传", "手机", "电", "联系电话", "联系方式"))
            ):
                known[-1].phones += phones
                phones = []
            if mail:
                for contact in known:
                    contact.email = contact.email or mail[0]
                return []
        if phones or (mail and not known):
            found.append(Contact(None, phones, mail[0] if mail else None))
    return found


def _phones(text: str) -> list[str]:
    found = []
    for match in _PHONE.finditer(text):
        fax = _FAX_AFTER.match(text[match.end() :]) or _FAX_BEFORE.search(text[: match.start()])
        number = match[0].replace("（", "(").replace("）", ")").strip()
        found.append(number + "（传真）" if fax else number)
    return found


def _inline_contacts(lines: list[Line]) -> list[Contact]:
    """Read （联系人：…，电话：…） inside the body."""
    found: list[Contact] = []
    for line in lines[-6:]:
        match = re.search(r"联系人(?:及电话)?：[^。）]{2,160}", line.raw)
        if match:
            found += _contact_line(match[0], found)
    return found
