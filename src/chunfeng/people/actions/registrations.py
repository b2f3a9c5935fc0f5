"""Unemployment registration and recognition of employment difficulty at the habitual residence (L22, L23)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people import rulebook
from chunfeng.people.actions.common import bounded, locked, required, standing
from chunfeng.people.actions.facts import end_category, set_category
from chunfeng.people.choices import Category, RegistrationKind, RegistrationState
from chunfeng.people.models import Person, PersonCategory, Registration
from chunfeng.people.queries import register
from chunfeng.people.queries import registrations as queries

CATEGORIES = {
    RegistrationKind.UNEMPLOYED: Category.UNEMPLOYED,
    RegistrationKind.HARDSHIP: Category.HARDSHIP,
}


@transaction.atomic
def apply(
    *,
    person: Person,
    kind: str,
    ground: str,
    proofs: Collection[str] = (),
    detail: str = "",
    applied_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Registration:
    """Take an application in at the office of the habitual residence, which is where the person lives now.

    `ground` and `proofs` are codes of `rulebook.grounds`. The running one of the same ground comes back as it
    is; another running one of the kind is refused.
    """
    roles.require(by, "registration.work")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can take applications in."))
    chosen = rulebook.ground(kind, ground)
    if chosen is None:
        raise Refused(_("Choose what is applied for, and on what ground."))
    if set(proofs) - set(chosen.proofs):
        raise Refused(_("One of the papers does not belong to this ground. Look at the list again."))
    today = timezone.localdate(at)
    on = applied_on or today
    if on > today:
        raise Refused(_("The day lies in the future."))
    row = locked(person, by)
    area = row.current_area or row.area_code
    if not by.sees(area):
        raise Refused(
            _("The person lives elsewhere now. The office there registers; or put “Now at” right first.")
        )
    family = register.family(row)
    running = Registration.objects.filter(person__in=family, kind=kind, state__in=queries.RUNNING).first()
    if running is not None:
        if running.ground == ground:
            return running
        raise Refused(
            _("An application of this kind is running since %(day)s. Decide or end it first.")
            % {"day": running.applied_on}
        )
    made = Registration(
        person=row, area_code=area, office_id=by.office_id, kind=kind, ground=ground,
        detail=bounded(detail, _("detail"), 500) or None, proofs=sorted(set(proofs)), source=chosen.source,
        applied_on=on, made_at=at, by_name=by.name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "one_running_registration" not in str(error):
            raise
        raise Refused(
            _("Another area, out of your sight, has an application of this person running.")
        ) from None
    record("registration.apply", by=by, on=made, at=at, detail={"kind": kind, "ground": ground})
    return made


@transaction.atomic
def show_proofs(
    *, registration: Registration, proofs: Collection[str], by: Actor, at: datetime
) -> Registration:
    """Note which papers were shown since. The same ones again do nothing."""
    row = _held(registration, by, "registration.work")
    if row.state != RegistrationState.APPLIED:
        raise Refused(_("This application is decided already."))
    chosen = rulebook.ground(row.kind, row.ground)
    if chosen is None or set(proofs) - set(chosen.proofs):
        raise Refused(_("One of the papers does not belong to this ground. Look at the list again."))
    if sorted(set(proofs)) != row.proofs:
        row.proofs = sorted(set(proofs))
        row.save(update_fields=["proofs"])
        record("registration.proofs", by=by, on=row, at=at, detail={"proofs": row.proofs})
    return row


@transaction.atomic
def grant(
    *, registration: Registration, valid_from: date | None = None, reason: str = "", by: Actor, at: datetime
) -> Registration:
    """Grant it: the person is in the category from a day, the day of application unless another is given.

    What speaks against it (`queries.registrations.doubts`) asks for a reason. Granted again it does nothing.
    """
    row = _held(registration, by, "registration.decide")
    if row.state == RegistrationState.GRANTED:
        return row
    _open(row)
    since = valid_from or row.applied_on
    if since > timezone.localdate(at) or since < row.applied_on:
        raise Refused(_("The first day lies between the application and today."))
    why = bounded(reason, _("reason"), 300)
    against = queries.doubts(row, timezone.localdate(at))
    if against and not why:
        raise Refused(_("Say why it is granted all the same: %(doubts)s") % {"doubts": "；".join(against)})
    row.category = set_category(
        person=standing(row.person, by), category=CATEGORIES[RegistrationKind(row.kind)], valid_from=since,
        source=row.source[:200], by=by, at=at,
    )  # fmt: skip
    return _decided(row, RegistrationState.GRANTED, why, by, at)


@transaction.atomic
def refuse(*, registration: Registration, reason: str, by: Actor, at: datetime) -> Registration:
    """Refuse it with a reason that is told to the person. The same again does nothing."""
    row = _held(registration, by, "registration.decide")
    why = required(reason, _("reason"), 300)
    if row.state == RegistrationState.REFUSED and row.reason == why:
        return row
    _open(row)
    return _decided(row, RegistrationState.REFUSED, why, by, at)


@transaction.atomic
def end(*, registration: Registration, on: date, reason: str, by: Actor, at: datetime) -> Registration:
    """End a granted one with its last day and reason (found work, moved away); the category ends with it."""
    row = _held(registration, by, "registration.work")
    why = required(reason, _("reason"), 300)
    if row.state == RegistrationState.ENDED and row.ended_on == on:
        return row
    if row.state != RegistrationState.GRANTED:
        raise Refused(_("Only a granted registration can be ended."))
    if on > timezone.localdate(at):
        raise Refused(_("The day lies in the future."))
    for held in _categories(row, standing(row.person, by), on):
        end_category(category=held, on=on, by=by, at=at)
    row.state, row.ended_on, row.reason = RegistrationState.ENDED, on, why
    row.save(update_fields=["state", "ended_on", "reason"])
    record("registration.end", by=by, on=row, at=at, detail={"kind": row.kind, "day": on.isoformat()})
    return row


def _categories(row: Registration, person: Person, on: date) -> list[PersonCategory]:
    """The rows by which the person is in the category through this registration, also after a merge."""
    held = person.categories.filter(category=CATEGORIES[RegistrationKind(row.kind)])
    held = held.filter(Q(source=row.source[:200]) | Q(pk=row.category_id))
    return list(held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)))


def _held(registration: Registration, by: Actor, ability: str) -> Registration:
    roles.require(by, ability)
    row = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("person", "category")
        .filter(pk=registration.pk)
        .first()
    )
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This registration is not in the area of your posting."))
    return row


def _open(row: Registration) -> None:
    if row.state != RegistrationState.APPLIED:
        raise Refused(
            _("This application was decided by %(name)s already. Look at it again.")
            % {"name": row.decided_by_name}
        )


def _decided(row: Registration, state: RegistrationState, why: str, by: Actor, at: datetime) -> Registration:
    row.state, row.reason, row.decided_at, row.decided_by_name = state, why, at, by.name
    row.save(update_fields=["state", "reason", "decided_at", "decided_by_name", "category"])
    record("registration.decide", by=by, on=row, at=at, detail={"kind": row.kind, "state": str(state)})
    return row
