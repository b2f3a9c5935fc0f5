"""Plain data → `Script`. Every trouble is named with its question and answer, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import category

from django.utils.translation import gettext as _

from chunfeng.people.choices import PLACED, VALUES, ContactKind, Exposure, FactKind
from chunfeng.people.scripts.definition import (
    CHOOSING,
    END,
    Answer,
    BadScript,
    Effect,
    Kind,
    Question,
    Script,
    Stated,
)
from chunfeng.reporting.definition import BadForm
from chunfeng.reporting.definition.files import plain

SCRIPT_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
CODE = re.compile(r"[a-z][a-z0-9_]{0,19}")
MOST_QUESTIONS, MOST_ANSWERS = 40, 12
SHORT, LONG = 60, 600
_SCRIPT_KEYS = ("code", "title", "source", "kind", "opening", "branches", "questions")
_QUESTION_KEYS = ("code", "ask", "hint", "kind", "required", "answers", "next", "least", "most")
_ANSWER_KEYS = ("code", "label", "branch", "fact", "does", "say", "next", "exposure")
_FACT_KEYS = ("kind", "value", "place", "detail", "on")


def read(data: object) -> Script:
    """The script in plain data (JSON, or what YAML gives). Raises `BadScript` with every trouble."""
    return _Reader().script(data)


def read_yaml(data: bytes | str) -> Script:
    """The script in a YAML file. Raises `BadScript`: broken YAML by line, a wrong entry by its question."""
    try:
        found = plain(data)
    except BadForm as bad:
        raise BadScript(bad.problems) from None
    return read(found)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[str] = []

    def wrong(self, where: str, text: str) -> None:
        self.problems.append(f"{where}: {text}" if where else text)

    def script(self, data: object) -> Script:
        if not isinstance(data, Mapping):
            raise BadScript(
                [_("Questions are a list of named entries: code, title, source, kind, questions.")]
            )
        self.known(data, "", _SCRIPT_KEYS)
        code = str(data.get("code", ""))
        if not SCRIPT_CODE.fullmatch(code):
            self.wrong("code", _("use small letters, digits and hyphens, at most 40 characters"))
        rows = data.get("questions")
        if not isinstance(rows, list) or not 0 < len(rows) <= MOST_QUESTIONS:
            self.wrong("questions", _("write 1 to %(n)s questions") % {"n": MOST_QUESTIONS})
            rows = []
        made = Script(
            code=code,
            title=self.text(data, "title", "title", SHORT, needed=True),
            source=self.text(data, "source", "source", 300, needed=True),
            kind=self.one_of(data.get("kind", ContactKind.CALL), ContactKind.values, "kind"),
            questions=tuple(self.question(row, n) for n, row in enumerate(rows, start=1)),
            opening=self.text(data, "opening", "opening", LONG),
            titles=self.titles(data.get("branches")),
        )
        self.ways(made)
        self.references(made)
        for branch, _title in made.titles:
            if branch not in made.branches:
                self.wrong("branches", _("no answer leads to the branch “%(code)s”") % {"code": branch})
        if self.problems:
            raise BadScript(self.problems)
        return made

    def titles(self, data: object) -> tuple[tuple[str, str], ...]:
        if data is None:
            return ()
        if not isinstance(data, Mapping):
            self.wrong("branches", _("give codes of branches and their names"))
            return ()
        return tuple((str(code), self.text(data, code, "branches", SHORT, needed=True)) for code in data)

    def question(self, data: object, number: int) -> Question:
        where = _("question %(n)s") % {"n": number}
        if not isinstance(data, Mapping):
            self.wrong(where, _("write an entry with code, ask and kind"))
            return Question("", "", Kind.TEXT)
        code = self.code(data, where)
        where = _("question “%(code)s”") % {"code": code or number}
        self.known(data, where, _QUESTION_KEYS)
        kind = Kind(self.one_of(data.get("kind", Kind.ONE), tuple(Kind), where) or Kind.TEXT)
        rows = data.get("answers") or []
        if kind in CHOOSING and (not isinstance(rows, list) or not 0 < len(rows) <= MOST_ANSWERS):
            self.wrong(where, _("write 1 to %(n)s answers") % {"n": MOST_ANSWERS})
            rows = []
        elif kind not in CHOOSING and rows:
            self.wrong(where, _("only the kinds one and many have answers"))
            rows = []
        required = data.get("required", True)
        if not isinstance(required, bool):
            self.wrong(where, _("“required” is true or false"))
        answers = tuple(self.answer(row, n, where, kind) for n, row in enumerate(rows, start=1))
        self.once((each.code for each in answers if each.code), where)
        return Question(
            code=code,
            ask=self.text(data, "ask", where, LONG, needed=True),
            kind=kind,
            required=required is not False,
            answers=answers,
            next=self.way(data, where),
            hint=self.text(data, "hint", where, LONG),
            **self.bounds(data, where, kind),
        )

    def answer(self, data: object, number: int, of: str, kind: Kind) -> Answer:
        where = _("%(question)s, answer %(n)s") % {"question": of, "n": number}
        if not isinstance(data, Mapping):
            self.wrong(where, _("write an entry with code and label"))
            return Answer("", "")
        code = self.code(data, where)
        where = _("%(question)s, answer “%(code)s”") % {"question": of, "code": code or number}
        self.known(data, where, _ANSWER_KEYS)
        branch = str(data.get("branch") or "")
        if branch and not CODE.fullmatch(branch):
            self.wrong(where, _("a branch is written like a code"))
        if kind == Kind.MANY and data.get("next"):
            self.wrong(where, _("where several answers may be chosen, “next” stands with the question"))
        does = data.get("does") or []
        if not isinstance(does, list):
            self.wrong(where, _("“does” is a list"))
            does = []
        for each in does:
            self.one_of(each, tuple(Effect), where)
        exposure = str(data.get("exposure") or "")
        if exposure:
            self.one_of(exposure, (Exposure.CONTACT,), where)
        return Answer(
            code=code,
            label=self.text(data, "label", where, SHORT, needed=True),
            branch=branch,
            facts=self.facts(data.get("fact"), where),
            does=tuple(str(each) for each in does),
            say=self.text(data, "say", where, LONG),
            next=self.way(data, where),
            exposure=exposure,
        )

    def facts(self, data: object, where: str) -> tuple[Stated, ...]:
        rows = data if isinstance(data, list) else [] if data is None else [data]
        found = []
        for row in rows:
            if not isinstance(row, Mapping):
                self.wrong(where, _("a fact is an entry with kind and value"))
                continue
            self.known(row, where, _FACT_KEYS)
            kind = self.one_of(row.get("kind"), FactKind.values, where)
            value = str(row.get("value") or "")
            if kind:
                self.one_of(value, tuple(str(each) for each in VALUES[kind]), where)
            refers = {key: str(row.get(key) or "") for key in ("place", "detail", "on")}
            if refers["place"] and kind not in PLACED:
                self.wrong(where, _("a place goes with whereabouts and travel intention only"))
            found.append(Stated(kind, value, **refers))
        return tuple(found)

    def ways(self, script: Script) -> None:
        """Every `next` leads onward, so that each conversation ends; every question can be reached."""
        places = {question.code: n for n, question in enumerate(script.questions)}
        self.once((question.code for question in script.questions if question.code), "questions")
        reached = {0}
        for n, question in enumerate(script.questions):
            where = _("question “%(code)s”") % {"code": question.code}
            ways = [(question.next, where)]
            ways += [
                (each.next, _("%(question)s, answer “%(code)s”") % {"question": where, "code": each.code})
                for each in question.answers
            ]
            for way, at in ways:
                if way and way != END and places.get(way, -1) <= n:
                    self.wrong(
                        at, _("“next” is “%(next)s”: name a question further down, or end") % {"next": way}
                    )
            if n in reached:
                reached |= self.onward(script, question, places)
        for n in sorted(set(range(len(script.questions))) - reached):
            self.wrong(_("question “%(code)s”") % {"code": script.questions[n].code}, _("no way leads here"))

    def onward(self, script: Script, question: Question, places: Mapping[str, int]) -> set[int]:
        # answers without a way of their own, a value typed in, and a question left open go the question's way
        chosen: list[Answer | None] = list(question.answers) if question.kind == Kind.ONE else [None]
        if not question.required:
            chosen.append(None)
        ways = {script.after(question, each) for each in chosen}
        return {places[way] for way in ways if way in places}

    def references(self, script: Script) -> None:
        """`place`, `detail` and `on` of a fact name questions that give such a value."""
        fit = {"place": (Kind.AREA,), "detail": (Kind.TEXT, Kind.NUMBER), "on": (Kind.DATE,)}
        for question in script.questions:
            for answer in question.answers:
                for fact in answer.facts:
                    for key, kinds in fit.items():
                        name = getattr(fact, key)
                        other = script.question(name) if name else None
                        if name and (other is None or other.kind not in kinds):
                            self.wrong(
                                _("question “%(question)s”, answer “%(code)s”")
                                % {"question": question.code, "code": answer.code},
                                _("“%(key)s” names no question of the kind %(kinds)s")
                                % {"key": key, "kinds": ", ".join(kinds)},
                            )

    def bounds(self, data: Mapping[str, Any], where: str, kind: Kind) -> dict[str, float | None]:
        found = {key: data.get(key) for key in ("least", "most")}
        for key, value in found.items():
            if value is None:
                continue
            if isinstance(value, str):  # YAML texts such as 37.3
                try:
                    found[key] = value = float(value)
                except ValueError:
                    value = None
            if kind != Kind.NUMBER or isinstance(value, bool) or not isinstance(value, int | float):
                self.wrong(where, _("“%(key)s” bounds a number") % {"key": key})
                found[key] = None
        return found

    def known(self, data: Mapping[str, Any], where: str, keys: tuple[str, ...]) -> None:
        for key in data:
            if key not in keys:
                self.wrong(
                    where,
                    _("there is no entry “%(key)s”; known are %(known)s")
                    % {"key": key, "known": ", ".join(keys)},
                )

    def code(self, data: Mapping[str, Any], where: str) -> str:
        code = data.get("code")
        if isinstance(code, str) and CODE.fullmatch(code) and code != END:
            return code
        self.wrong(
            where,
            _(
                "a code begins with a small letter and holds small letters, digits and _, at most 20; not “end”"
            ),
        )
        return ""

    def way(self, data: Mapping[str, Any], where: str) -> str:
        way = data.get("next")
        if way is None or isinstance(way, str):
            return way or ""
        self.wrong(where, _("“next” is the code of a question, or end"))
        return ""

    def once(self, codes: Iterable[str], where: str) -> None:
        seen: set[str] = set()
        for code in codes:
            if code in seen:
                self.wrong(where, _("the code “%(code)s” stands twice") % {"code": code})
            seen.add(code)

    def one_of(self, value: object, choices: Iterable[str], where: str) -> str:
        known = [str(each) for each in choices]
        if isinstance(value, str) and value in known:
            return str(value)
        self.wrong(
            where, _("“%(value)s” is not one of %(known)s") % {"value": value, "known": ", ".join(known)}
        )
        return ""

    def text(self, data: Mapping[str, Any], key: str, where: str, most: int, *, needed: bool = False) -> str:
        value = data.get(key)
        text = str(value).strip() if isinstance(value, str | int | float) else ""
        if needed and not text:
            self.wrong(where, _("“%(key)s” is missing") % {"key": key})
        if value is not None and not isinstance(value, str | int | float):
            self.wrong(where, _("“%(key)s” is a text") % {"key": key})
        if len(text) > most:
            self.wrong(where, _("“%(key)s” is longer than %(n)s characters") % {"key": key, "n": most})
        if any(category(sign) in ("Cc", "Cs") and sign != "\n" for sign in text):
            self.wrong(where, _("“%(key)s” holds a sign that cannot be printed") % {"key": key})
        return text
