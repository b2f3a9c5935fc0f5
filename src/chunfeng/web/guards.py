"""Every view says which ability it needs; `tests/repository/test_routes.py` fails on one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chunfeng.offices import roles

View = Callable[..., HttpResponse]


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of a page asks, which cannot follow anybody to the page for logging in."""
    return request.headers.get("Accept") == "application/json"


def _to_log_in(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"login": True}, status=401)
    return redirect_to_login(request.get_full_path())


def _of_another(request: HttpRequest) -> HttpResponse | None:
    """A page that stood without a line says in whose name it was filled in: nothing passes under another one."""
    said, actor = request.headers.get("X-Holder"), request.actor
    if said is None or actor is None or said == f"{actor.user_id}-{actor.posting_id}":
        return None
    return JsonResponse({"holder": False}, status=409)


def guarded(ability: str, *methods: str) -> Callable[[View], View]:
    """Require a log-in, a posting in force and the ability. Methods default to GET alone."""
    roles.ABILITIES[ability]  # a typo fails at import

    def wrap(view: View) -> View:
        @require_http_methods([*(methods or ("GET",)), "HEAD"])
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_log_in(request)
            actor = request.actor
            if actor is None:
                if wants_json(request):
                    why = _(
                        "Your account has no posting in force. Ask the system administrator of your office."
                    )
                    return JsonResponse({"why": why}, status=403)
                return render(request, "web/no_posting.html", status=403)
            other = _of_another(request)
            if other is not None:
                return other
            roles.require(actor, ability)
            return view(request, *args, **kwargs)

        inner.ability = ability
        return inner

    return wrap


def public(view: View) -> View:
    """Mark a view that anybody may open (log-in, language, service probes)."""
    view.ability = None
    return view


def signed_in(*methods: str) -> Callable[[View], View]:
    """Require a log-in only: what concerns the own account needs neither posting nor ability."""

    def wrap(view: View) -> View:
        @require_http_methods([*(methods or ("GET",)), "HEAD"])
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_log_in(request)
            return view(request, *args, **kwargs)

        inner.ability = "own account"
        return inner

    return wrap
