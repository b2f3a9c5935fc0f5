"""How well each office reports: one score from 0 to 100 that anybody can reckon again (C10).

Every report owed earns 100 points once it stands and none while it is missing or sent back. From a report
that stands are taken the points of `LOST`. The score is the mean over the reports owed, rounded down.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.offices.models import Office
from chunfeng.reporting.choices import ANSWERED, State
from chunfeng.reporting.models import Form, Obligation
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.queries.folding import Part
from chunfeng.reporting.queries.grouping import Plan, Span, groups
from chunfeng.reporting.queries.rollup import definition_for, within

LOST: Mapping[str, int] = {"late": 30, "corrected": 20, "implausible": 10, "inconsistent": 20}
"""Points taken from a report that stands: first filed after the grace; corrected after the cut-off; filed
against a check or a jump; other figures than those of the level below together."""


def quality(
    actor: Actor, form: Form, first: date, last: date, *, at: datetime, area: str = ""
) -> QuerySet[Office, Any]:
    """Offices in sight with owed, answered, late, missing, returned, corrected, implausible, inconsistent, score.

    Judged are reports that stand and those whose grace is over; an office with neither is left out.
    """
    lo, hi = within(area or actor.area_code, actor)
    rows = Office.objects.filter(
        obligations__form=form,
        obligations__period_start__range=(first, last),
        obligations__area_code__gte=lo,
        obligations__area_code__lt=hi,
    )
    stands = Q(obligations__state__in=ANSWERED)
    counted = {
        "answered": stands,
        "late": stands & Q(obligations__first_filed_at__gt=F("obligations__closes_at")),
        "missing": Q(obligations__state=State.DUE, obligations__closes_at__lt=at),
        "returned": Q(obligations__state=State.RETURNED),
        "corrected": stands & Q(obligations__corrections__gt=0),
        "implausible": stands & Q(obligations__warnings__gt=0),
    }
    rows = rows.annotate(**{name: Count("obligations", filter=when) for name, when in counted.items()})
    by_count: dict[int, list[int]] = defaultdict(list)
    for office, count in inconsistent(form, Span(form.pk, first, last, lo, hi)).items():
        by_count[count].append(office)
    differing = Case(
        *(When(pk__in=offices, then=Value(count)) for count, offices in sorted(by_count.items())),
        default=Value(0),
        output_field=IntegerField(),
    )
    rows = rows.annotate(inconsistent=differing, owed=F("answered") + F("missing") + F("returned"))
    earned = 100 * F("answered")
    for name, points in LOST.items():
        earned = earned - points * F(name)
    return rows.filter(owed__gt=0).annotate(score=earned / F("owed"))


def inconsistent(form: Form, span: Span) -> dict[int, int]:
    """How many reports of each office state other figures than the lowest offices of its area together.

    Only consolidations of forms about areas are compared, and only figures both sides state.
    """
    asked = definition_for(form, span.last)
    upper = list(
        Obligation.objects.filter(
            ledger.is_answered(),
            form=form,
            counts=False,
            sequence=0,
            period_start__range=(span.first, span.last),
            area_code__gte=span.lo,
            area_code__lt=span.hi,
        ).values_list("office_id", "area_code", "period_start", "numbers")
    )
    if not upper:
        return {}
    stems = {code: codes.prefix(code) for _office, code, _day, _numbers in upper}
    lengths = sorted({len(stem) for stem in stems.values()})
    plan = Plan.of(asked, form.slots, None, single=True)
    below: dict[tuple[str, date], Part] = defaultdict(lambda: Part(plan))
    for key, day, columns in groups(plan, span, f"left(area_code, {lengths[-1]})", None, "period_start"):
        for length in lengths:
            below[key[:length], day].add(columns)
    places = [(i, form.slots[cell]) for cell, i in plan.places]
    found: Counter[int] = Counter()
    for office, code, day, numbers in upper:
        sums = below[stems[code], day].columns
        found[office] += bool(sums) and any(
            slot < len(numbers) and None not in (numbers[slot], sums[i]) and numbers[slot] != sums[i]
            for i, slot in places
        )
    return {office: count for office, count in found.items() if count}


def behind(
    actor: Actor, form: Form, first: date, last: date, *, at: datetime, area: str = "", own: bool = False
) -> QuerySet[Obligation]:
    """The rows a figure is added up from, with `standing`; with `own` only those of the seat itself."""
    lo, hi = within(area or actor.area_code, actor)
    rows = ledger.visible(actor).filter(
        form=form, counts=True, period_start__range=(first, last), area_code__gte=lo, area_code__lt=hi
    )
    return ledger.with_standing(rows.filter(area_code=area) if own else rows, at)
