"""From the cells of a row to what it tells of a person, or why it is rejected. No register is asked here."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.db import connection

from chunfeng.core import crypto
from chunfeng.core.actor import Actor
from chunfeng.core.identifiers import BadIdentifier, Identifier, citizen_id
from chunfeng.people import keys, numbers
from chunfeng.people.choices import Doubt, FactKind, IdKind
from chunfeng.people.imports import values
from chunfeng.people.imports.fields import BY_KEY, known_words, plain
from chunfeng.people.imports.places import NOWHERE, Place, Places

LENGTHS = {"employer": 120, "occupation": 60, "note": 300, "household": 40, "address": 200}
MAX_PHONES = 5
_FAR = date(2100, 1, 1)
_SEEN = 50_000


@dataclass(slots=True)
class Given:
    """What one row tells. `rejected` is the reason where the row cannot be taken; `reasons` are remarks."""

    number: int
    name: str = ""
    sex: str = ""
    birth: date | None = None
    id_kind: str = ""
    id_number: str = ""
    id_hash: str = ""
    id_doubt: str = ""
    phones: list[str] = field(default_factory=list)
    phone_hashes: list[str] = field(default_factory=list)
    area_code: str = ""
    current_area: str = ""
    work_area: str = ""
    household: str = ""
    cell: str = ""
    address: str = ""
    employer: str = ""
    occupation: str = ""
    note: str = ""
    categories: list[str] = field(default_factory=list)
    since: date | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    rejected: str = ""
    remarks: int = 0
    """How many of the reasons come from the row itself: the others are found again at a second try."""


class Reader:
    """Reads the rows of one file for one office: `columns` names the field of each column."""

    def __init__(
        self, columns: Sequence[str], header: Sequence[str], by: Actor, places: Places, on: date
    ) -> None:
        self.by, self.places, self.on = by, places, on
        self.at: dict[str, list[int]] = {}
        self.seen: dict[str, str] = {}
        for position, key in enumerate(columns):
            if key:
                self.at.setdefault(key, []).append(position)
        self.width = max((max(p) for p in self.at.values()), default=-1) + 1
        self.heading = {plain(cell) for cell in header if cell.strip()}
        areas = numbers.county_parts(on)
        self.areas: Container[str] | None = areas or None
        self.single = {key: at[0] for key, at in self.at.items() if not BY_KEY[key].many}

    def chunks(self, rows: Iterator[list[str]], done: int, size: int) -> Iterator[list[Given]]:
        """Chunk after chunk, each read while the database is at work on the one before it."""

        def read(first: int) -> list[Given]:
            cells = list(islice(rows, size))
            return self.chunk(cells, first) if cells else []

        if connection.in_atomic_block:  # another thread would not see what this transaction wrote
            while given := read(done + 1):
                yield given
                done += len(given)
            return
        with ThreadPoolExecutor(1) as ahead:
            try:
                coming = ahead.submit(read, done + 1)
                while given := coming.result():
                    done += len(given)
                    coming = ahead.submit(read, done + 1)
                    yield given
            finally:
                ahead.submit(connection.close)

    def chunk(self, rows: Iterable[Sequence[str]], first: int) -> list[Given]:
        """The rows from number `first` on, read and hashed; every row in its place."""
        given = [self._row(number, cells) for number, cells in enumerate(rows, start=first)]
        _hash(given)
        for row in given:
            row.remarks = len(row.reasons)
        return given

    def _row(self, number: int, cells: Sequence[str]) -> Given:
        row = Given(number)
        if not any(cells):
            row.rejected = "empty"
            return row
        if len(cells) < self.width:
            cells = [*cells, *[""] * (self.width - len(cells))]
        told = {key: self._stated(cells[at]) for key, at in self.single.items() if cells[at]}
        row.rejected = (
            self._who(row, told, cells)
            or self._document(row, told.get("id_number", ""), told.get("id_kind", ""))
            or self._where(row, told)
        )
        if not row.rejected:
            self._rest(row, told, cells)
        return row

    def _stated(self, text: str) -> str:
        """`values.stated`, remembered: most cells of a ledger hold one of a few texts."""
        found = self.seen.get(text)
        if found is None:
            if len(self.seen) > _SEEN:
                self.seen.clear()
            found = self.seen[text] = values.stated(text)
        return found

    def _who(self, row: Given, told: dict[str, str], cells: Sequence[str]) -> str:
        said = told.get("name", "")
        if not said:
            return "name_missing"
        if said in _headings() and sum(plain(cell) in self.heading for cell in cells if cell) >= 2:
            return "header_again"
        if "\ufffd" in said or "\ufffd" in told.get("id_number", ""):
            return "unreadable"
        name = values.name(said)
        if name is None:
            return "name_wrong"
        row.name = name
        sex = values.sex(told.get("sex", ""))
        row.sex = sex or ""
        if sex is None:
            row.reasons.append("not_read:sex")
        if birth := told.get("birth"):
            row.birth = values.day(birth, latest=self.on)
            if row.birth is None:
                row.reasons.append("not_read:birth")
        return ""

    def _document(self, row: Given, text: str, kind: str) -> str:
        row.id_kind = values.id_kind(kind) if text else ""
        if not text:
            return ""
        try:
            if row.id_kind == IdKind.OTHER:
                row.id_number = numbers.other_document(text)
                return ""
            found = citizen_id(text, areas=self.areas)
            if found.birth > self.on:
                return "document_bad"
        except BadIdentifier:
            if "*" in text or "＊" in text:
                return "document_masked"
            return "document_rounded" if "E+" in text.upper() else "document_bad"
        row.id_kind, row.id_number = found.kind, found.number
        self._doubts(row, found)
        return ""

    def _doubts(self, row: Given, found: Identifier) -> None:
        doubts = list(found.doubts)
        if row.birth is not None and row.birth != found.birth:
            doubts.append(Doubt.BIRTH.value)
        if row.sex and row.sex != found.sex:
            doubts.append(Doubt.SEX.value)
        row.birth, row.sex = row.birth or found.birth, row.sex or found.sex
        if doubts:
            row.id_doubt = ",".join(doubts)
            if set(doubts) - {"old", "area"}:
                row.reasons.append("doubt:id_number")

    def _where(self, row: Given, told: dict[str, str]) -> str:
        home = self._home(row, told)
        if home is None:
            return "home_unknown"
        row.area_code = home
        for key in ("current", "work"):
            if text := told.get(key):
                place = self._place(row, key, text)
                if place is NOWHERE:
                    row.reasons.append(f"not_read:{key}")
                setattr(row, f"{key}_area", place.code)
        sees = self.by.sees
        if (
            sees(row.area_code)
            or (row.current_area and sees(row.current_area))
            or (row.work_area and sees(row.work_area))
        ):
            return ""
        return "outside"

    def _home(self, row: Given, told: dict[str, str]) -> str | None:
        """The home area: of its column with township and village, else of the address, else the office's own."""
        base = told.get("home", "")
        below = told.get("town", "") + told.get("village", "")
        if base or below:
            place = self._joined(base, below)
            if place.code:
                _remark(row, place, "home" if base else "town")
                return place.code
            if base:
                return None
        if address := told.get("address"):
            place = self.places.find(address)
            if place.code and len(place.code.rstrip("0")) > 4 and self.by.sees(place.code):
                return place.code
        row.reasons.append("home_assumed")
        return self.by.area_code

    def _joined(self, base: str, below: str) -> Place:
        if not below:
            return self.places.find(base)
        if not base:
            return self.places.find(below)
        if base[:2].isdigit():
            above = self.places.find(base)
            deeper = self.places.find(below)
            inside = deeper.code and above.code and deeper.code.startswith(above.code.rstrip("0"))
            return deeper if inside else above
        whole = self.places.find(base + below)
        return whole if whole.code else self.places.find(base)

    def _place(self, row: Given, key: str, text: str) -> Place:
        place = self.places.find(text)
        if place.code:
            _remark(row, place, key)
            return place
        return NOWHERE

    def _rest(self, row: Given, told: dict[str, str], cells: Sequence[str]) -> None:
        for key, most in LENGTHS.items():
            if text := told.get(key):
                if len(text) > most:
                    row.reasons.append(f"shortened:{key}")
                setattr(row, key, text[:most])
        if cell := told.get("cell"):
            row.cell = self.places.find(cell).code if cell.isascii() else ""
        for at in self.at.get("phone", ()):
            if cells[at]:
                _phones(row, self._stated(cells[at]))
        for at in self.at.get("category", ()):
            if cells[at] and (text := self._stated(cells[at])):
                found, whole = values.categories(text)
                row.categories += [key for key in found if key not in row.categories]
                if not whole:
                    row.reasons.append("not_read:category")
        if since := told.get("since"):
            row.since = values.day(since, latest=_FAR)
            if row.since is None:
                row.reasons.append("not_read:since")
        for key, kind in (("returned", FactKind.RETURN), ("symptoms", FactKind.SYMPTOMS)):
            place = self.single.get(key)
            if place is not None and (text := values.clean(cells[place])):
                value = values.ANSWERS[kind].get(text)
                if value is not None:
                    row.facts.append((kind.value, value))
                elif text not in values.NOTHING:
                    row.reasons.append(f"not_read:{key}")


