"""Messages leave by their channel, once each, with retries; nothing of a person stands in logs and errors."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.core import mail
from django.db import connection
from django.utils import translation

from chunfeng.people import channels, outbox
from chunfeng.people.actions import addresses
from chunfeng.people.actions.messaging import queue_message
from chunfeng.people.channels.gateway import at_path, put_in
from chunfeng.people.models import OptOut, PersonMessage
from chunfeng.tasking.delivery import BACK_OFF
from tests import factories as f
from tests.people.builders import NEAR, dataset, person
from tests.people.gateway import serving
from tests.people.writing import template

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "13800000001"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def gateway(settings):
    settings.WEBHOOK_LOOPBACK = True
    with serving() as running:
        settings.MESSAGE_GATEWAYS = {
            "sms": {"url": running.url, "token": "t0ken", "taken": "code=0", "reference": "data.id",
                    "signature": "【测试】", "hopeless": ("1003",)}
        }  # fmt: skip
        yield running


@pytest.fixture
def by(db):
    return f.actor(f.office(NEAR))


def queued(by, n: int = 1, **fields) -> list[PersonMessage]:
    from chunfeng.offices.models import Office

    office = Office.objects.get(pk=by.office_id)
    template(office, **fields)
    held = dataset(office)
    people = [person(by, held, name=f"测{i}", phones=(f"138{i:08}",)) for i in range(1, n + 1)]
    made = [queue_message(person=each, occasion="returned", dedupe="d", by=by, at=f.NOW) for each in people]
    assert all(made)
    return made


def run(**more) -> outbox.Delivered:
    return outbox.deliver(now=f.NOW + timedelta(**more))


def test_the_console_says_that_there_was_one_and_nothing_else(by, caplog):
    (made,) = queued(by)
    with caplog.at_level(logging.INFO, logger="chunfeng.people.messages"):
        assert run() == outbox.Delivered(1, 0, 0)
    assert NUMBER not in caplog.text and "138******01" in caplog.text and "居家" not in caplog.text
    made.refresh_from_db()
    assert (made.state, made.channel, made.reference) == ("sent", "console", f"chunfeng-{made.pk}")


def test_a_text_message_is_posted_with_key_token_and_signature(by, gateway):
    (made,) = queued(by)
    assert made.channel == "sms" and run() == outbox.Delivered(1, 0, 0) and run(hours=99).sent == 0
    ((headers, body),) = gateway.seen
    assert headers["Authorization"] == "Bearer t0ken" and headers["Idempotency-Key"] == f"chunfeng-{made.pk}"
    assert body == {"mobile": NUMBER, "content": "【测试】" + made.text, "msgid": f"chunfeng-{made.pk}"}
    made.refresh_from_db()
    assert (made.state, made.reference, made.attempts) == ("sent", "G1", 1)


def test_fields_of_another_gateway_as_a_form(by, gateway, settings):
    settings.MESSAGE_GATEWAYS["sms"] |= {
        "form": True,
        "fields": {"user": "u", "key": "{token}", "to": "{address}", "text": "{text}", "list": ["{address}"]},
        "headers": {"X-Unit": "{token}"},
    }
    queued(by, text="{name}：{{token}}".replace("{{token}}", "请回电"))
    run()
    ((headers, body),) = gateway.seen
    assert headers["X-Unit"] == "t0ken" and parse_qs(body) == {
        "user": ["u"], "key": ["t0ken"], "to": [NUMBER], "text": ["【测试】测1：请回电"], "list": [f'["{NUMBER}"]'],
    }  # fmt: skip


def test_nothing_in_a_text_is_taken_for_a_field():
    values = {"text": "{token} {address}", "token": "secret", "address": "1", "key": "k", "subject": "s"}
    assert put_in({"a": ["{text}", 5], "b": "{key}{else}"}, values) == {
        "a": ["{token} {address}", 5],
        "b": "k{else}",
    }
    assert (
        at_path({"a": [{"b": 0}]}, "a.0.b") == "0" and at_path({"a": []}, "a.0.b") == at_path(None, "a") == ""
    )


def test_a_refusing_gateway_is_asked_again_until_the_message_has_failed(by, gateway):
    (made,) = queued(by)
    gateway.answers[:] = [(500, {}), *[(200, {"code": 7})] * len(BACK_OFF)]
    wait = timedelta()
    for pause in BACK_OFF:
        assert outbox.deliver(now=f.NOW + wait) == outbox.Delivered(0, 1, 0)
        assert outbox.deliver(now=f.NOW + wait).postponed == 0
        wait += pause
    made.refresh_from_db()
    assert made.error == "NotAccepted: code=7"
    assert outbox.deliver(now=f.NOW + wait) == outbox.Delivered(0, 0, 1)
    made.refresh_from_db()
    assert (made.state, made.attempts) == ("failed", len(BACK_OFF) + 1) and len(set(gateway.keys)) == 1


def test_a_hopeless_answer_ends_it_at_once_and_the_number_stays_out_of_the_error(by, gateway, settings):
    settings.MESSAGE_GATEWAYS["sms"]["hopeless"] = (f"bad {NUMBER}",)
    (made,) = queued(by)
    gateway.answers[:] = [(200, {"code": f"bad {NUMBER}"})]
    assert run() == outbox.Delivered(0, 0, 1)
    made.refresh_from_db()
    assert (made.state, made.error) == ("failed", "NotAccepted: code=bad ***")


def test_it_never_posts_to_this_machine_itself(by, gateway, settings):
    settings.WEBHOOK_LOOPBACK = False
    (made,) = queued(by)
    assert run().postponed == 1 and not gateway.seen
    made.refresh_from_db()
    assert "this machine" in made.error


def test_a_gateway_taken_out_of_service_keeps_its_messages_waiting(by, gateway, settings):
    (made,) = queued(by)
    settings.MESSAGE_GATEWAYS = {}
    assert run().postponed == 1
    made.refresh_from_db()
    assert made.state == "queued" and "No gateway" in made.error


def test_who_declines_meanwhile_gets_nothing(by, gateway):
    (made,) = queued(by)
    OptOut.objects.create(person=made.person, channel="sms", source="来电", by_name="测", at=f.NOW)
    assert run() == outbox.Delivered(0, 0, 1) and not gateway.seen
    made.refresh_from_db()
    assert made.state == "declined"


def test_a_group_is_told_without_words_about_a_person(by, settings):
    settings.WEBHOOK_LOOPBACK = True
    with serving() as group:
        settings.MESSAGE_GATEWAYS = {"chat": {"url": group.url}}
        queued(by, channel="chat", text="请{place}返乡人员报到")
        group.answers[:] = [(200, {"errcode": 45009})]
        assert run().postponed == 1 and run(minutes=1).sent == 1
        body = group.seen[1][1]
    assert body["text"]["mentioned_mobile_list"] == [NUMBER] and body["text"]["content"].startswith("请")
    assert channels.is_group("chat") and not channels.is_group("sms")


def test_mail_goes_to_the_address_kept_for_it(by, settings):
    settings.PERSON_EMAIL = True
    office = f.office(NEAR)
    template(office, channel="email")
    li = person(by, dataset(office), name="李测试")
    addresses.set_address(person=li, channel="email", address="Li@Example.cn", by=by, at=f.NOW)
    made = queue_message(person=li, occasion="returned", dedupe="d", by=by, at=f.NOW)
    assert made.channel == "email" and run().sent == 1
    (letter,) = mail.outbox
    assert (
        letter.to == ["li@example.cn"]
        and letter.extra_headers["Message-ID"] == f"<chunfeng-{made.pk}@chunfeng>"
    )
    assert "返乡" not in letter.subject and by.office_name in letter.subject


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_message_once(gateway):
    by = f.actor(f.office(NEAR))
    made = queued(by, 24)
    gateway.pause = 0.01

    def work(_n: int) -> int:
        try:
            return outbox.deliver(now=f.NOW).sent
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(work, range(4)))
    assert sum(sent) == 24 and max(sent) < 24
    assert sorted(gateway.keys) == sorted(f"chunfeng-{each.pk}" for each in made)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_amid_delivery_the_next_worker_goes_on(gateway):
    by = f.actor(f.office(NEAR))
    made = queued(by, 12)
    gateway.pause = 0.15
    kills = 0
    for _attempt in range(3):
        before = len(gateway.seen)
        child = _child(gateway.url)
        limit = time.monotonic() + 60
        while len(gateway.seen) < before + 3 and time.monotonic() < limit:
            time.sleep(0.01)
        child.kill()
        child.wait()
        kills += child.returncode == -9
    assert kills == 3
    gateway.pause = 0
    _let_go()
    assert run().postponed == 0
    assert {each.state for each in PersonMessage.objects.all()} == {"sent"}
    assert set(gateway.keys) == {f"chunfeng-{each.pk}" for each in made}
    again = len(gateway.keys) - len(set(gateway.keys))
    assert again <= kills  # only what was on its way when the worker died, and under the same key


def _child(url: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.people.outbox_child", name, url]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def _let_go() -> None:
    """The database notices within moments that the killed worker is gone."""
    limit = time.monotonic() + 30
    free = PersonMessage.objects.filter(state="queued")
    while time.monotonic() < limit:
        from django.db import transaction

        with transaction.atomic():
            if free.count() == len(free.select_for_update(skip_locked=True)):
                return
        time.sleep(0.05)
