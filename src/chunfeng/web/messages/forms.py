"""Forms of messages: a template, a message to many, one message, an address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from chunfeng.core.actor import Actor
from chunfeng.people.actions.addresses import DECLINABLE
from chunfeng.people.choices import Category, MessageChannel, Occasion, Recipient
from chunfeng.people.messaging.placeholders import MOST_CHARACTERS
from chunfeng.people.queries import census
from chunfeng.people.queries.choosing import AFFECTED
from chunfeng.web.census.forms import statements
from chunfeng.web.people.forms import wide
from chunfeng.web.places.common import AreaField, Day

SENT_BY = [(each.value, each.label) for each in DECLINABLE]


class TemplateForm(forms.Form):
    """A template."""

    name = wide(forms.CharField(label=pgettext_lazy("template", "Name"), max_length=120))
    occasion = forms.ChoiceField(label=gettext_lazy("Occasion"), choices=Occasion.choices)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=SENT_BY)
    home = AreaField(
        label=gettext_lazy("For people from"), required=False, help_text=gettext_lazy("Empty: from anywhere.")
    )
    destination = AreaField(
        label=gettext_lazy("For people who go to"),
        required=False,
        help_text=gettext_lazy("Empty: anywhere. The nearest destination wins, then the nearest home."),
    )
    text = wide(
        forms.CharField(
            label=gettext_lazy("Text"),
            max_length=MOST_CHARACTERS,
            widget=forms.Textarea(attrs={"rows": 5}),
            help_text=gettext_lazy("Write what differs from person to person in braces, as listed beside."),
        )
    )
    source = wide(
        forms.CharField(
            label=gettext_lazy("Clause it rests on"),
            max_length=300,
            help_text=gettext_lazy("Document number and clause, for example 人社厅明电〔2020〕8号 第三条."),
        )
    )
    valid_from = forms.DateField(label=gettext_lazy("From"), widget=Day())
    valid_to = forms.DateField(
        label=gettext_lazy("Until"),
        widget=Day(),
        required=False,
        help_text=gettext_lazy("First day on which it is used no more."),
    )


class ManyForm(forms.Form):
    """A message to many: what about, and whom."""

    occasion = forms.ChoiceField(label=gettext_lazy("Occasion"), choices=Occasion.choices)
    whose = forms.ChoiceField(label=pgettext_lazy("recipient", "To whom"), choices=Recipient.choices)
    matter = forms.CharField(
        label=gettext_lazy("Matter, in a few words"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Stands where the template says {note}."),
    )
    destination = AreaField(
        label=gettext_lazy("Destination for all"),
        required=False,
        help_text=gettext_lazy("Empty: travel advice follows what each person said."),
    )
    home = AreaField(label=gettext_lazy("Home area"), required=False)
    work = AreaField(label=gettext_lazy("Work area"), required=False)
    work_affected = forms.BooleanField(label=gettext_lazy("work in an affected area"), required=False)
    going_to = AreaField(label=gettext_lazy("Want to go to"), required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("Category"), choices=[("", gettext_lazy("any")), *Category.choices], required=False
    )
    statement = forms.ChoiceField(label=gettext_lazy("Stated last"), required=False)
    unreached_of = forms.ChoiceField(label=gettext_lazy("Not reached in a round of calls"), required=False)

    about = ("occasion", "whose", "matter", "destination")
    whom = ("home", "work", "work_affected", "going_to", "category", "statement", "unreached_of")

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["statement"].choices = [("", _("anything")), *statements()]
        rounds = census.campaigns(actor)[:40]
        self.fields["unreached_of"].choices = [("", _("any")), *((str(row.pk), row.name) for row in rounds)]

    def fields_of(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        """Bound fields by name."""
        return [self[name] for name in names]

    def chosen(self) -> dict[str, Any]:
        """The filter as `draft_mailing` takes it."""
        data = self.cleaned_data
        kind, _colon, value = data["statement"].partition(":")
        return {
            "home": data["home"],
            "work": AFFECTED if data["work_affected"] else data["work"],
            "categories": [data["category"]] if data["category"] else [],
            "fact_kind": kind,
            "fact_value": value,
            "unreached_of": int(data["unreached_of"]) if data["unreached_of"] else None,
            "destination": data["going_to"],
        }


class OneForm(forms.Form):
    """One message by the template of an occasion."""

    occasion = forms.ChoiceField(label=gettext_lazy("Occasion"), choices=Occasion.choices)
    whose = forms.ChoiceField(label=pgettext_lazy("recipient", "To whom"), choices=Recipient.choices)
    matter = forms.CharField(label=gettext_lazy("Matter, in a few words"), max_length=60, required=False)


class DeclineForm(forms.Form):
    """A channel the person wants no messages by."""

    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=SENT_BY)
    source = forms.CharField(label=gettext_lazy("How they said so"), max_length=200)


class AddressForm(forms.Form):
    """A further address; empty takes it out."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Which"),
        choices=[
            (f"{MessageChannel.EMAIL}:{Recipient.SELF}", gettext_lazy("E-mail of the person")),
            (f"{MessageChannel.SMS}:{Recipient.FAMILY}", gettext_lazy("Mobile of parents or family")),
            (f"{MessageChannel.EMAIL}:{Recipient.FAMILY}", gettext_lazy("E-mail of parents or family")),
        ],
    )
    address = forms.CharField(
        label=gettext_lazy("Address or number"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Kept sealed. Empty takes it out."),
    )
