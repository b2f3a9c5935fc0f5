"""All rows of a table at once: an Ibis expression for DuckDB, PostgreSQL and Spark.

    found = evaluate(table, measures, on=date(2020, 3, 1), keep=("subject",))
    text = dialects.sql(found, "duckdb")

A row carries for every measure `CODE__failed` and `CODE__open`, two bit masks (bit 0: in force; bit n: the nth
condition) from which every reason can be rebuilt, and one column `CODE__OUTCOME` for what it gives (codes with
underscores). Build and compile at release or start (`sql`), never in a web request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import ibis

from chunfeng_rules import dialects
from chunfeng_rules.columns import TYPES, Cell, Columns, Levels, bit, cases, column, const, derived
from chunfeng_rules.lowering import Exact
from chunfeng_rules.measure import Aggregate, Column, Condition, Fact, Measure, Outcome
from chunfeng_rules.units import FIRST_DAY, LAST_DAY

# One SELECT for each level: merged ones would put the text of one into the other again.
ibis.options.sql.fuse_selects = False


def evaluate(
    table: Any,
    measures: Iterable[Measure],
    *,
    on: date | str,
    area: str | None = "area",
    subject: str = "subject",
    groups: Mapping[str, Any] | None = None,
    keep: Sequence[str] = ("subject",),
    clean: Collection[str] = (),
) -> Any:
    """The table of answers, lazily.

    `on` is a day or the name of a date column; `area` the name of a column of area codes (None or a name the table
    does not have: unknown). Facts are columns of their names; one that is missing is unknown. `groups` holds related
    tables whose column `subject` names the row they belong to. `keep` are columns carried over; `clean` those known
    to hold nothing outside their range, which is then not looked at.
    """
    return _Batch(table, list(measures), on, area, subject, groups or {}, clean).run(keep)


def result_columns(measure: Measure) -> list[str]:
    """Names of the columns a measure adds."""
    code = measure.column
    return [f"{code}__failed", f"{code}__open", *(f"{code}__{o.name}" for o in measure.gives)]


def sql(
    measures: Iterable[Measure],
    schema: Mapping[str, str],
    *,
    table: str,
    on: date | str,
    dialect: str,
    area: str | None = "area",
    subject: str = "subject",
    keep: Sequence[str] = ("subject",),
    groups: Mapping[str, Mapping[str, str]] | None = None,
    clean: Collection[str] = (),
) -> str:
    """The SQL text for a table of this schema (column → Ibis type): "duckdb", "postgres" or "pyspark"."""
    related = {name: ibis.table(columns, name=name) for name, columns in (groups or {}).items()}
    source = ibis.table(schema, name=table)
    found = evaluate(
        source, measures, on=on, area=area, subject=subject, keep=keep, groups=related, clean=clean
    )
    return dialects.sql(found, dialect)


class _Batch:
    """One evaluation: collects the columns of all measures, then adds them level by level."""

    def __init__(
        self,
        table: Any,
        measures: list[Measure],
        on: date | str,
        area: str | None,
        subject: str,
        groups: Mapping[str, Any],
        clean: Collection[str],
    ) -> None:
        self.clean = frozenset(clean)
        self.table, self.measures, self.subject, self.groups = table, measures, subject, groups
        self.levels = Levels()
        self.has = set(table.columns)
        self.on = column(on, 0, "date") if isinstance(on, str) else const(on, "date")
        self.area = column(area, 0, "string") if area in self.has and area else const(None, "string")
        self.joined: dict[str, Any] = {}

    def run(self, keep: Sequence[str]) -> Any:
        """Everything put together."""
        outputs: list[str] = []
        for measure in self.measures:
            self._measure(measure)
            outputs += result_columns(measure)
        table = self.table
        for name, related in self.joined.items():
            table = table.left_join(related, table[self.subject] == related[f"{name}__subject"])
            table = table.drop(f"{name}__subject")
        return self.levels.apply(table, [*keep, *outputs])

    def _measure(self, measure: Measure) -> None:
        lowering = Columns(measure, self.levels, lambda kind, name: self._name(measure, kind, name))
        for step in measure.steps.values():
            value = lowering.lower(step.node)
            if isinstance(value, Exact):
                if step.round:
                    value = Exact(lowering.rounded(value, step.round, step.to))
                value = lowering.operand(value, step.node)
            else:
                value = self.levels.store(value)
            lowering.steps[step.name] = value
        truths = [self.levels.store(self._condition(lowering, c)) for c in measure.conditions]
        force = self.levels.store(self._in_force(lowering, measure))
        failed = self.levels.store(self._mask(lowering, force, truths, False))
        unknown = self.levels.store(self._mask(lowering, force, truths, None))
        code = measure.column
        zero = const(0, "int64")
        eligible = self.levels.store(
            lowering.every(
                [lowering.compare("==", failed, zero, 0), lowering.compare("==", unknown, zero, 0)]
            )
        )
        self.levels.put(f"{code}__failed", failed)
        self.levels.put(f"{code}__open", unknown)
        for outcome in measure.gives:
            cell = self._outcome(lowering, outcome)
            value = lowering.choose(eligible, cell, const(None, cell.type))
            self.levels.put(f"{code}__{outcome.name}", value)

    def _condition(self, lowering: Columns, condition: Condition) -> Cell:
        demanded = [self._span(lowering, condition.span)]
        if condition.area:
            demanded.append(self._inside(condition.area))
        truth: Cell = lowering.lower(condition.node)
        return lowering.some([lowering.negate(lowering.every(demanded)), truth])

    def _span(self, lowering: Columns, span: Any) -> Cell:
        if self.on.fixed:
            return const(span.holds(self.on.const), "boolean")
        tests = []
        if span.first is not None:
            tests.append(lowering.compare(">=", self.on, const(span.first, "date"), 0))
        if span.last is not None:
            tests.append(lowering.compare("<=", self.on, const(span.last, "date"), 0))
        return lowering.every(tests)

    def _inside(self, prefix: str) -> Cell:
        if not prefix:
            return const(True, "boolean")
        if self.area.fixed:
            return const(None if self.area.const is None else self.area.const.startswith(prefix), "boolean")
        inside = derived("boolean", lambda a: a.startswith(prefix), self.area)
        return self.levels.store(inside, ("inside", prefix))

    def _in_force(self, lowering: Columns, measure: Measure) -> Cell:
        tests = [self._span(lowering, measure.span), self._inside(measure.area)]
        for _, span, prefix in measure.gives_way:
            tests.append(lowering.negate(lowering.every([self._span(lowering, span), self._inside(prefix)])))
        return lowering.every(tests)

    def _mask(self, lowering: Columns, force: Cell, truths: list[Cell], wanted: bool | None) -> Cell:
        """The bits of the conditions that failed (wanted False) or are unknown (wanted None)."""
        total = const(0, "int64")
        for n, truth in enumerate(truths, 1):
            total = lowering.add(total, bit(truth, wanted, 1 << n))
        if wanted is None:
            total = lowering.add(total, bit(force, None, 1))
        if force.fixed:
            return total if force.const is not False else const(1 if wanted is False else 0, "int64")
        outside = const(1 if wanted is False else 0, "int64")
        total = self.levels.store(total)
        return derived("int64", lambda f, t, o: ibis.ifelse(f.fill_null(True), t, o), force, total, outside)

    def _outcome(self, lowering: Columns, outcome: Outcome) -> Cell:
        value = lowering.lower(outcome.node)
        if outcome.cap is not None:
            one, most = lowering.operand(value, outcome.node), lowering.lower(outcome.cap)
            most = lowering.operand(most, outcome.cap)
            value = lowering._choose(lowering._compare("<=", one, most, 0), one, most)
        if not isinstance(value, Exact):
            return self.levels.store(value)
        return self.levels.store(lowering.rounded(value, outcome.round, outcome.to))

    # facts

    def _name(self, measure: Measure, kind: str, name: str) -> Cell:
        if kind == "on":
            return self.on
        if kind == "area":
            return self.area
        fact = measure.facts[name]
        if fact.aggregate is not None:
            return self._aggregated(measure, fact, fact.aggregate)
        return self._fact(fact)

    def _fact(self, fact: Fact) -> Cell:
        if fact.name not in self.has:
            return const(None, TYPES[fact.unit.kind])
        if fact.name in self.clean:
            type_ = TYPES[fact.unit.kind]
            return self.levels.store(
                derived(type_, lambda c: c.cast(type_), column(fact.name, 0, type_)), ("fact", fact.name)
            )
        key = ("fact", fact.name, fact.unit, fact.least, fact.most)
        return self.levels.store(_checked(column(fact.name, 0, TYPES[fact.unit.kind]), fact), key)

    def _aggregated(self, measure: Measure, fact: Fact, aggregate: Aggregate) -> Cell:
        key = ("aggregate", measure.code, fact.name)
        if key in self.levels.keys:
            return self.levels.keys[key]
        cell = self._fact(fact)
        if aggregate.group in self.groups:
            made = self._counted(measure, fact, aggregate)
            cell = (
                made
                if cell.fixed
                else cases(
                    [
                        (derived("boolean", lambda d: d.notnull(), column(fact.name, 0, "int64")), cell),
                        (derived("boolean", lambda d: d.isnull(), column(fact.name, 0, "int64")), made),
                    ],
                    cell.type,
                )
            )
        found = self.levels.store(cell)
        self.levels.keys[key] = found
        return found

    def _counted(self, measure: Measure, fact: Fact, aggregate: Aggregate) -> Cell:
        """One row for each subject of the related table, joined to the table; no row counts nothing."""
        rows, group = self.groups[aggregate.group], measure.groups[aggregate.group]
        inner = _Rows(self, measure, rows, {c.name: c for c in group.columns})
        name = f"g{len(self.joined) + 1}"
        related = inner.aggregated(aggregate, name)
        self.joined[name] = related
        number, unknown = column(f"{name}__n", 0, TYPES[fact.unit.kind]), column(f"{name}__u", 0, "int64")
        sure = derived("boolean", lambda u: u.isnull() | (u == 0), unknown)
        if aggregate.kind in ("count", "sum"):
            number = derived("int64", lambda n: n.fill_null(0), number)
        return _checked(self.levels.store(cases([(sure, number)], number.type)), fact)


class _Rows:
    """The rows of a group, with the day, area and dates of the subject they belong to."""

    def __init__(self, batch: _Batch, measure: Measure, rows: Any, columns: dict[str, Column]) -> None:
        self.batch, self.measure, self.columns = batch, measure, columns
        self.levels = Levels()
        subject = batch.subject
        wanted: dict[str, Any] = {}
        for cell, name in ((batch.on, "on"), (batch.area, "area")):
            if not cell.fixed:
                wanted[f"s__{name}"] = cell.make(batch.table)
        for parameter in measure.parameters.values():
            if parameter.as_of != "on" and parameter.as_of in batch.has:
                wanted[f"s__{parameter.as_of}"] = batch.table[parameter.as_of]
        rows = rows.select(subject, *(c for c in columns if c in rows.columns))
        if wanted:
            outer = batch.table.select(s__subject=batch.table[subject], **wanted)
            rows = rows.inner_join(outer, rows[subject] == outer.s__subject)
        self.rows, self.has, self.subject = rows, set(rows.columns), subject

    def name(self, kind: str, name: str) -> Cell:
        """A column of the rows, or what is known about their subject."""
        if kind == "column":
            held = self.columns[name]
            if name not in self.has:
                return const(None, TYPES[held.unit.kind])
            return self.levels.store(_checked(column(name, 0, TYPES[held.unit.kind]), held), ("column", name))
        if kind in ("on", "area"):
            cell = self.batch.on if kind == "on" else self.batch.area
            return cell if cell.fixed else column(f"s__{kind}", 0, cell.type)
        fact = self.measure.facts[name]
        if f"s__{name}" not in self.has:
            return const(None, TYPES[fact.unit.kind])
        return self.levels.store(
            _checked(column(f"s__{name}", 0, TYPES[fact.unit.kind]), fact), ("fact", name)
        )

    def aggregated(self, aggregate: Aggregate, name: str) -> Any:
        """subject, figure and number of rows that leave it open."""
        lowering = Columns(self.measure, self.levels, self.name)
        where = lowering.lower(aggregate.where) if aggregate.where is not None else const(True, "boolean")
        where = self.levels.store(where)
        value = const(1, "int64")
        if aggregate.value is not None:
            value = lowering.lower(aggregate.value)
            value = self.levels.store(value.num if isinstance(value, Exact) else value)
        null = const(None, value.type)
        self.levels.put("taken", lowering.choose(where, value, null))
        missing = lowering.some([_isnull(where), lowering.every([where, _isnull(value)])])
        one, zero = const(1, "int64"), const(0, "int64")
        self.levels.put("unknown", lowering.choose(missing, one, zero))
        rows = self.levels.apply(self.rows, [self.subject, "taken", "unknown"])
        how = {"count": "sum", "sum": "sum", "least": "min", "greatest": "max"}[aggregate.kind]
        figures = {f"{name}__n": getattr(rows.taken, how)(), f"{name}__u": rows.unknown.sum()}
        return rows.group_by(**{f"{name}__subject": rows[self.subject]}).agg(**figures)


def _isnull(cell: Cell) -> Cell:
    if cell.fixed:
        return const(cell.const is None, "boolean")
    return derived("boolean", lambda c: c.isnull(), cell)


def _checked(cell: Cell, held: Fact | Column) -> Cell:
    """A value of the right type; what is out of range or no option is unknown."""
    kind = held.unit.kind
    if kind == "yes_no" or kind == "area":
        return derived(TYPES[kind], lambda c: c.cast(TYPES[kind]), cell)
    if kind == "choice":
        return derived("string", lambda c: ibis.cases((c.isin(list(held.unit.options)), c), else_=None), cell)
    least, most = (FIRST_DAY, LAST_DAY) if kind == "date" else (held.least, held.most)

    def ranged(c: Any) -> Any:
        inside = (c >= ibis.literal(least)) & (c <= ibis.literal(most))
        return ibis.cases((inside, c.cast(TYPES[kind])), else_=ibis.literal(None, type=TYPES[kind]))

    return derived(TYPES[kind], ranged, cell)
