"""Figures of areas, rolled up live from the reports."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from chunfeng.api.auth import needs
from chunfeng.api.types import BIGGEST_KEY, FullCode
from chunfeng.core.errors import Refused
from chunfeng.reporting import queries
from chunfeng.reporting.queries.rollup import AreaRow, RollUp, in_unit, indicator_of, rollup

router = Router(tags=["figures"])
MOST_DAYS = 366


class By(StrEnum):
    """Rows by the areas directly below, or by a level of divisions."""

    CHILDREN = "children"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


_LEVELS = {By.PROVINCE: 1, By.PREFECTURE: 2, By.COUNTY: 3, By.TOWNSHIP: 4, By.VILLAGE: 5}


class FigureRow(Schema):
    """One area: how complete its reports are, and its figures by cell code in their own unit."""

    code: str
    name: str
    own: bool = Field(description="The seat's own line and what no area below holds.")
    due: int = Field(description="Reports owed, the exempt left out.")
    answered: int
    zero: int
    late: int
    missing: int
    returned: int
    exempt: int
    numbers: dict[str, float | None] = Field(description="null where nobody stated anything: not zero.")


class CellOut(Schema):
    """What a figure means and who ordered it."""

    code: str
    label: str
    unit: str
    aggregate: str
    source: str


class FiguresOut(Schema):
    """The table; the rows add up to the total."""

    form_id: int
    area: str
    first: dt.date
    last: dt.date
    today: bool = Field(description="By today's divisions instead of as reported.")
    as_of: dt.datetime
    source: str
    cells: list[CellOut]
    rows: list[FigureRow]
    total: FigureRow


Day = Annotated[dt.date, Query(ge=dt.date(1949, 10, 1), le=dt.date(2199, 12, 31))]


@router.get("", response=FiguresOut, summary="Figures of a form over days, by area")
@needs("report.read")
def get_figures(
    request: HttpRequest,
    form: Annotated[int, Query(ge=1, le=BIGGEST_KEY)],
    first: Day,
    last: Day,
    area: FullCode = None,
    by: Annotated[By, Query()] = By.CHILDREN,
    today: bool = False,
) -> dict[str, Any]:
    """Of periods that begin from `first` to `last`, at most 366 days. An area outside the posting's range is 404."""
    found = queries.form_by_id(form)
    if found is None or (area and not request.actor.sees(area)):
        raise Http404
    if last < first or (last - first).days >= MOST_DAYS:
        raise Refused(_("Give a first and a last day in order, at most 366 days."))
    level = _LEVELS.get(by, "children")
    table = rollup(
        request.actor, found, first, last, at=timezone.now(), by=level, area=area or "", today=today
    )
    return {
        "form_id": found.pk,
        "area": table.area,
        "first": first,
        "last": last,
        "today": today,
        "as_of": table.as_of,
        "source": found.source,
        "cells": _cells(table),
        "rows": [_row(table, each) for each in table.rows],
        "total": _row(table, table.total),
    }


def _cells(table: RollUp) -> list[dict[str, str]]:
    shown = [(cell.code, cell.indicator, cell.label) for cell in table.definition.number_cells]
    shown += [(each.code, each, each.label) for each in table.definition.ratios]
    return [
        {
            "code": code,
            "label": str(indicator.label) if label == indicator.label else f"{indicator.label}·{label}",
            "unit": "%" if indicator in table.definition.ratios else indicator.unit,
            "aggregate": indicator.aggregate,
            "source": str(indicator.source or table.form.source),
        }
        for code, indicator, label in shown
    ]


def _row(table: RollUp, row: AreaRow) -> dict[str, Any]:
    numbers = {
        code: in_unit(indicator_of(table.definition, code), number) for code, number in row.numbers.items()
    }
    return {"code": row.code, "name": row.name, "own": row.own, "numbers": numbers} | row.counts._asdict()
