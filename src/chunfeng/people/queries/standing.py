"""Which of several statements about one matter stands: one rule, in Python, in querysets and in statements.

Every statement is kept, and the word of the family is shown beside the check of the village
(`register.compared`); wherever the house needs one answer, it asks here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from chunfeng.people.choices import FactKind, FactValue
from chunfeng.people.models import Fact


def order(facts: Iterable[Fact]) -> list[Fact]:
    """The rule: statements about one person, the one that stands first.

    The statement about the latest day stands: "away" told today about last week changes nothing about a return
    stated for yesterday. Of two about the same day the one told last stands, whoever told it: an officer takes
    the newest word, and looks at the other source where the two differ. But who says that they came back is here
    when they say so: "came back on a day" overtakes everything told before it, so that who says today that they
    came back last week is back, although a ledger called them away yesterday. What is told after it, of the day
    of the return or a later one, stands again. `first`, `word` and `sql` are the same rule in the database.
    """
    rows = list(facts)
    back = max((_told(fact) for fact in rows if _is_return(fact)), default=None)
    return sorted(rows, key=lambda fact: (back is None or _told(fact) >= back, *rank(fact)), reverse=True)


def rank(fact: Fact) -> tuple[date, datetime, int]:
    """The rule for matters other than the return: the highest rank stands."""
    return fact.on, fact.at, fact.pk


def first(rows: QuerySet[Fact], *, until: date | None = None) -> QuerySet[Fact]:
    """Statements of one kind in the order of `order`, each person for themselves.

    `until`: where the rows speak of days up to one, that day.
    """
    later = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), on__gt=OuterRef("on"))
    later |= Q(at=OuterRef("at"), on=OuterRef("on"), pk__gt=OuterRef("pk"))
    returns = Fact.objects.filter(
        later, person=OuterRef("person"), kind=FactKind.RETURN, value=FactValue.RETURNED
    )
    if until is not None:
        returns = returns.filter(on__lte=until)
    return rows.annotate(overtaken=Exists(returns)).order_by("overtaken", "-on", "-at", "-pk")


def word(kind: str, column: str = "value", *, until: date | None = None) -> Subquery:
    """For people: a column of the statement of a kind that stands, None without one.

    With `until` among those that speak of a day up to it.
    """
    rows = Fact.objects.filter(person=OuterRef("pk"), kind=kind)
    if until is not None:
        rows = rows.filter(on__lte=until)
    rows = first(rows, until=until) if kind == FactKind.RETURN else rows.order_by("-on", "-at", "-pk")
    return Subquery(rows.values(column)[:1])


def sql(fact: str, *, until: str = "") -> str:
    """What follows ORDER BY in a statement where `fact` names people_fact.

    `until` (an expression) where returns are among the rows: the day up to which they speak.
    """
    plain = f'{fact}."on" DESC, {fact}.at DESC, {fact}.id DESC'
    if not until:
        return plain
    later = f'(r.at, r."on", r.id) > ({fact}.at, {fact}."on", {fact}.id)'
    back = f"r.kind = '{FactKind.RETURN}' AND r.value = '{FactValue.RETURNED}' AND r.\"on\" <= {until}"
    overtaken = (
        f"EXISTS (SELECT FROM people_fact r WHERE r.person_id = {fact}.person_id AND {back} AND {later})"
    )
    return f"{overtaken}, {plain}"


def _told(fact: Fact) -> tuple[datetime, date, int]:
    """In which order statements were told; of one moment the later day is told later."""
    return fact.at, fact.on, fact.pk


def _is_return(fact: Fact) -> bool:
    return fact.kind == FactKind.RETURN and fact.value == FactValue.RETURNED
