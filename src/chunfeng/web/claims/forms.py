"""The form of a claim's facts, made from the measure; money in yuan, shares in percent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from chunfeng.benefits import bank, engine
from chunfeng.web.claims import common
from chunfeng.web.places.common import AreaField, Day


class MoneyField(forms.CharField):
    """An amount in yuan with at most two decimals; clean value: whole fen."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            found = bank.fen(text)
        except ValueError:
            found = -1
        if found < 0:
            raise forms.ValidationError(_("Write an amount like 1234.50."))
        return found


class FactsForm(forms.Form):
    """One field a fact; what is left empty is unknown."""

    def __init__(self, questions: Mapping[str, engine.Question], held: Mapping[str, Any], *args: Any) -> None:
        super().__init__(*args, prefix="fact")
        self.questions, self.held = questions, held
        for name, question in questions.items():
            field = field_of(question, required=False)
            field.label = question.ask or question.label
            field.source = common.source(held[name]["source"]) if name in held else ""  # type: ignore[attr-defined]
            field.help_text = _("Proof: %(proof)s") % {"proof": question.proof} if question.proof else ""
            field.initial = initial_of(question, held[name]["value"]) if name in held else None
            self.fields[name] = field

    def changed(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Facts that were typed otherwise than held, and where they come from now."""
        facts: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            given = json_of(self.questions[name], value)
            if given != self.held.get(name, {}).get("value"):
                facts[name] = given
        return facts, dict.fromkeys(facts, "declared")


def json_of(question: engine.Question, value: Any) -> Any:
    """A cleaned value as the rules take it; None for what was left empty."""
    if value in (None, ""):
        return None
    if question.kind == "yes_no":
        return value == "yes"
    return value.isoformat() if question.kind == "date" else value


def field_of(question: engine.Question, *, required: bool) -> Any:
    """The field a fact or a column is typed into."""
    found = _field(question)
    found.required = required
    return found


def _field(question: engine.Question) -> Any:
    match question.kind:
        case "yes_no":
            return forms.ChoiceField(choices=[("", "—"), ("yes", _("yes")), ("no", _("no"))])
        case "choice":
            return forms.ChoiceField(choices=[("", "—"), *question.options])
        case "date":
            return forms.DateField(widget=Day())
        case "area":
            return AreaField()
    if question.unit in ("fen", "rate"):
        field = MoneyField(max_length=30)
        field.unit = _("yuan") if question.unit == "fen" else "%"  # type: ignore[attr-defined]
        return field
    number = forms.IntegerField(min_value=question.least, max_value=question.most)
    number.unit = common.UNITS.get(question.unit, "")  # type: ignore[attr-defined]
    return number


def initial_of(question: engine.Question, value: Any) -> Any:
    """What stands in the field for a value held."""
    if value is None:
        return None
    if question.kind == "yes_no":
        return "yes" if value else "no"
    return bank.yuan(int(value)) if question.unit in ("fen", "rate") else value
