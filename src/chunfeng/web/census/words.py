"""Words and tones of the census: states, what follows from an answer, whom a filter means, shares as bars."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from chunfeng.core.actor import Actor
from chunfeng.people import scripts
from chunfeng.people.choices import CallState, Category, FactKind, FactValue, Outcome
from chunfeng.people.models import Campaign, ContactRecord
from chunfeng.people.queries import census, register
from chunfeng.people.queries.census import Tally
from chunfeng.people.queries.choosing import AFFECTED, NOTHING, Chosen
from chunfeng.people.scripts import CHOOSING, END, Kind, Script
from chunfeng.web.people.common import Names

TONES = {
    CallState.WAITING: "",
    CallState.RETRY: "info",
    CallState.DONE: "good",
    CallState.UNREACHED: "bad",
    CallState.CONTESTED: "warn",
    CallState.DROPPED: "",
}
SEGMENTS = (
    (CallState.DONE, "done"),
    (CallState.CONTESTED, "contested"),
    (CallState.UNREACHED, "unreached"),
    (CallState.RETRY, "retry"),
)
EFFECTS: dict[str, Any] = {
    "isolate": gettext_lazy("isolation by the rule in force"),
    "remind": gettext_lazy("isolation reminder"),
    "comfort": gettext_lazy("message of comfort"),
    "doctor": gettext_lazy("doctor, follow-up, health authority told"),
    "need": gettext_lazy("need followed up"),
    "refer": gettext_lazy("job referral"),
    "advise": gettext_lazy("travel advice"),
}
KINDS: dict[str, Any] = {
    Kind.ONE: gettext_lazy("one answer"),
    Kind.MANY: gettext_lazy("several answers"),
    Kind.TEXT: pgettext_lazy("answer", "text"),
    Kind.NUMBER: pgettext_lazy("answer", "number"),
    Kind.DATE: pgettext_lazy("answer", "day"),
    Kind.AREA: pgettext_lazy("answer", "area"),
}


def share(tally: Tally) -> str:
    """The share answered, rounded down to a tenth (87.3%); "–" where nobody is asked."""
    part = tally.per_mille
    return "–" if part is None else f"{part / 10:g}%"


def bar(tally: Tally) -> list[dict[str, Any]]:
    """The stretches of a bar 1000 wide, what is open left blank."""
    found, at = [], 0
    for state, tone in SEGMENTS:
        width = tally.count(state) * 1000 // tally.asked if tally.asked else 0
        width = max(width, 4) if tally.count(state) else 0
        if width:
            found.append({"tone": tone, "x": at, "width": min(width, 1000 - at)})
        at += width
    return found


def counts(tally: Tally) -> dict[str, Any]:
    """The figures of an area, a caller or a round, for a template."""
    return {
        "asked": tally.asked,
        "answered": tally.answered,
        "open": tally.open,
        "unreached": tally.unreached,
        "contested": tally.contested,
        "dropped": tally.dropped,
        "share": share(tally),
        "bar": bar(tally),
        "whole": tally.asked > 0 and tally.answered == tally.asked,
    }


def whom(chosen: Chosen, actor: Actor, names: Names) -> list[str]:
    """The filter in words, one entry a line; empty for everybody."""
    names.load(code for code in (chosen.home, chosen.current, chosen.work) if code != AFFECTED)
    found = [
        _("%(label)s: %(area)s") % {"label": label, "area": _area(code, names)}
        for label, code in (
            (_("Home area"), chosen.home),
            (_("Now at"), chosen.current),
            (_("Work area"), chosen.work),
        )
        if code
    ]
    if chosen.categories:
        labels = "、".join(str(Category(each).label) for each in chosen.categories)
        found.append(_("%(label)s: %(area)s") % {"label": _("Category"), "area": labels})
    if chosen.fact_kind:
        kind = FactKind(chosen.fact_kind).label
        value = (
            _("nothing stated yet") if chosen.fact_value == NOTHING else FactValue(chosen.fact_value).label
        )
        found.append(_("Last stated about “%(kind)s”: %(value)s") % {"kind": kind, "value": value})
    if chosen.employer:
        found.append(_("Employer holds “%(text)s”") % {"text": chosen.employer})
    if chosen.silent_since:
        found.append(_("Not spoken with since %(day)s") % {"day": chosen.silent_since})
    if chosen.dataset:
        known = register.datasets(actor).filter(pk=chosen.dataset).first()
        found.append(_("%(label)s: %(area)s") % {"label": _("Dataset"), "area": known.name if known else "?"})
    if chosen.unreached_of:
        other = census.campaign(actor, chosen.unreached_of)
        found.append(_("Not reached in “%(name)s”") % {"name": other.name if other else "?"})
    return found


def script_of(campaign: Campaign) -> Script:
    """The questions a round asks."""
    return scripts.read(campaign.script)


def branches(script: Script) -> dict[str, str]:
    """Branch → words; "" for answers that lead to none."""
    return {**script.branches, "": _("no branch")}


def questions(script: Script) -> list[dict[str, Any]]:
    """The script for people to look at: numbered questions, answers with what follows from them."""
    number = {question.code: n for n, question in enumerate(script.questions, start=1)}

    def way(code: str) -> str:
        return _("end") if code == END else _("question %(n)s") % {"n": number[code]}

    return [
        {
            "n": number[question.code],
            "ask": question.ask,
            "hint": question.hint,
            "kind": KINDS[question.kind],
            "required": question.required,
            "next": "" if question.kind == Kind.ONE else way(script.after(question)),
            "answers": [
                {
                    "label": answer.label,
                    "branch": bool(answer.branch),
                    "does": [EFFECTS[each] for each in answer.does],
                    "say": answer.say,
                    "next": way(script.after(question, answer)) if question.kind == Kind.ONE else "",
                }
                for answer in question.answers
            ],
        }
        for question in script.questions
    ]


def said(script: Script, contact: ContactRecord, names: Names) -> list[tuple[str, str]]:
    """Question and answer in words, in the order of the script."""
    given: Mapping[str, Any] = json.loads(contact.answers) if contact.answers else {}
    found = []
    for question in script.questions:
        value = given.get(question.code)
        if value is None:
            continue
        if question.kind in CHOOSING:
            codes = value if isinstance(value, list) else [value]
            value = "、".join(answer.label for answer in question.answers if answer.code in codes)
        elif question.kind == Kind.AREA:
            value = names.of(str(value))
        found.append((question.ask, str(value)))
    return found


def outcome(code: str) -> str:
    """The outcome of an attempt in words, "" for none."""
    return str(Outcome(code).label) if code else ""


def _area(code: str, names: Names) -> str:
    return _("in an affected area") if code == AFFECTED else names.of(code)
