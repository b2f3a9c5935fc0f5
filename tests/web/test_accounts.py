"""Coming in, going out, and one's own account."""

from __future__ import annotations

import pytest
from django.urls import reverse

from chunfeng.core.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse 77"


@pytest.fixture
def officer():
    return factories.posting(factories.office("220104000000"))


def log_in(client, username, password=PASSWORD, **more):
    return client.post(reverse("login"), {"username": username, "password": password, **more})


def test_a_right_password_leads_in_and_is_noted(client, officer):
    answer = log_in(client, officer.user.username)
    assert answer.status_code == 302
    assert answer.url == reverse("home")
    assert client.session["_auth_user_id"] == str(officer.user_id)
    assert Event.objects.filter(verb="account.login", kind="access", actor_id_at=officer.user_id).count() == 1


def test_the_log_in_page_is_light(client):
    page = client.get(reverse("login"))
    assert page.status_code == 200
    assert b"htmx" not in page.content
    assert b"<script" not in page.content
    assert len(page.content) < 6000
