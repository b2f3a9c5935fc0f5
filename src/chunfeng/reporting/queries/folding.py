"""From partial sums by area code to the rows of a table. Adding happens here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.areas.lineage import Lineage
from chunfeng.areas.models import AreaChange
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.queries.grouping import Counts, Plan, Span, groups

Row = tuple[str, bool]
"""An area's code, and whether the line is that of its seat alone."""
_ENDS = (2, 4, 6, 9, 12, 15, 18)


class Tree:
    """Which row an area belongs to: the child of `area` that holds it, or its area at a level.

    What no child holds and is not the seat itself goes to the area below that its code names, so a code the
    table of divisions does not know keeps its figures.
    """

    def __init__(self, area: str, below: Sequence[str], level: int = 0) -> None:
        self.area, self.level = area, level
        self.children = {codes.prefix(code): code for code in below}
        self.widths = sorted({len(stem) for stem in self.children})
        self.width = _ENDS[level - 1] if level else max(self.widths, default=codes.MAX_LENGTH)

    def key(self) -> str:
        """The SQL expression to group by: as short as the rows allow, the whole code above them."""
        if self.level:
            return f"left(area_code, {self.width})"
        own = codes.code_range(self.area)[0].ljust(self.width, "0")
        return (
            f"CASE WHEN left(area_code, {self.width}) = '{own}' THEN area_code "
            f"ELSE left(area_code, {self.width}) END"
        )

    def row(self, key: str) -> Row:
        """The row of a key or of a full code."""
        if self.level:
            code = codes.pad(key[: self.width])
            return code, codes.level(code) != self.level
        for width in self.widths:
            if key[:width] in self.children:
                return self.children[key[:width]], False
        code = codes.pad(key)
        if code == self.area:
            return code, True
        chain = [*codes.ancestors(code), code]
        return (chain[chain.index(self.area) + 1], False) if self.area in chain else (code, False)

    def holds(self, code: str) -> bool:
        """Whether the code lies inside the area of the table."""
        return codes.contains(self.area, code)


class Part:
    """Partial figures that can be added to others."""

    def __init__(self, plan: Plan, columns: Sequence[Any] = ()) -> None:
        self.plan = plan
        self.columns: Sequence[Any] = columns
        self.above: dict[int, int] = {}

    def add(self, columns: Sequence[Any]) -> None:
        """Take in the partial figures of another group."""
        mine = self.columns
        if not mine:
            self.columns = columns
            return
        both = [b if a is None else a if b is None else a + b for a, b in zip(mine, columns, strict=True)]
        for i in self.plan.maxima:
            both[i] = max((x for x in (mine[i], columns[i]) if x is not None), default=None)
        self.columns = both

    def put(self, i: int, value: int) -> None:
        """Take in a figure of one column."""
        alone: list[int | None] = [None] * len(self.plan.columns)
        alone[i] = value
        self.add(alone)

    def counts(self) -> Counts:
        """How the reports behind it stand."""
        return Counts(*(value or 0 for value in self.columns[: len(Counts._fields)]))

    def numbers(self, form: FormDefinition) -> dict[str, int | Fraction | None]:
        """Figures by cell code, ratios by indicator code. A cell that is not added up is None."""
        found: dict[str, int | Fraction | None] = dict.fromkeys(self.plan.alone)
        if not self.columns:
            return found | {column.cell: None for column in self.plan.columns if column.cell}
        for cell, i in self.plan.places:
            found[cell] = self.columns[i]
        for cell, i in self.plan.means:
            total, count = self.columns[i], self.columns[i + 1]
            found[cell] = Fraction(total, count) if count else None
        for ratio in form.ratios:
            if ratio.of in found and ratio.to in found:
                found[ratio.code] = _ratio(form, found, ratio.of, ratio.to)
        return found

    def kept(self) -> dict[str, int]:
        """What stands here because its parts are unknown, by cell."""
        return {self.plan.columns[i].cell: n for i, n in self.above.items() if self.plan.columns[i].cell}


