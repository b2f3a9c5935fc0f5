"""The desk and the duty matrix in a province of 20,000 offices and 500,000 tasks, for three levels of office.

Requests go through the whole stack (middleware, session, posting, row-level security, templates) of the
Django test client. The peer is the same open-task list as other platforms ask for it: the office tree walked by a
recursive query, without the area wall.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

from bench.results import Found

SIZES = {"full": (20_000, 25), "small": (2_000, 25)}
ROLES = ("village", "county", "province")
TABLES = (
    "tasking_task",
    "tasking_message",
    "notices_notice",
    "notices_duty",
    "notices_clause",
    "offices_office",
)
TREE = """WITH RECURSIVE tree AS (
    SELECT id FROM offices_office WHERE id = %s UNION ALL
    SELECT o.id FROM offices_office o JOIN tree t ON o.parent_id = t.id)

SELECT t.id FROM tasking_task t WHERE t.office_id IN (SELECT id FROM tree)
   AND t.state IN ('new', 'accepted', 'returned') ORDER BY t.due_at, t.id LIMIT 50"""


def run(*, size: str, say: Callable[[str], None]) -> Found:
    """Fill a throw-away database, ask for both pages as each role, and remove it."""
    home = tempfile.mkdtemp(prefix="chunfeng-bench-")
    os.environ["CHUNFENG_HOME"] = home
    os.environ.setdefault("CHUNFENG_PG_CONF", "fsync=off;shared_buffers=256MB")
    os.environ["DJANGO_SETTINGS_MODULE"] = "chunfeng.config.settings"
    from chunfeng.core import embedded

    try:
        return _measure(size, say)
    finally:
        embedded.stop()
        shutil.rmtree(home, ignore_errors=True)


def _measure(size: str, say: Callable[[str], None]) -> Found:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.urls import reverse

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0, interactive=False)
    offices, duties = SIZES[size]
    began = time.perf_counter()
    world = World(offices, duties)
    world.fill()
    say(f"desk: {offices:,} offices and {offices * duties:,} tasks in {time.perf_counter() - began:.0f} s")
    count = 200 if size == "full" else 40
    pages = {"desk": lambda: reverse("desk"), "matrix": lambda: reverse("matrix", args=[world.notice_id])}
    times: dict[tuple[str, str], list[float]] = {}
    queries: dict[tuple[str, str], int] = {}
    rows: dict[tuple[str, str], float] = {}
    for page, url in pages.items():
        for role in ROLES:
            times[page, role], queries[page, role], rows[page, role] = world.ask(role, url(), count)
            say(
                f"desk: {page} as {role}: p95 {_p95(times[page, role]):.1f} ms, {queries[page, role]} queries"
            )
    peer = world.tree_walk(count)
    p95 = {role: _p95(times["desk", role]) for role in ROLES}
    table = [["page", "role", "p50 ms", "p95 ms", "queries", "rows read"]]
    for (page, role), taken in times.items():
        table.append(
            [
                page,
                role,
                f"{statistics.median(taken):.1f}",
                f"{_p95(taken):.1f}",
                str(queries[page, role]),
                f"{rows[page, role]:.0f}",
            ]
        )
    table.append(
        [
            "open tasks by recursive tree walk (peer, the query alone)",
            "province",
            f"{statistics.median(peer):.1f}",
            f"{_p95(peer):.1f}",
            "1",
            "–",
        ]
    )
    figures: dict[str, Any] = {f"p95_ms_{role}": round(p95[role], 1) for role in ROLES}
    figures["slowest_role_ratio"] = round(max(p95.values()) / min(p95.values()), 2)
    figures["queries_max"] = max(queries.values())
    figures["matrix_p95_ms_province"] = round(_p95(times["matrix", "province"]), 1)
    figures["vs_tree_walk_province"] = round(_p95(peer) / p95["province"], 1)
    remarks = [
        f"{offices:,} offices, {offices * duties:,} tasks, {count} requests a role and page, one process."
    ]
    return Found(figures=figures, table=table, remarks=remarks)


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, int(len(values) * 0.95) - 1)]


class World:
    """A made-up province: 9 prefectures, 60 counties, 900 townships, the rest villages; one posting each asked role."""

    def __init__(self, offices: int, duties: int) -> None:
        self.offices, self.duties = offices, duties
        self.random = random.Random(20200126)
        self.by_level: dict[str, list[int]] = {}
        self.notice_id = 0

    def fill(self) -> None:
        """Offices by bulk_create, tasks by one INSERT … SELECT."""
        from chunfeng.notices.models import Clause, Dispatch, Duty, Emergency, Notice
        from chunfeng.offices.models import Office
        from tests.factories import NOW

        places = self._places()
        made: dict[str, Office] = {}
        for level in ("province", "prefecture", "county", "township", "village"):
            rows = [
                Office(
                    code=f"B{code}",
                    name=f"测试就业服务机构{code}",
                    level=level,
                    line="employment",
                    area_code=code,
                    parent=made.get(parent),
                )
                for code, parent, at in places
                if at == level
            ]
            Office.objects.bulk_create(rows, batch_size=5000)
            made |= {row.area_code: row for row in rows}
            self.by_level[level] = [row.pk for row in rows]
        top = made["220000000000"]
        event = Emergency.objects.create(
            name="测试疫情", began_on=NOW.date(), opened_by=top, area_code=top.area_code
        )
        for n in range(5):
            notice = Notice.objects.create(
                emergency=event,
                area_code=top.area_code,
                registered_by_office=top,
                issuing_office=top,
                state="issued",
                title=f"关于测试事项{n}的通知",
                kind="通知",
                number=f"测人社发〔2020〕{n}号",
                date=NOW.date(),
                text="测试",
                registered_at=NOW,
                issued_at=NOW,
            )
            self.notice_id = notice.pk
            clause = Clause.objects.create(
                notice=notice, ident="1", label="一、", text="测试", start=0, end=2, position=0
            )
            Duty.objects.bulk_create(
                Duty(
                    notice=notice,
                    clause=clause,
                    quote="测试",
                    force="must",
                    action=f"报送第{d}项情况",
                    state="confirmed",
                    position=d,
                )
                for d in range(self.duties // 5)
            )
            Dispatch.objects.bulk_create(
                (
                    Dispatch(notice=notice, office=office, area_code=office.area_code, sent_at=NOW)
                    for office in made.values()
                ),
                batch_size=5000,
            )
        self._tasks()

    def _tasks(self) -> None:
        from django.db import connection

        from tests.factories import NOW

        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO tasking_task (duty_id, notice_id, office_id, area_code, part, state, due_at, every,
                       assigned_at, done_at, recipient_id)
                   SELECT d.id, d.notice_id, o.id, o.area_code, 'lead', s.state, %s + (d.position * 7 + o.id %% 40) *
                       interval '1 day', '', %s, CASE WHEN s.state = 'done' THEN %s END, o.parent_id
                   FROM notices_duty d CROSS JOIN offices_office o CROSS JOIN LATERAL
                       (SELECT (ARRAY['new','accepted','done','done','done'])
                            [1 + (d.id * 7 + o.id * 13) %% 5] AS state) s
                   ORDER BY o.area_code""",
                [NOW, NOW, NOW],
            )
        connection.close()
        connection.connect()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def _places(self) -> list[tuple[str, str, str]]:
        out = [("220000000000", "", "province")]
        prefectures = [f"22{n:02d}00000000" for n in range(1, 10)]
        out += [(code, "220000000000", "prefecture") for code in prefectures]
        counties = [f"{p[:4]}{n:02d}000000" for p in prefectures for n in range(1, 8)][:60]
        out += [(code, code[:4].ljust(12, "0"), "county") for code in counties]
        wanted = max(60, min(900, self.offices // 20))
        townships = [f"{c[:6]}{n:03d}000" for n in range(100, 116) for c in counties][:wanted]
        out += [(code, code[:6].ljust(12, "0"), "township") for code in townships]
        villages = [f"{t[:9]}{n:03d}" for n in range(200, 400) for t in townships]
        return out + [
            (code, code[:9].ljust(12, "0"), "village") for code in villages[: self.offices - len(out)]
        ]

    def ask(self, role: str, url: str, count: int) -> tuple[list[float], int, float]:
        """`count` requests by postings of this level. Milliseconds, most queries of one, rows read a request."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from chunfeng.offices.models import Office
        from tests.factories import browse, posting

        some = self.random.sample(self.by_level[role], min(10, len(self.by_level[role])))
        clients = [browse(posting(Office.objects.get(pk=pk), "officer")) for pk in some]
        most = 0
        for client in clients:
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(url)
            assert answer.status_code == 200, (url, role, answer.status_code)
            most = max(most, len(asked))
        before = self._rows_read()
        taken = []
        for n in range(count):
            began = time.perf_counter()
            answer = clients[n % len(clients)].get(url)
            taken.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200
        return taken, most, (self._rows_read() - before) / count

    def _rows_read(self) -> int:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute(
                """SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_user_tables
                   WHERE relname = ANY (%s)""",
                [list(TABLES)],
            )
            return int(cursor.fetchone()[0])

    def tree_walk(self, count: int) -> list[float]:
        """The peer's query for the province."""
        from django.db import connection

        taken = []
        for _ in range(max(5, count // 10)):
            began = time.perf_counter()
            with connection.cursor() as cursor:
                cursor.execute(TREE, [self.by_level["province"][0]])
                cursor.fetchall()
            taken.append((time.perf_counter() - began) * 1000)
        return taken
