"""Every page of the desk reads tasks through an index, for every role, under the wall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.offices import queries as offices
from chunfeng.offices.models import Office
from chunfeng.tasking import actions, chasing, queries
from chunfeng.tasking.models import Task
from tests import factories as f
from tests.tasking.builders import issued

NOW = f.NOW
DUTIES = 10
_LEVELS = [(8, "prefecture"), (6, "county"), (3, "township"), (0, "village")]
PLACES = ["220000000000", "220100000000", "220101000000", "220101001000", "220101001001"]


@pytest.fixture(scope="module")
def big(django_db_setup, django_db_blocker):
    """2,100 offices of a made-up province with ten tasks each, some of them done; analysed."""
    with django_db_blocker.unblock():
        province = f.office(PLACES[0])
        codes = ["220100000000", "220200000000"]
        codes += [f"{p[:4]}{c:02d}000000" for p in codes[:2] for c in range(1, 6)]
        codes += [f"{c[:6]}{t:03d}000" for c in codes[2:] for t in range(1, 11)]
        codes += [f"{t[:9]}{v:03d}" for t in codes[12:] for v in range(1, 21)]
        rows = []
        for n, code in enumerate(codes):
            zeros = len(code) - len(code.rstrip("0"))
            level = next(name for least, name in _LEVELS if zeros >= least)
            rows.append(
                Office(code=f"P{n}", name=f"测试所{n}", level=level, line="employment", area_code=code)
            )
        Office.objects.bulk_create(rows)
        notice = issued(province, [province, *rows], duties=DUTIES)
        actions.assign(notice=notice, by=SYSTEM, at=NOW)
        Task.objects.filter(pk__in=Task.objects.order_by("pk").values_list("pk", flat=True)[::3]).update(
            state="done", done_at=NOW
        )
        village = Task.objects.filter(office__area_code=PLACES[4])
        village.update(state="done", done_at=NOW)
        Task.objects.filter(pk=village.order_by("pk").first().pk).update(state="new", done_at=None)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield notice
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE offices_office, core_user, core_storedfile, notices_emergency CASCADE")


def actors() -> list[Actor]:
    found = [Office.objects.get(area_code=code) for code in PLACES]
    return [offices.actor_for(f.posting(office)) for office in found]


READS: dict[str, Callable] = {
    "tiles": lambda actor, notice: queries.tiles(actor, NOW),
    "open": lambda actor, notice: list(queries.desk(actor, "open", NOW).order_by("sort_due", "pk")[:51]),
    "overdue": lambda actor, notice: list(
        queries.desk(actor, "overdue", NOW).order_by("sort_due", "pk")[:51]
    ),
    "done": lambda actor, notice: list(queries.desk(actor, "done", NOW).order_by("-done_at", "-pk")[:51]),
    "notices": lambda actor, notice: queries.notices_on_desk(actor),
    "matrix": lambda actor, notice: queries.matrix(notice=notice, actor=actor),
    "behind": lambda actor, notice: list(
        queries.behind(notice=notice, actor=actor).order_by("sort_due", "pk")[:51]
    ),
    "unread": lambda actor, notice: queries.unread(actor),
}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("name", READS)
def test_tasks_are_never_read_in_whole(big, name):
    for actor in actors():
        with scope.applied(actor, read_only=True):
            with CaptureQueriesContext(connection) as caught:
                READS[name](actor, big)
            assert caught.captured_queries
            for query in caught.captured_queries:
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN " + query["sql"])
                    plan = "\n".join(row[0] for row in cursor.fetchall())
                assert "Seq Scan on tasking_task" not in plan, f"{actor.area_code}\n{query['sql']}\n{plan}"


@pytest.mark.slow
@pytest.mark.django_db
def test_the_number_of_queries_is_the_same_at_every_level(big):
    for name, read in READS.items():
        counts = set()
        for actor in actors()[:-1]:  # the village has nobody below
            with scope.applied(actor, read_only=True), CaptureQueriesContext(connection) as caught:
                read(actor, big)
            counts.add(len(caught))
        assert len(counts) == 1, f"{name}: {counts}"


@pytest.mark.slow
@pytest.mark.django_db
def test_the_chaser_reads_by_deadline(big):
    with scope.applied(SYSTEM), CaptureQueriesContext(connection) as caught:
        next(chasing._batches(NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=2)))
    selects = [q["sql"] for q in caught.captured_queries if "tasking_task" in q["sql"]]
    for sql in selects:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + sql)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "Seq Scan on tasking_task" not in plan, plan
