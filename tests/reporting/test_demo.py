"""The reporting part of the demo's story, told for a few days: every standing occurs, and the figures hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from chunfeng.areas import loading
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.reporting import actions
from chunfeng.reporting.choices import Standing
from chunfeng.reporting.models import Acceptance, Bulletin, Obligation, Situation
from chunfeng.reporting.queries import ledger
from demo import places, reporting, setting
from demo.story import Story

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_the_story_shows_every_standing_and_its_figures_hold(monkeypatch):
    monkeypatch.setattr(reporting, "DAYS", 6)
    monkeypatch.setattr(reporting, "STREETS", reporting.STREETS[:4])
    today, now = timezone.localdate(), timezone.now()
    said: list[str] = []
    with translation.override("zh-hans"), scope.applied(SYSTEM):
        loading.load(villages_within=places.COUNTY[:6])
        setting.offices(villages=places.COUNTY[:6], on=today, at=now)
        story = Story(today=today, seed=2020, say=said.append)
        provincial = story.read("1-province", "HR22", days_ago=4)
        story.review(provincial, "HR22", days_ago=4)
        assert not reporting.told()
        reporting.Reporting(today=today, seed=2020, say=said.append).tell()
        assert reporting.told()

        rows = ledger.with_standing(Obligation.objects.filter(period_start__lte=today), timezone.now())
        standings = set(rows.values_list("standing", flat=True))
        assert set(Standing.values) - standings <= {"due"}, "each standing is there; due depends on the hour"
        assert Acceptance.objects.filter(released_at=None).count() == 1
        assert sorted(Bulletin.objects.values_list("state", "number")) == [
            ("draft", None), ("issued", 1), ("issued", 2), ("issued", 3),
        ]  # fmt: skip
        assert Situation.objects.count() == 2
        assert sum(hop.escalated_at is not None for s in Situation.objects.all() for hop in s.hops.all()) == 1
        assert actions.verify(now=timezone.now(), days=10) == []
        cited = Obligation.objects.filter(form__code="hit-province-workers").first()
        assert "（二）" in cited.form.source
        assert Obligation.objects.filter(period_start__gt=today + timedelta(days=1)).exists()
