"""The ledgers on screen: every figure leads to as many people as it says; nobody beyond the wall."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from chunfeng.people import actions
from chunfeng.people.actions.follow_ups import open_follow_up
from chunfeng.people.queries.lists import LISTS
from tests import factories as f
from tests.people.isolating import HIT, HIT_VILLAGE, hit
from tests.reporting import builders as reports

COUNTY, VILLAGE, SEA = "220184000000", "220184101201", "440000000000"


@pytest.fixture
def county(db):
    return f.office(COUNTY, line="hrss", name="测试市人社局")


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def dataset(by, county):
    return actions.make_dataset(
        name="台账", purpose="联系务工人员", source="测人社发〔2020〕1号 第二条",
        keep_until=timezone.localdate() + timedelta(200), by=by, at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def add(by, dataset):
    def enter(name, says=(), **values):
        row = actions.add_person(
            dataset=dataset, values={"name": name, "area_code": VILLAGE} | values,
            phones=["138" + f"{abs(hash(name)) % 10**8:08}"], by=by, at=timezone.now(),
        )  # fmt: skip
        for kind, value, *place in says:
            actions.state_fact(
                person=row, kind=kind, value=value, said="self", on=timezone.localdate(),
                place=place[0] if place else "", by=by, at=timezone.now(),
            )  # fmt: skip
        return row

    return enter


@pytest.fixture
def client(county):
    return f.browse(f.posting(county))


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


def figures(body):
    """Links into lists of people with the number they are written under."""
    found = re.findall(r'href="(/people/ledgers/list/[^"]+)"[^>]*>(?:<b[^>]*>)?(\d+)', body)
    return [(url.replace("&amp;", "&"), int(n)) for url, n in found]


def length(client, url):
    return int(re.search(r'<h1>.*?<span class="muted num">(\d+)', page(client, url), re.S)[1])


def test_every_figure_leads_to_as_many_people(client, county, add):
    hit(county)
    add("甲", work_area=HIT_VILLAGE)
    add("乙", area_code=HIT_VILLAGE, work_area=VILLAGE)
    add("丙", [("intention", "leaves", "440300000000"), ("job", "has_job")])
    add("丁", [("intention", "leaves", "440300000000"), ("job", "no_job")])
    add("戊", [("intention", "leaves", "310000000000")])
    add("己", [("intention", "leaves")])
    seen = 0
    for name in ("ledgers", "ledger-counts", "ledger-departures"):
        for url, n in figures(page(client, reverse(name))):
            assert length(client, url) == n, url
            seen += 1
    inside = page(client, reverse("ledger-departures") + f"?area={COUNTY}&place={SEA}")
    for url, n in figures(inside):
        assert length(client, url) == n
        seen += 1
    assert seen > 15
    departures = page(client, reverse("ledger-departures"))
    assert reverse("mailing-new") in departures and "going_to=440000000000" in departures


def test_without_a_declaration_the_counts_say_so(client, add):
    add("甲", work_area=HIT_VILLAGE)
    for name in ("ledger-counts", "ledger-watch"):
        body = page(client, reverse(name))
        assert "甲" not in body and 'class="empty"' in body


def test_the_watch_list_shows_what_was_done(client, county, by, add):
    hit(county)
    row = add("甲", [("return", "returned")], work_area=HIT)
    add("乙", [("return", "returned")], work_area=HIT)
    open_follow_up(person=row, reason="need", by=by, at=timezone.now())
    actions.record_contact(person=row, kind="visit", key="v1", by=by, at=timezone.now())
    body = page(client, reverse("ledger-watch"))
    assert "甲" in body and "乙" in body and body.count("tag bad") == 1
    answer = client.get(reverse("ledger-watch") + "?export=xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 3 and rows[2][-1] and not rows[1][-1]


def test_pages_cost_as_many_queries_for_many_as_for_few(client, county, add):
    hit(county)

    def cost():
        found = []
        for url in (reverse("ledger-watch"), reverse("ledger-departures"),
                    reverse("ledger-people", args=["leaving"])):  # fmt: skip
            with CaptureQueriesContext(
                connection,
            ) as queries:
                page(client, url)
            found.append(len(queries))
        return found

    add("甲", [("return", "returned"), ("intention", "leaves", SEA)], work_area=HIT)
    few = cost()
    for n in range(5):
        add(f"乙{n}", [("return", "returned"), ("intention", "leaves", SEA)], work_area=HIT)
    assert cost() == few


def test_a_list_beyond_the_wall_is_empty_and_a_wrong_one_is_not_there(county, add):
    add("甲", [("intention", "leaves", SEA)])
    far = f.browse(f.posting(f.office("220122000000")))
    for name in LISTS:
        body = page(far, reverse("ledger-people", args=[name]) + f"?area={COUNTY}")
        assert "甲" not in body
    page(far, reverse("ledger-people", args=["nobody"]), 404)
    assert "甲" not in page(far, reverse("ledgers") + f"?area={COUNTY}")


@pytest.mark.parametrize(
    "query", ["area=x", "area=000000000000", "on=2999-01-01", "on=x", "place=x", "since=x"]
)
def test_odd_questions_are_answered_calmly(client, add, query):
    add("甲", [("intention", "leaves", SEA)])
    for name in ("ledgers", "ledger-counts", "ledger-departures", "ledger-watch"):
        page(client, f"{reverse(name)}?{query}")
    page(client, reverse("ledger-people", args=["leaving"]) + "?" + query)


def test_a_report_leads_from_the_offer_to_the_people(county, by, add):
    form = reports.form(
        county, at=timezone.now(), code="flow", reporters=[{"level": "county"}],
        indicators=[{"code": "returned", "label": "返乡", "prefill": "below, register:people:returned"}], checks=[],
    )  # fmt: skip
    owed = reports.obligation(form, county, timezone.localdate())
    add("甲", [("return", "returned")])
    with_suggestion = owed.suggestions.create(
        area_code=COUNTY, cell="returned", value=1, source="实名制台账", at=timezone.now()
    )
    client = f.browse(f.posting(county))
    body = page(client, reverse("report-fill", args=[owed.pk]))
    links = re.findall(r'href="(/people/ledgers/list/returned/[^"]+)"', body)
    assert with_suggestion.value == 1 and links
    assert length(client, links[0].replace("&amp;", "&")) == 1
