"""What offices did with a person goes with the person: every table that points there."""

from __future__ import annotations

import pytest

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.people import models
from chunfeng.people.actions import erasing
from chunfeng.people.models import Person
from tests.builder import Builder
from tests.people.builders import VILLAGE

pytestmark = pytest.mark.django_db


def _points_at_people(each) -> bool:
    return isinstance(each, type) and any(f.related_model is Person for f in each._meta.concrete_fields)


OF_PEOPLE = [each for each in vars(models).values() if _points_at_people(each)]


def test_nothing_that_points_at_a_person_is_left():
    builder = Builder(VILLAGE)
    for model in OF_PEOPLE:
        builder.make(model)
    person = builder.made[Person]
    with scope.applied(SYSTEM):
        erasing._remove([person.pk])
        for model in set(OF_PEOPLE) - {Person, models.ImportRow}:
            assert not model.objects.filter(**{_key(model): person.pk}).exists(), model


def _key(model) -> str:
    return next(f.name for f in model._meta.concrete_fields if f.related_model is Person)
