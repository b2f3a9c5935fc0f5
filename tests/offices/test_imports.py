"""An office tree from xlsx: a verdict for every row, nothing half done, nothing done twice."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.areas.models import Area
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.offices import imports
from chunfeng.offices.imports import headings, sheets
from chunfeng.offices.models import Office, OfficeContact
from tests.factories import NOW, actor, notice, office, posting

pytestmark = pytest.mark.django_db
HEAD = [column.key for column in sheets.COLUMNS]
BUREAU = [
    "HR1",
    "测试市人社局",
    "county",
    "hrss",
    "220184000000",
    "",
    "测人社发",
    "测试甲",
    "0431-88690000",
    "",
    "",
    "否",
]
STATION = [
    "HR2",
    "测试镇人社所",
    "乡镇级",
    "人力资源和社会保障",
    "220184100000",
    "HR1",
    "",
    "",
    "",
    "",
    "",
    "",
]


def book(*rows, head=HEAD) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for at, row in enumerate([head, *rows]):
            sheet.write_row(at, 0, row)
    return out.getvalue()


@pytest.fixture
def admin():
    return actor(office("220100000000", code="SEAT"), "system_admin")


def run(data: bytes, by, dry_run: bool = False) -> list[tuple[str, str]]:
    with scope.applied(by):
        outcome = imports.import_offices(data=data, dry_run=dry_run, by=by, at=NOW)
    return [(str(v.state), v.cell) for v in outcome.verdicts]


def but(row: list, **changes) -> list:
    return [changes.get(key, value) for key, value in zip(HEAD, row, strict=True)]


def test_a_dry_run_writes_nothing_and_says_what_the_import_will_do(admin):
    data = book(STATION, BUREAU)
    assert run(data, admin, dry_run=True) == [("added", ""), ("added", "")]
    assert Office.objects.count() == 1 and not Event.objects.exists()
    assert run(data, admin) == [("added", ""), ("added", "")]
    assert Office.objects.get(code="HR2").parent.code == "HR1"
    assert Event.objects.filter(verb="office.add").count() == 2


def test_the_same_file_again_changes_nothing(admin):
    run(book(BUREAU, STATION), admin)
    before = Event.objects.count()
    assert run(book(BUREAU, STATION), admin) == [("unchanged", ""), ("unchanged", "")]
    assert Event.objects.count() == before + 1  # the import itself
    assert OfficeContact.objects.count() == 1


def test_a_changed_row_changes_only_that_and_empty_cells_leave_things_alone(admin):
    run(book(BUREAU, STATION), admin)
    changed = but(BUREAU, name="测试市人力资源和社会保障局", agency="", contact="", phone="")
    assert run(book(changed, STATION), admin) == [("changed", ""), ("unchanged", "")]
    there = Office.objects.get(code="HR1")
    assert (there.name, there.agency_code) == ("测试市人力资源和社会保障局", "测人社发")
    assert OfficeContact.objects.get().phone == "0431-88690000"
    assert run(book(but(changed, contact="测试甲", mobile="13800000000")), admin) == [("changed", "")]
    contact = OfficeContact.objects.get()
    assert (contact.phone, contact.mobile) == ("0431-88690000", "13800000000")


def test_an_office_that_moves_takes_its_rows_along(admin):
    run(book(BUREAU, STATION), admin)
    sitting = posting(Office.objects.get(code="HR2"))
    assert run(book(but(STATION, area="220184101000")), admin) == [("changed", "")]
    sitting.refresh_from_db()
    assert sitting.area_code == "220184101000"


def test_an_office_with_papers_is_refused_another_area(admin):
    run(book(BUREAU, STATION), admin)
    notice(Office.objects.get(code="HR2"))
    assert run(book(but(STATION, area="220184101000")), admin) == [("refused", "E2")]


@pytest.mark.parametrize(
    ("changes", "cell"),
    [
        ({"code": ""}, "A2"),
        ({"code": "X" * 41}, "A2"),
        ({"name": ""}, "B2"),
        ({"level": "星级"}, "C2"),
        ({"line": ""}, "D2"),
        ({"area": ""}, "E2"),
        ({"area": "没有这个地方"}, "E2"),
        ({"area": "220200000000"}, "E2"),
        ({"parent": "NOBODY"}, "F2"),
        ({"parent": "HR1"}, "F2"),
        ({"agency": "长" * 31}, "G2"),
        ({"contact": ""}, "I2"),
        ({"phone": ""}, "H2"),
        ({"phone": "打不通"}, "I2"),
        ({"mobile": "12345678901"}, "J2"),
        ({"email": "no at"}, "K2"),
        ({"partner": "也许"}, "L2"),
    ],
)
def test_a_refusal_names_the_cell_and_says_what_to_do(admin, changes, cell):
    with scope.applied(admin):
        outcome = imports.import_offices(data=book(but(BUREAU, **changes)), dry_run=False, by=admin, at=NOW)
    (verdict,) = outcome.verdicts
    assert (verdict.state, verdict.cell) == ("refused", cell)
    assert verdict.why.endswith(".")
    assert Office.objects.count() == 1


def test_a_row_below_a_refused_one_is_refused_too(admin):
    assert run(book(but(BUREAU, level=""), STATION), admin) == [("refused", "C2"), ("refused", "F3")]


def test_two_rows_with_one_code_and_circles_are_refused(admin):
    assert run(book(BUREAU, BUREAU), admin, dry_run=True) == [("added", ""), ("refused", "A3")]
    round_ = [but(BUREAU, parent="HR2"), but(STATION, area="220184000000", parent="HR1")]
    assert run(book(*round_), admin) == [("refused", "F2"), ("refused", "F3")]


def test_a_circle_through_the_directory_is_refused(admin):
    first = office("220184000000", code="HR1")
    between = office("220184000000", code="MID", parent=first)
    office("220184000000", code="HR3", parent=between)
    row = ["HR1", first.name, "county", "employment", "220184000000", "HR3", "", "", "", "", "", ""]
    assert run(book(row), admin) == [("refused", "F2")]


def test_offices_outside_the_area_or_out_of_service_are_left_alone(admin):
    office("220200000000", code="HR1")
    office("220184000000", code="HR2", active=False)
    assert run(book(BUREAU, STATION), admin) == [("refused", "A2"), ("refused", "A3")]


def test_areas_are_found_by_name_as_of_today(admin):
    row = {
        "level": 3,
        "kind": "county_city",
        "parent_code": "220100000000",
        "source": "t",
        "valid_from": date(2000, 1, 1),
    }
    Area.objects.create(code="220184000000", name="测试市", **row)
    assert run(book(but(BUREAU, area="测试市")), admin) == [("added", "")]
    assert Office.objects.get(code="HR1").area_code == "220184000000"


def test_numbers_typed_as_numbers_are_codes(admin):
    assert run(book(but(BUREAU, code=1001, area=220184000000, partner=1)), admin) == [("added", "")]
    assert Office.objects.get(code="1001").is_partner


def test_only_a_system_administrator_imports(admin):
    with pytest.raises(NotAllowed):
        run(book(BUREAU), actor(office("220100000000"), "leader"))


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 not really", book(["x"], head=["nothing"]), book(head=["code", "name"])]
)
def test_a_file_that_is_no_office_list_is_refused_whole(admin, data):
    with pytest.raises(Refused):
        imports.import_offices(data=data, dry_run=True, by=admin, at=NOW)


def test_the_template_can_be_read_back_and_the_result_carries_the_verdicts(admin):
    sheet = sheets.read(imports.template_file())
    assert [line for line, _row in sheet.rows] == [2]
    data = book(BUREAU, but(STATION, level="?"))
    with scope.applied(admin):
        outcome = imports.import_offices(data=data, dry_run=True, by=admin, at=NOW)
    cells = headings.first_sheet(imports.result_file(data, outcome.verdicts), sheets.MAX_ROWS)
    assert [row[-3:-1] for row in cells[1:]] == [["added", ""], ["refused", "C3"]]


texts = st.text(max_size=20) | st.sampled_from(
    ["HR1", "HR2", "county", "hrss", "220184000000", "2201", "是", "13800000000"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(texts, min_size=12, max_size=12), max_size=6))
def test_any_table_of_strings_gives_a_verdict_for_every_row(admin, table):
    sheet = sheets.arrange([HEAD, *table])
    from chunfeng.offices.imports import runs

    with scope.applied(admin):
        outcome = runs.run(sheet, digest="", dry_run=True, by=admin, at=NOW)
    assert len(outcome.verdicts) == sum(
        any(cell.strip() for cell in sheets_row) for sheets_row in cleaned(table)
    )
    assert all(v.cell and v.why for v in outcome.verdicts if v.state == "refused")


def cleaned(table):
    return [[headings.text_of(cell) for cell in row] for row in table]


def test_queries_do_not_grow_with_the_rows(admin, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def dry(rows: int) -> int:
        data = book(*[but(BUREAU, code=f"Q{n}", contact="", phone="") for n in range(rows)])
        with (
            scope.applied(SYSTEM),
            CaptureQueriesContext(
                connection,
            ) as seen,
        ):
            imports.import_offices(data=data, dry_run=True, by=SYSTEM, at=NOW)
        return len(seen)

    assert dry(1) == dry(30)


SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def with_parts(data: bytes, **parts: str) -> bytes:
    """The same book with some parts under xl/ replaced; `sheet` is the first sheet."""
    given = {"xl/worksheets/sheet1.xml" if n == "sheet" else f"xl/{n}.xml": xml for n, xml in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *given}:
            new.writestr(name, given.get(name) or old.read(name))
    return out.getvalue()


def cells(inner: str, head: str = "") -> str:
    return f'{head}<worksheet xmlns="{SPACE}"><sheetData>{inner}</sheetData></worksheet>'


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            {"sheet": cells('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')},
            "row 1048576, column 16384",
        ),
        ({"sheet": cells('<row r="60000"><c><v>1</v></c></row>')}, "row 60000, column 1"),
        ({"sheet": cells("<row>" + "<c><v>1</v></c>" * 101 + "</row>")}, "row 1, column 101"),
        ({"other/far": cells('<x:row xmlns:x="u"><x:c r="ALL2"><x:v>1</x:v></x:c></x:row>')}, "far.xml"),
        (
            {"sheet": cells('<row><c r="&x;1"><v>1</v></c></row>', '<!DOCTYPE a [<!ENTITY x "A">]>')},
            "cannot be read",
        ),
        ({"sheet": cells('<row><c r="1A"><v>1</v></c></row>')}, "cannot be read"),
        ({"sheet": "<worksheet>" + " " * 100 * 2**20 + "</worksheet>"}, "unpacks to more than 96 MB"),
        (
            {
                "sharedStrings": f'<sst xmlns="{SPACE}"><si><t>{"x" * 2**20}</t></si></sst>',
                "sheet": cells("<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>"),
            },
            "unpacks to more than",
        ),
    ],
)
def test_a_small_file_that_would_fill_the_memory_is_refused_before_it_is_laid_out(parts, words):
    data = with_parts(book(BUREAU), **parts)
    assert len(data) < 2**20
    with translation.override("en"), pytest.raises(Refused, match=words):
        sheets.read(data)


def test_empty_cells_far_away_do_no_harm():
    here = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    far = cells(here + '<row r="99999"><c r="XFD99999"/></row>')
    assert headings.first_sheet(with_parts(book(BUREAU), sheet=far), sheets.MAX_ROWS) == [["x"]]


def test_other_kinds_of_spreadsheet_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", "<a/>")
    with pytest.raises(Refused):
        sheets.read(out.getvalue())
