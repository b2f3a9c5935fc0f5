"""A table of figures as an xlsx file, with an audit event: for pages that are no list of rows (see `lists`)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from chunfeng.core import events
from chunfeng.offices import roles
from chunfeng.web.lists import XLSX


def sheet(
    request: HttpRequest, name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]], **detail: Any
) -> HttpResponse:
    """One sheet: text as text, whole numbers as numbers, Decimal with two decimals; None stays empty."""
    roles.require(request.actor, "export")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet()
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    for n, head in enumerate(heads):
        page.set_column(n, n, 28 if n == 0 else 14)
        page.write_string(0, n, str(head), bold)
    line = 0
    for line, row in enumerate(rows, start=1):
        for n, value in enumerate(row):
            if isinstance(value, Decimal):
                page.write_number(line, n, float(value), money)
            elif isinstance(value, int):
                page.write_number(line, n, value)
            elif value is not None:
                page.write_string(line, n, str(value)[:32_767])
    page.freeze_panes(1, 1)
    book.close()
    events.record_export(f"{name}.export", by=request.actor, detail={"rows": line} | detail)
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}-{stamp}.xlsx")
    return response
