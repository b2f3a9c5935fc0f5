"""A report as its page shows it: every question with its cells, what stands, the period before, suggestions.

Pure over rows already read: no query here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from chunfeng.core.crypto import mask
from chunfeng.reporting import values
from chunfeng.reporting.definition import Aggregate, Cell, FormDefinition, Indicator, Source, Type
from chunfeng.reporting.models import Obligation, Revision, Suggestion

PREFIX, COMMENT = "v-", "comment-"
FEW_CHOICES = 8
"""Up to so many choices stand as taps, more as a drop-down."""
_KEYBOARD = {
    Type.COUNT: "numeric",
    Type.NUMBER: "decimal",
    Type.MONEY: "decimal",
    Type.PHONE: "tel",
    Type.URL: "url",
}
_NATIVE = {Type.DATE: "date", Type.TIME: "time"}


@dataclass(frozen=True)
class Typed:
    """What came with a POST: values by cell as people wrote them, comments by check, the key of this page."""

    values: dict[str, str]
    comments: dict[str, str]
    clear: list[str]
    reason: str
    key: str
    day: str = ""

    @property
    def once(self) -> str:
        """The key of exactly this content: the same sent twice is one filing, anything changed is another."""
        said = [self.values, self.comments, sorted(self.clear), self.reason, self.day]
        content = json.dumps(said, sort_keys=True, ensure_ascii=False).encode()
        return f"{self.key[:40]}-{hashlib.sha256(content).hexdigest()[:24]}"


def typed(request: HttpRequest, form: FormDefinition) -> Typed:
    """Read a posted page; fields that are no cell of the form are left aside."""
    post: QueryDict = request.POST
    return Typed(
        values={
            code: post.get(PREFIX + code, "").strip()
            for code, cell in form.cells.items()
            if cell.entered and PREFIX + code in post
        },
        comments={
            name.removeprefix(COMMENT): text.strip()
            for name, text in post.items()
            if name.startswith(COMMENT) and isinstance(text, str) and text.strip()
        },
        clear=[code for code in post.getlist("clear") if code in form.cells],
        reason=post.get("reason", "").strip(),
        key=post.get("key", ""),
        day=post.get("on", ""),
    )


@dataclass
class Field:
    """One place to fill in. `n` numbers it on the page; `behind` leads to the rows its offer is counted from."""

    n: int
    cell: Cell
    text: str = ""
    stands: str = ""
    before: str = ""
    before_written: str = ""
    suggestion: Suggestion | None = None
    behind: str = ""
    error: str = ""
    cleared: bool = False
    emptied: bool = False

    @property
    def name(self) -> str:
        """The field's name in the page's form."""
        return PREFIX + self.cell.code

    @property
    def kind(self) -> str:
        """Which control: yesno, taps, select, long, or an input's type."""
        type_ = self.cell.indicator.type
        if type_ is Type.YESNO:
            return "yesno"
        if type_ is Type.CHOICE:
            return "taps" if len(self.cell.indicator.choices) <= FEW_CHOICES else "select"
        return "long" if type_ is Type.LONG else _NATIVE.get(type_, "text")

    @property
    def keyboard(self) -> str:
        """`inputmode` of the input."""
        return _KEYBOARD.get(self.cell.indicator.type, "text")

    @property
    def options(self) -> list[tuple[str, str]]:
        """Value and label of every choice; an optional question may be left open again."""
        indicator = self.cell.indicator
        if indicator.type is Type.YESNO:
            found = [("1", _("yes")), ("0", _("no"))]
        else:
            found = [(code, str(label)) for code, label in indicator.choices.items()]
        return found if indicator.required else [*found, ("", _("not stated"))]

    @property
    def is_stock(self) -> bool:
        """A level that goes on from day to day: yesterday's figure may be taken over."""
        return self.cell.indicator.aggregate is Aggregate.LAST and self.cell.indicator.numeric

    @property
    def offered(self) -> str:
        """The suggestion as it would be typed."""
        return written(self.cell.indicator, self.suggestion.value) if self.suggestion else ""

    @property
    def offered_shown(self) -> str:
        """The suggestion as people read it."""
        return values.shown(self.cell.indicator, self.suggestion.value) if self.suggestion else ""


@dataclass
class Question:
    """One indicator: a single field, or its breakdown with the total that is summed from it."""

    indicator: Indicator
    fields: list[Field] = field(default_factory=list)
    total: Field | None = None

    @property
    def single(self) -> Field | None:
        """The only field, where there is no breakdown."""
        return None if self.total else self.fields[0]


def written(indicator: Indicator, number: int | None) -> str:
    """A stored number as it would be typed again: 12.50, no separators; empty where nothing was stated."""
    if number is None:
        return ""
    return f"{Decimal(number) / indicator.scale:.{indicator.decimals}f}"


def questions(
    form: FormDefinition,
    obligation: Obligation | None,
    places: Mapping[str, int],
    *,
    before: Obligation | None = None,
    suggestions: Iterable[Suggestion] = (),
    behind: Mapping[str, str] | None = None,
    said: Typed | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Question]:
    """The page's questions in order. `said` is what was typed, shown again with the `errors` by cell."""
    now = Stated(form, obligation, places)
    then = Stated(form, before, places)
    offers = {each.cell: each for each in suggestions}
    found: dict[str, Question] = {}
    for n, cell in enumerate(form.cells.values()):
        one = Field(
            n=n,
            cell=cell,
            text=now.written(cell) if said is None else said.values.get(cell.code, ""),
            stands=now.shown(cell),
            before=then.shown(cell) if not cell.indicator.personal else "",
            before_written=then.written(cell) if not cell.indicator.personal else "",
            suggestion=offers.get(cell.code),
            behind=(behind or {}).get(cell.code, ""),
            error=(errors or {}).get(cell.code, ""),
            cleared=said is not None and cell.code in said.clear,
        )
        one.emptied = bool(said and one.stands and not one.text and not cell.indicator.personal)
        question = found.setdefault(cell.indicator.code, Question(cell.indicator))
        if cell.entered:
            question.fields.append(one)
        else:
            question.total = one
    return list(found.values())


