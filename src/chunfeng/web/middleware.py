"""Refusals become a calm page (a short fragment for htmx, a sentence for a script), with nothing half done."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.web.guards import wants_json


def holds_nul(request: HttpRequest) -> bool:
    """Whether a query or a form field holds a NUL character, which PostgreSQL cannot store or compare."""
    if "%00" in request.META.get("QUERY_STRING", ""):
        return True
    return request.method == "POST" and any("\x00" in v for values in request.POST.lists() for v in values[1])


class RefusalMiddleware:
    """Shows the sentence of a `Refused`; `roll_back` makes the scope middleware undo the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/") and holds_nul(request):
            refusal = _("The text holds a character that cannot be stored (NUL). Type it again by hand.")
            return render(request, "web/refused.html", {"refusal": refusal}, status=400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused) or request.path.startswith("/api/"):
            return None
        status = 403 if isinstance(exception, NotAllowed) else 422
        if wants_json(request):
            answer = JsonResponse({"why": str(exception)}, status=status)
            answer.roll_back = True
            return answer
        template = "web/refused_part.html" if request.headers.get("HX-Request") else "web/refused.html"
        response = render(request, template, {"refusal": str(exception)}, status=status)
        response.roll_back = True
        return response
