"""Every engine's answers beside the exact ones: who is paid wrong, who is decided wrong, and what a gap does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.rules_exact import ASKS, PAYS, Owed, on_the_limit, owed
from bench.rules_world import CODES, amount_columns, chosen, column

Row = Mapping[str, Any]


@dataclass
class Verdict:
    """Counts of answers, one answer being one measure of one row."""

    answers: int = 0
    known: int = 0
    """… of which every fact is known."""
    wrong_fen: int = 0
    """Known, rightly paid, but wrong by a fen or more."""
    wrong_state: int = 0
    """Known, but paid or refused where the opposite is right."""
    on_limit: int = 0
    """Known, and a share exactly on the limit."""
    limit_wrong: int = 0
    open: int = 0
    """A missing fact decides: nobody can tell yet."""
    paid_open: int = 0
    refused_open: int = 0
    settled: int = 0
    """A fact is missing, but the rest decides."""
    asked_settled: int = 0
    wrong_settled: int = 0


@dataclass(frozen=True)
class Truth:
    """A row with what it is owed under each measure."""

    row: Row
    owed: dict[str, Owed]


def truths(source: Path, rows: int) -> dict[int, Truth]:
    """subject → the row and what is exactly right, for the first rows of the file."""
    return {row["subject"]: Truth(row, {c: owed(c, row) for c in CODES}) for row in lines(source, rows)}


def lines(path: Path, rows: int) -> Iterable[dict[str, Any]]:
    """The rows of a Parquet file whose `subject` is below a number."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        found = connection.execute(f"SELECT * FROM '{path}' WHERE subject < {rows} ORDER BY subject")
        heads = [c[0] for c in found.description]
        return [dict(zip(heads, line, strict=True)) for line in found.fetchall()]


def judge(answers: Path, right: Mapping[int, Truth]) -> Verdict:
    """Compare the answers of an engine; those of rows that are not judged are left out."""
    verdict = Verdict()
    for line in lines(answers, len(right)):
        truth = right[line["subject"]]
        for code, name in zip(CODES, amount_columns(), strict=True):
            _one(verdict, code, truth, _pays(line, code), line[name])
    return verdict


def _pays(line: Row, code: str) -> bool | None:
    """What an engine says: yes, no, or None for an open question."""
    failed = line.get(f"{column(code)}__failed")
    if failed is None:
        return line[f"{column(code)}__pays"]  # type: ignore[no-any-return]
    return False if failed else None if line[f"{column(code)}__open"] else True


def _one(verdict: Verdict, code: str, truth: Truth, pays: bool | None, fen: int | None) -> None:
    right = truth.owed[code]
    verdict.answers += 1
    if right.state == PAYS and right.fen is None:
        return  # eligible, the amount alone is open: engines have no common way to say so
    if right.told:
        verdict.known += 1
        wrong = pays is not (right.state == PAYS)
        verdict.wrong_state += wrong
        verdict.wrong_fen += not wrong and right.state == PAYS and fen != right.fen
        if on_the_limit(code, truth.row):
            verdict.on_limit += 1
            verdict.limit_wrong += wrong
    elif right.state == ASKS:
        verdict.open += 1
        verdict.paid_open += pays is True
        verdict.refused_open += pays is False
    else:
        verdict.settled += 1
        verdict.asked_settled += pays is None
        verdict.wrong_settled += pays is not None and pays is not (right.state == PAYS)


def against_scalar(answers: Path, right: Mapping[int, Truth], on: Any) -> tuple[int, int]:
    """(answers of the batch that differ from the scalar evaluator to a fen or a bit of a mask, answers compared).

    `on` is a day or the name of a column of days.
    """
    from chunfeng_rules.scalar import explain, masks

    wrong = compared = 0
    for line in lines(answers, len(right)):
        row = right[line["subject"]].row
        day = row[on] if isinstance(on, str) else on
        for measure in chosen():
            told = explain(measure, row, on=day, area=row["area"])
            given = {g.name: g.value for g in told.gives}
            want = [*masks(told), *(given.get(o.name) for o in measure.gives)]
            got = [line[f"{measure.column}__{part}"] for part in ("failed", "open")]
            got += [line[f"{measure.column}__{o.name}"] for o in measure.gives]
            wrong += got != want
            compared += 1
    return wrong, compared


def digest(files: str) -> tuple[int, str]:
    """(rows, digest) of answers in Parquet files that does not depend on the order or the types of columns and rows.

    Every row becomes one text, `name=value` for each column in the order of their names; the MD5 of every row is
    added up, so that two files with the same digest hold the same bytes in some order.
    """
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        names = sorted(c[0] for c in connection.execute(f"DESCRIBE SELECT * FROM '{files}'").fetchall())
        parts = ", ".join(f"'{name}=', coalesce(\"{name}\"::VARCHAR, '-'), ';'" for name in names)
        found = connection.execute(
            f"""SELECT count(*), sum(md5_number_upper(row)::HUGEINT), sum(md5_number_lower(row)::HUGEINT)
                FROM (SELECT concat({parts}) AS row FROM '{files}')"""
        ).fetchone()
    return int(found[0]), f"{found[1]:x}-{found[2]:x}"
