"""Read the documents of a page: pure text in, structure out.

>>> [document.number for document in read_documents(page)]
['湘就服发〔2020〕3号']
"""

import re

from .agencies import split_agencies
from .citations import find_citations, merged
from .clauses import split_clauses
from .dates import Calendar, read_date
from .duties import find_duties
from .header import Head, kind_in, kind_of, read_head
from .numbers import find_number, number_year, same_number
from .pages import Stretch, stretches
from .structure import (
    Actors,
    Citation,
    Clause,
    Contact,
    Deadline,
    Document,
    Duty,
    Quantity,
)
from .tail import Tail, published_in, read_tail
from .text import lines_of, normalise, paragraphs_of

__all__ = [
    "Actors", "Citation", "Clause", "Contact", "Deadline", "Document", "Duty", "Quantity", "read_documents",
]  # fmt: skip

# A summary tells what was done, a report or request asks: neither orders.
_ORDERS_NOTHING = re.compile(
    r"(?:总结|汇报|讲话|简报|综述|纪实|经验|情况(?:的?报告)?|请示|公开信|报告|体会)(?:（[^）]*）)?$"
)
_ISSUES = re.compile(r"印发|予以发布|予以公布|现公布|现发布")
_HANDS_ON = re.compile(r"转发|批转|印发|现将|下发给你们|予以发布|予以公布|现公布|现发布")


def read_documents(text: str) -> list[Document]:
    """Return the official documents found in a page of (repaired) text, in printed order.

    Offsets in the result are offsets into ``text``. Text without any recognisable document gives one
    document with whatever was found; empty text gives none.
    """
    page = normalise(text)
    found: list[Document] = []
    placed: list[int] = []
    for stretch in stretches(lines_of(page)):
        at = None if stretch.inside is None else placed[stretch.inside]
        outer = None if at is None else found[at]
        document = _read(page, text, stretch, outer)
        if outer is not None and _belongs_to(outer, document):
            _take_in(outer, document)
            placed.append(at or 0)
            continue
        if outer is not None and at is not None:
            _forward(found, at, len(found))
            if not document.title:
                document.title = _handed_on_title(outer)
                document.kind = kind_of(document.title)
        placed.append(len(found))
        found.append(document)
    return found


def _forward(found: list[Document], outer: int, inner: int) -> None:
    """Note that one document hands on the other when its title or introduction says so."""
    while outer > 0 and found[outer - 1].forwards == outer:
        outer -= 1
    document = found[outer]
    opening = document.clauses[0].text if document.clauses else ""
    if document.forwards is None and _HANDS_ON.search((document.title or "") + opening[:400]):
        document.forwards = inner


def _belongs_to(outer: Document, inner: Document) -> bool:
    """Tell a plan or regulation that is issued (印发), not forwarded, and bears nothing of its own but a
    title.
    """
    alone = not (inner.number or inner.addressees or inner.issuers or inner.date)
    opening = (outer.title or "") + (outer.clauses[0].text[:400] if outer.clauses else "")
    return alone and bool(_ISSUES.search(opening)) and not re.search("转发|批转", outer.title or "")


def _take_in(outer: Document, inner: Document) -> None:
    """Add the parts of an issued plan to the document that issues it; clause ids stay unique."""
    taken = {clause.id for clause in outer.clauses}
    renamed = {c.id: f"{c.id}-2" if c.id in taken else c.id for c in inner.clauses}
    for part in [*inner.clauses]:
        part.id = renamed[part.id]
    for duty in inner.duties:
        duty.clause = renamed[duty.clause]
    outer.clauses += inner.clauses
    outer.duties += inner.duties
    outer.citations = merged([*outer.citations, *inner.citations])
    outer.contacts = outer.contacts or inner.contacts
    outer.attachments = outer.attachments or inner.attachments


def _handed_on_title(outer: Document) -> str | None:
    """Return the title in 《》 that a document issues, for the text below it that bears none."""
    opening = outer.clauses[0].text if outer.clauses else ""
    match = re.search(r"《([^《》]{4,80})》[^。]{0,60}(?:予以发布|发布|印发|公布|颁布)", opening)
    return re.sub(r"\s", "", match[1]) if match else None


def _read(page: str, text: str, stretch: Stretch, outer: Document | None) -> Document:
    """Read one document; one handed on without a date takes its days from the ``outer`` document."""
    head = read_head(stretch)
    lines, tail = read_tail(head.body)
    document = Document(title=head.title, kind=kind_of(head.title), signer=head.signer or tail.signer)
    _identify(document, head, tail, stretch.meta)
    document.addressees = head.addressees
    document.urgency = head.urgency
    document.published = tail.published
    if document.published is None and stretch.meta.get("published"):
        document.published = published_in(stretch.meta["published"])
    document.contacts = tail.contacts
    document.attachments = tail.attachments
    paragraphs = paragraphs_of(page, lines)
    parts = split_clauses(page, text, paragraphs)
    if document.title is None and parts:
        document.kind = kind_in(text[parts[0].clause.start : parts[-1].paragraphs[-1].end])
    document.clauses = [part.clause for part in parts]
    document.citations = find_citations("\n".join(p.flat for p in paragraphs), document.number)
    if not _ORDERS_NOTHING.search(document.title or ""):
        signed, year = document.date, number_year(document.number)
        if signed is None and year is None and outer is not None:
            signed, year = outer.date, number_year(outer.number)
        days = Calendar(signed, year)
        document.duties = find_duties(parts, text, days, praise=document.kind == "通报")
    return document


def _identify(document: Document, head: Head, tail: Tail, meta: dict[str, str]) -> None:
    """Fill number, issuers and date: the document's own words first, then the metadata around it."""
    numbers = list(head.numbers)
    from_meta = find_number(meta.get("number", ""))
    if from_meta:
        numbers.append(from_meta)
    if numbers:
        document.number = numbers[0]
        document.aliases = [
            n
            for i, n in enumerate(numbers)
            if n != numbers[0] and n not in numbers[:i] and same_number(n, numbers[0])
        ]
    document.date = tail.date or read_date(head.date_line or "") or read_date(meta.get("date", ""))
    document.issuers = tail.issuers or head.issuers or head.red_head or split_agencies(meta.get("issuer", ""))
    if len(head.issuers) > len(tail.issuers) and set(tail.issuers) <= set(head.issuers):
        document.issuers = head.issuers
