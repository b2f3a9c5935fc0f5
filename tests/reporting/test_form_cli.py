"""`chunfeng form` on the command line."""

from __future__ import annotations

import pytest
from django.utils import translation
from typer.testing import CliRunner

from chunfeng.cli.form import app
from chunfeng.reporting import queries
from chunfeng.reporting.definition import dump_yaml, load_yaml, parse
from chunfeng.reporting.models import Form
from tests import factories
from tests.reporting.builders import DAILY
from tests.reporting.test_xlsform import book

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def call(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


@pytest.fixture
def county():
    county = factories.office("220184000000", code="CENTRE")
    factories.office("220184100201", parent=county)
    return county


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "daily.yaml"
    path.write_text(dump_yaml(parse(DAILY)), encoding="utf-8")
    return path


def test_the_library_is_listed_and_written_out(tmp_path):
    answer = call("library")
    assert answer.exit_code == 0
    assert all(code in answer.stdout for code, _form in queries.library())
    assert call("library", "--export", tmp_path / "out").exit_code == 0
    written = sorted((tmp_path / "out").glob("*.yaml"))
    assert [load_yaml(path.read_bytes()) for path in written] == [form for _code, form in queries.library()]


def test_a_shipped_form_is_shown_with_its_rules_and_sources():
    answer = call("show", "checkpoint-daily")
    assert answer.exit_code == 0
    for words in (
        "Daily report of a checkpoint",
        "previous(still) + isolated == released + moved + still",
        "第四十一条",
        "persons*",
    ):
        assert words in answer.stdout
    missing = call("show", "nothing")
    assert missing.exit_code == 1 and "chunfeng form library" in missing.stderr


def test_check_names_every_trouble_with_its_file(file, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("code: Bad\ntitle: 题名\n", encoding="utf-8")
    sheet = tmp_path / "form.xlsx"
    sheet.write_bytes(book())
    answer = call("check", file, sheet)
    assert answer.exit_code == 0
    assert "station-daily, 5 cells, 1 checks" in answer.stdout
    assert "survey" in answer.stdout and "quantum" in answer.stdout
    answer = call("check", bad, tmp_path / "gone.yaml", file)
    assert answer.exit_code == 1
    assert "code: " in answer.stderr and "indicators: " in answer.stderr and "gone.yaml" in answer.stderr
    assert "station-daily" in answer.stdout


def test_import_publish_export_and_again(county, file, tmp_path):
    assert call("import", file, "--office", "CENTRE").exit_code == 0
    form = Form.objects.get()
    assert (form.code, form.state, form.origin, form.owner) == ("station-daily", "draft", "import", county)
    answer = call("publish", "station-daily", "--office", "CENTRE", "--from", "2020-02-03")
    assert answer.exit_code == 0 and "2020-02-03" in answer.stdout and "1 offices" in answer.stdout
    out = tmp_path / "out.yaml"
    assert call("export", "station-daily", "--office", "CENTRE", "-o", out).exit_code == 0
    assert load_yaml(out.read_bytes()) == parse(DAILY)
    assert "version 2 is a draft" in call("import", out, "--office", "CENTRE").stdout
    listed = call("list", "--office", "CENTRE", "--state", "active")
    assert "station-daily" in listed.stdout and "2020-02-03" in listed.stdout
    assert "station-daily" not in call("list", "--state", "ended").stdout
    assert "station-daily" in call("show", "station-daily", "--office", "CENTRE").stdout


def test_a_shipped_form_is_exported_without_an_office():
    answer = call("export", "publicity")
    assert load_yaml(answer.stdout) == dict(queries.library())["publicity"]


def test_an_xlsform_is_imported_with_its_source_and_reporters(county, tmp_path):
    sheet = tmp_path / "form.xlsx"
    sheet.write_bytes(book())
    refused = call("import", sheet, "--office", "CENTRE")
    assert refused.exit_code == 1 and "source: " in refused.stderr and not Form.objects.exists()
    answer = call(
        "import", sheet, "--office", "CENTRE", "--source", "演示发〔2020〕3号第二条", "--level", "village"
    )
    assert answer.exit_code == 0
    assert Form.objects.get().source == "演示发〔2020〕3号第二条"
    assert "quantum" in answer.stdout


def test_take_and_publish_at_once(county):
    answer = call("take", "daily-situation", "--office", "CENTRE", "--level", "village", "--publish")
    assert answer.exit_code == 0 and "1 offices" in answer.stdout
    assert Form.objects.get().state == "active"
    assert call("take", "publicity", "--office", "CENTRE").stdout.strip() == "publicity: draft"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("take", "publicity", "--office", "NOBODY"), "chunfeng offices list"),
        (("take", "nothing", "--office", "CENTRE"), "nothing"),
        (("publish", "nothing", "--office", "CENTRE"), "chunfeng form list"),
        (("export", "nothing", "--office", "CENTRE"), "chunfeng form list"),
        (("list", "--state", "asleep"), "draft, active, ended"),
        (("import", "gone.yaml", "--office", "CENTRE"), "gone.yaml"),
    ],
)
def test_refusals_say_what_to_do(county, arguments, words):
    answer = call(*arguments)
    assert answer.exit_code == 1
    assert words in answer.stderr
