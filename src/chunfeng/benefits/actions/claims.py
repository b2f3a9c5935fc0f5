"""A claim from its first line to the proposal the rules make."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from chunfeng.benefits import engine, force, months, periods
from chunfeng.benefits.actions.common import alone_with, locked, required, step
from chunfeng.benefits.choices import LIVE, ClaimChannel, ClaimState, ClaimStepKind
from chunfeng.benefits.models import Beneficiary, Claim, ClaimPaper, MeasureVersion, Payment
from chunfeng.core import scope
from chunfeng.core.actions import record, store_file
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles

UNDECIDED = (ClaimState.OPEN, ClaimState.SUBMITTED, ClaimState.PROPOSED)
"""States in which facts and papers may still change."""


class AlreadyClaimed(Refused):
    """The subject has a claim or payment for this measure and period, or one that excludes it."""


@transaction.atomic
def open_claim(
    *,
    code: str,
    beneficiary: Beneficiary,
    on: date,
    case: str = "",
    channel: str = ClaimChannel.DESK,
    whole_month: bool = True,
    key: str,
    by: Actor,
    at: datetime,
) -> Claim:
    """Begin a claim under the version that decides on `on` in the beneficiary's area.

    From a monthly list of daily work the period is the month, or without `whole_month` the day (a second list of the
    person in that month). The same `key` again returns the claim there is. Raises AlreadyClaimed where the subject has
    a live claim for the measure and period in any area, or one of a measure that excludes it; Refused where no version
    is in force.
    """
    roles.require(by, "claim.work")
    key = required(key, "key", 80)
    if not by.sees(beneficiary.area_code):
        raise NotAllowed(_("This beneficiary belongs to another area."))
    version = in_force(code, on, beneficiary.area_code)
    once = engine.once_per(version)
    listed = channel == ClaimChannel.LIST
    monthly = listed and whole_month and once == periods.DAY
    period = periods.period_of(periods.MONTH if monthly else once, on, case)
    alone_with(beneficiary.subject_key)
    known = Claim.objects.filter(key=key).first()
    if known is not None:
        return _same(known, beneficiary, code, period)
    refuse_twice(version, beneficiary.subject_key, period, listed=listed)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                measure=version.measure,
                version=version,
                refined_by=force.refinements(code, on, beneficiary.area_code),
                beneficiary=beneficiary,
                subject_key=beneficiary.subject_key,
                period=period,
                on=on,
                area_code=beneficiary.area_code,
                office_id=by.office_id or version.measure.office_id,
                channel=channel,
                key=key,
                made_at=at,
                by_name=by.name,
            )
    except IntegrityError as error:  # the key belongs to a claim of somebody else, or out of sight
        if "claimed_once" in str(error):
            raise AlreadyClaimed(twice(version.measure.title, period)) from None
        raise Refused(_("Another claim was begun under the same key. It stands; look at it first.")) from None
    step(claim, ClaimStepKind.MADE, by=by, at=at)
    record("claim.open", by=by, on=claim, at=at, detail={"measure": code, "version": version.number})
    return claim


def in_force(code: str, on: date, area: str) -> MeasureVersion:
    """The version that decides on a day in an area. Raises Refused where none does."""
    version = force.version_for(code, on, area)
    if version is None:
        raise Refused(
            _("No version of this measure is in force on %(day)s in this area.") % {"day": on.isoformat()}
        )
    return version


@transaction.atomic
def state_facts(
    *, claim: Claim, facts: Mapping[str, Any], sources: Mapping[str, str], by: Actor, at: datetime
) -> Claim:
    """Add or correct facts of a claim; `sources` says where each comes from ("declared", "register:…", "paper:…").

    None takes a fact back. A proposal made before is taken back too: it is made anew from the new facts.
    """
    roles.require(by, "claim.work")
    row = locked(claim, by)
    if row.state not in UNDECIDED:
        raise Refused(_("This claim is decided: its facts stand. An objection can bring it up again."))
    listed = {months.DAYS} if row.channel == ClaimChannel.LIST else set()
    _known_facts(row.version, {name: value for name, value in facts.items() if name not in listed})
    held = stated(row)
    for name, value in facts.items():
        if value in (None, ""):
            held.pop(name, None)
        else:
            held[name] = {"value": value, "source": sources.get(name, "declared")}
    values = {name: each["value"] for name, each in held.items()}
    evaluated(row, values)  # of the right kinds
    row.facts = json.dumps(held, ensure_ascii=False, sort_keys=True)
    if row.state == ClaimState.PROPOSED:
        row.state, row.outcome, row.amount, row.explanation = ClaimState.SUBMITTED, "", None, None
    row.save(update_fields=["facts", "state", "outcome", "amount", "explanation"])
    record("claim.facts", by=by, on=row, at=at, detail={"facts": sorted(facts)})
    return row


@transaction.atomic
def attach(
    *, claim: Claim, data: bytes, name: str, media_type: str, fact: str = "", by: Actor, at: datetime
) -> ClaimPaper:
    """Attach a paper, perhaps to the fact it proves."""
    roles.require(by, "claim.work")
    row = locked(claim, by)
    if row.state not in (*UNDECIDED, ClaimState.CONFIRMING):
        raise Refused(_("This claim is decided: papers go with an objection."))
    if fact:
        _known_facts(row.version, {fact: None})
    file = store_file(data=data, name=name, media_type=media_type, area_code=row.area_code, by=by, at=at)
    paper = ClaimPaper.objects.create(claim=row, file=file, fact=fact, at=at, by_name=by.name)
    step(row, ClaimStepKind.PAPER, by=by, at=at, text=file.name)
    record("claim.paper", by=by, on=row, at=at, detail={"fact": fact})
    return paper


@transaction.atomic
def submit(*, claim: Claim, by: Actor, at: datetime) -> Claim:
    """Hand the claim in; the rules propose a decision, or say which facts would decide it."""
    roles.require(by, "claim.work")
    row = locked(claim, by)
    if row.state not in UNDECIDED:
        return row
    if row.state == ClaimState.OPEN:
        row.state, row.submitted_at = ClaimState.SUBMITTED, at
        row.save(update_fields=["state", "submitted_at"])
        step(row, ClaimStepKind.SUBMIT, by=by, at=at)
        record("claim.submit", by=by, on=row, at=at)
    return _propose(row, by, at)


@transaction.atomic
def withdraw(*, claim: Claim, reason: str, by: Actor, at: datetime) -> Claim:
    """Take a claim back before it is decided; another may be made. The same again does nothing."""
    roles.require(by, "claim.work")
    why = required(reason, _("reason"), 300)
    row = locked(claim, by)
    if row.state == ClaimState.WITHDRAWN:
        return row
    if row.state not in (*UNDECIDED, ClaimState.CONFIRMING) or _was_granted(row):
        raise Refused(_("This claim is decided and cannot be withdrawn."))
    row.state = ClaimState.WITHDRAWN
    row.save(update_fields=["state"])
    step(row, ClaimStepKind.WITHDRAW, by=by, at=at, text=why)
    record("claim.withdraw", by=by, on=row, at=at, reason=why)
    return row


def refuse_twice(
    version: MeasureVersion,
    subject_key: str,
    period: str,
    *,
    beside: int | None = None,
    listed: bool = False,
) -> None:
    """Raise AlreadyClaimed for another live or paid claim of the measure and period, or of one that excludes it.

    Looks at every area: call it while `alone_with` the subject.
    """
    code = version.measure.code
    with scope.applied(SYSTEM):
        stands = Q(state__in=LIVE) | Exists(Payment.objects.filter(decision__claim=OuterRef("pk")))
        live = Claim.objects.filter(stands, subject_key=subject_key).exclude(pk=beside or 0)
        rows = list(live.select_related("measure", "version__measure"))
    for row in rows:
        if row.measure.code == code and _same_days(row, period, listed):
            raise AlreadyClaimed(twice(version.measure.title, period))
        excluded = row.measure.code in engine.excludes(version) or code in engine.excludes(row.version)
        if excluded and periods.meet(row.period, period):
            raise AlreadyClaimed(
                _("Not together with “%(other)s”, which was claimed before.") % {"other": row.measure.title}
            )


def refuse_again(claim: Claim) -> None:
    """The same for a claim that stands, towards all others."""
    listed = claim.channel == ClaimChannel.LIST
    refuse_twice(claim.version, claim.subject_key, claim.period, beside=claim.pk, listed=listed)


def _same_days(row: Claim, period: str, listed: bool) -> bool:
    """Whether a claim of the same measure is about the same time. A list's claim stands for its whole month, except
    towards another list: no day stands in two of them, the database sees to that."""
    by_list = row.channel == ClaimChannel.LIST
    if by_list and listed:
        return row.period == period
    return periods.share(row.period[:7] if by_list else row.period, period[:7] if listed else period)


def stated(claim: Claim) -> dict[str, dict[str, Any]]:
    """Fact → {"value", "source"} as stated so far."""
    found: dict[str, dict[str, Any]] = json.loads(claim.facts) if claim.facts else {}
    return found


def evaluated(claim: Claim, values: Mapping[str, Any]) -> engine.Evaluation:
    """What the rules of a claim (its version with its local texts, on its day) say of these facts."""
    return reckoned(claim, values, claim.version, claim.refined_by, claim.on)


def reckoned(
    claim: Claim, values: Mapping[str, Any], version: MeasureVersion, refined_by: list[int], on: date
) -> engine.Evaluation:
    """The same by a version that was kept. What a list brought is summed over its days."""
    if claim.channel == ClaimChannel.LIST and values.get(months.DAYS):
        return months.evaluated(
            version=version, refined_by=refined_by, days=values[months.DAYS], on=on, area=claim.area_code
        )
    return engine.evaluate(version=version, refined_by=refined_by, facts=values, on=on, area=claim.area_code)


def values_of(claim: Claim) -> dict[str, Any]:
    """Fact → value."""
    return {name: each["value"] for name, each in stated(claim).items()}


def twice(measure: str, period: str) -> str:
    """The sentence for a second claim."""
    if not period:
        return _("“%(measure)s” is paid once, and was claimed before.") % {"measure": measure}
    return _("“%(measure)s” was claimed for %(period)s before.") % {"measure": measure, "period": period}


def _propose(row: Claim, by: Actor, at: datetime) -> Claim:
    """Evaluate by the version the claim was opened under. The same facts give the same proposal."""
    found = evaluated(row, values_of(row))
    before = (row.state, row.outcome, row.amount)
    row.outcome, row.amount = found.outcome, found.amount
    row.explanation = json.dumps(found.explanation, ensure_ascii=False)
    row.state = (
        ClaimState.SUBMITTED if found.asks and found.outcome != engine.NOT_ELIGIBLE else ClaimState.PROPOSED
    )
    row.save(update_fields=["outcome", "amount", "explanation", "state"])
    if (row.state, row.outcome, row.amount) != before:
        step(row, ClaimStepKind.PROPOSE, by=by, at=at, text=found.outcome)
        record("claim.propose", by=by, on=row, at=at, detail={"outcome": found.outcome})
    return row


def _was_granted(row: Claim) -> bool:
    """Something is owed or was paid by an earlier decision: only another decision ends that."""
    return Payment.objects.filter(decision__claim=row).exists()


def _known_facts(version: MeasureVersion, facts: Mapping[str, Any]) -> None:
    known = {*engine.questions(version), *engine.groups(version)}
    strange = next((name for name in facts if name not in known), None)
    if strange is not None:
        raise Refused(_("“%(name)s” is no fact of this measure.") % {"name": strange})


def _same(known: Claim, beneficiary: Beneficiary, code: str, period: str) -> Claim:
    if (known.subject_key, known.measure.code, known.period) != (beneficiary.subject_key, code, period):
        raise Refused(_("Another claim was begun under the same key. It stands; look at it first."))
    return known
