from __future__ import annotations

import ipaddress
import socket
import threading
from contextlib import contextmanager

import pytest
from django.core import mail
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from chunfeng.core.errors import Refused
from chunfeng.tasking import actions, outbox, webhooks
from chunfeng.tasking.models import Message
from tests import factories as f
from tests.tasking.builders import COUNTIES
from tests.tasking.test_outbox import NOW, queue


@contextmanager
def receiver(answer: bytes):
    """A server on this machine that says the same bytes to whoever asks; yields its port and what it got."""
    server = socket.create_server(("127.0.0.1", 0))
    got: list[bytes] = []

    def serve():
        while True:
            try:
                caller, _address = server.accept()
            except OSError:
                return
            with caller:
                got.append(caller.recv(65536))
                caller.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1], got
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz",
        b"HTTP/1.1 5\0x\r\n\r\n",
    ],
)
def test_an_answer_that_is_no_answer_holds_up_nobody(settings, answer):
    settings.WEBHOOK_LOOPBACK = True
    county = f.office(COUNTIES[0])
    queue(county, "email", "first@example.org")
    with receiver(answer) as (port, _got):
        queue(county, "webhook", f"http://127.0.0.1:{port}/x")
        queue(county, "email", "last@example.org")
        assert actions.deliver(now=NOW) == outbox.Delivered(2, 1, 0)
        assert actions.deliver(now=NOW) == outbox.Delivered(0, 0, 0)
    assert [m.to for m in mail.outbox] == [["first@example.org"], ["last@example.org"]]
    assert Message.objects.get(channel="webhook").error


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_stays_sent_when_the_next_one_breaks_the_run(monkeypatch):
    county = f.office(COUNTIES[0])
    sent = queue(county, "email", "first@example.org")
    queue(county, "webhook", "http://example.org/x")

    def broken(*_):
        raise RuntimeError("no defence against this one")

    monkeypatch.setattr(webhooks, "post", broken)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            actions.deliver(now=NOW)
    sent.refresh_from_db()
    assert sent.state == "sent"
    assert len(mail.outbox) == 1


def test_the_host_is_named_and_the_checked_address_called(settings, monkeypatch):
    settings.WEBHOOK_LOOPBACK = True
    asked = []

    def resolve(host, port, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(webhooks.socket, "getaddrinfo", resolve)
    with receiver(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, got):
        webhooks.post(f"http://hooks.example.org:{port}/a?b=1", b"{}", {"X-A": "1"})
    assert asked[0] == "hooks.example.org"
    assert asked.count("hooks.example.org") == 1
    assert got[0].startswith(b"POST /a?b=1 HTTP/1.1\r\n")
    assert f"Host: hooks.example.org:{port}".encode() in got[0]


def test_a_name_that_turns_to_this_machine_after_the_check_is_not_called(monkeypatch):
    addresses = iter(["203.0.113.7", "127.0.0.1"])

    def resolve(_host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(addresses), port))]

    monkeypatch.setattr(webhooks.socket, "getaddrinfo", resolve)
    url = webhooks.check_url("http://rebinding.example.org/x")
    with pytest.raises(Refused):
        webhooks.post(url, b"{}", {})


@pytest.mark.parametrize(
    "url",
    [
        "http://[::ffff:127.0.0.1]:5432/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[::127.0.0.1]/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://169.254.169.254/latest",
        "http://2130706433/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
    ],
)
def test_no_way_of_writing_this_machine_passes(url):
    with translation.override("en"), pytest.raises(Refused, match="this machine"):
        webhooks.check_url(url)


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/", "http://192.168.3.4:8080/x", "http://[fd00::1]/", "http://[64:ff9b::cb00:7107]/"],
)
def test_an_intranet_may_be_called(url):
    assert webhooks.check_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "http://[abc/",
        "http://[abc]/",
        "http://" + "a" * 64 + ".com/",
        "http://" + "a." * 130 + "com/",
        "http://example.com:99999999/",
        "http://example.com:x/",
        "http://a..b/",
        "http://name:word@example.com/",
        "http:///x",
        "http://exam\x00ple.com/",
    ],
)
def test_a_malformed_address_gets_a_sentence(url):
    with translation.override("en"), pytest.raises(Refused, match="webhook address"):
        webhooks.check_url(url)


@given(st.text(max_size=30).map("http://".__add__) | st.text(max_size=30))
@example("http://[")
def test_any_text_is_an_address_or_refused(text):
    try:
        webhooks.parse(text)
    except Refused as refusal:
        assert str(refusal)


@given(st.ip_addresses(v=4))
def test_every_disguise_is_judged_as_the_address_behind_it(address):
    plain = webhooks.is_forbidden(address)
    number = int(address)
    for disguise in (
        f"::ffff:{address}",
        str(ipaddress.IPv6Address((0x64FF9B << 96) | number)),
        str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))),
    ):
        assert webhooks.is_forbidden(ipaddress.ip_address(disguise)) == plain
