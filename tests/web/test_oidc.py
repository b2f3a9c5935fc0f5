"""Log-in through an identity provider: only people we know, and only when the site is set up for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from chunfeng.core.models import Event, User
from tests import factories

ENVIRONMENT = {
    "OIDC_CLIENT_ID": "chunfeng",
    "OIDC_AUTHORIZE": "https://id.example/authorize",
    "OIDC_TOKEN": "https://id.example/token",
    "OIDC_USERINFO": "https://id.example/me",
    "OIDC_JWKS": "https://id.example/keys",
}


@pytest.fixture
def backend(settings, db):
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = "chunfeng", ""
    settings.OIDC_RP_SIGN_ALGO, settings.OIDC_RP_SCOPES = "RS256", "openid profile"
    settings.OIDC_OP_TOKEN_ENDPOINT = ENVIRONMENT["OIDC_TOKEN"]
    settings.OIDC_OP_USER_ENDPOINT = ENVIRONMENT["OIDC_USERINFO"]
    settings.OIDC_OP_JWKS_ENDPOINT = ENVIRONMENT["OIDC_JWKS"]
    from chunfeng.web.accounts.oidc import ByUserName

    return ByUserName()


def arrive(backend, rf, monkeypatch, claims):
    """The provider answered with these claims."""
    request = rf.get("/oidc/callback/", {"code": "c", "state": "s"})
    request.session = {}
    monkeypatch.setattr(backend, "get_token", lambda payload: {"id_token": "i", "access_token": "a"})
    monkeypatch.setattr(backend, "verify_token", lambda token, **more: {"sub": "1"})
    monkeypatch.setattr(backend, "get_userinfo", lambda *given: claims)
    return backend.authenticate(request, nonce="n")


@pytest.fixture(autouse=True)
def _callback(settings):
    settings.ROOT_URLCONF = "tests.web.oidc_urls"


def test_a_known_active_user_comes_in_and_is_noted(backend, rf, monkeypatch):
    person = factories.posting(factories.office("220104000000")).user
    assert arrive(backend, rf, monkeypatch, {"preferred_username": person.username}) == person
    event = Event.objects.get(verb="account.login")
    assert (event.actor_id_at, event.detail) == (person.pk, {"through": "oidc"})


@pytest.mark.parametrize(
    "claims", [{"preferred_username": "stranger"}, {"email": "a@b.example"}, {"preferred_username": ""}, {}]
)
def test_nobody_else_comes_in_and_no_account_is_made(backend, rf, monkeypatch, claims):
    factories.posting(factories.office("220104000000"))
    assert arrive(backend, rf, monkeypatch, claims) is None
    assert User.objects.count() == 1


def test_a_closed_account_stays_outside(backend, rf, monkeypatch):
    person = factories.posting(factories.office("220104000000")).user
    person.is_active = False
    person.save()
    assert arrive(backend, rf, monkeypatch, {"preferred_username": person.username}) is None


PAGE = """
import warnings; warnings.simplefilter("ignore")
import django; django.setup()
from django.test import Client
print(Client(SERVER_NAME="localhost").get("/accounts/login/?next=/desk/").content.decode())
"""


@pytest.mark.parametrize("on", [True, False])
def test_the_button_is_there_when_the_site_is_set_up(on):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "chunfeng.config.settings",
        "PYTHONIOENCODING": "utf-8",
    }
    environment = {k: v for k, v in environment.items() if not k.startswith("OIDC")} | (
        ENVIRONMENT if on else {}
    )
    page = subprocess.run(
        [sys.executable, "-c", PAGE], env=environment, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert ("/oidc/authenticate/?next=%2Fdesk%2F" in page) is on
    assert 'name="password"' in page
