"""Reading the accounts of the people posted inside a range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.models import ApiToken, Authenticator, Session, User
from chunfeng.offices.models import Office, Posting
from chunfeng.offices.queries.directory import suggest


def users_of(by: Actor) -> QuerySet[User]:
    """Everybody who is or was posted inside the actor's range, with those postings at hand."""
    inside = Posting.objects.filter(area_code__gte=by.lo, area_code__lt=by.hi)
    return (
        User.objects.filter(Exists(inside.filter(user_id=OuterRef("pk"))))
        .annotate(has_second_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), confirmed=True)))
        .prefetch_related(
            Prefetch(
                "postings", inside.select_related("office").order_by("-valid_from", "id"), to_attr="inside"
            )
        )
    )


def search_users(rows: QuerySet[User], text: str) -> QuerySet[User]:
    """Users whose name, user name or office contains the text."""
    posted = Posting.objects.filter(user_id=OuterRef("pk"), office__name__icontains=text)
    return rows.filter(Q(name__icontains=text) | Q(username__icontains=text) | Exists(posted))


def with_role(rows: QuerySet[User], role: str, on: date) -> QuerySet[User]:
    """Users with a posting in this role in force on a day."""
    return rows.filter(Exists(Posting.objects.filter(in_force(on), user_id=OuterRef("pk"), role=role)))


def in_force(on: date) -> Q:
    """Postings in force on a day; the last day is outside."""
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def is_posted_elsewhere(user: User, by: Actor, on: date) -> bool:
    """Whether the user also holds a posting, now or later, that the actor may not govern."""
    with scope.applied(SYSTEM):
        return (
            Posting.objects.filter(user=user)
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
            .exclude(area_code__gte=by.lo, area_code__lt=by.hi)
            .exists()
        )


@dataclass(frozen=True)
class Lock:
    """A user name that is locked at an address."""

    user: User
    address: str
    failures: int
    until: datetime


def locks(by: Actor, now: datetime) -> list[Lock]:
    """Locked accounts of the range, those that open last first."""
    cool_off = get_cool_off()
    attempts = AccessAttempt.objects.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT)
    if cool_off is not None:
        attempts = attempts.filter(attempt_time__gt=now - cool_off)
    rows = list(attempts.order_by("-attempt_time")[:500])
    users = {u.username: u for u in users_of(by).filter(username__in={r.username for r in rows})}
    return [
        Lock(
            users[r.username],
            r.ip_address or "",
            r.failures_since_start,
            r.attempt_time + (cool_off or timedelta()),
        )
        for r in rows
        if r.username in users
    ]


def open_sessions_of(by: Actor, now: datetime) -> QuerySet[Session]:
    """Sessions, not yet run out, of the people of the range."""
    people = users_of(by).values("pk")
    return Session.objects.filter(expire_date__gt=now, user_id_at__in=people)


def live_tokens_of(user: User, now: datetime) -> QuerySet[ApiToken]:
    """The API tokens of a user that still open something."""
    return ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now).order_by("-id")


def offices_like(by: Actor, text: str, limit: int = 12) -> list[Office]:
    """Offices in service of the actor's range for the text; the one alone that is called or coded just so."""
    found = suggest(text, lo=by.lo, hi=by.hi, limit=limit)
    exact = [office for office in found if text.strip() in (office.name, office.code)]
    return exact if len(exact) == 1 else found


def office_of(by: Actor, pk: int | None) -> Office | None:
    """An office in service of the actor's range."""
    if pk is None:
        return None
    return Office.objects.filter(pk=pk, active=True, area_code__gte=by.lo, area_code__lt=by.hi).first()
