"""Gateways report over a signed post: idempotent, never backwards, and “退订” declines."""

from __future__ import annotations

import json
import time

import pytest
from django.test import Client
from django.utils import timezone

from chunfeng.api.messages import signature
from chunfeng.core.models import Event
from chunfeng.people import outbox
from chunfeng.people.actions.messaging import queue_message
from chunfeng.people.models import OptOut, PersonMessage
from tests import factories as f
from tests.people.builders import NEAR, dataset, person
from tests.people.writing import template

pytestmark = pytest.mark.django_db
URL = "/api/v1/messages/sms/receipts"
NUMBER = "13800000001"


@pytest.fixture
def sent(settings):
    """Two messages handed over to a gateway: R1 has its number, the other only our key."""
    settings.MESSAGE_GATEWAYS = {"sms": {"url": "http://gateway.example/"}}
    county = f.office(NEAR)
    by = f.actor(county)
    template(county)
    held = dataset(county)
    people = [person(by, held, name=name, phones=(NUMBER,)) for name in ("王测试", "李测试")]
    made = [queue_message(person=p, occasion="returned", dedupe="d", by=by, at=f.NOW) for p in people]
    PersonMessage.objects.update(state="sent", sent_at=f.NOW, attempts=1, next_try_at=None)
    PersonMessage.objects.filter(pk=made[0].pk).update(reference="R1")
    return made


def post(body, *, channel="sms", stamp=None, key=None, client=None):
    raw = json.dumps(body)
    stamp = stamp or str(int(time.time()))
    signed = key or signature(channel, stamp, raw.encode())
    return (client or Client(enforce_csrf_checks=True)).post(
        URL.replace("sms", channel), raw, content_type="application/json",
        headers={"X-Chunfeng-Timestamp": stamp, "X-Chunfeng-Signature": signed},
    )  # fmt: skip


def told(reference, delivered=True, **more):
    return {"receipts": [{"reference": reference, "delivered": delivered, **more}]}


def test_a_delivery_is_noted_once_and_stands(sent):
    answer = post(told("R1", at="2020-02-01T10:00:00"))
    assert answer.status_code == 200 and answer.json() == {"new": 1, "known": 0, "unknown": 0, "declined": 0}
    row = PersonMessage.objects.get(pk=sent[0].pk)
    assert row.state == "delivered" and timezone.localtime(row.delivered_at).hour == 10
    assert post(told("R1")).json()["known"] == 1
    assert post(told("R1", False, error="later")).json()["known"] == 1
    row.refresh_from_db()
    assert (row.state, row.error) == ("delivered", "")
    assert Event.objects.filter(verb="message.receipts").count() == 1


def test_a_failure_says_why_without_the_number_and_a_delivery_mends_it(sent):
    own = outbox.key_of(sent[1])
    assert post(told(own, False, error=f"空号 {NUMBER}")).json()["new"] == 1
    row = PersonMessage.objects.get(pk=sent[1].pk)
    assert (row.state, row.error) == ("failed", "空号 ***")
    assert post(told(own, True)).json()["new"] == 1
    row.refresh_from_db()
    assert (row.state, row.error) == ("delivered", "")


def test_what_was_delivered_before_its_worker_could_note_it_goes_out_no_more(sent):
    PersonMessage.objects.update(state="queued", next_try_at=f.NOW, reference="")
    post(told(outbox.key_of(sent[0])))
    assert outbox.deliver(now=f.NOW).sent + outbox.deliver(now=f.NOW).postponed <= 1
    assert PersonMessage.objects.get(pk=sent[0].pk).state == "delivered"


@pytest.mark.parametrize(
    "reference", ["R2", "chunfeng-999999999", "chunfeng-", "chunfeng-99999999999999999999"]
)
def test_what_is_not_ours_changes_nothing(sent, reference):
    assert post(told(reference)).json()["unknown"] == 1
    assert not PersonMessage.objects.filter(state="delivered").exists()


def test_another_channel_does_not_speak_for_this_one(sent):
    assert post(told("R1"), channel="email").json()["unknown"] == 1


@pytest.mark.parametrize("word", ["退订", " td ", "Ｔ", "stop"])
def test_everybody_with_the_number_declines(sent, word):
    body = {"replies": [{"address": f"+86{NUMBER}", "text": word}]}
    assert post(body).json()["declined"] == 2
    assert post(body).json()["declined"] == 2 and OptOut.objects.filter(channel="sms").count() == 2


def test_other_replies_and_strangers_are_not_kept(sent):
    body = {"replies": [{"address": NUMBER, "text": "谢谢"}, {"address": "13999999999", "text": "退订"},
                        {"address": "12333", "text": "T"}]}  # fmt: skip
    assert post(body).json()["declined"] == 0 and not OptOut.objects.exists()


def test_only_a_fresh_signature_of_the_channel_opens(sent):
    now = int(time.time())
    stamp = str(now)
    wrong = [
        post(told("R1"), key="sha256=" + "0" * 64),
        post(told("R1"), stamp=str(now - 301)),
        post(told("R1"), stamp="now"),
        post(told("R1"), stamp=stamp, key=signature("email", stamp, json.dumps(told("R1")).encode())),
        post(told("R1"), stamp=stamp, key=signature("sms", stamp, b"{}")),
        Client().post(URL, "{}", content_type="application/json"),
    ]
    assert {answer.status_code for answer in wrong} == {401}
    assert not PersonMessage.objects.filter(state="delivered").exists()
    assert post(told("R1"), channel="pigeon").status_code in (401, 404, 422)


@pytest.mark.parametrize(
    "body", [{"receipts": [{"reference": ""}]}, {"receipts": "R1"}, {"receipts": [{"delivered": True}]}]
)
def test_what_cannot_be_read_is_answered_with_422(sent, body):
    assert post(body).status_code == 422
