"""Who calls: a program with a token, or a person's own session. Both act in one posting's scope."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer

from chunfeng.api import problems
from chunfeng.core import accounts, queries
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed
from chunfeng.core.models import ApiToken
from chunfeng.offices import queries as offices
from chunfeng.offices import roles


class TokenMiddleware:
    """Turns a bearer token into user and actor, before the scope of the request is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        header = request.headers.get("Authorization", "")
        if not header or not request.path.startswith("/api/"):
            return self.get_response(request)
        scheme, _space, key = header.partition(" ")
        now = timezone.now()
        token = queries.live_token(key.strip(), now) if scheme.lower() == "bearer" else None
        actor = _actor(token, request) if token else None
        if token is None or actor is None:
            return problems.no_entry()
        accounts.touch_token(token=token, at=now)
        request.user = token.user
        request.token = token
        request.acts_as = actor
        return self.get_response(request)


def _actor(token: ApiToken, request: HttpRequest) -> Actor | None:
    """The actor of exactly the token's posting, while that is in force."""
    held = offices.postings_on(token.user_id, timezone.localdate())
    posting = next((p for p in held if p.pk == token.posting_id_at), None)
    return offices.actor_for(posting, ip=request.META.get("REMOTE_ADDR", "")) if posting else None


class ByToken(HttpBearer):
    """`Authorization: Bearer cf_…`; made under “API tokens” of the own account."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return getattr(request, "token", None)


class BySession(APIKeyCookie):
    """The session of the site; writing needs the CSRF token as well."""

    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Any:
        if not request.user.is_authenticated or hasattr(request, "token"):
            return None
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user


def needs(ability: str, *, writes: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The posting must have the ability, and a token must permit writing where the operation writes."""
    roles.ABILITIES[ability]  # a typo fails at import

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.actor is None:
                raise NotAllowed(_("You have no posting in force. Ask your system administrator."))
            roles.require(request.actor, ability)
            token = getattr(request, "token", None)
            if writes and token is not None and token.scope != ApiToken.Scope.WRITE:
                raise NotAllowed(_("This token permits reading only. Make one that permits writing."))
            return view(request, *args, **kwargs)

        inner.ability = ability
        return inner

    return wrap
