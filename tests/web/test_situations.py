"""The room of important situations through the test client: quick form, receipts, merging, masks, walls."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from chunfeng.core.models import Event
from chunfeng.reporting import actions
from chunfeng.reporting.models import Situation, SituationHop, SituationNews
from tests import factories as f

KEY = "0123456789abcdef"


@pytest.fixture
def county(db):
    return f.office("220184000000", line="hrss", name="测试市人社局")


@pytest.fixture
def town(county):
    return f.office("220184101000", line="government", name="测试镇政府", parent=county)


@pytest.fixture
def villages(town):
    return [
        f.office(f"2201841012{n:02d}", line="government", name=f"测试{n}村", parent=town) for n in range(1, 5)
    ]


def fields(**more):
    now = timezone.localtime()
    return {
        "what": "外出返回三人发热",
        "place": "村口检查点",
        "happened_at": now.strftime("%Y-%m-%dT%H:%M"),
        "people": "3",
        "measures": "已劝返在家",
        "contact": "王某 13812345678",
        "key": KEY,
    } | more


def report(office, at=None, **more):
    at = at or timezone.now()
    by = f.actor(office, "caller")
    return actions.report_situation(**({"what": "情况", "happened_at": at, "by": by, "at": at} | more))


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:400]
    return response.content.decode()


def test_a_caller_reports_and_a_double_tap_makes_one(villages):
    client = f.browse(f.posting(villages[0], "caller"))
    form = page(client, reverse("situation-new"))
    assert 'name="key"' in form
    assert "测试镇政府" in form
    first = client.post(reverse("situation-new"), fields())
    again = client.post(reverse("situation-new"), fields())
    made = Situation.objects.get()
    assert first.status_code == again.status_code == 302
    assert first.url == again.url == reverse("situation", args=[made.pk])
    assert (made.people, made.contact, made.key) == (3, "王某 13812345678", KEY)
    shown = page(client, first.url)
    assert "13812345678" not in shown
    assert "138******78" in shown


def test_the_outbox_of_a_phone_is_answered_with_the_address(villages):
    client = f.browse(f.posting(villages[0], "caller"))
    asks = {"headers": {"accept": "application/json"}}
    answers = [client.post(reverse("situation-new"), fields(), **asks) for _n in range(2)]
    made = Situation.objects.get()
    assert [a.json() for a in answers] == [{"url": reverse("situation", args=[made.pk])}] * 2
    assert client.post(reverse("situation-new"), fields(what="", key="b"), **asks).status_code == 422


@pytest.mark.parametrize(("people", "stored"), [("３", 3), ("12人", 12), ("", None), ("0", 0)])
def test_people_as_they_are_typed(villages, people, stored):
    client = f.browse(f.posting(villages[0], "caller"))
    assert client.post(reverse("situation-new"), fields(people=people)).status_code == 302
    assert Situation.objects.get().people == stored


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": "三"},
        {"people": "²"},
        {"happened_at": "昨天"},
        {"happened_at": "2020-13-01T00:00"},
        {"what": " "},
    ],
)
def test_a_refusal_keeps_what_was_typed(villages, wrong):
    client = f.browse(f.posting(villages[0], "caller"))
    response = client.post(reverse("situation-new"), fields(**wrong))
    assert response.status_code == 422
    body = response.content.decode()
    assert 'role="alert"' in body
    assert "村口检查点" in body
    assert KEY in body
    assert not Situation.objects.exists()


def test_taking_in_and_passing_on_are_two_taps(villages, town, county):
    made = report(villages[0])
    client = f.browse(f.posting(town))
    first = page(client, reverse("situations"))
    assert reverse("situation-act", args=[made.pk, "take-in"]) in first
    assert reverse("situation-act", args=[made.pk, "pass-on"]) not in page(
        client, reverse("situation", args=[made.pk])
    )
    client.post(reverse("situation-act", args=[made.pk, "take-in"]))
    hop = SituationHop.objects.get()
    assert hop.received_at is not None
    after = page(client, reverse("situation", args=[made.pk]))
    assert reverse("situation-act", args=[made.pk, "take-in"]) not in after
    assert reverse("situation-act", args=[made.pk, "pass-on"]) in after
    client.post(reverse("situation-act", args=[made.pk, "pass-on"]), {"text": "请支援"})
    assert SituationHop.objects.filter(receiver=county, note="请支援").count() == 1
    sender = f.browse(f.posting(villages[0], "caller"))
    chain = page(sender, reverse("situation", args=[made.pk]))
    assert hop.received_by_name in chain
    assert "测试市人社局" in chain


def test_a_refused_move_is_shown_on_the_page_with_the_words(villages, town):
    made = report(villages[0])
    client = f.browse(f.posting(town))
    client.post(reverse("situation-act", args=[made.pk, "take-in"]))
    response = client.post(reverse("situation-act", args=[made.pk, "settle"]), {"text": ""})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert client.post(reverse("situation-act", args=[made.pk, "burn"])).status_code == 404
    assert (
        client.post(reverse("situation-act", args=[made.pk, "settle"]), {"text": "误报"}).status_code == 302
    )
    assert Situation.objects.get().state == "closed"


def test_a_silent_office_is_shown_to_the_sender_who_passes_it_over(villages, county):
    made = report(villages[0], at=timezone.now() - timedelta(hours=3))
    client = f.browse(f.posting(villages[0], "caller"))
    assert "测试镇政府" in page(client, reverse("situations"))
    assert client.get(reverse("situations"), {"side": "overdue"}).context["page"].rows == [made]
    body = page(client, reverse("situation", args=[made.pk]))
    act = reverse("situation-act", args=[made.pk, "pass-over"])
    assert act in body
    assert client.post(act, {"text": ""}).status_code == 422
    client.post(act, {"text": "电话无人接"})
    assert SituationHop.objects.get(position=2).receiver == county
    assert "电话无人接" in page(client, reverse("situation", args=[made.pk]))


def test_merging_step_by_step(villages, town, county):
    made = [report(v, what=f"发热{n}人", people=n) for n, v in enumerate(villages[:2], 1)]
    client = f.browse(f.posting(town))
    for each in made:
        client.post(reverse("situation-act", args=[each.pk, "take-in"]))
    assert reverse("situation-merge") in page(client, reverse("situations"))
    assert client.get(reverse("situation-merge"), {"chosen": made[0].pk}).status_code == 422
    form = client.get(reverse("situation-merge"), {"chosen": [each.pk for each in made], "go": "1"})
    assert form.context["typed"]["people"] == 3
    assert "发热1人" in form.content.decode()
    sent = fields(chosen=[each.pk for each in made], what="两村共三人发热")
    answers = [client.post(reverse("situation-merge"), sent).url for _n in range(2)]
    merged = Situation.objects.get(office=town)
    assert answers == [reverse("situation", args=[merged.pk])] * 2
    assert set(Situation.objects.filter(merged_into=merged)) == set(made)
    assert "发热1人" in page(client, answers[0])
    village = f.browse(f.posting(villages[0], "caller"))
    chain = page(village, reverse("situation", args=[made[0].pk]))
    assert "测试市人社局" in chain
    assert "两村共三人发热" not in chain
    assert page(village, reverse("situation", args=[merged.pk]), 404)


def test_the_contact_opens_for_a_recorded_reason(villages, county):
    made = report(villages[0], what="王某 13812345678 发热", contact="李某 13987654321")
    client = f.browse(f.posting(county))
    url = reverse("situation-contact", args=[made.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    body = client.post(url, {"reason": "核实情况"}).content.decode()
    assert "13987654321" in body
    assert "13812345678" in body
    assert Event.objects.get(verb="situation.read").reason == "核实情况"
    auditor = f.browse(f.posting(county, "auditor"))
    shown = page(auditor, reverse("situation", args=[made.pk]))
    assert "13987654321" not in shown
    assert auditor.post(url, {"reason": "看看"}).status_code == 403


def test_the_list_puts_the_overdue_first_and_masks(villages, county):
    old = report(villages[0], at=timezone.now() - timedelta(hours=3), what="电话13812345678")
    new = report(villages[1])
    done = report(villages[2])
    Situation.objects.filter(pk=done.pk).update(state="closed", settled_at=timezone.now(), outcome="好")
    client = f.browse(f.posting(county))
    response = client.get(reverse("situations"))
    assert response.context["page"].rows == [old, new, done]
    assert "13812345678" not in response.content.decode()
    assert client.get(reverse("situations"), {"q": "13812345678"}).context["page"].rows == []
    assert client.get(reverse("situations"), {"q": "测试2村"}).context["page"].rows == [new]
    assert client.get(reverse("situations"), {"state": "closed"}).context["page"].rows == [done]
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(reverse("situations"), {"export": "xlsx"}).content)
    )
    cells = book.get_sheet_by_index(0).to_python()
    assert len(cells) == 4
    assert "13812345678" not in str(cells)
    assert Event.objects.filter(verb="situations.export").count() == 1


def test_another_county_sees_nothing(villages):
    made = report(villages[0])
    client = f.browse(f.posting(f.office("220381000000", line="hrss")))
    assert client.get(reverse("situations")).context["page"].rows == []
    page(client, reverse("situation", args=[made.pk]), 404)
    for move in ("take-in", "settle", "news"):
        assert client.post(reverse("situation-act", args=[made.pk, move]), {"text": "x"}).status_code == 404
    assert client.post(reverse("situation-contact", args=[made.pk]), {"reason": "x"}).status_code == 404


def test_news_once_for_one_key(villages):
    made = report(villages[0])
    client = f.browse(f.posting(villages[0], "caller"))
    for _n in range(2):
        client.post(reverse("situation-act", args=[made.pk, "news"]), {"text": "已送医", "key": KEY})
    assert SituationNews.objects.count() == 1
    assert "已送医" in page(client, reverse("situation", args=[made.pk]))


def test_as_many_queries_for_one_as_for_three(villages, town):
    client = f.browse(f.posting(town))
    counts = []
    for village in villages[:3]:
        report(village)
        with CaptureQueriesContext(
            connection,
        ) as taken:
            page(client, reverse("situations"))
        counts.append(len(taken))
    assert counts[0] == counts[2]
