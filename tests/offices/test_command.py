"""`chunfeng offices` on the command line."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from chunfeng.cli.offices import app
from chunfeng.offices.models import Office
from tests.factories import office
from tests.offices.test_imports import BUREAU, STATION, book, but

pytestmark = pytest.mark.django_db


def call(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_import_dry_run_import_and_again(tmp_path):
    file = tmp_path / "offices.xlsx"
    file.write_bytes(book(BUREAU, STATION))
    assert call("import", file, "--dry-run").exit_code == 0
    assert not Office.objects.exists()
    assert call("import", file).exit_code == 0
    assert Office.objects.count() == 2
    again = call("import", file)
    assert again.exit_code == 0 and "2" in again.stdout


def test_refused_rows_are_named_and_end_with_1(tmp_path):
    file, result = tmp_path / "offices.xlsx", tmp_path / "result.xlsx"
    file.write_bytes(book(BUREAU, but(STATION, level="?")))
    answer = call("import", file, "--result", result)
    assert answer.exit_code == 1 and "C3" in answer.stdout
    assert result.read_bytes().startswith(b"PK")
    assert Office.objects.count() == 1


@pytest.mark.parametrize("content", [None, b"", b"no spreadsheet"])
def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path, content):
    file = tmp_path / "offices.xlsx"
    if content is not None:
        file.write_bytes(content)
    answer = call("import", file)
    assert (
        answer.exit_code == 1 and answer.stderr.startswith("chunfeng: ") and "Traceback" not in answer.stderr
    )


def test_template_and_list(tmp_path):
    file = tmp_path / "template.xlsx"
    assert call("template", file).exit_code == 0 and file.read_bytes().startswith(b"PK")
    office("220184000000", code="HR1", name="测试县人社局", line="hrss")
    assert "测试县人社局" in call("list", "测试").stdout
    assert "测试县人社局" not in call("list", "--line", "health").stdout
    assert call("list", "--level", "moon").exit_code == 2
