"""What if: a changed text over the claims held or over the register, against the versions that decide.

Reads facts, writes figures only: who gains and loses as counts and sums, by area and by month. A run goes chunk by
chunk in the background, each in one transaction with the place it reached: whatever kills it, it goes on there. Its
memory is that of one chunk and of the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.benefits import engine, files, force, many
from chunfeng.benefits.actions.claims import values_of
from chunfeng.benefits.actions.common import required
from chunfeng.benefits.choices import ClaimState, RunOver, SimulationState
from chunfeng.benefits.models import Claim, MeasureVersion, Simulation
from chunfeng.benefits.queries import covered
from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.queries import officer_of
from chunfeng.people.queries import register

CHUNK = 500
"""Claims in one transaction; of the register `covered.CHUNK` people."""
_RUN = 0x776966  # "wif"
FIGURES = (
    "claims", "granted", "granted_then", "cost", "cost_then", "gain", "lose", "more", "less", "open",
)  # fmt: skip
Pair = tuple[str, date, engine.Answer, engine.Answer]
"""Area, day, what the version that decides says, what the changed text says."""


class Taken(Refused):
    """Somebody else is at work on this run."""


@transaction.atomic
def begin(
    *,
    version: MeasureVersion,
    text: str,
    name: str,
    over: str = RunOver.CLAIMS,
    on: date | None = None,
    by: Actor,
    at: datetime,
) -> Simulation:
    """Let a run begin; the work itself is `run`, in the background.

    Over claims each is evaluated on its own day by its own version; over the register everybody of the area on `on`
    (today) by what the register answers. Raises `files.Unreadable`, Refused for another measure's text.
    """
    roles.require(by, "measure.draft")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can run this."))
    if over not in RunOver.values:
        raise Refused(_("Choose what is looked at: claims, or the register."))
    changed = files.read(text)
    if changed.contents.code != version.measure.code:
        raise Refused(_("The changed text is of another measure: keep its code."))
    made = Simulation(
        version=version,
        office_id=by.office_id,
        area_code=by.area_code,
        name=required(name, _("name"), 120),
        text=text,
        on=on or timezone.localdate(at),
        over=over,
        state=SimulationState.RUNNING,
        result=dict.fromkeys(FIGURES, 0) | {"areas": {}, "months": {}},
        by_name=by.name,
        made_at=at,
    )
    made.total = _rows(made, by).count()
    made.save()
    record("measure.simulate", by=by, on=made, at=at, detail={"over": over, "total": made.total})
    transaction.on_commit(lambda: _defer(made.pk))
    return made


@transaction.atomic
def resume(*, run: Simulation, by: Actor, at: datetime) -> Simulation:
    """Let a run that stopped go on where it was."""
    roles.require(by, "measure.draft")
    row = Simulation.objects.select_for_update(of=("self",)).filter(pk=run.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This run belongs to another area."))
    if row.state == SimulationState.STOPPED:
        row.state, row.error = SimulationState.RUNNING, ""
        row.save(update_fields=["state", "error"])
        record("measure.simulate", by=by, on=row, at=at, detail={"from": row.done})
        transaction.on_commit(lambda: _defer(row.pk))
    return row


def run(run_id: int, *, progress: Callable[[int, int], object] | None = None) -> Simulation:
    """Look at what is left of a run; ends with all of it looked at.

    Call it outside any transaction. Acts for the office that began it, within its range. Raises `Taken` where another
    process is at work on it, Refused with the reason where it has to stop.
    """
    here = _found(run_id)
    actor = officer_of(here.office, here.by_name)
    with _alone(run_id), many.opened() as evaluator:
        try:
            while here.state == SimulationState.RUNNING:
                with scope.applied(actor):
                    here = _chunk(here, actor, evaluator)
                if progress is not None:
                    progress(here.done, here.total)
        except Taken:
            raise
        except Refused as refusal:
            _stopped(here, actor, str(refusal))
            raise
        except Exception as error:
            # the text of an error may hold facts of the claim it fell over: only its kind is written down
            why = _("It stopped after %(n)s (%(kind)s). Let it go on.") % {
                "n": here.done,
                "kind": type(error).__name__,
            }
            _stopped(here, actor, why)
            raise Refused(why) from None
    return here


def waiting() -> list[int]:
    """Runs that should be going on: their worker may have died."""
    with scope.applied(SYSTEM, read_only=True):
        rows = Simulation.objects.filter(state=SimulationState.RUNNING).order_by("pk")
        return list(rows.values_list("pk", flat=True)[:20])


def _defer(run_id: int) -> None:
    from chunfeng.benefits import jobs

    jobs.defer_simulation(run_id)


def _chunk(here: Simulation, actor: Actor, evaluator: many.Many) -> Simulation:
    """One chunk in one transaction; behind the last one the run is over."""
    row = (
        Simulation.objects.select_for_update(of=("self",)).select_related("version__measure").get(pk=here.pk)
    )
    if (row.state, row.done) != (SimulationState.RUNNING, here.done):
        raise Taken(_("Another process is at work on this run."))
    pairs, looked, after = (
        _people(row, actor, evaluator) if row.over == RunOver.REGISTER else _claims(row, actor)
    )
    if not looked:
        row.state, row.ended_at = SimulationState.DONE, timezone.now()
    else:
        row.result = tallied(row.result, pairs, actor)
        row.done, row.after = row.done + looked, after
        row.total = max(row.total, row.done)
    row.save(update_fields=["state", "ended_at", "result", "done", "after", "total"])
    return row


def _rows(row: Simulation, actor: Actor) -> QuerySet[Any]:
    if row.over == RunOver.REGISTER:
        return register.people(actor).filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    inside = Claim.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi, facts__isnull=False)
    return inside.filter(measure=row.version.measure_id).exclude(state=ClaimState.WITHDRAWN)


def _claims(row: Simulation, actor: Actor) -> tuple[list[Pair], int, int]:
    """Answers for the next claims; how many they were, and the last one's key."""
    found = list(_rows(row, actor).filter(pk__gt=row.after).select_related("version").order_by("pk")[:CHUNK])
    pairs: list[Pair] = []
    for claim in found:
        facts, local = values_of(claim), force.texts_of(claim.refined_by)
        now = engine.answer(claim.version.text, local, facts, claim.on, claim.area_code)
        then = engine.answer(row.text, local, facts, claim.on, claim.area_code)
        pairs.append((claim.area_code, claim.on, now, then))
    return pairs, len(found), found[-1].pk if found else row.after


