"""Many at once, and a process killed in the middle: nothing twice, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from chunfeng.core import scope
from chunfeng.core.errors import Refused
from chunfeng.reporting import actions
from chunfeng.reporting.actions import chasing
from chunfeng.reporting.models import Acceptance, Form, LedgerStep, Obligation, Revision
from chunfeng.tasking.models import Message
from tests import factories
from tests.reporting import builders
from tests.tasking.builders import environment

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2020, 2, 2)
AT = factories.NOW + timedelta(days=1)
FIGURES = {"checked": 12, "isolated": 3, "released": 0, "still": 3}


def at_once(work, items, threads=6):
    def run(item):
        try:
            return work(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, items))


@pytest.fixture
def county():
    return factories.office("220184000000")


def test_twenty_filings_with_retries_each_stand_once_without_gaps(county):
    village = factories.office("220184100201", parent=county)
    row = builders.obligation(builders.form(county, at=factories.NOW), village, DAY)
    clerk = factories.actor(village)

    def file(n):
        with scope.applied(clerk):
            made = actions.file_report(
                obligation_id=row.pk,
                values=FIGURES | {"checked": n // 2},
                by=clerk,
                at=AT,
                reason="续报",
                key=f"key-{n // 2}",  # every filing is sent twice
            )
        return n // 2, made.pk, made.number

    answers = at_once(file, range(40), threads=20)
    acknowledged = {key: (pk, number) for key, pk, number in answers}
    assert len({(key, pk) for key, pk, _number in answers}) == len(acknowledged) == 20
    assert sorted(number for _pk, number in acknowledged.values()) == list(range(1, 21))
    row.refresh_from_db()
    last = Revision.objects.get(obligation=row, number=20)
    assert (row.revision, row.numbers) == (20, last.numbers)


def test_accepting_while_offices_file_loses_no_committed_figure(county):
    form = builders.form(county, at=factories.NOW)
    villages = [factories.office(f"220184100{n}", parent=county) for n in range(201, 221)]
    rows = [builders.obligation(form, village, DAY) for village in villages]
    clerks = [factories.actor(village) for village in villages]
    officer = factories.actor(county)

    def work(n):
        if n == 10:
            with scope.applied(officer):
                return actions.accept(
                    form=form, period_start=DAY, by=officer, at=AT, incomplete_reason="时限已到"
                )
        row, clerk = rows[n - (n > 10)], clerks[n - (n > 10)]
        try:
            with scope.applied(clerk):
                return actions.file_report(obligation_id=row.pk, values=FIGURES, by=clerk, at=AT)
        except Refused as refusal:
            return refusal

    answers = at_once(work, range(21))
    taken = [each for each in answers if isinstance(each, Revision)]
    refused = [each for each in answers if isinstance(each, Refused)]
    accepted = Acceptance.objects.get()
    assert len(taken) + len(refused) == 20
    assert Obligation.objects.filter(state="filed").count() == len(taken) == accepted.answered
    assert accepted.totals["checked"] == (12 * len(taken) or None)
    assert all("2020-02-02" in str(each) for each in refused)


def test_events_reported_while_the_day_is_accepted_are_counted_or_refused(county):
    form = builders.form(county, at=factories.NOW, every="event", checks=[])
    villages = [factories.office(f"220184100{n}", parent=county) for n in range(201, 213)]
    clerks = [factories.actor(village) for village in villages]
    officer = factories.actor(county)
    with scope.applied(clerks[0]):
        actions.file_event(form=form, office=villages[0], values=FIGURES, by=clerks[0], at=AT, on=DAY)

    def work(n):
        if n == 6:
            with scope.applied(officer):
                return actions.accept(form=form, period_start=DAY, by=officer, at=AT)
        try:
            with scope.applied(clerks[n]):
                return actions.file_event(
                    form=form, office=villages[n], values=FIGURES, by=clerks[n], at=AT, on=DAY
                )
        except Refused as refusal:
            return refusal

    answers = at_once(work, range(12))
    taken = 1 + sum(isinstance(each, Revision) for each in answers)
    accepted = Acceptance.objects.get()
    assert (accepted.answered, accepted.totals["checked"]) == (taken, 12 * taken)
    assert Revision.objects.count() == taken


def test_two_runs_share_the_making_of_obligations(county):
    for n in range(201, 211):
        factories.office(f"220184100{n}", parent=county)
    forms = [builders.form(county, at=factories.NOW, code=f"f{n}") for n in range(4)]
    Form.objects.update(starts_on=DAY)
    made = at_once(lambda _n: actions.make_due(now=AT), range(4))
    made.append(actions.make_due(now=AT))  # what a run left to another that had it in hand
    assert sum(made) == Obligation.objects.count() == len(forms) * 10 * 8


_MAKER = """
import os, sys
sys.path[:0] = ["src", "."]
import django; django.setup()
from datetime import UTC, datetime
from chunfeng.reporting import actions
from chunfeng.reporting.actions import obligations
obligations.BATCH = 16
write, done = obligations._write, []
def told(*arguments):
    made = write(*arguments)
    done.append(made)
    print("wrote", flush=True)
    if len(done) == int(sys.argv[1]):
        sys.stdin.read()  # stands still in the middle of a form until it is killed
    return made
