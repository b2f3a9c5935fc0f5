"""What a review still has to decide."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from chunfeng.notices.choices import DutyState
from chunfeng.notices.models import Duty, Notice


@dataclass(frozen=True, slots=True)
class Left:
    """One kind of open question and how many there are."""

    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Counters:
    """The duties of a notice by state, and what is open. `ready` can be confirmed together."""

    proposed: int
    confirmed: int
    dropped: int
    undated: int
    by_default: int
    ready: int
    suspects: int

    @property
    def open(self) -> int:
        return self.proposed + self.suspects


def counters(notice: Notice) -> Counters:
    """One query over the notice's duties."""
    proposed = Q(state=DutyState.PROPOSED)
    undated = Duty.UNDATED
    found = notice.duties.aggregate(
        proposed=Count("id", filter=proposed),
        confirmed=Count("id", filter=Q(state=DutyState.CONFIRMED)),
        dropped=Count("id", filter=Q(state=DutyState.DROPPED)),
        undated=Count("id", filter=undated & ~Q(state=DutyState.DROPPED)),
        by_default=Count("id", filter=proposed & Q(date_by_default=True)),
        ready=Count("id", filter=proposed & Q(date_by_default=False) & ~undated),
    )
    return Counters(**found, suspects=sum(not place.get("settled") for place in notice.suspects))


def undecided(notice: Notice) -> list[Left]:
    """Why the review cannot be finished; empty when it can."""
    count = counters(notice)
    found = [
        Left(_("duties neither confirmed nor dropped"), count.proposed),
        Left(_("deadlines without a date"), count.undated),
        Left(_("doubtful places nobody looked at"), count.suspects),
    ]
    if not notice.title:
        found.append(Left(_("the title is missing"), 1))
    return [left for left in found if left.count]
