"""Requests about own data, the most urgent first."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from chunfeng.core.actor import Actor
from chunfeng.people.choices import RequestState
from chunfeng.people.models import DataRequest, Person
from chunfeng.people.queries import register


def requests(actor: Actor) -> QuerySet[DataRequest]:
    """Requests of the actor's range: the open ones by their day, then the answered ones, the newest first."""
    rows = DataRequest.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    is_open = Case(
        When(state=RequestState.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return rows.select_related("person", "office").annotate(place=is_open).order_by("place", "due_on", "-pk")


def request(actor: Actor, pk: int) -> DataRequest | None:
    """One of them."""
    return requests(actor).filter(pk=pk).first()


def open_counts(actor: Actor, on: date) -> tuple[int, int]:
    """How many are open, and how many of them are past their day."""
    rows = requests(actor).filter(state=RequestState.OPEN).order_by()
    found = rows.aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=on)))
    return found["n"], found["late"]


def of_person(person: Person) -> QuerySet[DataRequest]:
    """What one person asked, the newest first."""
    return DataRequest.objects.filter(person__in=register.family(person)).order_by("-pk")
