"""Files as tables: what kind, which encoding, where the header stands; rows one after another, never all at once."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.people.imports.fields import known_words, plain

HEADER_WITHIN = 15
MAX_COLUMNS = 200
SAMPLE = 5
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
_DELIMITERS = (",", "\t", ";", "|", "，")
_BLOCK = 1 << 20
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CHILD = Path(__file__).with_name("xlsx_rows.py")


@dataclass(frozen=True, slots=True)
class Layout:
    """How the bytes of a file are read: `kind` is "xlsx" or "csv", `row` the line of the header (from 1)."""

    kind: str
    encoding: str = ""
    delimiter: str = ","
    row: int = 1


@dataclass(slots=True)
class Table:
    """A file with its header. `total` counts the rows below the header, without the empty ones at the end."""

    name: str
    path: Path
    layout: Layout
    header: list[str]
    total: int
    sample: list[list[str]] = field(default_factory=list)

    @property
    def encoding(self) -> str:
        """The encoding as guessed or chosen; "" for a spreadsheet."""
        return self.layout.encoding


def open_file(source: bytes | Path, name: str, encoding: str = "") -> Table:
    """Look through a file once: kind, encoding (guessed unless given), header, number of rows, first rows.

    Raises Refused when it is no table, is damaged, or holds no row.
    """
    if isinstance(source, bytes):
        with tempfile.NamedTemporaryFile(prefix="chunfeng-") as kept:
            kept.write(source)
            kept.flush()
            return open_file(Path(kept.name), name, encoding)
    start = _head(source)
    if not start.strip():
        raise Refused(_("The file “%(name)s” is empty. Choose it again.") % {"name": name})
    if start[:4] in (_ZIP, _OLE):
        layout = Layout("xlsx")
    else:
        chosen = _encoding(source, encoding)
        layout = Layout("csv", chosen, _delimiter(start, chosen))
    with closing(_raw(source, layout)) as lines:
        first = list(itertools.islice(lines, HEADER_WITHIN))
        at = _header_at(first, name)
        below = _without_tail(itertools.chain(first[at + 1 :], lines))
        total, sample = 0, []
        for total, row in enumerate(below, start=1):
            if total <= SAMPLE:
                sample.append(row)
    if total == 0:
        raise Refused(_("The file “%(name)s” holds a header but no row below it.") % {"name": name})
    header = [" ".join(cell.split()) for cell in first[at]]
    while header and not header[-1] and all(not row[len(header) - 1 :][:1] for row in sample):
        header.pop()
    return Table(
        name, source, Layout(layout.kind, layout.encoding, layout.delimiter, at + 1), header, total, sample
    )


@contextmanager
def rows_of(path: Path, layout: Layout, *, skip: int = 0) -> Iterator[Iterator[list[str]]]:
    """The rows below the header as text, from row `skip` + 1 on; a reader of its own ends with the block."""
    with closing(_raw(path, layout)) as lines:
        yield itertools.islice(_without_tail(itertools.islice(lines, layout.row, None)), skip, None)


def _raw(path: Path, layout: Layout) -> Generator[list[str], None, None]:
    return _sheet(path) if layout.kind == "xlsx" else _text(path, layout)


def _text(path: Path, layout: Layout) -> Generator[list[str], None, None]:
    encoding = "utf-8-sig" if layout.encoding == "utf-8" else layout.encoding
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        lines = csv.reader(text, delimiter=layout.delimiter)
        try:
            yield from lines
        except csv.Error as error:
            raise Refused(
                _("Line %(line)s of the file cannot be split into cells: a quotation mark is not closed.")
                % {"line": f"{lines.line_num:,}"}
            ) from error


def _sheet(path: Path) -> Generator[list[str], None, None]:
    """Rows from the program beside this module; a failure of it is a sentence, never its memory."""
    command = [sys.executable, "-I", str(_CHILD), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        try:
            with io.TextIOWrapper(child.stdout, encoding="utf-8", newline="") as text:
                yield from csv.reader(text)
                failed = child.wait() != 0
        finally:
            child.kill()
    if failed:
        raise Refused(
            _(
                "This file cannot be read as a spreadsheet: it is damaged, protected by a password, or too large. "
                "Save it again as .xlsx or CSV and choose it again."
            )
        )


def _without_tail(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    """All rows up to the last one that holds anything; empty ones in between stay."""
    empty = 0
    for line in lines:
        if not any(line) or not any(cell.strip() for cell in line):
            empty += 1
            continue
        for _n in range(empty):
            yield []
        empty = 0
        yield line


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(1 << 16)


def _encoding(path: Path, chosen: str) -> str:
    """The chosen encoding, else the first that the whole file can be read in; GB18030 is the last resort."""
    if chosen:
        if chosen not in ENCODINGS:
            raise Refused(
                _("“%(encoding)s” is not one of: %(choices)s.")
                % {"encoding": chosen, "choices": ", ".join(ENCODINGS)}
            )
        return chosen
    start = _head(path)[:4]
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _delimiter(start: bytes, encoding: str) -> str:
    """The sign under which the header is understood best, then the one that makes most cells."""
    lines = start.decode(encoding, errors="replace").splitlines(keepends=True)[: HEADER_WITHIN * 4]

    def fit(sign: str) -> tuple[int, int]:
        rows = list(itertools.islice(csv.reader(lines, delimiter=sign), HEADER_WITHIN))
        return max(map(_score, rows), default=0), max(map(len, rows), default=0)

    return max(_DELIMITERS, key=fit)


def _score(line: Sequence[str]) -> int:
    """How many cells of a line are headings people write."""
    words = known_words()
    return sum(1 for cell in line if words.get(plain(cell)))


def _header_at(first: Sequence[Sequence[str]], name: str) -> int:
    """The place of the line with the most known headings; without one, the first with two cells or more."""
    score = [_score(line) for line in first]
    best = max(range(len(first)), key=lambda at: (score[at], -at), default=-1)
    if best >= 0 and score[best] < 2:
        wide = (at for at, line in enumerate(first) if sum(bool(cell.strip()) for cell in line) >= 2)
        best = next(wide, best if score[best] else -1)
    if best < 0 or len(first[best]) > MAX_COLUMNS:
        raise Refused(
            _("No header was found in the first %(n)s lines of “%(name)s”. Use the template.")
            % {"n": HEADER_WITHIN, "name": name}
        )
    return best
