from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from chunfeng.core.errors import Refused
from chunfeng.tasking import actions
from chunfeng.tasking.models import TaskEntry
from tests import factories as f
from tests.tasking.builders import CITY, COUNTIES, tasks


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("keys", "done", "told"), [(lambda n: "same", 20, 0), (lambda n: f"own-{n}", 1, 19)])
def test_twenty_report_at_once(keys, done, told):
    county = f.office(COUNTIES[0])
    task = tasks(f.office(CITY), [county])[0]
    by = f.actor(county)

    def report(n: int) -> str:
        try:
            entry = actions.report_done(
                task=task, text="完成", files=[], period="", key=keys(n), by=by, at=f.NOW
            )
            return f"entry {entry.pk}"
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(report, range(20)))
    assert TaskEntry.objects.count() == 1
    reported = [a for a in answers if a.startswith("entry")]
    assert len(reported) == done
    assert len(set(reported)) == 1
    others = [a for a in answers if not a.startswith("entry")]
    assert len(others) == told
    assert all(by.name in a for a in others)
