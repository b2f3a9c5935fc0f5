"""Text of a Word file: paragraphs and tables in their order, text boxes and notes with them.

The XML is read directly: a paragraph, a tab, a break, a row and a cell are all that matter here.
"""

import io
import zipfile

from lxml import etree

from chunfeng.notices.reader.sources.numbering import Numbering
from chunfeng.notices.reader.sources.refusal import Unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MAX_XML = 64 * 2**20
_MAX_FILES = 5000
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_LEFT_OUT = frozenset(
    {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_MC}Fallback", f"{_W}rPr", f"{_W}pPr"}
)


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
            parts = {
                part: _part(archive, f"word/{part}.xml", shown)
                for part in ("document", "numbering", "styles", "footnotes", "endnotes")
                if f"word/{part}.xml" in names
            }
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as trouble:
        raise Unreadable(
            f"{shown} is a damaged or encrypted Word file. Save it again or paste the text."
        ) from trouble
    except Exception as trouble:
        if isinstance(trouble, Unreadable):
            raise
        raise Unreadable(f"{shown} is a damaged Word file. Save it again or paste the text.") from trouble
    numbering = Numbering(parts.get("numbering"), parts.get("styles"))
    texts = (parts[part] for part in ("document", "footnotes", "endnotes") if part in parts)
    return "\n".join(_text(root, numbering) for root in texts)


def _part(archive: zipfile.ZipFile, part: str, shown: str) -> "etree._Element":
    with archive.open(part) as stream:
        xml = stream.read(_MAX_XML + 1)
    if len(xml) > _MAX_XML:
        raise Unreadable(
            f"{shown} unpacks to more than {_MAX_XML // 2**20} MB of text. Split it or paste the text."
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as trouble:
        raise Unreadable(f"{shown} is a damaged Word file. Save it again or paste the text.") from trouble


def _text(root: "etree._Element", numbering: Numbering) -> str:
    pieces: list[str] = []
    skipped = cells = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag
        if event == "start":
            if skipped or tag in _LEFT_OUT:
                skipped += 1
            elif tag == f"{_W}p":
                pieces.append(numbering.label(node))
            elif tag == f"{_W}t":
                pieces.append(node.text or "")
            elif tag in _SIGNS:
                pieces.append(_SIGNS[tag])
            cells += tag == f"{_W}tc"
            continue
        cells -= tag == f"{_W}tc"
        if skipped:
            skipped -= 1
        elif tag == f"{_W}p":
            pieces.append(" " if cells else "\n")
        elif tag == f"{_W}tc":
            pieces.append("\t")
        elif tag == f"{_W}tr" and not cells:
            pieces.append("\n")
    lines = "".join(pieces).replace(" \t", "\t").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines)
