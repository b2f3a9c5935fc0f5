"""The pivot page: rows, columns and figures chosen by whoever asks, as a page and as xlsx."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from chunfeng.core import events
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.reporting.queries import Axis, Pivot, pivot
from chunfeng.reporting.queries.pivot import BadAxes, Key
from chunfeng.reporting.queries.rollup import in_unit, indicator_of, shown
from chunfeng.web.figures.asked import Question, ask, choices, head
from chunfeng.web.guards import guarded
from chunfeng.web.lists import XLSX

MOST_COLUMNS = 62
MOST_FIGURES = 100_000


@guarded("report.read")
def turned(request: HttpRequest, pk: int) -> HttpResponse:
    """Two axes out of areas, time and indicators."""
    question = ask(request, pk)
    if question is None:
        return render(request, "web/figures/nothing.html", {"form_id": pk})
    rows, columns = _axis(request, "rows", Axis.BELOW), _axis(request, "columns", Axis.INDICATOR)
    several = Axis.INDICATOR in (rows, columns)
    try:
        found = pivot(
            question.actor, question.form, question.first, question.last, rows=rows, columns=columns,
            cells=question.cells if several else [question.cell], at=question.at, area=question.area,
        )  # fmt: skip
    except BadAxes:
        raise Refused(
            _("Rows and columns must differ: choose areas for one and days or indicators for the other.")
        ) from None
    if len(found.rows) * len(found.columns) > MOST_FIGURES:
        raise Refused(_("The table has too many figures. Choose fewer days or a higher level."))
    if request.GET.get("export") == "xlsx":
        return _export(request, question, found, rows, columns)
    context = {
        "q": question,
        "found": found,
        "wide": len(found.columns) > MOST_COLUMNS,
        "lines": [] if len(found.columns) > MOST_COLUMNS else _lines(found),
        "sums": _sums(found),
        "grand": _shown(found, found.total, None, None),
        "axes": Axis.choices,
        "rows": rows,
        "columns": columns,
        "several": several,
        "choices": choices(question.definition).items(),
        "head": head(question.form, question.definition, question.cell) if question.cell else None,
        "export": question.link(rows=rows.value, columns=columns.value, export="xlsx"),
    }
    return render(request, "web/figures/pivot.html", context)


def _axis(request: HttpRequest, name: str, default: Axis) -> Axis:
    asked = request.GET.get(name, "")
    return Axis(asked) if asked in Axis.values else default


def _lines(found: Pivot) -> list[tuple[str, list[str], str | None]]:
    return [
        (
            _name(row, label),
            [_shown(found, found.numbers[row, column], row, column) for column, _label in found.columns],
            None if found.row_totals is None else _shown(found, found.row_totals[row], row, None),
        )
        for row, label in found.rows
    ]


def _sums(found: Pivot) -> list[str] | None:
    if found.column_totals is None:
        return None
    return [_shown(found, found.column_totals[key], None, key) for key, _label in found.columns]


def _shown(found: Pivot, number: Any, row: Key | None, column: Key | None) -> str:
    return shown(indicator_of(found.definition, found.cell_of(row, column)), number)


def _name(key: Key, label: str) -> str:
    return _("%(area)s, own level") % {"area": label} if isinstance(key, tuple) and key[1] else label


def _export(
    request: HttpRequest, question: Question, found: Pivot, rows: Axis, columns: Axis
) -> HttpResponse:
    roles.require(question.actor, "export")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    sheet.write_string(0, 0, f"{question.form.title} {question.first} – {question.last}", bold)
    heads = [head(question.form, question.definition, cell) for cell in found.cells]
    sheet.write_string(
        1, 0, _("Source: %(source)s") % {"source": "；".join(dict.fromkeys(h.source for h in heads))}
    )
    as_of = timezone.localtime(found.as_of).strftime("%Y-%m-%d %H:%M")
    sheet.write_string(2, 0, _("Figures as of %(moment)s") % {"moment": as_of})
    for x, (key, label) in enumerate(found.columns, start=1):
        sheet.write_string(3, x, _name(key, label), bold)
    for y, (row, label) in enumerate(found.rows, start=4):
        sheet.write_string(y, 0, _name(row, label), bold)
        for x, (column, _label) in enumerate(found.columns, start=1):
            _write(sheet, y, x, found, found.numbers[row, column], row, column)
        if found.row_totals is not None:
            _write(sheet, y, len(found.columns) + 1, found, found.row_totals[row], row, None)
    if found.row_totals is not None:
        sheet.write_string(3, len(found.columns) + 1, _("Total"), bold)
    if found.column_totals is not None:
        y = 4 + len(found.rows)
        sheet.write_string(y, 0, _("Total"), bold)
        for x, (column, _label) in enumerate(found.columns, start=1):
            _write(sheet, y, x, found, found.column_totals[column], None, column)
    sheet.freeze_panes(4, 1)
    sheet.set_column(0, 0, 24)
    book.close()
    detail = {"form": question.form.pk, "rows": rows.value, "columns": columns.value}
    events.record_export("figures.pivot.export", by=question.actor, detail=detail)
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    response["Content-Disposition"] = content_disposition_header(True, f"pivot-{stamp}.xlsx")
    return response


def _write(
    sheet: Any, y: int, x: int, found: Pivot, number: Any, row: Key | None, column: Key | None
) -> None:
    value = in_unit(indicator_of(found.definition, found.cell_of(row, column)), number)
    if value is not None:
        sheet.write_number(y, x, value)
