"""Decisions on claims: proposed by rule, taken by an officer, seen by a second one above an amount."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.benefits import engine
from chunfeng.benefits.actions import claims, owing
from chunfeng.benefits.actions.common import alone_with, locked, required, step
from chunfeng.benefits.choices import ClaimState, ClaimStepKind, DecisionOutcome, WorkListState
from chunfeng.benefits.models import Claim, Decision, Payee
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles


@transaction.atomic
def decide(
    *, claim: Claim, outcome: str, amount: int | None = None, reasons: str = "", by: Actor, at: datetime
) -> Decision:
    """Decide a claim. Without `amount` and `reasons` the proposal of the rules is followed.

    `amount` is whole fen. Against the rule, in outcome or amount, a reason has to be given. Above the measure's limit
    the decision waits for a second officer and nothing is owed until then. The same decision again returns the one
    there is; another one is refused.
    """
    roles.require(by, "claim.decide")
    if outcome not in DecisionOutcome.values or (amount is not None and amount < 0):
        raise Refused(_("Choose to grant or to refuse; an amount is not negative."))
    alone_with(claim.subject_key)
    row = locked(claim, by)
    if row.state in (ClaimState.GRANTED, ClaimState.REFUSED, ClaimState.CONFIRMING):
        return _same(row, outcome, amount)
    if row.state != ClaimState.PROPOSED:
        raise Refused(_("The rules have not proposed a decision yet: submit the claim with its facts first."))
    if waits_for_list(row):
        raise Refused(_("This claim is decided with its monthly list."))
    found = claims.evaluated(row, claims.values_of(row))
    granted = outcome == DecisionOutcome.GRANTED
    by_rule = found.amount or 0
    worth = (by_rule if amount is None else amount) if granted else 0
    against = granted != found.eligible or (granted and worth != by_rule)
    if against and not reasons.strip():
        raise Refused(
            _("The rules say otherwise (%(answer)s). Give the reason for which you decide against them.")
            % {"answer": found.explanation["answer"][engine.language()]}
        )
    if granted:
        _payee_known(row)
        claims.refuse_again(row)
    decision = Decision.objects.create(
        claim=row,
        number=row.decisions.filter(seconds__isnull=True).count() + 1,
        outcome=outcome,
        amount=worth,
        version=row.version,
        refined_by=row.refined_by,
        on=row.on,
        facts=row.facts or "{}",
        explanation=row.explanation or "{}",
        reasons=reasons.strip() or "\n".join(found.lines),
        against_rule=against,
        office_id=by.office_id,
        user_id_at=by.user_id,
        by_name=by.name,
        at=at,
    )
    limit = row.measure.second_above
    confirming = granted and limit is not None and worth > limit
    row.state = ClaimState.CONFIRMING if confirming else ClaimState(outcome)
    row.decided_at = None if confirming else at
    row.save(update_fields=["state", "decided_at"])
    step(row, ClaimStepKind.DECIDE, by=by, at=at, text=str(DecisionOutcome(outcome).label))
    detail = {"outcome": outcome, "amount": worth, "against_rule": against}
    record("claim.decide", by=by, on=row, at=at, detail=detail, reason=reasons.strip()[:500])
    if not confirming:
        owing.settle(claim=row, decision=decision, by=by, at=at)
    return decision


@transaction.atomic
def confirm(*, claim: Claim, by: Actor, at: datetime) -> Decision:
    """The second pair of eyes: another officer than the first. Only now the grant counts and is owed."""
    roles.require(by, "claim.decide")
    alone_with(claim.subject_key)
    row = locked(claim, by)
    first = row.decisions.filter(seconds__isnull=True).order_by("-number").first()
    if first is None:
        raise Refused(_("Nothing was decided yet."))
    known = Decision.objects.filter(seconds=first).first()
    if known is not None:
        return known
    if row.state != ClaimState.CONFIRMING:
        raise Refused(_("This claim does not wait for a second officer."))
    if by.user_id is None or by.user_id == first.user_id_at:
        raise NotAllowed(_("Somebody else than %(name)s has to confirm this.") % {"name": first.by_name})
    claims.refuse_again(row)
    kept: tuple[str, ...] = (
        "claim_id",
        "number",
        "outcome",
        "amount",
        "version_id",
        "refined_by",
        "on",
        "facts",
    )
    kept += ("explanation", "reasons")
    second = Decision.objects.create(
        seconds=first,
        against_rule=first.against_rule,
        office_id=by.office_id,
        user_id_at=by.user_id,
        by_name=by.name,
        at=at,
        **{field: getattr(first, field) for field in kept},
    )
    row.state, row.decided_at = ClaimState.GRANTED, at
    row.save(update_fields=["state", "decided_at"])
    step(row, ClaimStepKind.CONFIRM, by=by, at=at)
    record("claim.confirm", by=by, on=row, at=at)
    owing.settle(claim=row, decision=first, by=by, at=at)
    return second


@transaction.atomic
def send_back(*, claim: Claim, reason: str, by: Actor, at: datetime) -> Claim:
    """Ask for facts or papers, or do not confirm what a first officer decided: the claim is open again."""
    roles.require(by, "claim.decide")
    why = required(reason, _("reason"), 300)
    row = locked(claim, by)
    if row.state not in (ClaimState.SUBMITTED, ClaimState.PROPOSED, ClaimState.CONFIRMING):
        raise Refused(_("This claim is not waiting for a decision."))
    row.state, row.outcome, row.amount, row.explanation = ClaimState.OPEN, "", None, None
    row.save(update_fields=["state", "outcome", "amount", "explanation"])
    step(row, ClaimStepKind.RETURN, by=by, at=at, text=why)
    record("claim.return", by=by, on=row, at=at, reason=why)
    return row


def waits_for_list(claim: Claim) -> bool:
    """It stands in a monthly list that is not approved: nobody decides it alone."""
    return claim.work_days.exclude(list__state=WorkListState.APPROVED).exists()


def replays(decision: Decision) -> bool:
    """Whether the kept facts give, by the kept version, the kept explanation again."""
    kept = {name: each["value"] for name, each in json.loads(decision.facts).items()}
    found = claims.reckoned(decision.claim, kept, decision.version, decision.refined_by, decision.on)
    return bool(found.explanation == json.loads(decision.explanation))


def _payee_known(row: Claim) -> None:
    """A measure that pays somebody else than its subject is not granted before it is said who that is."""
    whom = engine.paid_to(row.version)
    if whom and not Payee.objects.filter(claim=row).exists():
        raise Refused(_("By the rules this is paid to: %(whom)s. Name the payee first.") % {"whom": whom})


def _same(row: Claim, outcome: str, amount: int | None) -> Decision:
    last = row.decisions.filter(seconds__isnull=True).order_by("-number").first()
    if last is not None and last.outcome == outcome and amount in (None, last.amount):
        return last
    raise Refused(_("This claim was decided meanwhile. Look at it again."))
