"""The one way to show a list: search, filter, sort, page by key, export to xlsx."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import xlsxwriter
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _

from chunfeng.core import events
from chunfeng.core.errors import Refused
from chunfeng.offices import roles

PAGE = 50
EXPORT_LIMIT = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """One column. `order` names a non-null field or annotation; without it the column does not sort."""

    name: str
    label: Any
    value: Callable[[Any], Any]
    order: str = ""
    number: bool = False


@dataclass(frozen=True)
class Filter:
    """A drop-down over one field; `apply` replaces plain equality where that is not what the filter means."""

    name: str
    label: Any
    choices: Callable[[], Sequence[tuple[str, Any]]]
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None


@dataclass
class Page:
    """What the template shows: rows of one page, and where the next begins."""

    rows: list[Any]
    columns: Sequence[Column]
    filters: list[tuple[Filter, str, Sequence[tuple[str, Any]]]]
    text: str
    sort: str
    next_query: str = ""
    first_query: str = ""
    export_query: str = ""
    is_first: bool = True
    filtered: bool = False
    sort_links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Listing:
    """A list of one model. `sort` is the default order, "-" for falling; ties are broken by the key.

    `near` may narrow the chosen rows to some that surely hold the page, in the default order: it is given the
    request, the rows, and the key after which the page begins (None for the first page).
    """

    name: str
    columns: Sequence[Column]
    sort: str
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    filters: Sequence[Filter] = ()
    near: Callable[[HttpRequest, QuerySet[Any], int | None], QuerySet[Any]] | None = None

    def page(self, request: HttpRequest, rows: QuerySet[Any]) -> Page:
        """One page of the rows the request asks for; reads PAGE + 1 rows whatever the size of the table."""
        chosen = self._narrow(request, rows)
        sort, cursor = self._sort(request), request.GET.get("after", "")
        if self.near is not None and sort == self.sort:
            chosen = self.near(request, chosen, position(cursor)[1] if cursor else None)
        found = list(self._after(chosen, sort, cursor)[: PAGE + 1])
        more = len(found) > PAGE
        found = found[:PAGE]
        query = {k: v for k, v in request.GET.items() if k not in {"after", "export"} and v}
        page = Page(
            rows=found,
            columns=self.columns,
            filters=[(f, request.GET.get(f.name, ""), f.choices()) for f in self.filters],
            text=request.GET.get("q", ""),
            sort=sort,
            is_first="after" not in request.GET,
            first_query="?" + urlencode(query),
            export_query="?" + urlencode({**query, "export": "xlsx"}),
            filtered=any(request.GET.get(n) for n in ("q", *(f.name for f in self.filters))),
        )
        if more:
            page.next_query = "?" + urlencode({**query, "after": self._cursor(found[-1], sort)})
        for column in self.columns:
            if column.order:
                flipped = f"-{column.order}" if sort == column.order else column.order
                page.sort_links[column.name] = "?" + urlencode({**query, "sort": flipped})
        return page

    def wants_export(self, request: HttpRequest) -> bool:
        """Whether the request asks for the xlsx file."""
        return request.GET.get("export") == "xlsx"

    def export(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse:
        """The whole filtered list as xlsx, with an audit event. Refused above EXPORT_LIMIT rows."""
        actor = request.actor
        roles.require(actor, "export")
        sort = self._sort(request)
        chosen = self._order(self._narrow(request, rows), sort)
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False})
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for i, column in enumerate(self.columns):
            sheet.write_string(0, i, str(column.label), bold)
        line = 0
        for line, row in enumerate(chosen.iterator(chunk_size=2000), start=1):
            if line > EXPORT_LIMIT:
                raise Refused(
                    _("The list has more than %(limit)s rows. Narrow it with a filter, then export again.")
                    % {"limit": f"{EXPORT_LIMIT:,}"}
                )
            for i, column in enumerate(self.columns):
                _write(sheet, line, i, column.value(row))
        book.close()
        chosen_filters = {f.name: request.GET[f.name] for f in self.filters if request.GET.get(f.name)}
        searched = bool(
            request.GET.get("q")
        )  # the words may be a name or a number: they stay out of the trail
        events.record_export(
            f"{self.name}.export", by=actor, detail={"rows": line, "searched": searched} | chosen_filters
        )
        stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
        response = HttpResponse(out.getvalue(), content_type=XLSX)
        response["Content-Disposition"] = content_disposition_header(True, f"{self.name}-{stamp}.xlsx")
        return response

    def _narrow(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        text = request.GET.get("q", "").strip()
        if text and self.search is not None:
            rows = self.search(rows, text)
        for each in self.filters:
            value = request.GET.get(each.name, "")
            if value and value in {str(key) for key, _label in each.choices()}:
                rows = each.apply(rows, value) if each.apply else rows.filter(**{each.name: value})
        return rows

    def _sort(self, request: HttpRequest) -> str:
        asked = request.GET.get("sort", "")
        return asked if asked.lstrip("-") in {c.order for c in self.columns if c.order} else self.sort

    def _order(self, rows: QuerySet[Any], sort: str) -> QuerySet[Any]:
        sign = "-" if sort.startswith("-") else ""
        return rows.order_by(sort, f"{sign}pk")

    def _after(self, rows: QuerySet[Any], sort: str, cursor: str) -> QuerySet[Any]:
        rows = self._order(rows, sort)
        if not cursor:
            return rows
        name, (value, key) = sort.lstrip("-"), position(cursor)
        try:
            step = "lt" if sort.startswith("-") else "gt"
            return rows.filter(Q(**{f"{name}__{step}": value}) | Q(**{name: value, f"pk__{step}": key}))
        except (ValueError, TypeError, ValidationError) as error:
            raise _damaged() from error

    def _cursor(self, row: Model, sort: str) -> str:
        value: Any = row
        for part in sort.lstrip("-").split("__"):
            value = getattr(value, part)
        if isinstance(value, date | datetime):
            value = value.isoformat()
        return base64.urlsafe_b64encode(json.dumps([value, row.pk]).encode()).decode()


def position(cursor: str) -> tuple[Any, int]:
    """The value and the key of the last row of the page before."""
    try:
        value, key = json.loads(base64.urlsafe_b64decode(cursor))
        if "\x00" in str(value) or not 0 <= int(key) < 2**63:
            raise ValueError(cursor)
        return value, int(key)
    except (ValueError, TypeError) as error:
        raise _damaged() from error


def _damaged() -> Refused:
    return Refused(_("This page link is damaged. Open the list again from its first page."))


def _write(sheet: Any, line: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(line, column, _("yes") if value else _("no"))
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    elif isinstance(value, datetime):
        sheet.write_string(line, column, timezone.localtime(value).strftime("%Y-%m-%d %H:%M"))
    elif isinstance(value, date):
        sheet.write_string(line, column, value.isoformat())
    else:
        sheet.write_string(line, column, str(value)[:32_767])
