"""Accounts of the people of the own range: the system administrator's room."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.errors import Refused
from chunfeng.offices.accounts import actions, queries
from chunfeng.offices.actions import end_posting, post_user
from chunfeng.offices.choices import Role
from chunfeng.web import asked
from chunfeng.web.accounts.forms import NewUserForm, PostingForm
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing


def _postings(user: Any) -> str:
    today = timezone.localdate()
    held = [p for p in user.inside if p.valid_from <= today and (p.valid_to is None or p.valid_to > today)]
    return "; ".join(f"{p.office.name} · {p.get_role_display()}" for p in held) or str(_("none in force"))


LIST = Listing(
    name="accounts",
    sort="username",
    search=queries.search_users,
    columns=[
        Column("name", gettext_lazy("Name"), lambda u: u.name, order="name"),
        Column("username", gettext_lazy("User name"), lambda u: u.username, order="username"),
        Column("postings", gettext_lazy("Postings in force"), _postings),
        Column(
            "factor", gettext_lazy("Second factor"), lambda u: _("On") if u.has_second_factor else _("Off")
        ),
        Column("login", gettext_lazy("Last log-in"), lambda u: _moment(u.last_login)),
        Column("active", gettext_lazy("Account"), lambda u: _("open") if u.is_active else _("closed")),
    ],
    filters=[
        Filter(
            "role",
            gettext_lazy("Role"),
            lambda: Role.choices,
            lambda rows, value: queries.with_role(rows, value, timezone.localdate()),
        ),
        Filter(
            "active",
            gettext_lazy("Account"),
            lambda: [("open", _("open")), ("closed", _("closed"))],
            lambda rows, value: rows.filter(is_active=value == "open"),
        ),
    ],
)


def _moment(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else "—"


@guarded("account.manage")
def accounts(request: HttpRequest) -> HttpResponse:
    """The people posted inside the own range."""
    rows = queries.users_of(request.actor)
    if LIST.wants_export(request):
        return LIST.export(request, rows)
    return render(request, "web/accounts/accounts.html", {"page": LIST.page(request, rows)})


@never_cache
@guarded("account.manage", "GET", "POST")
def new_account(request: HttpRequest) -> HttpResponse:
    """A person with a first posting; the one-time password is shown once."""
    actor = request.actor
    form = NewUserForm(request.POST or None, by=actor)
    if request.method == "POST" and form.is_valid():
        try:
            user, _posting, once = actions.create_user(
                username=form.cleaned_data["username"],
                name=form.cleaned_data["name"],
                **form.posting(),
                by=actor,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _account_page(request, _find(request, user.pk), once=once)
    status = 422 if form.is_bound else 200
    return render(request, "web/accounts/new_account.html", {"form": form}, status=status)


@never_cache
@guarded("account.manage", "GET", "POST")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: postings, state, and what the administrator may do. `act` says which."""
    user = _find(request, pk)
    if request.method != "POST":
        return _account_page(request, user)
    actor, now = request.actor, timezone.now()
    act, reason = request.POST.get("act"), request.POST.get("reason", "")
    if act == "password":
        once = actions.give_one_time_password(user=user, by=actor, at=now)
        return _account_page(request, user, once=once)
    if act == "post":
        form = PostingForm(request.POST, by=actor)
        if not form.is_valid():
            return _account_page(request, user, form=form)
        post_user(user=user, **form.posting(), by=actor, at=now)
        messages.success(request, _("The posting is added."))
    elif act == "end":
        posting = next((p for p in user.inside if str(p.pk) == request.POST.get("posting")), None)
        if posting is None:
            raise Http404
        text = request.POST.get("on", "")
        day = asked.day(text) if text else timezone.localdate()
        if day is None:
            raise Refused(_("“%(text)s” is not a day. Write it like 2020-02-01.") % {"text": text[:20]})
        end_posting(posting=posting, on=day, by=actor, at=now)
        messages.success(request, _("The posting ends on that day."))
    elif act == "deactivate":
        actions.deactivate(user=user, reason=reason, by=actor, at=now)
        messages.success(request, _("The account is closed. Open sessions have ended."))
    elif act == "reactivate":
        actions.reactivate(user=user, reason=reason, by=actor, at=now)
        messages.success(request, _("The account is open again."))
    return redirect("account", pk=pk)


def _account_page(
    request: HttpRequest, user: Any, *, once: str = "", form: PostingForm | None = None
) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    page = {
        "person": user,
        "once": once,
        "today": today,
        "form": form or PostingForm(by=actor),
        "elsewhere": queries.is_posted_elsewhere(user, actor, today),
    }
    return render(request, "web/accounts/account.html", page, status=422 if form else 200)


def _find(request: HttpRequest, pk: int) -> Any:
    user = queries.users_of(request.actor).filter(pk=pk).first()
    if user is None:
        raise Http404
    return user
