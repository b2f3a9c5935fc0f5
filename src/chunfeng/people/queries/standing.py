"""Which of several statements about one matter stands: one rule, in Python, in querysets and in statements.

Every statement is kept, and the word of the family is shown beside the check of the village
(`register.compared`); wherever the house needs one answer, it asks here.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Case, DateField, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Greatest, TruncDate
from django.utils import timezone

from chunfeng.people.choices import FactKind, FactValue
from chunfeng.people.models import Fact


def rank(fact: Fact) -> tuple[date, datetime, int]:
    """The rule: of some statements of one kind the one with the highest rank stands.

    The statement about the latest day stands: "away" told today about last week changes nothing about a return
    stated for yesterday. Of two about the same day the one told last stands, whoever told it: an officer takes
    the newest word, and looks at the other source where the two differ. "Came back on a day" speaks of every
    day from that one to the moment it is told, since who says so is here: who says today that they came back
    last week is back, although a ledger called them away yesterday. `first` and `sql` are the same rule.
    """
    day = fact.on
    if fact.kind == FactKind.RETURN and fact.value == FactValue.RETURNED:
        day = max(day, timezone.localdate(fact.at))
    return day, fact.at, fact.pk


def first(rows: QuerySet[Fact]) -> QuerySet[Fact]:
    """Statements of one kind in the order of `rank`, the one that stands first."""
    told = When(kind=FactKind.RETURN, value=FactValue.RETURNED, then=Greatest(F("on"), TruncDate("at")))
    holds = Case(told, default=F("on"), output_field=DateField())
    return rows.annotate(holds_to=holds).order_by("-holds_to", "-at", "-pk")


def word(kind: str, column: str = "value", *, until: date | None = None) -> Subquery:
    """For people: a column of the statement of a kind that stands, None without one.

    With `until` among those that speak of a day up to it.
    """
    rows = Fact.objects.filter(person=OuterRef("pk"), kind=kind)
    if until is not None:
        rows = rows.filter(on__lte=until)
    return Subquery(first(rows).values(column)[:1])


def sql(fact: str) -> str:
    """What follows ORDER BY in a statement where `fact` names people_fact; it needs the parameter `zone`."""
    told = f'greatest({fact}."on", ({fact}.at AT TIME ZONE %(zone)s)::date)'
    back = f"{fact}.kind = '{FactKind.RETURN}' AND {fact}.value = '{FactValue.RETURNED}'"
    return f'CASE WHEN {back} THEN {told} ELSE {fact}."on" END DESC, {fact}.at DESC, {fact}.id DESC'
