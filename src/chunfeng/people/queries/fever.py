"""Fever cases at enterprises: their steps, and who works with the person (E17)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from chunfeng.core.actor import Actor
from chunfeng.people.choices import FeverStep
from chunfeng.people.models import FellowWorker, FeverCase, FeverCaseStep, Person
from chunfeng.people.queries import register

MOST_FELLOWS = 5000


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the checklist; `done` is None while it is missing."""

    step: FeverStep
    done: FeverCaseStep | None


def cases(actor: Actor) -> QuerySet[FeverCase]:
    """Every fever case in the actor's range."""
    rows = FeverCase.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("office", "situation")


def case(actor: Actor, pk: int) -> FeverCase | None:
    """One fever case in sight."""
    return cases(actor).filter(pk=pk).first()


def of_person(person: Person) -> list[FeverCase]:
    """The fever cases of a person and of the records merged into it, the newest first, as far as in sight."""
    return list(FeverCase.objects.filter(person__in=register.family(person)).order_by("-pk"))


def checklist(row: FeverCase) -> list[Step]:
    """Every step in its order, done or missing."""
    done = {each.step: each for each in row.steps.all()}
    return [Step(step, done.get(step)) for step in FeverStep]


def fellows(row: FeverCase) -> QuerySet[FellowWorker]:
    """The fellow workers listed, with their contact; the person through `people_of`."""
    return FellowWorker.objects.filter(case=row).select_related("contact")


def counts(row: FeverCase) -> tuple[int, int]:
    """How many fellow workers are listed, and how many of them were contacted."""
    found = FellowWorker.objects.filter(case=row).aggregate(
        n=Count("pk"), reached=Count("pk", filter=Q(contact__isnull=False))
    )
    return found["n"], found["reached"]


def people_of(rows: list[FellowWorker]) -> dict[int, Person]:
    """The people of listed fellow workers by key, as far as in sight."""
    return Person.objects.in_bulk({row.person_id for row in rows})


def workmates(actor: Actor, case: FeverCase, person: Person) -> list[Person]:
    """Who works for the same employer in the same area, as the register knows it; each person once.

    The same area is that of work where one is known, else the area of the case. Records merged into another
    count as that one; the person of the case is left out. At most `MOST_FELLOWS`.
    """
    area = person.work_area or case.area_code
    words = {" ".join(case.employer.split()), case.employer}
    same = Q(employer__in=words) & (Q(work_area=area) | Q(work_area="", current_area=area))
    rows = register.records(actor).filter(same).order_by("pk")[:MOST_FELLOWS]
    own = set(register.family(person))
    found: dict[int, Person] = {}
    for row in rows:
        stands = row if row.merged_into_id is None else register.survivor(row)
        if stands is not None and stands.merged_into_id is None and stands.pk not in own:
            found[stands.pk] = stands
    return [found[pk] for pk in sorted(found)]
