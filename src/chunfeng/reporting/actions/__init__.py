"""Everything that changes forms, obligations, filings, situations and bulletins."""

from chunfeng.reporting.actions.bulletins import add_series as add_bulletin_series
from chunfeng.reporting.actions.bulletins import change_series as change_bulletin_series
from chunfeng.reporting.actions.bulletins import discard as discard_bulletin
from chunfeng.reporting.actions.bulletins import draft as draft_bulletin
from chunfeng.reporting.actions.bulletins import edit as edit_bulletin
from chunfeng.reporting.actions.bulletins import issue as issue_bulletin
from chunfeng.reporting.actions.bulletins import refresh as refresh_bulletin
from chunfeng.reporting.actions.calls import compose_call, read_source
from chunfeng.reporting.actions.chasing import chase_silent, remind_due
from chunfeng.reporting.actions.filing import file_event, file_report, file_zero
from chunfeng.reporting.actions.forms import (
    create_form,
    end_form,
    publish,
    save_draft,
    source_of,
    take_from_library,
)
from chunfeng.reporting.actions.moves import accept, exempt, owe_again, return_report, unlock
from chunfeng.reporting.actions.obligations import make_due, make_obligations
from chunfeng.reporting.actions.peaks import add_peak_period, end_peak_period
from chunfeng.reporting.actions.settling import settle_tasks
from chunfeng.reporting.actions.sheets import BadSheet, file_sheet, review_sheet
from chunfeng.reporting.actions.situations import (
    add_situation_news,
    escalate_situations,
    merge_situations,
    pass_on_situation,
    pass_over_silent,
    report_situation,
    reveal_situation,
    settle_situation,
    take_in_situation,
)
from chunfeng.reporting.actions.suggesting import pull_suggestions, suggest
from chunfeng.reporting.actions.verifying import Finding, verify
from chunfeng.reporting.statements import BadFiling, Doubt

__all__ = [
    "BadFiling",
    "BadSheet",
    "Doubt",
    "Finding",
    "accept",
    "add_bulletin_series",
    "add_peak_period",
    "add_situation_news",
    "change_bulletin_series",
    "chase_silent",
    "compose_call",
    "create_form",
    "discard_bulletin",
    "draft_bulletin",
    "edit_bulletin",
    "end_form",
    "end_peak_period",
    "escalate_situations",
    "exempt",
    "file_event",
    "file_report",
    "file_sheet",
    "file_zero",
    "issue_bulletin",
    "make_due",
    "make_obligations",
    "merge_situations",
    "owe_again",
    "pass_on_situation",
    "pass_over_silent",
    "publish",
    "pull_suggestions",
    "read_source",
    "refresh_bulletin",
    "remind_due",
    "report_situation",
    "return_report",
    "reveal_situation",
    "review_sheet",
    "save_draft",
    "settle_situation",
    "settle_tasks",
    "source_of",
    "suggest",
    "take_from_library",
    "take_in_situation",
    "unlock",
    "verify",
]
