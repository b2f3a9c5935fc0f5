"""Every view says which ability it needs; `tests/repository/test_routes.py` fails on one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from chunfeng.offices import roles

View = Callable[..., HttpResponse]


def guarded(ability: str, *methods: str) -> Callable[[View], View]:
    """Require a log-in, a posting in force and the ability. Methods default to GET alone."""
    roles.ABILITIES[ability]  # a typo fails at import

    def wrap(view: View) -> View:
        @require_http_methods([*(methods or ("GET",)), "HEAD"])
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor = request.actor
            if actor is None:
                return render(request, "web/no_posting.html", status=403)
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
                return redirect_to_login(request.get_full_path())
            return view(request, *args, **kwargs)

        inner.ability = "own account"
        return inner

    return wrap
