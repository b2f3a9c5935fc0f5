"""Answers to forms that a telephone kept and sends later: the same views, without a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from chunfeng.web.guards import wants_json


def arrived(request: HttpRequest, url: str) -> HttpResponse:
    """It is taken in: on to the page that says so, or its address for the script that sent the form."""
    return JsonResponse({"url": url}) if wants_json(request) else redirect(url)


def refused(request: HttpRequest, why: str) -> HttpResponse | None:
    """The sentence for a script, which keeps the form and shows it; None where a page is to be shown again."""
    if not wants_json(request):
        return None
    answer = JsonResponse({"why": why}, status=422)
    answer.roll_back = True  # type: ignore[attr-defined]
    return answer
