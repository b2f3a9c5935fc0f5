"""Who has not been visited, filed, asked after or helped yet: lists over the register, not over what was done.

Silence is never zero: a group comes from the register (who came from an affected area, who is a student, whose
household is poor), and everybody in it stands in the list until there is a contact of the kind. One statement
a group: it begins at the few who can be meant, and looks at each through an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.choices import CampaignState, Category, ContactKind, Outcome
from chunfeng.people.models import Person
from chunfeng.people.queries import affected, due_sql

LOOK_BACK = 14
"""Days before the first declaration from which a stay counts, where no placement rule says more."""
VISIT_WITHIN = 1
"""Days after the arrival by which the household is visited, where no campaign names a day."""
VULNERABLE = (Category.POOR, Category.HARDSHIP, Category.DISABLED)
CATEGORIES = {ContactKind.STUDENT: (Category.STUDENT,), ContactKind.HELP: VULNERABLE}
EVERY = {ContactKind.STUDENT: 7, ContactKind.HELP: 7}
"""Days after which students and households are due again, where nobody asks for another number."""
ARRIVALS = (ContactKind.VISIT, ContactKind.FILE)


@dataclass(frozen=True, slots=True)
class Due:
    """One person of a group.

    `spot` is the area that ties the person to the actor (the present one first); `since` the day of arrival, or
    that of the last contact (None: never); `target` the last day for the contact; `seen` whether it was made.
    """

    person: int
    spot: str
    since: date | None
    target: date
    seen: bool


@dataclass(frozen=True, slots=True)
class Share:
    """Of the people of a group in one place: how many there are, how many are still due, how many late."""

    place: str
    people: int = 0
    due: int = 0
    late: int = 0


def has_group(kind: str) -> bool:
    """Whether somebody can be due for this kind."""
    return kind in ARRIVALS or kind in CATEGORIES


def group(actor: Actor, kind: str, on: date, *, every: int | None = None, within: str = "") -> list[Due]:
    """Everybody at home or now in the actor's range for whom a contact of the kind is due, by target and serial.

    `every` replaces `EVERY`, `within` keeps to an area of the range. KeyError for a kind nobody is due for.
    """
    of = ContactKind(kind)
    if of in ARRIVALS:
        return arrivals(actor, of, on, within)
    days = EVERY[of] if every is None else every
    return _rows(
        due_sql.AGAIN,
        _reach(actor, within)
        | {
            "on": on, "kind": of, "reached": Outcome.REACHED, "categories": list(CATEGORIES[of]),
            "days": days, "homes": of == ContactKind.HELP,
        },
    )  # fmt: skip


def arrivals(actor: Actor, kind: ContactKind, on: date, within: str = "") -> list[Due]:
    """Those who came from an affected area into the actor's range, home or now here (D12, D16).

    From there: the work area lies in it, a statement places them there, or a contact says they came from it.
    Here: the statement that stands says they came back (`standing.order`), a contact from there was
    written down since, or an import lists them as returning and nobody said otherwise. `since` is that day; who
    is only said to be on the way is not here. Arrivals before the first declaration count as far as the
    look-back of the rules goes.
    """
    hit = affected.affected_codes(actor, on)
    if not hit:
        return []
    ranges = [codes.code_range(code) for code, _row in hit]
    back = max(LOOK_BACK, affected.look_back(actor.area_code, on) if actor.area_code else 0)
    return _rows(
        due_sql.ARRIVALS,
        _reach(actor, within)
        | {
            "hit_lo": [lo for lo, _hi in ranges], "hit_hi": [hi for _lo, hi in ranges],
            "first": min(row.valid_from for _code, row in hit) - timedelta(back),
            "on": on, "kind": kind, "reached": Outcome.REACHED, "returning": Category.RETURNING,
            "visit": ContactKind.VISIT, "running": CampaignState.RUNNING, "days": VISIT_WITHIN,
        },
    )  # fmt: skip


def left(rows: Iterable[Due]) -> list[Due]:
    """Those for whom the contact is still to be made."""
    return [row for row in rows if not row.seen]


def shares(rows: Iterable[Due], on: date, width: int = codes.BASE_LENGTH) -> list[Share]:
    """The state by place in the order of the codes; `width` is the number of characters that name a place."""
    found: dict[str, list[int]] = {}
    for row in rows:
        counted = found.setdefault(row.spot[:width].ljust(codes.BASE_LENGTH, "0"), [0, 0, 0])
        counted[0] += 1
        counted[1] += not row.seen
        counted[2] += not row.seen and row.target < on
    return [Share(place, *counted) for place, counted in sorted(found.items())]


def people(rows: Sequence[Due]) -> list[Any]:
    """The people of some rows in their order, phones fetched, each with the fields of its row."""
    found = Person.objects.filter(pk__in=[row.person for row in rows]).prefetch_related("phones")
    known: dict[int, Any] = {person.pk: person for person in found}
    shown = [(known[row.person], row) for row in rows if row.person in known]
    for person, row in shown:
        person.spot, person.since, person.target, person.seen = row.spot, row.since, row.target, row.seen
    return [person for person, _row in shown]


def _reach(actor: Actor, within: str) -> dict[str, str]:
    """The range of the statement. An empty code means "not known", also for the whole country."""
    lo, hi = actor.lo, actor.hi
    if within:
        narrow_lo, narrow_hi = codes.code_range(within)
        lo, hi = max(lo, narrow_lo), min(hi, narrow_hi)
    return {"lo": lo or "1", "hi": hi, "zone": settings.TIME_ZONE}


def _rows(sql: str, given: dict[str, Any]) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(
            sql, {key: str(value) if isinstance(value, str) else value for key, value in given.items()}
        )
        return [Due(*row) for row in cursor.fetchall()]
