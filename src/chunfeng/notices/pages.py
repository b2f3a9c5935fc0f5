"""From the reader's result for one page to what each notice is made of. Offsets become the notice's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chunfeng.notices import naming
from chunfeng.notices.choices import Relation
from chunfeng.notices.reader import Reading
from chunfeng.notices.reader.document import Citation, Document

_PART = re.compile(r"第[一二三四五六七八九十]{1,3}篇[：:]\s*$")


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a page with its stretch [start, end) of the page's text."""

    document: Document
    start: int
    end: int
    text: str
    raw: str = ""


def parts(reading: Reading) -> list[Part]:
    """Cut a page into its documents; together they cover the text. A page without documents is one part."""
    documents = reading.documents or [Document()]
    starts = [0]
    for before, document in pairwise(documents):
        floor = max([starts[-1] + 1, *(clause.end for clause in before.clauses)])
        roof = document.clauses[0].start if document.clauses else len(reading.text)
        starts.append(_head_of(reading.text, document, min(floor, roof), roof))
    ends = [*starts[1:], len(reading.text)]
    return [
        Part(document, start, end, reading.text[start:end], raw_between(reading, start, end))
        for document, start, end in zip(documents, starts, ends, strict=True)
    ]


def raw_between(reading: Reading, start: int, end: int) -> str:
    """The text as it came behind [start, end) of the repaired text, found by undoing the repairs.

    Where the recorded repairs do not lead back to the raw text, it cannot be cut: the whole page gives all
    of it, a part of the page gives "", so that no document carries the words of its neighbour.
    """
    if (start, end) == (0, len(reading.text)):
        return reading.raw
    pieces: list[str] = []
    cuts: dict[int, int] = {}
    at = length = 0
    for change in sorted(reading.repairs, key=lambda change: change.at):
        if change.at < at or reading.text[change.at : change.at + len(change.repaired)] != change.repaired:
            return ""
        kept = reading.text[at : change.at]
        for place in (start, end):
            if at <= place <= change.at:
                cuts.setdefault(place, length + place - at)
        pieces += [kept, change.found]
        length += len(kept) + len(change.found)
        at = change.at + len(change.repaired)
    for place in (start, end):
        if at <= place:
            cuts.setdefault(place, length + place - at)
    if "".join([*pieces, reading.text[at:]]) != reading.raw or len(cuts) < 2:
        return ""
    return reading.raw[cuts[start] : cuts[end]]


def _head_of(text: str, document: Document, floor: int, roof: int) -> int:
    """Where the head of a document begins: its title's line, or the body where the title is not found."""
    letters = re.sub(r"\s+", "", document.title or "")
    pattern = r"\s*".join(re.escape(letter) for letter in letters[:30])
    match = re.compile(pattern).search(text, floor, roof) if letters else None
    at = match.start() if match else roof
    line = text.rfind("\n", floor, at) + 1
    begins = max(line, floor)
    return begins if match is None or _PART.search(text[begins:at]) or not text[begins:at].strip() else at


def shifted(places: list[dict[str, Any]], part: Part) -> list[dict[str, Any]]:
    """The repairs or doubtful places of a page that lie in this part, with offsets into its text."""
    return [
        {**place, "at": place["at"] - part.start} for place in places if part.start <= place["at"] < part.end
    ]


def relation_of(citation: Citation, text: str) -> Relation:
    """What the notice does to a document it cites, by the words around the first place where it is named."""
    for name in (citation.title, citation.number):
        letters = re.sub(r"\s+", "", name or "")
        if len(letters) < 4:
            continue
        pattern = r"\s*".join(re.escape(x) if x not in "〔〕《》〈〉" else "." for x in letters[:60])
        if match := re.search(pattern, text):
            return naming.relation(text, match.start(), match.end())
    return Relation.CITES
