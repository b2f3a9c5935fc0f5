"""bench/RESULTS.md: one section a benchmark, replaced when it runs at full size."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import machine

FILE = Path(__file__).with_name("RESULTS.md")
HEAD = "# Benchmarks\n\nEach section is written by `.venv/bin/python -m bench NAME --size full`.\n"


@dataclass
class Found:
    """The agreed figures, a table for people, remarks, and further tables."""

    figures: dict[str, Any]
    table: list[list[str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    more: list[list[list[str]]] = field(default_factory=list)


def keep(name: str, size: str, found: Found) -> None:
    """Write or replace the section of one benchmark."""
    lines = [f"## {name}", "", f"{datetime.now(UTC):%Y-%m-%d}, size {size}. {machine.describe()}.", ""]
    for table in (found.table, *found.more):
        if table:
            head, *rows = ("| " + " | ".join(row) + " |" for row in table)
            lines += [head, "|" + "---|" * len(table[0]), *rows, ""]
    lines += ["| figure | value |", "|---|---|", *(f"| `{k}` | {v} |" for k, v in found.figures.items()), ""]
    lines += [f"- {remark}" for remark in found.remarks]
    section = "\n".join(lines).rstrip() + "\n"
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else HEAD
    pattern = re.compile(rf"^## {name}\n.*?(?=^## |\Z)", re.M | re.S)
    text = (
        pattern.sub(lambda _: section + "\n", text)
        if pattern.search(text)
        else f"{text.rstrip()}\n\n{section}"
    )
    FILE.write_text(text.rstrip() + "\n", encoding="utf-8")
