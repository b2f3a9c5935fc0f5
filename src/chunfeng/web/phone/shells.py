"""The pages that open without a line. They hold words and fields, and nothing about anybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chunfeng.web.guards import View, public
from chunfeng.web.phone.compress import compressed

SHELLS = {
    "calls": "web/phone/calls.html",
    "phone-situation": "web/phone/situation.html",
    "phone-zero": "web/phone/zero.html",
}
"""Route → template. What the pages show of people comes out of the sealed store."""


def shell(name: str) -> View:
    """The view of a shell. Anybody may open it, as anybody may open the style sheets."""

    def view(request: HttpRequest) -> HttpResponse:
        response = render(request, SHELLS[name], {"shell": name})
        response["Cache-Control"] = "no-cache"
        return response

    return public(compressed(require_safe(view)))
