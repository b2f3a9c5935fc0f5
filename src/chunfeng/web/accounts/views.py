"""Coming in and going out: log-in with its steps, lock-out, log-out, posting, language."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import segno
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from chunfeng.core import accounts, crypto
from chunfeng.core import queries as core_queries
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.core.models import User
from chunfeng.offices import queries, roles
from chunfeng.web import context
from chunfeng.web.accounts import entry
from chunfeng.web.accounts.forms import CodeForm, LoginForm, NewPasswordForm
from chunfeng.web.guards import public, signed_in

NEXT = "next"


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """User name and password. A right pair leads to the next step, or in."""
    if request.method != "POST" and request.user.is_authenticated:
        return redirect("home")
    form = LoginForm(request.POST or None)
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        user = auth.authenticate(request, **form.cleaned_data)
        if user is not None:
            entry.begin(request, user, now)
            return _onward(request, now)
        _note_failure(request, form.cleaned_data["username"], now)
        form.add_error(None, _("User name or password is not right. Check both and try again."))
    return _entry_page(request, "web/accounts/login.html", {"form": form, "oidc": settings.OIDC_ON}, form)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login_code(request: HttpRequest) -> HttpResponse:
    """The code of the second factor. Wrong codes count like wrong passwords."""
    now = timezone.now()
    found = entry.waiting(request, now)
    if found is None:
        return _begin_again(request)
    user, _state = found
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _locked(request, user):
            device = accounts.check_second_factor(user=user, code=form.cleaned_data["code"])
            if device is not None:
                entry.keep_on(request, user, device=device.persistent_id)
                return _onward(request, now)
            user_login_failed.send(
                sender=__name__, request=request, credentials={"username": user.get_username()}
            )
        _note_failure(request, user.get_username(), now, step="code")
        form.add_error("code", _("The code is not right. Wait for the next one and enter it."))
    return _entry_page(request, "web/accounts/login_code.html", {"form": form}, form)


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def login_password(request: HttpRequest) -> HttpResponse:
    """A person with a one-time password sets an own one before coming in."""
    now = timezone.now()
    found = entry.waiting(request, now)
    if found is None or entry.next_step(*found) != "login-password":
        return _begin_again(request)
    user, _state = found
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.set_own_password(
                user=user,
                old=None,
                new=form.cleaned_data["new"],
                by=entry.actor_of_user(user, request),
                at=now,
            )
            entry.keep_on(request, user)
            return _onward(request, now)
        except Refused as refusal:
            form.add_error("new", str(refusal))
    rules = accounts.password_rules()
    return _entry_page(request, "web/accounts/login_password.html", {"form": form, "rules": rules}, form)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login_second_factor(request: HttpRequest) -> HttpResponse:
    """A person whose role requires a second factor sets it up before coming in."""
    now = timezone.now()
    found = entry.waiting(request, now)
    if found is None or entry.next_step(*found) != "login-second-factor":
        return _begin_again(request)
    user, state = found
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and "code" not in request.POST:
        accounts.begin_second_factor(user=user)
        return redirect("login-second-factor")
    if form.is_bound and form.is_valid():
        try:
            codes = accounts.confirm_second_factor(
                user=user, code=form.cleaned_data["code"], by=entry.actor_of_user(user, request), at=now
            )
            device = core_queries.second_factor(user)
            entry.enter(request, user, {**state, "device": device.persistent_id}, now)
            return _entry_page(request, "web/accounts/backup_codes_entry.html", {"codes": codes})
        except Refused as refusal:
            form.add_error("code", str(refusal))
    page = {"form": form, **enrolment(core_queries.waiting_second_factor(user))}
    return _entry_page(request, "web/accounts/login_second_factor.html", page, form)


def enrolment(device: Any) -> dict[str, Any]:
    """What the enrolment page shows of a waiting authenticator: the QR code as SVG and the key in groups."""
    if device is None:
        return {"qr": "", "key": ""}
    url = device.config_url
    key = url.split("secret=")[1].split("&")[0].rstrip("=").replace("%3D", "")
    groups = " ".join(key[i : i + 4] for i in range(0, len(key), 4))
    return {"qr": segno.make(url, error="m").svg_inline(scale=5, border=4, omitsize=True), "key": groups}


@public
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        actor = getattr(request, "actor", None) or entry.actor_of_user(request.user, request)
        accounts.record_access("account.logout", by=actor, at=timezone.now())
    auth.logout(request)
    return redirect("login")


@signed_in()
def home(request: HttpRequest) -> HttpResponse:
    """The first room of the role."""
    for name, _label, ability in context.ROOMS:
        if roles.can(request.actor, ability):
            try:
                return redirect(reverse(name))
            except NoReverseMatch:
                continue
    status = 200 if request.actor is not None else 403
    template = "web/accounts/no_room.html" if status == 200 else "web/no_posting.html"
    return render(request, template, status=status)


@signed_in("GET", "POST")
def posting(request: HttpRequest) -> HttpResponse:
    """Choose in which of the own postings to act."""
    postings = queries.postings_on(request.user.pk, timezone.localdate())
    target = _safe_next(request) or reverse("home")
    if request.method == "POST":
        chosen = next((p for p in postings if str(p.pk) == request.POST.get("posting")), None)
        if chosen is None:
            raise Refused(_("This posting is not yours or has ended. Choose one of the list."))
        request.session["posting"] = chosen.pk
        accounts.record_access(
            "account.posting", by=queries.actor_for(chosen, ip=entry.address(request)), at=timezone.now()
        )
        return redirect(target)
    return render(request, "web/accounts/posting.html", {"postings": postings, "next": target})


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Chinese or English, kept in a cookie."""
    return set_language(request)


