"""A bulletin as a Word file laid out after GB/T 9704: margins, type, red head, page numbers, tables, sources."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx as worddoc
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from chunfeng.reporting import charts
from chunfeng.reporting.bulletins import wordparts
from chunfeng.reporting.bulletins.layout import Heading, Item, Line, Picture, Printed, Run, Table, title_lines
from chunfeng.reporting.bulletins.pdf import name_size, signed
from chunfeng.reporting.bulletins.sentences import printable

SONG, FANGSONG, HEI, KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
ALTERNATIVES = {
    SONG: "FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,Noto Serif CJK SC,宋体",
    FANGSONG: "仿宋,FangSong,STFangsong,Noto Serif CJK SC",
    HEI: "SimHei,STHeiti,Noto Sans CJK SC",
    KAI: "楷体,KaiTi,STKaiti,Noto Serif CJK SC",
}
"""Names under which other systems know the same type; Word and WPS take the first they have."""
LATIN = "Times New Roman"
BODY, LEADING = 16, 28.9
RED = RGBColor(0xD7, 0x00, 0x0F)
WIDTH = Mm(156)


def docx(pages: Printed) -> bytes:
    """The file."""
    book = worddoc.Document()
    _page(book, pages)
    _head(book, pages)
    for item in pages.items:
        _item(book, item)
    with translation.override("zh-hans"):
        _sources(book, pages)
        _foot(book, pages)
    wordparts.font_table(book, ALTERNATIVES)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _page(book: Any, pages: Printed) -> None:
    section = book.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    style = book.styles["Normal"]
    wordparts.set_fonts(style.element.get_or_add_rPr(), LATIN, FANGSONG)
    style.font.size = Pt(BODY)
    wordparts.language(style.element.get_or_add_rPr(), "zh-CN")
    _spacing(style.paragraph_format, LEADING)
    book.settings.odd_and_even_pages_header_footer = True
    wordparts.page_number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    wordparts.page_number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)
    properties = book.core_properties
    properties.title, properties.author, properties.subject = (
        printable(text)[:255] for text in (pages.title, pages.office, pages.name)
    )
    properties.created = properties.modified = timezone.localtime(pages.made_on).replace(tzinfo=None)
    properties.last_modified_by = pages.signed or pages.office
    properties.language, properties.comments = "zh-CN", ""


def _head(book: Any, pages: Printed) -> None:
    size, tracking = name_size(pages.name)
    name = _paragraph(book, WD_ALIGN_PARAGRAPH.CENTER, exact=None)
    name.paragraph_format.space_after = Pt(8)
    _run(name, pages.name, font=SONG, size=size, bold=True, colour=RED, tracking=tracking)
    number = _paragraph(book, WD_ALIGN_PARAGRAPH.CENTER)
    if pages.draft:
        _run(number, f"（{pages.issue}）", font=HEI)
    else:
        _run(number, pages.issue)
    line = _paragraph(book, WD_ALIGN_PARAGRAPH.LEFT)
    line.paragraph_format.tab_stops.add_tab_stop(WIDTH - Pt(BODY), WD_TAB_ALIGNMENT.RIGHT)
    _run(line, f"　{pages.office}\t{pages.day}")
    wordparts.rule(line, "bottom", "D7000F", 14, 6)
    title = _paragraph(book, WD_ALIGN_PARAGRAPH.CENTER, exact=34)
    title.paragraph_format.space_before = Pt(24)
    title.paragraph_format.space_after = Pt(14)
    for number, words in enumerate(title_lines(pages.title)):
        if number:
            title.add_run().add_break()
        _run(title, words, font=SONG, size=22, bold=True)
    if pages.correction:
        correction = _paragraph(book, WD_ALIGN_PARAGRAPH.CENTER)
        correction.paragraph_format.space_after = Pt(10)
        _run(correction, f"（{pages.correction}）", font=KAI, size=14)


def _item(book: Any, item: Item) -> None:
    match item:
        case Heading():
            line = _paragraph(book, indent=True)
            line.paragraph_format.keep_with_next = True
            line.style = book.styles[f"Heading {item.level}"]
            _plain_heading(line)
            _run(line, item.text, font=HEI if item.level == 1 else KAI)
        case Line():
            line = _paragraph(book, indent=True)
            _runs(line, item.runs)
            _marks(line, item.notes)
        case Table():
            _table(book, item)
        case Picture():
            _picture(book, item)


def _plain_heading(line: Any) -> None:
    """A heading to the reader's outline, without the colours the template gives it."""
    line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(0)
    _spacing(line.paragraph_format, LEADING)


def _table(book: Any, item: Table) -> None:
    _caption(book, item.caption, item.notes, before=10, after=4)
    table = book.add_table(rows=0, cols=len(item.header))
    table.style = book.styles["Table Grid"]
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    widths = _widths(item)
    header = table.add_row()
    wordparts.repeat(header)
    for text, cell in zip(item.header, header.cells, strict=True):
        _cell(cell, text, HEI, WD_ALIGN_PARAGRAPH.CENTER)
    for number, row in enumerate(item.rows):
        line = table.add_row()
        wordparts.whole(line)
        for at, (run, cell) in enumerate(zip(row, line.cells, strict=True)):
            side = WD_ALIGN_PARAGRAPH.LEFT if at == 0 else WD_ALIGN_PARAGRAPH.RIGHT
            _cell(cell, run.text, FANGSONG if number else HEI, side)
    wordparts.widths(table, widths)
    after = _paragraph(book, exact=14)
    if item.remark:
        _run(after, item.remark, size=10.5)