def _phones(row: Given, text: str) -> None:
    if not text:
        return
    try:
        found = [numbers.phone_number(text)]
    except BadIdentifier:
        found = []
        for part in values.several(text):
            try:
                found.append(numbers.phone_number(part))
            except BadIdentifier:
                if "not_read:phone" not in row.reasons:
                    row.reasons.append("not_read:phone")
    for number in found:
        if number not in row.phones and len(row.phones) < MAX_PHONES:
            row.phones.append(number)


def _remark(row: Given, place: Place, key: str) -> None:
    if place.remark:
        row.reasons.append(f"place_{place.remark}:{key}")


def _headings() -> Container[str]:
    return known_words()


def _hash(given: Sequence[Given]) -> None:
    """Keyed hashes of all documents and phones of the rows, each in one go."""
    with_document = [row for row in given if row.id_number and not row.rejected]
    hashes = crypto.lookup_all([row.id_number for row in with_document], keys.DOCUMENT)
    for row, found in zip(with_document, hashes, strict=True):
        row.id_hash = found
    taken = [row for row in given if row.phones and not row.rejected]
    flat: Iterator[str] = iter(
        crypto.lookup_all([number for row in taken for number in row.phones], keys.PHONE)
    )
    for row in taken:
        row.phone_hashes = [next(flat) for _number in row.phones]
