"""Small files of made-up people, and an import of them from beginning to end."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from chunfeng.core import scope
from chunfeng.core.actor import Actor
from chunfeng.people.actions import imports
from chunfeng.people.imports import result_file
from chunfeng.people.models import Dataset, ImportRow, ImportRun
from tests import factories as f

HEADER = ("姓名", "身份证号", "联系电话", "户籍地区划代码", "工作单位", "人员类别", "备注")


def as_csv(
    rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", header: Sequence[str] = HEADER
) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[object]], *, header: Sequence[str] = HEADER) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for at, row in enumerate([header, *rows]):
        sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


def taken(data: bytes, by: Actor, into: Dataset, *, name: str = "台账.csv", **more) -> ImportRun:
    """The import of a file, carried out."""
    with scope.applied(by):
        started = imports.start(source=data, name=name, dataset=into, by=by, at=f.NOW, **more)
    return imports.run(started.pk, f.NOW)


def verdicts(run: ImportRun) -> list[str]:
    return list(ImportRow.objects.filter(run=run).order_by("number").values_list("verdict", flat=True))


def reasons(run: ImportRun, number: int) -> list[str]:
    return list(ImportRow.objects.get(run=run, number=number).reasons)


def results(run: ImportRun) -> list[list[str]]:
    """The lines of a result file in CSV."""
    data = b"".join(result_file(run).chunks)
    encoding = "utf-8-sig" if run.encoding.startswith("utf-8") else run.encoding
    return list(csv.reader(io.StringIO(data.decode(encoding))))
