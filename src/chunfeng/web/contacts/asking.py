"""A script as fields of a page, and what was filled in as answers along the way the answers take."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.people.scripts import END, Answer, Kind, Question, Script
from chunfeng.web import asked
from chunfeng.web.places.common import find_area

PREFIX = "q-"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to tap: where it leads, and what is said to the person then."""

    code: str
    label: str
    next: str
    say: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One question as the page shows it."""

    question: Question
    name: str
    next: str
    options: list[Option]
    value: str
    error: str


@dataclass
class Filled:
    """What was typed (`raw`, by question), what it means (`answers`), and what is wrong with it (`errors`)."""

    raw: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def fields(script: Script, filled: Filled) -> list[Field]:
    """Every question with what is typed in it so far."""
    return [_field(script, question, filled) for question in script.questions]


def read(script: Script, post: QueryDict) -> Filled:
    """What a page sent, followed from the first question: what lies off the way is left out."""
    raw = {
        question.code: post.getlist(PREFIX + question.code)
        if question.kind == Kind.MANY
        else post.get(PREFIX + question.code, "").strip()
        for question in script.questions
    }
    found = Filled(raw)
    way = script.questions[0].code
    while way != END:
        question = script.question(way)
        assert question is not None
        answer = _read(question, raw[way], found)
        way = script.after(question, answer)
    return found


def suggested(script: Script, known: Mapping[str, str]) -> Filled:
    """A page with some questions filled in from what is known already."""
    return Filled({code: value for code, value in known.items() if value and script.question(code)})


def _read(question: Question, raw: Any, found: Filled) -> Answer | None:
    """Take one answer; the chosen one where the way depends on it."""
    if not raw:
        if question.required:
            found.errors[question.code] = _("Answer this question.")
        return None
    if question.kind == Kind.ONE:
        chosen = question.answer(raw)
        if chosen is None:
            found.errors[question.code] = _("Choose one of the answers.")
        else:
            found.answers[question.code] = chosen.code
        return chosen
    try:
        found.answers[question.code] = _value(question, raw)
    except forms.ValidationError as error:
        found.errors[question.code] = " ".join(error.messages)
    return None


def _value(question: Question, raw: Any) -> Any:
    match question.kind:
        case Kind.MANY:
            if any(question.answer(each) is None for each in raw):
                raise forms.ValidationError(_("Choose among the answers."))
            return raw
        case Kind.NUMBER:
            return _number(question, raw)
        case Kind.DATE:
            day = asked.day(raw)
            if day is None:
                raise forms.ValidationError(_("Write a day such as 2020-02-03."))
            return day.isoformat()
        case Kind.AREA:
            return find_area(raw, timezone.localdate())
    return raw


def _number(question: Question, raw: str) -> int | float:
    text = unicodedata.normalize("NFKC", raw).replace("。", ".").removesuffix("℃").strip()
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise forms.ValidationError(_("Write a number."))
    low, high = question.least, question.most
    if (low is not None and number < low) or (high is not None and number > high):
        bounds = {"low": "…" if low is None else f"{low:g}", "high": "…" if high is None else f"{high:g}"}
        raise forms.ValidationError(_("Write a number from %(low)s to %(high)s.") % bounds)
    return int(number) if number.is_integer() else number


def _field(script: Script, question: Question, filled: Filled) -> Field:
    raw = filled.raw.get(question.code, "")
    chosen = raw if isinstance(raw, list) else [raw]
    options = [
        Option(each.code, each.label, script.after(question, each), each.say, each.code in chosen)
        for each in question.answers
    ]
    value = raw.isoformat() if isinstance(raw, date) else raw if isinstance(raw, str) else ""
    error = filled.errors.get(question.code, "")
    return Field(question, PREFIX + question.code, script.after(question), options, value, error)
