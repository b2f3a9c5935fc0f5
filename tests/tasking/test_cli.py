from __future__ import annotations

import pytest
from typer.testing import CliRunner

from chunfeng.cli.tasks import app
from chunfeng.tasking.models import Message, OfficeChannel, Task
from tests import factories as f
from tests.tasking.builders import CITY, COUNTIES, issued

run = CliRunner()


@pytest.mark.django_db
def test_assign_chase_deliver():
    county = f.office(COUNTIES[0])
    issued(f.office(CITY), [county], duties=2)
    assert "tasks made: 2" in run.invoke(app, ["assign"]).output
    assert "tasks made: 0" in run.invoke(app, ["assign"]).output
    assert Task.objects.count() == 2
    assert "escalations: 0" in run.invoke(app, ["chase"]).output
    to = OfficeChannel.objects.create(
        office=county, area_code=county.area_code, channel="email", address="a@example.org"
    )
    Message.objects.create(
        office=county, area_code=county.area_code, channel="email", to=to, subject="到期",
        body="到期", dedupe="x",
        next_try_at=f.NOW, created_at=f.NOW,
    )  # fmt: skip
    assert "sent: 1" in run.invoke(app, ["deliver"]).output


@pytest.mark.django_db
def test_a_message_given_up_makes_the_command_fail():
    county = f.office(COUNTIES[0])
    Message.objects.create(
        office=county, area_code=county.area_code, channel="email", to=None, subject="到期",
        body="到期", dedupe="x",
        next_try_at=f.NOW, created_at=f.NOW,
    )  # fmt: skip
    result = run.invoke(app, ["deliver"])
    assert result.exit_code == 1
    assert "given up: 1" in result.output
