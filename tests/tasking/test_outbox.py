from __future__ import annotations

import hashlib
import hmac
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.db import connection
from django.utils import translation

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.tasking import actions, outbox
from chunfeng.tasking.models import Message, OfficeChannel
from tests import factories as f
from tests.tasking.builders import COUNTIES

NOW = f.NOW


@pytest.fixture
def county(db):
    return f.office(COUNTIES[0])


@pytest.fixture
def hook(settings):
    """A real receiver on this machine; answers with the codes in `answers`, then 204."""
    settings.WEBHOOK_LOOPBACK = True
    seen, answers = [], []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((dict(self.headers), body))
            self.send_response(answers.pop(0) if answers else 204)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            return

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", seen, answers
    server.shutdown()
    server.server_close()
    thread.join()


def queue(office, channel, address) -> Message:
    to = OfficeChannel.objects.create(
        office=office, area_code=office.area_code, channel=channel, address=address
    )
    n = Message.objects.count()
    return Message.objects.create(
        office=office,
        area_code=office.area_code,
        channel=channel,
        to=to,
        subject="今日到期",
        body="上报情况",
        dedupe=f"test:{n}",
        next_try_at=NOW,
        created_at=NOW,
    )


def test_mail_goes_out_once(county):
    queue(county, "email", "desk@example.org")
    assert actions.deliver(now=NOW) == outbox.Delivered(1, 0, 0)
    assert actions.deliver(now=NOW + timedelta(days=1)) == outbox.Delivered(0, 0, 0)
    assert [(m.to, m.subject) for m in mail.outbox] == [(["desk@example.org"], "今日到期")]


def test_webhook_is_signed(county, hook):
    url, seen, _ = hook
    message = queue(county, "webhook", url)
    assert actions.deliver(now=NOW).sent == 1
    headers, body = seen[0]
    assert json.loads(body)["id"] == message.pk
    key = outbox.secret(message.to).encode()
    assert headers["X-Chunfeng-Signature"] == "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def test_failures_are_retried_later_and_given_up_in_the_end(county, hook):
    url, seen, answers = hook
    message = queue(county, "webhook", url)
    answers += [500, 302, *[503] * 10]
    now = NOW
    for attempt in range(len(outbox.BACK_OFF)):
        assert actions.deliver(now=now).postponed == 1
        assert actions.deliver(now=now).postponed == 0  # not before its time
        message.refresh_from_db()
        assert message.next_try_at == now + outbox.BACK_OFF[attempt]
        now = message.next_try_at
    assert actions.deliver(now=now).failed == 1
    message.refresh_from_db()
    assert message.state == "failed"
    assert "503" in message.error or "Service Unavailable" in message.error
    assert url not in message.error
    assert len(seen) == len(outbox.BACK_OFF) + 1


def test_one_dead_address_does_not_hold_up_the_rest(county, settings):
    settings.WEBHOOK_LOOPBACK = True
    queue(county, "webhook", "http://127.0.0.1:9/closed")
    queue(county, "email", "desk@example.org")
    assert actions.deliver(now=NOW) == outbox.Delivered(1, 1, 0)


def test_a_removed_address_gets_nothing_more(county):
    message = queue(county, "email", "desk@example.org")
    actions.stop_channel(channel=message.to, by=f.actor(county), at=NOW)
    assert actions.deliver(now=NOW).failed == 1
    assert mail.outbox == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/x",
        "file:///etc/passwd",
        "https://",
        "http://127.0.0.1/x",
        "http://localhost:80",
        "x",
    ],
)
def test_addresses_that_may_not_be_called(county, url):
    with pytest.raises(Refused):
        actions.add_channel(channel="webhook", address=url, by=f.actor(county), at=NOW)


def test_channels_are_the_offices_own(county):
    officer = f.actor(county)
    with translation.override("en"):
        made = actions.add_channel(channel="email", address="a@example.org", by=officer, at=NOW)
        with pytest.raises(Refused, match="already"):
            actions.add_channel(channel="email", address="a@example.org", by=officer, at=NOW)
        with pytest.raises(Refused, match="not an e-mail"):
            actions.add_channel(channel="email", address="nobody", by=officer, at=NOW)
        with pytest.raises(NotAllowed):
            actions.add_channel(
                channel="email", address="b@example.org", by=f.actor(county, "caller"), at=NOW
            )
        with pytest.raises(NotAllowed):
            actions.stop_channel(channel=made, by=f.actor(f.office(COUNTIES[1])), at=NOW)
    assert "example.org" not in str(Event.objects.values_list("detail", "object_label"))


@pytest.mark.django_db(transaction=True)
def test_two_runs_share_the_work_and_send_nothing_twice(settings, hook):
    url, seen, _ = hook
    office = f.office(COUNTIES[0])
    for _n in range(12):
        queue(office, "webhook", url)

    def run(_n) -> int:
        try:
            return actions.deliver(now=NOW).sent
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(run, range(3))) == 12
    assert len({json.loads(body)["id"] for _headers, body in seen}) == len(seen) == 12
