"""Every route is guarded by an ability, or stands on the short public list."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, get_resolver

PUBLIC = {
    "home",
    "policies",
    "policy",
    "policy-check",
    "policy-ask",
    "policy-ticket",
    "policy-calendar",
    "policy-pay",
    "publicity",
    "publicity-list",
    "login",
    "login-code",
    "login-password",
    "login-second-factor",
    "language",
    "logout",
}
SHELLS = {"phone-worker", "phone-script", "phone-manifest", "calls", "phone-situation", "phone-zero"}
"""Like the style sheets: the same for everybody and about nobody; tests/web/test_phone.py looks at them."""
SIGNED_IN = {"posting", "password", "second-factor"}
"""Anybody who is logged in may open these; they concern only the own account."""


def patterns(entries, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in entries:
        if isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry
        else:
            yield from patterns(entry.url_patterns, prefix + str(entry.pattern))


def test_every_screen_says_which_ability_it_needs():
    bare = []
    for route, entry in patterns(get_resolver().url_patterns):
        if route.startswith("api/"):
            continue  # the API authenticates every operation: tests/api
        ability = getattr(entry.callback, "ability", "none at all")
        if ability == "none at all" or (ability is None and entry.name not in PUBLIC | SHELLS | SIGNED_IN):
            bare.append(f"{route} ({entry.name})")
    assert bare == []
