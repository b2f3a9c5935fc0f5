"""What the views' own filters hold back when the database's wall is off (a superuser without scope)."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import transaction
from django.urls import reverse

from chunfeng.core.actions import store_file
from chunfeng.tasking import actions, queries
from chunfeng.tasking.models import TaskEvidence
from tests import factories as f
from tests.tasking.builders import CITY, COUNTIES, tasks

ELSEWHERE = "440303000000"


@pytest.fixture
def unwalled(monkeypatch):
    """Requests run as the owner of the tables, without a scope."""

    @contextmanager
    def off(*_args, **_kwargs):
        with transaction.atomic():
            yield

    monkeypatch.setattr("chunfeng.offices.middleware.scope.applied", off)


@pytest.fixture
def county(db):
    return f.office(COUNTIES[0])


@pytest.fixture
def task(county):
    """A reported task of a public notice, with evidence and an issue."""
    task = tasks(f.office(CITY), [county, f.office(COUNTIES[1])])[0]
    task.notice.openness = "public"
    task.notice.save()
    by = f.actor(county)
    file = store_file(
        data=b"one", name="名单.txt", media_type="text/plain", area_code=county.area_code, by=by, at=f.NOW
    )
    actions.raise_issue(problem="缺口罩", owner=county, due_on=None, task=task, by=by, at=f.NOW)
    actions.accept(task=task, by=by, at=f.NOW)
    actions.report_done(task=task, text="完成", files=[file], period="", key="", by=by, at=f.NOW)
    actions.send_back(task=task, reason="再报", by=f.actor(f.office(CITY)), at=f.NOW)
    return task


def addresses(task) -> list[str]:
    return [
        reverse("task", args=[task.pk]),
        reverse("evidence", args=[TaskEvidence.objects.get().pk]),
        reverse("issue", args=[task.issues.get().pk]),
        f"/api/v1/tasks/{task.pk}",
    ]


@pytest.mark.parametrize("area", [ELSEWHERE, COUNTIES[1]])
def test_pages_of_another_area_stay_shut(task, unwalled, area):
    stranger = f.browse(f.posting(f.office(area), "leader"))
    assert [stranger.get(url).status_code for url in addresses(task)] == [404] * 4
    assert stranger.post(reverse("task-remind", args=[task.pk])).status_code == 404
    assert stranger.post(reverse("task-act", args=[task.pk, "note"]), {"text": "x"}).status_code == 404
    assert stranger.get(reverse("issues")).context["page"].rows == []
    behind = stranger.get(reverse("behind", args=[task.notice_id]))
    assert task.pk not in [row.pk for row in behind.context["page"].rows]
    matrix = stranger.get(reverse("matrix", args=[task.notice_id])).context["matrix"]
    assert task.pk not in [cell.pk for line in matrix.lines for cell in line.cells if cell]
    form = stranger.get(reverse("issue-new"), {"task": task.pk})
    assert form.context["task"] is None


@pytest.mark.parametrize("area", [CITY, COUNTIES[0]])
def test_pages_of_the_own_area_open(task, unwalled, area):
    insider = f.browse(f.posting(f.office(area), "leader"))
    assert [insider.get(url).status_code for url in addresses(task)] == [200] * 4
    assert len(insider.get(reverse("issues")).context["page"].rows) == 1


def test_neighbours_and_children_are_filtered_too(task):
    neighbour = f.actor(f.office(COUNTIES[1]))
    assert queries.others(neighbour, task) == []
    assert queries.children(neighbour, task) == []
    assert queries.open_issues(neighbour, task) == []
    assert queries.open_issues(f.actor(f.office(CITY)), task) != []
