"""Lists of people counted by area and by destination, and what was done with those on them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count
from django.db.models.functions import Substr

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.people.choices import FollowUpReason, IsolationState, SendState
from chunfeng.people.models import ContactRecord, FollowUp, Isolation, Person, PersonMessage
from chunfeng.people.queries import lists, standing
from chunfeng.people.queries.lists import Asked
from chunfeng.people.queries.messaging import families

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


_DEPARTURES = f"""
WITH stands AS (
    SELECT DISTINCT ON (f.person_id, f.kind) f.person_id AS id, f.kind, f.value, f.place
    FROM people_fact f JOIN people_person p ON p.id = f.person_id
    WHERE p.merged_into_id IS NULL AND p.area_code >= %(lo)s AND p.area_code < %(hi)s AND (
        (p.area_code >= %(from)s AND p.area_code < %(to)s)
        OR (p.current_area >= %(from)s AND p.current_area < %(to)s)
        OR (p.work_area >= %(from)s AND p.work_area < %(to)s))
    AND f.kind IN ('intention', 'job') AND f."on" <= %(on)s
    ORDER BY f.person_id, f.kind, {standing.sql("f")}
),
said AS (
    SELECT max(value) FILTER (WHERE kind = 'intention') AS wish, max(place) FILTER (WHERE kind = 'intention') AS place,
        max(value) FILTER (WHERE kind = 'job') AS job
    FROM stands GROUP BY id
)
SELECT substr(place, 1, %(width)s) AS towards, count(*), count(*) FILTER (WHERE job = 'has_job'),
    count(*) FILTER (WHERE job = 'no_job')
FROM said WHERE wish = 'leaves' AND (%(inside)s = '' OR (place >= %(inside)s AND place < %(until)s))
GROUP BY towards
"""  # noqa: S608  (fragments of ours)


def by_destination(asked: Asked) -> list[Destination]:
    """The ledger of departures (D9): by province, within `asked.place` by prefecture; the largest first.

    The same people as the list "leaving", counted in one statement that looks at every statement once.
    """
    lo, hi = codes.code_range(asked.area)
    inside, until = codes.code_range(asked.place) if asked.place else ("", "")
    given: dict[str, Any] = {
        "lo": lo or "1", "hi": hi, "from": asked.actor.lo or "1", "to": asked.actor.hi, "on": asked.on,
        "inside": inside, "until": until, "width": 4 if asked.place else 2,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_DEPARTURES, given)
        rows = cursor.fetchall()
    counted = [(codes.pad(to) if to else "", *numbers) for to, *numbers in rows]
    names = areas.paths([code for code, *_numbers in counted if code], asked.on)
    found = [
        Destination(code, names.get(code, code) if code else "", people, settled, without)
        for code, people, settled, without in counted
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
