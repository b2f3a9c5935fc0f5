"""Work injury cases in sight of an actor: what is due next, the figures of a day, the areas below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from chunfeng.areas import codes
from chunfeng.benefits.choices import InjuryState
from chunfeng.benefits.models import InjuryCase, InjuryPaper, InjuryStep
from chunfeng.benefits.queries.searching import searched
from chunfeng.core.actor import Actor

OPEN = (InjuryState.APPLIED, InjuryState.INCOMPLETE, InjuryState.ACCEPTED)
"""Not decided yet."""
TO_DO = (*OPEN, InjuryState.RECOGNISED, InjuryState.NOT_RECOGNISED)
"""Not served yet."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Cases of an area: taken in, decided, recognised from a day to a day; open and overdue at the end."""

    received: int
    decided: int
    recognised: int
    open: int
    overdue: int


def cases(actor: Actor) -> QuerySet[InjuryCase]:
    """The cases of the actor's area, with person, office and rule."""
    rows = InjuryCase.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("beneficiary", "office", "version__measure")


def case(actor: Actor, pk: int) -> InjuryCase | None:
    """One case, or None out of sight."""
    return cases(actor).filter(pk=pk).first()


def waiting(rows: QuerySet[InjuryCase]) -> QuerySet[InjuryCase]:
    """Those in which the office has to do something, what is due first first."""
    return rows.filter(state__in=TO_DO).order_by(F("due_on").asc(nulls_last=True), "pk")


def find(rows: QuerySet[InjuryCase], text: str) -> QuerySet[InjuryCase]:
    """Narrow cases to a document number, a serial number (#12), or a beginning of the name or the employer."""
    names = ["beneficiary__name", "employer"]
    return rows.filter(searched(text, subject="beneficiary__subject_key", names=names))


def counts(actor: Actor, on: date) -> dict[str, int]:
    """State → cases of the actor's area; "overdue" → those past what is due."""
    rows = InjuryCase.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    found = dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
    return found | {"overdue": rows.filter(state__in=TO_DO, due_on__lt=on).count()}


def figures(lo: str, hi: str, since: date, until: date) -> Figures:
    """The figures of a range of areas from a day to a day, both inclusive. One query."""
    found = InjuryCase.objects.filter(area_code__gte=lo, area_code__lt=hi).aggregate(**_counted(since, until))
    return Figures(**found)


def by_area(children: list[tuple[str, str]], since: date, until: date) -> list[tuple[str, str, Figures]]:
    """(code, name, figures) of each area below. One query an area; a province has a dozen cities."""
    return [(code, name, figures(*codes.code_range(code), since, until)) for code, name in children]


def steps(row: InjuryCase) -> list[InjuryStep]:
    """What was done in a case, the newest first."""
    return list(row.steps.order_by("-pk"))


def papers(row: InjuryCase) -> list[InjuryPaper]:
    """The papers of a case in their order."""
    return list(row.papers.select_related("file").order_by("pk"))


def paper(row: InjuryCase, pk: int) -> InjuryPaper | None:
    """One paper of a case."""
    return row.papers.select_related("file").filter(pk=pk).first()


def kept(lo: str, hi: str) -> bool:
    """Whether the area keeps cases here at all: a register nobody keeps does not say zero."""
    return InjuryCase.objects.filter(area_code__gte=lo, area_code__lt=hi).exists()


def _counted(since: date, until: date) -> dict[str, Any]:
    decided = Q(decided_on__gte=since, decided_on__lte=until)
    begun = Q(applied_on__lte=until)
    return {
        "received": Count("pk", filter=Q(applied_on__gte=since, applied_on__lte=until)),
        "decided": Count("pk", filter=decided),
        "recognised": Count("pk", filter=decided & Q(recognised=True)),
        "open": Count("pk", filter=begun & (Q(decided_on__isnull=True) | Q(decided_on__gt=until))),
        "overdue": Count("pk", filter=begun & Q(decided_on__isnull=True, due_on__lt=until)),
    }