def _widths(item: Table) -> list[int]:
    """Column widths in twentieths of a point: the area by its longest name, the rest alike."""
    total = int(WIDTH.pt * 20)
    longest = max((len(row[0].text) for row in item.rows), default=4)
    first = min(max(longest, 4) * 10.5 + 12, WIDTH.pt * 0.36)
    rest = (total - int(first * 20)) // (len(item.header) - 1)
    return [total - rest * (len(item.header) - 1)] + [rest] * (len(item.header) - 1)


def _cell(cell: Any, text: str, font: str, side: Any) -> None:
    line = cell.paragraphs[0]
    line.alignment = side
    _spacing(line.paragraph_format, 15)
    wordparts.middle(cell)
    _run(line, text, font=font, size=10.5)


def _picture(book: Any, item: Picture) -> None:
    drawn = charts.curve_png(title="", unit=item.unit, series=item.lines, width=600, height=250, scale=2.5)
    place = _paragraph(book, WD_ALIGN_PARAGRAPH.CENTER, exact=None)
    place.paragraph_format.keep_with_next = True
    place.paragraph_format.space_before = Pt(8)
    picture = place.add_run().add_picture(io.BytesIO(drawn), width=Mm(150))
    picture._inline.docPr.set("descr", printable(item.caption))
    _caption(book, item.caption, item.notes, before=2, after=10, keep=False)


def _caption(
    book: Any, text: str, notes: Sequence[int], *, before: float, after: float, keep: bool = True
) -> None:
    line = _paragraph(book, WD_ALIGN_PARAGRAPH.CENTER, exact=18)
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(before), Pt(after)
    line.paragraph_format.keep_with_next = keep
    _run(line, text, font=HEI, size=12)
    _marks(line, notes, size=12)


def _sources(book: Any, pages: Printed) -> None:
    if not pages.notes and not pages.by_hand:
        return
    title = _paragraph(book, exact=20)
    title.paragraph_format.space_before = Pt(20)
    title.paragraph_format.keep_with_next = True
    _run(title, _("Sources of the figures"), font=HEI, size=12)
    notes = [(f"[{n}]", text) for n, text in enumerate(pages.notes, start=1)]
    for mark, text in [*notes, *(("＊", text) for text in pages.by_hand)]:
        line = _paragraph(book, WD_ALIGN_PARAGRAPH.JUSTIFY, exact=15)
        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Pt(21), Pt(-21)
        _run(line, f"{mark}\t{text}", size=9.5)
        line.paragraph_format.tab_stops.add_tab_stop(Pt(21))


def _foot(book: Any, pages: Printed) -> None:
    lines = [pages.sent_to] if pages.sent_to else []
    lines.append(f"{pages.office}\t{pages.closing}")
    lines += [signed(pages)] if pages.signed else []
    for number, text in enumerate(lines):
        line = _paragraph(book, exact=24)
        line.paragraph_format.keep_with_next = number < len(lines) - 1
        if number == 0:
            line.paragraph_format.space_before = Pt(30)
        line.paragraph_format.tab_stops.add_tab_stop(WIDTH - Pt(14), WD_TAB_ALIGNMENT.RIGHT)
        _run(line, f"　{text}", size=14)
        if number == 0 or text.endswith(pages.closing):
            wordparts.rule(line, "top", "000000", 8, 3)
        if number == len(lines) - 1:
            wordparts.rule(line, "bottom", "000000", 8, 3)


def _runs(line: Any, runs: Sequence[Run]) -> None:
    for run in runs:
        _run(line, run.text)
        if run.hand:
            _run(line, "＊", superscript=True)


def _marks(line: Any, notes: Sequence[int], size: float = BODY) -> None:
    if notes:
        _run(line, "".join(f"[{n}]" for n in notes), size=size, superscript=True)


def _paragraph(book: Any, side: Any = None, *, exact: float | None = LEADING, indent: bool = False) -> Any:
    line = book.add_paragraph()
    if side is not None:
        line.alignment = side
    elif indent:
        line.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    if exact is None:
        line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    else:
        _spacing(line.paragraph_format, exact)
    if indent:
        wordparts.two_characters(line)
    return line


def _spacing(format: Any, points: float) -> None:
    format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    format.line_spacing = Pt(points)
    format.space_before = format.space_before or Pt(0)
    format.space_after = format.space_after or Pt(0)


def _run(
    line: Any,
    text: str,
    *,
    font: str = FANGSONG,
    size: float = BODY,
    bold: bool = False,
    colour: RGBColor | None = None,
    tracking: float = 0,
    superscript: bool = False,
) -> None:
    run = line.add_run(printable(text))
    run.font.size = Pt(size)
    run.font.bold = bold
    run.font.italic = False
    run.font.color.rgb = colour or RGBColor(0, 0, 0)
    run.font.superscript = superscript or None
    latin = font if font in (HEI, SONG) else LATIN
    wordparts.set_fonts(run._element.get_or_add_rPr(), latin, font)
    if tracking:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(int(tracking * 20)))
        wordparts.in_order(run._element.get_or_add_rPr(), spacing)
