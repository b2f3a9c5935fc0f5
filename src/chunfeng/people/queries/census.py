"""How rounds of calls stand: by area, caller, branch and outcome, live, in one grouped look at the list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.choices import CallState, CampaignState, Outcome
from chunfeng.people.models import CallItem, Campaign, ContactRecord
from chunfeng.people.models.census import OPEN_CALLS

ANSWERED = (CallState.DONE, CallState.CONTESTED)
_ENDS = (2, 4, 6, 9, 12, 15, 18)
VILLAGE = 5


@dataclass
class Tally:
    """How many entries stand where. `asked` is everybody but those taken off the list."""

    states: dict[str, int] = field(default_factory=dict)

    def add(self, state: str, n: int) -> None:
        self.states[state] = self.states.get(state, 0) + n

    def count(self, *states: str) -> int:
        return sum(self.states.get(state, 0) for state in states)

    @property
    def asked(self) -> int:
        return sum(self.states.values()) - self.count(CallState.DROPPED)

    @property
    def answered(self) -> int:
        return self.count(*ANSWERED)

    @property
    def unreached(self) -> int:
        return self.count(CallState.UNREACHED)

    @property
    def open(self) -> int:
        return self.count(*OPEN_CALLS)

    @property
    def contested(self) -> int:
        return self.count(CallState.CONTESTED)

    @property
    def dropped(self) -> int:
        return self.count(CallState.DROPPED)

    @property
    def per_mille(self) -> int | None:
        """Answered of a thousand asked, rounded down: a share is 1000 only when everybody has answered."""
        return self.answered * 1000 // self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Board:
    """One area of a round: everything, and by the areas directly below, by caller, branch and last outcome.

    `areas` maps full codes; the area's own code stands there for entries that belong to none below. `callers` maps
    keys of users, None for entries nobody has. `outcomes` are those of the entries not reached.
    """

    area: str
    total: Tally
    areas: dict[str, Tally]
    callers: dict[int | None, Tally]
    branches: dict[str, int]
    outcomes: dict[str, int]


_BOARD = """
SELECT grouping(area, caller_id, branch, outcome), area, caller_id, branch, outcome, state, sum(n)
FROM (
    SELECT left(area_code, %(width)s) AS area, caller_id, branch, outcome, state, n
    FROM (
        SELECT area_code, state, caller_id, branch, outcome, count(*) AS n
        FROM people_callitem
        WHERE campaign_id = %(campaign)s AND area_code >= %(lo)s AND area_code < %(hi)s
        GROUP BY area_code, state, caller_id, branch, outcome
    ) AS alike
) AS parts
GROUP BY GROUPING SETS ((area, state), (caller_id, state), (branch, state), (outcome, state))
"""
_AREA, _CALLER, _BRANCH, _OUTCOME = 0b0111, 0b1011, 0b1101, 0b1110


def board(actor: Actor, campaign: Campaign, area: str = "") -> Board:
    """The standing of a round in an area (default: the actor's share of it), read in one grouped look.

    Where everybody lives in one of the areas below, that one's parts are shown instead.
    """
    here = area or _narrower(actor.area_code or codes.COUNTRY, campaign.area_code)
    ends = CallItem.objects.filter(campaign=campaign, **_range(actor, here)).order_by()
    first, last = ends.aggregate(first=Min("area_code"), last=Max("area_code")).values()
    for width in _ENDS[codes.level(here) : VILLAGE]:
        if first is None or first[:width] != last[:width]:
            return _read(actor, campaign, here, width)
    return _read(actor, campaign, here, _ENDS[max(codes.level(here), VILLAGE) - 1])


def _range(actor: Actor, area: str) -> dict[str, str]:
    lo, hi = codes.code_range(area)
    return {"area_code__gte": max(lo, actor.lo), "area_code__lt": min(hi, actor.hi)}


def _read(actor: Actor, campaign: Campaign, area: str, width: int) -> Board:
    found = Board(area, Tally(), {}, {}, {}, {})
    lo, hi = codes.code_range(area)
    given: dict[str, int | str] = {
        "width": width,
        "campaign": campaign.pk,
        "lo": max(lo, actor.lo),
        "hi": min(hi, actor.hi),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BOARD, given)
        for kind, code, caller, branch, outcome, state, many in cursor.fetchall():
            n = int(many)
            if kind == _AREA:
                found.total.add(state, n)
                found.areas.setdefault(_full(code), Tally()).add(state, n)
            elif kind == _CALLER:
                found.callers.setdefault(caller, Tally()).add(state, n)
            elif kind == _BRANCH and state in ANSWERED:
                found.branches[branch] = found.branches.get(branch, 0) + n
            elif kind == _OUTCOME and state == CallState.UNREACHED:
                found.outcomes[outcome] = found.outcomes.get(outcome, 0) + n
    return found


def campaigns(actor: Actor) -> QuerySet[Campaign]:
    """The rounds of the actor's area and of the areas above, the newest first; drafts of the own area only."""
    own = Q(area_code__gte=actor.lo, area_code__lt=actor.hi)
    above = Q(area_code__in=actor.above) & ~Q(state=CampaignState.DRAFT)
    return (
        Campaign.objects.filter(own | above)
        .select_related("office", "clause__notice", "dataset")
        .order_by("-pk")
    )


def campaign(actor: Actor, pk: int) -> Campaign | None:
    """One of `campaigns`."""
    return campaigns(actor).filter(pk=pk).first()


def tallies(actor: Actor, rounds: Iterable[Campaign]) -> dict[int, Tally]:
    """The standing of several rounds in the actor's range, by key, in one query."""
    found = {row.pk: Tally() for row in rounds}
    rows = CallItem.objects.filter(campaign__in=found, area_code__gte=actor.lo, area_code__lt=actor.hi)
    for key, state, n in rows.order_by().values_list("campaign", "state").annotate(n=Count("pk")):
        found[key].add(state, n)
    return found


def items(actor: Actor, campaign: Campaign) -> QuerySet[CallItem]:
    """The entries of a round in the actor's range, with the person and the caller."""
    rows = CallItem.objects.filter(campaign=campaign, area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("person", "person__household", "caller", "office")


def villages(actor: Actor, campaign: Campaign) -> list[str]:
    """Every area in which a round has entries."""
    rows = CallItem.objects.filter(campaign=campaign, area_code__gte=actor.lo, area_code__lt=actor.hi)
    return list(rows.order_by().values_list("area_code", flat=True).distinct())


def item(actor: Actor, pk: int) -> CallItem | None:
    """One entry in the actor's range."""
    rows = CallItem.objects.filter(pk=pk, area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related(
        "campaign__office", "person", "caller", "office", "contact", "contested"
    ).first()


def history(row: CallItem) -> list[ContactRecord]:
    """Every contact of an entry, the newest first, earlier rounds too."""
    return list(ContactRecord.objects.filter(item=row).select_related("office").order_by("-pk"))


def answers(row: CallItem) -> list[ContactRecord]:
    """The contacts of an entry in which somebody answered, the first one first."""
    rows = ContactRecord.objects.filter(item=row, outcome=Outcome.REACHED)
    return list(rows.select_related("office").order_by("pk"))


def contested(actor: Actor, campaign: Campaign) -> QuerySet[CallItem]:
    """Entries whose answers differ, undecided."""
    rows = items(actor, campaign).filter(state=CallState.CONTESTED)
    return rows.select_related("contact", "contested").order_by("area_code", "pk")


def _narrower(first: str, second: str) -> str:
    return first if codes.contains(second, first) else second


def _full(code: str) -> str:
    return code.ljust(codes.BASE_LENGTH, "0")
