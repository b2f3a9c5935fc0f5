"""Forms of the account screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chunfeng.core.actor import Actor
from chunfeng.core.models import ApiToken
from chunfeng.offices.accounts import queries
from chunfeng.offices.choices import Role
from chunfeng.offices.models import Office
from chunfeng.web import asked


class _Day(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class LoginForm(forms.Form):
    """User name and password; the view checks them."""

    username = UsernameField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """One code of the second factor."""

    code = forms.CharField(
        label=_("Log-in code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "autofocus": True}
        ),
    )


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("The two new passwords differ. Enter the same one twice."))
        return data


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one, twice."""

    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    field_order = ["old", "new", "again"]


class TokenForm(forms.Form):
    """A token for a program."""

    name = forms.CharField(
        label=_("What for"), max_length=80, help_text=_("For example the name of the program.")
    )
    permits = forms.ChoiceField(label=_("Permits"), choices=ApiToken.Scope.choices)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        initial=90,
        choices=[(30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("one year"))],
    )
    password = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PostingForm(forms.Form):
    """A posting. The office is searched by name or code; several matches are offered to choose from."""

    office_text = forms.CharField(
        label=_("Office"),
        max_length=120,
        help_text=_("Name or code, or a part of it; in your own area."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=[("", "—"), *Role.choices])
    title = forms.CharField(label=_("Job title"), max_length=60, required=False)
    valid_from = forms.DateField(label=_("From"), initial=timezone.localdate, widget=_Day())
    valid_to = forms.DateField(
        label=_("Until"),
        required=False,
        widget=_Day(),
        help_text=_("The first day without it; empty: open end."),
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.matches: list[Office] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text = data.get("office_text", "")
        chosen = queries.office_of(self.by, asked.key(self.data.get("office")))
        if chosen is not None and self.data.get("searched") == text:
            data["office"] = chosen
            return data
        self.matches = queries.offices_like(self.by, text)
        if len(self.matches) == 1:
            data["office"] = self.matches.pop()
        elif self.matches:
            self.add_error("office_text", _("Several offices match. Choose one below."))
        elif text:
            self.add_error(
                "office_text", _("No office in service in your area has this in its name or code.")
            )
        return data

    def posting(self) -> dict[str, Any]:
        """The arguments of a posting."""
        return {
            name: self.cleaned_data[name] for name in ("office", "role", "title", "valid_from", "valid_to")
        }


class NewUserForm(PostingForm):
    """A person and the first posting."""

    name = forms.CharField(label=_("Name"), max_length=60)
    username = UsernameField(
        label=_("User name"),
        max_length=150,
        help_text=_("Letters, digits and @ . + - _"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order = ["name", "username", "office_text", "role", "title", "valid_from", "valid_to"]
