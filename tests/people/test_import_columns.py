"""What columns hold: suggested by their headings, chosen by people, remembered for the next file."""

from __future__ import annotations

import io

import pytest
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import imports
from chunfeng.people.imports import FIELDS, open_file, suggest_columns, template
from chunfeng.people.models import Dataset
from demo.ledger import HEADER as LEDGER
from tests import factories as f
from tests.people import builders as b
from tests.people.importing import HEADER, as_csv

pytestmark = pytest.mark.django_db
ROW = ["王测试", b.number(1), "", b.VILLAGE, "", "", ""]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def office():
    return f.office(b.NEAR)


def begun(office, by=None, data=None):
    by, into = by or f.actor(office), b.dataset(office, name=f"台账{Dataset.objects.count()}")
    with scope.applied(by):
        return imports.start(source=data or as_csv([ROW]), name="a.csv", dataset=into, by=by, at=f.NOW)


def test_headings_people_write():
    assert suggest_columns(["序号", "姓 名*", "身份证号码（必填）", "手机号", "家属电话", "现住址", "？"]) == [
        "", "name", "id_number", "phone", "phone", "current", "",
    ]  # fmt: skip


def test_a_field_is_given_out_once():
    assert suggest_columns(["姓名", "人员姓名"]) == ["name", ""]


def test_a_whole_ledger_is_understood():
    left_out = [word for word, key in zip(LEDGER, suggest_columns(LEDGER), strict=True) if not key]
    assert left_out == ["序号"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_template_is_read_back(language):
    with translation.override(language):
        data = template()
    header = _first_line(data)
    assert suggest_columns(header) == [field.key for field in FIELDS]


def _first_line(data: bytes) -> list[str]:
    import python_calamine

    return (
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[0]
    )


def test_a_chosen_mapping_is_remembered_for_the_office(office):
    run = begun(office)
    chosen = ["name", "id_number", "phone", "home", "", "category", "note"]
    by = f.actor(office)
    with scope.applied(by):
        imports.map_columns(run=run, columns=chosen, by=by, at=f.NOW)
        again = imports.start(source=as_csv([ROW]), name="b.csv", dataset=run.dataset, by=by, at=f.NOW)
    assert again.columns["fields"] == chosen
    other = f.office(b.FAR)
    assert begun(other).columns["fields"] == suggest_columns(HEADER)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["name"], "7 columns"),
        (["", "id_number", "", "", "", "", ""], "Name"),
        (["name", "name", "", "", "", "", ""], "one column only"),
        (["name", "wrong", "", "", "", "", ""], "wrong"),
    ],
)
def test_a_mapping_that_cannot_be(office, columns, said):
    run, by = begun(office), f.actor(office)
    with pytest.raises(Refused, match=said), scope.applied(by):
        imports.map_columns(run=run, columns=columns, by=by, at=f.NOW)


def test_a_file_without_names_does_not_run(office):
    run = begun(office, data=as_csv([["1", "2"]], header=["电话", "住址"]))
    with pytest.raises(Refused, match="Name"):
        imports.run(run.pk, f.NOW)


def test_a_caller_may_not_import(office):
    with pytest.raises(NotAllowed):
        begun(office, by=f.actor(office, role="caller"))


def test_encoding_is_shown_and_can_be_chosen(office):
    data = as_csv([ROW], encoding="gb18030")
    assert open_file(data, "a.csv").encoding == "gb18030"
    assert open_file(data, "a.csv", "utf-8").header != list(HEADER)
