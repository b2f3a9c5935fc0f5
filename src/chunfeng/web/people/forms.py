"""Forms of the register. Numbers in use are never filled in: they would be shown unasked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from chunfeng.people.choices import VALUES, Category, FactKind, IdKind, Said, Sex
from chunfeng.web.places.common import AreaField, Day


def wide(field: forms.Field) -> forms.Field:
    """The field over the whole width of the form."""
    field.wide = True  # type: ignore[attr-defined]
    return field


class RecordForm(forms.Form):
    """What a record says. With `version` it changes one: numbers and days left empty then stay as they are."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=Sex.choices, required=False)
    id_number = forms.CharField(
        label=gettext_lazy("Document number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    id_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of document"),
        choices=[("", gettext_lazy("Told by the number")), (IdKind.OTHER, IdKind.OTHER.label)],
        required=False,
    )
    birth = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=Day(),
        help_text=gettext_lazy("Taken from the document number where this is empty."),
    )
    area_code = AreaField(
        label=gettext_lazy("Home area"), help_text=gettext_lazy("Code or full name, down to the village.")
    )
    current_area = AreaField(label=gettext_lazy("Now at"), required=False)
    work_area = AreaField(label=gettext_lazy("Work area"), required=False)
    employer = forms.CharField(label=gettext_lazy("Employer"), max_length=120, required=False)
    occupation = forms.CharField(label=gettext_lazy("Occupation"), max_length=60, required=False)
    household_number = forms.CharField(label=gettext_lazy("Household number"), max_length=40, required=False)
    cell_code = AreaField(label=gettext_lazy("Ten-household cell"), required=False)
    address = wide(
        forms.CharField(
            label=gettext_lazy("Address of the household"),
            max_length=200,
            required=False,
            help_text=gettext_lazy("Kept sealed."),
        )
    )
    note = wide(forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False))

    def values(self) -> dict[str, Any]:
        """The fields to write: an empty document, birth, cell or address says nothing."""
        silent = ("id_number", "birth", "cell_code", "address")
        given = {
            key: self.cleaned_data[key]
            for key in RecordForm.base_fields
            if self.cleaned_data[key] or key not in silent
        }
        if "id_number" not in given:
            del given["id_kind"]
        return given


class PhonesForm(forms.Form):
    """The phones, all of them anew."""

    phones = wide(
        forms.CharField(
            label=gettext_lazy("Phones, one a line"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 3, "inputmode": "tel", "autocomplete": "off"}),
            help_text=gettext_lazy("The number called first stands first. Families may share one."),
        )
    )

    def clean_phones(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["phones"].splitlines() if line.strip()]


class NewPersonForm(PhonesForm, RecordForm):
    """A person with phones, for a dataset."""

    dataset = wide(
        forms.ChoiceField(
            label=gettext_lazy("Held for"), help_text=gettext_lazy("The dataset that gives the purpose.")
        )
    )
    field_order = ["dataset", "name", "sex", "id_number", "id_kind", "birth", "phones"]


class CategoryForm(forms.Form):
    """A category from a day on, with its source."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=Category.choices)
    valid_from = forms.DateField(label=gettext_lazy("From"), widget=Day())
    source = forms.CharField(label=gettext_lazy("Source"), max_length=200, required=False)


class DatasetForm(forms.Form):
    """Why people are held, on what ground, and until when."""

    name = wide(forms.CharField(label=gettext_lazy("Name"), max_length=120))
    purpose = wide(
        forms.CharField(
            label=gettext_lazy("Purpose"),
            max_length=300,
            help_text=gettext_lazy("What the data are needed for, in one sentence."),
        )
    )
    source = wide(
        forms.CharField(
            label=gettext_lazy("Clause it rests on"),
            max_length=300,
            help_text=gettext_lazy("Document number and clause, for example 人社厅明电〔2020〕8号 第三条."),
        )
    )
    keep_until = forms.DateField(
        label=gettext_lazy("Deleted on"),
        widget=Day(),
        help_text=gettext_lazy("Those in no other dataset are deleted on this day."),
    )
    by_duty = wide(
        forms.BooleanField(
            label=gettext_lazy("Kept by duty"),
            required=False,
            initial=True,
            help_text=gettext_lazy(
                "A duty asks for these data: a request to be deleted waits for that day. "
                "Without it they rest on consent."
            ),
        )
    )


def statements() -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything that can be stated, in groups: about what, then what."""
    return [
        (str(FactKind(kind).label), [(f"{kind}:{value}", str(value.label)) for value in values])
        for kind, values in VALUES.items()
    ]


class FactForm(forms.Form):
    """One statement about a person."""

    statement = forms.ChoiceField(label=gettext_lazy("Statement"), choices=statements)
    said = forms.ChoiceField(label=gettext_lazy("Said by"), choices=Said.choices)
    on = forms.DateField(label=gettext_lazy("Day of the statement"), widget=Day(), initial=timezone.localdate)
    place = AreaField(
        label=gettext_lazy("Place"),
        required=False,
        help_text=gettext_lazy("Where the person is, or wants to go."),
    )
    source = wide(forms.CharField(label=gettext_lazy("How it is known"), max_length=200, required=False))
    detail = wide(
        forms.CharField(
            label=gettext_lazy("Detail"),
            required=False,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=gettext_lazy("Kept sealed."),
        )
    )
