"""Views that a script asks: JSON for whatever happens, so that a telephone never has to read a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page

from chunfeng.web import guards

Answer = Callable[..., dict[str, Any]]


def answering(ability: str, *methods: str) -> Callable[[Answer], guards.View]:
    """A guarded view that gives data; "" as ability asks for a log-in only.

    To a script (Accept: application/json) refusals are {"why": sentence} with 403 or 422, a missing session
    401: see `guards` and `RefusalMiddleware`. Django puts noise into what it compresses, against BREACH.
    """

    def wrap(answer: Answer) -> guards.View:
        @wraps(answer)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return JsonResponse(answer(request, *args, **kwargs))

        guard = guards.guarded(ability, *methods) if ability else guards.signed_in(*methods)
        guarded = guard(inner)
        view = gzip_page(never_cache(guarded))
        view.ability = guarded.ability
        return view

    return wrap
