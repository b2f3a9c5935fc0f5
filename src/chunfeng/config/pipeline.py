"""What flows from one app to the next, in one list. Each step pulls what waits and may run any number of times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.tasking import actions as tasking


@dataclass(frozen=True)
class Step:
    """One pull: a title for the terminal and a function that returns how many rows it made."""

    title: str
    pull: Callable[[datetime], int]

    def run(self, now: datetime) -> int:
        """Run once, seeing every area."""
        with scope.applied(SYSTEM):
            return self.pull(now)


STEPS = [
    Step("Tasks from issued notices", lambda now: tasking.assign_waiting(by=SYSTEM, at=now)),
    Step("Reminders and escalations", lambda now: tasking.chase(now=now)),
]
