"""The choice of a template as a property: never for another place, never with a gap, always the nearest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.areas import codes
from chunfeng.people.actions.messaging import queue_message
from chunfeng.people.messaging import placeholders
from chunfeng.people.messaging.choosing import choose, fitting
from chunfeng.people.models import PersonMessage
from tests import factories as f
from tests.people.builders import NEAR, dataset, person
from tests.people.writing import template

PLACES = ("", "440000000000", "440300000000", "440305000000", "310000000000")
HOMES = ("", "220000000000", "220184000000", "220184100201")


@dataclass(frozen=True)
class Written:
    """A template as the choice sees it."""

    pk: int
    destination: str
    home: str
    area_code: str
    text: str
    valid_from: date


written = st.builds(
    Written,
    pk=st.integers(1, 99),
    destination=st.sampled_from(PLACES),
    home=st.sampled_from(HOMES),
    area_code=st.sampled_from(HOMES[1:]),
    text=st.sampled_from(("一般", "{name}", "{destination}", "{release_on}")),
    valid_from=st.dates(date(2020, 1, 1), date(2020, 2, 1)),
)


@given(
    st.lists(written, max_size=12, unique_by=lambda each: each.pk),
    st.sampled_from(PLACES),
    st.sampled_from(HOMES[1:]),
    st.booleans(),
)
def test_the_nearest_that_has_no_gap(templates, destination, home, released):
    values = {
        "name": "王",
        "destination": destination and "某地",
        "release_on": "2020-02-15" if released else "",
    }
    fit = fitting(templates, home, destination)
    for each in fit:
        assert not each.destination or (destination and codes.contains(each.destination, destination))
        assert not each.home or codes.contains(each.home, home)
    chosen = choose(fit, values)
    complete = [each for each in fit if not placeholders.missing(each.text, values)]
    assert (chosen is None) == (not complete)
    if chosen is not None:
        assert not placeholders.missing(chosen.text, values)
        depth = lambda each: (len(each.destination.rstrip("0")), len(each.home.rstrip("0")))  # noqa: E731
        assert depth(chosen) == max(map(depth, complete))
        assert chosen == choose(list(reversed(fit)), values)


@pytest.mark.django_db(transaction=True)
def test_asked_six_times_at_once_it_is_written_once():
    county = f.office(NEAR)
    by = f.actor(county)
    template(county)
    wang = person(by, dataset(county), phones=("13800000001",))

    def ask(_n: int) -> int:
        try:
            return queue_message(person=wang, occasion="returned", dedupe="one", by=by, at=f.NOW).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        made = set(pool.map(ask, range(6)))
    assert len(made) == 1 == PersonMessage.objects.count()
