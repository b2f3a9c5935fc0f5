"""What stands in the file of a measure: read, linted, its cases run. Part of the door to the rules library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from chunfeng.benefits import engine
from chunfeng.core.errors import Refused
from chunfeng_rules import cases, library, lint, precedence, reading, wording
from chunfeng_rules.measure import Clause, Measure, Refinement
from chunfeng_rules.texts import BadMeasure, Finding, Text


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: where it stands, what it says, whether it forbids the file's use."""

    line: int
    column: int
    says: str
    error: bool


@dataclass(frozen=True, slots=True)
class CaseRun:
    """One named case: passed, or what came out otherwise."""

    name: str
    on: date
    answer: str
    passed: bool
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What pages show of a measure, in one language."""

    code: str
    number: str
    refines: str
    family: str
    title: str
    title_en: str
    summary: str
    subject: str
    confidence: str
    fund: str
    first: date | None
    last: date | None
    sources: tuple[str, ...]
    conditions: tuple[tuple[str, str], ...]
    gives: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]
    changes: tuple[tuple[str, str], ...]
    trigger: str
    estimate: str
    excludes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A file that could be read, with everything there is to say about it."""

    contents: Contents
    findings: tuple[Line, ...]
    runs: tuple[CaseRun, ...]

    @property
    def usable(self) -> bool:
        """No error, and every case comes out as written."""
        return not any(f.error for f in self.findings) and all(r.passed for r in self.runs)


class Unreadable(Refused):
    """The file cannot be read as a measure; `findings` says everything that is wrong, where."""

    def __init__(self, findings: tuple[Line, ...]) -> None:
        self.findings = findings
        first = findings[0]
        super().__init__(f"{first.line}:{first.column} {first.says}")


def read(text: str, base: str = "") -> Read:
    """Read a file. A local text needs the text it refines as `base`. Raises Unreadable."""
    try:
        found = reading.read(text)
        whole = found
        if isinstance(found, Refinement):
            given = reading.read(base) if base else library.shipped().get(found.refines)
            if not isinstance(given, Measure):
                says = Text(f"没有措施“{found.refines}”", f"there is no measure “{found.refines}” to refine")
                raise BadMeasure([Finding(says, found.place)])
            whole = precedence.refined(given, [found])
        assert isinstance(whole, Measure)
        whole = engine.in_family(whole)
        findings = tuple(_line(each) for each in lint.lint(whole))
        runs = tuple(_run(each) for each in cases.run(whole))
    except BadMeasure as bad:
        raise Unreadable(tuple(_line(each) for each in bad.findings)) from None
    return Read(_contents(found, whole), findings, runs)


def refines(text: str) -> str:
    """The code a local text refines; "" for a whole measure or a text that cannot be read."""
    try:
        found = reading.read(text)
    except BadMeasure:
        return ""
    return found.refines if isinstance(found, Refinement) else ""


@cache
def shipped() -> dict[str, str]:
    """Code → text of every measure and local text that comes with the programme."""
    found: dict[str, str] = {}
    for path in sorted(library.SHIPPED.glob("*.yaml")):
        each = reading.read_path(path)
        found[each.code] = path.read_text(encoding="utf-8-sig")
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """A shipped measure in the catalogue, in one language."""

    code: str
    title: str
    summary: str
    confidence: str
    refines: str
    example: bool
    """Stands for no place: an office takes it over under its own code."""


def catalogue() -> list[Entry]:
    """What comes with the programme, by title."""
    return _catalogue(engine.language())


@cache
def _catalogue(tongue: str) -> list[Entry]:
    entries = []
    for text in shipped().values():
        found = reading.read(text)
        whole = isinstance(found, Measure)
        entries.append(
            Entry(
                code=found.code,
                title=found.title[tongue],
                summary=found.summary[tongue] if isinstance(found, Measure) else "",
                confidence=found.confidence if isinstance(found, Measure) else "",
                refines="" if whole else found.refines,  # type: ignore[union-attr]
                example=found.area.startswith("99"),
            )
        )
    return sorted(entries, key=lambda entry: entry.title)


def _line(finding: Finding) -> Line:
    place = finding.place
    return Line(place.line, place.column, finding.says[engine.language()], finding.error)


def _run(result: cases.Result) -> CaseRun:
    tongue = engine.language()
    differs = tuple(each[tongue] for each in result.differs)
    answer = result.explanation.answer[tongue]
    return CaseRun(result.case.name[tongue], result.case.on, answer, result.passed, differs)


def _contents(found: Measure | Refinement, whole: Measure) -> Contents:
    tongue = engine.language()

    def word(text: Any) -> str:
        return str(text[tongue]) if text else ""

    return Contents(
        code=found.code,
        number=found.version,
        refines=found.refines if isinstance(found, Refinement) else "",
        family="" if isinstance(found, Refinement) else found.family,
        title=found.title.zh,
        title_en=found.title.en,
        summary=word(whole.summary),
        subject=whole.subject,
        confidence=whole.confidence,
        fund=word(whole.paid_from),
        first=found.span.first,
        last=found.span.last,
        sources=tuple(str(each) for each in found.sources),
        conditions=tuple((_filled(c.says, whole)[tongue], _short(c.clause)) for c in whole.conditions),
        gives=tuple((word(g.label), _short(g.clause)) for g in whole.gives),
        parameters=tuple(
            (
                word(p.label),
                tuple(
                    (
                        wording.parameter_words(p, v.value)[tongue],
                        _days(v.span.first, v.span.last),
                        str(v.clause),
                    )
                    for v in p.values
                ),
            )
            for p in whole.parameters.values()
        ),
        changes=tuple((number, word(text)) for number, text in whole.changes),
        trigger=word(whole.trigger),
        estimate=word(whole.estimate),
        excludes=whole.excludes,
    )


def _filled(says: Text, whole: Measure) -> Text:
    """A condition with its parameters' newest values, its steps and facts by their labels: for nobody's case."""
    words = {name: fact.label for name, fact in whole.facts.items()}
    words |= {name: step.label for name, step in whole.steps.items()}
    for name, parameter in whole.parameters.items():
        newest = max(parameter.values, key=lambda v: v.span.first or date.min, default=None)
        words[name] = wording.parameter_words(parameter, newest.value) if newest else parameter.label
    return says.filled(words)


def _short(clause: Clause) -> str:
    """The clause by the number of its text, where it has one."""
    return f"{clause.source.number} {clause.at}" if clause.source.number else str(clause)


def _days(first: date | None, last: date | None) -> str:
    return f"{first.isoformat() if first else ''} – {last.isoformat() if last else ''}".strip(" –")
