"""Reading forms, the ledger, roll-ups, situations and bulletins."""

from chunfeng.reporting.queries.forms import (
    current_version,
    definition_of,
    draft_of,
    form_by_code,
    form_by_id,
    forms_in_sight,
    library,
    peak_by_id,
    peak_periods,
    version_for,
    versions,
)

__all__ = [
    "current_version",
    "definition_of",
    "draft_of",
    "form_by_code",
    "form_by_id",
    "forms_in_sight",
    "library",
    "peak_by_id",
    "peak_periods",
    "version_for",
    "versions",
]
