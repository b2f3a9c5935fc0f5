"""Every request runs in one transaction that sees only the range of the active posting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from chunfeng.core import events, scope
from chunfeng.core.actor import NOBODY, Actor
from chunfeng.offices import queries

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ScopeMiddleware:
    """Sets `request.actor` and applies its scope. A GET runs read only: PostgreSQL refuses any write.

    Reads of personal data and exports leave their audit events after the response is made, in a
    transaction of their own (`core.events`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        actor: Actor | None = getattr(request, "acts_as", None)  # set by an API token
        if actor is None and user.is_authenticated:
            actor = queries.actor_of(
                user_id=user.pk,
                posting_id=request.session.get("posting"),
                on=timezone.localdate(),
                ip=request.META.get("REMOTE_ADDR", ""),
            )
        request.actor = actor  # type: ignore[attr-defined]
        standing = actor or replace(NOBODY, user_id=user.pk if user.is_authenticated else None)
        with events.collected() as pending, scope.applied(standing, read_only=request.method in SAFE):
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
            if _is_undone(request, response):
                transaction.set_rollback(True)
        pending.flush()
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A view that ended in an exception leaves nothing behind, whatever page is shown for it."""
        request.was_broken_off = True  # type: ignore[attr-defined]


def _is_undone(request: HttpRequest, response: HttpResponse) -> bool:
    """Errors leave nothing half done. A refused log-in is no error: its count of failures must stay."""
    return (
        response.status_code >= 500
        or getattr(request, "was_broken_off", False)
        or getattr(response, "roll_back", False)
        or (response.status_code >= 400 and request.path.startswith("/api/"))
    )
