"""Making, publishing, versioning and ending forms; data calls; peak periods."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chunfeng.core.errors import Refused
from chunfeng.reporting import actions, queries
from tests import factories
from tests.reporting import builders

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2020, 2, 3, 9, 0, tzinfo=ZONE)


@pytest.fixture
def county():
    return factories.office("220184000000")


@pytest.fixture
def villages(county):
    return [factories.office(f"22018410020{n}", parent=county) for n in (1, 2)]


def data(**changes):
    return deepcopy(builders.DAILY) | changes


def draft(county, by=None, **changes):
    return actions.create_form(
        owner=county, definition=data(**changes), origin="editor", by=by or factories.actor(county), at=AT
    )


def test_a_new_form_is_a_draft_that_nobody_owes(county):
    form = draft(county)
    assert (form.state, form.slots, form.source) == ("draft", {}, "演示发〔2020〕1号第二条")
    assert queries.draft_of(form).number == 1
    with pytest.raises(Refused, match="station"):
        draft(county)


def test_publishing_gives_every_number_a_place(county):
    form = draft(county)
    version = actions.publish(form=form, by=factories.actor(county), at=AT)
    form.refresh_from_db()
    assert (form.state, form.starts_on, version.applies_from) == ("active", AT.date(), AT.date())
    assert form.slots == {"checked": 0, "isolated": 1, "released": 2, "still": 3}
