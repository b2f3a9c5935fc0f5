"""The address a request comes from, behind a proxy and without one."""

from __future__ import annotations

import importlib

import pytest

from chunfeng.config import wsgi


@pytest.fixture
def seen(monkeypatch):
    """What reaches Django as REMOTE_ADDR, for an address of the peer and a forwarded one."""

    def ask(trusted: str, peer: str, forwarded: str) -> str:
        monkeypatch.setenv("CHUNFENG_TRUSTED_PROXIES", trusted)
        monkeypatch.setattr(
            "django.core.wsgi.get_wsgi_application", lambda: lambda environ, _start: environ["REMOTE_ADDR"]
        )
        application = importlib.reload(wsgi).application
        return application({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}, None)

    yield ask
    monkeypatch.undo()
    importlib.reload(wsgi)


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "address"),
    [
        ("", "10.0.0.5", "203.0.113.9", "10.0.0.5"),
        ("10.0.0.5", "10.0.0.5", "203.0.113.9", "203.0.113.9"),
        (" 10.0.1.0/24, 10.0.0.5 ", "10.0.1.7", "198.51.100.1, 203.0.113.9, 10.0.0.5", "203.0.113.9"),
        ("10.0.0.5", "192.0.2.4", "203.0.113.9", "192.0.2.4"),
    ],
)
def test_only_trusted_proxies_are_believed(seen, trusted, peer, forwarded, address):
    assert seen(trusted, peer, forwarded) == address
