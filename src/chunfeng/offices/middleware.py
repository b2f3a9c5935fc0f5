"""Every request runs in one transaction that sees only the range of the active posting."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from chunfeng.core import events, scope
from chunfeng.core.actor import Actor
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
        if actor is None or _manages_own_transaction(request):
            return self.get_response(request)
        with events.collected() as pending, scope.applied(actor, read_only=request.method in SAFE):
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
            if response.status_code >= 500 or getattr(response, "roll_back", False):
                transaction.set_rollback(True)
        pending.flush()
        return response


def _manages_own_transaction(request: HttpRequest) -> bool:
    """Log-out writes the session and user rows, which belong to no area."""
    return request.path.startswith(("/accounts/logout", "/static/"))
