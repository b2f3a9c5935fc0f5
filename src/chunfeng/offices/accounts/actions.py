"""Administrators' acts on accounts. The system administrator makes and ends them; the security administrator
unlocks, ends sessions and resets second factors. Each acts on people posted inside the own range only."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from axes.utils import reset as reset_failures
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from chunfeng.core import accounts, scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import ApiToken, User
from chunfeng.offices import roles
from chunfeng.offices.accounts import queries
from chunfeng.offices.actions import post_user
from chunfeng.offices.models import Office, Posting

_SYLLABLES = [
    "ba",
    "de",
    "fu",
    "gi",
    "ha",
    "ju",
    "ka",
    "le",
    "mi",
    "no",
    "pa",
    "qu",
    "ri",
    "so",
    "tu",
    "we",
    "xi",
    "zo",
]


@transaction.atomic
def create_user(
    *,
    username: str,
    name: str,
    office: Office,
    role: str,
    title: str = "",
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
    at: datetime,
) -> tuple[User, Posting, str]:
    """A person with a first posting and a one-time password, which is returned and kept nowhere.

    Refused for a user name that is taken or malformed, and for an office outside the own range.
    """
    roles.require(by, "account.manage")
    username, name = User.normalize_username(username.strip()), name.strip()
    if not name:
        raise Refused(_("The name is missing. Enter the person's full name."))
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as error:
        raise Refused(_("The user name may hold letters, digits and @ . + - _ only.")) from error
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(_("The user name “%(name)s” is taken. Choose another.") % {"name": username})
    once = one_time_password()
    user = User(username=username, name=name, must_change_password=True)
    user.set_password(once)
    user.save()
    record("account.create", by=by, on=user, at=at, area_code=office.area_code)
    posting = post_user(
        user=user,
        office=office,
        role=role,
        title=title,
        valid_from=valid_from,
        valid_to=valid_to,
        by=by,
        at=at,
    )
    return user, posting, once


@transaction.atomic
def give_one_time_password(*, user: User, by: Actor, at: datetime) -> str:
    """A password for one log-in, at which the person sets an own one. Whoever is in or on the way in as this
    person is out: sessions, log-ins begun with the old password and API tokens end."""
    roles.require(by, "account.manage")
    user = _governed(user, by, at)
    once = one_time_password()
    user.set_password(once)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    accounts.end_sessions(user_id=user.pk)
    with scope.applied(SYSTEM):  # tokens are out of this administrator's sight
        for token in queries.live_tokens_of(user, at):
            accounts.revoke_token(token=token, by=by, at=at, reason=_("A new one-time password was given."))
    record("account.one_time_password", by=by, on=user, at=at)
    return once


@transaction.atomic
def deactivate(*, user: User, reason: str, by: Actor, at: datetime) -> None:
    """Close an account: sessions and API tokens end at once. Postings stay as the record they are."""
    roles.require(by, "account.manage")
    user = _governed(user, by, at)
    if user.pk == by.user_id:
        raise Refused(_("You cannot close your own account. Another administrator can."))
    _need_reason(reason)
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        accounts.end_sessions(user_id=user.pk)
        record("account.deactivate", by=by, on=user, at=at, reason=reason)


@transaction.atomic
def reactivate(*, user: User, reason: str, by: Actor, at: datetime) -> None:
    """Open a closed account again."""
    roles.require(by, "account.manage")
    user = _governed(user, by, at)
    _need_reason(reason)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        record("account.reactivate", by=by, on=user, at=at, reason=reason)


@transaction.atomic
def unlock(*, user: User, by: Actor, at: datetime) -> None:
    """Lift the lock-out after failed log-ins, at every address."""
    roles.require(by, "security.manage")
    user = _governed(user, by, at)
    lifted = reset_failures(username=user.username)
    record("account.unlock", by=by, on=user, at=at, detail={"failures": lifted})


@transaction.atomic
def end_sessions(*, user: User, by: Actor, at: datetime) -> int:
    """Log a person out everywhere. Returns how many sessions ended."""
    roles.require(by, "security.manage")
    user = _governed(user, by, at)
    count = accounts.end_sessions(user_id=user.pk)
    record("account.sessions_ended", by=by, on=user, at=at, detail={"sessions": count})
    return count


@transaction.atomic
def reset_second_factor(*, user: User, reason: str, by: Actor, at: datetime) -> None:
    """Remove a lost second factor, with the reason; the person sets up a new one."""
    roles.require(by, "security.manage")
    user = _governed(user, by, at)
    _need_reason(reason)
    if not accounts.remove_second_factor(user=user):
        raise Refused(_("%(name)s has no second factor; there is nothing to reset.") % {"name": user.name})
    accounts.end_sessions(user_id=user.pk)
    record("account.second_factor_reset", by=by, on=user, at=at, reason=reason)


@transaction.atomic
def revoke_tokens(*, user: User, reason: str, by: Actor, at: datetime) -> int:
    """Revoke every API token of a person. Returns how many."""
    roles.require(by, "security.manage")
    user = _governed(user, by, at)
    _need_reason(reason)
    live: list[ApiToken] = list(queries.live_tokens_of(user, at))
    for token in live:
        accounts.revoke_token(token=token, by=by, at=at, reason=reason)
    return len(live)


def one_time_password() -> str:
    """Easy to read out over the telephone, 54 bits, for example «kalesu-sojuri-mizoba-00427»."""
    words = ["".join(secrets.choice(_SYLLABLES) for _i in range(3)) for _j in range(3)]
    return "-".join([*words, f"{secrets.randbelow(100_000):05d}"])


def _governed(user: User, by: Actor, at: datetime) -> User:
    """The user under lock, if all postings in force lie inside the actor's range."""
    found = queries.users_of(by).filter(pk=user.pk).exists()
    if not found or queries.is_posted_elsewhere(user, by, localdate(at)):
        raise NotAllowed(
            _("This person is posted outside your area too, or only there. An administrator above can do it.")
        )
    return User.objects.select_for_update().get(pk=user.pk)


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Give the reason: it stands in the audit trail."))
