"""Registrations, support and requests about own data on screen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.models import DataRequest, FollowUp, Person, Registration
from chunfeng.people.queries import register
from tests import factories as f

COUNTY, VILLAGE = "220184000000", "220184101201"


@pytest.fixture
def county(db):
    return f.office(COUNTY, line="hrss", name="测试市人社局")


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def wang(by, county):
    held = actions.make_dataset(
        name="台账", purpose="联系务工人员", source="测人社发〔2020〕1号 第二条", by_duty=False,
        keep_until=timezone.localdate() + timedelta(200), by=by, at=timezone.now(),
    )  # fmt: skip
    values = {"name": "王小明", "area_code": VILLAGE, "birth": date(1990, 1, 1), "sex": "f"}
    return actions.add_person(dataset=held, values=values, by=by, at=timezone.now())


@pytest.fixture
def client(county):
    return f.browse(f.posting(county))


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


def apply(client, person, kind="unemployed", **more):
    form = {"ground": "dismissed", "proof": ["id", "diploma"], "applied_on": timezone.localdate()} | more
    return client.post(reverse("registration-new", args=[person.pk, kind]), form)


def test_taken_in_granted_and_ended(client, wang):
    body = page(client, reverse("registration-new", args=[wang.pk, "unemployed"]))
    assert "从用人单位失业" in body and "享受最低生活保障" not in body
    assert apply(client, wang, ground="nothing").status_code == 422
    assert apply(client, wang, detail="厂子关了").status_code == 302
    row = Registration.objects.get()
    assert (
        row.proofs == ["id"]
        and page(client, reverse("registrations") + "?state=applied").count("王小明") == 1
    )
    body = page(client, reverse("registration", args=[row.pk]))
    assert "终止或解除劳动关系证明" in body and "厂子关了" in body
    assert Event.objects.filter(verb="registration.read").exists()
    act = lambda move, **form: client.post(reverse("registration-act", args=[row.pk, move]), form)  # noqa: E731
    assert act("grant", valid_from=timezone.localdate()).status_code == 422
    assert act("proofs", proof=["id", "ended"]).status_code == 302
    assert act("grant", valid_from=timezone.localdate()).status_code == 302
    assert [each.category for each in register.categories(wang)] == ["unemployed"]
    assert "王小明" in page(client, reverse("registrations") + "?kind=unemployed&state=granted")
    assert act("end", on=timezone.localdate(), reason="").status_code == 422
    assert act("end", on=timezone.localdate(), reason="找到工作").status_code == 302
    row.refresh_from_db()
    assert row.state == "ended" and act("sing").status_code == 404
    assert reverse("registration", args=[row.pk]) in page(client, reverse("person", args=[wang.pk]))


def test_refused_by_those_who_may_decide(county, client, wang):
    apply(client, wang, "hardship", ground="disabled")
    row = Registration.objects.get()
    caller = f.browse(f.posting(county, "caller"))
    url = reverse("registration-act", args=[row.pk, "refuse"])
    assert caller.post(url, {"reason": "没有证明"}).status_code == 403
    client.post(url, {"reason": "没有证明"})
    assert "没有证明" in page(caller, reverse("registration", args=[row.pk]))
    far = f.browse(f.posting(f.office("220122000000")))
    page(far, reverse("registration", args=[row.pk]), 404)
    assert "王小明" not in page(far, reverse("registrations"))


def test_support_by_source(client, by, wang):
    assert 'class="empty"' in page(client, reverse("registrations-support"))
    for source in ("职业培训补贴", ""):
        actions.set_category(
            person=wang, category="beneficiary", source=source, by=by, at=timezone.now(),
            valid_from=timezone.localdate() - timedelta(1),
        )  # fmt: skip
    body = page(client, reverse("registrations-support") + "?source=职业培训补贴")
    assert "王小明" in body and "职业培训补贴" in body
    assert client.get(reverse("registrations-support") + "?export=xlsx").status_code == 200


def test_requests_are_listed_answered_and_met_by_deletion(client, wang):
    url = reverse("data-request-new", args=[wang.pk])
    form = {
        "kind": "copy",
        "asked": "想看自己的信息",
        "checked": "当面",
        "asked_on": timezone.localdate() - timedelta(20),
    }
    assert client.post(url, form | {"asked": ""}).status_code == 422
    client.post(url, form)
    copy = DataRequest.objects.get()
    body = page(client, reverse("data-requests"))
    assert "王小明" in body and "tag bad" in body and "想看" not in body
    assert "想看自己的信息" in page(client, reverse("data-request", args=[copy.pk]))
    assert Event.objects.filter(verb="data_request.read").exists()
    answer = reverse("data-request-answer", args=[copy.pk])
    assert client.post(answer, {"words": "", "met": "1"}).status_code == 422
    client.post(answer, {"words": "已当面交付", "met": "1"})
    copy.refresh_from_db()
    assert copy.state == "met"
    assert client.post(answer, {"words": "又一次", "met": "0"}).status_code == 422
    client.post(url, form | {"kind": "deletion", "asked": "请删除"})
    wish = DataRequest.objects.get(kind="deletion")
    assert reverse("data-request-erase", args=[wish.pk]) in page(
        client, reverse("data-request", args=[wish.pk])
    )
    assert client.post(reverse("data-request-erase", args=[wish.pk])).url == reverse("data-requests")
    assert not Person.objects.exists()


def test_what_a_duty_keeps_is_said_on_the_page(client, by, wang):
    from chunfeng.people.models import Dataset

    Dataset.objects.update(by_duty=True)
    client.post(
        reverse("data-request-new", args=[wang.pk]),
        {"kind": "deletion", "asked": "请删除", "checked": "当面", "asked_on": timezone.localdate()},
    )
    wish = DataRequest.objects.get()
    answer = client.post(reverse("data-request-erase", args=[wish.pk]))
    assert answer.status_code == 422 and "台账" in answer.content.decode() and Person.objects.exists()


def test_a_referral_from_the_page_of_the_person(client, by, wang):
    today = timezone.localdate()
    for kind, value in (("intention", "leaves"), ("job", "no_job")):
        actions.state_fact(
            person=wang, kind=kind, value=value, said="self", on=today, by=by, at=timezone.now()
        )
    url = reverse("person", args=[wang.pk])
    assert reverse("person-refer", args=[wang.pk]) in page(client, url)
    client.post(reverse("person-refer", args=[wang.pk]))
    row = FollowUp.objects.get()
    body = page(client, url)
    assert (
        reverse("referral-offer", args=[row.pk]) in body
        and reverse("person-refer", args=[wang.pk]) not in body
    )
    for _twice in range(2):
        client.post(reverse("referral-offer", args=[row.pk]), {"what": "普工", "key": "k1", "next_on": today})
    assert row.contacts.count() == 1
    client.post(reverse("referral-settle", args=[row.pk]), {"outcome": "录用", "settled": "1"})
    row.refresh_from_db()
    assert row.closed_at and wang.facts.filter(value="has_job").exists()
