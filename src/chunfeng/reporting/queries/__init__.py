"""Reading forms, the ledger, roll-ups, situations and bulletins."""

from chunfeng.reporting.queries.forms import (
    current_version,
    definition_of,
    draft_of,
    form_by_code,
    form_by_id,
    forms_in_sight,
    library,
    newest_wording,
    peak_by_id,
    peak_periods,
    version_for,
    versions,
)
from chunfeng.reporting.queries.pivot import Axis, Pivot, pivot
from chunfeng.reporting.queries.quality import behind, quality
from chunfeng.reporting.queries.rollup import AreaRow, Figure, RollUp, figure, levels, rollup, series

__all__ = [
    "AreaRow",
    "Axis",
    "Figure",
    "Pivot",
    "RollUp",
    "behind",
    "current_version",
    "definition_of",
    "draft_of",
    "figure",
    "form_by_code",
    "form_by_id",
    "forms_in_sight",
    "levels",
    "library",
    "newest_wording",
    "peak_by_id",
    "peak_periods",
    "pivot",
    "quality",
    "rollup",
    "series",
    "version_for",
    "versions",
]
