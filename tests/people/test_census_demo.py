"""The census's part of the demo's story: told once, by the telephones' address, taken up where it was broken off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from chunfeng.areas import loading
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.people.choices import CallState
from chunfeng.people.models import CallItem, Campaign, ContactRecord, FollowUp
from demo import census, people, places, setting

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def tell(seed: int = 2020) -> None:
    census.Census(today=timezone.localdate(), seed=seed, say=lambda _text: None).tell()


def counts() -> tuple[int, ...]:
    with scope.applied(SYSTEM):
        return tuple(m.objects.count() for m in (Campaign, CallItem, ContactRecord, FollowUp))


def test_the_calls_are_told_once_and_taken_up_again(monkeypatch):
    monkeypatch.setattr(people, "ROWS", 220)
    with translation.override("zh-hans"):
        loading.load(villages_within=places.COUNTY[:6])
        setting.offices(villages=places.COUNTY[:6], on=timezone.localdate(), at=timezone.now())
        setting.accounts(since=timezone.localdate() - timedelta(days=60), at=timezone.now())
        people.People(today=timezone.localdate(), seed=2020, say=lambda _text: None).tell()
        send, sent = census.Census.send, []

        def broken(self, posting, entries):
            if len(sent) == 2:
                raise KeyboardInterrupt
            sent.append(posting)
            send(self, posting, entries)

        with monkeypatch.context() as context:
            context.setattr(census.Census, "send", broken)
            with pytest.raises(KeyboardInterrupt):
                tell()
        assert not census.told()
        tell()
        assert census.told()
        first = counts()
        tell()
        assert counts() == first
    with scope.applied(SYSTEM):
        returnees = Campaign.objects.get(name=census.RETURNEES)
        states = set(CallItem.objects.filter(campaign=returnees).values_list("state", flat=True))
        assert {CallState.DONE, CallState.UNREACHED, CallState.CONTESTED, CallState.WAITING} <= states
        waiting = CallItem.objects.filter(campaign__name=census.TRAVEL, caller__username="village")
        assert waiting.exists() and set(waiting.values_list("state", flat=True)) == {CallState.WAITING}
