"""The head of a document: title, kind, number, issuers named in the title, addressees, signer, urgency."""

import itertools
import re
from dataclasses import dataclass, field

from .addressees import ADDRESSED, NOT_ADDRESSED, addressees_in, split_addressees
from .agencies import AGENCY, split_agencies, title_issuers
from .dates import FULL_DATE
from .numbers import NUMBER_LINE, ORDER_NUMBER, find_numbers
from .pages import TITLE_END, Stretch
from .text import LABEL, Line, paragraph, squeeze

KINDS = (
    "决议",
    "决定",
    "命令",
    "公报",
    "公告",
    "通告",
    "意见",
    "通知",
    "通报",
    "报告",
    "请示",
    "批复",
    "议案",
    "函",
    "纪要",
)
_ORDER_LINE = re.compile(rf"^[（(]?{ORDER_NUMBER.pattern}[）)]?$")
_SIGNER = re.compile(r"签发人?：? *(?P<name>[\u4e00-\u9fff]{1}(?: ?[\u4e00-\u9fff·]){1,11})")
_URGENCY = re.compile(
    r"(?:^|[ ：（【])(?:紧急程度：|等级：)?(?P<mark>特急|特提|加急|平急|急件|特 急|加 急|特 提|平 急"
    r"|急 件)(?=$|[ 】）·]|[\u4e00-\u9fff]{1,12}[〔（])"
)
_BRACKET_DATE = re.compile(rf"^（?(?:{FULL_DATE.pattern})(?:[^。]{{0,24}})?）?$")
_TIME_TAIL = re.compile(r" *(?:\d{4}-\d{1,2}-\d{1,2}.*|\d{4}年\d{1,2}月\d{1,2}日)$")
_SITE_TAIL = re.compile(
    r"(?=[知见定案告报复])(?<=[通意决方公通报批])([知见定案告报告复])(?: *[_|]| -+ ?| --).*$"
)
_PLACE_LEAD = re.compile(r"^[\u4e00-\u9fff]{2,6}(?:：|丨|\|)(?=[\u4e00-\u9fff])")
_COLLECTED = re.compile(
    r"^.{0,12}?(?:\d+[.、])?(?P<who>[\u4e00-\u9fff、]{2,40})?《(?P<title>关于[^《》]{4,120})》(?P<marks>(?:（[^（）]*）)*)$"
)
_LOOSE_TITLE = re.compile(r"^[^，。；：]{0,40}(?:关于|致)[^，。；：]{4,60}$")
# The long name of an emergency command office is often printed on two lines.
_ISSUED_ON = re.compile(rf"(?<=[\u4e00-\u9fff]) +(?:{FULL_DATE.pattern})$")
_GOES_ON = re.compile(r"^(?:疫情|防控|防治|应急|工作|指挥部|领导小组|联防|感染|的|肺炎|办公室)")
_BREAKS_OFF = re.compile(
    r"^(?=.*[省市县区镇乡州旗盟])[\u4e00-\u9fff]{4,40}(?:肺炎|疫情|感染的|病毒|防控|工作|应对|型)$"
)
_RED_HEAD = re.compile(
    r"^(?!.*关于)[\u4e00-\u9fff （）、]{3,60}文 ?件(?:（[\u4e00-\u9fff]{1,6}）)?$"
    r"|^[\u4e00-\u9fff ]{3,40}(?:明传电报|发电|传真电报|明电|文电)$"
)


_ONE_LINE_HEAD = re.compile(
    rf"^(?:[^。；：《》]{{0,40}}? ?\d{{1,2}}[.、])?(?P<title>[^。；：]{{6,120}}?(?:{'|'.join(KINDS)})) *"
    rf"(?P<number>[（(]?[^。；：，（） ]{{2,20}}[〔（]20\d\d[〕）] ?\d+ ?号[）)]?)?(?: +"
    rf"|(?<=号)|(?<=号）))(?=[^。；：]{{2,400}}：)"
)


