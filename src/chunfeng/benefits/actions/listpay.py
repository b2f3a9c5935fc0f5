"""From a checked list to money: one claim a person and month, shown to the public, then granted as proposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.benefits import engine, months
from chunfeng.benefits.actions import claims, decisions, publicity
from chunfeng.benefits.actions.claims import AlreadyClaimed
from chunfeng.benefits.actions.workdays import last_day, locked
from chunfeng.benefits.actions.worklists import other_than_submitter
from chunfeng.benefits.choices import ClaimChannel, ClaimState, ObjectionState, WorkListState
from chunfeng.benefits.models import Beneficiary, Claim, Objection, WorkDay, WorkList
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles


@dataclass(frozen=True, slots=True)
class Published:
    """The list, how many stand in it for everybody to see, and those left out with the reason."""

    row: WorkList
    shown: int
    left: tuple[tuple[str, str], ...]


@transaction.atomic
def publish(
    *, row: WorkList, source: str, phone: str, from_on: date, until_on: date, by: Actor, at: datetime
) -> Published:
    """Propose one claim a person (period = the month) and show them, masked, from a day until before another.

    A second unit's list of the same person gets a claim of its own (period = its last day). Who claimed for a day of
    the month at a counter is left out and named. Raises Refused where
    nobody is left, or the days are fewer than the measure's.
    """
    roles.require(by, "publicity.work")
    held = locked(row, by)
    if held.state == WorkListState.PUBLISHED:
        return Published(held, len(claims_of(held)), ())
    if held.state != WorkListState.CHECKED:
        raise Refused(_("The list has to be checked before it is published."))
    least = held.measure.publish_days
    if (until_on - from_on).days < least:
        raise Refused(_("The measure asks for at least %(n)s days of publicity.") % {"n": least})
    left: list[tuple[str, str]] = []
    shown: list[int] = []
    for whom, days in _by_person(held).items():
        try:
            claim = _claim(held, whom, days, by, at)
        except AlreadyClaimed as twice:
            left.append((whom.name, str(twice)))
            continue
        if claim.outcome == engine.ELIGIBLE:
            shown.append(claim.pk)
        else:
            left.append((whom.name, _("By the rules nothing is paid for these days.")))
    if not shown:
        raise Refused(_("Nobody of this list can be paid: %(why)s") % {"why": left[0][1] if left else ""})
    held.publicity = publicity.publish(
        measure=held.measure,
        title=f"{held.unit} {held.month:%Y-%m} {held.measure.title}"[:200],
        source=source,
        phone=phone,
        from_on=from_on,
        until_on=until_on,
        claims=shown,
        by=by,
        at=at,
    )
    held.state = WorkListState.PUBLISHED
    held.save(update_fields=["state", "publicity"])
    record("worklist.publish", by=by, on=held, at=at, detail={"shown": len(shown), "left": len(left)})
    return Published(held, len(shown), tuple(left))


@transaction.atomic
def approve(*, row: WorkList, by: Actor, at: datetime) -> WorkList:
    """After the publicity: grant what the rules propose for each person; payments wait for the next batch.

    Never by who handed the list in. Raises Refused while an objection is open or upheld: send the list back then.
    """
    roles.require(by, "worklist.check")
    held = locked(row, by)
    if held.state == WorkListState.APPROVED:
        return held
    if held.state != WorkListState.PUBLISHED or held.publicity is None:
        raise Refused(_("The list has to be published before it is approved."))
    other_than_submitter(held, by)
    if held.publicity.until_on > timezone.localdate(at):
        raise Refused(
            _("Still open for objections until %(day)s.") % {"day": held.publicity.until_on.isoformat()}
        )
    found = claims_of(held)
    standing = Objection.objects.filter(claim__in=found).exclude(state=ObjectionState.DISMISSED)
    if standing.exists():
        raise Refused(_("An objection is open or was upheld. Answer it, or send the list back to the unit."))
    held.state, held.approved_at = WorkListState.APPROVED, at
    held.save(update_fields=["state", "approved_at"])
    for claim in found:
        if claim.state == ClaimState.PROPOSED:
            outcome = "granted" if claim.outcome == engine.ELIGIBLE else "refused"
            decisions.decide(claim=claim, outcome=outcome, by=by, at=at)
    record("worklist.approve", by=by, on=held, at=at, detail={"claims": len(found)})
    return held


@transaction.atomic
def confirm(*, row: WorkList, by: Actor, at: datetime) -> int:
    """The second pair of eyes for those of an approved list above the measure's limit. The number confirmed."""
    roles.require(by, "worklist.check")
    held = locked(row, by)
    if held.state != WorkListState.APPROVED:
        raise Refused(_("The list has to be approved first."))
    waiting = [claim for claim in claims_of(held) if claim.state == ClaimState.CONFIRMING]
    for claim in waiting:
        decisions.confirm(claim=claim, by=by, at=at)
    if waiting:
        record("worklist.confirm", by=by, on=held, at=at, detail={"claims": len(waiting)})
    return len(waiting)


def claims_of(row: WorkList) -> list[Claim]:
    """The claims a list brought, always in the same order so that two at once do not wait for each other."""
    keys = row.days.filter(claim__isnull=False).values("claim")
    return list(Claim.objects.filter(pk__in=keys).select_related("beneficiary").order_by("subject_key"))


def _by_person(row: WorkList) -> dict[Beneficiary, list[WorkDay]]:
    found: dict[Beneficiary, list[WorkDay]] = {}
    for day in row.days.select_related("beneficiary").order_by("subject_key", "on"):
        found.setdefault(day.beneficiary, []).append(day)
    return found


def _claim(row: WorkList, whom: Beneficiary, days: list[WorkDay], by: Actor, at: datetime) -> Claim:
    """One person's claim for the month, with the days as its fact, proposed by the rules."""
    now: dict[str, Any] = {"by": by, "at": at}
    told: dict[str, Any] = {
        "code": row.measure.code,
        "beneficiary": whom,
        "channel": ClaimChannel.LIST,
        "key": f"list:{row.pk}:{row.version}:{whom.pk}",
    }
    try:
        claim = claims.open_claim(on=last_day(row.month), **told, **now)
    except AlreadyClaimed:  # by another list, perhaps: then this one is about its own days
        claim = claims.open_claim(on=days[-1].on, whole_month=False, **told, **now)
    given = [
        {"on": day.on.isoformat(), "role": day.role, "work_class": day.work_class, "minutes": day.minutes}
        for day in days
    ]
    claims.state_facts(
        claim=claim, facts={months.DAYS: given}, sources={months.DAYS: f"list:{row.pk}"}, **now
    )
    row.days.filter(beneficiary=whom).update(claim=claim)
    return claims.submit(claim=claim, **now)
