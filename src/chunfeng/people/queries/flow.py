"""Stock and flow of isolations: before + opened = released + moved + still, for every area and day (E12).

Two routes that do not know each other: movements are counted from the moments at which isolations began and
ended; what is still there is the state of the rows now, and for days gone by what was written down the night
after (`IsolationStock`). Placements that only monitor are not counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DateField, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.people.choices import ISOLATING, IsolationState
from chunfeng.people.models import Isolation, IsolationStock


@dataclass(frozen=True, slots=True)
class Line:
    """One day of one area. `before` and `still` are stock, the rest movements of the day.

    `kept`: both ends of the day were written down or are the state of now, so that the check is a true one.
    """

    day: date
    before: int
    opened: int
    released: int
    moved: int
    still: int
    kept: bool = True
    label: str = ""
    code: str = ""

    @property
    def difference(self) -> int:
        """What is left over; 0 where the day balances."""
        return self.before + self.opened - self.released - self.moved - self.still


def inside(area_code: str, office_id: int | None = None, placements: Iterable[str] = ISOLATING) -> Q:
    """Isolations of an area and everything in it, of one office, of some placements."""
    lo, hi = codes.code_range(area_code)
    found = Q(area_code__gte=lo, area_code__lt=hi, placement__in=list(placements))
    return found & Q(office=office_id) if office_id is not None else found


def begins(day: date) -> datetime:
    """The first moment of a local day."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


def movements(rows: QuerySet[Isolation], since: date, until: date) -> dict[date, tuple[int, int, int]]:
    """Opened, released and moved on each day from `since` to `until`, by their moments. Two queries."""
    span = (begins(since), begins(until + timedelta(1)))
    found: dict[date, list[int]] = {}
    began = rows.filter(opened_at__gte=span[0], opened_at__lt=span[1])
    for day, n in _by_day(began, "opened_at").values_list("day", "n"):
        found.setdefault(day, [0, 0, 0])[0] = n
    ended = rows.filter(ended_at__gte=span[0], ended_at__lt=span[1])
    for day, state, n in _by_day(ended, "ended_at", "state").values_list("day", "state", "n"):
        found.setdefault(day, [0, 0, 0])[2 if state == IsolationState.MOVED else 1] += n
    return {day: (row[0], row[1], row[2]) for day, row in found.items()}


def _by_day(rows: QuerySet[Isolation], moment: str, *more: str) -> QuerySet[Any]:
    day = TruncDate(moment, tzinfo=timezone.get_current_timezone(), output_field=DateField())
    return rows.order_by().annotate(day=day).values("day", *more).annotate(n=Count("pk"))


def between(rows: QuerySet[Isolation], start: datetime, end: datetime) -> tuple[int, int, int]:
    """Opened, released and moved from one moment to another (not included). One query."""
    ended = Q(ended_at__gte=start, ended_at__lt=end)
    found = rows.aggregate(
        opened=Count("pk", filter=Q(opened_at__gte=start, opened_at__lt=end)),
        released=Count("pk", filter=ended & ~Q(state=IsolationState.MOVED)),
        moved=Count("pk", filter=ended & Q(state=IsolationState.MOVED)),
    )
    return found["opened"], found["released"], found["moved"]


def at_moment(rows: QuerySet[Isolation], moment: datetime) -> int:
    """How many were open at a moment, by their moments of beginning and end."""
    return rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=moment), opened_at__lt=moment).count()


def at_end(rows: QuerySet[Isolation], day: date) -> int:
    """How many were open when the day ended."""
    return at_moment(rows, begins(day + timedelta(1)))


def still_open(rows: QuerySet[Isolation]) -> int:
    """How many are open now, by their state."""
    return rows.filter(state=IsolationState.OPEN).count()


def written(area_code: str, since: date, until: date) -> dict[date, int]:
    """What was written down as still isolated at the end of each day in an area and everything in it."""
    lo, hi = codes.code_range(area_code)
    rows = IsolationStock.objects.filter(area_code__gte=lo, area_code__lt=hi, day__gte=since, day__lte=until)
    return dict(rows.order_by().values("day").annotate(n=Sum("still")).values_list("day", "n"))


def written_days(since: date, until: date) -> set[date]:
    """The days that were written down at all, as far as anything in sight was counted."""
    rows = IsolationStock.objects.filter(day__gte=since, day__lte=until)
    return set(rows.order_by().values_list("day", flat=True).distinct())


def lines(area_code: str, *, today: date, days: int = 14) -> list[Line]:
    """The days of an area, the newest first. Six queries whatever the number of rows."""
    since = today - timedelta(days - 1)
    rows = Isolation.objects.filter(inside(area_code))
    moves = movements(rows, since, today)
    known = written(area_code, since - timedelta(1), today - timedelta(1))
    stock = at_end(rows, since - timedelta(1))
    found = []
    for day in (since + timedelta(n) for n in range(days)):
        opened, released, moved = moves.get(day, (0, 0, 0))
        before = known.get(day - timedelta(1))
        by_moments = stock + opened - released - moved
        after = still_open(rows) if day == today else known.get(day)
        kept = before is not None and after is not None
        found.append(
            Line(
                day, stock if before is None else before, opened, released, moved,
                by_moments if after is None else after, kept,
            )
        )  # fmt: skip
        stock = by_moments
    return found[::-1]


def below(area_code: str, children: Iterable[tuple[str, str]], day: date, *, today: date) -> list[Line]:
    """One day of each area below (code, name), with a line for what lies in none of them; empty ones left out."""
    names = dict(children)
    places = {codes.prefix(code): code for code in names}
    widths = sorted({len(each) for each in places}, reverse=True)
    found = {code: replace(_EMPTY, day=day, code=code, label=name) for code, name in names.items()}
    own = replace(_EMPTY, day=day, code=area_code)
    for code, field, n in _figures(area_code, day, today):
        home = next((places[code[:width]] for width in widths if code[:width] in places), "")
        line = found[home] if home else own
        line = replace(line, **{field: getattr(line, field) + n})
        if home:
            found[home] = line
        else:
            own = line
    every = [*found.values(), own]
    return [line for line in every if line.before or line.opened or line.still or line.difference]


_EMPTY = Line(date.min, 0, 0, 0, 0, 0)


def _figures(area_code: str, day: date, today: date) -> list[tuple[str, str, int]]:
    """(exact area, figure, number) of one day."""
    rows = Isolation.objects.filter(inside(area_code)).order_by()
    start, end = begins(day), begins(day + timedelta(1))
    before = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=start), opened_at__lt=start)
    ended = rows.filter(ended_at__gte=start, ended_at__lt=end)
    if day == today:
        still = rows.filter(state=IsolationState.OPEN)
    else:
        still = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=end), opened_at__lt=end)
    parts = {
        "before": before,
        "opened": rows.filter(opened_at__gte=start, opened_at__lt=end),
        "released": ended.exclude(state=IsolationState.MOVED),
        "moved": ended.filter(state=IsolationState.MOVED),
        "still": still,
    }
    return [
        (code, field, n)
        for field, part in parts.items()
        for code, n in part.values("area_code").annotate(n=Count("pk")).values_list("area_code", "n")
    ]
