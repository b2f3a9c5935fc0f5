"""The rows of a sheet as they were given, each with what became of it; it may be put right and handed in again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chunfeng.reporting.definition import Type
from chunfeng.reporting.sheets.layout import COMMENT, Entry
from chunfeng.reporting.sheets.review import STOPS, Judged, Review
from chunfeng.reporting.sheets.writing import write_xlsx


def result_xlsx(found: Review) -> bytes:
    """The sheet again, with a column of verdicts and the cells at fault painted."""
    layout = found.sheet.layout
    return write_xlsx(
        layout,
        [_entry(found, judged) for judged in found.rows],
        verdicts={n: verdict(found, judged) for n, judged in enumerate(found.rows)},
        bad={n: frozenset(judged.faults) for n, judged in enumerate(found.rows) if judged.faults},
    )


def verdict(found: Review, judged: Judged) -> str:
    """What became of a row, in words: each fault with the cell it stood in."""
    if judged.done:
        return _("Filed")
    said = str(judged.verdict.label)
    if judged.verdict in STOPS:
        said += "：" + "；".join(str(fault) for fault in found.faults(judged))
    return said


def _entry(found: Review, judged: Judged) -> Entry:
    row, cells = judged.row, found.sheet.layout.cells
    values = dict(row.values) | row.raw
    for code, value in row.values.items():
        indicator = cells[code].indicator
        if indicator.type is Type.CHOICE and value in indicator.choices:
            values[code] = str(indicator.choices[str(value)])
    return Entry(
        office_code=row.office_code,
        office_name=row.office_name,
        area_code=judged.owed.area_code if judged.owed else "",
        values=values,
        on=row.on,
        comment=judged.comment if COMMENT not in judged.faults else row.comment,
        reason=row.reason,
        zero=row.zero,
    )
