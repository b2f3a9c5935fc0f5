"""What flows from one app to the next, in one list. Each step pulls what waits and may run any number of times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chunfeng.benefits.actions import enquiries
from chunfeng.people import actions as people
from chunfeng.people.actions import stock as isolations
from chunfeng.reporting import actions as reporting
from chunfeng.tasking import actions as tasking


@dataclass(frozen=True)
class Step:
    """One pull: a title for the terminal, and a function of the clock that returns what it did."""

    title: str
    run: Callable[[datetime], object]


STEPS = [
    Step("Tasks from issued notices", lambda now: tasking.assign_waiting(at=now)),
    Step("Reports owed in the next days", lambda now: reporting.make_due(now=now)),
    Step("Isolations counted, missing health records told", lambda now: isolations.watch(now=now)),
    Step("Figures offered to those who file", lambda now: reporting.pull_suggestions(now=now)),
    Step("Tasks settled by reports", lambda now: reporting.settle_tasks(now=now)),
    Step("Reminders of reports", lambda now: reporting.remind_due(now=now)),
    Step("Situations not taken in", lambda now: reporting.escalate_situations(now=now)),
    Step("Reminders and escalations", lambda now: tasking.chase(now=now)),
    Step("Messages sent", lambda now: tasking.deliver(now=now)),
    Step("Messages to many people written", lambda now: people.run_mailings(now=now)),
    Step("Messages to people sent", lambda now: people.deliver(now=now)),
    Step("People past their day of deletion", lambda now: people.expire(now=now)),
    Step("Words of old questions taken away", lambda now: enquiries.expire(now=now)),
]
