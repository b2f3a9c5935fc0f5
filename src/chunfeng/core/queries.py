"""Reading users' own things and the audit trail."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from chunfeng.core import accounts, scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.models import ApiToken, Authenticator, Event, Session, User

RETENTION_DAYS = 183
"""Logs are kept for at least six months (GB/T 22239). Nothing is ever deleted by this system."""


def user_by_name(username: str) -> User | None:
    """The active user with this user name."""
    return User.objects.filter(username=username, is_active=True).first()


def user_by_id(user_id: int) -> User | None:
    """The active user with this key."""
    return User.objects.filter(pk=user_id, is_active=True).first()


def second_factor(user: User) -> Authenticator | None:
    """The authenticator in use."""
    return Authenticator.objects.filter(user=user, confirmed=True).first()


def waiting_second_factor(user: User) -> Authenticator | None:
    """The authenticator that waits for its first right code."""
    return Authenticator.objects.filter(user=user, confirmed=False).first()


def backup_codes_left(user: User) -> int:
    """How many backup codes are unused."""
    return int(
        user.staticdevice_set.filter(confirmed=True).aggregate(n=Count("token_set"))["n"]  # type: ignore[attr-defined]
    )


def open_sessions(user_id: int, now: datetime) -> QuerySet[Session]:
    """The sessions of a user that have not run out, newest first."""
    return Session.objects.filter(user_id_at=user_id, expire_date__gt=now).order_by("-began_at")


def own_tokens(user_id: int) -> QuerySet[ApiToken]:
    """The user's API tokens, newest first."""
    return ApiToken.objects.filter(user_id=user_id).order_by("-id")


def live_token(key: str, now: datetime) -> ApiToken | None:
    """The token of this key, if it is neither revoked nor run out and its user is active."""
    with scope.applied(SYSTEM):
        return (
            ApiToken.objects.filter(key_hash__in=accounts.token_hashes(key), revoked_at=None)
            .filter(expires_at__gt=now, user__is_active=True)
            .select_related("user")
            .first()
        )


def trail() -> QuerySet[Event]:
    """The audit events that the present scope may read."""
    return Event.objects.all()


def search_trail(rows: QuerySet[Event], text: str) -> QuerySet[Event]:
    """Events whose act, actor, office, object, reason or address contains the text."""
    return rows.filter(
        Q(verb__icontains=text)
        | Q(actor_name__icontains=text)
        | Q(office_name__icontains=text)
        | Q(object_label__icontains=text)
        | Q(reason__icontains=text)
        | Q(ip__startswith=text)
    )


def between(rows: QuerySet[Event], first: date | None, last: date | None) -> QuerySet[Event]:
    """Events of the days from `first` to `last`, both included, in local time."""
    if first is not None:
        rows = rows.filter(at__gte=_midnight(first))
    if last is not None:
        rows = rows.filter(at__lt=_midnight(last + timedelta(days=1)))
    return rows


def per_day(rows: QuerySet[Event], days: int, today: date) -> list[dict[str, Any]]:
    """Count, first and last event number of each of the last days, newest first."""
    since = _midnight(today - timedelta(days=days - 1))
    found: Any = (
        rows.filter(at__gte=since)
        .annotate(day=TruncDate("at"))
        .values("day")
        .annotate(count=Count("id"), first=Min("id"), last=Max("id"))
        .order_by("-day")
    )
    return list(found)


def append_only_in_force() -> bool:
    """Whether the database's own trigger against changing and deleting events is there and enabled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'core_event'::regclass"
            " AND tgname = 'event_append_only' AND tgenabled IN ('O', 'A')"
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())
