"""Everything that changes notices. Keyword-only; `by` acts, `at` is when."""

from chunfeng.notices.actions.duties import (
    add_duty,
    confirm,
    confirm_dated,
    correct_duty,
    drop,
    restore,
    set_default,
    split,
)
from chunfeng.notices.actions.explaining import add_emergency, end_emergency, explain, unmask_contacts
from chunfeng.notices.actions.issuing import allot_number, forward, issue, receive, send, withdraw
from chunfeng.notices.actions.register import register, retype
from chunfeng.notices.actions.review import (
    Conflict,
    classify,
    correct,
    correct_citation,
    correct_clause,
    finish_review,
    reopen_review,
    settle_suspect,
)

__all__ = [
    "Conflict",
    "add_duty",
    "add_emergency",
    "allot_number",
    "classify",
    "confirm",
    "confirm_dated",
    "correct",
    "correct_citation",
    "correct_clause",
    "correct_duty",
    "drop",
    "end_emergency",
    "explain",
    "finish_review",
    "forward",
    "issue",
    "receive",
    "register",
    "reopen_review",
    "restore",
    "retype",
    "send",
    "set_default",
    "settle_suspect",
    "split",
    "unmask_contacts",
    "withdraw",
]
