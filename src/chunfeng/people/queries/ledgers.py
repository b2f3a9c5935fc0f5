"""Lists of people counted by area and by destination, and what was done with those on them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import Count, Q
from django.db.models.functions import Substr

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.people.choices import FactKind, FactValue, FollowUpReason, IsolationState, SendState
from chunfeng.people.models import ContactRecord, FollowUp, Isolation, Person, PersonMessage
from chunfeng.people.queries import lists
from chunfeng.people.queries.lists import Asked
from chunfeng.people.queries.messaging import families
from chunfeng.people.queries.selecting import newest

REST = ""
"""The line of what no area below holds."""


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area with the length of each list; `code` REST is what no area below holds."""

    code: str
    name: str
    counts: Mapping[str, int]


def by_area(names: Sequence[str], asked: Asked) -> tuple[list[AreaLine], dict[str, int]]:
    """Lists counted by the areas directly below, and in all. One query a list; the lines add up to the whole."""
    below = areas.children(asked.area, asked.on)
    width = max(
        (len(codes.prefix(area.code)) for area in below),
        default=len(codes.prefix(asked.area or codes.COUNTRY)),
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    totals: dict[str, int] = {}
    prefixes = {codes.prefix(area.code): area.code for area in below}
    for name in names:
        column = lists.LISTS[name].column
        rows = lists.people(name, asked).order_by().annotate(part=Substr(column, 1, width))
        for part, n in rows.values_list("part").annotate(n=Count("pk", distinct=True)):
            found[_line(part, prefixes)][name] += n
            totals[name] = totals.get(name, 0) + n
    lines = [AreaLine(area.code, area.name, found.get(area.code, Counter())) for area in below]
    if found.get(REST):
        lines.append(AreaLine(REST, "", found[REST]))
    return lines, {name: totals.get(name, 0) for name in names}


def _line(part: str, prefixes: Mapping[str, str]) -> str:
    for end in range(len(part), 0, -1):
        if part[:end] in prefixes:
            return prefixes[part[:end]]
    return REST


@dataclass(frozen=True, slots=True)
class Destination:
    """People who want to leave for one area, by whether a job is settled; `code` "" is not said where to."""

    code: str
    name: str
    people: int
    with_job: int
    no_job: int

    @property
    def job_open(self) -> int:
        """Nobody asked yet."""
        return self.people - self.with_job - self.no_job


def by_destination(asked: Asked) -> list[Destination]:
    """The ledger of departures (D9): by province, within `asked.place` by prefecture; the largest first."""
    width = 4 if asked.place else 2
    rows = (
        lists.people("leaving", asked)
        .order_by()
        .annotate(to=Substr(newest(FactKind.INTENTION, "place"), 1, width), job=newest(FactKind.JOB))
        .values("to")
        .annotate(
            n=Count("pk"),
            settled=Count("pk", filter=Q(job=FactValue.HAS_JOB)),
            without=Count("pk", filter=Q(job=FactValue.NO_JOB)),
        )
    )
    counted = [(codes.pad(row["to"]) if row["to"] else "", row) for row in rows]
    names = areas.paths([code for code, _row in counted if code], asked.on)
    found = [
        Destination(code, names.get(code, code) if code else "", row["n"], row["settled"], row["without"])
        for code, row in counted
    ]
    return sorted(found, key=lambda line: (line.code == "", -line.people, line.code))


@dataclass(slots=True)
class Done:
    """What was done with one person: isolation, follow-ups, contacts by kind, messages that went out."""

    isolated_until: date | None = None
    follow_ups: dict[str, date | None] = field(default_factory=dict)
    closed: int = 0
    contacts: Counter[str] = field(default_factory=Counter)
    last_at: datetime | None = None
    messages: int = 0

    @property
    def nothing(self) -> bool:
        """Nobody has done anything yet."""
        return not (self.isolated_until or self.follow_ups or self.closed or self.contacts or self.messages)

    @property
    def referred(self) -> bool:
        """A job referral is under way."""
        return FollowUpReason.JOB in self.follow_ups


def done_with(people: Iterable[Person]) -> dict[int, Done]:
    """Service actions taken (D12), by person, in a bounded number of queries; only what the scope in force sees."""
    rows = list(people)
    family = families(rows)
    found = {person.pk: Done() for person in rows}
    ids = list(family)
    for person, until in Isolation.objects.filter(person__in=ids, state=IsolationState.OPEN).values_list(
        "person", "ends_on"
    ):
        found[family[person]].isolated_until = until
    follow_ups = FollowUp.objects.filter(person__in=ids)
    for person, reason, next_on, closed in follow_ups.values_list("person", "reason", "next_on", "closed_at"):
        if closed is None:
            found[family[person]].follow_ups[reason] = next_on
        else:
            found[family[person]].closed += 1
    for person, kind, at in ContactRecord.objects.filter(person__in=ids).values_list("person", "kind", "at"):
        done = found[family[person]]
        done.contacts[kind] += 1
        done.last_at = max(done.last_at, at) if done.last_at else at
    sent = PersonMessage.objects.filter(person__in=ids, state__in=(SendState.SENT, SendState.DELIVERED))
    for person, n in sent.order_by().values_list("person").annotate(n=Count("pk")):
        found[family[person]].messages += n
    return found


def within_area(asked: Asked, code: str) -> Asked:
    """The same question for an area below."""
    return replace(asked, area=code)