class Parts:
    """Partial figures by row."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._rows: dict[Row, Part] = {}

    @classmethod
    def of(cls, plan: Plan, sums: Iterable[tuple[str, Sequence[Any]]], tree: Tree) -> Parts:
        """Put groups into the rows of the tree."""
        found = cls(plan)
        for key, columns in sums:
            found.at(tree.row(key)).add(columns)
        return found

    def at(self, row: Row) -> Part:
        """The part of a row, made empty when new."""
        if row not in self._rows:
            self._rows[row] = Part(self.plan)
        return self._rows[row]

    def by_row(self) -> dict[Row, Part]:
        """All rows."""
        return self._rows

    def codes(self) -> set[str]:
        """The area of every row."""
        return {code for code, _own in self._rows}

    def up(self, tree: Tree) -> Parts:
        """The same figures in the rows of a wider level."""
        return Parts.of(self.plan, ((code, part.columns) for (code, _own), part in self._rows.items()), tree)

    def total(self) -> Part:
        """Everything together, from the same parts."""
        whole = Part(self.plan)
        for part in self._rows.values():
            whole.add(part.columns)
        return whole


def grouped(plan: Plan, span: Span, tree: Tree, now: datetime) -> Parts:
    """Figures as reported in the rows of the tree."""
    found = groups(plan, span, tree.key(), now)
    return Parts.of(plan, ((key, columns) for key, _bucket, columns in found), tree)


def on_todays_codes(plan: Plan, sight: Span, tree: Tree, today: date, now: datetime) -> Parts | None:
    """The same figures where they stand by the divisions of `today`; the sum stays the same.

    `sight` is everything the actor sees: an area of today may hold figures reported under a code elsewhere.
    What was divided without known shares stays at the area above and is told in `Part.kept`. None when
    nothing in sight has changed since.
    """
    changes = [
        (codes.code_range(old), on)
        for old, on in AreaChange.objects.filter(on__gt=sight.first, on__lte=today).values_list(
            "old_code", "on"
        )
    ]
    stems = {lo for (lo, hi), _on in changes if lo < sight.hi and hi > sight.lo}
    if not stems:
        return None
    cuts = sorted({on for _range, on in changes if on <= sight.last})
    dates = ", ".join(f"DATE '{on.isoformat()}'" for on in cuts)
    bucket = f"width_bucket(period_start, ARRAY[{dates}])" if cuts else "0"
    followed = areas.lineage()
    found = Parts(plan)
    for key, _bucket, columns in groups(plan, sight, f"area_code || ' ' || {bucket}", now):
        code, cut = key.split()
        if any(code[:end] in stems for end in _ENDS):
            since = cuts[int(cut)] - timedelta(days=1) if int(cut) < len(cuts) else sight.last
            _follow(found, tree, columns, partial(_places, followed, code, since, today))
        elif tree.holds(code):
            found.at(tree.row(code)).add(columns)
    return found


def _follow(
    found: Parts,
    tree: Tree,
    columns: Sequence[Any],
    places: Callable[[int, bool], list[tuple[str, int, bool]]],
) -> None:
    for i, column in enumerate(found.plan.columns):
        if columns[i] is None:
            continue
        for code, amount, exact in places(columns[i], column.op == "max"):
            if not tree.holds(code):
                continue
            part = found.at(tree.row(code))
            part.put(i, amount)
            if not exact:
                part.above[i] = part.above.get(i, 0) + amount


def _places(
    followed: Lineage, code: str, since: date, today: date, value: int, whole: bool
) -> list[tuple[str, int, bool]]:
    """Where a figure stands today, how much of it, and whether that is its true place."""
    if whole:  # a maximum is not divided
        return [(place.code, value, place.exact) for place in followed.places(code, since, today)]
    folded = followed.fold({code: value}, since, today)
    return [(at, amount, at not in folded.kept_above) for at, amount in folded.totals.items()]


def _ratio(
    form: FormDefinition, numbers: dict[str, int | Fraction | None], of: str, to: str
) -> Fraction | None:
    part, whole = numbers[of], numbers[to]
    if part is None or not whole:
        return None
    in_units = Fraction(form.cells[to].indicator.scale, form.cells[of].indicator.scale)
    return Fraction(part) / whole * in_units * 100
