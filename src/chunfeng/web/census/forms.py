"""The form of a round: what is asked, by which clause, until when, and whom the filter means."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from chunfeng.core.actor import Actor
from chunfeng.people.choices import VALUES, Category, FactKind
from chunfeng.people.models import Campaign
from chunfeng.people.queries import census, register
from chunfeng.people.queries.choosing import AFFECTED, NOTHING, Chosen
from chunfeng.web import clauses
from chunfeng.web.people.forms import wide
from chunfeng.web.places.common import AreaField, Day

OWN, KEPT = "own-file", "as-it-is"


class RoundForm(forms.Form):
    """A round of calls or visits. The fields of the filter stand in `filter_fields`."""

    name = wide(forms.CharField(label=pgettext_lazy("title", "Name"), max_length=120))
    script = forms.ChoiceField(label=gettext_lazy("Questions"), widget=forms.RadioSelect)
    script_file = forms.FileField(label=gettext_lazy("Own questions (YAML file)"), required=False)
    clause = forms.ChoiceField(label=gettext_lazy("Clause that orders it"), required=False)
    source = forms.CharField(
        label=gettext_lazy("Or its words"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Document number and clause, for example 人社厅明电〔2020〕8号 第三条."),
    )
    dataset = forms.ChoiceField(
        label=gettext_lazy("Answers are kept for"),
        help_text=gettext_lazy("The dataset that gives purpose and day of deletion."),
    )
    target_on = forms.DateField(label=gettext_lazy("Complete by"), widget=Day())
    most_attempts = forms.IntegerField(
        label=gettext_lazy("Attempts a person"), min_value=1, max_value=20, initial=3
    )
    retry_hours = forms.IntegerField(
        label=gettext_lazy("Hours between attempts"), min_value=0, max_value=240, initial=4
    )

    home = AreaField(
        label=gettext_lazy("Home area"),
        required=False,
        help_text=gettext_lazy("Code or full name. Empty: everybody of your area."),
    )
    current = AreaField(label=gettext_lazy("Now at"), required=False)
    current_affected = forms.BooleanField(label=gettext_lazy("now in an affected area"), required=False)
    work = AreaField(label=gettext_lazy("Work area"), required=False)
    work_affected = forms.BooleanField(label=gettext_lazy("work in an affected area"), required=False)
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Category, one of"),
        choices=Category.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    statement = forms.ChoiceField(label=gettext_lazy("Stated last"), required=False)
    employer = forms.CharField(label=gettext_lazy("Employer holds the words"), max_length=60, required=False)
    silent_since = forms.DateField(label=gettext_lazy("Not spoken with since"), required=False, widget=Day())
    within = forms.ChoiceField(label=gettext_lazy("In the dataset"), required=False)
    unreached_of = forms.ChoiceField(label=gettext_lazy("Not reached in another round"), required=False)

    filter_fields = (
        "home", "work", "work_affected", "current", "current_affected", "categories", "statement", "employer",
        "silent_since", "within", "unreached_of",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, shipped: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        today = timezone.localdate()
        self.clauses = clauses.to_cite(actor)
        self.datasets = {str(row.pk): row for row in register.datasets(actor, open_on=today)}
        self.fields["script"].choices = shipped
        self.fields["clause"].choices = [("", _("none of these")), *clauses.choices(self.clauses)]
        known = [(key, row.name) for key, row in self.datasets.items()]
        self.fields["dataset"].choices = known
        self.fields["within"].choices = [("", _("any")), *known]
        self.fields["statement"].choices = [("", _("anything")), *statements()]
        rounds = census.campaigns(actor)[:40]
        self.fields["unreached_of"].choices = [("", _("any")), *((str(row.pk), row.name) for row in rounds)]

    def chosen(self) -> dict[str, Any]:
        """The filter as `choosing.check` reads it, of what is valid so far."""
        data = self.cleaned_data
        kind, _colon, value = (data.get("statement") or "").partition(":")
        return {
            "home": data.get("home") or "",
            "current": AFFECTED if data.get("current_affected") else data.get("current") or "",
            "work": AFFECTED if data.get("work_affected") else data.get("work") or "",
            "categories": data.get("categories") or [],
            "fact_kind": kind,
            "fact_value": value,
            "employer": data.get("employer") or "",
            "silent_since": data.get("silent_since"),
            "dataset": int(data["within"]) if data.get("within") else None,
            "unreached_of": int(data["unreached_of"]) if data.get("unreached_of") else None,
        }

    def values(self) -> dict[str, Any]:
        """The arguments of `make_campaign` but the script."""
        data = self.cleaned_data
        plain = ("name", "source", "target_on", "most_attempts", "retry_hours")
        return {name: data[name] for name in plain} | {
            "clause": self.clauses.get(data["clause"]),
            "dataset": self.datasets[data["dataset"]],
            "chosen": self.chosen(),
        }


def initial(row: Campaign, chosen: Chosen) -> dict[str, Any]:
    """What the form of a draft begins with."""
    plain = ("name", "source", "target_on", "most_attempts", "retry_hours")
    return {name: getattr(row, name) for name in plain} | {
        "script": KEPT,
        "clause": str(row.clause_id or ""),
        "dataset": str(row.dataset_id),
        "home": chosen.home,
        "current": "" if chosen.current == AFFECTED else chosen.current,
        "current_affected": chosen.current == AFFECTED,
        "work": "" if chosen.work == AFFECTED else chosen.work,
        "work_affected": chosen.work == AFFECTED,
        "categories": list(chosen.categories),
        "statement": f"{chosen.fact_kind}:{chosen.fact_value}" if chosen.fact_kind else "",
        "employer": chosen.employer,
        "silent_since": chosen.silent_since,
        "within": str(chosen.dataset or ""),
        "unreached_of": str(chosen.unreached_of or ""),
    }


def statements() -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything that can have been stated last, in groups; also that nothing was."""
    return [
        (
            str(FactKind(kind).label),
            [
                *((f"{kind}:{value}", str(value.label)) for value in values),
                (f"{kind}:{NOTHING}", _("nothing stated yet")),
            ],
        )
        for kind, values in VALUES.items()
    ]