def _people(row: Simulation, actor: Actor, evaluator: many.Many) -> tuple[list[Pair], int, int]:
    """The same for the next people of the register."""
    people = covered.chunk(actor, row.after)
    if not people:
        return [], 0, row.after
    now = covered.Judge(row.version, row.on, evaluator).judged(people)
    then = covered.Judge(row.version, row.on, evaluator, row.text).judged(people)
    pairs = [
        (person.area_code, row.on, before, after)
        for (person, _f, before), (_p, _g, after) in zip(now, then, strict=True)
    ]
    return pairs, len(people), people[-1].pk


def tallied(result: dict[str, Any], pairs: Iterable[Pair], actor: Actor) -> dict[str, Any]:
    """The figures with these cases added: counts and fen; `areas` by the area below, `months` by the day's month."""
    found = dict(result) | {"areas": dict(result["areas"]), "months": dict(result["months"])}
    for code, on, now, then in pairs:
        before, after = now.amount or 0, then.amount or 0
        was, will = now.outcome == engine.ELIGIBLE, then.outcome == engine.ELIGIBLE
        adds = {
            "claims": 1, "granted": was, "granted_then": will, "cost": before, "cost_then": after,
            "gain": will and not was, "lose": was and then.outcome == engine.NOT_ELIGIBLE,
            "more": was and will and after > before, "less": was and will and after < before,
            "open": then.outcome == engine.ASK,
        }  # fmt: skip
        for name, n in adds.items():
            found[name] += int(n)
        _add(found["areas"], _below(code, actor), before, after, int(will and not was), int(was and not will))
        _add(found["months"], f"{on:%Y-%m}", before, after)
    return found | {name: dict(sorted(found[name].items())) for name in ("areas", "months")}


def _add(to: dict[str, list[int]], key: str, *figures: int) -> None:
    to[key] = [a + b for a, b in zip(to.get(key, [0] * len(figures)), figures, strict=True)]


def _below(code: str, by: Actor) -> str:
    """The area one level below the actor's that holds this code; the code itself where there is none."""
    chain = [*codes.ancestors(code), code]
    inside = [each for each in chain if by.sees(each) and each != by.area_code]
    return inside[0] if inside else code


@contextmanager
def _alone(run_id: int) -> Iterator[None]:
    """One process at a time works on a run; the mark goes with its session, however that ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_RUN, run_id % 2**31])
        if not cursor.fetchone()[0]:
            raise Taken(_("Another process is at work on this run."))
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_RUN, run_id % 2**31])


def _stopped(here: Simulation, actor: Actor, why: str) -> None:
    with scope.applied(actor):
        rows = Simulation.objects.filter(pk=here.pk, state=SimulationState.RUNNING)
        rows.update(state=SimulationState.STOPPED, error=why[:300])


def _found(run_id: int) -> Simulation:
    with scope.applied(SYSTEM):
        found = Simulation.objects.select_related("office", "version__measure").filter(pk=run_id).first()
    if found is None:
        raise Refused(_("There is no such run."))
    return found
