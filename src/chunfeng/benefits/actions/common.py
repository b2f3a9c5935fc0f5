"""What every action on claims and money checks first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from chunfeng.benefits.choices import ClaimStepKind
from chunfeng.benefits.models import Claim, ClaimStep
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices.actions.common import bounded, required

__all__ = ["alone_with", "bounded", "locked", "required", "step", "steps"]


def alone_with(subject_key: str) -> None:
    """Let one transaction at a time decide about a subject, whichever area it acts in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 42))", [subject_key])


def locked(claim: Claim, by: Actor) -> Claim:
    """The claim as it stands now, locked, in the actor's area.

    Rows that point at it can still be written, so that whoever locks its payments first never waits in a ring.
    """
    row = Claim.objects.select_for_update(of=("self",), no_key=True).filter(pk=claim.pk).first()
    if row is None:
        raise Refused(_("This claim is not there any more, or out of your sight."))
    if not by.sees(row.area_code):
        raise NotAllowed(_("This claim belongs to another area."))
    return row


def step(claim: Claim, kind: ClaimStepKind, *, by: Actor, at: datetime, text: str = "") -> None:
    """Write down what was done with the claim."""
    ClaimStep.objects.create(
        claim=claim, kind=kind, text=text[:500], office_id=by.office_id, by_name=by.name, at=at
    )


def steps(claims: Iterable[Claim], kind: ClaimStepKind, *, by: Actor, at: datetime, text: str = "") -> None:
    """The same step of many claims, in few queries."""
    ClaimStep.objects.bulk_create(
        [
            ClaimStep(claim=each, kind=kind, text=text[:500], office_id=by.office_id, by_name=by.name, at=at)
            for each in claims
        ],
        batch_size=2000,
    )
