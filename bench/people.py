"""The register of people: a dirty ledger taken in, beside two other ways; killed and resumed; lists and look-ups.

The ledger comes from `demo.ledger` (12 rows in 100 carry dirt of 53 kinds, every eighth of those repeats somebody).
All ways read the same file on the same machine, each in a process of its own, and must end with the same
documents, else the run stops. Lists go through the whole stack of the test client; the look-up is the query
of the register behind row-level security.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.results import Found

SEED = 2020


@dataclass(frozen=True)
class Size:
    """Rows of the ledger, rows of the one that is killed, people in the register, requests a page."""

    rows: int
    killed: int
    people: int
    asked: int


SIZES = {"full": Size(200_000, 1_000_000, 5_000_000, 200), "small": Size(4_000, 20_000, 100_000, 40)}


def run(*, size: str, say: Callable[[str], None]) -> Found:
    """Fill a throw-away database, measure, and remove it."""
    home = tempfile.mkdtemp(prefix="chunfeng-bench-")
    os.environ["CHUNFENG_HOME"] = home
    os.environ.setdefault("CHUNFENG_PG_CONF", "shared_buffers=256MB;max_wal_size=4GB")
    os.environ["DJANGO_SETTINGS_MODULE"] = "chunfeng.config.settings"
    from chunfeng.core import embedded

    try:
        return Bench(SIZES[size], Path(home), say).measure()
    finally:
        embedded.stop()
        shutil.rmtree(home, ignore_errors=True)


class Bench:
    """One run: figures and table are filled step by step."""

    def __init__(self, size: Size, home: Path, say: Callable[[str], None]) -> None:
        self.size, self.home, self.say = size, home, say
        self.figures: dict[str, Any] = {}
        self.table = [["what", "taken", "peak MB", "times ours"]]

    def measure(self) -> Found:
        """The lists and the look-up, imports and peers, the killed import."""
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.urls import get_resolver

        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("migrate", verbosity=0, interactive=False)
        get_resolver().url_patterns  # noqa: B018  (routes are loaded before anything is timed)
        from bench.people_world import World

        self.world = World()
        self.say(f"people: {len(self.world.villages):,} villages in {len(self.world.counties)} counties")
        self.lists()
        self.world.empty()
        self.imports()
        self.killed()
        size = self.size
        remarks = [
            f"Ledger of {size.rows:,} rows × 20 columns as xlsx, killed ledger of {size.killed:,} rows as GB18030 "
            f"CSV, register of {size.people:,} people. `import_200k_s` is for as many rows as the size has.",
            "Peaks are those of the importing process and its readers; the database server is not counted.",
            "Ours keeps a verdict for every row and compares by document, phone, birth and village; the peers know "
            "people by the document alone. django-import-export runs in its bulk mode with cached instances.",
            f"{size.asked} requests a page and role, the counties spread over the order of entry; `lookup_ms` is "
            "the p95 of the query by document number as the county.",
        ]
        return Found(figures=self.figures, table=self.table, remarks=remarks)

    # imports

    def imports(self) -> None:
        """The ledger by us, then by each peer, the register empty before each."""
        from bench import people_peers as peers
        from bench.people_world import COUNTY
        from demo import ledger
        from demo.people import villages

        path = self.home / "ledger.xlsx"
        places = villages(COUNTY[:6])
        began = time.perf_counter()
        ledger.write_xlsx(path, ledger.rows(self.size.rows, seed=SEED, places=places))
        self.say(f"people: {self.size.rows:,} rows written in {time.perf_counter() - began:.0f} s")
        ours = self._child("ours", path)
        documents = self._documents()
        self._row("import of the ledger", ours, 1.0)
        self.figures["import_200k_s"] = round(ours["seconds"], 1)
        self.figures["import_peak_mb"] = round(ours["peak_mb"])
        self.say(f"people: verdicts {self._verdicts()}")
        self.world.empty()
        for name in peers.WAYS:
            theirs = self._child(name, path)
            if self._documents() != documents:
                raise SystemExit(f"{name} ends with other documents than the import")
            self.world.empty()
            times = theirs["seconds"] / ours["seconds"]
            self._row(f"peer: {name}", theirs, times)
            self.figures[f"vs_{name}"] = round(times, 2)

    def killed(self) -> None:
        """An import killed half-way and resumed must end as one that ran through."""
        from bench.people_world import COUNTY
        from chunfeng.people.models import ImportRun
        from demo import ledger
        from demo.people import villages

        path = self.home / "ledger.csv"
        places = villages(COUNTY[:6])
        ledger.write_csv(path, ledger.rows(self.size.killed, seed=SEED + 1, places=places))
        whole = self._child("ours", path)
        wanted = self._state()
        self.world.empty()
        with subprocess.Popen(self._command("ours", path), stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            run_id = json.loads(child.stdout.readline())["run"]
            done, total = 0, self.size.killed
            while child.poll() is None and done < total // 3:
                done = ImportRun.objects.values_list("done", flat=True).get(pk=run_id)
                time.sleep(0.005)
            child.send_signal(signal.SIGKILL)
        done = ImportRun.objects.values_list("done", flat=True).get(pk=run_id)
        if not 0 < done < total:
            raise SystemExit(f"the import was killed at row {done} of {total}: nothing was left to resume")
        rest = self._child("go-on", run_id)
        self.figures["resumed_equal"] = self._state() == wanted
        self._row(f"CSV of {total:,} rows, not stopped", whole)
        self._row(f"… killed at row {done:,}: the rest", rest)
        self.world.empty()

    def _child(self, *given: Any) -> dict[str, Any]:
        """Seconds as the child tells them; the most memory it and its readers held, looked at every 20 ms."""
        peak = 0.0
        with (
            tempfile.TemporaryFile("w+") as errors,
            subprocess.Popen(
                self._command(*given), stdout=subprocess.PIPE, stderr=errors, text=True
            ) as child,
        ):
            while child.poll() is None:
                peak = max(peak, _memory_mb(child.pid))
                time.sleep(0.02)
            assert child.stdout is not None
            lines = child.stdout.read().splitlines()
            if child.returncode:
                errors.seek(0)
                raise SystemExit(errors.read())
        found: dict[str, Any] = json.loads(lines[-1]) | {"peak_mb": peak}
        self.say(f"people: {given[0]} {found['seconds']:.1f} s, {peak:.0f} MB")
        return found

    def _command(self, way: str, given: Any) -> list[str]:
        ids = [str(self.world.posting.pk), str(self.world.dataset.pk)]
        return [sys.executable, "-m", "bench.people_child", way, str(given), *ids]

    def _row(self, what: str, found: dict[str, Any], times: float | None = None) -> None:
        ratio = "" if times is None else f"{times:.2f}"
        self.table.append([what, f"{found['seconds']:.1f} s", f"{found['peak_mb']:.0f}", ratio])

    def _documents(self) -> set[str]:
        """The hashes of all documents in the register."""
        from chunfeng.people.models import Person

        people = Person.objects.filter(merged_into=None, id_hash__isnull=False)
        return set(people.values_list("id_hash", flat=True))

    def _verdicts(self) -> dict[str, int]:
        from django.db.models import Count

        from chunfeng.people.models import ImportRow

        return dict(ImportRow.objects.values_list("verdict").annotate(Count("id")).order_by("verdict"))

    def _state(self) -> list[Any]:
        """Everything an import leaves behind, without serial numbers, moments and seals."""
        from django.db import connection

        found = []
        with connection.cursor() as cursor:
            for sql in _STATE:
                cursor.execute(sql)
                found.append(cursor.fetchall())
        return found

    # lists and look-ups

    def lists(self) -> None:
        """The first pages as a county and as the province; one person by the document."""
        from tests import factories

        began = time.perf_counter()
        known = self.world.populate(self.size.people)
        self.say(f"people: a register of {self.size.people:,} in {time.perf_counter() - began:.0f} s")
        counties = self.world.counties
        some = [counties[n * (len(counties) - 1) // 5] for n in range(6)]
        offices = {"county": [self.world.office_of(code) for code in some], "province": [self.world.province]}
        for role, at in offices.items():
            clients = [factories.browse(factories.posting(office, "officer")) for office in at]
            taken = self._pages(clients)
            self.figures[f"list_p95_ms_{role}"] = round(_p95(taken), 1)
            self._times(f"list of people, {role}", taken)
        taken = self._look_ups(known)
        self.figures["lookup_ms"] = round(_p95(taken), 2)
        self._times("look-up by document", taken)

    def _pages(self, clients: list[Any]) -> list[float]:
        """Milliseconds of each request; one in two asks for the second page."""
        from django.urls import reverse

        urls = []
        for client in clients:
            first = client.get(reverse("people"))
            assert first.status_code == 200, first.status_code
            more = re.search(r'href="(\?[^"]*\bafter=[^"]*)"', first.content.decode())
            assert more, "the list has one page only"
            urls.append((reverse("people"), reverse("people") + html.unescape(more[1])))
        taken = []
        for n in range(self.size.asked):
            client, pages = clients[n % len(clients)], urls[n % len(clients)]
            began = time.perf_counter()
            answer = client.get(pages[n // len(clients) % 2])
            taken.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200
        return taken

    def _look_ups(self, known: list[str]) -> list[float]:
        from chunfeng.core import scope
        from chunfeng.people.queries import register

        by, taken, hits = self.world.actor(self.world.province), [], 0
        for number in known[:200]:
            began = time.perf_counter()
            with scope.applied(by, read_only=True):
                hits += register.by_document(by, number) is not None
            taken.append((time.perf_counter() - began) * 1000)
        assert hits == len(taken), f"only {hits} of {len(taken)} documents were found"
        return taken

    def _times(self, what: str, taken: list[float]) -> None:
        median, p95 = statistics.median(taken), _p95(taken)
        self.table.append([what, f"median {median:.1f}, p95 {p95:.1f} ms", "", ""])
        self.say(f"people: {what}: median {median:.1f}, p95 {p95:.1f} ms")


def _memory_mb(pid: int) -> float:
    """Resident memory of a process and those it started; 0 once it is gone."""
    try:
        own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0.0
    return own + sum(_memory_mb(int(one)) for one in below)


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, int(len(values) * 0.95) - 1)]


_WHO = "WITH who AS MATERIALIZED (SELECT person_id, min(number) AS n FROM people_importrow GROUP BY 1) "
_STATE = (
    "SELECT number, verdict, reasons::text FROM people_importrow ORDER BY number",
    """SELECT area_code, current_area, work_area, name, sex, birth, id_kind, id_hash, id_doubt, employer,
        occupation, note, version FROM people_person ORDER BY id_hash, name, birth, area_code, note""",
    _WHO
    + "SELECT n, number_hash, position FROM people_personphone JOIN who USING (person_id) ORDER BY 1, 3, 2",
    _WHO
    + """SELECT n, category, valid_from, valid_to FROM people_personcategory JOIN who USING (person_id)
        ORDER BY 1, 2, 3""",
    _WHO
    + """SELECT n, kind, value, "on", said FROM people_fact JOIN who USING (person_id) ORDER BY 1, 2, 3, 4""",
    _WHO
    + """SELECT least(a.n, b.n), greatest(a.n, b.n), keys::text, state FROM people_possibleduplicate d
        JOIN who a ON a.person_id = d.kept_id JOIN who b ON b.person_id = d.other_id ORDER BY 1, 2, 3""",
    "SELECT state, done, total, counts::text FROM people_importrun ORDER BY id",
)
