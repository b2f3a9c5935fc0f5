"""Reading through the API: tokens, scope, pages, errors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chunfeng.core import accounts, scope
from chunfeng.core.models import ApiToken, Event
from chunfeng.offices import queries
from tests import factories
from tests.tasking.builders import tasks

pytestmark = pytest.mark.django_db
COUNTY_A, COUNTY_B = "220104000000", "220204000000"


def token_for(posting, permits: str = "read") -> str:
    """A key that acts for the posting."""
    by = queries.actor_for(posting)
    with scope.applied(by):
        _row, key = accounts.create_token(
            user=posting.user,
            name="测试程序",
            permits=permits,
            days=30,
            password="correct horse 77",
            by=by,
            at=timezone.now(),
        )
    return key


def caller(key: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def officer():
    return factories.posting(factories.office(COUNTY_A))


def test_nobody_is_told_how_to_come_in():
    answer = Client().get("/api/v1/offices")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["status"] == 401


@pytest.mark.parametrize("header", ["Bearer cf_wrong", "Basic dXNlcjpwYXNz", "Bearer", "nonsense"])
def test_a_wrong_token_opens_nothing(header, officer):
    client = factories.browse(officer)  # not even beside a good session
    assert client.get("/api/v1/offices", headers={"Authorization": header}).status_code == 401


def test_a_token_reads_and_its_use_is_noted(officer):
    key = token_for(officer)
    assert caller(key).get("/api/v1/offices").status_code == 200
    token = ApiToken.objects.get()
    assert token.last_used_at is not None
    assert key not in (token.key_hash, token.key_start)


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"posting_id_at": 0},
    ],
)
def test_a_token_ends(officer, change):
    key = token_for(officer)
    ApiToken.objects.update(**change)
    assert caller(key).get("/api/v1/offices").status_code == 401


def test_a_token_ends_with_the_account_and_with_the_posting(officer):
    key = token_for(officer)
    officer.valid_to = timezone.localdate()
    officer.save()
    assert caller(key).get("/api/v1/offices").status_code == 401
    officer.valid_to = None
    officer.save()
    officer.user.is_active = False
    officer.user.save()
    assert caller(key).get("/api/v1/offices").status_code == 401


def test_a_session_reads_too(officer):
    assert factories.browse(officer).get("/api/v1/offices").status_code == 200


def test_a_role_without_the_ability_is_refused_with_the_sentence(officer):
    admin = factories.posting(officer.office, "system_admin")
    answer = caller(token_for(admin)).get("/api/v1/notices")
    assert answer.status_code == 403
    assert answer.json()["detail"]


def test_pages_by_key_meet_without_gap(officer):
    for _ in range(7):
        factories.office(COUNTY_A)
    client, seen, after = caller(token_for(officer)), [], None
    while True:
        url = "/api/v1/offices?limit=3" + (f"&after={after}" if after else "")
        answer = client.get(url).json()
        seen += [row["id"] for row in answer["items"]]
        after = answer["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 8
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "after=-1", "q=%00", "area=22", "level=moon"]
)
def test_bad_values_are_named(officer, query):
    answer = caller(token_for(officer)).get(f"/api/v1/offices?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"].startswith("query.")


def test_an_office_comes_without_personal_contacts(officer):
    officer.office.contacts.create(
        area_code=COUNTY_A, name="测试员", phone="043112345678", mobile="13800000000"
    )
    answer = caller(token_for(officer)).get(f"/api/v1/offices/{officer.office_id}")
    assert answer.status_code == 200
    assert "13800000000" not in answer.content.decode() and "测试员" not in answer.content.decode()


def test_a_notice_comes_with_clauses_duties_and_text(officer):
    notice = factories.notice(officer.office, duties=2)
    answer = caller(token_for(officer)).get(f"/api/v1/notices/{notice.pk}").json()
    assert answer["text"] == notice.text
    assert [duty["quote"] for duty in answer["duties"]] == notice.text.splitlines()
    assert answer["duties"][0]["clause_id"] == answer["clauses"][0]["id"]
    event = Event.objects.get(kind="read")
    assert (event.verb, event.object_id, event.actor_id_at) == (
        "notice.original",
        str(notice.pk),
        officer.user_id,
    )


@pytest.mark.parametrize("resource", ["notices", "tasks", "offices"])
def test_a_list_costs_the_same_for_one_row_and_for_many(officer, resource):
    city, client = factories.office("220100000000"), caller(token_for(officer))

    def cost() -> int:
        tasks(city, [officer.office])
        factories.notice(officer.office)
        factories.office(COUNTY_A)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/api/v1/{resource}").json()["items"]
        return len(caught.captured_queries)

    client.get(f"/api/v1/{resource}")  # notes the first use of the token
    assert cost() == cost() == cost()


def test_notices_of_another_county_are_not_there(officer):
    other = factories.notice(factories.office(COUNTY_B))
    client = caller(token_for(officer))
    assert client.get("/api/v1/notices").json()["items"] == []
    assert client.get(f"/api/v1/notices/{other.pk}").status_code == 404


def test_an_unknown_address_is_a_problem_document(officer):
    answer = caller(token_for(officer)).get("/api/v1/nowhere")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_the_documentation_is_for_people_inside(officer):
    assert Client().get("/api/v1/docs").status_code == 302
    page = factories.browse(officer).get("/api/v1/docs")
    assert page.status_code == 200
    assert b"http://" not in page.content.replace(b"http://www.w3.org", b"")
    assert b"https://" not in page.content
    assert factories.browse(officer).get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")
