"""`chunfeng people import` and `template`."""

from __future__ import annotations

from datetime import date

import pytest
from typer.testing import CliRunner

from chunfeng.cli.people import app
from chunfeng.people.models import ImportRun, Person
from tests import factories as f
from tests.people.builders import NEAR, VILLAGE, dataset, number
from tests.people.importing import as_csv

ROWS = [
    ("王测试", number(1), "13912345678", VILLAGE, "甲厂", "", ""),
    ("李测试", "12345", "13912345678", VILLAGE, "", "", ""),
]


@pytest.mark.django_db(transaction=True)
def test_a_file_is_tried_taken_in_and_taken_in_again(tmp_path):
    county = f.office(NEAR)
    dataset(county, keep_until=date(2999, 12, 31))
    file, out = tmp_path / "台账.csv", tmp_path / "结果.csv"
    file.write_bytes(as_csv(ROWS))
    call = ["import", str(file), "--office", county.code, "--dataset", "返乡人员"]

    tried = CliRunner().invoke(app, [*call, "--dry-run"])
    assert tried.exit_code == 1, tried.output
    assert tried.stdout.startswith("dry run: "), tried.output
    assert not Person.objects.exists()
    assert ImportRun.objects.get().state == "dropped"

    done = CliRunner().invoke(app, [*call, "--result", str(out)])
    assert done.exit_code == 1, done.output
    assert [p.name for p in Person.objects.all()] == ["王测试"]
    assert len(out.read_bytes().splitlines()) == 3

    CliRunner().invoke(app, call)
    assert Person.objects.count() == 1
    assert ImportRun.objects.order_by("-pk").first().counts["unchanged"] == 1


@pytest.mark.django_db(transaction=True)
def test_what_the_command_refuses(tmp_path):
    county = f.office(NEAR)
    dataset(county)
    file = tmp_path / "a.csv"
    file.write_bytes(as_csv(ROWS))
    for office, name, path, said in (
        ("?", "返乡人员", file, "No office"),
        (county.code, "?", file, "No dataset"),
        (county.code, "返乡人员", tmp_path / "none.csv", "none.csv"),
    ):
        answer = CliRunner().invoke(app, ["import", str(path), "--office", office, "--dataset", name])
        assert answer.exit_code == 1 and said in answer.output


def test_the_template_is_a_sheet(tmp_path):
    out = tmp_path / "people.xlsx"
    assert CliRunner().invoke(app, ["template", str(out)]).exit_code == 0
    assert out.read_bytes().startswith(b"PK")
