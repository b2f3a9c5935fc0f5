"""Reports through the API: owed, filed once, refused with every reason, rolled up."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chunfeng.core import crypto
from chunfeng.core.models import IdempotencyKey
from chunfeng.reporting.models import Obligation, Revision
from tests import factories as f
from tests.api.test_read import caller, token_for
from tests.reporting import builders as b

pytestmark = pytest.mark.django_db
COUNTY, VILLAGE, OTHER = "220102000000", "220102100201", "220102100202"
DAY = date(2020, 2, 3)
GOOD = {"checked": 120, "isolated": 2, "released": 1, "still": 5}


@pytest.fixture
def county():
    return f.office(COUNTY)


@pytest.fixture
def village():
    return f.office(VILLAGE)


@pytest.fixture
def form(county):
    return b.form(county, at=f.NOW)


@pytest.fixture
def owed(form, village):
    return b.obligation(form, village, DAY)


@pytest.fixture
def client(village):
    return caller(token_for(f.posting(village), "write"))


def post(client, path, body, key=""):
    return client.post(
        f"/api/v1/{path}",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": key or uuid4().hex},
    )


def test_forms_are_read_with_their_definition(client, form):
    (row,) = client.get("/api/v1/forms").json()["items"]
    assert (row["code"], row["source"]) == (form.code, form.source)
    found = client.get(f"/api/v1/forms/{form.pk}").json()
    assert [version["number"] for version in found["versions"]] == [1]
    assert found["versions"][0]["definition"]["indicators"][0]["code"] == "checked"
    assert client.get(f"/api/v1/forms?code={form.code}&state=active").json()["items"]
    assert not client.get("/api/v1/forms?state=ended").json()["items"]


def test_a_draft_is_not_shown(client, form):
    form.versions.create(area_code=form.area_code, number=2, definition={"secret": "draft"})
    assert "secret" not in client.get(f"/api/v1/forms/{form.pk}").content.decode()


def test_what_the_office_owes(client, form, owed):
    b.obligation(form, f.office(OTHER), DAY)
    (row,) = client.get("/api/v1/reports").json()["items"]
    assert (row["id"], row["standing"], row["period"]) == (owed.pk, "missing", "2020-02-03")
    assert client.get("/api/v1/reports?standing=missing").json()["items"]
    assert not client.get("/api/v1/reports?standing=due").json()["items"]
    assert not client.get("/api/v1/reports?first=2020-02-04").json()["items"]
    assert not client.get("/api/v1/reports?form=1000000").json()["items"]


def test_a_county_lists_the_reports_below(county, form, owed):
    over = caller(token_for(f.posting(county)))
    assert over.get("/api/v1/reports").json()["items"] == []
    below = over.get(f"/api/v1/reports?below=true&form={form.pk}&first=2020-02-03").json()["items"]
    assert [row["id"] for row in below] == [owed.pk]
    assert over.get("/api/v1/reports?below=true").status_code == 422


def test_a_report_is_filed_and_read_again(client, form, owed, village):
    b.filed(form, village, DAY - timedelta(days=1), f.NOW, still=4, checked=90)
    answer = post(client, f"reports/{owed.pk}/file", {"values": {**GOOD, "remark": "平稳"}})
    assert answer.status_code == 200, answer.content
    signed = Revision.objects.get(obligation=owed)
    assert answer.json()["digest"] == signed.digest
    assert (answer.json()["revision"], signed.channel, answer.json()["zero"]) == (1, "api", False)
    found = client.get(f"/api/v1/reports/{owed.pk}").json()
    assert found["values"] == {**GOOD, "remark": "平稳"}
    assert found["previous"]["still"] == 4
    assert (found["standing"], found["revisions"][0]["digest"]) == ("late", signed.digest)


def test_a_key_used_again_adds_nothing(client, owed):
    first = post(client, f"reports/{owed.pk}/file", {"values": GOOD}, "k-1")
    again = post(client, f"reports/{owed.pk}/file", {"values": GOOD}, "k-1")
    assert first.status_code == again.status_code == 200 and first.json() == again.json()
    assert Revision.objects.count() == 1
    other = post(client, f"reports/{owed.pk}/file", {"values": {"checked": 1}}, "k-1")
    assert other.status_code == 409


def test_a_correction_needs_a_reason_and_leaves_the_rest(client, owed):
    post(client, f"reports/{owed.pk}/file", {"values": GOOD})
    body = {"values": {"checked": 130, "still": None, "released": ""}}
    assert post(client, f"reports/{owed.pk}/file", body).status_code == 422
    answer = post(client, f"reports/{owed.pk}/file", body | {"reason": "核实后更正"})
    assert (answer.json()["revision"], answer.json()["changed"]) == (2, ["checked"])
    assert client.get(f"/api/v1/reports/{owed.pk}").json()["values"]["still"] == 5


def test_every_bad_cell_is_named_and_nothing_stays(client, owed):
    body = {"values": GOOD | {"checked": -1, "isolated": 1.5, "nowhere": 3}}
    answer = post(client, f"reports/{owed.pk}/file", body, "k-1")
    assert answer.status_code == 422
    assert set(answer.json()["cells"]) == {"checked", "isolated", "nowhere"}
    assert not Revision.objects.exists() and not IdempotencyKey.objects.exists()
    assert post(client, f"reports/{owed.pk}/file", {"values": GOOD}, "k-1").status_code == 200


def test_checks_that_speak_up_are_named_and_answered_with_a_comment(client, form, owed, village):
    before = b.filed(form, village, DAY - timedelta(days=1), f.NOW, checked=90, still=100)
    assert before.pk
    body = {"values": GOOD | {"isolated": 0, "released": 50, "still": 50}}
    refused = post(client, f"reports/{owed.pk}/file", body)
    assert refused.status_code == 422
    (check,) = refused.json()["checks"]
    assert (check["code"], check["needs_comment"], check["strength"]) == ("jump:still", True, "soft")
    answer = post(client, f"reports/{owed.pk}/file", body | {"comments": {"jump:still": "集中解除"}})
    assert answer.status_code == 200
    assert Revision.objects.get().doubts[0]["comment"] == "集中解除"


def test_zero_is_signed(client, owed):
    answer = post(client, f"reports/{owed.pk}/zero", {})
    assert answer.json()["zero"] is True
    owed.refresh_from_db()
    assert (owed.state, set(owed.numbers)) == ("zero", {0})


def test_personal_cells_come_back_masked(client, county, village):
    asked = b.form(
        county,
        at=f.NOW,
        code="contact",
        checks=[],
        indicators=[
            {"code": "n", "label": {"zh": "人数", "en": "People"}},
            {"code": "phone", "label": {"zh": "电话", "en": "Phone"}, "type": "phone"},
        ],
    )
    owed = b.obligation(asked, village, DAY)
    answer = post(client, f"reports/{owed.pk}/file", {"values": {"n": 1, "phone": "13800001234"}})
    assert answer.status_code == 200, answer.content
    found = client.get(f"/api/v1/reports/{owed.pk}")
    assert found.json()["values"]["phone"] == crypto.mask("13800001234")
    assert "13800001234" not in found.content.decode()


def test_an_event_is_a_report_of_its_own(client, county, village):
    form = b.form(county, at=f.NOW, code="event", every="event", checks=[])
    body = {"on": "2020-02-03", "values": GOOD}
    first = post(client, f"forms/{form.pk}/events", body, "e-1")
    again = post(client, f"forms/{form.pk}/events", body, "e-1")
    second = post(client, f"forms/{form.pk}/events", body, "e-2")
    assert first.json() == again.json()
    assert first.status_code == second.status_code == 200
    assert sorted(Obligation.objects.values_list("sequence", flat=True)) == [1, 2]
    outside = f.office("220202000000")
    assert post(client, f"forms/{form.pk}/events", body | {"office": outside.pk}).status_code == 404


def test_another_village_neither_sees_nor_files(owed):
    other = caller(token_for(f.posting(f.office(OTHER)), "write"))
    assert other.get(f"/api/v1/reports/{owed.pk}").status_code == 404
    assert post(other, f"reports/{owed.pk}/file", {"values": GOOD}).status_code == 404
    assert post(other, f"reports/{owed.pk}/zero", {}).status_code == 404
    assert not Revision.objects.exists()


def test_a_reading_token_does_not_file(village, owed):
    reader = caller(token_for(f.posting(village)))
    assert post(reader, f"reports/{owed.pk}/file", {"values": GOOD}).status_code == 403


def test_figures_add_up_with_their_source(county, form, village):
    b.filed(form, village, DAY, f.NOW, checked=120, still=5)
    b.obligation(form, f.office(OTHER), DAY)
    over = caller(token_for(f.posting(county)))
    found = over.get(f"/api/v1/figures?form={form.pk}&first=2020-02-03&last=2020-02-03").json()
    assert (found["total"]["due"], found["total"]["answered"], found["total"]["missing"]) == (2, 1, 1)
    assert found["total"]["numbers"]["checked"] == 120
    assert found["source"] == form.source and found["as_of"]
    assert {
        "code": "still",
        "label": "仍在隔离",
        "unit": "人",
        "aggregate": "last",
        "source": form.source,
    } in (found["cells"])
    assert over.get(f"/api/v1/figures?form={form.pk}&first=2020-02-03&last=2020-02-01").status_code == 422
    assert over.get("/api/v1/figures?form=999999&first=2020-02-03&last=2020-02-03").status_code == 404
    elsewhere = caller(token_for(f.posting(f.office("220202000000"))))
    url = f"/api/v1/figures?form={form.pk}&first=2020-02-03&last=2020-02-03&area={COUNTY}"
    answer = elsewhere.get(url)
    assert answer.status_code == 404 or answer.json()["total"]["due"] == 0


@pytest.mark.parametrize("resource", ["forms", "reports"])
def test_a_list_costs_the_same_for_one_row_and_for_many(client, county, village, resource):
    def cost() -> int:
        made = b.form(county, at=f.NOW, code=uuid4().hex)
        b.obligation(made, village, DAY)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/api/v1/{resource}").json()["items"]
        return len(caught.captured_queries)

    client.get(f"/api/v1/{resource}")
    assert cost() == cost() == cost()


def test_withdrawn_tasks_can_be_asked_for(client):
    assert client.get("/api/v1/tasks?show=withdrawn").json()["items"] == []


def test_a_report_standing_follows_the_clock(client, form, village):
    now = timezone.now()
    b.obligation(
        form,
        village,
        timezone.localdate(),
        due_at=now + timedelta(hours=1),
        closes_at=now + timedelta(hours=2),
    )
    assert client.get("/api/v1/reports?standing=due").json()["items"][0]["standing"] == "due"
