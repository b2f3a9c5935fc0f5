"""Isolation's part of the demo's story: told once, everything to be seen in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from chunfeng.areas import loading
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.notices.models import Emergency
from chunfeng.people.models import (
    ContactRecord,
    FellowWorker,
    FeverCase,
    FollowUp,
    HealthRecord,
    Isolation,
    IsolationStock,
)
from chunfeng.people.queries import flow
from chunfeng.people.queries import isolation as queries
from demo import isolation, people, places, setting
from demo.story import EVENT

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MODELS = (Isolation, HealthRecord, FollowUp, ContactRecord, FeverCase, FellowWorker, IsolationStock)


def counts() -> dict[str, int]:
    with scope.applied(SYSTEM):
        return {model.__name__: model.objects.count() for model in MODELS}


def test_isolation_is_told_once_with_all_that_can_be_seen():
    today = timezone.localdate()
    with translation.override("zh-hans"):
        loading.load(villages_within=places.COUNTY[:6])
        setting.offices(villages=places.COUNTY[:6], on=today, at=timezone.now())
        with scope.applied(SYSTEM):
            Emergency.objects.create(name=EVENT, began_on=today - timedelta(days=12))
        people.People(today=today, seed=2020, say=lambda _text: None).tell()
        assert not isolation.told()
        isolation.Isolations(today=today, seed=2020, say=lambda _text: None).tell()
    assert isolation.told()
    found = counts()
    assert found["Isolation"] >= len(isolation.DAYS_AGO) + 3 and found["HealthRecord"] > 60, found
    assert found["FollowUp"] >= 3 and found["FellowWorker"] >= 3 and found["IsolationStock"], found
    with scope.applied(SYSTEM):
        rows = queries.standing(Isolation.objects.all(), today)
        assert queries.releasable(rows, today).exists() and queries.due(rows, today).exists()
        assert {row.state for row in rows} == {"open", "released", "moved"}
        assert not any(line.difference for line in flow.lines(places.COUNTY, today=today))
        assert not any(row.person.merged_into_id for row in rows.select_related("person"))
