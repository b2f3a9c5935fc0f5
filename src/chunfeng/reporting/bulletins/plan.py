"""What every issue of a series holds: a list of parts, kept as plain data in `BulletinSeries.plan`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.reporting.choices import BulletinKind
from chunfeng.reporting.definition import Aggregate, FormDefinition, Indicator, Type

TOKEN = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)(?::([a-z_]*))?\}")
"""A figure or word in a sentence: {checked}, {checked:change}, {day}."""
MAX_PARTS = 60
MAX_CELLS = 8
MAX_DAYS = 180
MAX_FORMS = 8
"""Forms a default plan draws on."""


class Kind(StrEnum):
    """What a part prints."""

    SENTENCE = "sentence"
    TABLE = "table"
    CURVE = "curve"
    SILENT = "silent"
    SITUATIONS = "situations"
    TEXT = "text"


class Mode(StrEnum):
    """How a figure stands in a sentence.

    VALUE over the days of the issue; CHANGE and CHANGE_PERCENT against as many days before; PREVIOUS the
    figure of those days; TOTAL from the form's first day on.
    """

    VALUE = "value"
    CHANGE = "change"
    CHANGE_PERCENT = "change_percent"
    PREVIOUS = "previous"
    TOTAL = "total"


WORDS = ("area", "day", "first_day", "last_day", "days")
"""Tokens that are no figures."""
COUNTS = ("due", "answered", "zero", "late", "missing", "exempt", "completeness")
"""Tokens that count the reports of the part's form. A cell of such a code is written {zero:value}."""
WITH_FORM = frozenset({Kind.SENTENCE, Kind.TABLE, Kind.CURVE, Kind.SILENT})


@dataclass(frozen=True)
class Part:
    """One part of a plan.

    `heading` opens a section (`level` 1: 一、, 2: （一）) before the part. `form` is the key of the form that
    sentence, table, curve and list of silent offices draw on. `days` is how far back a curve goes; 0 means
    the days of the issue.
    """

    kind: Kind
    heading: str = ""
    level: int = 1
    form: int | None = None
    cells: tuple[str, ...] = ()
    text: str = ""
    days: int = 0

    def dump(self) -> dict[str, Any]:
        """As `BulletinSeries.plan` keeps it; what is empty is left out."""
        data = {
            "kind": self.kind.value,
            "heading": self.heading,
            "level": self.level,
            "form": self.form,
            "cells": list(self.cells),
            "text": self.text,
            "days": self.days,
        }
        return {key: value for key, value in data.items() if value not in ("", None, [], 0)}


