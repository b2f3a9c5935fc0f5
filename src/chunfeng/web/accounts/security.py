"""The security administrator's room: lock-outs, sessions, second factors, tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chunfeng.core import accounts as core_accounts
from chunfeng.core import queries as core_queries
from chunfeng.offices.accounts import actions, queries
from chunfeng.web.accounts.admin import LIST as PEOPLE
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Filter, Listing

LIST = Listing(
    name="security",
    sort="username",
    search=queries.search_users,
    columns=[c for c in PEOPLE.columns if c.name != "postings"],
    filters=[
        *PEOPLE.filters,
        Filter(
            "factor",
            gettext_lazy("Second factor"),
            lambda: [("on", _("On")), ("off", _("Off"))],
            lambda rows, value: rows.filter(has_second_factor=value == "on"),
        ),
    ],
)


@guarded("security.manage")
def security(request: HttpRequest) -> HttpResponse:
    """Locked accounts, open sessions, people and their second factors, the rules in force."""
    actor, now = request.actor, timezone.now()
    rows = queries.users_of(actor)
    page = {
        "page": LIST.page(request, rows),
        "locks": queries.locks(actor, now),
        "sessions": queries.open_sessions_of(actor, now).count(),
        "people": rows.filter(is_active=True).count(),
        "without": rows.filter(is_active=True, has_second_factor=False).count(),
        "rules": core_accounts.password_rules(),
    }
    return render(request, "web/accounts/security.html", page)


@guarded("security.manage", "GET", "POST")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's sessions, tokens, lock-out and second factor. `act` says what to do."""
    actor, now = request.actor, timezone.now()
    user = queries.users_of(actor).filter(pk=pk).first()
    if user is None:
        raise Http404
    if request.method == "POST":
        act, reason = request.POST.get("act"), request.POST.get("reason", "")
        if act == "unlock":
            actions.unlock(user=user, by=actor, at=now)
            messages.success(request, _("The lock-out is lifted."))
        elif act == "sessions":
            n = actions.end_sessions(user=user, by=actor, at=now)
            messages.success(
                request, ngettext("%(n)s session has ended.", "%(n)s sessions have ended.", n) % {"n": n}
            )
        elif act == "factor":
            actions.reset_second_factor(user=user, reason=reason, by=actor, at=now)
            messages.success(request, _("The second factor is removed."))
        elif act == "tokens":
            n = actions.revoke_tokens(user=user, reason=reason, by=actor, at=now)
            messages.success(
                request, ngettext("%(n)s token is revoked.", "%(n)s tokens are revoked.", n) % {"n": n}
            )
        return redirect("security-person", pk=pk)
    page = {
        "person": user,
        "sessions": core_queries.open_sessions(user.pk, now),
        "tokens": queries.live_tokens_of(user, now),
        "locks": [lock for lock in queries.locks(actor, now) if lock.user.pk == user.pk],
    }
    return render(request, "web/accounts/person.html", page)
