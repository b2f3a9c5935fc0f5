"""Measures in sight of an officer, and those in force for the public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.benefits import engine, files, rulebook
from chunfeng.benefits.choices import MeasureState
from chunfeng.benefits.models import Measure, MeasureVersion, Simulation
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class Policy:
    """One measure as the public sees it: what, who, how much, papers, where, whom to ask."""

    measure: Measure
    version: MeasureVersion
    contents: files.Contents
    paid_to: str
    """Who gets the money where it is not the subject."""
    papers: tuple[tuple[str, str], ...]
    """(fact, the paper that proves it)."""
    no_papers: tuple[tuple[str, str], ...]
    """(fact, the register that answers it, so that no paper is needed) (O7)."""


def measures(actor: Actor) -> QuerySet[Measure]:
    """The measures of the actor's area and of those above."""
    near = Q(area_code__gte=actor.lo, area_code__lt=actor.hi) | Q(area_code__in=[*actor.above, codes.COUNTRY])
    return Measure.objects.filter(near).select_related("office")


def measure(actor: Actor, pk: int) -> Measure | None:
    """One measure in sight."""
    return measures(actor).filter(pk=pk).first()


def versions(of: Measure) -> QuerySet[MeasureVersion]:
    """All versions, the newest first."""
    return of.versions.order_by("-pk")


def version(actor: Actor, pk: int) -> MeasureVersion | None:
    """One version in sight."""
    rows = MeasureVersion.objects.select_related("measure__office", "clause")
    return rows.filter(pk=pk, measure__in=measures(actor)).first()


def base_text(of: MeasureVersion) -> str:
    """The text that a local one refines; "" for a whole measure."""
    if not of.refines:
        return ""
    rows = MeasureVersion.objects.filter(measure__code=of.refines, refines="")
    row = rows.order_by("-valid_from", "-put_at", "-pk").first()
    return row.text if row is not None else ""


def in_force(on: date) -> list[MeasureVersion]:
    """What the public may read on a day: each measure's version in force, by title. Holds nothing personal."""
    with scope.applied(SYSTEM):
        rows = MeasureVersion.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=on),
            state=MeasureState.IN_FORCE,
            refines="",
            valid_from__lte=on,
        ).select_related("measure__office")
        newest: dict[int, MeasureVersion] = {}
        for row in rows.order_by("-valid_from", "-put_at", "-pk"):
            newest.setdefault(row.measure_id, row)
    return sorted(newest.values(), key=lambda row: (row.measure.area_code, row.measure.title))


def judging(on: date) -> list[Measure]:
    """The measures in force that judge what money is used for, by title."""
    rows = (row for row in in_force(on) if engine.spending(row, (), on, row.measure.area_code))
    return [row.measure for row in rows]


def policy(code: str, on: date) -> Policy | None:
    """One measure in force on a day, with the papers it needs and those that registers replace."""
    row = next((each for each in in_force(on) if each.measure.code == code), None)
    if row is None:
        return None
    asked = engine.questions(row).values()
    return Policy(
        measure=row.measure,
        version=row,
        contents=files.read(row.text).contents,
        paid_to=engine.paid_to(row),
        papers=tuple((q.label, q.proof) for q in asked if q.proof and not q.register),
        no_papers=tuple((q.label, q.proof or q.label) for q in asked if q.register),
    )


def simulations(actor: Actor, of: MeasureVersion) -> QuerySet[Simulation]:
    """What-if runs on a version in the actor's area, the newest first."""
    rows = Simulation.objects.filter(version=of, area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.order_by("-pk")


def simulation(actor: Actor, pk: int) -> Simulation | None:
    """One what-if run of the actor's area."""
    rows = Simulation.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("version__measure").filter(pk=pk).first()


def pay_cases(on: date) -> list[tuple[rulebook.Kind, list[MeasureVersion]]]:
    """The cases of the pay calculator, each with the measures in force on a day that reckon it (J2)."""
    held = {row.measure.code: row for row in in_force(on)}
    return [
        (kind, [held[code] for code in kind.measures if code in held])
        for kind in rulebook.kinds()
        if kind.pay
    ]
