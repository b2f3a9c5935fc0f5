"""Which rules are in force where a person stays, and where that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people import batch
from chunfeng.people.choices import Exposure, FactKind, FactValue
from chunfeng.people.models import Fact, Person, PlacementRule
from chunfeng.people.placement.choosing import Weighed, applying, weigh
from chunfeng.people.queries import affected, register, standing
from chunfeng.people.queries.affected import Trace


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a person is placed as they are: what is known, and every rule in force with what became of it.

    `told` is the statement of symptoms that stands, `exposed` that of an exposure; `today` the day it is seen.
    """

    area: str
    exposure: str
    symptoms: bool | None
    traces: list[Trace]
    told: Fact | None
    exposed: Fact | None
    weighed: list[Weighed]

    @property
    def rule(self) -> PlacementRule | None:
        """The rule that applies."""
        return applying(self.weighed)


def in_force(at_area: str, on: date) -> QuerySet[PlacementRule]:
    """The rules of the offices of an area and above it that are in force on a day."""
    chain = [*codes.ancestors(at_area), at_area]
    rows = PlacementRule.objects.filter(affected.in_force_rules(on), area_code__in=chain)
    return rows.select_related("office", "emergency", "clause__notice")


def weighed(at_area: str, exposure: str, symptoms: bool | None, on: date) -> list[Weighed]:
    """Every rule in force where the person stays, with what became of it; the one that applies first."""
    rules = batch.once(("rules", at_area, on), lambda: list(in_force(at_area, on)))
    return weigh(rules, exposure, symptoms)


def stay_area(person: Person, by: Actor, on: date) -> str:
    """Where the person stays in the actor's sight: now, else at home, else at work; else the actor's own area.

    A current area that counts as affected is where the person came from, not where they are.
    """
    for code in (person.current_area, person.area_code, person.work_area):
        if code and by.sees(code) and not affected.is_affected(code, by.area_code or person.area_code, on):
            return code
    fallback = next((code for code in (person.area_code, person.current_area) if code and by.sees(code)), "")
    return fallback or by.area_code


def fever_above(at_area: str, on: date) -> tuple[Decimal, PlacementRule] | None:
    """The temperature above which a rule in force speaks of fever: nearest office, newest, lowest; else None."""
    rows = in_force(at_area, on).filter(fever_above__isnull=False)
    best = min(
        rows,
        key=lambda rule: (-codes.level(rule.area_code), -rule.valid_from.toordinal(), rule.fever_above),
        default=None,
    )
    return None if best is None or best.fever_above is None else (best.fever_above, best)


def explain(
    person: Person, by: Actor, on: date, *, exposure: str = "", symptoms: bool | None = None
) -> Explained:
    """Which rule applies to a person, by what is known of them or by the exposure and symptoms given."""
    area = stay_area(person, by, on)
    traces = affected.traces(person, on, at_area=area)
    family = register.family(person)
    facts = standing.first(Fact.objects.filter(person__in=family, on__lte=on))
    told = facts.filter(kind=FactKind.SYMPTOMS).first()
    since = on - timedelta(affected.look_back(area, on))
    exposed = facts.filter(kind=FactKind.HEALTH, on__gte=since).first()
    if exposed is not None and exposed.value != FactValue.EXPOSED:
        exposed = None
    if not exposure:
        exposure = Exposure.CONTACT if exposed else Exposure.AREA if traces else Exposure.NONE
    if symptoms is None and told is not None:
        symptoms = told.value != FactValue.NO_SYMPTOMS
    found = weighed(area, exposure, symptoms, on)
    return Explained(area, exposure, symptoms, traces, told, exposed, found)


def rules(actor: Actor) -> QuerySet[PlacementRule]:
    """The rules of the actor's range and of the offices above, ended ones too."""
    near = Q(area_code__gte=actor.lo, area_code__lt=actor.hi) | Q(area_code__in=actor.above)
    return PlacementRule.objects.filter(near).select_related("office", "emergency", "clause__notice")
