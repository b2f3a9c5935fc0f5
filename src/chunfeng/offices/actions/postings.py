"""Posting people to offices. The three administrators stay three people (separation of duties)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.core.models import User
from chunfeng.offices import roles
from chunfeng.offices.actions.common import bounded, in_reach, period
from chunfeng.offices.choices import Role
from chunfeng.offices.models import Office, Posting

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


@transaction.atomic
def post_user(
    *,
    user: User,
    office: Office,
    role: str,
    title: str = "",
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
    at: datetime,
) -> Posting:
    """Post a user to an office in a role over [valid_from, valid_to). The same again returns the one there.

    Refused: a posting to oneself, two administrator roles at once, an administrator who is also auditor.
    """
    roles.require(by, "account.manage")
    in_reach(by, office)
    if by.user_id is not None and by.user_id == user.pk:
        raise Refused(_("Nobody posts themself. Ask another system administrator."))
    if role not in Role.values:
        raise Refused(_("Choose a role for the posting."))
    if not office.active:
        raise Refused(
            _("%(office)s is out of service; nobody can be posted to it.") % {"office": office.name}
        )
    period(valid_from, valid_to)
    User.objects.select_for_update().get(pk=user.pk)
    held = _held(user)
    for there in held:
        if (there.office_id, there.role, there.valid_from) == (office.pk, role, valid_from):
            return there
    _separate_duties(user, Role(role), valid_from, valid_to, held)
    _refuse_twice(user, office, role, valid_from, valid_to, held)
    posting = Posting.objects.create(
        user=user,
        office=office,
        area_code=office.area_code,
        role=role,
        title=bounded(title, _("job title"), 60),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    record("posting.add", by=by, on=posting, at=at, detail={"role": role, "office": office.code})
    return posting


@transaction.atomic
def end_posting(*, posting: Posting, on: date, by: Actor, at: datetime) -> Posting:
    """End a posting on a day; one that ends already keeps its earlier day."""
    roles.require(by, "account.manage")
    there = (
        Posting.objects.select_for_update(of=("self",)).select_related("office", "user").get(pk=posting.pk)
    )
    in_reach(by, there.office)
    if there.valid_to is not None and there.valid_to <= on:
        return there
    period(there.valid_from, on)
    there.valid_to = on
    there.save(update_fields=["valid_to"])
    record("posting.end", by=by, on=there, at=at, detail={"on": on.isoformat()})
    return there


def _held(user: User) -> list[Posting]:
    """Every posting of the user, also those in areas the acting administrator does not see."""
    with scope.applied(Actor(name="", user_id=user.pk)):
        return list(Posting.objects.filter(user=user).select_related("office"))


def _separate_duties(
    user: User, role: Role, valid_from: date, valid_to: date | None, held: list[Posting]
) -> None:
    kept_apart = ADMINISTRATORS | {Role.AUDITOR}
    if role not in kept_apart:
        return
    for there in held:
        if there.role == role or there.role not in kept_apart or not _meet(there, valid_from, valid_to):
            continue
        raise Refused(
            _(
                "%(name)s is %(held)s from %(since)s to %(to)s and cannot also be %(role)s: system, security "
                "and audit administrators are three people, and none of them is an auditor. "
                "End that posting first, or post somebody else."
            )
            % {
                "name": user.name,
                "held": there.get_role_display(),
                "since": there.valid_from,
                "to": there.valid_to or "…",
                "role": role.label,
            }
        )


def _refuse_twice(
    user: User, office: Office, role: str, valid_from: date, valid_to: date | None, held: list[Posting]
) -> None:
    for there in held:
        if (there.office_id, there.role) == (office.pk, role) and _meet(there, valid_from, valid_to):
            raise Refused(
                _("%(name)s already is %(role)s at %(office)s from %(since)s to %(to)s.")
                % {
                    "name": user.name,
                    "role": there.get_role_display(),
                    "office": office.name,
                    "since": there.valid_from,
                    "to": there.valid_to or "…",
                }
            )


def _meet(there: Posting, valid_from: date, valid_to: date | None) -> bool:
    begins_before = valid_to is None or there.valid_from < valid_to
    return begins_before and (there.valid_to is None or there.valid_to > valid_from)
