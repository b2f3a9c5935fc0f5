"""Text of a Word file: paragraphs and tables in their order, text boxes and notes with them.

The XML is read directly: a paragraph, a tab, a break, a row and a cell are all that matter here.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from lxml import etree

from chunfeng.notices.reader.sources.numbering import Numbering
from chunfeng.notices.reader.sources.refusal import MAX_CHARACTERS, Unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MAX_XML = 16 * 2**20
_MAX_ELEMENTS = 1_000_000
_MAX_PARAGRAPHS = 100_000
_MAX_FILES = 5000
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_LEFT_OUT = frozenset(
    {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_MC}Fallback", f"{_W}rPr", f"{_W}pPr"}
)


@dataclass
class _Limits:
    """What may still be read of one file, over all its parts."""

    shown: str
    xml: int = _MAX_XML
    elements: int = _MAX_ELEMENTS
    paragraphs: int = _MAX_PARAGRAPHS
    characters: int = MAX_CHARACTERS

    def take(self, what: str, count: int = 1) -> None:
        """Use up some of it. Raises Unreadable when nothing is left."""
        left = getattr(self, what) - count
        setattr(self, what, left)
        if left < 0:
            most = {
                "xml": f"unpacks to more than {_MAX_XML // 2**20} MB of text",
                "elements": f"holds more than {_MAX_ELEMENTS:,} pieces of text and format",
                "paragraphs": f"holds more than {_MAX_PARAGRAPHS:,} paragraphs",
                "characters": f"holds more than {MAX_CHARACTERS:,} characters",
            }
            raise Unreadable(f"{self.shown} {most[what]}. Split it or paste the text.")


def text_of(data: bytes, shown: str) -> str:
    """The text of a .docx file as it stands after accepting all changes.

    :raises Unreadable: when the archive is no Word file, is damaged, encrypted or unpacks to too much
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "word/document.xml" not in names or len(names) > _MAX_FILES:
                raise Unreadable(
                    f"{shown} is an archive, not a Word file. Unpack it and read the files inside."
                )
            return _text_of(archive, _Limits(shown))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as trouble:
        raise Unreadable(
            f"{shown} is a damaged or encrypted Word file. Save it again or paste the text."
        ) from trouble
    except Exception as trouble:
        if isinstance(trouble, Unreadable):
            raise
        raise Unreadable(f"{shown} is a damaged Word file. Save it again or paste the text.") from trouble


def _text_of(archive: zipfile.ZipFile, limits: _Limits) -> str:
    there = {
        part: f"word/{part}.xml"
        for part in ("numbering", "styles", "document", "footnotes", "endnotes")
        if f"word/{part}.xml" in archive.namelist()
    }
    for path in there.values():  # never more is unpacked than the archive says
        limits.take("xml", archive.getinfo(path).file_size)
    lists: dict[str, etree._Element] = {}
    texts: list[str] = []
    for part, path in there.items():
        with archive.open(path) as stream:
            if part in ("numbering", "styles"):
                lists[part] = _tree(stream, limits)
                continue
            if not texts:
                numbering = Numbering(lists.get("numbering"), lists.get("styles"))
            texts.append(_text(stream, numbering, limits))
    return "\n".join(texts)


def _steps(stream: IO[bytes], limits: _Limits) -> "Iterator[tuple[str, etree._Element]]":
    walk = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    for event, node in walk:
        if event == "start":
            limits.take("elements")
        yield event, node


def _tree(stream: IO[bytes], limits: _Limits) -> "etree._Element":
    for _event, node in _steps(stream, limits):
        root = node
    return root


def _text(stream: IO[bytes], numbering: Numbering, limits: _Limits) -> str:
    pieces: list[str] = []
    label_at: list[int] = []
    skipped = cells = 0

    def add(text: str) -> None:
        limits.take("characters", len(text))
        pieces.append(text)

    for event, node in _steps(stream, limits):
        tag = node.tag
        if event == "start":
            if skipped or tag in _LEFT_OUT:
                skipped += 1
            elif tag == f"{_W}p":
                limits.take("paragraphs")
                label_at.append(len(pieces))
                pieces.append("")
            elif tag in _SIGNS:
                add(_SIGNS[tag])
            cells += tag == f"{_W}tc"
            continue
        cells -= tag == f"{_W}tc"
        if skipped:
            skipped -= 1
            paragraph = node.getparent()
            if not skipped and tag == f"{_W}pPr" and label_at and paragraph is not None:
                label = numbering.label(paragraph)
                limits.take("characters", len(label))
                pieces[label_at[-1]] = label
        elif tag == f"{_W}t":
            add(node.text or "")
        elif tag == f"{_W}p":
            label_at.pop()
            add(" " if cells else "\n")
        elif tag == f"{_W}tc":
            add("\t")
        elif tag == f"{_W}tr" and not cells:
            add("\n")
        if not skipped:
            _forget(node)
    lines = "".join(pieces).replace(" \t", "\t").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines)


def _forget(node: "etree._Element") -> None:
    node.clear()
    parent = node.getparent()
    while parent is not None and node.getprevious() is not None:
        del parent[0]
