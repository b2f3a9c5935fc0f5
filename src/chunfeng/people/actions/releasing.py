"""The end of an isolation: released when the days are full, moved elsewhere, handed over (E1, E2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.actions import cleaning
from chunfeng.people.actions.arriving import move_here
from chunfeng.people.actions.common import bounded, in_sight, required
from chunfeng.people.actions.health import locked
from chunfeng.people.actions.messaging import queue_message
from chunfeng.people.choices import HandOver, IsolationState, Occasion, Placement
from chunfeng.people.isolation_days import Count
from chunfeng.people.models import HealthRecord, Isolation, Person, PlacementRule
from chunfeng.people.placement.choosing import stricter
from chunfeng.people.queries import isolation as queries
from chunfeng.people.queries import placing, register


@transaction.atomic
def release(
    *, isolation: Isolation, handed_to: str, handed_name: str, note: str = "", by: Actor, at: datetime
) -> Isolation:
    """Decide the release: the days must be full without symptoms. Released already: that decision stands.

    Daily prevention passes to an employer or the community (`handed_to`, `handed_name`); that they took it
    over is written down by `confirm_hand_over`. Refused with a sentence that says what is missing.
    """
    roles.require(by, "isolation.decide")
    row = locked(isolation, by)
    if row.state == IsolationState.RELEASED:
        return row
    _open(row)
    taker = _taker(handed_to, handed_name)
    held = queries.count(row, timezone.localdate(at))
    if not held.done:
        raise Refused(missing(held))
    ground = _("%(n)s full days without symptoms, %(source)s.") % {"n": held.needed, "source": row.source}
    _end(row, " ".join([ground, bounded(note, _("note"), 100)]).strip(), by, at)
    row.handed_to, row.handed_name = taker
    row.save(update_fields=["handed_to", "handed_name"])
    record("isolation.release", by=by, on=row, at=at, detail={"full": held.full, "needed": held.needed})
    _write_to(row, Occasion.RELEASED, by, at)
    return row


@transaction.atomic
def lift(*, isolation: Isolation, reason: str, by: Actor, at: datetime) -> Isolation:
    """End an isolation whose ground was wrong or has fallen away; nobody is held without one. The reason is kept."""
    roles.require(by, "isolation.decide")
    why = required(reason, _("reason"), 250)
    row = locked(isolation, by)
    if row.state == IsolationState.RELEASED:
        return row
    _open(row)
    _end(row, _("Ground fallen away: %(reason)s") % {"reason": why}, by, at)
    record("isolation.lift", by=by, on=row, at=at, reason=why)
    return row


@transaction.atomic
def overrule(*, isolation: Isolation, reason: str, by: Actor, at: datetime) -> Isolation:
    """End an isolation that was opened by an answer which does not stand after all. Ended already: nothing."""
    roles.require(by, "isolation.decide")
    why = required(reason, _("reason"), 300)
    row = locked(isolation, by)
    if row.state == IsolationState.OPEN:
        _end(row, why, by, at)
        record("isolation.overrule", by=by, on=row, at=at, reason=why)
    return row


@transaction.atomic
def move(
    *,
    isolation: Isolation,
    rule: PlacementRule,
    reason: str,
    area_code: str = "",
    place: str = "",
    by: Actor,
    at: datetime,
) -> Isolation:
    """Go on elsewhere by another rule in force there, or by the same one; returns the new isolation.

    The full days so far are kept and only the rest is needed, save on the way to a hospital, where they begin
    anew. Anybody on duty may move somebody to a stricter or an equal place; to a milder one only an officer.
    The same move again gives the isolation that it made.
    """
    roles.require(by, "isolation.work")
    why = required(reason, _("reason"), 200)
    where = bounded(place, _("where"), 200)
    row = locked(isolation, by)
    area = area_code.strip() or row.area_code
    gone = Isolation.objects.filter(pk=row.moved_to_id or 0).first()
    if gone is not None and (gone.rule_id, gone.area_code) == (rule.pk, area):
        return gone
    _open(row)
    today = timezone.localdate(at)
    _check_move(row, rule, area, by, at)
    held = queries.count(row, today)
    kept = 0 if rule.placement == Placement.HOSPITAL else min(held.full, rule.days)
    rest = max(rule.days - kept, 1)
    decision = _("Moved: %(reason)s") % {"reason": why}
    row.state, row.ended_at, row.ended_by_name, row.decision = IsolationState.RELEASED, at, by.name, decision
    row.save(update_fields=["state", "ended_at", "ended_by_name", "decision"])
    made = Isolation.objects.create(
        person_id=row.person_id, area_code=area, office_id=by.office_id or row.office_id, rule=rule,
        placement=rule.placement, exposure=row.exposure, place=where or None, source=rule.source,
        contact=row.contact, starts_on=today, ends_on=today + timedelta(rest), opened_at=at,
        opened_by_name=by.name,
    )  # fmt: skip
    row.state, row.moved_to = IsolationState.MOVED, made
    row.save(update_fields=["state", "moved_to"])
    take_along(row, made, at)
    if area != row.area_code:
        _person_moves(row, area, by, at)
    detail = {"to": made.pk, "rule": rule.pk, "placement": rule.placement, "kept": kept}
    record("isolation.move", by=by, on=row, at=at, reason=why, detail=detail)
    return made


@transaction.atomic
def hand_over(*, isolation: Isolation, to: str, name: str, by: Actor, at: datetime) -> Isolation:
    """Name who takes over daily prevention after the release; may be changed until the receipt is there."""
    roles.require(by, "isolation.work")
    row = locked(isolation, by)
    taker = _taker(to, name)
    if (row.handed_to, row.handed_name) == taker:
        return row
    _released(row)
    if row.handed_at is not None:
        raise Refused(_("%(name)s has signed for it already.") % {"name": row.handed_name})
    row.handed_to, row.handed_name = taker
    row.save(update_fields=["handed_to", "handed_name"])
    record("isolation.hand_over", by=by, on=row, at=at, detail={"to": row.handed_to})
    return row


@transaction.atomic
def confirm_hand_over(*, isolation: Isolation, by: Actor, at: datetime) -> Isolation:
    """The one named has signed the receipt. Again: nothing changes."""
    roles.require(by, "isolation.work")
    row = locked(isolation, by)
    _released(row)
    if not row.handed_to:
        raise Refused(_("Say first who takes over daily prevention."))
    if row.handed_at is None:
        row.handed_at = at
        row.save(update_fields=["handed_at"])
        record("isolation.receipt", by=by, on=row, at=at, detail={"to": row.handed_to})
    return row


def missing(held: Count) -> str:
    """What a release still lacks, as a sentence."""
    parts = [
        _("Not yet: %(full)s of %(needed)s full days without symptoms.")
        % {"full": held.full, "needed": held.needed}
    ]
    if held.last_symptoms is not None:
        parts.append(_("Symptoms on %(day)s set the count back.") % {"day": held.last_symptoms})
    since = [day for day in held.missing if held.last_symptoms is None or day > held.last_symptoms]
    if since:
        shown = "、".join(str(day) for day in since[:5]) + ("…" if len(since) > 5 else "")
        parts.append(_("Without a record, so not counted: %(days)s.") % {"days": shown})
    parts.append(_("Release at the earliest on %(day)s.") % {"day": held.release_on})
    return "".join(part if part.endswith("。") else f"{part} " for part in parts).strip()


def _open(row: Isolation) -> None:
    if row.state == IsolationState.MOVED:
        raise Refused(
            _("This isolation went on elsewhere (%(number)s). Open that one.")
            % {"number": f"#{row.moved_to_id}"}
        )
    if row.state == IsolationState.RELEASED:
        raise Refused(_("This isolation has ended."))


def _released(row: Isolation) -> None:
    if row.state != IsolationState.RELEASED:
        raise Refused(_("Daily prevention is handed over after the release."))


def _taker(to: str, name: str) -> tuple[str, str]:
    if to not in HandOver.values:
        raise Refused(_("Say who takes over daily prevention: the employer or the community."))
    return to, required(" ".join(name.split()), _("who takes over"), 120)


def _end(row: Isolation, decision: str, by: Actor, at: datetime) -> None:
    row.state, row.ended_at, row.ended_by_name, row.decision = (
        IsolationState.RELEASED, at, by.name, decision[:300],
    )  # fmt: skip
    row.save(update_fields=["state", "ended_at", "ended_by_name", "decision"])


def _check_move(row: Isolation, rule: PlacementRule, area: str, by: Actor, at: datetime) -> None:
    if area != row.area_code:
        cleaning.check_area(area, _("area"))
        if not by.sees(area):
            raise NotAllowed(_("The place where the person is to go lies outside your area."))
    fits = placing.in_force(area, timezone.localdate(at)).filter(pk=rule.pk).exists()
    # the own rule goes along inside its area only: elsewhere nobody could read the clause
    if not fits and (rule.pk, area) != (row.rule_id, row.area_code):
        raise Refused(_("The rule “%(name)s” is not in force there.") % {"name": rule.name})
    if rule.placement == Placement.ENTER:
        raise Refused(_("Who may go freely is released, not moved."))
    if stricter(row.placement, rule.placement):
        roles.require(by, "isolation.decide")


def take_along(row: Isolation, made: Isolation, at: datetime) -> None:
    """What was recorded since the new isolation's first day counts in it too, each look once."""
    looks = HealthRecord.objects.filter(isolation=row, on__gte=made.starts_on, corrected_by__isnull=True)
    HealthRecord.objects.bulk_create(
        HealthRecord(
            isolation=made, person_id=look.person_id, on=look.on, temperature=look.temperature,
            symptoms=look.symptoms, clear=look.clear, key=f"moved:{look.pk}:{made.pk}", office=look.office,
            by_name=look.by_name, at=at,
        )
        for look in looks
        if made.placement != Placement.HOSPITAL or look.clear
    )  # fmt: skip


def _person_moves(row: Isolation, area: str, by: Actor, at: datetime) -> None:
    person = Person.objects.select_for_update(of=("self",)).filter(pk=row.person_id).first()
    if person is not None and person.merged_into_id is None and in_sight(by, person):
        move_here(person, area, by, at)


def _write_to(row: Isolation, occasion: str, by: Actor, at: datetime) -> None:
    found = Person.objects.filter(pk=row.person_id).first()
    person = register.survivor(found) if found else None
    if person is not None and person.merged_into_id is None and in_sight(by, person):
        queue_message(person=person, occasion=occasion, dedupe=f"isolation:{row.pk}:{occasion}", by=by, at=at)