@dataclass(slots=True)
class Head:
    """What the lines above the body say, and the lines (and shift in the first) where the body begins."""

    title: str | None = None
    numbers: list[str] = field(default_factory=list)
    issuers: list[str] = field(default_factory=list)
    red_head: list[str] = field(default_factory=list)
    addressees: list[str] = field(default_factory=list)
    date_line: str | None = None
    signer: str | None = None
    urgency: str | None = None
    body: list[Line] = field(default_factory=list)


def read_head(stretch: Stretch) -> Head:
    """Read the head of a document: everything above the addressees or the first sentence."""
    lines = _open_one_line(stretch.lines)
    head = Head()
    top, head.body = _cut_body(lines, head)
    shown = ([stretch.hint] if stretch.hint else []) + top
    for line in shown:
        _read_line(line, head)
    head.title = _title(shown)
    if head.title:
        _number_in_title(head)
    if not head.numbers:
        head.numbers += [found.number for found in find_numbers("".join(line.flat for line in top[-6:]))][:1]
    collected = _COLLECTED.match("".join(line.flat for line in top[-4:]))
    if collected and not head.date_line:
        head.date_line = collected["marks"]
    if head.title:
        head.issuers = title_issuers(head.title)
        trailing = find_numbers(head.title)
        if trailing and head.title.endswith(("号）", "号〕", "号")):
            head.numbers.append(trailing[-1].number)
            head.title = head.title[: trailing[-1].start].rstrip("（〔 ")
    return head


def _number_in_title(head: Head) -> None:
    """Take the serial out of …通告（第2号）, and read it in …指挥部5号令."""
    title = head.title or ""
    bracket = re.search(r"（ ?(第? ?[\d一二三四五六七八九十百]{1,5} ?号) ?）$", title)
    if bracket:
        head.title = title[: bracket.start()]
        head.numbers.append(bracket[1].replace(" ", ""))
        return
    within = re.search(r"(第?[\d一二三四五六七八九十百]{1,5}号令?)(?:通告|公告|通知|命令)?$", title)
    if within and not find_numbers(title):
        head.numbers.append(within[1])


def kind_in(text: str) -> str | None:
    """Return the kind an untitled text calls itself (通知如下, 特此通告), or None."""
    match = re.search(
        r"(?:特此|本|如下|紧急)(通知|通告|公告|命令|函)(?=[。！：:自]|如下)|(通知|通告|公告|意见"
        r"|命令)如下",
        text,
    )
    if match:
        return match[1] or match[2]
    return "通知" if re.search(r"现将[^。]{4,400}(?:转发|印发|下发)给?你们", text) else None


def kind_of(title: str | None) -> str | None:
    """Return which of the 15 kinds of document a title ends in; None for plans, summaries, appeals."""
    if not title:
        return None
    bare = re.sub(r"(?:（[^（）]*）|〔[^〔〕]*〕|〈[^〈〉]*〉)+$", "", title)
    if bare.endswith(("令",)) and not bare.endswith(("指令", "口令")):
        return "命令"
    if bare.endswith(("总结报告", "公开信", "情况报告书")):
        return None
    for kind in KINDS:
        if bare.endswith(kind):
            return kind
    return None


def _cut_body(lines: list[Line], head: Head) -> tuple[list[Line], list[Line]]:
    """Split the lines at the addressees or the first paragraph of the body."""
    for index, line in enumerate(lines[:30]):
        found = addressees_in(line.flat)
        if found and index and lines[index - 1].flat[-1] in "、，":
            break
        if found:
            return _split_at(lines, index, found, head)
        if "。" in line.flat:
            break
    for index, line in enumerate(lines[:40]):
        flat = line.flat
        found = addressees_in(flat) or _without_colon(lines, index)
        if found:
            return _split_at(lines, index, found, head)
        wrapped = _wrapped_addressees(lines, index)
        if wrapped:
            head.addressees, last, used = wrapped
            rest = _after(lines[last], used)
            return lines[:index], ([rest] if rest else []) + lines[last + 1 :]
        if _begins_body(flat) and not _listed_title(lines, index):
            return lines[:index], lines[index:]
    titled = [i for i, line in enumerate(lines[:12]) if TITLE_END.search(line.flat)]
    cut = titled[0] + 1 if titled else 0
    return lines[:cut], lines[cut:]


