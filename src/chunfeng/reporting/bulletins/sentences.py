"""A line of a bulletin as runs: plain text, live figures, and numbers a person wrote. Pure.

A run is JSON: {"text": …} · {"figure": id} · {"figure": id, "hand": …, "by": …, "at": …} for a figure that was
overwritten · {"hand": …, "by": …, "at": …} for a number written without any figure behind it.

For editing, a line is written with its figures in brackets: `checked [1,234|f3] persons`. What stays as it is
stays live; another value inside the brackets overwrites the figure by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.reporting.bulletins.plan import TOKEN, WORDS

Run = dict[str, Any]
_BRACKET = re.compile(r"\[([^\[\]|]*)\|(f\d+)\]")
_NUMBER = re.compile(
    r"(?<![\d.,第〔（(:：\-/])\d[\d,]*(?:\.\d+)?\s?[%％‰]?(?![\d.:\-/]|,\d|\s?[年月日时点分期号届条款项类])"
)
_BREAK = re.compile(r"[\n\r\v\f\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
MAX_LINE = 4000


def fill(template: str, figure: Callable[[str, str], str], words: Mapping[str, str]) -> list[Run]:
    """Runs of a template: `figure(cell, mode)` gives the id of a figure, `words` the other tokens."""
    runs: list[Run] = []
    at = 0
    for token in TOKEN.finditer(template):
        _text(runs, template[at : token.start()])
        code, mode = token.group(1), token.group(2) or ""
        if code in WORDS and not mode:
            _text(runs, words[code])
        else:
            runs.append({"figure": figure(code, mode)})
        at = token.end()
    _text(runs, template[at:])
    return runs


def ids(runs: Iterable[Run]) -> list[str]:
    """The figures of a line, in order."""
    return [run["figure"] for run in runs if "figure" in run]


def shown(run: Run, figures: Mapping[str, Mapping[str, Any]]) -> str:
    """What a run prints."""
    if "hand" in run:
        return str(run["hand"])
    return str(figures[run["figure"]]["shown"]) if "figure" in run else str(run["text"])


def plain(runs: Iterable[Run], figures: Mapping[str, Mapping[str, Any]]) -> str:
    """The line as it is printed."""
    return "".join(shown(run, figures) for run in runs)


def editable(runs: Iterable[Run], figures: Mapping[str, Mapping[str, Any]]) -> str:
    """The line as it is edited."""
    return "".join(
        f"[{shown(run, figures)}|{run['figure']}]" if "figure" in run else shown(run, figures) for run in runs
    )


def edited(
    text: str, old: list[Run], figures: Mapping[str, Mapping[str, Any]], *, by: str, at: str
) -> list[Run]:
    """Runs of an edited line. Numbers that were not there before are marked with who wrote them and when.

    Raises `Refused` for brackets that name no figure of this line, and for a line too long.
    """
    text = tidy(text)
    if len(text) > MAX_LINE:
        raise Refused(_("A line holds at most %(n)s characters. Divide it.") % {"n": MAX_LINE})
    known = set(ids(old))
    hands = {run["hand"]: run for run in old if "hand" in run and "figure" not in run}
    there = {n for run in old if "text" in run for n in _NUMBER.findall(run["text"])}
    before = {run["figure"]: run for run in old if "figure" in run}
    runs: list[Run] = []
    last = 0
    for bracket in _BRACKET.finditer(text):
        _typed(runs, text[last : bracket.start()], there, hands, by, at)
        value, ident = bracket.group(1).strip(), bracket.group(2)
        if ident not in known:
            raise Refused(_("“%(text)s” names no figure of this line.") % {"text": bracket.group()})
        runs.append(_figure(ident, value, before[ident], figures, by, at))
        last = bracket.end()
    _typed(runs, text[last:], there, hands, by, at)
    return runs


def tidy(text: str) -> str:
    """One line without breaks, and without signs that no page can print."""
    return printable("".join(line.strip() for line in _BREAK.split(text)).replace("\t", " "))


def printable(text: str) -> str:
    """The text without control characters, which neither Word nor PDF can hold; tabs stay."""
    return _UNPRINTABLE.sub("", text)


def _figure(
    ident: str, value: str, old: Run, figures: Mapping[str, Mapping[str, Any]], by: str, at: str
) -> Run:
    if value in ("", figures[ident]["shown"]):
        return {"figure": ident}
    if old.get("hand") == value:
        return dict(old)
    return {"figure": ident, "hand": value, "by": by, "at": at}


def _typed(runs: list[Run], text: str, there: set[str], hands: dict[str, Run], by: str, at: str) -> None:
    last = 0
    for number in _NUMBER.finditer(text):
        found = number.group()
        if found in there:
            continue
        _text(runs, text[last : number.start()])
        runs.append(dict(hands.get(found) or {"hand": found, "by": by, "at": at}))
        last = number.end()
    _text(runs, text[last:])


def _text(runs: list[Run], text: str) -> None:
    if text and runs and set(runs[-1]) == {"text"}:
        runs[-1]["text"] += text
    elif text:
        runs.append({"text": text})
