"""The demo's visits and registrations: told once, told again without a change."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from chunfeng.areas import loading
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.notices.models import Emergency
from chunfeng.people.actions.facts import state_fact
from chunfeng.people.models import ContactRecord, Household, Person, ServicePoint
from chunfeng.people.queries import due
from demo import contacts, people, places, setting

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def tell() -> None:
    contacts.Contacts(today=timezone.localdate(), seed=2020, say=lambda _text: None).tell()


def counted() -> tuple[object, ...]:
    with scope.applied(SYSTEM):
        kinds = Counter(ContactRecord.objects.values_list("kind", "outcome"))
        return (
            kinds, Person.objects.count(), ServicePoint.objects.count(),
            Household.objects.exclude(cell_code="").count(),
        )  # fmt: skip


def test_every_kind_is_told_once():
    with translation.override("zh-hans"):
        loading.load(villages_within=places.COUNTY[:6])
        setting.offices(villages=places.COUNTY[:6], on=timezone.localdate(), at=timezone.now())
        Emergency.objects.create(name="演示疫情", began_on=timezone.localdate())
        people.People(today=timezone.localdate(), seed=2020, say=lambda _text: None).tell()
        with scope.applied(SYSTEM):
            for person in Person.objects.filter(work_area=contacts.HIT[1])[
                :12
            ]:  # as the calls of the demo find out
                state_fact(
                    person=person, kind="return", value="returned", said="self",
                    on=timezone.localdate() - timedelta(2), by=SYSTEM, at=timezone.now(),
                )  # fmt: skip
        tell()
        assert contacts.told()
        first = counted()
        tell()
        assert counted() == first
        with scope.applied(SYSTEM):
            story = contacts.Contacts(today=timezone.localdate(), seed=2020, say=lambda _text: None)
            county = story.actor("HR220184", "officer")
        with scope.applied(county):
            left = due.left(due.group(county, "visit", timezone.localdate()))
    kinds = {kind for kind, _outcome in first[0]}
    assert kinds == {"visit", "file", "outsider", "traveller", "visitor", "student", "help", "service"}
    assert first[2] == 3 and first[3] > 0 and left