def _split_at(
    lines: list[Line], index: int, found: tuple[list[str], int], head: Head
) -> tuple[list[Line], list[Line]]:
    head.addressees, used = found
    rest = _after(lines[index], used)
    return lines[:index], ([rest] if rest else []) + lines[index + 1 :]


def _without_colon(lines: list[Line], index: int) -> tuple[list[str], int] | None:
    """Read addressees that lost their colon: a list between the title and the first sentence."""
    flat = lines[index].flat
    if (
        index == 0
        or index + 1 >= len(lines)
        or len(flat) > 120
        or "各" not in flat
        or not ADDRESSED.search(flat)
    ):
        return None
    titled = any(TITLE_END.search(line.flat) for line in lines[max(0, index - 3) : index])
    plain = (
        re.match(r"^[\u4e00-\u9fff，、（）“”]+$", flat)
        and not NOT_ADDRESSED.search(flat)
        and not TITLE_END.search(flat)
    )
    begins = re.match(r"为|根据|按照|近|当前|鉴于|目前|现|自|日前|经", lines[index + 1].flat)
    return (split_addressees(flat), len(flat)) if titled and plain and begins else None


def _listed_title(lines: list[Line], index: int) -> bool:
    """Tell a numbered title of a collection (28.…《关于…的通知》) above addressees."""
    return (
        "。" not in lines[index].flat
        and "《" in lines[index].flat
        and any(addressees_in(line.flat) for line in lines[index + 1 : index + 6])
    )


def _begins_body(flat: str) -> bool:
    if NUMBER_LINE.match(flat) or _RED_HEAD.match(flat):
        return False
    if "。" in flat or LABEL.match(flat):
        return True
    return (flat.endswith(("：", "；", "，")) and len(flat) > 12) or (
        len(flat) > 110 and not TITLE_END.search(flat)
    )


def _wrapped_addressees(lines: list[Line], index: int) -> tuple[list[str], int, int] | None:
    """Read an addressee list that goes on over several lines."""
    first = lines[index].flat
    if (
        "：" in first
        or not re.match(r"(?:各|省|市|县|全|有关|自治区|国务院)", first)
        or TITLE_END.search(first)
        or "关于" in first
    ):
        return None
    joined = first
    for last in range(index + 1, min(index + 12, len(lines))):
        flat = lines[last].flat
        if "。" in joined or LABEL.match(flat):
            return None
        before = len(joined)
        joined += flat
        if "：" in flat:
            found = addressees_in(joined)
            return (found[0], last, found[1] - before) if found and found[1] >= before else None
    return None


def _after(line: Line, used: int) -> Line | None:
    """Return the rest of a line behind ``used`` characters of its flat form."""
    if used >= len(line.flat.rstrip("？?")):
        return None
    index = paragraph(line.raw, 0, len(line.raw)).at(used)
    rest = line.raw[index:]
    return Line(line.start + index, line.end, rest) if rest.strip("？? ") else None


def _open_one_line(lines: list[Line]) -> list[Line]:
    """Cut title, number and addressees off a first line that runs on into the body."""
    if not lines:
        return lines
    for index, line in enumerate(lines[:4]):
        raw = line.raw
        if len(raw) < 60 or "：" not in raw:
            continue
        match = _ONE_LINE_HEAD.match(raw)
        if match and TITLE_END.search(squeeze(match["title"])):
            pieces = [
                Line(line.start + match.start("title"), line.start + match.end("title"), match["title"])
            ]
            if match["number"]:
                pieces.append(
                    Line(
                        line.start + match.start("number"), line.start + match.end("number"), match["number"]
                    )
                )
            pieces.append(Line(line.start + match.end(), line.end, raw[match.end() :]))
            return lines[:index] + pieces + lines[index + 1 :]
    return lines


