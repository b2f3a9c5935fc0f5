"""The commands `chunfeng areas load` and `chunfeng areas search`."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from chunfeng.cli.areas import app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("china")]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, list(arguments))
    return result.exit_code, result.output


def test_search_as_of_a_day() -> None:
    code, shown = run("search", "gzls", "--on", "2020-01-26")
    assert (
        code == 0 and "220381000000" in shown and "吉林省四平市公主岭市" in shown and "~1995-12-31" in shown
    )
    assert "220184000000" in run("search", "公主岭", "--on", "2021-01-01")[1]


def test_search_says_what_is_wrong() -> None:
    assert run("search", "没有这个地方")[0] == 1
    code, shown = run("search", "花园", "--within", "x")
    assert code == 1 and "is not an area code" in shown


def test_load_again_and_a_wrong_level() -> None:
    code, shown = run("load")
    assert code == 0 and "0 areas and 0 changes added" in shown
    code, shown = run("load", "--level", "street")
    assert code == 1 and "choose county, township or village" in shown
