"""What an office states: written values merged onto what stands, totals, and everything that speaks against it.

Pure: no database. `merged` takes values as people wrote them, `doubts` reads the result with the period before
and the level below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from fractions import Fraction

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.offices import reach
from chunfeng.reporting import values
from chunfeng.reporting.definition import (
    Aggregate,
    Cell,
    Figures,
    FormDefinition,
    Indicator,
    Strength,
    Type,
)

Numbers = Mapping[str, int | None]
MAX_TEXT = {Type.TEXT: 200, Type.LONG: 5000, Type.URL: 500, Type.NAME: 60}
FOLDS: Mapping[Aggregate, Callable[[Sequence[int]], int]] = {
    Aggregate.SUM: sum,
    Aggregate.LAST: sum,
    Aggregate.MAX: max,
}
"""How the figures of several offices for one period come together; a mean has no sum to compare with."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that speaks against a statement.

    `code` is that of the check, or `jump:CELL`, `below:CELL`, `stock:CELL`. A hard one refuses the filing, a
    soft one needs a comment under its code.
    """

    code: str
    strength: Strength
    message: str
    needs_comment: bool


class BadFiling(Refused):
    """A filing that cannot be taken. `cells`: sentences by cell code; `checks`: what spoke up unanswered."""

    def __init__(self, cells: Mapping[str, str], checks: Sequence[Doubt] = ()) -> None:
        self.cells = dict(cells)
        self.checks = list(checks)
        lines = [f"{code}: {sentence}" for code, sentence in self.cells.items()]
        super().__init__("\n".join([*lines, *(each.message for each in self.checks)]))


@dataclass(frozen=True, slots=True)
class Statement:
    """A full statement: stored whole numbers, texts and personal data by cell code. Nothing stated is absent."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)


def merged(
    form: FormDefinition, standing: Statement, written: Mapping[str, object], clear: Iterable[str] = ()
) -> tuple[Statement, list[str]]:
    """The statement after this filing, and the cells it changed. Raises `BadFiling` with every bad cell.

    An empty value leaves untouched what stands; only `clear` takes a figure away. The total of a breakdown is
    the sum of its parts; it is entered itself only where no part is, and a total that contradicts the parts
    is refused.
    """
    wrong: dict[str, str] = {}
    numbers, texts, sealed = dict(standing.numbers), dict(standing.texts), dict(standing.sealed)
    given: set[str] = set()
    for code in clear:
        if code not in form.cells:
            wrong[code] = _("this form has no such cell")
        for part in (code, *(form.cells[code].parts if code in form.cells else ())):
            for place in (numbers, texts, sealed):
                place.pop(part, None)
    for code, value in written.items():
        cell = form.cells.get(code)
        if cell is None:
            reckoned = form.indicator(code) is not None
            wrong[code] = (
                _("this is reckoned, not filled in") if reckoned else _("this form has no such cell")
            )
            continue
        if is_empty(value):
            continue
        given.add(code)
        try:
            if cell.indicator.numeric:
                numbers[code] = values.stored(cell.indicator, value)
            elif cell.indicator.personal:
                sealed[code] = text_of(cell.indicator, value)
            else:
                texts[code] = text_of(cell.indicator, value)
        except (values.BadValue, Refused) as error:
            wrong[code] = str(error)
    wrong |= _add_up(form, numbers, given, wrong)
    if wrong:
        raise BadFiling(wrong)
    after = Statement(numbers, texts, sealed)
    return after, changes(form, standing, after)


def changes(form: FormDefinition, before: Statement, after: Statement) -> list[str]:
    """Codes of the cells that differ, in the order of the page."""
    old = {**before.numbers, **before.texts, **before.sealed}
    new = {**after.numbers, **after.texts, **after.sealed}
    return [code for code in form.cells if old.get(code) != new.get(code)]


def nothing_happened(form: FormDefinition, standing: Statement) -> Statement:
    """The zero report: every number is zero; texts and personal data stay as they stand."""
    return replace(standing, numbers={cell.code: 0 for cell in form.number_cells})


def missing(form: FormDefinition, after: Statement) -> dict[str, str]:
    """Required cells without a value, with what to do. A breakdown is either given whole or as a total."""
    found: dict[str, str] = {}
    for cell in form.cells.values():
        if not cell.indicator.required or cell.categories:
            continue
        if cell.parts and any(part in after.numbers for part in cell.parts):
            for part in cell.parts:
                if part not in after.numbers:
                    found[part] = _("write 0 if there is none: the other parts are filled in")
        elif cell.code not in {**after.numbers, **after.texts, **after.sealed}:
            found[cell.code] = (
                _("write a figure, 0 if there is none")
                if cell.indicator.numeric
                else _("this must be filled in")
            )
    return found


