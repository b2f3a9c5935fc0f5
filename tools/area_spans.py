"""From a series of tables to dated rows: which code bore which name from when to when.

A table tells the state on its day. A change between two tables has no known day: the row starts on the
day of the first table that shows it and carries the day of the last table that does not. Tables lag
behind decisions, they never lead; and a table may omit a line. So a state that gives way for a short
while to its neighbours on both sides is a lagging or an incomplete table, not a change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SHORT_DAYS = 950  # tables of different origin lag up to two and a half years behind one another
SHORT_DAYS_YEARLY = 370  # until 2000 there is one table a year: only a single one may be wrong
MONTHLY_SINCE = date(2000, 1, 1)


@dataclass(frozen=True)
class Table:
    """One published table: its day, full code → name, and where it comes from (g or s)."""

    day: date
    names: dict[str, str]
    source: str


@dataclass(frozen=True)
class Row:
    """One code with one name, [valid_from, valid_to); None is open. `changed_after`: see above."""

    code: str
    name: str
    valid_from: date | None
    valid_to: date | None
    changed_after: date | None
    source: str

    @property
    def day_known(self) -> bool:
        """Is valid_from the very day, and not only the first day on which a table shows the row?"""
        return self.valid_from is not None and self.changed_after is None and self.source == "r"


@dataclass
class _Run:
    name: str | None
    start: int  # index of its first table


def rows_of(tables: list[Table]) -> list[Row]:
    """Dated rows of a series of tables in order of their days. The first table's rows start open."""
    days = [table.day for table in tables]
    found: list[Row] = []
    for code in sorted({code for table in tables for code in table.names}):
        runs = _settle(_runs([table.names.get(code) for table in tables]), days)
        for position, run in enumerate(runs):
            if run.name is None:
                continue
            end = days[runs[position + 1].start] if position + 1 < len(runs) else None
            began = run.start > 0
            found.append(
                Row(
                    code,
                    run.name,
                    days[run.start] if began else None,
                    end,
                    days[run.start - 1] if began else None,
                    tables[run.start].source,
                )
            )
    return found


def lives_of(rows: list[Row]) -> list[Row]:
    """Rows of one code in order, joined where one follows the other without a gap."""
    lives: list[Row] = []
    for row in rows:
        if lives and lives[-1].valid_to is not None and lives[-1].valid_to == row.valid_from:
            last = lives.pop()
            row = Row(row.code, row.name, last.valid_from, row.valid_to, last.changed_after, last.source)
        lives.append(row)
    return lives


def _runs(states: list[str | None]) -> list[_Run]:
    runs: list[_Run] = []
    for position, state in enumerate(states):
        if not runs or runs[-1].name != state:
            runs.append(_Run(state, position))
    return runs


def _settle(runs: list[_Run], days: list[date]) -> list[_Run]:
    """Drop short runs between two equal neighbours, the latest first, so a switch keeps its first day.

    A code that stands in the tables only once, however shortly, is no late table: it stays.
    """
    position = len(runs) - 2
    while position >= 1:
        before, here, after = runs[position - 1 : position + 2]
        limit = SHORT_DAYS if days[here.start] >= MONTHLY_SINCE else SHORT_DAYS_YEARLY
        short = (days[after.start] - days[here.start]).days <= limit
        came_back = before.name is not None or any(run.name == here.name for run in runs[: position - 1])
        if before.name == after.name and short and came_back:
            del runs[position : position + 2]
            position = min(position, len(runs) - 1)
        position -= 1
    return runs
