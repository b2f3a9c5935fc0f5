"""Many cases at once: a measure as SQL over a table of facts in DuckDB, in bounded memory. No words are made.

A few cases are judged one by one, which is quicker than loading what judges tables. Either way a case says what
`engine.evaluate` says of it, which the tests hold against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from chunfeng.benefits import engine

MEMORY = "256MB"
FEW = 2_000
"""Cases below which no table is made: 20–200 µs each, against some seconds once a process."""
_NOT_IN_FORCE = 1


@dataclass(frozen=True, slots=True)
class Case:
    """Facts in JSON form and the area they belong to."""

    facts: Mapping[str, Any]
    area: str


@contextmanager
def opened() -> Iterator[Many]:
    """An evaluator that loads nothing from elsewhere and is gone afterwards."""
    made = Many()
    try:
        yield made
    finally:
        made.close()


class Many:
    """Evaluates tables of cases over one connection, made when the first table comes."""

    def __init__(self) -> None:
        self._connection: Any = None

    def close(self) -> None:
        """Let the memory go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> Any:
        import duckdb

        if self._connection is None:
            settings: dict[str, Any] = {
                "memory_limit": MEMORY,
                "threads": 1,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
            self._connection = duckdb.connect(config=settings)
        return self._connection

    def answers(
        self, text: str, local: Sequence[str], names: Sequence[str], cases: Sequence[Case], on: date
    ) -> list[engine.Answer]:
        """What the rules say of each case on a day, in their order; `names` are the facts cases may hold.

        Where something is given whose worth is not known yet, the one case is asked again for what it lacks.
        """
        if len(cases) < FEW:
            return [engine.answer(text, local, case.facts, on, case.area) for case in cases]
        batch = engine.batch(text, tuple(local), tuple(names))
        connection = self._open()
        connection.register("facts", _table(batch.kinds, cases, on))
        cursor = connection.execute(batch.sql)
        heads = [column[0] for column in cursor.description]
        found: list[engine.Answer | None] = [None] * len(cases)
        while lines := cursor.fetchmany(2000):
            for line in lines:
                row = dict(zip(heads, line, strict=True))
                found[row[engine.ROW]] = _answer(batch, row)
        connection.unregister("facts")
        return [
            engine.answer(text, local, case.facts, on, case.area) if answer is None else answer
            for case, answer in zip(cases, found, strict=True)
        ]


def _table(kinds: Mapping[str, str], cases: Sequence[Case], on: date) -> Any:
    import pyarrow as pa

    columns: dict[str, list[Any]] = {}
    for name, kind in kinds.items():
        if name == engine.ROW:
            columns[name] = list(range(len(cases)))
        elif name == "area":
            columns[name] = [case.area or None for case in cases]
        elif name == "on":
            columns[name] = [on] * len(cases)
        else:
            columns[name] = [_typed(case.facts.get(name), kind) for case in cases]
    arrow = {"int64": pa.int64(), "date": pa.date32(), "boolean": pa.bool_(), "string": pa.string()}
    schema = pa.schema([(name, arrow[kind]) for name, kind in kinds.items()])
    return pa.table(columns, schema=schema)


def _typed(value: Any, kind: str) -> Any:
    if value is None or value == "":
        return None
    return date.fromisoformat(value) if kind == "date" and isinstance(value, str) else value


def _answer(batch: engine.Batch, row: Mapping[str, Any]) -> engine.Answer | None:
    """The bare answer; None where the single case has to be asked what is still needed."""
    if row[batch.failed] & _NOT_IN_FORCE:
        return engine.Answer(engine.NOT_IN_FORCE, None, ())
    if row[batch.failed]:
        return engine.Answer(engine.NOT_ELIGIBLE, None, ())
    if row[batch.open]:
        return engine.Answer(engine.ASK, None, ())
    if any(row[name] is None for name in batch.gives):
        return None
    money = [int(row[name]) for name in batch.money]
    return engine.Answer(engine.ELIGIBLE, sum(money) if money else None, ())
