"""A spreadsheet as CSV on the standard output: run as a program of its own, with bounds on memory and time.

The reader of spreadsheets lays a sheet out whole, and a small file can ask for any amount of it. In a process
of its own it can at worst end itself; who imports reads row after row from the pipe and holds none of it.
"""

from __future__ import annotations

import csv
import io
import resource
import sys
from datetime import date, datetime, timedelta
from typing import Any

MEMORY, SECONDS = 2 << 30, 600
_EXACT = 10**15
"""Figures from here on have lost digits in a spreadsheet."""


def text_of(value: Any) -> str:
    """A cell as text: days in ISO form, whole figures without ".0", rounded figures as such (2.2E+17)."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        if abs(value) >= _EXACT:
            return f"{value:.14E}"
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute or value.second) else str(value)
    if isinstance(value, date | timedelta):
        return str(value)
    return str(value)


def main(path: str) -> None:
    """Write every row of the first sheet, from its first line, all of the same width."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    import python_calamine

    sheet = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(out)
    for _ in range(sheet.start[0] if sheet.start else 0):
        writer.writerow([""])
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        writer.writerow(left + [value if type(value) is str else text_of(value) for value in row])
    out.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except BrokenPipeError:
        sys.stderr.close()
