"""What the screens of claims and payments share: tones, money, the explanation as the page shows it."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from chunfeng.benefits import bank, engine, registers
from chunfeng.benefits.choices import SubjectKind
from chunfeng.benefits.models import Beneficiary, Claim
from chunfeng.benefits.queries import claims as queries
from chunfeng.core.crypto import mask

TONES = {
    "open": "", "submitted": "info", "proposed": "info", "confirming": "warn", "granted": "good",
    "refused": "bad", "withdrawn": "",
    "waiting": "info", "batched": "info", "paid": "good", "bounced": "bad",
    "sent": "info", "acknowledged": "info", "reconciled": "good",
    "upheld": "warn", "dismissed": "", "back": "good", "waived": "",
}  # fmt: skip
"""Colour of a state; the word always stands in it."""
UNITS = {
    "days": pgettext_lazy("unit", "days"),
    "months": pgettext_lazy("unit", "months"),
    "years": pgettext_lazy("unit", "years"),
    "persons": pgettext_lazy("unit", "people"),
    "hours": pgettext_lazy("unit", "hours"),
    "minutes": pgettext_lazy("unit", "minutes"),
}


def money(fen: int | None) -> str:
    """Fen as yuan with separators: 1,234.50; a dash for none."""
    if fen is None:
        return "—"
    whole, _dot, cents = bank.yuan(abs(fen)).partition(".")
    return f"{'-' if fen < 0 else ''}{int(whole):,}.{cents}"


def parts(sums: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What an amount is made of, as (label, yuan)."""
    return [(each["label"][engine.language()], money(each["fen"])) for each in sums]


def period(row: Any) -> str:
    """The period in words; once for all where it has none."""
    return str(row.period) or _("once")


def document(row: Beneficiary) -> str:
    """The document with its middle hidden, or the credit code."""
    return row.credit_code if row.kind != SubjectKind.PERSON else mask(row.id_number or "")


def account(row: Any) -> str:
    """The account with its middle hidden, with its bank."""
    return f"{mask(row.account)} {row.bank}" if row.account else ""


def claim_or_404(request: HttpRequest, pk: int) -> Claim:
    """The claim, or 404 out of sight."""
    found = queries.claim(request.actor, pk)
    if found is None:
        raise Http404
    return found


def explained(text: str | None) -> dict[str, Any] | None:
    """A kept explanation in the language of the page: answer, conditions, amounts, local texts that won."""
    return None if not text or text == "{}" else explained_data(json.loads(text))


def explained_data(kept: dict[str, Any]) -> dict[str, Any]:
    """The same of an explanation that is not sealed as text."""
    tongue = engine.language()
    return {
        "answer": kept["answer"][tongue],
        "state": kept["state"],
        "version": kept["version"],
        "conditions": [
            {
                "value": row["value"],
                "says": row["says"][tongue],
                "sum": row["sum"][tongue],
                "clause": row["clause"],
            }
            for row in kept["conditions"]
        ],
        "gives": [
            {
                "label": row["label"][tongue],
                "words": row["words"][tongue],
                "sum": row["sum"][tongue],
                "clause": row["clause"],
            }
            for row in kept["gives"]
        ],
        "won": kept["won"],
    }


def source(text: str) -> str:
    """Where a fact comes from, in words."""
    if text == registers.SOURCE:
        return _("register of people")
    if text == registers.TRAINING:
        return _("attendance of courses")
    if text.startswith("paper"):
        return _("a paper")
    return _("stated") if text == "declared" else text


def shown(question: engine.Question, value: Any) -> str:
    """The value of a fact in words, with its unit."""
    if value in (None, ""):
        return ""
    if question.kind == "yes_no":
        return _("yes") if value else _("no")
    if question.kind == "choice":
        return dict(question.options).get(str(value), str(value))
    if question.unit == "fen":
        return _("%(sum)s yuan") % {"sum": money(int(value))}
    if question.unit == "rate":
        return f"{bank.yuan(int(value))} %"
    unit = UNITS.get(question.unit)
    return f"{value} {unit}" if unit else str(value)