class BadPlan(Refused):
    """A plan that cannot be printed. `problems` are sentences, each with the part it speaks of."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def parse(data: object, forms: Mapping[int, FormDefinition]) -> tuple[Part, ...]:
    """Check plain data against the forms in use. Raises `BadPlan` with all problems at once."""
    if not isinstance(data, list) or not data:
        raise BadPlan([_("A bulletin needs at least one part.")])
    if len(data) > MAX_PARTS:
        raise BadPlan([_("A bulletin holds at most %(n)s parts.") % {"n": MAX_PARTS}])
    problems: list[str] = []
    parts: list[Part] = []
    for number, each in enumerate(data, start=1):
        try:
            part = _part(each)
            for problem in _problems(part, forms):
                problems.append(_("Part %(n)s: %(problem)s") % {"n": number, "problem": problem})
            parts.append(part)
        except (ValueError, TypeError, AttributeError):
            problems.append(_("Part %(n)s cannot be read. Compose it again.") % {"n": number})
    if problems:
        raise BadPlan(problems)
    return tuple(parts)


def load(data: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """Parts of a plan that was checked when it was saved."""
    return tuple(_part(each) for each in data)


def cells_of(form: FormDefinition) -> dict[str, Indicator]:
    """Every cell and ratio of a form that a bulletin can print, by code: those that add up over offices."""
    rows = form.number_cells
    cells = {cell.code: cell.indicator for cell in rows if cell.indicator.aggregate is not Aggregate.NONE}
    return cells | {ratio.code: ratio for ratio in form.ratios}


def defaults(kind: str, forms: Sequence[tuple[int, FormDefinition]]) -> list[dict[str, Any]]:
    """A sensible plan for a kind of bulletin from the forms in use: a section for each form, eight at most.

    Daily, of forms asked for daily: a sentence with the change against the day before and a table by area.
    Weekly: the same over the week, with a curve of four weeks. Stage: totals from the first day on. Analysis:
    changes in per cent, curves, and room for findings and advice.
    """
    parts: list[Part] = []
    forms = _main_forms(kind, forms)
    for pk, form in forms:
        chosen = _main_cells(form)
        codes = tuple(each.code for each in chosen)
        parts.append(Part(Kind.SENTENCE, str(form.title), form=pk, text=_sentence(kind, chosen)))
        parts.append(Part(Kind.TABLE, form=pk, cells=codes[:6]))
        if kind != BulletinKind.DAILY:
            days = {BulletinKind.WEEKLY: 28, BulletinKind.ANALYSIS: 28}.get(BulletinKind(kind), 0)
            parts.append(Part(Kind.CURVE, form=pk, cells=codes[:1], days=days))
    if parts and kind in (BulletinKind.DAILY, BulletinKind.WEEKLY):
        parts.append(Part(Kind.SITUATIONS, _("Important situations")))
        first = parts[0].form
        parts.append(Part(Kind.SILENT, _("Reports not received"), form=first))
        parts += [Part(Kind.SILENT, form=pk) for pk, _form in forms if pk != first]
    if kind in (BulletinKind.STAGE, BulletinKind.ANALYSIS):
        parts.append(Part(Kind.TEXT, _("Findings"), text=_("(to be written)")))
        parts.append(Part(Kind.TEXT, _("Next steps"), text=_("(to be written)")))
    return [part.dump() for part in parts]


def _main_forms(kind: str, forms: Sequence[tuple[int, FormDefinition]]) -> list[tuple[int, FormDefinition]]:
    """Forms with figures to print; for a daily bulletin those asked for daily, where there are any."""
    found = [(pk, form) for pk, form in forms if _main_cells(form)]
    daily = [(pk, form) for pk, form in found if form.every == "day"]
    return (daily if daily and kind == BulletinKind.DAILY else found)[:MAX_FORMS]


def _main_cells(form: FormDefinition) -> list[Indicator]:
    printable = cells_of(form)
    wanted = [i for i in form.indicators if i.code in printable and i.type is not Type.YESNO]
    return wanted[:6]


def _sentence(kind: str, chosen: Sequence[Indicator]) -> str:
    reports = _("{due} reports due, {answered} received, {completeness} complete.")
    if kind == BulletinKind.DAILY:
        start = _("{day}, {area}:")
    elif kind == BulletinKind.STAGE:
        start = _("From {first_day} to {last_day}, {area}:")
    else:
        start = _("In the {days} days from {first_day} to {last_day}, {area}:")
    comma, stop = "，", "。"
    phrases = [
        f"{each.label}{_token(each.code)}{each.unit if each.numeric else ''}{_compared(kind, each, comma)}"
        for each in chosen
    ]
    return start + "；".join(phrases) + stop + reports


def _token(code: str) -> str:
    return f"{{{code}:value}}" if code in (*WORDS, *COUNTS) else f"{{{code}}}"


def _compared(kind: str, each: Indicator, comma: str) -> str:
    if each.type is Type.RATIO:
        return ""
    if kind == BulletinKind.STAGE:
        return comma + _("{%(code)s:total} in all since the first day") % {"code": each.code}
    if kind == BulletinKind.ANALYSIS:
        return comma + _("{%(code)s:change_percent} against before") % {"code": each.code}
    if kind == BulletinKind.WEEKLY:
        return comma + _("{%(code)s:change} against the week before") % {"code": each.code}
    return comma + _("{%(code)s:change} against the day before") % {"code": each.code}


def _part(data: Mapping[str, Any]) -> Part:
    form = data.get("form")
    return Part(
        kind=Kind(data.get("kind", "")),
        heading=str(data.get("heading") or "").strip(),
        level=2 if data.get("level") in (2, "2") else 1,
        form=int(form) if form else None,
        cells=tuple(str(each) for each in data.get("cells") or ()),
        text=str(data.get("text") or "").strip(),
        days=int(data.get("days") or 0),
    )


def _problems(part: Part, forms: Mapping[int, FormDefinition]) -> list[str]:
    if len(part.heading) > 60:
        return [_("the heading is longer than 60 characters")]
    if part.kind is Kind.TEXT:
        return [] if part.text else [_("write the text")]
    if part.kind not in WITH_FORM:
        return []
    form = forms.get(part.form or 0)
    if form is None:
        return [_("choose a form in use")]
    known = cells_of(form)
    if part.kind is Kind.SENTENCE:
        return _token_problems(part.text, form, known)
    if part.kind is Kind.SILENT:
        return []
    found = [
        _("the form has no cell “%(code)s”") % {"code": code} for code in part.cells if code not in known
    ]
    if not part.cells:
        found.append(_("choose at least one figure"))
    if len(part.cells) > MAX_CELLS:
        found.append(_("at most %(n)s figures fit on the page") % {"n": MAX_CELLS})
    if not 0 <= part.days <= MAX_DAYS:
        found.append(_("a curve shows at most %(n)s days") % {"n": MAX_DAYS})
    return found


def _token_problems(text: str, form: FormDefinition, known: Mapping[str, Indicator]) -> list[str]:
    if not text:
        return [_("write the sentence")]
    found = []
    for code, mode in TOKEN.findall(text):
        if (code in WORDS or code in COUNTS) and not mode:
            continue
        if code not in known:
            found.append(_("the form has no cell “%(code)s”") % {"code": code})
        elif mode and mode not in set(Mode):
            found.append(
                _("“%(mode)s” is not known; use %(modes)s")
                % {"mode": mode, "modes": "、".join(mode.value for mode in Mode)}
            )
        elif known[code].type is Type.RATIO and mode in (Mode.CHANGE_PERCENT,):
            found.append(_("a ratio has no change in per cent: use {%(code)s:change}") % {"code": code})
    rest = TOKEN.sub("", text)
    if "{" in rest or "}" in rest:
        found.append(_("a curly bracket stands alone; figures are written {code}"))
    return found