obligations._write = told
print(actions.make_due(now=datetime.fromisoformat(sys.argv[2])), flush=True)
"""


@pytest.mark.slow
def test_killed_midway_and_run_again_gives_the_same_ledger(county):
    for n in range(201, 221):
        factories.office(f"220184100{n}", parent=county)
    for n in range(3):
        builders.form(county, at=factories.NOW, code=f"f{n}")
    Form.objects.update(starts_on=DAY)
    first = subprocess.Popen(
        [sys.executable, "-c", _MAKER, "2", AT.isoformat()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment(),
        cwd=Path(__file__).resolve().parents[2],
    )
    assert first.stdout and [first.stdout.readline() for _ in range(2)] == ["wrote\n", "wrote\n"]
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=10)
    assert Obligation.objects.count() == 20 * 8  # the form that was finished, nothing of the one in hand
    assert actions.make_due(now=AT) == 2 * 20 * 8
    assert Obligation.objects.count() == 3 * 20 * 8
    assert actions.make_due(now=AT) == 0


def silent_villages(county, count: int = 20):
    form = builders.form(county, at=factories.NOW)
    for n in range(201, 201 + count):
        builders.obligation(form, factories.office(f"220184100{n}", parent=county), DAY)
    return form


CLOSED = datetime(2020, 2, 2, 18, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_runs_at_once_remind_everybody_once(county, monkeypatch):
    monkeypatch.setattr(chasing, "BATCH", 3)
    silent_villages(county)
    told = at_once(lambda n: actions.remind_due(now=CLOSED + timedelta(seconds=n)), range(4), threads=4)
    told.append(actions.remind_due(now=CLOSED + timedelta(minutes=5)))
    assert sum(told) == Message.objects.count() == LedgerStep.objects.count() == 40
    assert Message.objects.values("office", "for_leader").distinct().count() == 40


def test_two_who_chase_at_once_remind_everybody_once(county):
    form = silent_villages(county)
    officer = factories.actor(county)

    def chase(_n):
        with scope.applied(officer):
            return actions.chase_silent(form=form, period_start=DAY, by=officer, at=CLOSED)

    assert sorted(at_once(chase, range(4), threads=4)) == [0, 0, 0, 20]
    assert Message.objects.count() == LedgerStep.objects.count() == 20


_REMINDER = """
import sys
sys.path[:0] = ["src", "."]
import django; django.setup()
from datetime import datetime
from chunfeng.reporting import actions
from chunfeng.reporting.actions import chasing
chasing.BATCH = 8
tell, done = chasing._tell, []
def told(*arguments, **options):
    made = tell(*arguments, **options)
    done.append(made)
    print("told", flush=True)
    if len(done) == 3:
        sys.stdin.read()  # the second batch has told the offices, not yet their leaders
    return made
chasing._tell = told
actions.remind_due(now=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.mark.slow
def test_reminders_killed_midway_are_neither_lost_nor_doubled(county):
    silent_villages(county)
    first = subprocess.Popen(
        [sys.executable, "-c", _REMINDER, CLOSED.isoformat()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment(),
        cwd=Path(__file__).resolve().parents[2],
    )
    assert first.stdout and [first.stdout.readline() for _ in range(3)] == ["told\n"] * 3
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=10)
    assert Message.objects.count() == 16  # the first batch, nothing of the second
    sent = 0
    for n in range(100):  # the server needs a moment to notice that the other is gone
        sent += actions.remind_due(now=CLOSED + timedelta(minutes=5, seconds=n))
        if sent == 24:
            break
        time.sleep(0.05)
    assert Message.objects.values("office", "for_leader").distinct().count() == Message.objects.count() == 40
    assert LedgerStep.objects.count() == 40
