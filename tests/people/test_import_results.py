"""The result file returns every row with its verdict, in the form in which the file came."""

from __future__ import annotations

import io

import pytest
from django.utils import translation

from chunfeng.people.imports import result_file
from chunfeng.people.imports.fields import BY_KEY
from chunfeng.people.imports.reasons import SENTENCES, sentence
from tests import factories as f
from tests.people import builders as b
from tests.people.importing import HEADER, as_csv, as_xlsx, results, taken
from tests.people.test_import_running import row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def near():
    return f.office(b.NEAR)


ROWS = [
    row(number=b.number(1), note="=1+1"),
    row(name=""),
    [""] * 7,
    row(number=b.number(1), note="，“引”\n号"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_csv_comes_back_in_its_encoding(encoding, near):
    run = taken(as_csv(ROWS, encoding=encoding), f.actor(near), b.dataset(near))
    header, *lines = results(run)
    assert header == [*HEADER, "Row", "Verdict", "Reasons"]
    assert [line[:7] for line in lines] == ROWS
    assert [line[7] for line in lines] == ["1", "2", "3", "4"]
    assert [line[8] for line in lines] == [
        "Added to the register",
        "Rejected",
        "Rejected",
        "Known, nothing new",
    ]
    assert "fill it in" in lines[1][9]


def test_xlsx_comes_back_as_text(near):
    import python_calamine

    run = taken(as_xlsx(ROWS), f.actor(near), b.dataset(near), name="台账.xlsx")
    made = result_file(run)
    sheet = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(b"".join(made.chunks))
    ).get_sheet_by_index(0)
    lines = sheet.to_python()
    assert (made.name, len(lines)) == ("台账-result.xlsx", len(ROWS) + 1)
    assert [line[:7] for line in lines[1:]] == ROWS
    assert [line[8] for line in lines[1:]] == [
        "Added to the register",
        "Rejected",
        "Rejected",
        "Known, nothing new",
    ]


def test_a_result_can_be_mended_and_handed_in_again(near):
    by, into = f.actor(near), b.dataset(near)
    run = taken(as_csv([row(name=""), row("李测试", b.number(2))]), by, into)
    header, bad, good = results(run)
    bad[0] = "王测试"
    again = taken(as_csv([bad, good], header=header), by, into, name="again.csv")
    assert again.counts == {"added": 1, "unchanged": 1}


def test_every_reason_is_a_sentence():
    for code in SENTENCES:
        for reason in (code, *(f"{code}:{key}" for key in BY_KEY)):
            said = sentence(reason)
            assert said and not said.startswith(code)
            assert "%(" not in said or ":" not in reason
