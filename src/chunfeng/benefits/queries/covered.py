"""People of the register whom a measure covers without a claim: policy finds people."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from chunfeng.benefits import engine, force, many, periods, registers
from chunfeng.benefits.actions.beneficiaries import subject_key
from chunfeng.benefits.choices import LIVE
from chunfeng.benefits.models import Claim, MeasureVersion, Payment
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.people.models import Person, PersonCategory
from chunfeng.people.queries import register

CHUNK, MOST = 5000, 500
"""People read at once; people listed before the list is cut."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One person a measure covers: what it would pay in fen, and the facts that say so."""

    person: Person
    amount: int
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found: `looked` people, `claimed` covered but claimed before, `undecided` lack facts.

    `no_document` are covered but cannot be paid; `after` is where to look on (None: the register is through).
    """

    found: tuple[Covered, ...]
    looked: int
    claimed: int
    undecided: int
    no_document: int
    after: int | None

    @property
    def total(self) -> int:
        """Fen all who were found would get."""
        return sum(each.amount for each in self.found)


def search(actor: Actor, version: MeasureVersion, on: date, *, after: int = 0, most: int = 20_000) -> Search:
    """Look through at most `most` people at home in the actor's area behind the key `after`, in order of their keys.

    Only what the register answers counts as a fact; whoever would need more is undecided.
    """
    period = periods.period_of(engine.once_per(version), on, version.measure.title[: periods.MOST])
    found: list[Covered] = []
    looked = claimed = undecided = no_document = 0
    at = after
    with many.opened() as evaluator:
        judge = Judge(version, on, evaluator)
        while looked < most and len(found) < MOST:
            people = chunk(actor, at)
            if not people:
                return Search(tuple(found), looked, claimed, undecided, no_document, None)
            says = judge.judged(people)
            met = [
                Covered(p, s.amount or 0, f)
                for p, f, s in says
                if s.outcome == engine.ELIGIBLE and not s.asks
            ]
            undecided += sum(bool(s.outcome == engine.ASK or s.asks) for _p, _f, s in says)
            paid = _claimed(version, [each.person for each in met], period)
            for each in met:
                if not each.person.id_number:
                    no_document += 1
                elif subject_key(each.person.id_number) in paid:
                    claimed += 1
                else:
                    found.append(each)
            looked += len(people)
            at = people[-1].pk
    return Search(tuple(found), looked, claimed, undecided, no_document, at)


def chunk(actor: Actor, after: int) -> list[Person]:
    """The next people at home in the actor's area behind a key, in order of their keys."""
    rows = register.people(actor).filter(pk__gt=after, area_code__gte=actor.lo, area_code__lt=actor.hi)
    return list(rows.order_by("pk")[:CHUNK])


NOTHING = engine.Answer(engine.ASK, None, ())
"""Of whom the register answers nothing, nothing can be said."""


class Judge:
    """Evaluates people by what the register answers of them: a version, or another `text` in its place."""

    def __init__(
        self, version: MeasureVersion, on: date, evaluator: many.Many, text: str | None = None
    ) -> None:
        self.version, self.on, self.evaluator = version, on, evaluator
        self.text = version.text if text is None else text
        self.names = tuple(sorted(name for name in engine.questions(version) if name in registers.READERS))
        self.others = force.others(version.measure.code, on)
        self.texts: dict[tuple[int, ...], tuple[str, ...]] = {}

    def judged(self, people: list[Person]) -> list[tuple[Person, dict[str, Any], engine.Answer]]:
        """Each person with the facts the register answers and what the rules say of them."""
        held = _categories(people, self.on)
        facts = [registers.answers(p, held[p.pk], self.names, self.on) for p in people]
        together: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for n, person in enumerate(people):
            if facts[n]:
                together[self._texts(person.area_code)].append(n)
        says = [NOTHING] * len(people)
        for local, where in together.items():
            cases = [many.Case(facts[n], people[n].area_code) for n in where]
            for n, answer in zip(
                where, self.evaluator.answers(self.text, local, self.names, cases, self.on), strict=True
            ):
                says[n] = answer
        return list(zip(people, facts, says, strict=True))

    def _texts(self, area: str) -> tuple[str, ...]:
        """The other texts that matter in an area: most areas share them, and so one table."""
        found = tuple(self.others(area))
        if found not in self.texts:
            self.texts[found] = force.texts_of(found)
        return self.texts[found]


def proposed(actor: Actor, version: MeasureVersion) -> list[Claim]:
    """Claims found in the register that wait for an officer's confirmation."""
    rows = Claim.objects.filter(
        area_code__gte=actor.lo,
        area_code__lt=actor.hi,
        measure=version.measure_id,
        channel="register",
        state="proposed",
        outcome=engine.ELIGIBLE,
    )
    return list(rows.select_related("beneficiary").order_by("pk")[:MOST])


def _categories(people: list[Person], on: date) -> dict[int, set[str]]:
    rows = PersonCategory.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        person__in=[person.pk for person in people],
    )
    held: dict[int, set[str]] = defaultdict(set)
    for person, category in rows.values_list("person_id", "category"):
        held[person].add(category)
    return held


def _claimed(version: MeasureVersion, people: list[Person], period: str) -> set[str]:
    """Keys of those with a live claim or a payment of the measure in the period, in whatever area."""
    keys = [subject_key(person.id_number) for person in people if person.id_number]
    with scope.applied(SYSTEM):
        given = {"measure": version.measure_id, "period": period, "subject_key__in": keys}
        live = Claim.objects.filter(state__in=LIVE, **given).values_list("subject_key", flat=True)
        return {*live, *Payment.objects.filter(**given).values_list("subject_key", flat=True)}
