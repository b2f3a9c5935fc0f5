"""Questions in sight of an actor, what answers them, and how they were answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Left, TruncWeek
from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.benefits import force, rulebook
from chunfeng.benefits.choices import EnquiryState, EnquiryStepKind
from chunfeng.benefits.models import Enquiry, EnquiryStep, MeasureVersion
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor

DEPTHS = {0: 2, 1: 4, 2: 6, 3: 9}
"""Level of an area → signs of a code that tell the areas one level below apart; from a township on its villages."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One line of the statistics. `median` is the time from question to answer of those answered."""

    key: str
    asked: int
    answered: int
    passed: int
    late: int
    median: timedelta | None

    @property
    def share(self) -> int:
        """Of a hundred questions, how many were answered, in whole numbers, rounded down."""
        return self.answered * 100 // self.asked if self.asked else 0


class Median(Aggregate):
    """The middle of durations."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def enquiries(actor: Actor) -> QuerySet[Enquiry]:
    """The questions of the actor's area."""
    rows = Enquiry.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("office")


def enquiry(actor: Actor, pk: int) -> Enquiry | None:
    """One question, or None out of sight."""
    return enquiries(actor).select_related("issue__owner").filter(pk=pk).first()


def steps(row: Enquiry) -> list[EnquiryStep]:
    """What was done with a question, the newest first."""
    return list(row.steps.select_related("version__measure", "office").order_by("-pk"))


def checked(row: Enquiry) -> int | None:
    """The key of the measure on whose public page a question was asked."""
    step = row.steps.filter(kind=EnquiryStepKind.TAKEN, version__isnull=False)
    return step.values_list("version__measure", flat=True).first()


def counts(actor: Actor, on: date) -> dict[str, int]:
    """State → questions; "late" those that wait past their day."""
    rows = Enquiry.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    found: dict[str, int] = dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
    return found | {"late": rows.filter(state=EnquiryState.OPEN, due_on__lt=on).count()}


def versions(actor: Actor, kind: str, on: date) -> list[MeasureVersion]:
    """The measures in force on a day that may answer, those of the kind of question first, then by title."""
    named = rulebook.kind(kind)
    order = {code: n for n, code in enumerate(named.measures)} if named else {}
    held = force.versions_on(on, actor.area_code or codes.COUNTRY)
    return sorted(held, key=lambda row: (order.get(row.measure.code, len(order)), row.measure.title))


def fits(kind: str, version: MeasureVersion) -> bool:
    """Whether the kind of question names the measure."""
    named = rulebook.kind(kind)
    return named is not None and version.measure.code in named.measures


def statistics(actor: Actor, first: date, last: date, by: str) -> list[Figures]:
    """Questions asked from the first to the last day, by "kind", "area" (one level below) or "week" (its Monday)."""
    rows = Enquiry.objects.filter(
        area_code__gte=actor.lo, area_code__lt=actor.hi, asked_at__gte=_start(first),
        asked_at__lt=_start(last + timedelta(days=1)),
    )  # fmt: skip
    today = timezone.localdate()
    took = ExpressionWrapper(F("answered_at") - F("asked_at"), DurationField())
    answered = Q(state=EnquiryState.ANSWERED)
    late = Q(state=EnquiryState.OPEN, due_on__lt=today) | Q(answered_at__date__gt=F("due_on"))
    found = (
        rows.annotate(part=_part(actor, by))
        .values("part")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=answered),
            passed=Count("pk", filter=Q(state=EnquiryState.PASSED)),
            late=Count("pk", filter=late),
            median=Median(took),
        )
        .order_by("part")
    )
    lines = [
        Figures(_key(row["part"]), row["asked"], row["answered"], row["passed"], row["late"], row["median"])
        for row in found
    ]
    return lines if by == "week" else sorted(lines, key=lambda line: (-line.asked, line.key))


def by_ticket(key: str) -> tuple[Enquiry, list[EnquiryStep]] | None:
    """A question that came by the public page, by the key its asker got, with its answers; the newest first."""
    with scope.applied(SYSTEM):
        row = Enquiry.objects.filter(key=f"public:{key}").select_related("office").first()
        if row is None:
            return None
        return row, list(row.steps.filter(kind=EnquiryStepKind.ANSWERED).order_by("-pk"))


def _part(actor: Actor, by: str) -> Any:
    if by == "area":
        return Left("area_code", DEPTHS.get(codes.level(actor.area_code or codes.COUNTRY), 12))
    return TruncWeek("asked_at") if by == "week" else F("kind")


def _key(part: Any) -> str:
    return timezone.localdate(part).isoformat() if isinstance(part, datetime) else str(part)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())
