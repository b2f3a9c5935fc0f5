"""People who are asked again until the outcome is known, and the agency that is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from chunfeng.areas import codes
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.offices.choices import Line
from chunfeng.offices.models import Office
from chunfeng.people import batch
from chunfeng.people.models import ContactRecord, FollowUp, Person
from chunfeng.people.queries import register
from chunfeng.tasking.models import CoordinationIssue


def health_office(area_code: str) -> Office | None:
    """The health authority of an area: its own, else that of the nearest area above; None without one."""
    chain = [*codes.ancestors(area_code), area_code]
    rows = Office.objects.filter(area_code__in=chain, line=Line.HEALTH, active=True)
    return batch.once(
        ("health office", area_code),
        lambda: min(rows, key=lambda office: (-codes.level(office.area_code), office.code), default=None),
    )


def to_tell(area_code: str, own: Office) -> Office:
    """Whose task symptoms are: the health authority of the area; where the directory has none, the superior of
    the office that follows up, and without a superior that office itself (its leader)."""
    found = health_office(area_code)
    if found is None and own.parent_id is not None:
        found = Office.objects.filter(pk=own.parent_id, active=True).first()
    return found or own


@dataclass(frozen=True, slots=True)
class Partner:
    """The partner's task and its answer, and who the partner is: `health` False where there was no health office."""

    issue: CoordinationIssue
    health: bool
    own: bool

    @property
    def answered(self) -> bool:
        """Whether the partner said what came of it."""
        return bool(self.issue.outcome)


def partner(row: FollowUp) -> Partner | None:
    """What stands on the partner's desk for a follow-up in sight; None where nobody was given a task.

    Read as the system: the partner may stand above the reader, and who sees the follow-up sees its answer.
    """
    if row.issue_id is None:
        return None
    with scope.applied(SYSTEM):
        issue = CoordinationIssue.objects.select_related("owner").get(pk=row.issue_id)
    return Partner(issue, issue.owner.line == Line.HEALTH, issue.owner_id == row.office_id)


def of_issue(actor: Actor, issue: int) -> FollowUp | None:
    """The follow-up that an issue tells of, as far as in sight."""
    return follow_ups(actor).filter(issue=issue).first()


def follow_ups(actor: Actor) -> QuerySet[FollowUp]:
    """Every follow-up in the actor's range, closed ones too."""
    rows = FollowUp.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("office", "partner")


def follow_up(actor: Actor, pk: int) -> FollowUp | None:
    """One follow-up in sight."""
    return follow_ups(actor).filter(pk=pk).first()


def of_person(person: Person) -> list[FollowUp]:
    """The follow-ups of a person and of the records merged into it, open ones first, as far as in sight."""
    rows = FollowUp.objects.filter(person__in=register.family(person)).select_related("office", "partner")
    return sorted(rows, key=lambda row: (row.closed_at is not None, -row.pk))


def contacts(row: FollowUp) -> list[ContactRecord]:
    """What came of every time the person was asked, the newest first."""
    return list(ContactRecord.objects.filter(follow_up=row).select_related("office").order_by("-pk")[:200])


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many follow-ups are open, due today, and past their day."""

    open: int
    due: int
    late: int


def numbers(actor: Actor, today: date) -> Numbers:
    """The numbers of the actor's range, in one query."""
    rows = FollowUp.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi, closed_at__isnull=True)
    found = rows.aggregate(
        open=Count("pk"),
        due=Count("pk", filter=Q(next_on__lte=today)),
        late=Count("pk", filter=Q(next_on__lt=today)),
    )
    return Numbers(**found)
