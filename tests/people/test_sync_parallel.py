"""Many telephones at once, a server that dies in the middle, any order of answers: each is kept, each once."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.offices import queries
from chunfeng.people.actions import syncing
from chunfeng.people.models import CallItem, ContactRecord, Fact
from chunfeng.people.scripts import library, walk
from tests import factories as f
from tests.people.builders import NEAR, VILLAGE, dataset, person
from tests.people.calling import AWAY, ILL, RETURNED, at, campaign, entry, item

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = (AWAY, ILL, RETURNED)


def listed(people: int):
    """A village's posting and a round with so many entries."""
    county, village = f.office(NEAR), f.office(VILLAGE)
    f.office(NEAR, line="health")
    by, data = f.actor(county), dataset(county)
    made = campaign(county, data)
    rows = [item(made, person(by, data, name=f"王{'甲乙丙丁戊己庚辛壬癸'[n % 10]}", phones=(f"139{n:08d}",)), village)
            for n in range(people)]  # fmt: skip
    return f.posting(village, "caller"), rows


@pytest.mark.django_db(transaction=True)
def test_twenty_lines_with_repeats_keep_each_answer_once():
    posting, rows = listed(12)
    by = queries.actor_for(posting)
    sent = [entry(row, AWAY, n=n) for row in rows for n in range(2)]  # two telephones agree about everybody
    luck = random.Random(7)
    batches = [luck.sample(sent, 10) for _line in range(24)] + [sent]

    def send(batch):
        try:
            with scope.applied(by):
                return [each.status for each in syncing.sync(entries=batch, by=by, at=at(10))]
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        told = [status for batch in pool.map(send, batches) for status in batch]
    assert told.count("taken") == len(sent) and set(told) == {"taken", "again"}
    with scope.applied(SYSTEM):
        assert sorted(ContactRecord.objects.values_list("key", flat=True)) == sorted(
            each["key"] for each in sent
        )
        assert set(CallItem.objects.values_list("state", "version", "branch")) == {("done", 2, "away")}
        assert Fact.objects.count() == 3 * len(rows)


@pytest.mark.django_db(transaction=True)
def test_answers_that_differ_at_the_same_moment_are_all_kept():
    posting, rows = listed(4)
    by = queries.actor_for(posting)
    sent = [[entry(row, ANSWERS[n % 3], n=n) for row in rows] for n in range(20)]

    def send(batch):
        try:
            with scope.applied(by):
                return [each.status for each in syncing.sync(entries=batch, by=by, at=at(10))]
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        told = [status for batch in pool.map(send, sent) for status in batch]
    assert set(told) == {"taken", "conflict"}
    with scope.applied(SYSTEM):
        assert ContactRecord.objects.count() == 80
        for row in CallItem.objects.select_related("contact", "contested"):
            first, other = syncing.answers_of(row.contact), syncing.answers_of(row.contested)
            assert row.state == "contested" and first != other
            assert row.contact_id == row.contacts.order_by("pk")[0].pk  # whoever came first stands
            assert {json.dumps(syncing.answers_of(each), sort_keys=True) for each in row.contacts.all()} == {
                json.dumps(each, sort_keys=True) for each in ANSWERS
            }


def child(posting, batch) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.people.sync_child", name, str(posting.pk)]
    made = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )
    assert made.stdin is not None
    made.stdin.write(json.dumps(batch))
    made.stdin.close()
    return made


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_batch_killed_in_the_middle_is_sent_again_and_taken_once():
    posting, rows = listed(10)
    batch = [entry(row, AWAY if n % 2 else None, n=n) for n, row in enumerate(rows)]
    first = child(posting, batch)
    assert first.stdout is not None
    for line in first.stdout:
        if line.strip() == "6":
            break
    first.kill()
    assert first.wait() == -9
    first.stdout.close()
    by = queries.actor_for(posting)
    statuses = []
    for _time in range(2):
        with scope.applied(by):
            statuses.append({each.status for each in syncing.sync(entries=batch, by=by, at=at(10))})
    assert statuses == [{"taken"}, {"again"}]
    with scope.applied(SYSTEM):
        assert ContactRecord.objects.count() == 10
        assert CallItem.objects.filter(state="done", version=2).count() == 5
        assert CallItem.objects.filter(state="retry", attempts=1).count() == 5


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_after_the_end_the_batch_says_again():
    posting, rows = listed(3)
    batch = [entry(row, AWAY) for row in rows]
    done = child(posting, batch)
    assert done.stdout is not None
    assert [line for line in done.stdout if line.startswith("done")] == ["done taken,taken,taken\n"]
    done.kill()  # the answer of the server never reached the telephone
    done.wait()
    done.stdout.close()
    by = queries.actor_for(posting)
    with scope.applied(by):
        assert {each.status for each in syncing.sync(entries=batch, by=by, at=at(11))} == {"again"}
    with scope.applied(SYSTEM):
        assert ContactRecord.objects.count() == 3


sendings = st.lists(
    st.tuples(
        st.sampled_from(["no_answer", "call_back", "wrong", "refused", *(["reached"] * 4)]),
        st.integers(0, 2),  # which answers
        st.integers(1, 6),  # the version the telephone saw
        st.integers(0, 5),  # its key
    ),
    max_size=8,
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sendings=sendings)
def test_no_order_of_answers_loses_one(sendings):
    with transaction.atomic():
        posting, (row,) = listed(1)
        by = queries.actor_for(posting)
        kept: dict[str, tuple] = {}
        for outcome, which, version, key in sendings:
            answers = ANSWERS[which] if outcome == "reached" else None
            sent = entry(row, answers, n=key, outcome=outcome, version=version)
            result = syncing.sync(entries=[sent], by=by, at=at(10))[0]
            content = (outcome, which if answers else None)
            if sent["key"] in kept:
                assert result.status == ("again" if kept[sent["key"]] == content else "refused")
            else:
                assert result.status in ("taken", "conflict")
                kept[sent["key"]] = content
        found = {each.key: each for each in row.contacts.all()}
        assert set(found) == set(kept)
        for key, (outcome, which) in kept.items():
            assert found[key].outcome == outcome
            if which is not None:
                assert (
                    syncing.answers_of(found[key])
                    == walk(library.script("returnee-call"), ANSWERS[which]).answers
                )
        row.refresh_from_db()
        spoken = [content for content in kept.values() if content[0] == "reached"]
        assert (row.state in ("done", "contested")) == bool(spoken)
        assert (row.contested is not None) == (row.state == "contested")
        if row.state == "contested":
            assert syncing.answers_of(row.contact) != syncing.answers_of(row.contested)
        if len({which for _outcome, which in spoken}) == 1:
            assert row.state == "done"
        transaction.set_rollback(True)
