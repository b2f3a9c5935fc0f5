"""What people do with their own accounts: log in and out, passwords, second factor, API tokens."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from chunfeng.core import crypto, scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import Refused
from chunfeng.core.models import ApiToken, Authenticator, Event, Session, User

BACKUP_CODES = 10
_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
TOKEN_START = "cf_"  # noqa: S105  the visible beginning, so that leaked keys can be searched for
TOKEN_DAYS = 366
MIN_PASSWORD = 10
"""As in the settings."""


def record_access(verb: str, *, by: Actor, at: datetime, detail: dict[str, Any] | None = None) -> None:
    """One line of the trail about entering or leaving. Nobody may be in yet, so the system writes it."""
    with scope.applied(SYSTEM):
        record(verb, by=by, kind=Event.Kind.ACCESS, at=at, detail=detail)


@transaction.atomic
def set_own_password(
    *, user: User, old: str | None, new: str, by: Actor, at: datetime, keep_session: str = ""
) -> None:
    """Replace the password by one that keeps the rules, and end the person's other sessions.

    `old` is None only where a one-time password was checked a moment ago (first log-in).
    """
    _require_self(user, by)
    if old is not None:
        _require_password(user, old)
    if user.check_password(new):
        raise Refused(_("The new password is the same as the present one. Choose another."))
    try:
        password_validation.validate_password(new, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    end_sessions(user_id=user.pk, keep=keep_session)
    record_access("account.password", by=by, at=at)


def end_sessions(*, user_id: int, keep: str = "") -> int:
    """Delete the sessions of a user, except one. Returns how many."""
    count, _by_model = Session.objects.filter(user_id_at=user_id).exclude(session_key=keep).delete()
    return count


@transaction.atomic
def end_own_sessions(*, user: User, keep: str, by: Actor, at: datetime) -> int:
    """Log the person out everywhere else. Returns how many sessions ended."""
    _require_self(user, by)
    count = end_sessions(user_id=user.pk, keep=keep)
    record_access("account.sessions_ended", by=by, at=at, detail={"sessions": count})
    return count


@transaction.atomic
def begin_second_factor(*, user: User, password: str = "") -> Authenticator:
    """An authenticator that waits for its first right code. Asking again gives a new key.

    Whoever has one in use proves by the password that it is they who replace it, not somebody at their desk.
    """
    if Authenticator.objects.filter(user=user, confirmed=True).exists():
        _require_password(user, password)
    Authenticator.objects.filter(user=user, confirmed=False).delete()
    return Authenticator.objects.create(
        user=user, name="totp", confirmed=False, key=Authenticator.sealed_key()
    )


@transaction.atomic
def confirm_second_factor(*, user: User, code: str, by: Actor, at: datetime) -> list[str]:
    """Put the waiting authenticator into use, replacing an older one. Returns backup codes, shown once."""
    _require_self(user, by)
    device = Authenticator.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None:
        raise Refused(_("No second factor is being set up. Begin again."))
    device.throttle_reset(commit=False)  # the person is learning; guessing gains nothing here
    if not device.verify_token(digits(code)):
        raise Refused(
            _("The code is not right. Check that the clock of the phone is right, then enter the next code.")
        )
    Authenticator.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    record_access("account.second_factor_on", by=by, at=at)
    return _new_backup_codes(user)


def _new_backup_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="backup")
    codes = ["".join(secrets.choice(_CODE_LETTERS) for _i in range(10)) for _j in range(BACKUP_CODES)]
    hashes = [_backup_hashes(code)[0] for code in codes]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=each) for each in hashes])
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _backup_hashes(code: str) -> list[str]:
    return [found[:16] for found in crypto.lookups(code, "backup-code")]


def digits(code: str) -> str:
    """The code as typed, without spaces and hyphens, in capitals."""
    return "".join(ch for ch in code.upper() if ch.isalnum())


@transaction.atomic
def check_second_factor(*, user: User, code: str) -> Any:
    """The device that accepts the code (authenticator, or one backup code, then used up), or None."""
    code = digits(code)
    if len(code) == 6 and code.isdigit():
        device = Authenticator.objects.select_for_update().filter(user=user, confirmed=True).first()
        return device if device is not None and device.verify_token(code) else None
    backup = StaticDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    if backup is None:
        return None
    hashes = _backup_hashes(code)
    there = backup.token_set.filter(token__in=hashes).first()
    return backup if backup.verify_token(there.token if there else hashes[0]) else None


def remove_second_factor(*, user: User) -> bool:
    """Delete authenticator and backup codes. Returns whether there was one."""
    count, _by_model = Authenticator.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    return count > 0


@transaction.atomic
def drop_own_second_factor(*, user: User, password: str, required: bool, by: Actor, at: datetime) -> None:
    """The person gives up the second factor, unless the role requires it."""
    _require_self(user, by)
    if required:
        raise Refused(_("Your posting requires a second factor. You can replace it, not remove it."))
    _require_password(user, password)
    if remove_second_factor(user=user):
        record_access("account.second_factor_off", by=by, at=at)


@transaction.atomic
def create_token(
    *, user: User, name: str, permits: str, days: int, password: str, by: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """A key for a program that acts in the present posting. Returns the row and the key, shown once.

    It outlives the session, so the password is asked for again.
    """
    _require_self(user, by)
    _require_password(user, password)
    name = name.strip()
    if by.posting_id is None:
        raise Refused(_("A token acts for a posting, and you have none in force."))
    if not name:
        raise Refused(_("Say what the token is for, for example the name of the program."))
    if not 1 <= days <= TOKEN_DAYS:
        raise Refused(_("A token is valid for 1 to %(days)s days.") % {"days": TOKEN_DAYS})
    if permits not in ApiToken.Scope.values:
        raise Refused(_("Choose what the token permits: reading, or reading and writing."))
    key = TOKEN_START + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        posting_id_at=by.posting_id,
        area_code=by.area_code,
        name=name[:80],
        key_hash=token_hash(key),
        key_start=key[:10],
        scope=permits,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    record("token.create", by=by, on=token, at=at, detail={"permits": permits, "days": days})
    return token, key


@transaction.atomic
def revoke_token(*, token: ApiToken, by: Actor, at: datetime, reason: str = "") -> None:
    """End a token at once. Revoking twice is revoking once."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        record("token.revoke", by=by, on=token, at=at, reason=reason)


def token_hash(key: str) -> str:
    """What is stored of a key."""
    return token_hashes(key)[0]


def token_hashes(key: str) -> tuple[str, str]:
    """What the key may be stored as: the site may have changed its cipher since."""
    return crypto.lookups(key, "api-token")


def touch_token(*, token: ApiToken, at: datetime, every: timedelta = timedelta(minutes=10)) -> None:
    """Note the use of a token, at most once in ten minutes, so that reading stays reading."""
    if token.last_used_at is None or at - token.last_used_at > every:
        with scope.applied(SYSTEM):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


def password_rules() -> Sequence[str]:
    """The rules for passwords in words: those of AUTH_PASSWORD_VALIDATORS, in their order."""
    return [
        _("Unlike your name and user name"),
        _("At least %(n)s characters") % {"n": MIN_PASSWORD},
        _("Not one of the passwords that many people use"),
        _("Not digits alone"),
    ]


def _require_password(user: User, password: str) -> None:
    if not user.check_password(password):
        raise Refused(_("The present password is not right. Enter the one you logged in with."))


def _require_self(user: User, by: Actor) -> None:
    if by.user_id != user.pk:
        raise Refused(_("This is somebody else's account."))
