"""Claims that nobody had to make: begun from the register, confirmed by an officer, paid like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.benefits import engine, periods, registers
from chunfeng.benefits.actions import beneficiaries, claims, decisions
from chunfeng.benefits.choices import ClaimChannel, ClaimState, DecisionOutcome
from chunfeng.benefits.models import Claim, MeasureVersion
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.models import Person
from chunfeng.people.queries import register

MOST = 500
"""People in one go."""


@dataclass(frozen=True, slots=True)
class Result:
    """How many were done, and why the others were not."""

    done: int
    left: tuple[str, ...]


def prefill(claim: Claim, *, by: Actor, at: datetime) -> Claim:
    """State what the registers of people and of courses answer of a claim's facts, each with its source."""
    asked = engine.questions(claim.version)
    facts = registers.of_training(claim.subject_key, asked, claim.on)
    sources = dict.fromkeys(facts, registers.TRAINING)
    found = Person.objects.filter(pk=claim.beneficiary.person_id or 0).first()
    row = register.survivor(found) if found else None
    if row is not None:
        held = set(register.categories(row, claim.on).values_list("category", flat=True))
        known = registers.answers(row, held, asked, claim.on)
        facts, sources = facts | known, sources | dict.fromkeys(known, registers.SOURCE)
    if not facts:
        return claim
    return claims.state_facts(claim=claim, facts=facts, sources=sources, by=by, at=at)


@transaction.atomic
def propose(*, version: MeasureVersion, people: Sequence[int], on: date, by: Actor, at: datetime) -> Result:
    """Begin and hand in a claim for each of these people (keys), from the register's facts alone.

    Whoever was claimed for meanwhile, is out of sight or has no document is left out and named. Again: nothing new.
    """
    roles.require(by, "claim.decide")
    if len(people) > MOST:
        raise Refused(_("At most %(n)s people in one go.") % {"n": MOST})
    code = version.measure.code
    case = version.measure.title[: periods.MOST]
    period = periods.period_of(engine.once_per(version), on, case)
    # one order of the subjects for everybody, so that two officers at once never wait for each other in a ring
    rows = sorted(
        Person.objects.filter(pk__in=people), key=lambda p: beneficiaries.subject_key(p.id_number or "")
    )
    done, left = 0, []
    for person in rows:
        try:
            with transaction.atomic():
                whom = beneficiaries.know_person(person=person, area_code=person.area_code, by=by, at=at)
                key = f"register:{version.measure_id}:{period}:{whom.pk}"[:80]
                claim = claims.open_claim(
                    code=code, beneficiary=whom, on=on, case=case, channel=ClaimChannel.REGISTER, key=key,
                    by=by, at=at,
                )  # fmt: skip
                if claim.state == ClaimState.OPEN:
                    claims.submit(claim=prefill(claim, by=by, at=at), by=by, at=at)
                    done += 1
                elif claim.state in (ClaimState.WITHDRAWN, ClaimState.REFUSED):
                    raise Refused(_("withdrawn or refused before; begin a claim at the counter."))
        except NotAllowed:
            raise
        except Refused as refused:
            left.append(f"{person.name}：{refused}")
    return Result(done, tuple(left))


@transaction.atomic
def confirm_all(*, claims_: Sequence[Claim], by: Actor, at: datetime) -> Result:
    """Grant these claims as the rules propose; one decision and one audit line each. Others are left and named."""
    roles.require(by, "claim.decide")
    if len(claims_) > MOST:
        raise Refused(_("At most %(n)s people in one go.") % {"n": MOST})
    done, left = 0, []
    for claim in sorted(claims_, key=lambda row: row.subject_key):
        try:
            with transaction.atomic():
                decisions.decide(claim=claim, outcome=DecisionOutcome.GRANTED, by=by, at=at)
                done += 1
        except NotAllowed:
            raise
        except Refused as refused:
            left.append(f"{claim.beneficiary.name}：{refused}")
    return Result(done, tuple(left))
