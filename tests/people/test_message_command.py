"""`chunfeng message …`."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from chunfeng.cli.message import app
from chunfeng.people.actions.receipts import secret
from tests.people.gateway import serving


def test_channels_are_listed_as_they_are_set_up(settings):
    settings.MESSAGE_GATEWAYS = {"sms": {"url": "http://gateway.example/"}}
    said = CliRunner().invoke(app, ["channels"]).stdout
    assert "sms: in service" in said and "email: not set up" in said and "console: nothing leaves" in said


def test_a_trial_says_what_the_gateway_answered(settings):
    settings.WEBHOOK_LOOPBACK = True
    with serving() as gateway:
        settings.MESSAGE_GATEWAYS = {"sms": {"url": gateway.url, "taken": "code=0", "reference": "data.id"}}
        assert "G1" in CliRunner().invoke(app, ["trial", "sms", "13800000000"]).stdout
        gateway.answers[:] = [(200, {"code": 9})]
        refused = CliRunner().invoke(app, ["trial", "sms", "13800000000"])
    assert refused.exit_code == 1 and "code=9" in refused.output
    settings.MESSAGE_GATEWAYS = {}
    assert CliRunner().invoke(app, ["trial", "sms", "13800000000"]).exit_code == 1
    assert CliRunner().invoke(app, ["trial", "pigeon", "1"]).exit_code == 2


def test_the_key_of_receipts(settings):
    assert CliRunner().invoke(app, ["key", "sms"]).stdout.strip() == secret("sms") != secret("email")


@pytest.mark.django_db(transaction=True)
def test_delivering_nothing():
    assert CliRunner().invoke(app, ["deliver"]).stdout.startswith("sent 0")
