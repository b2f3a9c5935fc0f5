"""Data of the desk for questions: kinds with the measures that answer them, and dated terms with their clauses.

`kinds.yaml`: what people ask about; `pay: true` marks the cases of the pay calculator. `terms.yaml`: within how many
working days a question is answered, and for how many days its words are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a question is about. `measures` are codes, the likeliest first; `hint` says which case is meant."""

    code: str
    label: Mapping[str, str]
    hint: Mapping[str, str]
    measures: tuple[str, ...] = ()
    pay: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """From `since`: answered within `days` working days, its words kept for `keep` days after it came."""

    since: date
    days: int
    keep: int
    source: str
    verified: bool


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order of the file."""
    return tuple(
        Kind(
            code=row["code"],
            label=row["label"],
            hint=row.get("hint", {}),
            measures=tuple(row.get("measures", ())),
            pay=bool(row.get("pay")),
        )
        for row in _file("kinds")
    )


def kind(code: str) -> Kind | None:
    """One of them, or None for a code no file knows (any more)."""
    return next((each for each in kinds() if each.code == code), None)


def term(on: date) -> Term:
    """The term for questions of a day; before the first one, the first."""
    rows = [
        Term(row["from"], row["days"], row["keep"], row["source"], row["verified"]) for row in _file("terms")
    ]
    return max((row for row in rows if row.since <= on), key=lambda row: row.since, default=rows[0])


@lru_cache(maxsize=4)
def _file(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found
