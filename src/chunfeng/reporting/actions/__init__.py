"""Everything that changes forms, obligations, filings, situations and bulletins."""

from chunfeng.reporting.actions.calls import compose_call, read_source
from chunfeng.reporting.actions.forms import (
    create_form,
    end_form,
    publish,
    save_draft,
    source_of,
    take_from_library,
)
from chunfeng.reporting.actions.peaks import add_peak_period, end_peak_period

__all__ = [
    "add_peak_period",
    "compose_call",
    "create_form",
    "end_form",
    "end_peak_period",
    "publish",
    "read_source",
    "save_draft",
    "source_of",
    "take_from_library",
]
