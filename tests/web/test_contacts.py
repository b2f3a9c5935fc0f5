"""Visits and registrations through the test client: picking, answering, saving once, walls, sealed answers."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from python_calamine import CalamineWorkbook

from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.actions.points import keep_point
from chunfeng.people.models import ContactRecord, Household, Person, ServicePoint
from tests import factories as f
from tests.people.builders import dataset as make_dataset
from tests.people.builders import number, person
from tests.people.isolating import HIT_CITY, emergency

COUNTY, VILLAGE, FAR = "220184000000", "220184101201", "220122000000"
CELL = f"{VILLAGE}A01A01"
DOCUMENT = number(12, "420104")


@pytest.fixture
def county(db):
    from chunfeng.people.models import AffectedArea

    made = f.office(COUNTY, line="hrss", name="测试市人社局")
    AffectedArea.objects.create(
        emergency=emergency(), office=made, area_code=COUNTY, place="420000000000", source="测疫指〔2020〕3号",
        valid_from=timezone.localdate() - timedelta(20),
    )  # fmt: skip
    return made


@pytest.fixture
def village(county):
    return f.office(VILLAGE, line="government", parent=county)


@pytest.fixture
def into(county):
    return make_dataset(county, name="返乡人员登记", keep_until=timezone.localdate() + timedelta(200))


@pytest.fixture
def back(county, into):
    """Somebody who came back from the hit city two days ago."""
    by, at = f.actor(county), timezone.now()
    row = actions.add_person(
        dataset=into, phones=["13812345678"], by=by, at=at,
        values={"name": "王小明", "area_code": VILLAGE, "work_area": HIT_CITY, "household_number": "12"},
    )  # fmt: skip
    actions.state_fact(
        person=row, kind="return", value="returned", said="family", on=timezone.localdate() - timedelta(2),
        by=by, at=at,
    )  # fmt: skip
    return row


@pytest.fixture
def client(village):
    return f.browse(f.posting(village, "caller"))


def visit(**more) -> dict[str, object]:
    given = {
        "from": HIT_CITY, "came": timezone.localdate().isoformat(), "home": "yes", "touched": "no",
        "degrees": "36.5", "symptoms": "none", "need": "no",
    } | more  # fmt: skip
    return {"outcome": "reached", "key": "k1"} | {f"q-{code}": value for code, value in given.items()}


def outsider(into, **more) -> dict[str, object]:
    given = {
        "key": "k1", "name": "周外来", "id_number": DOCUMENT, "phone": "138 1234 5699", "area_code": "420104000000",
        "current_area": VILLAGE, "sex": "", "birth": "", "dataset": str(into.pk),
        "q-from": HIT_CITY, "q-came": timezone.localdate().isoformat(), "q-purpose": "kin", "q-stayed": "no",
        "q-touched": "no", "q-degrees": "３６．５", "q-symptoms": "none",
    }  # fmt: skip
    return given | more


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:600]
    return answer.content.decode()


def new(kind, person=None):
    return reverse("contact-new", args=[kind]) + (f"?person={person.pk}" if person else "")


def test_a_visit_from_the_list_of_those_not_visited(client, back):
    due = reverse("contacts-due", args=["visit"])
    body = page(client, due)
    assert "王小明" in body and new("visit", back).replace("&", "&amp;") in body and "13812345678" not in body
    assert "<b>1</b>" in page(client, reverse("contacts-due-count", args=["visit"]))
    page(client, reverse("contacts-due-count", args=["outsider"]), 404)
    form = page(client, new("visit", back))
    assert HIT_CITY in form and (timezone.localdate() - timedelta(2)).isoformat() in form
    answer = client.post(new("visit"), visit() | {"person": back.pk, "note": "门口"})
    made = ContactRecord.objects.get()
    assert answer.url == reverse("contact", args=[made.pk])
    assert (made.person, made.branch, made.origin) == (back, "returned", HIT_CITY)
    again = client.post(new("visit"), visit() | {"person": back.pk, "note": "门口"})
    assert again.url == answer.url and ContactRecord.objects.count() == 1
    page(client, again.url)  # the page that says so
    assert "王小明" not in page(client, due)
    assert "王小明" in page(client, due + "?seen=all")


def test_what_lies_off_the_way_is_left_out_and_what_is_missing_is_marked(client, back):
    answer = client.post(new("visit"), visit(what="口罩", degrees="热", symptoms="") | {"person": back.pk})
    assert answer.status_code == 422
    wrong = {field.question.code: field.error for field in answer.context["fields"] if field.error}
    assert set(wrong) == {"degrees", "symptoms"}
    body = answer.content.decode()
    assert 'name="key" value="k1"' in body and "口罩" in body
    assert not ContactRecord.objects.exists()
    assert client.post(new("visit"), visit(what="口罩") | {"person": back.pk}).status_code == 302
    assert "口罩" not in ContactRecord.objects.get().answers


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("degrees", "50"),
        ("degrees", "nan"),
        ("came", "昨天"),
        ("from", "没有这个地方"),
        ("touched", "maybe"),
        ("came", "2999-01-01"),
    ],
)
def test_answers_that_cannot_be(client, back, field, value):
    assert client.post(new("visit"), visit(**{field: value}) | {"person": back.pk}).status_code == 422
    assert not ContactRecord.objects.exists()


def test_nobody_at_home_and_an_earlier_day(client, back):
    yesterday = timezone.localdate() - timedelta(1)
    sent = {
        "outcome": "no_answer",
        "key": "k",
        "person": back.pk,
        "on": yesterday.isoformat(),
        "q-touched": "yes",
    }
    assert client.post(new("visit"), sent).status_code == 302
    made = ContactRecord.objects.get()
    assert (made.outcome, made.answers, timezone.localdate(made.at)) == ("no_answer", None, yesterday)
    assert "王小明" in page(client, reverse("contacts-due", args=["visit"]))
    assert client.post(new("visit"), sent | {"key": "k2", "outcome": "asleep"}).status_code == 422
    late = sent | {"key": "k3", "on": (timezone.localdate() + timedelta(1)).isoformat()}
    assert client.post(new("visit"), late).status_code == 422


def test_an_outsider_is_entered_once(client, into):
    body = page(client, new("outsider") + "?newcomer=1")
    assert VILLAGE in body
    answer = client.post(new("outsider"), outsider(into))
    made = ContactRecord.objects.get()
    assert answer.url == reverse("contact", args=[made.pk])
    assert (made.person.name, made.person.current_area) == ("周外来", VILLAGE)
    assert client.post(new("outsider"), outsider(into)).url == answer.url
    assert Person.objects.count() == 1
    body = page(client, answer.url)
    assert DOCUMENT not in body and "36.5" not in body
    other = client.post(new("outsider"), outsider(into, key="k2", name="吴外来"))
    assert other.status_code == 422 and f'name="person" value="{made.person_id}"' in other.content.decode()
    same = client.post(new("outsider"), outsider(into, key="k2", name="吴外来", person=str(made.person_id)))
    assert same.status_code == 302 and ContactRecord.objects.count() == 2 and Person.objects.count() == 1


def test_a_newcomer_needs_a_name_a_home_and_a_purpose(client, into):
    answer = client.post(new("outsider"), outsider(into, name="", area_code="哪里", dataset=""))
    assert answer.status_code == 422
    assert set(answer.context["newcomer"].errors) == {"name", "area_code", "dataset"}
    assert client.post(new("service"), outsider(into)).status_code == 422
    assert not Person.objects.exists()


def test_the_picker_finds_without_a_word_in_the_address(client, back):
    for typed in ("王小", "13812345678", f"#{back.pk}"):
        answer = client.post(reverse("contacts-find", args=["visit", "new"]), {"text": typed})
        assert typed not in answer.url
        assert f"?person={back.pk}" in page(client, answer.url), typed
    answer = client.post(reverse("contacts-find", args=["outsider", "new"]), {"text": "赵没有"})
    token = parse_qs(urlsplit(answer.url).query)["q"][0]
    assert "赵没有" in page(client, new("outsider") + f"?newcomer=1&q={token}")
    page(f.browse(f.posting(f.office(VILLAGE), "caller")), answer.url, 422)


def test_answers_open_on_request_and_the_trail_says_so(client, county, back):
    client.post(new("visit"), visit(need="yes", what="缺常用药") | {"person": back.pk})
    made = ContactRecord.objects.get()
    assert "缺常用药" not in page(client, reverse("contact", args=[made.pk]))
    assert not Event.objects.filter(verb="contact.open").exists()
    opened = client.post(reverse("contact-answers", args=[made.pk]))
    assert "缺常用药" in opened.content.decode()
    assert Event.objects.get(verb="contact.open").object_id == str(made.pk)
    auditor = f.browse(f.posting(county, "auditor"))
    page(auditor, reverse("contact", args=[made.pk]))
    assert auditor.post(reverse("contact-answers", args=[made.pk])).status_code == 403
    page(auditor, reverse("person-file", args=[back.pk]), 403)


def test_the_personal_file_is_a_recorded_read(client, back):
    client.post(new("visit"), visit(need="yes", what="缺常用药") | {"person": back.pk})
    body = page(client, reverse("person-file", args=[back.pk]))
    assert "缺常用药" in body and "13812345678" not in body
    assert Event.objects.get(verb="person.file").detail == {"contacts": 1, "days": 0}
    panel = page(client, reverse("person", args=[back.pk]))
    assert reverse("person-file", args=[back.pk]) in panel and "缺常用药" not in panel


def test_the_list_filters_and_exports_without_answers(county, client, back, into):
    client.post(new("visit"), visit(need="yes", what="缺常用药") | {"person": back.pk})
    client.post(new("visit"), {"outcome": "no_answer", "key": "k9", "person": back.pk})
    url = reverse("contacts-kind", args=["visit"])
    officer = f.browse(f.posting(county))

    def rows(**query):
        return officer.get(url, query).context["page"].rows

    assert len(rows()) == len(rows(days="1")) == 2
    assert [row.outcome for row in rows(outcome="no_answer")] == ["no_answer"]
    assert [row.branch for row in rows(branch="returned")] == ["returned"]
    assert rows(branch="symptoms") == []
    token = parse_qs(
        urlsplit(officer.post(reverse("contacts-find", args=["visit", "list"]), {"text": "赵"}).url).query
    )
    assert rows(q=token["q"][0]) == []
    answer = officer.get(url, {"export": "xlsx"})
    cells = str(CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python())
    assert "王小明" in cells and "缺常用药" not in cells
    assert Event.objects.get(verb="contacts-visit.export").detail["rows"] == 2
    due = officer.get(reverse("contacts-due", args=["file"]), {"export": "xlsx"})
    cells = str(CalamineWorkbook.from_filelike(io.BytesIO(due.content)).get_sheet_by_index(0).to_python())
    assert "王小明" in cells and "13812345678" not in cells
    page(client, url + "?export=xlsx", 403)


def test_another_county_finds_nothing(client, back):
    client.post(new("visit"), visit() | {"person": back.pk})
    made = ContactRecord.objects.get()
    stranger = f.browse(f.posting(f.office(FAR, line="hrss")))
    for url in (
        reverse("contact", args=[made.pk]), new("visit", back), reverse("person-file", args=[back.pk]),
        reverse("household", args=[back.household_id]), reverse("cell", args=[CELL]),
    ):  # fmt: skip
        page(stranger, url, 404)
    assert stranger.post(reverse("contact-answers", args=[made.pk])).status_code == 404
    assert stranger.post(new("visit"), visit(key="k3") | {"person": back.pk}).status_code == 404
    for url in (reverse("contacts-kind", args=["visit"]), reverse("contacts-due", args=["visit"])):
        assert stranger.get(url).context["page"].rows == []
    assert ContactRecord.objects.count() == 1


def test_unknown_kinds_and_groups(client):
    for url in ("/people/contacts/party/", "/people/contacts/outsider/due/", "/people/contacts/call/new/"):
        page(client, url, 404)
    assert client.post("/people/contacts/visit/find/elsewhere/", {"text": "x"}).status_code == 404


def test_places_are_suggested_from_everywhere(client):
    assert page(client, reverse("contact-places") + "?q-from=").strip() == ""
    page(client, reverse("contact-places") + "?q-from=湖北")


def test_households_are_ticked_into_a_cell(county, back):
    officer = f.browse(f.posting(county))
    home = Household.objects.get()
    assert "12" in page(officer, reverse("households"))
    sent = {"household": [home.pk], "cell": CELL, "cell_state": "none"}
    answer = officer.post(reverse("households-assign"), sent)
    assert answer.url == reverse("households") + "?cell_state=none"
    home.refresh_from_db()
    assert home.cell_code == CELL
    body = page(officer, reverse("cell", args=[CELL]))
    assert "王小明" in body and new("visit", back) in body
    assert reverse("cell", args=[CELL]) in page(officer, reverse("cells"))
    assert "王小明" in page(officer, reverse("household", args=[home.pk]))
    officer.post(reverse("households-assign"), {"household": [home.pk], "out": "1"})
    home.refresh_from_db()
    assert home.cell_code == ""
    for wrong in ({"household": [home.pk], "cell": "何处"}, {"household": [home.pk]}, {"cell": CELL}):
        officer.post(reverse("households-assign"), wrong)
    home.refresh_from_db()
    assert home.cell_code == ""


def test_a_point_is_entered_masked_and_opened_for_a_reason(county, village):
    officer = f.browse(f.posting(county))
    sent = {
        "kind": "broker", "name": "测试经纪人", "area_code": VILLAGE, "contact_name": "钱经纪", "phone": "13812345670",
        "works_in": f"{HIT_CITY}\n310000000000", "active": "on", "note": "",
    }  # fmt: skip
    answer = officer.post(reverse("point-new"), sent)
    made = ServicePoint.objects.get()
    assert answer.url == reverse("point", args=[made.pk]) and made.works_in == ["310000000000", HIT_CITY]
    for url in (answer.url, reverse("points"), reverse("point-change", args=[made.pk])):
        assert "13812345670" not in page(officer, url)
    assert (
        officer.post(
            reverse("point-change", args=[made.pk]), sent | {"phone": "", "note": "周一"}
        ).status_code
        == 302
    )
    made.refresh_from_db()
    assert (made.phone, made.note) == ("13812345670", "周一")
    caller = f.browse(f.posting(village, "caller"))
    phone = reverse("point-phone", args=[made.pk])
    assert caller.post(phone, {"reason": ""}).status_code == 422
    assert "13812345670" in caller.post(phone, {"reason": "核对"}).content.decode()
    assert caller.post(reverse("point-active", args=[made.pk])).status_code == 403
    officer.post(reverse("point-active", args=[made.pk]))
    made.refresh_from_db()
    assert made.active is False
    page(f.browse(f.posting(f.office(FAR))), answer.url, 404)


def test_the_pages_read_the_same_number_of_queries_for_one_and_three(client, county, village, into, back):
    by, at = f.actor(village, "caller"), timezone.now()
    urls = [
        reverse("contacts"), reverse("contacts-kind", args=["visit"]), reverse("contacts-due", args=["visit"]),
        reverse("household", args=[back.household_id]), reverse("cells"), reverse("points"), reverse("households"),
        reverse("cell", args=[CELL]),
    ]  # fmt: skip
    Household.objects.update(cell_code=CELL)

    def more(n: int) -> None:
        row = person(
            f.actor(county), into, name=f"甲{n}", area_code=VILLAGE, work_area=HIT_CITY, household_number="12"
        )
        record_contact(person=row, kind="visit", key=f"m{n}", origin=HIT_CITY, by=by, at=at)
        actions.state_fact(
            person=row, kind="return", value="returned", said="self", on=timezone.localdate(), by=by, at=at
        )
        keep_point(
            kind="point", name=f"站{n}", area_code=VILLAGE, works_in=[HIT_CITY], by=f.actor(county), at=at
        )

    def counted() -> list[int]:
        found = []
        for url in urls:
            page(client, url)
            with CaptureQueriesContext(connection) as caught:
                page(client, url)
            found.append(len(caught))
        return found

    more(0)
    first = counted()
    more(1), more(2)
    assert dict(zip(urls, counted(), strict=True)) == dict(zip(urls, first, strict=True))


def test_the_form_asks_in_english_too(client, back):
    with translation.override("en"):
        body = page(client, new("visit", back))
    assert re.search(r'<input type="radio" name="q-touched" value="yes" data-next="degrees"', body)
