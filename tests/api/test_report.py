"""Reporting a task through the API: once is once, whatever the line does."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from chunfeng.core.models import Event, IdempotencyKey, StoredFile
from chunfeng.tasking.models import Task, TaskEntry
from tests import factories
from tests.api.test_read import COUNTY_A, COUNTY_B, caller, token_for
from tests.tasking.builders import tasks

CITY = "220100000000"


@pytest.fixture
def county(db):
    return factories.office(COUNTY_A)


@pytest.fixture
def task(county) -> Task:
    return tasks(factories.office(CITY), [county])[0]


@pytest.fixture
def client(county):
    return caller(token_for(factories.posting(county), "write"))


def report(client, task, key="k-1", **body):
    return client.post(
        f"/api/v1/tasks/{task.pk}/report",
        {"text": "已完成排查。"} | body,
        content_type="application/json",
        headers={"Idempotency-Key": key} if key is not None else {},
    )


@pytest.mark.django_db
class TestReading:
    def test_the_desk_of_the_office(self, client, task):
        rows = client.get("/api/v1/tasks").json()["items"]
        assert [row["id"] for row in rows] == [task.pk]
        assert rows[0]["quote"] == task.duty.quote
        assert client.get("/api/v1/tasks?show=done").json()["items"] == []

    def test_one_task_with_its_history(self, client, task):
        report(client, task)
        answer = client.get(f"/api/v1/tasks/{task.pk}").json()
        assert answer["state"] == "done"
        assert [entry["text"] for entry in answer["entries"]] == ["已完成排查。"]

    def test_another_county_sees_nothing_of_it(self, task):
        other = caller(token_for(factories.posting(factories.office(COUNTY_B)), "write"))
        assert other.get("/api/v1/tasks").json()["items"] == []
        assert other.get(f"/api/v1/tasks/{task.pk}").status_code == 404
        assert report(other, task).status_code == 404
        assert not TaskEntry.objects.exists()


@pytest.mark.django_db
class TestReporting:
    def test_it_is_done_once_for_one_key(self, client, task):
        first, again = report(client, task), report(client, task)
        assert first.status_code == again.status_code == 200
        assert first.json() == again.json()
        assert first.json()["state"] == "done"
        assert TaskEntry.objects.count() == 1
        assert Event.objects.filter(object_type="tasking.task", verb__contains="report").count() == 1

    def test_the_same_key_for_another_body_is_a_conflict(self, client, task):
        report(client, task)
        answer = report(client, task, text="另一件事")
        assert answer.status_code == 409
        assert "Idempotency-Key" in answer.json()["detail"]
        assert TaskEntry.objects.count() == 1

    def test_a_second_report_under_a_new_key_is_refused_with_the_sentence(self, client, task):
        report(client, task)
        answer = report(client, task, key="k-2")
        assert answer.status_code == 422
        assert answer.json()["detail"]
        assert TaskEntry.objects.count() == 1

    def test_a_refused_report_leaves_nothing_and_may_be_tried_again_under_its_key(self, client, task):
        assert report(client, task, text="").status_code == 422
        assert not IdempotencyKey.objects.exists()
        assert report(client, task).status_code == 200

    @pytest.mark.parametrize("key", [None, "", "x" * 81, "ключ", "a b"])
    def test_without_a_usable_key_nothing_happens(self, client, task, key):
        assert report(client, task, key=key).status_code == 422
        assert not TaskEntry.objects.exists()

    def test_evidence_comes_along(self, client, task):
        file = {"name": "台账.txt", "media_type": "text/plain", "content": base64.b64encode(b"12").decode()}
        assert report(client, task, files=[file]).status_code == 200
        assert StoredFile.objects.get().area_code == COUNTY_A
        assert client.get(f"/api/v1/tasks/{task.pk}").json()["entries"][0]["files"][0]["name"] == "台账.txt"

    def test_a_file_that_is_not_base64_is_named(self, client, task):
        file = {"name": "坏.txt", "media_type": "text/plain", "content": "***"}
        answer = report(client, task, files=[file])
        assert answer.status_code == 422
        assert "坏.txt" in answer.json()["detail"]
        assert not StoredFile.objects.exists()

    def test_a_reading_token_does_not_write(self, county, task):
        answer = report(caller(token_for(factories.posting(county))), task)
        assert answer.status_code == 403
        assert not TaskEntry.objects.exists()

    def test_a_session_writes_only_with_the_csrf_token(self, county, task):
        from django.test import Client

        posting = factories.posting(county)
        browser = factories.browse(posting)
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = browser.cookies
        assert report(strict, task).status_code == 403
        assert report(browser, task).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_report_sent_many_times_at_once_has_one_effect_and_one_answer():
    county = factories.office(COUNTY_A)
    task = tasks(factories.office(CITY), [county])[0]
    key = token_for(factories.posting(county), "write")

    def send(_n: int):
        try:
            return report(caller(key), task)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert TaskEntry.objects.count() == 1
