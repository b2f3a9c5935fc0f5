"""The pages of a filled spreadsheet: template, dry run, filing, the rows with their verdicts."""

from __future__ import annotations

import html
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chunfeng.core.models import Event, StoredFile
from chunfeng.offices import queries
from chunfeng.reporting.models import Obligation, Revision
from chunfeng.reporting.sheets.templates import layout_of, template_xlsx
from tests import factories as f
from tests.reporting import builders as b
from tests.reporting.test_sheets import refilled

pytestmark = pytest.mark.django_db
COUNTY = "220102000000"
DAY = date(2020, 2, 3)
AT = datetime(2020, 2, 3, 8, tzinfo=UTC)
GOOD = {"checked": 120, "isolated": 2, "released": 1, "still": 5}


@pytest.fixture
def posting():
    return f.posting(f.office(COUNTY))


@pytest.fixture
def form(posting):
    return b.form(posting.office, at=f.NOW, checks=[])


@pytest.fixture
def owed(form) -> list[Obligation]:
    return [b.obligation(form, f.office(f"2201021002{n:02d}"), DAY) for n in range(1, 4)]


@pytest.fixture
def client(posting):
    return f.browse(posting)


def filled(posting, form, lines) -> bytes:
    plan = layout_of(form, DAY, None, at=AT)
    data = template_xlsx(queries.actor_for(posting), form, DAY, at=AT)
    changes = {
        plan.address(2 + line, plan.fields.index(code)): value
        for line, fields in lines.items()
        for code, value in fields.items()
    }
    return refilled(data, changes)


def upload(client, data, path, name="日报.xlsx"):
    return client.post(path, {"file": SimpleUploadedFile(name, data)})


def field(answer, name: str) -> str:
    found = re.search(rf'<textarea name="{name}" hidden>(.*?)</textarea>', answer.content.decode(), re.DOTALL)
    return html.unescape(found[1])


def test_the_page_offers_the_template_and_takes_it_back(client, posting, form, owed):
    page = client.get(f"/reports/sheets/{form.pk}/?day={DAY}")
    assert f"/reports/sheets/{form.pk}/template/?day=2020-02-03" in page.content.decode()
    answer = client.get(f"/reports/sheets/{form.pk}/template/?day={DAY}")
    assert answer["Content-Disposition"].endswith('station-daily-2020-02-03.xlsx"')
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert len(book.get_sheet_by_index(0).to_python()) == 8
    assert Event.objects.filter(kind="export", verb="report.template").count() == 1


def test_dry_run_then_filing(client, posting, form, owed):
    path = f"/reports/sheets/{form.pk}/?day={DAY}"
    dry = upload(client, filled(posting, form, {0: GOOD, 1: {"@zero": "是"}}), path)
    assert dry.status_code == 200
    assert "检查人数" in dry.content.decode() and "<b>120</b>" in dry.content.decode()
    assert not Revision.objects.exists()
    done = client.post(path, {"sealed": field(dry, "sealed")})
    assert done.status_code == 200
    assert [row.state for row in Obligation.objects.order_by("pk")] == ["filed", "zero", "due"]
    again = client.post(path, {"sealed": field(dry, "sealed")})
    assert again.status_code == 200
    assert Revision.objects.count() == 2 and StoredFile.objects.count() == 1


def test_the_file_says_itself_where_it_belongs(client, posting, form, owed):
    dry = upload(client, filled(posting, form, {0: GOOD}), "/reports/sheets/")
    assert dry.status_code == 200 and form.title in dry.content.decode()
    assert f'action="/reports/sheets/{form.pk}/?day=2020-02-03"' in dry.content.decode()


def test_good_rows_alone_and_the_bad_ones_in_a_file(client, posting, form, owed):
    path = f"/reports/sheets/{form.pk}/?day={DAY}"
    dry = upload(client, filled(posting, form, {0: GOOD, 1: GOOD | {"checked": -4}}), path)
    assert "F7" in dry.content.decode()
    refused = client.post(path, {"sealed": field(dry, "sealed")})
    assert refused.status_code == 422 and not Revision.objects.exists()
    done = client.post(path, {"sealed": field(dry, "sealed"), "only_good": "1"})
    assert done.status_code == 200 and Revision.objects.count() == 1
    result = client.post("/reports/sheets/result/", {"result": field(done, "result")})
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(result.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[6][5] == -4 and "F7" in rows[6][-1]
    # put right in that very file and handed in again
    mended = upload(client, refilled(result.content, {"F7": 4}), path)
    client.post(path, {"sealed": field(mended, "sealed")})
    assert Revision.objects.count() == 2


def test_a_doubt_is_answered_on_the_page(client, posting, form, owed):
    b.filed(form, owed[0].office, DAY - timedelta(days=1), f.NOW, still=100)
    path = f"/reports/sheets/{form.pk}/?day={DAY}"
    dry = upload(client, filled(posting, form, {0: GOOD}), path)
    assert 'name="comment-2"' in dry.content.decode()
    client.post(path, {"sealed": field(dry, "sealed"), "comment-2": "集中解除"})
    assert Revision.objects.get().doubts[0]["comment"] == "集中解除"


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"PK\x03\x04nonsense"])
def test_what_is_no_sheet_is_refused_on_the_page(client, form, owed, data):
    answer = upload(client, data, f"/reports/sheets/{form.pk}/?day={DAY}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_sheet_of_another_form_is_refused(client, posting, form, owed):
    other = b.form(posting.office, at=f.NOW, code="other")
    b.obligation(other, owed[0].office, DAY)
    answer = upload(client, filled(posting, form, {0: GOOD}), f"/reports/sheets/{other.pk}/?day={DAY}")
    assert answer.status_code == 422 and "station-daily" in answer.content.decode()


def test_sealed_files_of_others_do_not_open(client, posting, form, owed):
    path = f"/reports/sheets/{form.pk}/?day={DAY}"
    dry = upload(client, filled(posting, form, {0: GOOD}), path)
    other = f.browse(f.posting(posting.office))
    assert other.post(path, {"sealed": field(dry, "sealed")}).status_code == 422
    assert other.post(path, {"sealed": "nonsense"}).status_code == 422
    assert not Revision.objects.exists()


def test_who_may_not_file_gets_no_template(posting, form, owed):
    auditor = f.browse(f.posting(posting.office, "auditor"))
    assert auditor.get(f"/reports/sheets/{form.pk}/template/?day={DAY}").status_code == 403


def test_without_a_day_the_last_period_is_taken(client, form, owed):
    b.obligation(form, owed[0].office, timezone.localdate())
    page = client.get(f"/reports/sheets/{form.pk}/").content.decode()
    assert f"day={timezone.localdate()}" in page
