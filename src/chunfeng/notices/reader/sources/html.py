"""Text of a web page: blocks as lines, table rows with tabs, no scripts, styles or hidden parts."""

import re
from typing import TYPE_CHECKING

from chunfeng.notices.reader.sources.refusal import Unreadable
from chunfeng.notices.reader.sources.text import decoded

if TYPE_CHECKING:
    from lxml import etree

_START = re.compile(
    rb"^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|div|p|table|title|article|section|center|font|span)\b",
    re.I | re.S,
)
_TAGS = re.compile(rb"</?(?:p|div|br|span|td|table|html|body|a|li|font)\b[^<>]{0,500}>", re.I)
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.I)
_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "svg", "head", "select", "button", "iframe", "object"}
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_BETWEEN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t\r\n]+(?=[\u3001-\u9fff\uff00-\uffef])")
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def is_html(data: bytes, ending: str) -> bool:
    """Whether the bytes are a web page: by their beginning, or by name with a few tags in them."""
    head = data[:65536].removeprefix(b"\xef\xbb\xbf")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode()
    if _START.match(head[:4096]):
        return True
    return len(_TAGS.findall(head)) >= (1 if ending in (".html", ".htm", ".shtml", ".mht") else 6)


def text_of(data: bytes, shown: str) -> str:
    """The visible text of a page, its declared character set honoured where the bytes agree.

    :raises Unreadable: when the page cannot be taken apart
    """
    from lxml import etree
    from lxml import html as lxml_html

    declared = _CHARSET.search(data[:8192])
    page = decoded(data, shown, declared[1].decode("ascii") if declared else None)
    page = re.sub(r"^\s*<\?xml[^>]{0,300}>", "", page.replace("\x00", ""))
    try:
        root = lxml_html.document_fromstring(page, parser=lxml_html.HTMLParser(huge_tree=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as trouble:
        raise Unreadable(
            f"{shown} is a web page that cannot be taken apart. Paste its text instead."
        ) from trouble
    pieces: list[str] = []
    _walk(root, pieces)
    lines = (
        line.strip(" ") for line in "".join(pieces).replace("\t ", "\t").replace(" \t", "\t").split("\n")
    )
    return "\n".join(line.rstrip("\t") for line in lines)


def _walk(root: "etree._Element", pieces: list[str]) -> None:
    """Collect text in document order without recursion: pages nest thousands deep."""
    from lxml import etree

    skipped = kept = 0
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = node.tag
        if event in ("comment", "pi"):
            if not skipped:
                _add(pieces, node.tail, kept)
            continue
        if event == "start":
            if (
                skipped
                or tag in _DROPPED
                or _HIDDEN.search(node.get("style") or "")
                or node.get("hidden") is not None
            ):
                skipped += 1
                continue
            kept += tag == "pre"
            if tag == "br" or (tag in _BLOCKS and not _fills_cell(node)):
                pieces.append("\n")
            _add(pieces, node.text, kept)
            continue
        if skipped:
            skipped -= 1
        else:
            kept -= tag == "pre"
            if tag in ("td", "th"):
                pieces.append("\t")
            elif tag in _BLOCKS and not _fills_cell(node):
                pieces.append("\n")
        if not skipped:
            _add(pieces, node.tail, kept)


def _fills_cell(node: "etree._Element") -> bool:
    """Whether a paragraph is all there is in a table cell, as word processors write them."""
    parent = node.getparent()
    return parent is not None and parent.tag in ("td", "th") and len(parent) == 1 and node.tag in ("p", "div")


def _add(pieces: list[str], text: str | None, kept: int) -> None:
    """Line ends in the source of a page are blanks, none at all between two Chinese characters."""
    if not text:
        return
    if kept:
        pieces.append(text)
        return
    text = _BETWEEN.sub(lambda gap: "" if "\n" in gap[0] or "\r" in gap[0] else " ", text)
    pieces.append(_BLANKS.sub(" ", text).replace("\xa0", " "))
