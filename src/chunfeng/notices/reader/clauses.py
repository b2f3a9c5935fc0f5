"""Clauses of a body, by their printed labels.

Ids are paths of printed numbers: 一、 is "1", （一） under it "1.1", 1. under that "1.1.1"; numbering
that runs on through the parts keeps its own number (四、…（十） is "4.10"). 第X条 is the article number
alone, chapters are "ch1". Text before the first label is clause "0". A label printed again at the same
place (a page with several unnumbered parts, each starting at 一、) gets "1-2". Clauses never overlap: a
clause's text runs from its label to the next label.
"""

import re
from dataclasses import dataclass, field

from .numbers import chinese_int
from .structure import Clause
from .text import LABEL, Paragraph

_RANKS = {"part": 0, "article": 1, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_NUMERAL = re.compile(r"[一二三四五六七八九十百\d]+")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_FIRST_SENTENCE = re.compile(r"[^。；：！？]*[。：]")
_ORDER_IN_HEADING = re.compile(
    r"^[^，。要]{2,14}(?:要(?!求|点|素|性|义)|须|应(?!急|对|用|届)|负责|可以|确定)|^每|的，"
    r"|每[天日周月晚]|，由|(?:各|有关|部门|单位|机构|企业|学校)[^，。]{0,12}(?:要|应|须|不得)|不得"
    r"|严禁|必须|务必|\d"
    r"|为[^，]{4,}，|^对[^，]+，|^凡|^请"
)
_HEADING_LENGTH = 30


@dataclass(slots=True)
class Part:
    """A clause with the paragraphs it is made of; ``body_at`` is where its first paragraph's words after
    label and heading begin.
    """

    clause: Clause
    paragraphs: list[Paragraph] = field(default_factory=list)
    body_at: int = 0
    rank: int = 9


def split_clauses(page: str, text: str, paragraphs: list[Paragraph]) -> list[Part]:
    """Return the clauses of a body. ``page`` is normal form, ``text`` the page as given (same offsets)."""
    parts: list[Part] = []
    stack: list[tuple[int, str]] = []
    used: dict[str, int] = {}
    for paragraph in paragraphs:
        match = LABEL.match(paragraph.flat)
        if match and match.end() < len(paragraph.flat):
            parts.append(_open(paragraph, match, stack, used))
        elif not parts:
            parts.append(Part(Clause("0", None, None, "", paragraph.start, paragraph.end), [paragraph]))
        else:
            parts[-1].paragraphs.append(paragraph)
    _set_headings(parts)
    for part in parts:
        clause = part.clause
        clause.end = part.paragraphs[-1].end
        clause.text = text[clause.start : clause.end]
        if clause.label:
            clause.label = clause.label.replace(" ", "")
    return parts


def _open(
    paragraph: Paragraph, match: re.Match[str], stack: list[tuple[int, str]], used: dict[str, int]
) -> Part:
    kind = match.lastgroup or "first"
    rank = _RANKS[kind]
    numeral = _NUMERAL.search(match[0])
    number = str(chinese_int(numeral[0]) if numeral else _CIRCLED.find(match[0][0]) + 1)
    while stack and stack[-1][0] >= rank:
        stack.pop()
    if kind == "part":
        path = f"ch{number}"
    else:
        path = ".".join([n for r, n in stack if r > 0] + [number])
        stack.append((rank, number))
    used[path] = used.get(path, 0) + 1
    if used[path] > 1:
        path = f"{path}-{used[path]}"
        if kind != "part":
            stack[-1] = (rank, path.rsplit(".", 1)[-1])
    return Part(
        Clause(path, match[0], None, "", paragraph.start, paragraph.end), [paragraph], match.end(), rank
    )


def _set_headings(parts: list[Part]) -> None:
    """Find headings: a label's line without a sentence, or a short first sentence where the siblings have
    one too.
    """
    short: dict[int, list[bool]] = {}
    for part in parts:
        if part.clause.label:
            short.setdefault(part.rank, []).append(_short_first(part) is not None)
    for index, part in enumerate(parts):
        if not part.clause.label:
            continue
        flat = part.paragraphs[0].flat
        follow = parts[index + 1] if index + 1 < len(parts) else None
        alone = len(part.paragraphs) > 1 or (follow is not None and follow.rank > part.rank)
        if not re.search("[。；]", flat) and len(flat) <= 70 and not flat.endswith("，"):
            if alone or len(flat) - part.body_at <= 14:
                part.clause.heading = flat[part.body_at :].rstrip("：？ ")
                part.body_at = len(flat)
            continue
        end = _short_first(part)
        siblings = short[part.rank]
        if end is not None and (sum(siblings) * 2 > len(siblings) or end - part.body_at <= 16):
            part.clause.heading = flat[part.body_at : end - 1]
            part.body_at = end


def _short_first(part: Part) -> int | None:
    """Return where a heading-like first sentence ends when more words follow in the clause."""
    flat = part.paragraphs[0].flat
    match = _FIRST_SENTENCE.match(flat, part.body_at)
    if not match or match.end() - part.body_at > _HEADING_LENGTH:
        return None
    more = match.end() < len(flat) or len(part.paragraphs) > 1
    words = flat[part.body_at : match.end() - 1]
    return match.end() if more and words and not _ORDER_IN_HEADING.search(words) else None
