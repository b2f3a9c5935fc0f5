"""Why a row got its verdict: short codes in the database, sentences on the page. Never a value of the row.

A reason is "code" or "code:what"; what is a field, a row number or the key that two records share.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from chunfeng.people.imports.fields import BY_KEY

SENTENCES: dict[str, Any] = {
    # why a row is rejected
    "empty": gettext_lazy("The row is empty."),
    "header_again": gettext_lazy("The row repeats the header."),
    "name_missing": gettext_lazy("The name is missing: fill it in."),
    "name_wrong": gettext_lazy(
        "The name holds digits or signs, or is longer than 60 characters: correct it."
    ),
    "document_bad": gettext_lazy(
        "The document number cannot be one: compare it with the document, or leave the cell empty."
    ),
    "document_masked": gettext_lazy("The document number is masked: enter it in full."),
    "document_rounded": gettext_lazy(
        "The sheet turned the document number into a figure and its last digits are lost: "
        "set the column to text and enter it again."
    ),
    "home_unknown": gettext_lazy("No area fits the home area: give its code or its full name."),
    "outside": gettext_lazy(
        "Neither the home nor the current nor the work area lies in the area of your office."
    ),
    "unreadable": gettext_lazy("The row cannot be read in this encoding: choose another one."),
    # why it is parked
    "elsewhere": gettext_lazy(
        "This document belongs to a person registered outside your area: ask the office above both areas."
    ),
    # what is worth knowing
    "differs": gettext_lazy("%(what)s: the register says something else; what it says was kept."),
    "not_read": gettext_lazy("%(what)s: could not be read and was left out."),
    "shortened": gettext_lazy("%(what)s: shortened to what the register holds."),
    "doubt": gettext_lazy("%(what)s: odd, kept all the same; compare it with the document."),
    "place_in_part": gettext_lazy("%(what)s: only the areas above are known; those were taken."),
    "place_renamed": gettext_lazy("%(what)s: the area bears another code today; that one was taken."),
    "place_unlisted": gettext_lazy("%(what)s: the code is not in the table of areas; it was taken as given."),
    "home_assumed": gettext_lazy("No home area is stated: the area of the office was taken."),
    "same_as": gettext_lazy("The same person as row %(what)s of this file."),
    "maybe_phone": gettext_lazy(
        "Perhaps known: somebody has the same name and phone. The pair waits for a decision."
    ),
    "maybe_birth": gettext_lazy(
        "Perhaps known: somebody has the same name and date of birth. The pair waits for a decision."
    ),
    "maybe_village": gettext_lazy(
        "Perhaps known: somebody of the same village has the same name. The pair waits for a decision."
    ),
}


def sentence(reason: str) -> str:
    """The sentence of a reason in the language in force; an unknown one stays as it is."""
    code, _colon, what = reason.partition(":")
    text = SENTENCES.get(code)
    if text is None:
        return reason
    field = BY_KEY.get(what)
    return str(text) % {"what": field.label if field else what} if what else str(text)


def sentences(reasons: list[str]) -> str:
    """All reasons of a row as one text."""
    return " ".join(sentence(reason) for reason in reasons)
