"""Made-up rows with a column for every fact of eight shipped measures that give money.

A twentieth of every fact is unknown. A tenth of the firms stands exactly on the limit of layoffs of its size, a tenth
of the employers of interns exactly on the share to be kept. Amounts are whole fen, odd ones as often as even ones.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

CODES = (
    "job-retention-refund",
    "holiday-work-2020",
    "internship-subsidy",
    "institution-reward-bonus",
    "incubator-grant",
    "social-insurance-relief-2020",
    "overtime-pay",
    "pay-in-isolation",
)
AMOUNTS = ("refund", "pay", "subsidy", "bonus", "grant", "relief", "pay", "pay")
"""The outcome in money of each."""
ON = date(2020, 3, 16)
"""The day of the decision: a peer decides one day in one run."""

AREAS = ("620200000000", "990500000000", "990800000000", "420100000000", "110101000000")
WHOLE: dict[str, tuple[int, int]] = {
    "months_paid": (0, 40),
    "contributions_paid": (1_00, 500_000_00),
    "daily_wage": (80_00, 900_00),
    "months_served": (1, 15),
    "grant_years_before": (0, 5),
    "grant_approved": (1_000_00, 900_000_00),
    "employer_contributions_due": (1_00, 200_000_00),
    "overtime": (0, 12),
    "hourly_wage": (10_00, 120_00),
    "daily_pay": (80_00, 900_00),
    "days_missed": (1, 60),
}
"""Least and most of each number that stands alone."""
DAYS: dict[str, tuple[str, int]] = {
    "worked_on": ("2020-01-22", 14),
    "born_on": ("1990-01-01", 6_000),
    "began_on": ("2015-01-01", 2_000),
    "contribution_month": ("2020-01-01", 260),
}
"""First day, and how many days there are."""


def column(code: str) -> str:
    """What the columns of a measure begin with."""
    return code.replace("-", "_")


def amount_columns() -> list[str]:
    """The column of each amount, in the order of CODES."""
    return [f"{column(code)}__{amount}" for code, amount in zip(CODES, AMOUNTS, strict=True)]


def chosen() -> list[Any]:
    """The eight measures."""
    from chunfeng_rules.library import shipped

    return [shipped()[code] for code in CODES]


def make_rows(path: Path, count: int) -> None:
    """A Parquet file with every fact of the measures; the same rows every time. `on_day` is a day of each row's own."""
    import duckdb

    facts = {f.name: f for m in chosen() for f in m.facts.values()}
    made = _related() | {name: _fact(name, fact) for name, fact in facts.items() if name not in _related()}
    columns = [
        "i::BIGINT AS subject",
        f"DATE '2018-06-01' + {_whole('on_day', 1_200)}::INTEGER AS on_day",
        f"CASE WHEN {_whole('area?', 20)} > 0 THEN {_pick(list(AREAS), 'area')} END AS area",
    ]
    columns += [
        f'CASE WHEN {_whole(name + "?", 20)} > 0 THEN {how} END AS "{name}"' for name, how in made.items()
    ]
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"COPY (SELECT {', '.join(columns)} FROM range({count}) t(i)) TO '{path}' (FORMAT parquet)"
        )


def _related() -> dict[str, str]:
    """Facts that are compared as a share: by chance, and exactly on the limit."""
    firm, times = _whole("firm", 10), f"(1 + {_whole('times', 6)})"
    staff, left = f"(1 + {_whole('staff', 900)})", _whole("left", 60)
    kept, ended = _whole("kept", 20), _whole("ended", 20)
    return {
        "insured_staff": f"CASE {firm} WHEN 0 THEN 200 * {times} WHEN 1 THEN 5 * {times} ELSE {staff} END",
        "laid_off": f"CASE {firm} WHEN 0 THEN 11 * {times} WHEN 1 THEN {times} ELSE {left} END",
        "interns_finished": f"CASE {firm} WHEN 2 THEN 2 * {times} ELSE {ended} END",
        "interns_kept": f"CASE {firm} WHEN 2 THEN {times} ELSE {kept} END",
    }


def _fact(name: str, fact: Any) -> str:
    match fact.unit.kind:
        case "yes_no":
            return f"{_whole(name, 2)} = 0"
        case "date":
            first, count = DAYS[name]
            return f"DATE '{first}' + {_whole(name, count)}::INTEGER"
        case "choice":
            return _pick(list(fact.unit.options), name)
    least, most = WHOLE[name]
    return f"{least} + {_whole(name, most - least + 1)}"


def _whole(salt: str, below: int) -> str:
    """A whole number from 0 to below − 1 that looks random and is the same every time."""
    # a hash of two values would be one hash with some bits turned: every yes would come with the same others
    return f"(hash(i + {crc32(salt.encode()) << 30}) % {below})::BIGINT"


def _pick(values: list[str], salt: str) -> str:
    return f"{values!r}[1 + {_whole(salt, len(values))}]"
