"""The pieces of WordprocessingML that python-docx has no words for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

_RUN_ORDER = (
    "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow",
    "emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern",
    "position", "sz", "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em",
    "lang",
)  # fmt: skip
_BORDER_ORDER = ("top", "left", "bottom", "right")


def in_order(properties: Any, element: Any) -> None:
    """Put a run property where the schema wants it."""
    place = _RUN_ORDER.index(element.tag.split("}")[1])
    for sibling in properties:
        name = sibling.tag.split("}")[1]
        if name in _RUN_ORDER and _RUN_ORDER.index(name) > place:
            sibling.addprevious(element)
            return
    properties.append(element)


def set_fonts(properties: Any, latin: str, chinese: str) -> None:
    """Latin and Chinese type of a run or style; theme fonts would win otherwise, so they go."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        in_order(properties, fonts)
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, value in (("ascii", latin), ("hAnsi", latin), ("eastAsia", chinese), ("cs", latin)):
        fonts.set(qn(f"w:{name}"), value)
    fonts.set(qn("w:hint"), "eastAsia")


def language(properties: Any, code: str) -> None:
    """The language of the Chinese text, for line breaking and proofing."""
    lang = properties.find(qn("w:lang"))
    if lang is None:
        lang = OxmlElement("w:lang")
        in_order(properties, lang)
    lang.set(qn("w:val"), "en-US")
    lang.set(qn("w:eastAsia"), code)


def two_characters(line: Any) -> None:
    """Indent the first line by two characters, whatever their size."""
    properties = line._element.get_or_add_pPr()
    indent = properties.get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), "640")


def rule(line: Any, side: str, colour: str, eighths: int, space: int) -> None:
    """A rule above or below a paragraph."""
    properties = line._element.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct",
            "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid",
            "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc",
            "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle",
            "w:rPr", "w:sectPr", "w:pPrChange",
        )  # fmt: skip
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", str(space)), ("color", colour)):
        edge.set(qn(f"w:{name}"), value)
    later = [b for b in borders if _BORDER_ORDER.index(b.tag.split("}")[1]) > _BORDER_ORDER.index(side)]
    later[0].addprevious(edge) if later else borders.append(edge)


def page_number(line: Any, side: Any) -> None:
    """— 1 — in 14 pt Song, one character in from the edge."""
    line.alignment = side
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Pt(14)
    _number_run(line, "— ")
    for kind, text in (("begin", None), (None, " PAGE "), ("separate", None), ("shown", "1"), ("end", None)):
        run = _number_run(line, text if kind == "shown" else "")
        if kind == "shown":
            continue
        if kind is None:
            field = OxmlElement("w:instrText")
            field.set(qn("xml:space"), "preserve")
            field.text = text
        else:
            field = OxmlElement("w:fldChar")
            field.set(qn("w:fldCharType"), kind)
        run._element.append(field)
    _number_run(line, " —")


def _number_run(line: Any, text: str | None) -> Any:
    run = line.add_run(text or "")
    run.font.size = Pt(14)
    set_fonts(run._element.get_or_add_rPr(), "宋体", "宋体")
    return run


def repeat(row: Any) -> None:
    """Print this row again on every page."""
    whole(row)
    header = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(header)


def whole(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def middle(cell: Any) -> None:
    """Text in the middle of the cell's height."""
    cell.vertical_alignment = 1  # WD_ALIGN_VERTICAL.CENTER


def widths(table: Any, twentieths: Sequence[int]) -> None:
    """Fixed column widths, told to grid and cells alike: Word reads one, WPS the other."""
    for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), twentieths, strict=True):
        column.set(qn("w:w"), str(width))
    for row in table.rows:
        for cell, width in zip(row.cells, twentieths, strict=True):
            cell.width = Pt(width / 20)


def font_table(book: Any, alternatives: Mapping[str, str]) -> None:
    """Other names for the fonts, so that a machine without them takes the nearest instead of any."""
    part = book.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    root = parse_xml(part.blob)
    for name, others in alternatives.items():
        root.append(
            parse_xml(
                f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{others}"/>'
                '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
            )
        )
    from lxml import etree

    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