def doubts(
    form: FormDefinition,
    now: Numbers,
    previous: Numbers,
    below: Numbers | None = None,
    *,
    zero: bool = False,
) -> list[Doubt]:
    """Everything that speaks against these stored numbers: failed checks, jumps, differences from below.

    `below` is None where no level below reports. What depends on an unknown figure neither passes nor fails.
    """
    figures = Figures(
        now=with_ratios(form, now),
        previous=with_ratios(form, previous),
        below=with_ratios(form, below or {}),
    )
    found = [
        Doubt(check.code, check.strength, str(check.message), check.strength is Strength.SOFT)
        for check in form.checks
        if check.rule.value(figures) is False
    ]
    balanced = (
        set()
        if zero
        else {name for check in form.checks if check.strength is Strength.HARD for name in check.rule.names}
    )
    for cell in form.number_cells:
        if cell.categories:
            continue
        a, b = previous.get(cell.code), now.get(cell.code)
        if a is not None and b is not None:
            if _is_jump(cell.indicator, a, b):
                found.append(_soft("jump", cell, _("%(label)s jumped from %(a)s to %(b)s: say why"), a, b))
            elif a and not b and cell.indicator.aggregate is Aggregate.LAST and cell.code not in balanced:
                text = _("%(label)s was %(a)s and is now %(b)s: say where it went")
                found.append(_soft("stock", cell, text, a, b))
        under = (below or {}).get(cell.code)
        if under is not None and b is not None and under != b:
            found.append(
                _soft("below", cell, _("%(label)s: the offices below state %(a)s, here it is %(b)s: say why"), under, b)
            )  # fmt: skip
    return found


def looks_back(form: FormDefinition) -> bool:
    """Whether any doubt needs the figures of the period before."""
    return any("previous" in check.rule.looks for check in form.checks) or any(
        each.jump is not None or each.aggregate is Aggregate.LAST for each in form.indicators
    )


def with_ratios(form: FormDefinition, numbers: Numbers) -> dict[str, Fraction | None]:
    """Every number in its own unit, and every ratio in per cent."""
    found = {cell.code: values.fraction(cell.indicator, numbers.get(cell.code)) for cell in form.number_cells}
    for ratio in form.ratios:
        part, whole = found.get(ratio.of), found.get(ratio.to)
        found[ratio.code] = part * 100 / whole if part is not None and whole else None
    return found


def is_empty(value: object) -> bool:
    """Nothing was written: no value, or only blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def text_of(indicator: Indicator, value: object) -> str:
    """A text as it is stored: choices by code, days and times in ISO form. Raises `BadValue` or `Refused`."""
    text = str(value).replace("\0", "").strip()
    longest = MAX_TEXT.get(indicator.type, 200)
    if len(text) > longest:
        raise values.BadValue(_("longer than %(n)s characters: shorten it") % {"n": longest})
    match indicator.type:
        case Type.CHOICE:
            return _choice(indicator, text)
        case Type.DATE:
            return _day(value, text)
        case Type.TIME:
            return _clock(value, text)
        case Type.URL if not re.fullmatch(r"https?://[^\s/]+\S*", text):
            raise values.BadValue(_("“%(text)s” is not an address: it begins with https://") % {"text": text})
        case Type.PHONE:
            return reach.phone(text) or ""
        case Type.ID if not re.fullmatch(r"[0-9A-Za-z]{6,20}", text):
            raise values.BadValue(_("this is not the number of an identity paper: letters and digits only"))
        case Type.ID:
            return text.upper()
    return text


def _choice(indicator: Indicator, text: str) -> str:
    for code, label in indicator.choices.items():
        if text in (code, label.zh, label.en):
            return code
    allowed = "、".join(str(label) for label in indicator.choices.values())
    raise values.BadValue(_("“%(text)s” is no choice here: %(allowed)s") % {"text": text, "allowed": allowed})


def _day(value: object, text: str) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    found = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        pass
    raise values.BadValue(_("“%(text)s” is not a day: write it like 2020-02-03") % {"text": text})


def _clock(value: object, text: str) -> str:
    if isinstance(value, datetime | time):
        return value.strftime("%H:%M")
    found = re.fullmatch(r"(\d{1,2})[:：](\d{2})(?::\d{2})?", text)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return f"{int(found[1]):02d}:{found[2]}"
    raise values.BadValue(_("“%(text)s” is not a clock time: write it like 17:30") % {"text": text})


def _add_up(
    form: FormDefinition, numbers: dict[str, int], given: set[str], wrong: Mapping[str, str]
) -> dict[str, str]:
    """Put the totals of breakdowns in; where a total was entered against its parts, say so."""
    found: dict[str, str] = {}
    for cell in form.number_cells:
        known = [numbers[part] for part in cell.parts if part in numbers]
        if not known or any(part in wrong for part in cell.parts):
            continue
        if cell.code in given and cell.code not in wrong and numbers[cell.code] != sum(known):
            found[cell.code] = _(
                "the parts add up to %(sum)s, not %(total)s: correct one of them; where the parts are filled in "
                "the total may stay empty"
            ) % {
                "sum": values.shown(cell.indicator, sum(known)),
                "total": values.shown(cell.indicator, numbers[cell.code]),
            }
        numbers[cell.code] = sum(known)
    return found


def _is_jump(indicator: Indicator, before: int, now: int) -> bool:
    """A change of at least `jump` per cent and `jump_from` units; from zero only where `jump_from` is set."""
    if indicator.jump is None or before == now:
        return False
    change = abs(now - before)
    if change < indicator.jump_from * indicator.scale:
        return False
    return change * 100 >= indicator.jump * abs(before) if before else indicator.jump_from > 0


def _soft(kind: str, cell: Cell, text: str, a: int, b: int) -> Doubt:
    shown = {
        "label": cell.indicator.label,
        "a": values.shown(cell.indicator, a),
        "b": values.shown(cell.indicator, b),
    }
    return Doubt(f"{kind}:{cell.code}", Strength.SOFT, text % shown, needs_comment=True)
