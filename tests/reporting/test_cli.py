"""`chunfeng report …` and the jobs that do the same by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app as jobs
from typer.testing import CliRunner

from chunfeng.cli.report import app
from chunfeng.config.pipeline import STEPS
from chunfeng.reporting import actions
from chunfeng.reporting.models import Form, Obligation
from tests import factories
from tests.reporting import builders

run = CliRunner()
FIGURES = {"checked": 12, "isolated": 3, "released": 0, "still": 3}


@pytest.fixture
def form(db):
    county = factories.office("220184000000")
    factories.office("220184100201", parent=county, name="向阳村")
    form = builders.form(county, at=timezone.now())
    Form.objects.update(starts_on=timezone.localdate())
    return form


def test_due_makes_what_is_owed_once(form):
    assert "new: 4" in run.invoke(app, ["due", "--days", "3"]).output
    assert "new: 0" in run.invoke(app, ["due", "--days", "3"]).output
    assert form.obligations.count() == 4


def test_silent_lists_who_has_not_answered(form):
    yesterday = timezone.localdate() - timedelta(days=1)
    row = builders.obligation(form, form.owner.children.get(), yesterday)
    shown = run.invoke(app, ["silent", form.code, "--on", yesterday.isoformat()])
    assert row.office.name in shown.output and "silent: 1" in shown.output
    assert "silent: 0" in run.invoke(app, ["silent", "another"]).output
    assert run.invoke(app, ["silent", form.code, "--on", "gestern"]).exit_code == 1


def test_verify_ends_with_1_until_the_ledger_is_put_right(form):
    row = builders.obligation(form, form.owner.children.get(), timezone.localdate())
    actions.file_report(
        obligation_id=row.pk, values=FIGURES, by=factories.actor(row.office), at=timezone.now()
    )
    assert run.invoke(app, ["verify"]).exit_code == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reporting_obligation SET numbers[1] = 13")
    found = run.invoke(app, ["verify"], env={"COLUMNS": "300"})
    assert found.exit_code == 1 and "findings: 1" in found.output
    assert "put right" in run.invoke(app, ["verify", "--fix"]).output
    assert run.invoke(app, ["verify"]).exit_code == 0
    assert Obligation.objects.get().numbers == [12, 3, 0, 3]


def test_the_pipeline_runs_twice_with_the_same_end(form):
    now = timezone.now()
    first = [step.run(now) for step in STEPS]
    count = form.obligations.count()
    assert count == 8 and len(first) == len(STEPS)
    for step in STEPS:
        step.run(now)
    assert form.obligations.count() == count


def test_every_job_is_periodic_and_runs_in_a_queue_that_is_worked():
    mine = {name: task for name, task in jobs.tasks.items() if name.startswith("reporting.")}
    assert {"reporting.owe", "reporting.remind", "reporting.settle", "reporting.verify"} <= set(mine)
    assert {task.queue for task in mine.values()} <= {"tasks", "outbox", "upkeep"}
    assert set(mine) <= {name for name, _id in jobs.periodic_registry.periodic_tasks}


@pytest.mark.parametrize("name", ["owe", "remind", "settle", "suggest", "verify", "escalate"])
def test_every_job_does_its_work(form, name):
    assert isinstance(jobs.tasks[f"reporting.{name}"].func(), int)
