"""The clocks of a work injury case: what the measures of the day and area say, term by term."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import ngettext, pgettext

from chunfeng.benefits import engine, force
from chunfeng.benefits.choices import InjuryApplicant, InjuryState
from chunfeng.benefits.models import InjuryCase, Measure
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM

APPLICATION, CLOCK = "work-injury-application", "work-injury-clock"
RUNNING = {InjuryState.APPLIED: "check_by", InjuryState.ACCEPTED: "decide_by"}
RUNNING |= dict.fromkeys((InjuryState.RECOGNISED, InjuryState.NOT_RECOGNISED), "serve_by")
"""The term that runs for the office in a state; while papers are missing none does."""

SETS = {
    "papers_days": "check_by",
    "decision_days": "decide_by",
    "clear_days": "decide_by",
    "service_days": "serve_by",
}
"""Parameter of the clock → the term it sets."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its last day, the day it was kept (None while it is not), and the clause that sets it.

    `state` is kept, late, running, over or ahead; `left` whole days to the last day, below 0 when it is past;
    `won` the title of the local text that sets it, if one does.
    """

    name: str
    label: str
    by: date
    done: date | None
    left: int
    state: str
    clause: str
    won: str


def terms(case: InjuryCase, on: date) -> list[Term]:
    """The terms of a case as the measures of a day say, in the order of the procedure.

    A term that no measure sets, or whose beginning is not there yet, is left out.
    """
    found = [*_ask(case, APPLICATION, _application(case), on), *_ask(case, CLOCK, _clock(case), on)]
    done = {
        "apply_by": case.applied_on,
        "check_by": min((day for day in (case.told_on, case.accepted_on) if day), default=None),
        "decide_by": case.decided_on,
        "serve_by": case.served_on,
    }
    running = RUNNING.get(InjuryState(case.state))
    return [_term(given, done.get(given["name"]), running, on) for given in found]


def due(case: InjuryCase, on: date) -> date | None:
    """The last day of the term that runs for the office; None where none does."""
    return next((term.by for term in terms(case, on) if term.state in ("running", "over")), None)


def _application(case: InjuryCase) -> dict[str, Any]:
    employer = case.applicant == InjuryApplicant.EMPLOYER
    return {
        "applicant": "employer" if employer else "worker",
        "injured_on": case.happened_on.isoformat(),
        "injury_applied_on": case.applied_on.isoformat(),
    }


def _clock(case: InjuryCase) -> dict[str, Any]:
    return {
        "received_on": case.applied_on.isoformat(),
        "accepted_on": case.accepted_on.isoformat() if case.accepted_on else None,
        "clear_case": case.clear,
        "decided_on": case.decided_on.isoformat() if case.decided_on else None,
    }


def _ask(case: InjuryCase, code: str, facts: dict[str, Any], on: date) -> list[dict[str, Any]]:
    version = force.version_for(code, on, case.area_code)
    if version is None:
        return []
    local = force.refinements(code, on, case.area_code)
    found = engine.evaluate(version=version, refined_by=local, facts=facts, on=on, area=case.area_code)
    won = {
        SETS[row["parameter"]]: row["text"] for row in found.explanation["won"] if row["parameter"] in SETS
    }
    titles = _titles(won.values())
    # an application after its time gives nothing, yet its last day was reckoned
    steps = {row["name"]: row["value"] for row in found.explanation["steps"]}
    last = {"apply_by": steps.get("last_day")}
    rows = [row | {"value": row["value"] or last.get(row["name"])} for row in found.explanation["gives"]]
    return [
        row | {"won": titles.get(won.get(row["name"], ""), "")}
        for row in rows
        if isinstance(row["value"], str)
    ]


def _titles(codes: Collection[str]) -> dict[str, str]:
    """Code → title of the texts that won, wherever they belong."""
    if not codes:
        return {}
    with scope.applied(SYSTEM):
        return dict(Measure.objects.filter(code__in=codes).values_list("code", "title"))


def _term(given: dict[str, Any], done: date | None, running: str | None, on: date) -> Term:
    by, name = date.fromisoformat(given["value"]), given["name"]
    if done is not None:
        state = "kept" if done <= by else "late"
    elif name == running:
        state = "running" if on <= by else "over"
    else:
        state = "ahead"
    return Term(
        name=name,
        label=given["label"][engine.language()],
        by=by,
        done=done,
        left=(by - on).days,
        state=state,
        clause=given["clause"],
        won=given["won"],
    )


def words(term: Term) -> str:
    """How a term stands, for the page."""
    if term.state == "kept":
        return pgettext("term", "kept")
    if term.state == "late":
        n = (term.done - term.by).days if term.done else 0
        return ngettext("%(n)s day late", "%(n)s days late", n) % {"n": n}
    if term.state == "over":
        return ngettext("%(n)s day overdue", "%(n)s days overdue", -term.left) % {"n": -term.left}
    if term.left == 0:
        return pgettext("term", "ends today")
    return ngettext("%(n)s day left", "%(n)s days left", term.left) % {"n": term.left}
