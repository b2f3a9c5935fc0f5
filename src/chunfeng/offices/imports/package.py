"""Is a spreadsheet safe to hand to the reader? Its XML is walked with bounds before anything is built of it.

The reader lays a sheet out as a full rectangle and repeats a shared text in every cell that points at it, so
a file of a few kilobytes can ask for more memory than there is. Only what was walked here is passed on.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.parsers import expat

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused

MAX_PARTS = 2_000
MAX_BYTES = 96 * 2**20
"""Unpacked, over all parts that are read: 50,000 rows of 12 full cells take about 40 MB."""
MAX_COLUMNS = 100
_READ = re.compile(r"\[content_types\]\.xml|_rels/\.rels|xl/[\w/.-]+\.(xml|rels)", re.IGNORECASE)
_IDLE = re.compile(r"xl/(drawings|media|charts|theme|printersettings|externallinks)/", re.IGNORECASE)
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.IGNORECASE)
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    RuntimeError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)


def checked(data: bytes, max_rows: int, max_columns: int = MAX_COLUMNS) -> bytes:
    """The spreadsheet with its readable parts only, unpacked, each within the bounds.

    :raises Refused: no xlsx, damaged, too much text, or a cell beyond `max_rows` or `max_columns`
    """
    try:
        parts = _unpacked(data)
        lengths = _Lengths.of(parts.get("xl/sharedstrings.xml", b"<sst/>"))
        for name, xml in parts.items():
            _Walk(name.rpartition("/")[2], lengths, max_rows, max_columns).follow(xml)
    except _DAMAGE as error:
        raise unreadable() from error
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name, xml in parts.items():
            package.writestr(name, xml)
    return out.getvalue()


def unreadable() -> Refused:
    """The sentence for a file that is no spreadsheet of this kind."""
    return Refused(_("This file cannot be read as a spreadsheet. Save it as .xlsx and choose it again."))


def _too_much() -> Refused:
    return Refused(
        _(
            "The spreadsheet unpacks to more than %(mb)s MB. Keep only the table, without "
            "pictures and formats, or split it by area."
        )
        % {"mb": MAX_BYTES // 2**20}
    )


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The parts by name in small letters, which the reader does not tell from capitals."""
    parts: dict[str, bytes] = {}
    room = MAX_BYTES
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        infos = package.infolist()
        if len(infos) > MAX_PARTS:
            raise _too_much()
        for info in infos:
            if not _READ.fullmatch(info.filename) or _IDLE.match(info.filename):
                continue
            with package.open(info) as stream:
                xml = stream.read(room + 1)
            room -= len(xml)
            if room < 0:
                raise _too_much()
            if info.filename.lower() in parts:
                raise unreadable()
            parts[info.filename.lower()] = xml
    if "xl/workbook.xml" not in parts:
        raise unreadable()
    return parts


class _Steps:
    """One pass over the XML that builds nothing; a document type of its own is refused."""

    def follow(self, xml: bytes) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = lambda name, given: self.start(name.rpartition(":")[2], given)
        parser.EndElementHandler = lambda name: self.end(name.rpartition(":")[2])
        parser.CharacterDataHandler = self.text
        parser.Parse(xml, True)

    def start(self, name: str, given: dict[str, str]) -> None:
        """An element opens."""

    def end(self, name: str) -> None:
        """An element closes."""

    def text(self, data: str) -> None:
        """Text between."""

    def _refuse(self, *_declared: object) -> None:
        raise unreadable()


class _Lengths(_Steps):
    """The lengths of the shared texts."""

    def __init__(self) -> None:
        self.found: list[int] = []
        self._now = 0

    @classmethod
    def of(cls, xml: bytes) -> list[int]:
        made = cls()
        made.follow(xml)
        return made.found

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "si":
            self._now = 0

    def text(self, data: str) -> None:
        self._now += len(data)

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append(self._now)


class _Walk(_Steps):
    """Rows and cells as the reader counts them: where no place is given, the next one."""

    def __init__(self, sheet: str, lengths: list[int], max_rows: int, max_columns: int) -> None:
        self.sheet, self.lengths = sheet, lengths
        self.max_rows, self.max_columns = max_rows, max_columns
        self.row = self.column = self.repeated = 0
        self._place = (0, 0)
        self._in_cell = self._is_shared = self._in_value = False
        self._value = ""

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "row":
            self.row, self.column = int(given.get("r") or self.row + 1), 0
        elif name == "c":
            self._place = self._place_of(given.get("r", ""))
            self._in_cell, self._is_shared = True, given.get("t") == "s"
        elif self._in_cell:
            self._check_place()
            self._in_value, self._value = name == "v", ""

    def text(self, data: str) -> None:
        if self._in_value and self._is_shared:
            self._value += data

    def end(self, name: str) -> None:
        if name == "v" and self._is_shared and self._value.strip():
            index = int(self._value)
            self.repeated += self.lengths[index] if 0 <= index < len(self.lengths) else 0
            if self.repeated > MAX_BYTES:
                raise _too_much()
        self._in_cell = self._in_cell and name != "c"
        self._in_value = False

    def _place_of(self, text: str) -> tuple[int, int]:
        self.column += 1
        if not text:
            return self.row, self.column
        found = _PLACE.fullmatch(text)
        if found is None:
            raise unreadable()
        self.column = 0
        for letter in found[1].upper():
            self.column = self.column * 26 + ord(letter) - 64
        return int(found[2]), self.column

    def _check_place(self) -> None:
        row, column = self._place
        if row > self.max_rows or column > self.max_columns:
            raise Refused(
                _(
                    "%(sheet)s has something in row %(row)s, column %(column)s; at most %(rows)s rows and "
                    "%(columns)s columns can be read. Delete what stands outside the table, "
                    "or split it by area."
                )
                % {
                    "sheet": self.sheet,
                    "row": row,
                    "column": column,
                    "rows": self.max_rows,
                    "columns": self.max_columns,
                }
            )
