"""docs/requirements.csv is true: every path and every test it names exists."""

from __future__ import annotations

import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs" / "requirements.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_ids_are_unique_and_well_formed():
    ids = [r["id"] for r in rows()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Q]\d{1,2}", i) for i in ids)


def test_places_exist():
    gone = [
        f"{r['id']}: {place}" for r in rows() for place in r["where"].split() if not (ROOT / place).exists()
    ]
    assert gone == []


def test_tests_exist():
    gone = []
    for row in rows():
        assert row["tests"].strip(), f"{row['id']} names no test"
        for test in row["tests"].split():
            file, _, name = test.partition("::")
            path = ROOT / file
            name = name.rpartition("::")[2]
            if not path.exists() or (name and f"def {name}(" not in path.read_text(encoding="utf-8")):
                gone.append(f"{row['id']}: {test}")
    assert gone == []