def _read_line(line: Line, head: Head) -> None:
    """Take number, signer, urgency, date and red head from a line above the body."""
    raw, flat = line.raw, line.flat
    urgency = _URGENCY.search(raw)
    if urgency and not TITLE_END.search(flat) and not head.urgency:
        head.urgency = urgency["mark"].replace(" ", "")
    signer = _SIGNER.search(raw)
    if signer:
        head.signer = signer["name"].replace(" ", "")
    numbers = find_numbers(flat)
    if numbers and not TITLE_END.search(flat) and len(flat) < 60:
        head.numbers.append(numbers[0].number)
        line.role = "number"
    elif _ORDER_LINE.match(flat) and "第" in flat:
        head.numbers.append(flat.strip("（）()"))
        line.role = "number"
    elif _BRACKET_DATE.match(flat) and "年" in flat:
        head.date_line = head.date_line or flat
        line.role = "date"
    elif signer or (urgency and len(flat) < 6):
        line.role = "mark"
    elif _ISSUED_ON.search(raw) and not TITLE_END.search(flat):
        head.date_line = head.date_line or flat
        head.red_head = split_agencies(_ISSUED_ON.sub("", raw))
        line.role = "mark"
    elif _RED_HEAD.match(raw):
        head.red_head = split_agencies(
            re.sub(r"(?:文 ?件(?:（.*）)?|明传电报|传真电报|发电|明电|文电)$", "", raw)
        )
        line.role = "mark"


def _title(lines: list[Line]) -> str | None:
    """Build the title from its lines, the last complete one above the body first."""
    for index in range(len(lines) - 1, -1, -1):
        if lines[index].role in ("number", "date", "mark"):
            continue
        flat = _clean(lines[index])
        if not TITLE_END.search(flat):
            continue
        above = (_clean(line) for line in lines[:index]) if "号" in flat else ()
        twin = next((title for title in above if _same_series(title, flat)), None)
        if twin:
            return twin
        pieces = [flat]
        for before in range(index - 1, max(-1, index - 9), -1):
            line = lines[before]
            if line.role != "text" or not _belongs(_clean(line), pieces[0], "".join(pieces)):
                break
            pieces.insert(0, _clean(line))
        return _join_title(pieces)
    collected = _COLLECTED.match("".join(line.flat for line in lines[-4:]))
    if collected:
        return (collected["who"] or "") + collected["title"]
    for line in reversed(lines):
        if line.role == "hint" or (line.role == "text" and _LOOSE_TITLE.match(line.flat)):
            return _clean(line)
    return None


_SERIAL = re.compile(r"第?[\d一二三四五六七八九十]{1,4}(?=号)")


def _same_series(one: str, other: str) -> bool:
    """Tell titles that differ by their serial only: a page names the next of a series below its own title."""
    return one != other and "号" in other and _SERIAL.sub("", one) == _SERIAL.sub("", other)


def _clean(line: Line) -> str:
    raw = _SITE_TAIL.sub(r"\1", _TIME_TAIL.sub("", line.raw)).strip()
    raw = _PLACE_LEAD.sub("", raw)
    pieces = raw.split(" ")
    if len(pieces) == 2 and _same_series(*pieces):
        return pieces[1]
    if len(pieces) > 1 and sum(1 for p in pieces if AGENCY.match(p)) >= 1 and AGENCY.match(pieces[0]):
        kept = pieces[0]
        for before, piece in itertools.pairwise(pieces):
            agency = AGENCY.match(before) and (
                AGENCY.match(piece) or re.match(r".{2,30}(?:关于|印发|转发)", piece)
            )
            kept += (" " if agency and not piece.startswith("关于") else "") + piece
        return kept
    return squeeze(raw)


def _belongs(line: str, following: str, whole: str) -> bool:
    """Tell whether a line above is the beginning of the title."""
    if (_GOES_ON.match(following) and _BREAKS_OFF.match(line)) or following.startswith(("（", "的")):
        return True
    if (
        not line
        or len(line) > 120
        or TITLE_END.search(line)
        or whole.startswith(line)
        or line[-1] in "。，；："
    ):
        return False
    if AGENCY.match(line.replace(" ", "")) or all(AGENCY.match(p) for p in line.split(" ")):
        return not following.startswith(line)
    return "关于" in line or re.match(r"^.{0,30}(?:转发|印发|批转)", line) is not None


def _join_title(pieces: list[str]) -> str:
    title = pieces[0]
    for before, piece in itertools.pairwise(pieces):
        joint = AGENCY.match(before.split(" ")[-1]) and AGENCY.match(piece.split(" ")[0])
        title += (" " if joint else "") + piece
    return title
