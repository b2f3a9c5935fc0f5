"""Killed in the middle, in processes of their own: an import goes on and ends as if nothing had happened."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from chunfeng.core import scope
from chunfeng.people.actions import imports
from chunfeng.people.models import ImportRow, ImportRun, Person
from demo import ledger
from tests import factories as f
from tests.people import builders as b
from tests.people.importing import as_csv
from tests.people.test_import_running import state

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
CHUNK = 40
TABLES = "people_person, people_household, people_importrow, people_importrun, people_possibleduplicate"


def cells(count: int, **more) -> list[list[str]]:
    return [[str(c) if c is not None else "" for c in r.cells] for r in ledger.rows(count, share=0.5, **more)]


def started(by, into, rows, name: str = "台账.csv") -> ImportRun:
    data = as_csv(rows, header=ledger.HEADER, encoding="gb18030")
    with scope.applied(by):
        return imports.start(source=data, name=name, dataset=into, by=by, at=f.NOW)


def process(run: ImportRun, chunk: int = CHUNK) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.people.import_child", name, str(run.pk), str(chunk)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)


def emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")


def everything() -> list[object]:
    rows = ImportRow.objects.order_by("run_id", "number").values_list("number", "verdict", "reasons")
    return [*state(), list(rows), list(ImportRun.objects.values_list("state", "done", "total", "counts"))]


@pytest.fixture
def by():
    return f.actor(f.office(b.NEAR))


@pytest.fixture
def into(by):
    from chunfeng.offices.models import Office

    return b.dataset(Office.objects.get(pk=by.office_id))


def test_killed_three_times_it_ends_as_undisturbed(by, into, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", CHUNK)
    rows = cells(500, seed=21)
    imports.run(started(by, into, rows).pk, f.NOW)
    undisturbed = everything()
    emptied()
    run = started(by, into, rows)
    reached = [0]
    for pause in (0.0, 0.02, 0.05):
        child = process(run)
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) > reached[-1]:
                break
        time.sleep(pause)
        child.kill()
        child.wait()
        child.stdout.close()
        assert child.returncode == -9
        run.refresh_from_db()
        assert ImportRow.objects.filter(run=run).count() == run.done == sum(run.counts.values())
        reached.append(run.done)
    assert 0 < reached[1] < reached[2] < reached[3] < run.total
    assert run.state == "running"
    assert imports.waiting() == [run.pk]
    imports.run(run.pk, f.NOW)
    assert everything() == undisturbed


def test_overlapping_files_at_once_make_nobody_twice(by, into):
    first, second = cells(240, seed=22), cells(240, seed=22)[::-1] + cells(60, seed=22, first=5000)
    runs = [started(by, into, first, "a.csv"), started(by, into, second, "b.csv")]
    children = [process(run, 15) for run in runs]
    for child in children:
        child.communicate(timeout=120)
    assert [child.returncode for child in children] == [0, 0]
    hashes = list(Person.objects.exclude(id_hash=None).values_list("id_hash", flat=True))
    assert len(hashes) == len(set(hashes)) > 200
    for run in runs:
        run.refresh_from_db()
        assert (run.state, run.done) == ("done", run.total)
    added = sum(run.counts.get("added", 0) for run in runs)
    assert added == Person.objects.count()


def test_one_import_in_two_processes_is_done_once(by, into):
    run = started(by, into, cells(400, seed=23))
    children = [process(run, 10), process(run, 10)]
    for child in children:
        child.communicate(timeout=120)
    run.refresh_from_db()
    assert sorted(child.returncode for child in children)[0] == 0
    assert {child.returncode for child in children} <= {0, 3}
    assert (run.state, run.done, ImportRow.objects.filter(run=run).count()) == ("done", 400, 400)
