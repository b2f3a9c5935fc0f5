"""The officer's room of the census through the test client: prepared, counted, begun, watched, decided."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from python_calamine import CalamineWorkbook

from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.actions import campaigns, syncing
from chunfeng.people.models import CallItem, Campaign, ContactRecord, FollowUp
from chunfeng.people.scripts import library
from tests import factories as f
from tests.people.calling import AWAY, ILL, entry

pytestmark = pytest.mark.django_db
COUNTY, TOWN = "220184000000", "220184101000"
VILLAGES = ("220184101201", "220184101202", "220184102201")


@pytest.fixture
def county():
    return f.office(COUNTY, line="hrss", name="测试市人社局")


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def data(by):
    return actions.make_dataset(
        name="返乡人员登记", purpose="联系返乡务工人员", source="测人社发〔2020〕1号 第二条",
        keep_until=timezone.localdate() + timedelta(days=200), by=by, at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def enter(by, data):
    def add(village: str = VILLAGES[0], **values):
        n = add.n = getattr(add, "n", 0) + 1
        given = {"name": "王" + "甲乙丙丁戊己庚辛壬癸"[n % 10], "area_code": village} | values
        return actions.add_person(
            dataset=data, values=given, phones=[f"1381234{n:04d}"], by=by, at=timezone.now()
        )

    return add


@pytest.fixture
def client(county):
    return f.browse(f.posting(county))


@pytest.fixture
def caller(county):
    return f.posting(f.office(VILLAGES[0]), "caller")


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:800]
    return response.content.decode()


def asked(data, **more):
    return {
        "name": "春节返乡摸排", "script": "returnee-call", "source": "测人社发〔2020〕1号 第一条", "dataset": data.pk,
        "target_on": (timezone.localdate() + timedelta(days=5)).isoformat(), "most_attempts": 3, "retry_hours": 4,
    } | more  # fmt: skip


def begun(by, data, callers=(), **more) -> Campaign:
    values = {"name": "摸排", "script": library.script("returnee-call"), "chosen": {}, "dataset": data,
              "source": "测人社发〔2020〕1号", "target_on": timezone.localdate() + timedelta(days=5)}  # fmt: skip
    made = campaigns.make_campaign(**(values | more), by=by, at=timezone.now())
    return campaigns.start_campaign(campaign=made, callers=callers, by=by, at=timezone.now())


def answer(row: CallItem, by, answers=None, n=1, **more):
    at = timezone.now()
    sent = entry(row, answers, n=n, at=at.isoformat(), **more)
    return syncing.sync(entries=[sent], by=by, at=at)[0]


def test_a_round_is_prepared_counted_and_begun(client, data, enter, caller):
    enter(), enter(VILLAGES[1])
    page(client, reverse("census"))
    body = page(client, reverse("census-new"))
    assert "返乡人员电话摸排" in body and "旅客" not in body  # calls and visits only
    counted = client.post(reverse("census-count"), {"home": VILLAGES[1]})
    assert counted.context["counted"].total == 1
    assert client.post(reverse("census-count")).context["counted"].total == 2
    wrong = client.post(reverse("census-count"), {"home": "nowhere at all"})
    assert wrong.status_code == 200 and wrong.context["wrong"]
    shown = client.post(reverse("census-new"), asked(data, count="1"))
    assert shown.status_code == 200 and shown.context["counted"].total == 2
    assert not Campaign.objects.exists()
    made = client.post(reverse("census-new"), asked(data))
    row = Campaign.objects.get()
    assert made.url == reverse("census-round", args=[row.pk])
    body = page(client, made.url)
    assert "您现在在哪里？" in body and str(caller.user) in body
    start = reverse("census-act", args=[row.pk, "start"])
    assert client.post(start, {"who": "all"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "running"
    # the second village has no caller of its own, nor its township: the county keeps it
    assert list(CallItem.objects.order_by("area_code").values_list("caller", flat=True)) == [
        caller.user_id,
        None,
    ]
    assert "0%" in page(client, made.url)


def test_counting_with_nothing_sent_counts_everybody(client, data, enter):
    enter()
    for given in ({}, {"home": "nowhere at all"}, {"silent_since": "soon", "within": "99"}):
        assert client.post(reverse("census-count"), given).status_code == 200
    assert client.post(reverse("census-count"), {}).context["counted"].total == 1


def test_what_is_missing_stands_above_what_was_typed(client, data):
    for more, status in (
        ({"name": ""}, 422),
        ({"source": ""}, 422),
        ({"script": "own-file"}, 422),
        ({"script": "x"}, 422),
    ):
        response = client.post(reverse("census-new"), asked(data, **more))
        assert response.status_code == status, more
    assert not Campaign.objects.exists()


def test_own_questions_come_from_a_file_or_are_refused_line_by_line(client, data):
    good = "code: own\ntitle: 自拟\nsource: 测\nquestions:\n  - {code: q, ask: 您好吗？, kind: text}\n"
    bad = good.replace("kind: text", "kind: fax")
    with translation.override("zh-hans"):
        refused = client.post(
            reverse("census-new"),
            asked(data, script="own-file", script_file=SimpleUploadedFile("a.yaml", bad.encode())),
        )
    assert refused.status_code == 422 and any("fax" in each for each in refused.context["problems"])
    client.post(
        reverse("census-new"),
        asked(data, script="own-file", script_file=SimpleUploadedFile("a.yaml", good.encode())),
    )
    row = Campaign.objects.get()
    assert row.script["code"] == "own"
    client.post(reverse("census-change", args=[row.pk]), asked(data, script="as-it-is", name="改名"))
    row.refresh_from_db()
    assert (row.name, row.script["code"]) == ("改名", "own")
    assert "您好吗" in page(client, reverse("census-change", args=[row.pk]))


def test_a_clause_of_a_notice_can_be_cited(client, county, data):
    clause = f.notice(county).clauses.get()
    assert clause.notice.number in page(client, reverse("census-new"))
    client.post(reverse("census-new"), asked(data, source="", clause=clause.pk))
    row = Campaign.objects.get()
    assert row.clause == clause and clause.notice.number in row.source


def test_the_board_counts_by_area_caller_result_and_outcome(client, by, data, enter, caller):
    for village in (VILLAGES[0], VILLAGES[0], VILLAGES[1], VILLAGES[2]):
        enter(village)
    row = begun(by, data, [caller.user_id])
    first, second, third, _fourth = CallItem.objects.order_by("area_code", "pk")
    village = f.actor(caller.office, "caller")
    answer(first, village, AWAY)
    answer(second, village, outcome="wrong")
    answer(third, by, ILL)
    context = client.get(reverse("census-round", args=[row.pk])).context
    assert (context["total"]["asked"], context["total"]["answered"], context["total"]["unreached"]) == (
        4,
        2,
        1,
    )
    assert context["total"]["share"] == "50%"
    assert {each["code"]: each["answered"] for each in context["areas"]} == {TOWN: 2, "220184102000": 0}
    assert {each["code"]: each["n"] for each in context["branches"]} == {"away": 1, "symptoms": 1}
    assert [(each["code"], each["n"]) for each in context["outcomes"]] == [("wrong", 1)]
    assert {each["key"]: each["asked"] for each in context["callers"]} == {caller.user_id: 2, 0: 2}
    below = client.get(reverse("census-round", args=[row.pk]) + f"?area={TOWN}").context
    assert {each["code"]: each["share"] for each in below["areas"]} == {
        VILLAGES[0]: "50%",
        VILLAGES[1]: "100%",
    }
    part = page(client, reverse("census-part", args=[row.pk]) + f"?area={TOWN}")
    assert "hx-get" in part and "<html" not in part
    village_entries = client.get(reverse("census-entries", args=[row.pk]) + f"?area={VILLAGES[0]}").context
    assert len(village_entries["page"].rows) == 2


def test_a_round_of_one_township_shows_its_villages_at_once(client, by, data, enter):
    enter(VILLAGES[0]), enter(VILLAGES[1])
    row = begun(by, data)
    context = client.get(reverse("census-round", args=[row.pk])).context
    assert [(each["code"], each["below"]) for each in context["areas"]] == [
        (code, False) for code in VILLAGES[:2]
    ]


def test_a_township_sees_its_share_and_runs_nothing(by, data, enter, county):
    enter(VILLAGES[0]), enter(VILLAGES[2])
    row = begun(by, data)
    town = f.browse(f.posting(f.office(TOWN)))
    context = town.get(reverse("census-round", args=[row.pk])).context
    assert context["total"]["asked"] == 1 and not context["own"]
    assert town.post(reverse("census-act", args=[row.pk, "close"])).status_code == 403
    far = f.browse(f.posting(f.office("220122000000")))
    assert far.get(reverse("census-round", args=[row.pk])).status_code == 404
    item = CallItem.objects.get(area_code=VILLAGES[2])
    assert town.get(reverse("census-entry", args=[item.pk])).status_code == 404


def test_those_not_reached_get_a_second_round(client, by, data, enter):
    enter(), enter()
    row = begun(by, data)
    first, second = CallItem.objects.order_by("pk")
    answer(first, by, outcome="wrong")
    answer(second, by, outcome="refused")
    listed = client.get(reverse("census-entries", args=[row.pk]) + "?state=unreached")
    assert len(listed.context["page"].rows) == 2 and listed.context["tab"] == "unreached"
    url = reverse("census-act", args=[row.pk, "second-round"])
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"outcome": ["wrong", "nonsense"]}).status_code == 302
    first.refresh_from_db()
    assert (first.state, first.round) == ("waiting", 2)
    body = page(client, reverse("census-round", args=[row.pk]))
    assert "第2轮" in body or "round 2" in body


def test_people_are_added_handed_on_taken_off_and_the_round_is_closed(client, by, data, enter, caller):
    enter()
    row = begun(by, data)
    enter(VILLAGES[1])
    act = lambda move, **given: client.post(reverse("census-act", args=[row.pk, move]), given)  # noqa: E731
    assert act("add").status_code == 302
    assert CallItem.objects.count() == 2
    assert act("hand-on", to=caller.user_id, area=VILLAGES[1]).status_code == 302
    assert act("hand-on", to="", area="").status_code == 422
    assert act("dance").status_code == 404
    item = CallItem.objects.get(area_code=VILLAGES[1])
    assert item.caller_id == caller.user_id
    drop = reverse("census-entry-act", args=[item.pk, "drop"])
    assert client.post(drop, {"reason": ""}).status_code == 422
    assert client.post(drop, {"reason": "已搬走"}).status_code == 302
    assert "已搬走" in page(client, reverse("census-entry", args=[item.pk]))
    other = CallItem.objects.get(area_code=VILLAGES[0])
    hand = reverse("census-entry-act", args=[other.pk, "hand-on"])
    assert client.post(hand, {"to": caller.user_id}).status_code == 302
    assert client.post(hand, {"to": "999999"}).status_code == 422
    assert act("close").status_code == 302
    assert Campaign.objects.get().state == "closed"
    assert "hx-get" not in page(client, reverse("census-part", args=[row.pk]))


def test_two_answers_stand_side_by_side_until_one_is_chosen(client, by, data, enter, caller):
    enter()
    row = begun(by, data)
    item = CallItem.objects.get()
    answer(item, by, AWAY)
    answer(item, f.actor(caller.office, "caller"), ILL, n=2)
    listed = page(client, reverse("census-conflicts", args=[row.pk]))
    assert reverse("census-entry", args=[item.pk]) in listed
    shown = client.get(reverse("census-entry", args=[item.pk]))
    assert [line["differs"] for line in shown.context["lines"]] == [False, True, False]
    assert Event.objects.filter(verb="census.entry").count() == 1
    follow_up = FollowUp.objects.get()
    assert [bool(side["ends"]) for side in shown.context["sides"]] == [True, False]
    assert reverse("follow-up", args=[follow_up.pk]) in shown.content.decode()
    second = ContactRecord.objects.latest("pk")
    item.refresh_from_db()
    decide = reverse("census-entry-act", args=[item.pk, "decide"])
    for given in ({"contact": second.pk, "version": item.version}, {"reason": "回访", "version": item.version},
                  {"contact": second.pk, "version": 1, "reason": "回访"}):  # fmt: skip
        assert client.post(decide, given).status_code == 422
    assert (
        client.post(decide, {"contact": second.pk, "version": item.version, "reason": "回访"}).status_code
        == 302
    )
    item.refresh_from_db()
    assert (item.state, item.branch) == ("done", "symptoms")


def test_the_list_filters_and_goes_out_as_a_sheet_with_masked_phones(client, by, data, enter):
    for village in VILLAGES:
        enter(village)
    row = begun(by, data)
    answer(CallItem.objects.order_by("pk")[0], by, AWAY)
    url = reverse("census-entries", args=[row.pk])
    for query, n in (("state=open", 2), ("state=done", 1), ("branch=away", 1), ("caller=0", 3), (f"area={TOWN}", 2),
                     ("area=999", 3), ("outcome=reached", 1)):  # fmt: skip
        assert len(client.get(f"{url}?{query}").context["page"].rows) == n, query
    response = client.get(f"{url}?state=open&export=xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 3 and "138******" in str(rows[1])
    assert "1381234" not in str(rows)
    event = Event.objects.get(verb="census.export")
    assert event.detail["rows"] == 2 and event.detail["state"] == "open"


@pytest.mark.parametrize("name", ["census-round", "census-entries", "census-part"])
def test_as_many_queries_for_three_as_for_one(client, by, data, enter, name):
    enter()
    row = begun(by, data)
    counts = []
    for village in (None, VILLAGES[1], VILLAGES[2]):
        if village:
            enter(village)
            campaigns.call_lists.add_people(campaign=row, by=by, at=timezone.now())
        client.get(reverse(name, args=[row.pk]))
        with CaptureQueriesContext(connection) as taken:
            page(client, reverse(name, args=[row.pk]))
        counts.append(len(taken))
    assert counts[0] == counts[1] == counts[2], counts


def test_as_many_queries_for_three_rounds_as_for_one(client, by, data, enter):
    enter()
    counts = []
    for n in range(3):
        begun(by, data, name=f"轮{n}")
        with CaptureQueriesContext(connection) as taken:
            page(client, reverse("census"))
        counts.append(len(taken))
    assert counts[0] == counts[2]
    assert len(client.get(reverse("census") + "?state=closed").context["rows"]) == 0


def test_a_caller_does_not_run_rounds(county):
    assert f.browse(f.posting(county, "caller")).get(reverse("census")).status_code == 403


def test_without_a_dataset_there_is_no_round(client):
    assert client.get(reverse("census-new")).status_code == 422


def test_the_pages_speak_english_too(client, by, data, enter):
    enter()
    row = begun(by, data, target_on=timezone.localdate())
    client.post(reverse("language"), {"language": "en"})
    assert "Rounds of calls" in page(client, reverse("census"))
    assert "By area" in page(client, reverse("census-round", args=[row.pk]))
