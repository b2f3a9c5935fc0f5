"""How far claims and payments are, by area and by measure, at the end of a day and of the day before (L26)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from chunfeng.benefits.choices import ClaimState, PaymentState
from chunfeng.benefits.models import Claim, Measure, Payment
from chunfeng.benefits.queries import areas
from chunfeng.core.actor import Actor


class Median(Aggregate):
    """The middle one of the values, of two middle ones the lower: always a value that occurs."""

    template = "PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, and sums in fen, up to the end of a day; `days` is the median from handing in to payment."""

    received: int = 0
    decided: int = 0
    granted: int = 0
    owed: int = 0
    owed_fen: int = 0
    paid: int = 0
    paid_fen: int = 0
    days: int | None = None

    @property
    def share(self) -> int | None:
        """Of what is owed the part paid, in parts per thousand, rounded down; None where nothing is owed."""
        return self.paid_fen * 1000 // self.owed_fen if self.owed_fen else None

    @property
    def undecided(self) -> int:
        """Handed in and not decided."""
        return self.received - self.decided


@dataclass(frozen=True, slots=True)
class Line:
    """One area or measure: now, and at the end of the day before."""

    key: str
    now: Figures
    before: Figures

    @property
    def more(self) -> Figures:
        """What the day added."""
        names = ("received", "decided", "granted", "owed", "owed_fen", "paid", "paid_fen")
        return Figures(**{name: getattr(self.now, name) - getattr(self.before, name) for name in names})


def by_area(
    actor: Actor, area: str, measure: str, on: date, children: Sequence[tuple[str, str]]
) -> tuple[list[Line], Line]:
    """A line for each area right below (and REST, where something lies in none), and one for all of them."""
    claims, payments = _rows(actor, area, measure)
    lines = _lines(areas.by_child(claims, children), areas.by_child(payments, children), "child", on)
    for code, _name in children:
        lines.setdefault(code, Line(code, Figures(), Figures()))
    whole = _lines(claims.annotate(all=F("pk") * 0), payments.annotate(all=F("pk") * 0), "all", on)
    total = whole.get("0", Line("", Figures(), Figures()))
    return sorted(lines.values(), key=lambda line: line.key or "~"), total


def by_measure(actor: Actor, area: str, on: date) -> list[tuple[Line, str]]:
    """A line for each measure claimed or paid in an area, with its title; the largest sum first."""
    claims, payments = _rows(actor, area, "")
    lines = _lines(claims, payments, "measure__code", on)
    titles = dict(Measure.objects.filter(code__in=lines).values_list("code", "title"))
    rows = [(line, titles.get(line.key, line.key)) for line in lines.values()]
    return sorted(rows, key=lambda row: (-row[0].now.owed_fen, row[1]))


def figures(claims: QuerySet[Claim], payments: QuerySet[Payment], first: date | None, last: date) -> Figures:
    """The figures of these rows for the days from `first` (None: from the beginning) to `last`."""
    since = _start(first) if first else None
    until = _start(last + timedelta(days=1))
    held = claims.exclude(state__in=HIDDEN).aggregate(**_claimed("", since, until))
    paid = payments.aggregate(**_paid("", first, last, since, until))
    return _figures(held | paid, "")


HIDDEN = (ClaimState.OPEN, ClaimState.WITHDRAWN)
"""Not handed in, or taken back."""


def _rows(actor: Actor, area: str, measure: str) -> tuple[QuerySet[Claim], QuerySet[Payment]]:
    sight = Q(area_code__gte=actor.lo, area_code__lt=actor.hi) & areas.inside(area)
    if measure:
        sight &= Q(measure__code=measure)
    claims = Claim.objects.filter(sight).exclude(state__in=HIDDEN)
    return claims.order_by(), Payment.objects.filter(sight).order_by()


def _lines(claims: QuerySet[Any], payments: QuerySet[Any], key: str, on: date) -> dict[str, Line]:
    """Key → line, in two queries."""
    end, start, eve = _start(on + timedelta(days=1)), _start(on), on - timedelta(days=1)
    wanted = _claimed("", None, end) | _claimed("old_", None, start)
    found: dict[str, dict[str, Any]] = {}
    for row in claims.values(key).annotate(**wanted):
        found.setdefault(str(row[key]), {}).update(row)
    wanted = _paid("", None, on, None, end) | _paid("old_", None, eve, None, start)
    for row in payments.values(key).annotate(**wanted):
        found.setdefault(str(row[key]), {}).update(row)
    return {name: Line(name, _figures(row, ""), _figures(row, "old_")) for name, row in found.items()}


def _claimed(prefix: str, since: datetime | None, until: datetime) -> dict[str, Any]:
    given = Q(submitted_at__lt=until) & (Q(submitted_at__gte=since) if since else Q())
    decided = Q(decided_at__lt=until) & (Q(decided_at__gte=since) if since else Q())
    return {
        f"{prefix}received": Count("pk", filter=given),
        f"{prefix}decided": Count("pk", filter=decided),
        f"{prefix}granted": Count("pk", filter=decided & Q(state=ClaimState.GRANTED)),
    }


def _paid(
    prefix: str, first: date | None, last: date, since: datetime | None, until: datetime
) -> dict[str, Any]:
    owed = Q(made_at__lt=until) & (Q(made_at__gte=since) if since else Q())
    paid = Q(state=PaymentState.PAID, paid_on__lte=last) & (Q(paid_on__gte=first) if first else Q())
    took = ExpressionWrapper(
        F("paid_on") - TruncDate("decision__claim__submitted_at"), output_field=DurationField()
    )
    return {
        f"{prefix}owed": Count("pk", filter=owed),
        f"{prefix}owed_fen": Sum("amount", filter=owed, default=0),
        f"{prefix}paid": Count("pk", filter=paid),
        f"{prefix}paid_fen": Sum("amount", filter=paid, default=0),
        f"{prefix}days": Median(took, filter=paid),
    }


def _figures(row: dict[str, Any], prefix: str) -> Figures:
    names = ("received", "decided", "granted", "owed", "owed_fen", "paid", "paid_fen")
    took = row.get(f"{prefix}days")
    counts = {name: int(row.get(prefix + name) or 0) for name in names}
    return Figures(**counts, days=None if took is None else took.days)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())
