"""Forms of registrations, referrals and requests about own data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from chunfeng.people import rulebook
from chunfeng.people.choices import RequestKind
from chunfeng.web.people.forms import wide
from chunfeng.web.places.common import Day


class ApplyForm(forms.Form):
    """An application on a ground."""

    ground = wide(forms.ChoiceField(label=pgettext_lazy("application", "Ground"), widget=forms.RadioSelect))
    applied_on = forms.DateField(label=gettext_lazy("Applied on"), widget=Day(), initial=timezone.localdate)
    detail = wide(
        forms.CharField(
            label=gettext_lazy("Detail"),
            max_length=500,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=gettext_lazy("Kept sealed."),
        )
    )

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["ground"].choices = [(each.code, each.label) for each in rulebook.grounds_of(kind)]


class GrantForm(forms.Form):
    """From which day, and why where something speaks against it."""

    valid_from = forms.DateField(label=gettext_lazy("In force from"), widget=Day())
    reason = forms.CharField(
        label=gettext_lazy("Reason, where something speaks against it"), max_length=300, required=False
    )


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class EndForm(ReasonForm):
    """The last day and a reason."""

    on = forms.DateField(label=gettext_lazy("Last day"), widget=Day(), initial=timezone.localdate)
    field_order = ["on", "reason"]


class RequestForm(forms.Form):
    """What a person asks about their own data."""

    kind = forms.ChoiceField(label=gettext_lazy("What is asked"), choices=RequestKind.choices)
    asked = forms.CharField(
        label=gettext_lazy("In the person's words"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept sealed."),
    )
    checked = forms.CharField(label=gettext_lazy("How the person was identified"), max_length=200)
    asked_on = forms.DateField(label=gettext_lazy("Asked on"), widget=Day(), initial=timezone.localdate)


class AnswerForm(forms.Form):
    """How it was met, or why it is declined."""

    words = forms.CharField(label=gettext_lazy("Answer, with reasons where it is declined"), max_length=300)


class OfferForm(forms.Form):
    """What was offered, and when to ask again."""

    what = forms.CharField(label=gettext_lazy("What was offered"), max_length=300)
    next_on = forms.DateField(label=gettext_lazy("Ask again on"), widget=Day(), required=False)


class SettleForm(forms.Form):
    """How a referral ended."""

    outcome = forms.CharField(label=gettext_lazy("Where the job is, or why it was given up"), max_length=300)
