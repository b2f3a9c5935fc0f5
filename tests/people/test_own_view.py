"""The copy for the person holds every kind of row that hangs on a person; what others hold is only counted."""

from __future__ import annotations

import pytest
from django.apps import apps

from chunfeng.core import scope
from chunfeng.people import actions, models
from chunfeng.people.models import Isolation, Person
from chunfeng.people.queries import own
from tests import factories as f
from tests.builder import Builder
from tests.people.builders import FAR_VILLAGE, NEAR, VILLAGE, dataset, person

pytestmark = pytest.mark.django_db
ELSEWHERE = {
    models.PersonPhone, models.PersonCategory, models.PersonDataset, models.Fact,  # fields of their own in the view
    models.ImportRow, models.PossibleDuplicate, Person,  # how the record came about, nothing further about the person
}  # fmt: skip


def test_no_kind_of_row_is_forgotten():
    pointing = {
        model
        for model in apps.get_app_config("people").get_models()
        if any(field.is_relation and field.related_model is Person for field in model._meta.concrete_fields)
    }
    assert pointing - ELSEWHERE == set(own.KINDS)


def test_everything_is_told_in_the_open():
    builder = Builder(VILLAGE)
    for model in own.KINDS:
        builder.make(model)
    row = builder.made[Person]
    by = f.actor(f.office(NEAR))
    with scope.applied(by):
        view = actions.own_view(person=row, reason="当面核对", by=by)
    assert len(view.further) == len(own.KINDS)
    assert all(section.lines and section.lines[0] and not section.elsewhere for section in view.further)
    sealed = str(builder.made[models.PersonMessage].text)
    assert any(sealed in line for section in view.further for line in section.lines)


def test_what_another_office_holds_is_counted_and_not_shown():
    by = f.actor(f.office(NEAR))
    row = person(by, dataset(f.office(NEAR)))
    Builder(FAR_VILLAGE).new(Isolation, person=row)
    with scope.applied(by):
        (section,) = actions.own_view(person=row, reason="当面核对", by=by).further
    assert (section.lines, section.elsewhere) == ([], 1)
