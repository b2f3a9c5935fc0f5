"""The command line: one JSON object a file, a view for eyes, and refusals that do not stop the rest."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chunfeng.cli import app

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures").glob("*.txt"))
runner = CliRunner()


def test_json_is_one_object_a_file_and_a_line() -> None:
    done = runner.invoke(app, ["notice", "read", "--json", *map(str, FIXTURES[:3])])
    assert done.exit_code == 0
    contents = [json.loads(line) for line in done.stdout.splitlines()]
    assert [content["file"] for content in contents] == [path.name for path in FIXTURES[:3]]
    assert all(len(content["sha256"]) == 64 and content["documents"] for content in contents)


def test_a_refused_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    done = runner.invoke(
        app, ["notice", "read", "--json", str(scan), str(tmp_path / "gone.txt"), str(FIXTURES[0])]
    )
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 1
    assert "scan.png is a picture" in done.stderr and "gone.txt cannot be opened" in done.stderr


def test_standard_input_is_read() -> None:
    done = runner.invoke(app, ["notice", "read", "--json", "-"], input=FIXTURES[0].read_bytes())
    assert done.exit_code == 0
    assert json.loads(done.stdout)["documents"]


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_view_shows_header_duties_and_repairs(path: Path) -> None:
    done = runner.invoke(app, ["notice", "read", str(path)], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    content = json.loads(runner.invoke(app, ["notice", "read", "--json", str(path)]).stdout)
    for document in content["documents"]:
        assert (document["title"] or "(no title)") in done.stdout.replace("\n", "")
        assert (document["number"] or "—") in done.stdout
        if document["duties"]:
            assert "words of the notice" in done.stdout


def test_the_view_lists_repairs_and_suspects() -> None:
    done = runner.invoke(
        app,
        ["notice", "read", "-"],
        input="關(guān)於產(chǎn)業(yè)\n在當(dāng)?shù)攸h委，省人?资源".encode(),
    )
    assert "repairs: " in done.stdout and "suspect: 1" in done.stdout
    assert "在当地党委" in done.stdout


def test_help_names_the_commands_without_loading_them() -> None:
    done = runner.invoke(app, ["--help"])
    assert done.exit_code == 0 and "notice" in done.stdout


def test_cold_start_is_quick_and_free_of_django() -> None:
    heavy = "django,lxml,docx,pypdf,opencc,pypinyin"
    code = (
        "import sys; from chunfeng.cli import app\n"
        "try: app(sys.argv[1:-1], standalone_mode=False)\n"
        "finally: print([name for name in sys.argv[-1].split(',') if name in sys.modules])"
    )
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, "notice", "read", "--json", str(FIXTURES[0]), heavy],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "src"), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert time.monotonic() - begun < 5  # the target is 1.5 s on a quiet machine; a busy one gets some grace
