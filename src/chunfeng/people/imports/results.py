"""The file as it was given, each row with its verdict and reasons; and the empty template."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from django.utils.translation import gettext as _

from chunfeng.people.choices import Category, IdKind, Verdict
from chunfeng.people.imports import storing
from chunfeng.people.imports.fields import FIELDS
from chunfeng.people.imports.reading import Layout, rows_of
from chunfeng.people.imports.reasons import sentences
from chunfeng.people.models import ImportRow, ImportRun

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CELL = 32_000
_LINES = 1_000
_TEMPLATE_ROWS = 5_000
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file to hand out: name, media type, and its bytes piece by piece."""

    name: str
    media_type: str
    chunks: Iterator[bytes]


def result_file(run: ImportRun) -> ResultFile:
    """Every row of the source with its verdict and reasons, as CSV or xlsx as it came.

    Rows not settled yet come with an empty verdict. Read it inside the scope of whoever may see the run.
    """
    stem = Path(run.file.name).stem
    if run.columns["kind"] == "xlsx":
        return ResultFile(f"{stem}-{_('result')}.xlsx", XLSX, _as_xlsx(run))
    return ResultFile(f"{stem}-{_('result')}.csv", f"text/csv; charset={_charset(run)}", _as_csv(run))


def template() -> bytes:
    """An empty sheet with all headings, drop-downs for sex, kind of document and category, and how to fill in."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet, notes = book.add_worksheet(_("People")), book.add_worksheet(_("How to fill in"))
    head = book.add_format({"bold": True, "bg_color": "#E2F1EA"})
    text = book.add_format({"num_format": "@"})
    choices = {
        "sex": [_("Male"), _("Female")],
        "id_kind": [str(kind.label) for kind in IdKind],
        "category": [str(category.label) for category in Category],
    }
    lists = book.add_worksheet(_("Lists"))
    lists.hide()
    for at, field in enumerate(FIELDS):
        sheet.set_column(at, at, 24 if field.key in ("id_number", "address", "id_kind") else 15, text)
        sheet.write_string(0, at, str(field.label) + (" *" if field.needed else ""), head)
        if words := choices.get(field.key):
            lists.write_column(0, at, words)
            letter = xlsxwriter.utility.xl_col_to_name(at)
            source = f"='{lists.name}'!${letter}$1:${letter}${len(words)}"
            sheet.data_validation(
                1, at, _TEMPLATE_ROWS, at,
                {"validate": "list", "source": source, "error_type": "warning"},
            )  # fmt: skip
    sheet.freeze_panes(1, 1)
    notes.set_column(0, 0, 26)
    notes.set_column(1, 1, 90)
    for at, (what, said) in enumerate(_how()):
        notes.write_string(at, 0, what, head)
        notes.write_string(at, 1, said)
    book.close()
    return out.getvalue()


def _how() -> list[tuple[str, str]]:
    return [
        (_("Name"), _("The only cell that must be filled in.")),
        (_("Document number"), _("18 digits, or 15 in the old form. The same number is the same person.")),
        (_("Home area"), _("The code of 12 digits or the full name; empty: the area of your office.")),
        (_("Phone"), _("Several numbers with commas between them. A number may belong to many people.")),
        (_("Category"), _("Several with commas between them: %(words)s.") % {
            "words": "、".join(str(category.label) for category in Category)
        }),
        (_("Date of birth"), "1985-03-07"),
        (_("Empty cells"), _("Leave what the register already says; nothing in it is overwritten.")),
    ]  # fmt: skip


def _layout(run: ImportRun) -> Layout:
    found = run.columns
    return Layout(found["kind"], run.encoding, found["delimiter"], found["row"])


def _lines(run: ImportRun) -> Iterator[list[str]]:
    """The header, then every row with row number, verdict and reasons behind it."""
    header = run.columns["header"]
    yield [*header, _("Row"), _("Verdict"), _("Reasons")]
    labels = {verdict.value: str(verdict.label) for verdict in Verdict}
    settled = ImportRow.objects.filter(run=run).order_by("number").values_list("number", "verdict", "reasons")
    known = settled.iterator(chunk_size=_LINES)
    said: dict[str, str] = {}
    ready = next(known, None)
    with rows_of(storing.path_of(run.file), _layout(run)) as rows:
        for number, cells in enumerate(rows, start=1):
            while ready is not None and ready[0] < number:
                ready = next(known, None)
            verdict, why = "", ""
            if ready is not None and ready[0] == number:
                verdict = labels[ready[1]]
                key = "\n".join(ready[2])
                if key not in said:
                    if len(said) > _LINES:
                        said.clear()
                    said[key] = sentences(ready[2])
                why = said[key]
            padded = cells + [""] * (len(header) - len(cells))
            yield [*padded, str(number), verdict, why]


def _charset(run: ImportRun) -> str:
    return "gb18030" if run.encoding == "gb18030" else "utf-16" if run.encoding == "utf-16" else "utf-8"


def _as_csv(run: ImportRun) -> Iterator[bytes]:
    """In the encoding it came in; UTF-8 with a mark at its beginning, which spreadsheets need."""
    encoding = _charset(run)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=run.columns["delimiter"])
    first = b"\xef\xbb\xbf" if encoding == "utf-8" else b"\xff\xfe" if encoding == "utf-16" else b""
    coded = "utf-16-le" if encoding == "utf-16" else encoding
    for at, line in enumerate(_lines(run)):
        writer.writerow(line)
        if at % _LINES == 0:
            yield first + text.getvalue().encode(coded, errors="replace")
            first = b""
            text.seek(0)
            text.truncate()
    if text.tell():
        yield text.getvalue().encode(coded, errors="replace")


def _as_xlsx(run: ImportRun) -> Iterator[bytes]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chunfeng-")))
        book = xlsxwriter.Workbook(str(folder / "result.xlsx"), {**_OPTIONS, "tmpdir": str(folder)})
        sheet = book.add_worksheet(_("Result"))
        for at, line in enumerate(_lines(run)):
            for column, cell in enumerate(line):
                if cell:
                    sheet.write_string(at, column, cell[:_CELL])
        book.close()
        stream = stack.enter_context((folder / "result.xlsx").open("rb"))
        while block := stream.read(1 << 16):
            yield block
