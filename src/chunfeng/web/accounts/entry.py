"""The steps from a right password to being in: code, new password, second factor.

Nobody is in before the last. Until then the session holds only who is on the way, for ten minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from chunfeng.core import accounts
from chunfeng.core import queries as core_queries
from chunfeng.core.actor import Actor
from chunfeng.core.models import User
from chunfeng.offices import queries
from chunfeng.offices.choices import Role

WAITING = "on_the_way"
PATIENCE = timedelta(minutes=10)
NEEDS_SECOND_FACTOR = frozenset({Role.LEADER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


def address(request: HttpRequest) -> str:
    """The address the request comes from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def actor_of_user(user: User, request: HttpRequest) -> Actor:
    """The user's first posting as actor, or the bare person: for the trail before a posting is chosen."""
    found = queries.actor_of(user_id=user.pk, posting_id=None, on=timezone.localdate(), ip=address(request))
    return found or Actor(name=user.get_full_name(), user_id=user.pk, ip=address(request))


def begin(request: HttpRequest, user: User, now: datetime) -> None:
    """Remember that this user's password was right."""
    request.session.cycle_key()
    request.session[WAITING] = {
        "user": user.pk,
        "at": now.isoformat(),
        "backend": user.backend,
        "device": "",
        "password": user.get_session_auth_hash(),
    }


def waiting(request: HttpRequest, now: datetime) -> tuple[User, dict[str, Any]] | None:
    """Who is on the way, unless ten minutes have passed or the password has become another."""
    state = request.session.get(WAITING)
    if not state or now - datetime.fromisoformat(state["at"]) > PATIENCE:
        return None
    user = core_queries.user_by_id(state["user"])
    if user is None or not constant_time_compare(state.get("password", ""), user.get_session_auth_hash()):
        return None
    return user, state


def keep_on(request: HttpRequest, user: User, **more: Any) -> None:
    """One step further: remember it, and the password as it now is."""
    state = request.session[WAITING]
    request.session[WAITING] = {**state, "password": user.get_session_auth_hash(), **more}


def next_step(user: User, state: dict[str, Any]) -> str:
    """The url name of the step that is missing, or "" when the user may go in."""
    if core_queries.second_factor(user) is not None and not state["device"]:
        return "login-code"
    if user.must_change_password:
        return "login-password"
    if must_have_second_factor(user) and core_queries.second_factor(user) is None:
        return "login-second-factor"
    return ""


def must_have_second_factor(user: User) -> bool:
    """Administrators and leaders, where the site demands it (CHUNFENG_REQUIRE_TOTP=1)."""
    if not settings.REQUIRE_TOTP:
        return False
    return any(p.role in NEEDS_SECOND_FACTOR for p in queries.postings_on(user.pk, timezone.localdate()))


def enter(request: HttpRequest, user: User, state: dict[str, Any], now: datetime) -> None:
    """Log in for good: a fresh session, and a line in the trail."""
    request.session.flush()
    auth.login(request, user, backend=state["backend"])
    request.session["ip"] = address(request)
    request.session["began"] = now.isoformat()
    if state["device"]:
        request.session["otp_device_id"] = state["device"]
    accounts.record_access(
        "account.login",
        by=actor_of_user(user, request),
        at=now,
        detail={"second_factor": bool(state["device"])},
    )