def locked_out(
    request: HttpRequest, original: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The page after too many failures: how long, and whom to ask (called by django-axes)."""
    cool_off = get_cool_off(request)
    minutes = math.ceil(cool_off.total_seconds() / 60) if cool_off else 30
    return render(
        request,
        "web/accounts/locked.html",
        {"minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT},
        status=429,
    )


def _onward(request: HttpRequest, now: datetime) -> HttpResponse:
    """To the missing step, or in: to the choice of posting where there are several, else to `next`."""
    found = entry.waiting(request, now)
    if found is None:
        return _begin_again(request)
    user, state = found
    wanted = _safe_next(request)
    step = entry.next_step(user, state)
    if step:
        return redirect(_with_next(reverse(step), wanted))
    entry.enter(request, user, state, now)
    if len(queries.postings_on(user.pk, timezone.localdate())) > 1:
        return redirect(_with_next(reverse("posting"), wanted))
    return redirect(wanted or "home")


def _entry_page(request: HttpRequest, template: str, page: dict[str, Any], form: Any = None) -> HttpResponse:
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, template, {**page, "next": _safe_next(request)}, status=status)


def _begin_again(request: HttpRequest) -> HttpResponse:
    request.session.pop(entry.WAITING, None)
    return redirect("login")


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get(NEXT) or request.GET.get(NEXT, "")
    here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if here else ""


def _with_next(url: str, wanted: str) -> str:
    from django.utils.http import urlencode

    return f"{url}?{urlencode({NEXT: wanted})}" if wanted else url


def _locked(request: HttpRequest, user: User) -> bool:
    from axes.handlers.proxy import AxesProxyHandler

    if AxesProxyHandler.is_allowed(request, {"username": user.get_username()}):
        return False
    request.axes_locked_out = True
    return True


def _note_failure(request: HttpRequest, username: str, now: datetime, step: str = "password") -> None:
    """A failure in the trail. A user name nobody has may be a mistyped password, so only its mask is kept."""
    user = core_queries.user_by_name(username)
    by = entry.actor_of_user(user, request) if user else Actor(name="", ip=entry.address(request))
    locked = getattr(request, "axes_locked_out", False)
    detail = {"step": step} if user else {"step": step, "user_name": crypto.mask(username)[:60]}
    accounts.record_access(
        "account.locked" if locked else "account.login_failed", by=by, at=now, detail=detail
    )
