"""Nobody is paid twice, nobody is forgotten: many at once, retries, and processes that die half-way."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from chunfeng.benefits.actions import claims, decisions, payments
from chunfeng.benefits.choices import ClaimState, PaymentState
from chunfeng.benefits.models import Claim, Decision, Payment, PaymentBatch
from chunfeng.core import scope
from chunfeng.core.errors import Refused
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SUBJECTS, HANDS = 6, 100
SUM = 90_000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def county():
    return f.office("220184000000")


@pytest.fixture
def payees(county):
    b.version(county)
    by = f.actor(county)
    into = people.dataset(county)
    return [b.payee(by, into, n) for n in range(1, SUBJECTS + 1)]


def hands(work, count: int = HANDS, at_once: int = 20) -> None:
    """`work(n)` for every n below count, so many at once, each on a connection of its own."""
    todo, lock, errors = list(range(count)), threading.Lock(), []

    def run():
        try:
            while True:
                with lock:
                    if not todo:
                        return
                    n = todo.pop()
                work(n)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors[:3]


class Crash(Exception):
    """A process that dies before it commits."""


def test_a_hundred_hands_pay_everybody_once(county, payees):
    officers = [f.actor(county) for _ in range(4)]
    luck = random.Random(7)
    crashes = {n for n in range(HANDS) if luck.random() < 0.3}

    def pay(n: int) -> None:
        whom, by = payees[n % SUBJECTS], officers[n % 4]
        for attempt in range(3):
            try:
                with scope.applied(by):
                    claim = b.submitted(
                        by, whom, key=f"k{n}-{attempt}" if n % 5 else f"shared-{n % SUBJECTS}"
                    )
                    decisions.decide(claim=claim, outcome="granted", by=by, at=f.NOW)
                    if n in crashes and attempt == 0:
                        raise Crash
                break
            except Crash:
                continue
            except Refused:
                break
        with scope.applied(by):
            payments.make_batch(by=by, at=f.NOW)

    hands(pay)
    with scope.applied(officers[0]):
        payments.make_batch(by=officers[0], at=f.NOW)
    paid = Counter(Payment.objects.values_list("subject_key", flat=True))
    assert paid == Counter({whom.subject_key: 1 for whom in payees})
    assert Claim.objects.filter(state=ClaimState.GRANTED).count() == SUBJECTS
    batches = PaymentBatch.objects.order_by("number")
    assert [batch.number for batch in batches] == list(range(1, len(batches) + 1))
    assert sum(batch.total for batch in batches) == SUBJECTS * SUM
    assert Payment.objects.aggregate(n=Sum("amount"))["n"] == SUBJECTS * SUM
    assert not Payment.objects.exclude(state=PaymentState.BATCHED).exists()


def test_two_counties_do_not_pay_the_same_person(county):
    """Each has the person in sight, neither sees the other's claim: the number decides."""
    other = f.office("220122000000")
    b.version(f.office("220000000000"))
    into, near, far = people.dataset(county), f.actor(county), f.actor(other)
    person = people.person(near, into, id_number=people.number(1), current_area=people.FAR_VILLAGE)
    told = []

    def claim(n: int) -> None:
        by = (near, far)[n % 2]
        try:
            with scope.applied(by):
                whom = b.beneficiaries.know_person(person=person, by=by, at=f.NOW)
                made = b.submitted(by, whom, key=f"{by.office_id}-{n}")
                decisions.decide(claim=made, outcome="granted", by=by, at=f.NOW)
                told.append(by.office_id)
        except claims.AlreadyClaimed:
            pass

    hands(claim, count=20, at_once=10)
    assert len(told) == 1 and Payment.objects.count() == 1


def test_killed_between_decision_and_batch_the_next_batch_pays(county, payees):
    """kill -9 after the decisions are committed and while a batch is being made: paid by the next one, once."""
    posting = f.posting(county)
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.benefits.paying_child", name, str(posting.pk)]
    child = subprocess.run(
        [*command, *(str(whom.pk) for whom in payees)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (child.returncode, child.stdout.strip()) == (-signal.SIGKILL, str(SUBJECTS)), child.stderr
    assert Payment.objects.filter(state=PaymentState.WAITING).count() == SUBJECTS
    by = f.actor(county)
    with scope.applied(by):
        batch = payments.make_batch(by=by, at=f.NOW)
        assert payments.make_batch(by=by, at=f.NOW) is None
    assert (batch.count, batch.total, batch.number) == (SUBJECTS, SUBJECTS * SUM, 1)


def test_what_was_decided_replays_years_later(county, payees):
    by = f.actor(county)
    with scope.applied(by):
        made = b.submitted(by, payees[0], key="k")
        decision = decisions.decide(claim=made, outcome="granted", by=by, at=f.NOW)
        later = b.MeasureVersion.objects.create(
            measure=decision.version.measure,
            number="2.0.0",
            text=b.TEXT.replace("300 yuan", "200 yuan").replace("900 yuan", "600 yuan"),
            sha256="x",
            state="in_force",
            valid_from="2020-01-01",
            made_at=f.NOW,
            by_name="测试员",
            put_at=f.NOW,
        )
        assert later.pk != decision.version_id
        assert decisions.replays(Decision.objects.get(pk=decision.pk))
        assert decision.amount == SUM
