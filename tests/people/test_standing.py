"""Which statement stands: one rule, the same in Python, in querysets, in statements and in every list."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.people.actions.facts import Statement, state_facts
from chunfeng.people.models import Fact, Person
from chunfeng.people.queries import choosing, lists, register, standing
from chunfeng.people.queries.choosing import Chosen
from chunfeng.people.queries.lists import Asked
from tests import factories as f
from tests.people.builders import NEAR, dataset, person

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)
_keys = count(1)

statements = st.lists(
    st.tuples(
        st.sampled_from(["returned", "away", "on_way"]),
        st.integers(0, 4),  # days before DAY of which it speaks
        st.integers(0, 100),  # hours before now at which it was told
        st.sampled_from(["self", "village", "register"]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def by():
    return f.actor(f.office(NEAR))


@pytest.fixture
def wang(by):
    return person(by, dataset(f.office(NEAR)), work_area="420100000000")


def facts_of(wang: Person, rows: list[tuple[str, int, int, str]]) -> list[Fact]:
    return Fact.objects.bulk_create(
        Fact(
            person=wang, kind="return", value=value, said=said, on=DAY - timedelta(ago), by_name="测试员",
            at=f.NOW - timedelta(hours=hours), key=f"k{next(_keys)}",
        )
        for value, ago, hours, said in rows
    )  # fmt: skip


def replayed(facts: list[Fact]) -> Fact:
    """The rule as an officer would apply it, statement by statement as they come in."""
    stands = None
    for fact in sorted(facts, key=lambda fact: (fact.at, fact.on, fact.pk)):
        if stands is None or fact.value == "returned" or fact.on >= stands.on:
            stands = fact
    assert stands is not None
    return stands


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=statements)
def test_python_queryset_and_statement_agree(by, wang, rows):
    with transaction.atomic():
        made = facts_of(wang, rows)
        ordered = standing.order(made)
        assert ordered[0] == replayed(made)
        assert list(standing.first(Fact.objects.filter(person=wang))) == ordered
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM people_fact f WHERE person_id = %(who)s ORDER BY {standing.sql('f', until='%(on)s')}",
                {"who": wang.pk, "on": DAY},
            )
            assert [pk for (pk,) in cursor.fetchall()] == [fact.pk for fact in ordered]
        stands = ordered[0].value
        for value in ("returned", "away", "on_way"):
            asked = choosing.who(by, Chosen(fact_kind="return", fact_value=value), DAY)
            assert asked.exists() == (stands == value)
        assert lists.people("away", Asked(by, NEAR, DAY)).exists() == (stands != "returned")
        own = standing.order(fact for fact in made if fact.said == "self")
        assert register.compared(wang, "return").own == (own[0] if own else None)
        transaction.set_rollback(True)


def test_the_latest_day_stands_and_who_tells_of_a_return_is_here(wang):
    def stands(*rows):
        with transaction.atomic():
            found = standing.order(facts_of(wang, list(rows)))[0].value
            transaction.set_rollback(True)
        return found

    assert stands(("away", 1, 20, "self"), ("on_way", 3, 1, "self")) == "away"  # an older day, told later
    assert stands(("away", 1, 20, "self"), ("on_way", 1, 10, "village")) == "on_way"  # one day: told last
    assert (
        stands(("away", 1, 20, "register"), ("returned", 4, 1, "self")) == "returned"
    )  # told today: is here
    assert stands(("returned", 4, 60, "self"), ("away", 1, 20, "self")) == "away"  # gone again since
    assert stands(("returned", 4, 20, "self"), ("away", 1, 20, "self")) == "away"  # both told in one breath
    assert (
        stands(("returned", 2, 20, "self"), ("away", 3, 1, "self")) == "returned"
    )  # of a day before the return


def test_what_a_telephone_brings_days_later_counts_as_told_when_it_was_told(by, wang):
    late = datetime(2020, 1, 29, 2, tzinfo=f.NOW.tzinfo)
    (back,) = state_facts(
        person=wang, statements=[Statement("return", "returned", "a", DAY - timedelta(5))], said="self", told=late,
        by=by, at=f.NOW,
    )  # fmt: skip
    (gone,) = state_facts(
        person=wang, statements=[Statement("return", "away", "b", DAY - timedelta(2))], said="self",
        told=f.NOW - timedelta(days=2), by=by, at=f.NOW,
    )  # fmt: skip
    assert standing.order([back, gone])[0] == gone
