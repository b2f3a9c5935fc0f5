"""A work injury case on the green channel: taken in, papers checked once, accepted, decided, served."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.benefits import clocks, engine, force
from chunfeng.benefits.actions import beneficiaries
from chunfeng.benefits.actions.common import alone_with, bounded, required
from chunfeng.benefits.choices import InjuryApplicant, InjuryState
from chunfeng.benefits.models import InjuryCase, InjuryPaper, InjuryStep, MeasureVersion
from chunfeng.core import identifiers, scope
from chunfeng.core.actions import record, store_file
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles

RULE = "work-injury-epidemic-staff"
INSURED = "injury_insured"
BEFORE = (InjuryState.APPLIED, InjuryState.INCOMPLETE, InjuryState.ACCEPTED)
"""States in which facts and papers may still change."""


@transaction.atomic
def apply(
    *,
    name: str,
    document: str,
    employer: str,
    employer_code: str = "",
    occupation: str = "",
    applicant: str,
    happened_on: date,
    applied_on: date,
    died: bool = False,
    green: bool = True,
    key: str,
    by: Actor,
    at: datetime,
) -> InjuryCase:
    """Take an application in at the counter, decided by the rules of the day it was made.

    The same `key` again returns the case there is. Raises Refused where the person has a case of that day in any
    area, or no rule is in force. An application after its time is taken in: the page says so, the officer decides.
    """
    roles.require(by, "injury.work")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can take an application in."))
    if applicant not in InjuryApplicant.values:
        raise Refused(_("Choose who applies."))
    version = _rule(happened_on, applied_on, by.area_code, at)
    key = required(key, "key", 80)
    known = InjuryCase.objects.filter(key=key).first()
    if known is not None:
        return known
    number = beneficiaries.document(document)
    whom = beneficiaries.know_listed(name=name, number=number, area_code=by.area_code, by=by, at=at)
    alone_with(whom.subject_key)
    _once(whom.subject_key, happened_on)
    code = identifiers.credit_code(employer_code).number if employer_code.strip() else ""
    case = InjuryCase(
        beneficiary=whom,
        area_code=by.area_code,
        office_id=by.office_id,
        employer=required(employer, _("employer"), 120),
        employer_code=code,
        occupation=bounded(occupation, _("occupation"), 40),
        applicant=applicant,
        happened_on=happened_on,
        applied_on=applied_on,
        died=died,
        green=green,
        version=version,
        refined_by=force.refinements(RULE, applied_on, by.area_code),
        key=key,
        made_at=at,
        by_name=by.name,
        taken_by=by.user_id,
    )
    case.due_on = clocks.due(case, timezone.localdate(at))
    _save_new(case)
    step(case, by=by, at=at)
    record("injury.apply", by=by, on=case, at=at, detail={"applicant": applicant, "green": green})
    return case


@transaction.atomic
def state_facts(
    *, case: InjuryCase, facts: Mapping[str, Any], sources: Mapping[str, str], by: Actor, at: datetime
) -> InjuryCase:
    """Add or correct what the rule asks, each with its source; None takes a fact back."""
    roles.require(by, "injury.work")
    row = locked(case, by)
    if row.state not in BEFORE or row.version is None:
        raise Refused(_("This case is decided: its facts stand."))
    strange = next((name for name in facts if name not in engine.questions(row.version)), None)
    if strange is not None:
        raise Refused(_("“%(name)s” is no fact of this measure.") % {"name": strange})
    held = stated(row)
    for name, value in facts.items():
        if value in (None, ""):
            held.pop(name, None)
        else:
            held[name] = {"value": value, "source": sources.get(name, "declared")}
    row.facts = json.dumps(held, ensure_ascii=False, sort_keys=True)
    proposal(row)  # of the right kinds
    insured = held.get(INSURED, {}).get("value")
    row.insured = insured if isinstance(insured, bool) else None
    row.save(update_fields=["facts", "insured"])
    record("injury.facts", by=by, on=row, at=at, detail={"facts": sorted(facts)})
    return row


@transaction.atomic
def attach(
    *, case: InjuryCase, data: bytes, name: str, media_type: str, proves: str = "", by: Actor, at: datetime
) -> InjuryPaper:
    """Attach a paper to what it proves, one of `needed`, or to the case."""
    roles.require(by, "injury.work")
    row = locked(case, by)
    if row.state not in BEFORE:
        raise Refused(_("This case is decided: its papers stand."))
    file = store_file(data=data, name=name, media_type=media_type, area_code=row.area_code, by=by, at=at)
    paper = InjuryPaper.objects.create(case=row, file=file, proves=proves[:80], at=at, by_name=by.name)
    record("injury.paper", by=by, on=row, at=at, detail={"proves": proves[:80]})
    return paper


@transaction.atomic
def tell_missing(*, case: InjuryCase, missing: Sequence[str], by: Actor, at: datetime) -> InjuryCase:
    """Name in writing, once and completely, the papers that are missing (those of `needed`, or any other words).

    The law lets this be told once: a second time is refused. The same again does nothing.
    """
    roles.require(by, "injury.work")
    row = locked(case, by)
    named = list(dict.fromkeys(required(text, _("paper"), 80) for text in missing))
    if row.state == InjuryState.INCOMPLETE and row.missing == named:
        return row
    if row.told_on is not None:
        raise Refused(
            _("What is missing was told on %(day)s, and is told once.") % {"day": row.told_on.isoformat()}
        )
    if row.state != InjuryState.APPLIED:
        raise Refused(_("This application was accepted: no further papers can be demanded."))
    if not named:
        raise Refused(_("Name what is missing, or accept the application."))
    row.missing, row.told_on = named, timezone.localdate(at)
    return _moved(
        row, InjuryState.INCOMPLETE, ["missing", "told_on"], "、".join(named), "injury.tell", by, at
    )


@transaction.atomic
def accept(*, case: InjuryCase, clear: bool, by: Actor, at: datetime) -> InjuryCase:
    """Accept for decision; `clear` says whether facts and duties are clear, on which the term depends.

    After papers were demanded each of them has to be attached. The same again does nothing.
    """
    roles.require(by, "injury.work")
    row = locked(case, by)
    if row.state == InjuryState.ACCEPTED:
        return row
    if row.state not in (InjuryState.APPLIED, InjuryState.INCOMPLETE):
        raise Refused(_("This case is decided."))
    there = set(row.papers.values_list("proves", flat=True))
    lacking = [name for name in row.missing if name not in there]
    if lacking:
        raise Refused(_("Still missing: %(papers)s. Attach them first.") % {"papers": "、".join(lacking)})
    row.accepted_on, row.clear = timezone.localdate(at), clear
    return _moved(row, InjuryState.ACCEPTED, ["accepted_on", "clear"], "", "injury.accept", by, at)


@transaction.atomic
def decide(*, case: InjuryCase, recognised: bool, reasons: str = "", by: Actor, at: datetime) -> InjuryCase:
    """Decide as the rule proposes, or otherwise with a reason; never by who took the application in.

    Facts, version and explanation stay with the case, and who pays as the measure says. The same again does nothing.
    """
    roles.require(by, "injury.decide")
    row = locked(case, by)
    if row.recognised is not None:
        if row.recognised == recognised:
            return row
        raise Refused(_("This case was decided meanwhile. Look at it again."))
    if row.state != InjuryState.ACCEPTED:
        raise Refused(_("Accept the application first."))
    if by.user_id is None or by.user_id == row.taken_by:
        raise NotAllowed(_("Somebody else than %(name)s has to decide this.") % {"name": row.by_name})
    found = proposal(row)
    if found.asks and found.outcome != engine.NOT_ELIGIBLE:
        raise Refused(_("The rule still needs: %(facts)s.") % {"facts": "、".join(_labels(row, found.asks))})
    against = recognised != found.eligible
    if against and not reasons.strip():
        raise Refused(
            _("The rules say otherwise (%(answer)s). Give the reason for which you decide against them.")
            % {"answer": found.explanation["answer"][engine.language()]}
        )
    row.recognised, row.against_rule, row.decided_on = recognised, against, timezone.localdate(at)
    row.explanation = json.dumps(found.explanation, ensure_ascii=False)
    row.reasons = "\n".join(
        text for text in (reasons.strip()[:2000], "" if against else _plain(found)) if text
    )
    row.payer = " ".join(name for name, value in found.gives.items() if recognised and value is True)[:40]
    fields = ["recognised", "against_rule", "decided_on", "explanation", "reasons", "payer"]
    state = InjuryState.RECOGNISED if recognised else InjuryState.NOT_RECOGNISED
    return _moved(row, state, fields, "", "injury.decide", by, at)


@transaction.atomic
def serve(*, case: InjuryCase, served_on: date, how: str, by: Actor, at: datetime) -> InjuryCase:
    """The decision reached the applicant on a day, with a word how. The same again does nothing."""
    roles.require(by, "injury.work")
    row = locked(case, by)
    if row.state == InjuryState.SERVED:
        return row
    if row.decided_on is None:
        raise Refused(_("Nothing was decided yet."))
    if not row.decided_on <= served_on <= timezone.localdate(at):
        raise Refused(_("It is served between the day of the decision and today."))
    row.served_on = served_on
    text = required(how, _("how it was served"), 300)
    return _moved(row, InjuryState.SERVED, ["served_on"], text, "injury.serve", by, at)


def proposal(case: InjuryCase) -> engine.Evaluation:
    """What the rule of the case (its version with local texts, on the day of application) says of its facts."""
    if case.version is None:
        raise Refused(_("No rule stands with this case."))
    values = {name: each["value"] for name, each in stated(case).items()}
    return engine.evaluate(
        version=case.version,
        refined_by=case.refined_by,
        facts=values,
        on=case.applied_on,
        area=case.area_code,
    )


def replays(case: InjuryCase) -> bool:
    """Whether the kept facts give, by the kept version, the kept explanation again."""
    return bool(case.explanation and proposal(case).explanation == json.loads(case.explanation))


def stated(case: InjuryCase) -> dict[str, dict[str, Any]]:
    """Fact → {"value", "source"} as stated so far."""
    found: dict[str, dict[str, Any]] = json.loads(case.facts) if case.facts else {}
    return found


def needed(case: InjuryCase) -> list[str]:
    """The papers the rules name as proof, each once: of the application, and of the facts that still matter."""
    if case.version is None:
        return []
    form = force.version_for(clocks.APPLICATION, case.applied_on, case.area_code)
    proofs = [each.proof for each in engine.questions(form).values()] if form else []
    proofs += [each.proof for each in engine.questions(case.version).values()]
    return [text for text in dict.fromkeys(proofs) if text]


def renew_clocks(*, at: datetime) -> int:
    """Work out anew what is due next in every open case, since a text may have come into force. Cases changed."""
    changed, on = 0, timezone.localdate(at)
    with scope.applied(SYSTEM):
        for row in InjuryCase.objects.exclude(state=InjuryState.SERVED).order_by("pk"):
            due = clocks.due(row, on)
            if due != row.due_on:
                InjuryCase.objects.filter(pk=row.pk, state=row.state).update(due_on=due)
                changed += 1
    return changed


def locked(case: InjuryCase, by: Actor) -> InjuryCase:
    """The case as it stands now, locked, in the actor's area."""
    rows = InjuryCase.objects.select_for_update(of=("self",)).select_related("version", "beneficiary")
    row = rows.filter(pk=case.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This case belongs to another area."))
    return row


def step(case: InjuryCase, *, by: Actor, at: datetime, text: str = "") -> None:
    """Write down the state a case came to."""
    InjuryStep.objects.create(case=case, state=case.state, text=text[:500], by_name=by.name, at=at)


def _moved(
    row: InjuryCase, state: InjuryState, fields: list[str], text: str, verb: str, by: Actor, at: datetime
) -> InjuryCase:
    row.state = state
    row.due_on = clocks.due(row, timezone.localdate(at))
    row.save(update_fields=["state", "due_on", *fields])
    step(row, by=by, at=at, text=text)
    record(verb, by=by, on=row, at=at, detail={"state": str(state)})
    return row


def _plain(found: engine.Evaluation) -> str:
    """Why the rule says so, in its own sentences with their clauses: all that are met, or those that are not."""
    tongue, lines = engine.language(), []
    for row in found.explanation["conditions"]:
        said = f"{row['says'][tongue]}（{row['clause']}）"
        if found.eligible:
            lines.append(said)
        elif row["value"] is False:
            lines.append(_("Not met: %(condition)s") % {"condition": said})
    return "\n".join(lines)


def _save_new(case: InjuryCase) -> None:
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError:
        raise Refused(_("This application was taken in meanwhile. Look at the list.")) from None


def _rule(happened_on: date, applied_on: date, area: str, at: datetime) -> MeasureVersion:
    """The rule of the day of application, where the days fit and one is in force."""
    if not happened_on <= applied_on <= timezone.localdate(at):
        raise Refused(_("The days do not fit: it happened, then it was applied for, not later than today."))
    version = force.version_for(RULE, applied_on, area)
    if version is None:
        raise Refused(
            _("No rule for these work injuries is in force on %(day)s. Put the measure in force first.")
            % {"day": applied_on.isoformat()}
        )
    return version


def _once(subject_key: str, happened_on: date) -> None:
    with scope.applied(SYSTEM):
        there = InjuryCase.objects.filter(beneficiary__subject_key=subject_key, happened_on=happened_on)
        known = there.select_related("office").first()
        if known is not None:
            raise Refused(
                _("%(office)s has an application of this person for this day (no. %(n)s).")
                % {"office": known.office.name, "n": known.pk}
            )


def _labels(case: InjuryCase, names: Sequence[str]) -> list[str]:
    asked = engine.questions(case.version) if case.version else {}
    return [asked[name].label if name in asked else name for name in names]
