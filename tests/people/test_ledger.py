"""The made-up ledgers: the same for the same seed, valid where they are clean, dirty in every named way."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from demo import dirt, ledger
from demo.ledger import Dirt

FILE = list(ledger.rows(3000, seed=7))


def of(kind: Dirt) -> list[ledger.Row]:
    return [row for row in FILE if row.dirt is kind]


def right(number: str) -> bool:
    """Form, day and check digit of a citizen number, reckoned here a second way: the weighted sum is 1 mod 11."""
    if not re.fullmatch("[0-9]{17}[0-9X]", number):
        return False
    try:
        date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return False
    last = 10 if number[17] == "X" else int(number[17])
    return (sum(int(d) * 2 ** (17 - n) for n, d in enumerate(number[:17])) + last) % 11 == 1


@given(seed=st.integers(0, 2**32), count=st.integers(1, 300))
@settings(max_examples=25, deadline=None)
def test_the_same_seed_tells_the_same(seed, count):
    once = list(ledger.rows(count, seed=seed))
    assert once == list(ledger.rows(count, seed=seed))
    assert [row.number for row in once] == list(range(1, count + 1))
    assert all(len(row.cells) == len(ledger.HEADER) for row in once)


def test_another_seed_tells_of_others():
    def documents(seed: int) -> set[object]:
        return {row.cells[dirt.ID] for row in ledger.rows(200, seed=seed, share=0)}

    assert not documents(1) & documents(2)


def test_a_second_ledger_of_a_seed_tells_of_others():
    first = {row.cells[dirt.ID] for row in ledger.rows(500, seed=1, share=0)}
    second = {row.cells[dirt.ID] for row in ledger.rows(500, seed=1, share=0, first=500)}
    assert len(first) == len(second) == 500 and not first & second


def test_clean_rows_are_right_and_of_different_people():
    clean = [row.cells for row in FILE if row.dirt is None]
    documents = [str(cells[dirt.ID]) for cells in clean]
    assert len(set(documents)) == len(documents)
    for cells, number in zip(clean, documents, strict=True):
        assert right(number), number
        assert str(cells[dirt.BIRTH]).replace("-", "") == number[6:14]
        assert cells[dirt.SEX] == ("男" if int(number[16]) % 2 else "女")
        assert str(cells[dirt.PHONE])[:3] in {"154", "161", "163", "164", "168", "169"}
        assert len(str(cells[dirt.PHONE])) == 11


def test_families_share_phones():
    phones = [row.cells[dirt.PHONE] for row in FILE if row.dirt is None]
    assert 0.5 * len(phones) < len(set(phones)) < 0.95 * len(phones)


def test_every_kind_of_dirt_comes_equally_often():
    counts = ledger.found(FILE)
    assert set(counts) == set(Dirt)
    assert max(counts.values()) - min(counts.values()) <= 1
    assert ledger.found(ledger.rows(400, seed=1, share=0)) == {}
    assert set(ledger.found(ledger.rows(400, seed=1, kinds=[Dirt.ID_CHECK]))) == {Dirt.ID_CHECK}


@pytest.mark.parametrize("kind", Dirt)
def test_dirt_can_be_seen_and_a_row_knows_whom_it_repeats(kind):
    rows = of(kind)
    assert rows
    for row in rows:
        cells = row.cells
        number = str(cells[dirt.ID])
        plain = unicodedata.normalize("NFKC", number).upper().replace(" ", "").replace("'", "")
        match kind:
            case Dirt.ID_WIDE | Dirt.ID_SMALL_X | Dirt.ID_SPACED | Dirt.ID_QUOTED:
                assert not right(number) and right(plain)
            case Dirt.ID_FIFTEEN | Dirt.AGAIN_SHORT:
                assert len(number) == 15 and right(dirt_upgraded(number))
            case Dirt.ID_CHECK:
                assert not right(number) and any(right(number[:17] + sign) for sign in dirt.CHECKS)
            case Dirt.ID_NO_DAY | Dirt.ID_CUT | Dirt.ID_WORD | Dirt.ID_MISSING | Dirt.ID_ROUNDED:
                assert not any(right(plain[:17] + sign) for sign in dirt.CHECKS)
            case Dirt.ID_OLD_AREA | Dirt.ID_PERMIT | Dirt.ID_FOREIGN:
                assert dirt.check_digit(number[:17]) == number[17]
                assert number[:2] in {"22", "81", "92"} and not number.startswith("220184")
            case Dirt.SEX_OTHER:
                assert cells[dirt.SEX] != ("男" if int(number[16]) % 2 else "女")
            case Dirt.BIRTH_OTHER | Dirt.BIRTH_NO_DAY | Dirt.BIRTH_TO_COME:
                assert str(cells[dirt.BIRTH]).replace("-", "") != number[6:14]
            case Dirt.BIRTH_DOTTED | Dirt.BIRTH_WRITTEN | Dirt.BIRTH_EIGHT:
                assert str(cells[dirt.BIRTH]) != f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
                assert str(cells[dirt.BIRTH])[:4] == number[6:10]
            case Dirt.ROW_EMPTY:
                assert not any(cells)
        earlier = FILE[row.again - 1].cells if row.again else None
        assert (earlier is not None) == (kind in dirt.AGAIN)
        if earlier is not None:
            assert row.again < row.number
            assert row.cells[1:] == earlier[1:] or kind is not Dirt.AGAIN_SAME
            assert (cells[dirt.NAME] == earlier[dirt.NAME]) == (kind is not Dirt.AGAIN_DIFFERS)
            same = {Dirt.AGAIN_MORE: dirt.ID, Dirt.AGAIN_DIFFERS: dirt.ID, Dirt.AGAIN_PHONE: dirt.PHONE}
            column = same.get(kind, dirt.BIRTH if kind is Dirt.AGAIN_BIRTH else dirt.HOME)
            assert cells[column] == earlier[column] != ""


def dirt_upgraded(number: str) -> str:
    first = f"{number[:6]}19{number[6:]}"
    return first + dirt.check_digit(first)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_csv_holds_what_the_rows_say(encoding):
    out = io.BytesIO()
    assert ledger.write_csv(out, FILE, encoding=encoding) == len(FILE)
    assert out.getvalue().startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    read = list(csv.reader(io.StringIO(out.getvalue().decode(encoding), newline="")))
    assert tuple(read[0]) == ledger.HEADER
    assert read[1:] == [["" if cell is None else str(cell) for cell in row.cells] for row in FILE]


def test_xlsx_holds_what_the_rows_say(tmp_path):
    path = tmp_path / "ledger.xlsx"
    assert ledger.write_xlsx(path, FILE) == len(FILE)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert tuple(sheet[0]) == ledger.HEADER and len(sheet) == len(FILE) + 1
    for row, cells in zip(FILE, sheet[1:], strict=True):
        if row.dirt is not Dirt.NOTE_CONTROL:  # XML has no way to write these as they are
            assert cells == ["" if cell is None else cell for cell in row.cells]


def test_a_long_ledger_takes_no_more_memory_than_a_short_one():
    def peak(count: int) -> int:
        tracemalloc.start()
        for _row in ledger.rows(count, seed=5):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    short = peak(1000)
    assert peak(6000) < 1.5 * short
    assert next(ledger.rows(5_000_000, seed=1)).number == 1


def test_more_people_than_there_are_numbers_is_refused():
    with pytest.raises(ValueError, match="ask for fewer"):
        next(ledger.rows(20_000_000, seed=1))
