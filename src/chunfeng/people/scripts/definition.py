"""What is asked in a call or a visit, as data. Pure: no database.

`read` checks the plain data of a YAML file or of `Campaign.script` and makes the `Script`; `dump` turns it back
into the JSON that a campaign keeps and a telephone walks through. Both directions keep everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chunfeng.core.errors import Refused

END = "end"
"""The `next` that ends a conversation."""


class Kind(StrEnum):
    """How a question is answered: one or several of its answers, or a value of its own."""

    ONE = "one"
    MANY = "many"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    AREA = "area"


CHOOSING = (Kind.ONE, Kind.MANY)


class Effect(StrEnum):
    """What follows from an answer; `people.actions.effects` carries it out."""

    ISOLATE = "isolate"
    REMIND = "remind"
    COMFORT = "comfort"
    DOCTOR = "doctor"
    NEED = "need"
    REFER = "refer"
    ADVISE = "advise"


class BadScript(Refused):
    """Questions that cannot be used. `problems` are sentences, each with the question and answer it speaks of."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement that an answer makes: `place`, `detail` and `on` name the questions that fill them in."""

    kind: str
    value: str
    place: str = ""
    detail: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to tap. `branch` decides what follows, `say` is shown to the caller, `next` a question or `END`."""

    code: str
    label: str
    branch: str = ""
    facts: tuple[Stated, ...] = ()
    does: tuple[str, ...] = ()
    say: str = ""
    next: str = ""
    exposure: str = ""
    """"contact" where the answer means contact with a case; else the person's areas decide."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `least` and `most` bound a number, `next` is taken where the answer names none."""

    code: str
    ask: str
    kind: Kind
    required: bool = True
    answers: tuple[Answer, ...] = ()
    next: str = ""
    hint: str = ""
    least: float | None = None
    most: float | None = None

    def answer(self, code: object) -> Answer | None:
        """The answer of this code."""
        return next((each for each in self.answers if each.code == code), None)


@dataclass(frozen=True, slots=True)
class Script:
    """A conversation: what is said first, the questions in their order, and the text that orders it."""

    code: str
    title: str
    source: str
    kind: str
    questions: tuple[Question, ...]
    opening: str = ""
    titles: tuple[tuple[str, str], ...] = ()
    """Branch and its name, where the label of its first answer does not name it well."""

    def question(self, code: str) -> Question | None:
        """The question of this code."""
        return next((each for each in self.questions if each.code == code), None)

    def after(self, question: Question, answer: Answer | None = None) -> str:
        """The code of what is asked next, or `END`: the answer's own way, the question's, or the next in order."""
        way = (answer.next if answer else "") or question.next
        if way:
            return way
        place = self.questions.index(question) + 1
        return self.questions[place].code if place < len(self.questions) else END

    @property
    def branches(self) -> dict[str, str]:
        """Branch → its name, by default the label of the first answer that leads there; in the order of the script."""
        found: dict[str, str] = {}
        own = dict(self.titles)
        for question in self.questions:
            for answer in question.answers:
                if answer.branch:
                    found.setdefault(answer.branch, own.get(answer.branch, answer.label))
        return found


def dump(script: Script) -> dict[str, Any]:
    """The JSON of a script, without empty entries: `read(dump(script)) == script`."""
    return _full(
        code=script.code,
        title=script.title,
        source=script.source,
        kind=script.kind,
        opening=script.opening,
        branches=dict(script.titles),
        questions=[_question(each) for each in script.questions],
    )


def _question(question: Question) -> dict[str, Any]:
    plain = _full(
        code=question.code,
        ask=question.ask,
        hint=question.hint,
        kind=str(question.kind),
        least=question.least,
        most=question.most,
        answers=[_answer(each) for each in question.answers],
        next=question.next,
    )
    return plain | {"required": question.required}


def _answer(answer: Answer) -> dict[str, Any]:
    facts = [
        _full(kind=each.kind, value=each.value, place=each.place, detail=each.detail, on=each.on)
        for each in answer.facts
    ]
    return _full(
        code=answer.code,
        label=answer.label,
        branch=answer.branch,
        fact=facts[0] if len(facts) == 1 else facts,
        does=list(answer.does),
        say=answer.say,
        next=answer.next,
        exposure=answer.exposure,
    )


def _full(**entries: Any) -> dict[str, Any]:
    return {key: value for key, value in entries.items() if value not in ("", None, [], {})}
