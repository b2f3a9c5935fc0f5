"""Forms of the room of visits and registrations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from chunfeng.people.choices import IdKind, PointKind, Sex
from chunfeng.web.people.forms import wide
from chunfeng.web.places.common import AreaField, Day, find_area


class PlaceField(AreaField):
    """An area anywhere in the country, with suggestions while typing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.template_name = "web/contacts/pick_place.html"


class NewcomerForm(forms.Form):
    """Somebody who stands before the officer, in as few fields as the register needs."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    id_number = forms.CharField(
        label=gettext_lazy("Document number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Sex and date of birth are read from it."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    area_code = PlaceField(
        label=gettext_lazy("Home area"), help_text=gettext_lazy("Name or code; the county is enough.")
    )
    current_area = AreaField(
        label=gettext_lazy("Now at"), help_text=gettext_lazy("The village or community here.")
    )
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=Sex.choices, required=False)
    birth = forms.DateField(label=gettext_lazy("Date of birth"), required=False, widget=Day())
    dataset = wide(forms.ChoiceField(label=gettext_lazy("Held for")))

    def values(self) -> dict[str, Any]:
        """The fields of a person; an empty document or day of birth says nothing."""
        given = self.cleaned_data
        kept = ("name", "area_code", "current_area", "sex")
        found = {key: given[key] for key in kept} | {
            key: given[key] for key in ("id_number", "birth") if given[key]
        }
        if found.get("id_number", "")[:1].isalpha():  # a passport or a travel permit
            found["id_kind"] = IdKind.OTHER
        return found


class HereForm(forms.Form):
    """Where somebody of the register is now."""

    here = AreaField(
        label=gettext_lazy("Now at"),
        required=False,
        help_text=gettext_lazy("The village or community here. It becomes the present area."),
    )


class PointForm(forms.Form):
    """A service point or a labour broker."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PointKind.choices)
    name = forms.CharField(label=gettext_lazy("Point or broker"), max_length=120)
    area_code = AreaField(label=gettext_lazy("Area"))
    contact_name = forms.CharField(label=gettext_lazy("Contact"), max_length=60, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("Kept sealed. Left empty, the number in the register stays."),
    )
    works_in = wide(
        forms.CharField(
            label=gettext_lazy("Destinations served, one a line"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text=gettext_lazy("Names or codes of provinces, cities or counties."),
        )
    )
    active = wide(forms.BooleanField(label=gettext_lazy("In service"), required=False, initial=True))
    note = wide(forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False))

    def clean_works_in(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["works_in"].splitlines() if line.strip()]
        return [find_area(line, timezone.localdate()) for line in lines]