def emptied(form: FormDefinition, obligation: Obligation, said: Typed) -> dict[str, str]:
    """Cells whose figure was wiped out on the page without being taken back: silence is not a deletion."""
    now = Stated(form, obligation, obligation.form.slots)
    return {
        code: _(
            "You emptied this, but an empty cell changes nothing: %(figure)s would stay. "
            "Write the figure, or tick below to take it back."
        )
        % {"figure": now.shown(form.cells[code])}
        for code, text in said.values.items()
        if not text
        and code not in said.clear
        and not form.cells[code].indicator.personal
        and now.shown(form.cells[code])
    }


class Stated:
    """What an obligation or a filing states, cell by cell; personal cells masked."""

    def __init__(
        self, form: FormDefinition, row: Obligation | Revision | None, places: Mapping[str, int]
    ) -> None:
        self.form = form
        self.numbers = values.by_code(row.numbers, places) if row else {}
        self.texts: Mapping[str, Any] = (row.texts or {}) if row else {}
        self.sealed: Mapping[str, Any] = json.loads(row.sealed) if row and row.sealed else {}

    def written(self, cell: Cell) -> str:
        """As it would be typed; never a personal cell, that is typed anew."""
        if cell.indicator.numeric:
            return written(cell.indicator, self.numbers.get(cell.code))
        return "" if cell.indicator.personal else str(self.texts.get(cell.code) or "")

    def shown(self, cell: Cell, unmasked: bool = False) -> str:
        """As people read it; empty where nothing was stated."""
        indicator = cell.indicator
        if indicator.numeric:
            number = self.numbers.get(cell.code)
            return "" if number is None else values.shown(indicator, number)
        if indicator.personal:
            text = str(self.sealed.get(cell.code) or "")
            return text if unmasked else mask(text)
        text = str(self.texts.get(cell.code) or "")
        return str(indicator.choices.get(text, text)) if indicator.type is Type.CHOICE else text

    def ratio(self, indicator: Indicator) -> str:
        """A reckoned indicator in per cent, one digit; a dash where either part is unknown."""
        share = values.per_cent(self.numbers.get(indicator.of), self.numbers.get(indicator.to))
        return "—" if share is None else f"{float(share):.1f}%"


@dataclass
class Line:
    """One line of a filed report: label, figure, the figure of the period before."""

    label: str
    figure: str
    unit: str
    before: str = ""
    part: bool = False
    personal: bool = False
    source: str = ""
    target: str = ""


def lines(
    form: FormDefinition,
    row: Obligation | Revision,
    places: Mapping[str, int],
    before: Obligation | None = None,
    unmasked: bool = False,
) -> list[Line]:
    """A filed report for reading; ratios after the cells."""
    now, then = Stated(form, row, places), Stated(form, before, places)

    def clause(source: Source | None) -> str:
        """An indicator's own clause; of the form's own notice the clause alone."""
        if source is None:
            return ""
        same = (source.number, source.title) == (form.source.number, form.source.title)
        return source.clause if same else str(source)

    found = [
        Line(
            label=str(cell.label if cell.categories else cell.indicator.label),
            figure=now.shown(cell, unmasked) or "—",
            unit=cell.indicator.unit,
            before="" if cell.indicator.personal else then.shown(cell),
            part=bool(cell.categories),
            personal=cell.indicator.personal and bool(now.shown(cell)),
            source=clause(cell.indicator.source),
        )
        for cell in form.cells.values()
    ]
    found += [
        Line(
            label=str(each.label),
            figure=now.ratio(each),
            unit="",
            before=then.ratio(each) if before else "",
            source=clause(each.source),
            target="" if each.target is None else f"{each.target}%",
        )
        for each in form.ratios
    ]
    return found


def summary(
    form: FormDefinition, row: Obligation, places: Mapping[str, int], most: int = 4
) -> list[tuple[str, str, str]]:
    """The first figures of a report: label, figure, unit."""
    now = Stated(form, row, places)
    cells = [cell for cell in form.number_cells if not cell.categories and now.shown(cell)]
    return [(str(c.indicator.label), now.shown(c), c.indicator.unit) for c in cells[:most]]


@dataclass
class Change:
    """A cell that a filing changed."""

    label: str
    old: str
    new: str


def changes(
    form: FormDefinition, new: Revision, old: Revision | None, places: Mapping[str, int]
) -> list[Change]:
    """What a filing changed against the one before it; personal cells masked."""
    now, then = Stated(form, new, places), Stated(form, old, places)
    found = []
    for cell in form.cells.values():
        a, b = then.shown(cell), now.shown(cell)
        if a != b or (cell.code in new.changed and old is not None and cell.indicator.personal):
            label = (
                f"{cell.indicator.label}（{cell.label}）" if cell.categories else str(cell.indicator.label)
            )
            found.append(Change(label, a or "—", b or "—"))
    return found
