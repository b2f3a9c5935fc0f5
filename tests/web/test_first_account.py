"""The first administrators of a new site come from the command line."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from chunfeng.cli import accounts
from chunfeng.core.models import Event, User
from tests import factories
from tests.web.test_accounts import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    def call(*arguments: str):
        return CliRunner().invoke(accounts.app, list(arguments))

    return call


@pytest.fixture
def office():
    return factories.office("220100000000", code="CC-HRSS")


def test_the_first_administrator_comes_in(run, office):
    answer = run("add", "li", "李明", "--office", "CC-HRSS", "--role", "system_admin")
    assert answer.exit_code == 0, answer.output
    once = answer.output.splitlines()[-1]
    assert log_in(Client(), "li", once).url == reverse("login-password")
    assert Event.objects.get(verb="account.create").actor_name == "system"


@pytest.mark.parametrize(
    ("code", "role", "said"), [("NOPE", "system_admin", "NOPE"), ("CC-HRSS", "king", ""), ("CC-HRSS", "", "")]
)
def test_a_wrong_wish_is_refused_in_a_sentence(run, office, code, role, said):
    answer = run("add", "li", "李明", "--office", code, "--role", role)
    assert answer.exit_code == 1
    assert said in answer.output
    assert not User.objects.exists()


def test_somebody_locked_out_comes_back_in(run, office):
    person = factories.posting(office, "system_admin").user
    for _ in range(5):
        log_in(Client(), person.username, "wrong")
    once = run("password", person.username).output.strip()
    assert log_in(Client(), person.username, once).url == reverse("login-password")
    assert run("password", "nobody").exit_code == 1
