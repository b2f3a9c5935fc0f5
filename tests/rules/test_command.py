"""``chunfeng measure`` and what if: files in, answers out, mistakes named."""

from __future__ import annotations

import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from chunfeng.cli.measure import app
from chunfeng_rules.library import SHIPPED, shipped
from tests.rules import making

CODE = "job-retention-refund"
GIVEN = ("firm_size=small", "insured_staff=20", "months_paid=12")


def run(*arguments: str, code: int = 0) -> str:
    found = CliRunner().invoke(app, list(arguments))
    assert found.exit_code == code, found.output
    return found.output


@pytest.fixture
def firms(tmp_path):
    """Ten small firms of twenty staff in two areas; the nth laid off n, and paid n thousand yuan."""
    path = tmp_path / "firms.parquet"
    columns = {
        "subject": [f"firm {n}" for n in range(10)],
        "area": ["220184000000" if n % 2 else "620200000000" for n in range(10)],
        "decided": [date(2020, 3 if n < 8 else 4, 1) for n in range(10)],
        "firm_size": ["small"] * 9 + ["large"],
        "insured_staff": pa.array([20] * 10, pa.int64()),
        "laid_off": pa.array([*range(9), None], pa.int64()),
        "months_paid": pa.array([12] * 10, pa.int32()),
        "contributions_paid": pa.array([n * 100_000 for n in range(10)], pa.int64()),
    }
    pq.write_table(pa.table(columns), path)
    return path


def test_check_of_those_shipped():
    lines = run("check").splitlines()
    assert len(lines) == len(shipped())


def test_check_names_file_line_and_column(tmp_path):
    path = tmp_path / "made.yaml"
    path.write_text(making.text(conditions={"one": "staff > 5"}), encoding="utf-8")
    assert f"{path}:" in run("check", str(path), code=1)
    assert "条件中不写数字" in run("check", str(path), "--language", "zh", code=1)
    assert "No such file" in run("check", str(tmp_path / "none.yaml"), code=1)


def test_check_of_a_file_with_a_failing_case(tmp_path):
    text = (
        (SHIPPED / f"{CODE}.yaml")
        .read_text(encoding="utf-8")
        .replace("refund: 18000.01 yuan", "refund: 1 yuan")
    )
    path = tmp_path / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    assert "expected 1 yuan, got 18,000.01 yuan" in run("check", str(path), code=1)


def test_explain():
    said = run("explain", CODE, *GIVEN, "laid_off=4", "contributions_paid=33.33 yuan", "--on", "2020-03-01")
    assert "符合条件，返还金额16.67元" in said and "4人 ÷ 20人 ≤ 20%" in said
    data = json.loads(run("explain", CODE, *GIVEN, "--on", "2020-03-01", "--json"))
    assert (data["state"], data["asks"]) == ("ask", ["laid_off"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing",), "neither a shipped measure nor a file"),
        ((CODE, "nobody=1"), "no fact of"),
        ((CODE, "insured_staff=many"), "not a number"),
        ((CODE, "insured_staff"), "should be NAME=VALUE"),
        ((CODE, "--on", "tomorrow"), "is not a day"),
    ],
)
def test_explain_refuses_with_a_sentence(arguments, says):
    assert says in run("explain", *arguments, code=1)


@pytest.mark.parametrize("on", ["2020-03-01", "decided"])
def test_table(firms, tmp_path, on):
    out = tmp_path / "out.parquet"
    assert "10 rows, 1 measures" in run(
        "table", str(firms), str(out), "--on", on, "-m", CODE, "--keep", "area"
    )
    rows = {r["subject"]: r for r in pq.read_table(out).to_pylist()}
    assert rows["firm 4"]["job_retention_refund__refund"] == 200_000
    assert (rows["firm 5"]["job_retention_refund__failed"], rows["firm 5"]["job_retention_refund__open"]) == (
        8,
        0,
    )
    assert (rows["firm 9"]["job_retention_refund__failed"], rows["firm 9"]["job_retention_refund__open"]) == (
        2,
        8,
    )


def test_table_counts_over_related_rows(firms, tmp_path):
    related = tmp_path / "departures.csv"
    related.write_text("subject,left_on,reason\n" + "firm 9,2019-05-01,laid_off\n" * 5, encoding="utf-8")
    out = tmp_path / "out.csv"
    run("table", str(firms), str(out), "--on", "2020-03-01", "-m", CODE, "--group", f"departures={related}")
    nine = next(line for line in out.read_text().splitlines() if line.startswith("firm 9"))
    assert nine == "firm 9,10,0,"


def test_table_refuses_what_does_not_fit(firms, tmp_path):
    out = str(tmp_path / "out.parquet")
    assert "has no column day" in run("table", str(firms), out, "--on", "day", "-m", CODE, code=1)
    assert "cannot be read" in run("table", str(tmp_path / "no.parquet"), out, "--on", "2020-03-01", code=1)
    pq.write_table(pa.table({"subject": ["a"], "laid_off": ["many"]}), tmp_path / "bad.parquet")
    said = run("table", str(tmp_path / "bad.parquet"), out, "--on", "2020-03-01", code=1)
    assert "the column “laid_off” is string and should be int64" in said


def test_simulate(firms):
    said = run(
        "simulate", CODE, str(firms), "--on", "decided", "--change", "small_firm_limit=10 %"
    ).splitlines()
    assert said[0].startswith("area\tmonth\tsubjects")
    assert said[-1] == "gain 0, lose 2, cost -3,500.00 yuan"
    assert [line.split("\t")[:3] for line in said[1:-1]] == [
        ["220184", "2020-03", "4"],
        ["220184", "2020-04", "1"],
        ["620200", "2020-03", "4"],
        ["620200", "2020-04", "1"],
    ]


def test_simulate_from_a_day_on_and_against_a_file(firms, tmp_path):
    change = ("--change", "small_firm_limit=40 %")
    said = run(
        "simulate", CODE, str(firms), "--on", "decided", *change, "--since", "2020-04-01", "--level", "0"
    )
    assert said.splitlines()[-1] == "gain 1, lose 0, cost +4,000.00 yuan"
    path = tmp_path / "instead.yaml"
    text = (SHIPPED / f"{CODE}.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace('("small", "medium")', '("medium", "large")'), encoding="utf-8")
    said = run("simulate", CODE, str(firms), "--on", "2020-03-01", "--instead", str(path))
    assert said.splitlines()[-1] == "gain 0, lose 5, cost -5,000.00 yuan"
    assert "has no parameter" in run(
        "simulate", CODE, str(firms), "--on", "decided", "--change", "x=1", code=1
    )


def test_pages(tmp_path):
    run("pages", str(tmp_path))
    assert (tmp_path / "zh" / "index.md").exists()
    assert (tmp_path / "en" / f"{CODE}.md").exists()
