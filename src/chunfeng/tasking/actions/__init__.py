"""Everything that changes a task: making, working, reminding, settling."""

from chunfeng.tasking.actions.assigning import Assigned, Unresolved, assign, assign_waiting
from chunfeng.tasking.actions.chase_rules import set_chase_rule
from chunfeng.tasking.actions.issues import (
    change_issue,
    close_for,
    drop_issue,
    may_work,
    raise_for,
    raise_issue,
    settle_issue,
)
from chunfeng.tasking.actions.messages import (
    Letter,
    add_channel,
    mark_read,
    remind,
    stop_channel,
    tell,
    tell_all,
)
from chunfeng.tasking.actions.withdrawing import close_withdrawn
from chunfeng.tasking.actions.work import (
    accept,
    delegate,
    extend,
    note,
    open_period,
    refuse,
    report_done,
    send_back,
)
from chunfeng.tasking.chasing import Chased, chase
from chunfeng.tasking.outbox import Delivered, deliver

__all__ = [
    "Assigned",
    "Chased",
    "Delivered",
    "Letter",
    "Unresolved",
    "accept",
    "add_channel",
    "assign",
    "assign_waiting",
    "change_issue",
    "chase",
    "close_for",
    "close_withdrawn",
    "delegate",
    "deliver",
    "drop_issue",
    "extend",
    "mark_read",
    "may_work",
    "note",
    "open_period",
    "raise_for",
    "raise_issue",
    "refuse",
    "remind",
    "report_done",
    "send_back",
    "set_chase_rule",
    "settle_issue",
    "stop_channel",
    "tell",
    "tell_all",
]
