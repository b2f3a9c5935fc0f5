"""Monthly lists of epidemic work in sight of an actor: their days, their money, who is late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.benefits import force, months
from chunfeng.benefits.choices import ClaimState, DecisionOutcome, PaymentState, WorkListState
from chunfeng.benefits.models import Measure, Payment, WorkDay, WorkList
from chunfeng.benefits.queries import claims
from chunfeng.core.actor import Actor

HANDED_IN = (
    WorkListState.SUBMITTED,
    WorkListState.CHECKED,
    WorkListState.PUBLISHED,
    WorkListState.APPROVED,
)
BEFORE = 3
"""Months back in which a unit handed a list in and so owes one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit in a month: its list or None, people, days, fen granted and paid, and how it stands.

    `state` is none (no list), a state of the list, or paid; `late` whether it was not handed in by the day asked for.
    """

    unit: str
    area_code: str
    row: WorkList | None
    people: int
    days: int
    granted: int
    paid: int
    state: str
    late: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Units of an area in a month."""

    code: str
    name: str
    units: int
    handed_in: int
    checked: int
    approved: int
    paid: int
    late: int
    paid_fen: int


def lists(actor: Actor) -> QuerySet[WorkList]:
    """The lists of the actor's area with people and days, the newest month first."""
    rows = WorkList.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    counted = rows.annotate(people=Count("days__beneficiary", distinct=True), n_days=Count("days"))
    return counted.select_related("office", "measure", "publicity").order_by("-month", "unit", "pk")


def work_list(actor: Actor, pk: int) -> WorkList | None:
    """One list, or None out of sight."""
    return lists(actor).filter(pk=pk).first()


def measures(actor: Actor, on: date) -> list[Measure]:
    """The measures in force on a day in the actor's area that pay by the day of work."""
    found = []
    for measure in claims.measures(actor, on):
        version = force.version_for(measure.code, on, actor.area_code)
        if version is not None and months.payable(version):
            found.append(measure)
    return found


def days(row: WorkList) -> QuerySet[WorkDay]:
    """The days of a list by person and day."""
    return row.days.select_related("beneficiary").order_by("beneficiary__name", "subject_key", "on")


def people(row: WorkList) -> list[dict[str, Any]]:
    """Each person of a list: {"whom", "days", "minutes", "claim", "paid"}; the claim with its payment's state."""
    found: dict[int, dict[str, Any]] = {}
    for day in days(row).select_related("claim"):
        new: dict[str, Any] = {"whom": day.beneficiary, "days": [], "claim": day.claim, "paid": ""}
        found.setdefault(day.beneficiary_id, new)["days"].append(day)
    paid = Payment.objects.filter(decision__claim__work_days__list=row).distinct()
    states = dict(paid.values_list("decision__claim", "state"))
    for each in found.values():
        each["paid"] = states.get(each["claim"].pk, "") if each["claim"] else ""
    return list(found.values())


def standings(actor: Actor, month: date, by: date) -> list[Standing]:
    """Every unit of the actor's area that handed in a list lately or has one, for a month.

    `by` is the day lists are asked for: who handed in later, or not at all and it is past, is late. Four queries.
    """
    today = timezone.localdate()
    rows = {(row.area_code, row.unit, row.office_id): row for row in lists(actor).filter(month=month)}
    back = month.year * 12 + month.month - 1 - BEFORE
    since = date(back // 12, back % 12 + 1, 1)
    held = WorkList.objects.filter(
        area_code__gte=actor.lo,
        area_code__lt=actor.hi,
        month__gte=since,
        month__lt=month,
        state__in=HANDED_IN,
    )
    owed = set(held.values_list("area_code", "unit", "office_id")) | set(rows)
    money = _money(rows.values())
    return [_standing(key[0], key[1], rows.get(key), money, by, today) for key in sorted(owed)]


def _standing(
    area: str, unit: str, row: WorkList | None, money: dict[int, tuple[int, int, int]], by: date, today: date
) -> Standing:
    if row is None:
        return Standing(unit, area, None, 0, 0, 0, 0, "none", today > by)
    granted, paid, unpaid = money.get(row.pk, (0, 0, 0))
    handed = timezone.localdate(row.submitted_at) if row.submitted_at and row.state in HANDED_IN else None
    late = (handed or today) > by
    done = row.state == WorkListState.APPROVED and paid and not unpaid
    people, n_days = getattr(row, "people", 0), getattr(row, "n_days", 0)
    return Standing(unit, area, row, people, n_days, granted, paid, "paid" if done else row.state, late)


def _money(rows: Iterable[WorkList]) -> dict[int, tuple[int, int, int]]:
    """List → fen granted, fen paid, payments not yet paid."""
    lists_of: dict[int, int] = {}
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    pairs = WorkDay.objects.filter(list__in=[row.pk for row in rows], claim__isnull=False)
    for claim, state, row in pairs.values_list("claim", "claim__state", "list").distinct():
        lists_of[claim] = row
        found[row][2] += state == ClaimState.CONFIRMING
    payments = Payment.objects.filter(
        decision__claim__in=list(lists_of), decision__outcome=DecisionOutcome.GRANTED
    )
    for claim, state, fen in payments.values_list("decision__claim", "state", "amount"):
        sums = found[lists_of[claim]]
        sums[0] += fen
        if state == PaymentState.PAID:
            sums[1] += fen
        else:
            sums[2] += 1
    return {row: (a, b, c) for row, (a, b, c) in found.items()}


def by_area(rows: Iterable[Standing], children: Iterable[tuple[str, str]]) -> list[Tally]:
    """The standings summed by the areas below; those in none of them are left out."""
    kept = list(rows)
    found = []
    for code, name in children:
        mine = [row for row in kept if codes.contains(code, row.area_code)]
        if mine:
            found.append(_tally(code, name, mine))
    return found


def tally(rows: Iterable[Standing]) -> Tally:
    """The standings summed."""
    return _tally("", "", list(rows))


def _tally(code: str, name: str, rows: list[Standing]) -> Tally:
    def at_least(*states: str) -> int:
        return sum(row.state in states for row in rows)

    return Tally(
        code=code,
        name=name,
        units=len(rows),
        handed_in=at_least(*HANDED_IN, "paid"),
        checked=at_least(WorkListState.CHECKED, WorkListState.PUBLISHED, WorkListState.APPROVED, "paid"),
        approved=at_least(WorkListState.APPROVED, "paid"),
        paid=at_least("paid"),
        late=sum(row.late for row in rows),
        paid_fen=sum(row.paid for row in rows),
    )


def waits_for_second(row: WorkList) -> bool:
    """Whether somebody of an approved list waits for a second officer."""
    return row.days.filter(claim__state=ClaimState.CONFIRMING).exists()
