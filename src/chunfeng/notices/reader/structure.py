"""What the reader finds in a page: documents with their parts, as plain values and as the JSON of the
contract.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Citation:
    """Another official text named by this one; ``clause`` is the article meant, as printed (第四十一条)."""

    title: str | None = None
    number: str | None = None
    issuer: str | None = None
    date: dt.date | None = None
    clause: str | None = None


@dataclass(slots=True)
class Contact:
    """A person or desk to ask; a fax number keeps its printed mark, 84900121（传真）."""

    name: str | None = None
    phones: list[str] = field(default_factory=list)
    email: str | None = None


@dataclass(slots=True)
class Clause:
    """One clause: page[start:end] is ``text``, from label to next label. See clauses.py for the ids."""

    id: str
    label: str | None
    heading: str | None
    text: str
    start: int
    end: int


@dataclass(slots=True)
class Quantity:
    """A number with its unit; ``value`` is None where the page masks it (××). ``compare``: = < <= > >=."""

    text: str
    value: float | int | None
    unit: str
    compare: str = "="


@dataclass(slots=True)
class Deadline:
    """When a duty is due, as printed and resolved.

    ``kind``: by (done by the end of ``end``), from (holds from ``start``), window (``start``–``end``),
    recurring (``every``: day, week, month, quarter, half, year, with the day after a colon where one is
    named: week:1 is Monday, month:25, month:end), fuzzy (named but undated: a person must set a date).
    ``time`` is HH:MM, and 24:00 is the end of the day.
    """

    text: str
    kind: str
    start: dt.date | None = None
    end: dt.date | None = None
    time: str | None = None
    every: str | None = None


@dataclass(slots=True)
class Actors:
    """Who does it: the body in the lead as written, and those it works with."""

    lead: str | None = None
    with_: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Duty:
    """One order. ``quote`` stands verbatim at page[start:end]; ``force``: must, must_not, should or may."""

    clause: str
    quote: str
    force: str
    actors: Actors
    action: str
    report_to: str | None
    deadline: Deadline | None
    quantities: list[Quantity]
    start: int
    end: int


@dataclass(slots=True)
class Document:
    """One official document of a page. What the page does not say is None or empty."""

    title: str | None = None
    kind: str | None = None
    number: str | None = None
    aliases: list[str] = field(default_factory=list)
    issuers: list[str] = field(default_factory=list)
    addressees: list[str] = field(default_factory=list)
    date: dt.date | None = None
    signer: str | None = None
    urgency: str | None = None
    forwards: int | None = None
    published: bool | None = None
    contacts: list[Contact] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the document in the form of the JSON contract: plain values, ISO dates."""
        found: dict[str, Any] = _plain(self)
        for duty in found["duties"]:
            duty["actors"]["with"] = duty["actors"].pop("with_")
            del duty["start"], duty["end"]
        return found


_AS_IT_IS = frozenset({str, int, float, bool, type(None)})


def _plain(value: Any) -> Any:
    """Strings, numbers and None as they are, dates in ISO form, lists and the classes here taken apart."""
    kind = value.__class__
    if kind in _AS_IT_IS:
        return value
    if kind is list:
        return [item if item.__class__ in _AS_IT_IS else _plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return {
        name: held if (held := getattr(value, name)).__class__ in _AS_IT_IS else _plain(held)
        for name in value.__slots__
    }
