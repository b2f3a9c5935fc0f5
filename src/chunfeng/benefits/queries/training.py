"""Courses in sight of an actor, who is in them, who was there, who asks for which."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from chunfeng.benefits.choices import EnrolmentState
from chunfeng.benefits.models import AttendanceDay, Enrolment, TrainingCourse, TrainingNeed
from chunfeng.core.actor import Actor

NEEDS = 100
SHOWN_DAYS = 14
"""Days of attendance beside each other on the page of a course."""


def courses(actor: Actor) -> QuerySet[TrainingCourse]:
    """The courses of the actor's area and of the areas above, with `taken` seats in sight."""
    near = Q(area_code__gte=actor.lo, area_code__lt=actor.hi) | Q(area_code__in=actor.above)
    rows = TrainingCourse.objects.filter(near).select_related("office", "measure")
    return rows.annotate(
        taken=Count("enrolments", filter=~Q(enrolments__state=EnrolmentState.LEFT)),
        done=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.COMPLETED)),
    )


def course(actor: Actor, pk: int) -> TrainingCourse | None:
    """One course, or None out of sight."""
    return courses(actor).filter(pk=pk).first()


def roster(row: TrainingCourse) -> list[Enrolment]:
    """Who has or had a place, by name."""
    rows = row.enrolments.select_related("beneficiary", "version__measure")
    return list(rows.order_by("beneficiary__name", "pk"))


def enrolment(row: TrainingCourse, pk: int) -> Enrolment | None:
    """One place of a course."""
    return row.enrolments.filter(pk=pk).first()


def days(row: TrainingCourse, on: date) -> list[date]:
    """The days of a course shown side by side: the last ones up to a day, at most SHOWN_DAYS."""
    last = min(row.ends_on, on)
    first = max(row.begins_on, last - timedelta(days=SHOWN_DAYS - 1))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def attendance(row: TrainingCourse) -> dict[int, dict[date, bool]]:
    """Enrolment → day → present."""
    found: dict[int, dict[date, bool]] = defaultdict(dict)
    rows = AttendanceDay.objects.filter(enrolment__course=row)
    for pk, day, present in rows.values_list("enrolment", "on", "present"):
        found[pk][day] = present
    return found


def paid_by_fund(row: TrainingCourse) -> int:
    """Fen the fund pays for those who completed the course and are covered."""
    done = row.enrolments.filter(state=EnrolmentState.COMPLETED, amount__isnull=False)
    return int(done.aggregate(n=Sum("amount"))["n"] or 0)


def needs(actor: Actor) -> list[dict[str, Any]]:
    """{"subject", "n" asked, "met" of them in a course of the trade}, the most asked first."""
    placed = Enrolment.objects.exclude(state=EnrolmentState.LEFT).filter(
        subject_key=OuterRef("subject_key"), course__subject=OuterRef("subject")
    )
    rows = TrainingNeed.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    found = rows.annotate(placed=Exists(placed)).values("subject")
    lines = found.annotate(n=Count("pk"), met=Count("pk", filter=Q(placed=True))).order_by("-n", "subject")
    return [dict(line) for line in lines[:NEEDS]]


def waiting(actor: Actor, row: TrainingCourse) -> list[TrainingNeed]:
    """Who asks for the trade of a course and has no place in any course of it, the first to ask first."""
    placed = Enrolment.objects.exclude(state=EnrolmentState.LEFT).filter(
        subject_key=OuterRef("subject_key"), course__subject=row.subject
    )
    rows = TrainingNeed.objects.filter(
        ~Exists(placed), area_code__gte=actor.lo, area_code__lt=actor.hi, subject=row.subject
    )
    found = rows.filter(beneficiary__person__isnull=False).select_related("beneficiary")
    return list(found.order_by("at", "pk")[:NEEDS])


def subjects(actor: Actor) -> list[str]:
    """Trades named before, for suggestions."""
    asked = TrainingNeed.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return sorted(
        {*asked.values_list("subject", flat=True), *courses(actor).values_list("subject", flat=True)}
    )
