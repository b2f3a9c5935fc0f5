"""Answers → the way they take through a script: either complete, or refused with the question named."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.errors import Refused
from chunfeng.people.choices import FactKind, FactValue
from chunfeng.people.scripts.definition import END, Answer, Kind, Question, Script

MOST_TEXT = 500
_UNPRINTED = re.compile("[\\x00\\ud800-\\udfff]")


class BadAnswers(Refused):
    """Answers that do not fit the questions; the message names question and answer."""


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A statement about the person with everything the answers say about it; `on` None: the day of the contact."""

    kind: str
    value: str
    place: str = ""
    detail: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A question on the way with its answers (chosen ones, or a value that was typed in)."""

    question: Question
    chosen: tuple[Answer, ...] = ()
    value: Any = None


@dataclass(frozen=True, slots=True)
class Walk:
    """The way through a script. It is complete when nothing is `missing`."""

    script: Script
    path: tuple[Step, ...]
    branch: str = ""
    facts: tuple[StatedFact, ...] = ()
    does: tuple[str, ...] = ()
    exposure: str = ""
    missing: tuple[Question, ...] = ()
    answers: dict[str, Any] = field(default_factory=dict)
    """The answers on the way, in its order and in one form: what is kept."""

    @property
    def complete(self) -> bool:
        """Whether the end was reached."""
        return not self.missing

    @property
    def symptoms(self) -> bool | None:
        """What the answers say about symptoms; None when they say nothing."""
        said = [fact.value for fact in self.facts if fact.kind == FactKind.SYMPTOMS]
        return None if not said else any(value != FactValue.NO_SYMPTOMS for value in said)

    def day(self, kind: str) -> date | None:
        """The day that goes with the first statement of a kind."""
        return next((fact.on for fact in self.facts if fact.kind == kind and fact.on), None)

    def place(self, kind: str) -> str:
        """The area that goes with the first statement of a kind."""
        return next((fact.place for fact in self.facts if fact.kind == kind and fact.place), "")


def walk(script: Script, answers: Mapping[str, Any]) -> Walk:
    """Follow the answers (question code → answer code, list of codes, or value) from the first question.

    The walk stops at the first required question without an answer and names it in `missing`. Answers that
    the script does not know, or that do not lie on the way the others take, are refused: `BadAnswers`.
    """
    if not isinstance(answers, Mapping):
        raise BadAnswers(_("Answers are a list of named entries: question and answer."))
    for code in answers:
        if script.question(code) is None:
            raise BadAnswers(_("The questions know no “%(code)s”.") % {"code": str(code)[:40]})
    path: list[Step] = []
    missing: tuple[Question, ...] = ()
    way = script.questions[0].code
    while way != END:
        question = script.question(way)
        assert question is not None  # `read` lets no other way pass
        step = _step(question, answers.get(question.code))
        if step is None and question.required:
            missing = (question,)
            break
        if step is not None:
            path.append(step)
        only = step.chosen[0] if step and question.kind == Kind.ONE else None
        way = script.after(question, only)
    if not missing:
        on_way = {step.question.code for step in path}
        for code in answers:
            if code not in on_way and not _empty(answers[code]):
                left = script.question(code)
                assert left is not None
                raise BadAnswers(
                    _("The question “%(ask)s” is not asked after these answers: leave it out.")
                    % {"ask": left.ask}
                )
    chosen = [answer for step in path for answer in step.chosen]
    given = {step.question.code: _plain(step) for step in path}
    return Walk(
        script=script,
        path=tuple(path),
        branch=next((each.branch for each in reversed(chosen) if each.branch), ""),
        facts=tuple(_facts(chosen, given)),
        does=tuple(dict.fromkeys(effect for each in chosen for effect in each.does)),
        exposure=next((each.exposure for each in chosen if each.exposure), ""),
        missing=missing,
        answers=given,
    )


def complete(script: Script, answers: Mapping[str, Any]) -> Walk:
    """The walk of answers that reach the end; `BadAnswers` names the question that is still open."""
    found = walk(script, answers)
    if found.missing:
        raise BadAnswers(_("The question “%(ask)s” has no answer yet.") % {"ask": found.missing[0].ask})
    return found


def printable(text: str) -> bool:
    """Whether a text holds nothing that the database cannot keep (NUL, halves of a sign)."""
    return _UNPRINTED.search(text) is None


def _step(question: Question, given: Any) -> Step | None:
    if _empty(given):
        return None
    match question.kind:
        case Kind.ONE:
            return Step(question, (_chosen(question, given),))
        case Kind.MANY:
            if not isinstance(given, list):
                raise _bad(question, given)
            picked = [_chosen(question, each) for each in given]
            return Step(question, tuple(each for each in question.answers if each in picked))
        case Kind.TEXT:
            if not isinstance(given, str) or len(given) > MOST_TEXT or not printable(given):
                raise BadAnswers(
                    _("“%(ask)s”: write a text of at most %(n)s characters.")
                    % {"ask": question.ask, "n": MOST_TEXT}
                )
            return Step(question, value=given.strip())
        case Kind.NUMBER:
            return Step(question, value=_number(question, given))
        case Kind.DATE:
            return Step(question, value=_day(question, given))
        case Kind.AREA:
            return Step(question, value=_area(question, given))


def _chosen(question: Question, given: Any) -> Answer:
    found = question.answer(given) if isinstance(given, str) else None
    if found is None:
        raise _bad(question, given)
    return found


def _number(question: Question, given: Any) -> int | float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise BadAnswers(_("“%(ask)s”: write a number.") % {"ask": question.ask})
    low, high = question.least, question.most
    if (low is not None and given < low) or (high is not None and given > high) or abs(given) > 1e12:
        raise BadAnswers(
            _("“%(ask)s”: %(value)s is not possible. Write a number from %(low)s to %(high)s.")
            % {
                "ask": question.ask,
                "value": given,
                "low": "…" if low is None else f"{low:g}",
                "high": "…" if high is None else f"{high:g}",
            }
        )
    return given


def _day(question: Question, given: Any) -> date:
    try:
        if not isinstance(given, str) or len(given) != 10:
            raise ValueError(given)
        return date.fromisoformat(given)
    except ValueError:
        raise BadAnswers(_("“%(ask)s”: write a day such as 2020-02-03.") % {"ask": question.ask}) from None


def _area(question: Question, given: Any) -> str:
    try:
        return codes.check(given if isinstance(given, str) else "")
    except codes.BadCode:
        raise BadAnswers(
            _("“%(ask)s”: choose an area, or write its code of 12 characters.") % {"ask": question.ask}
        ) from None


def _facts(chosen: list[Answer], given: Mapping[str, Any]) -> list[StatedFact]:
    """What the answers state; of several statements of one kind with the same value the first."""
    found: dict[tuple[str, str], StatedFact] = {}
    for stated in (fact for answer in chosen for fact in answer.facts):
        on = given.get(stated.on)
        fact = StatedFact(
            kind=stated.kind,
            value=stated.value,
            place=given.get(stated.place, ""),
            detail=str(given.get(stated.detail, "")),
            on=date.fromisoformat(on) if on else None,
        )
        found.setdefault((fact.kind, fact.value), fact)
    return list(found.values())


def _plain(step: Step) -> Any:
    if step.question.kind == Kind.ONE:
        return step.chosen[0].code
    if step.question.kind == Kind.MANY:
        return [each.code for each in step.chosen]
    return step.value.isoformat() if isinstance(step.value, date) else step.value


def _empty(given: Any) -> bool:
    return given is None or given == [] or (isinstance(given, str) and not given.strip())


def _bad(question: Question, given: Any) -> BadAnswers:
    known = "、".join(f"{each.code}（{each.label}）" for each in question.answers)
    return BadAnswers(
        _("“%(ask)s”: “%(value)s” is not one of the answers: %(known)s.")
        % {"ask": question.ask, "value": str(given)[:40], "known": known}
    )
