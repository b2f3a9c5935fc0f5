"""Whom a campaign asks: a filter over the register, kept as plain data with the campaign (D2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.choices import CallState, Outcome
from chunfeng.people.models import CallItem, ContactRecord, Fact, PersonCategory, PersonPhone
from chunfeng.people.queries import affected, register, standing

AFFECTED = "affected"
"""Instead of an area: any that counts as affected today."""
NOTHING = "none"
"""Instead of a value: nothing was ever stated."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Every entry narrows; an empty one does not. Areas are codes, `current` and `work` also `AFFECTED`.

    `fact_kind` with `fact_value`: the statement that stands (`NOTHING`: nothing ever). `silent_since`: nobody of an
    office has spoken with them since that day. `unreached_of`: not reached in that campaign.
    """

    home: str = ""
    current: str = ""
    work: str = ""
    categories: tuple[str, ...] = ()
    dataset: int | None = None
    fact_kind: str = ""
    fact_value: str = ""
    employer: str = ""
    silent_since: date | None = None
    unreached_of: int | None = None

    def dump(self) -> dict[str, Any]:
        """As JSON, without empty entries: `load(chosen.dump()) == chosen`."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {"categories": list(self.categories)}
        if self.silent_since:
            plain["silent_since"] = self.silent_since.isoformat()  # type: ignore[assignment]
        return {key: value for key, value in (found | plain).items() if value not in ("", None, [], ())}


def load(data: Mapping[str, Any]) -> Chosen:
    """What `Chosen.dump` wrote."""
    given = {field.name: data[field.name] for field in fields(Chosen) if data.get(field.name)}
    given["categories"] = tuple(given.get("categories", ()))
    if "silent_since" in given:
        given["silent_since"] = date.fromisoformat(given["silent_since"])
    return Chosen(**given)


def who(actor: Actor, chosen: Chosen, on: date) -> QuerySet[Any]:
    """The people a filter means on a day, each with `village`: the area of theirs in the actor's range.

    The home area counts before the current and the work area.
    """
    rows = register.people(actor)
    if chosen.home:
        rows = rows.filter(_inside("area_code", chosen.home))
    for column, area in (("current_area", chosen.current), ("work_area", chosen.work)):
        if area:
            rows = rows.filter(_anywhere(column, _codes(actor, area, on)))
    if chosen.categories:
        held = PersonCategory.objects.filter(person=OuterRef("pk"), category__in=chosen.categories)
        held = held.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on))
        rows = rows.filter(Exists(held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))))
    if chosen.dataset:
        rows = rows.filter(datasets__dataset=chosen.dataset)
    if chosen.fact_kind:
        said = Fact.objects.filter(person=OuterRef("pk"), kind=chosen.fact_kind)
        if chosen.fact_value == NOTHING:
            rows = rows.filter(~Exists(said))
        else:
            rows = rows.annotate(stands=standing.word(chosen.fact_kind)).filter(stands=chosen.fact_value)
    if chosen.employer:
        rows = rows.filter(employer__icontains=chosen.employer)
    if chosen.silent_since:
        spoken = ContactRecord.objects.filter(
            person=OuterRef("pk"), outcome=Outcome.REACHED, at__date__gte=chosen.silent_since
        )
        rows = rows.filter(~Exists(spoken))
    if chosen.unreached_of:
        missed = CallItem.objects.filter(
            campaign=chosen.unreached_of, person=OuterRef("pk"), state=CallState.UNREACHED
        )
        rows = rows.filter(Exists(missed))
    return rows.annotate(village=_village(actor))


@dataclass(frozen=True, slots=True)
class Preview:
    """How many a filter means, how many of them have no telephone, and how many live in each village."""

    total: int
    without_phone: int
    villages: list[tuple[str, int]]


def preview(rows: QuerySet[Any]) -> Preview:
    """Counts of the people of `who`, in one query."""
    reachable = Exists(PersonPhone.objects.filter(person=OuterRef("pk")))
    counted = (
        rows.order_by()
        .annotate(reachable=reachable)
        .values("village")
        .annotate(n=Count("pk"), called=Count("pk", filter=Q(reachable=True)))
        .order_by("village")
    )
    villages = [(row["village"], row["n"], row["called"]) for row in counted]
    total = sum(n for _code, n, _called in villages)
    return Preview(
        total,
        total - sum(called for _code, _n, called in villages),
        [(code, n) for code, n, _called in villages],
    )


def _village(actor: Actor) -> Case:
    whens = [
        When(Q(**{f"{column}__gte": actor.lo or "1", f"{column}__lt": actor.hi}), then=F(column))
        for column in register.AREAS
    ]
    return Case(*whens, default=Value(""))


def _codes(actor: Actor, area: str, on: date) -> list[str]:
    return [code for code, _row in affected.affected_codes(actor, on)] if area == AFFECTED else [area]


def _anywhere(column: str, areas: list[str]) -> Q:
    found = Q(pk__in=[])
    for area in areas:
        found |= _inside(column, area)
    return found


def _inside(column: str, area: str) -> Q:
    lo, hi = codes.code_range(area)
    return Q(**{f"{column}__gte": lo or "1", f"{column}__lt": hi})
