"""One's own account: password, second factor, sessions, API tokens."""

from __future__ import annotations

from django.contrib import auth, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from chunfeng.core import accounts, queries
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import queries as office_queries
from chunfeng.web.accounts import entry
from chunfeng.web.accounts.forms import ChangePasswordForm, CodeForm, TokenForm
from chunfeng.web.accounts.views import enrolment
from chunfeng.web.guards import signed_in


def _actor(request: HttpRequest) -> Actor:
    return getattr(request, "actor", None) or entry.actor_of_user(request.user, request)


@sensitive_post_parameters()
@never_cache
@signed_in("GET", "POST")
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password; other sessions end."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.set_own_password(
                user=request.user,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["new"],
                by=_actor(request),
                at=timezone.now(),
                keep_session=request.session.session_key or "",
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            auth.update_session_auth_hash(request, request.user)
            messages.success(request, _("The password is changed. Other sessions of yours have ended."))
            return redirect("password")
    page = {"form": form, "rules": accounts.password_rules()}
    return render(request, "web/accounts/password.html", page, status=_status(form))


@sensitive_post_parameters()
@never_cache
@signed_in("GET", "POST")
def second_factor(request: HttpRequest) -> HttpResponse:
    """See, set up, replace or give up the second factor. `act` says which."""
    user, now = request.user, timezone.now()
    required = entry.must_have_second_factor(user)
    form = CodeForm()
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "begin":
        accounts.begin_second_factor(user=user, password=request.POST.get("password", ""))
        return redirect("second-factor")
    if act == "drop":
        accounts.drop_own_second_factor(
            user=user,
            password=request.POST.get("password", ""),
            required=required,
            by=_actor(request),
            at=now,
        )
        messages.success(request, _("The second factor is removed."))
        return redirect("second-factor")
    if act == "confirm":
        form = CodeForm(request.POST)
        if form.is_valid():
            try:
                codes = accounts.confirm_second_factor(
                    user=user,
                    code=form.cleaned_data["code"],
                    by=_actor(request),
                    at=now,
                )
                request.session["otp_device_id"] = queries.second_factor(user).persistent_id
                return render(request, "web/accounts/backup_codes.html", {"codes": codes})
            except Refused as refusal:
                form.add_error("code", str(refusal))
    page = {
        "form": form,
        "required": required,
        "active": queries.second_factor(user),
        "codes_left": queries.backup_codes_left(user),
        **enrolment(queries.waiting_second_factor(user)),
    }
    return render(request, "web/accounts/second_factor.html", page, status=_status(form))


@never_cache
@signed_in("GET", "POST")
def sessions(request: HttpRequest) -> HttpResponse:
    """The own open sessions; end all but this one."""
    own = request.session.session_key or ""
    if request.method == "POST":
        count = accounts.end_own_sessions(
            user=request.user,
            keep=own,
            by=_actor(request),
            at=timezone.now(),
        )
        messages.success(
            request, ngettext("%(n)s session has ended.", "%(n)s sessions have ended.", count) % {"n": count}
        )
        return redirect("sessions")
    rows = queries.open_sessions(request.user.pk, timezone.now())
    return render(request, "web/accounts/sessions.html", {"rows": rows, "own": own})


@sensitive_post_parameters()
@never_cache
@signed_in("GET", "POST")
def tokens(request: HttpRequest) -> HttpResponse:
    """The own API tokens; create one for the present posting. The key is shown once."""
    user, now = request.user, timezone.now()
    form = TokenForm(request.POST or None)
    key = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, key = accounts.create_token(
                user=user,
                by=_actor(request),
                at=now,
                **form.cleaned_data,
            )
            form = TokenForm()
        except Refused as refusal:
            form.add_error(None, str(refusal))
    postings = office_queries.postings_on(user.pk, timezone.localdate())
    page = {
        "form": form,
        "key": key,
        "now": now,
        "rows": queries.own_tokens(user.pk),
        "postings": {p.pk: p for p in postings},
    }
    return render(request, "web/accounts/tokens.html", page, status=_status(form))


@signed_in("POST")
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the own tokens."""
    token = queries.own_tokens(request.user.pk).filter(pk=pk).first()
    if token is None:
        raise Http404
    accounts.revoke_token(token=token, by=_actor(request), at=timezone.now())
    messages.success(request, _("The token is revoked. Programs that use it are refused from now on."))
    return redirect("tokens")


def _status(form: object) -> int:
    return 422 if form.is_bound and form.errors else 200
