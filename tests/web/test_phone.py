"""What a telephone fetches, keeps and sends: shells, worker, pack and sync, before a browser looks at them."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.areas.models import Area
from chunfeng.core.models import Event
from chunfeng.people.models import CallItem, ContactRecord
from chunfeng.people.queries import packing
from chunfeng.reporting.models import Obligation, Revision, Situation
from chunfeng.web.phone import calls, shells, worker
from tests import factories as f
from tests.people import builders, calling
from tests.reporting import builders as b

SHELLS = {"calls": "/census/calls/", "phone-situation": "/phone/situation/", "phone-zero": "/phone/zero/"}
PHONE = Path(worker.__file__).parent / "js"
JSON = {"headers": {"Accept": "application/json"}, "content_type": "application/json"}


def imported(module: str, *, later: bool = True) -> set[str]:
    """The module and all modules it loads, with or without those that are loaded only when they are needed."""
    pattern = r'(?:from|import\() ?"\./([a-z]+)\.js"' if later else r'from "\./([a-z]+)\.js"'
    seen, todo = set(), [module]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        text = (PHONE / f"{name}.js").read_text(encoding="utf-8")
        todo += re.findall(pattern, text)
    return seen


class TestShells:
    @pytest.mark.parametrize("url", SHELLS.values())
    def test_are_the_same_for_everybody_and_about_nobody(self, db, client, url):
        caller = f.posting(f.office(builders.VILLAGE, name="测试村委会"), "caller")
        page = f.browse(caller).get(url)
        assert page.content == client.get(url).content
        assert page.status_code == 200
        text = page.content.decode()
        for own in (caller.user.name, caller.user.username, "测试村委会", "csrfmiddlewaretoken"):
            assert own not in text
        assert "<script>" not in text and "style=" not in text and " onclick" not in text
        assert client.post(url).status_code == 405

    @pytest.mark.parametrize("name", SHELLS)
    def test_everything_a_shell_loads_is_kept_with_it(self, db, client, name):
        text = client.get(SHELLS[name]).content.decode()
        files = set(re.findall(r'(?:src|href)="/static/([^"]+)"', text)) - {"web/icon-192.png"}
        assert files - set(worker.FILES) == set()
        scripts = set(re.findall(r'src="/phone/js/(\w+)\.js"', text))
        assert scripts and {each for script in scripts for each in imported(script)} <= set(worker.MODULES)

    def test_every_word_is_there(self, db, client):
        for name, url in SHELLS.items():
            words = set(re.findall(r'data-w="(\w+)"', client.get(url).content.decode()))
            modules = imported({"calls": "calls", "phone-situation": "situation", "phone-zero": "zero"}[name])
            if name != "calls":
                modules -= {"calls", "calling"}
            wanted = set()
            for module in modules - ({"unsent"} if name != "calls" else set()):
                text = (PHONE / f"{module}.js").read_text(encoding="utf-8")
                wanted |= set(re.findall(r'\bw\("(\w+)"', text))
            assert wanted - words == set(), name

    def test_the_page_of_a_call_weighs_less_than_20_kb_compressed(self, db, client):
        """Page, modules and styles beyond the base of the site, as they go over the line."""
        compressed = {"headers": {"Accept-Encoding": "gzip"}}
        weight = {"phone.css": len(gzip.compress(Path(finders.find("web/phone.css")).read_bytes()))}
        for url in ("/census/calls/", *(f"/phone/js/{name}.js" for name in imported("calls", later=False))):
            sent = client.get(url, **compressed)
            assert sent["Content-Encoding"] == "gzip"
            weight[url] = len(sent.content)
        assert sum(weight.values()) <= 20_000, (sum(weight.values()), weight)

    def test_it_is_sent_compressed(self, db, client):
        page = client.get("/census/calls/", headers={"Accept-Encoding": "gzip"})
        assert page["Content-Encoding"] == "gzip"
        assert page["Cache-Control"] == "no-cache"


class TestScripts:
    def test_are_sent_without_comments_and_not_again_while_they_are_the_same(self, db, client):
        found = client.get("/phone/js/vault.js")
        text = found.content.decode()
        assert found["Content-Type"] == "text/javascript; charset=utf-8"
        assert "Log-out: key and data" not in text and "export const destroy" in text
        again = client.get("/phone/js/vault.js", headers={"If-None-Match": found["ETag"]})
        assert again.status_code == 304
        assert client.get("/phone/js/nothing.js").status_code == 404

    @pytest.mark.parametrize("name", worker.MODULES)
    def test_lose_nothing_but_comments_and_indents(self, name):
        """What is taken out stands between the marks of comments; texts over several lines would lose indents."""
        source = (PHONE / f"{name}.js").read_text(encoding="utf-8")
        assert all(line.count("`") % 2 == 0 for line in source.splitlines())
        left = worker.module(name)
        squeezed = re.sub(r"\s", "", worker.STRICT + left)
        todo = re.sub(
            r"\s",
            "",
            re.sub(r"(?m)^\s*//.*$|[ ]//[ ][^\n\"'`]*$", "", re.sub(r"(?ms)^\s*/\*\*.*?\*/", "", source)),
        )
        assert squeezed == todo
        assert len(left) < len(source)


class TestWorker:
    def test_may_serve_the_whole_site_and_is_never_kept(self, db, client):
        found = client.get("/sw.js")
        assert found["Content-Type"] == "text/javascript; charset=utf-8"
        assert (found["Service-Worker-Allowed"], found["Cache-Control"]) == ("/", "no-cache")
        text = found.content.decode()
        assert f'const VERSION = "{worker.version()}";' in text
        for path in (*SHELLS.values(), "/phone/js/vault.js"):
            assert f'"{path}"' in text

    def test_keeps_shells_and_files_alone(self, db, client):
        text = client.get("/sw.js").content.decode()
        kept = json.loads(re.search(r"const SHELLS = (.*);", text)[1])
        assert kept == SHELLS
        for path in json.loads(re.search(r"const FILES = (.*);", text)[1]):
            assert (
                client.get(path).status_code == 200
                if path.startswith("/phone/js/")
                else finders.find(path.removeprefix("/static/"))
            )

    def test_other_content_is_another_version(self, db, monkeypatch, tmp_path):
        worker._version.cache_clear()
        before = worker.version()
        other = tmp_path / "worker.js"
        other.write_text("// other")
        monkeypatch.setattr(worker, "_WORKER", other)
        worker._version.cache_clear()
        assert worker.version() != before
        monkeypatch.undo()
        worker._version.cache_clear()
        assert worker.version() == before

    def test_a_word_in_either_language_is_part_of_the_version(self, db, monkeypatch):
        worker._version.cache_clear()
        before = worker.version()
        monkeypatch.setattr(
            worker, "render_to_string", lambda *_args: f"<p>{worker.translation.get_language()}</p>"
        )
        worker._version.cache_clear()
        assert worker.version() != before
        worker._version.cache_clear()

    def test_the_manifest_names_pictures_that_are_there(self, db, client):
        found = client.get("/manifest.webmanifest")
        assert found["Content-Type"] == "application/manifest+json"
        data = found.json()
        assert data["start_url"] == "/census/calls/" and data["scope"] == "/"
        sizes = set()
        for icon in data["icons"]:
            path = Path(finders.find(icon["src"].removeprefix("/static/")))
            if path.suffix == ".png":
                sizes.add(int.from_bytes(path.read_bytes()[16:20], "big"))
                assert icon["sizes"].startswith(str(int.from_bytes(path.read_bytes()[16:20], "big")))
        assert sizes == {192, 512}


def test_the_library_of_the_plain_http_cipher_is_the_one_that_was_looked_at():
    folder = Path(finders.find("web/vendor/noble-ciphers/chacha.js")).parent
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    assert "MIT License" in (folder / "LICENSE.txt").read_text(encoding="utf-8")


@pytest.fixture
def county(db):
    return f.office(builders.NEAR)


@pytest.fixture
def village(county):
    return f.office(builders.VILLAGE)


@pytest.fixture
def caller(village):
    return f.posting(village, "caller")


@pytest.fixture
def data(county):
    return builders.dataset(county)


@pytest.fixture
def round_(county, data):
    return calling.campaign(county, data)


def listed(round_, county, data, village, name, **more):
    person = builders.person(
        f.actor(county), data, name=name, phones=("13800000001", "13800000002"), birth=date(1985, 6, 1)
    )
    return calling.item(round_, person, village, **more)


class TestToken:
    def test_says_who_holds_the_phone(self, caller):
        found = f.browse(caller).get("/phone/token/", headers={"Accept": "application/json"})
        assert found["Cache-Control"].startswith("max-age=0, no-cache, no-store")
        told = found.json()
        assert (told["user"], told["posting"]) == (caller.user_id, caller.pk)
        assert told["csrf"] and told["language"] == "zh-hans"

    def test_the_secret_is_the_users_own_and_lasting(self, caller, village):
        other = f.posting(village, "caller")
        first, second = (f.browse(caller).get("/phone/token/").json() for _n in range(2))
        third = f.browse(other).get("/phone/token/").json()
        assert first["seal"] == second["seal"] != third["seal"]
        assert first["seal_id"] == second["seal_id"] != third["seal_id"]

    def test_nobody_is_told_so_in_words_for_a_script(self, db, client):
        assert client.get("/phone/token/", headers={"Accept": "application/json"}).status_code == 401
        assert client.get("/phone/token/").status_code == 302


class TestPack:
    def test_holds_the_own_entries_then_those_nobody_took(self, caller, village, county, data, round_):
        colleague = f.posting(village, "caller")
        free = listed(round_, county, data, village, "测试甲")
        theirs = listed(round_, county, data, village, "测试乙", caller=colleague.user)
        own = listed(round_, county, data, village, "测试丙", caller=caller.user)
        later = timezone.now() + timedelta(hours=3)
        waits = listed(
            round_, county, data, village, "测试丁", caller=caller.user, state="retry", next_at=later
        )
        done = listed(round_, county, data, village, "测试戊", caller=caller.user, state="done")
        found = f.browse(caller).get("/census/pack/", headers={"Accept": "application/json"})
        assert "no-store" in found["Cache-Control"]
        told = found.json()
        assert [each["id"] for each in told["items"]] == [own.pk, waits.pk, free.pk]
        assert {theirs.pk, done.pk}.isdisjoint(each["id"] for each in told["items"])
        first = told["items"][0]
        assert (first["name"], first["phones"]) == ("测试丙", ["13800000001", "13800000002"])
        assert (first["campaign"], first["version"], first["state"]) == (round_.pk, 1, "waiting")
        assert told["campaigns"][0]["script"] == round_.script
        assert told["user"] == caller.user_id

    def test_is_a_recorded_read(self, caller, village, county, data, round_):
        listed(round_, county, data, village, "测试甲")
        f.browse(caller).get("/census/pack/")
        event = Event.objects.get(verb="census.pack")
        assert (event.kind, event.detail) == ("read", {"rows": 1, "campaigns": [round_.pk]})

    def test_ends_at_the_limit(self, caller, village, county, data, round_, monkeypatch):
        monkeypatch.setattr(packing, "MOST", 3)
        for n in range(3):
            listed(round_, county, data, village, f"测试{n}")
        own = listed(round_, county, data, village, "测试本人", caller=caller.user)
        items = f.browse(caller).get("/census/pack/").json()["items"]
        assert len(items) == 3 and items[0]["id"] == own.pk

    def test_shows_what_came_of_the_last_attempt(self, caller, village, county, data, round_):
        item = listed(round_, county, data, village, "测试甲")
        sync(f.browse(caller), calling.entry(item, note="家里没人"))
        last = f.browse(caller).get("/census/pack/").json()["items"][0]["last"]
        assert (last["outcome"], last["note"]) == ("no_answer", "家里没人")

    def test_asks_as_often_for_one_as_for_many(self, caller, village, county, data, round_):
        client = f.browse(caller)
        counts = []
        for names in (["测试甲"], ["测试乙", "测试丙", "测试丁", "测试戊"]):
            for name in names:
                listed(round_, county, data, village, name)
            with CaptureQueriesContext(connection) as caught:
                client.get("/census/pack/")
            counts.append(len(caught))
        assert counts[0] == counts[1]

    def test_other_villages_and_closed_rounds_stay_out(self, caller, village, county, data, round_):
        item = listed(round_, county, data, village, "测试甲")
        elsewhere = f.posting(f.office(builders.FAR_VILLAGE), "caller")
        assert f.browse(elsewhere).get("/census/pack/").json()["items"] == []
        round_.state = "closed"
        round_.save()
        assert f.browse(caller).get("/census/pack/").json()["items"] == []
        assert CallItem.objects.get(pk=item.pk).state == "waiting"

    def test_an_age_counts_birthdays(self):
        assert packing._age(date(1985, 6, 1), date(2020, 5, 31)) == 34
        assert packing._age(date(1985, 6, 1), date(2020, 6, 1)) == 35
        assert packing._age(None, date(2020, 6, 1)) is None


def sync(client, *entries, status=200, **more):
    found = client.post("/census/sync/", json.dumps({"entries": list(entries)}), **(JSON | more))
    assert found.status_code == status, found.content
    return found.json()


class TestSync:
    def test_takes_answers_and_says_what_became_of_each(self, caller, village, county, data, round_):
        item = listed(round_, county, data, village, "测试甲")
        client = f.browse(caller)
        given = calling.entry(item, calling.AWAY)
        first, bad = sync(client, given, {"key": "x"})["results"]
        assert (first["status"], first["item"]["state"], first["item"]["version"]) == ("taken", "done", 2)
        assert bad["status"] == "refused" and bad["why"]
        assert sync(client, given)["results"][0]["status"] == "again"
        assert ContactRecord.objects.count() == 1

    def test_the_age_counts_not_the_clock_of_the_phone(self, caller, village, county, data, round_):
        item = listed(round_, county, data, village, "测试甲")
        wrong = datetime(2031, 1, 1, tzinfo=UTC)
        sync(f.browse(caller), calling.entry(item, calling.AWAY, at=wrong.isoformat(), age=7200))
        told = ContactRecord.objects.get()
        assert abs(told.received_at - told.at - timedelta(hours=2)) < timedelta(seconds=5)

    def test_a_time_to_call_again_moves_with_the_clock(self, caller, village, county, data, round_):
        item = listed(round_, county, data, village, "测试甲")
        now = timezone.now()
        slow = now - timedelta(days=2)  # a clock two days behind
        again = slow + timedelta(hours=5)
        sync(
            f.browse(caller),
            calling.entry(item, outcome="call_back", at=slow.isoformat(), next_at=again.isoformat(), age=0),
        )
        item.refresh_from_db()
        assert abs(item.next_at - now - timedelta(hours=5)) < timedelta(seconds=10)

    @pytest.mark.parametrize(
        "next_at",
        [None, 5, "later", "2020-99-99T10:00", "2199-01-01T00:00:00+08:00", "1999-01-01T00:00:00+08:00"],
    )
    def test_without_a_sensible_time_the_rule_of_the_round_counts(
        self, caller, village, county, data, round_, next_at
    ):
        item = listed(round_, county, data, village, "测试甲")
        now = timezone.now()
        given = calling.entry(item, outcome="call_back", at=now.isoformat(), next_at=next_at)
        assert sync(f.browse(caller), given)["results"][0]["status"] == "taken"
        item.refresh_from_db()
        assert abs(item.next_at - now - timedelta(hours=round_.retry_hours)) < timedelta(seconds=10)

    @pytest.mark.parametrize("age", [-5, 1e300, "9", True, None, float("nan")])
    def test_a_senseless_age_does_no_harm(self, caller, village, county, data, round_, age):
        item = listed(round_, county, data, village, "测试甲")
        given = calling.entry(item, calling.AWAY, at=timezone.now().isoformat(), age=age)
        assert sync(f.browse(caller), given)["results"][0]["status"] == "taken"
        told = ContactRecord.objects.get()
        assert round_.started_at <= told.at <= told.received_at

    @pytest.mark.parametrize("body", ["", "nonsense", "[]", '{"entries": 3}', "[" * 100_000])
    def test_what_is_no_list_is_refused_in_a_sentence(self, caller, body):
        found = f.browse(caller).post("/census/sync/", body, **JSON)
        assert found.status_code == 422 and found.json()["why"]

    def test_too_much_is_refused(self, caller, monkeypatch):
        monkeypatch.setattr(calls, "MOST_BYTES", 100)
        assert "why" in sync(f.browse(caller), {"note": "x" * 100}, status=422)

    def test_nobody_gets_401_and_a_forged_request_nothing(self, db, client, caller):
        assert client.post("/census/sync/", "{}", **JSON).status_code == 401
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = f.browse(caller).cookies
        forged = strict.post("/census/sync/", '{"entries": []}', **JSON)
        assert forged.status_code == 403 and not forged["Content-Type"].startswith("application/json")
        token = strict.get("/phone/token/").json()["csrf"]
        headers = JSON["headers"] | {"X-CSRFToken": token}
        assert sync(strict, headers=headers)["results"] == []

    def test_nothing_passes_under_another_name(self, caller, village, county, data, round_):
        item = listed(round_, county, data, village, "测试甲")
        other = f.posting(village, "caller")
        headers = JSON["headers"] | {"X-Holder": f"{caller.user_id}-{caller.pk}"}
        assert sync(f.browse(other), calling.entry(item, calling.AWAY), status=409, headers=headers) == {
            "holder": False
        }
        assert not ContactRecord.objects.exists()
        sync(f.browse(caller), calling.entry(item, calling.AWAY), headers=headers)
        assert ContactRecord.objects.count() == 1


class TestForms:
    """Forms that come later: JSON for the script, the same page as ever for a browser."""

    def test_a_situation_is_refused_in_a_sentence(self, caller):
        given = {"what": "桥断了", "people": "很多", "happened_at": "", "key": "0123456789abcdef"}
        found = f.browse(caller).post("/situations/new/", given, headers=JSON["headers"])
        assert found.status_code == 422 and "0" in found.json()["why"]
        assert not Situation.objects.exists()
        assert "<form" in f.browse(caller).post("/situations/new/", given).content.decode()

    def test_a_zero_report_says_where_it_stands(self, caller, village):
        form = b.form(village, at=f.NOW)
        owed = b.obligation(form, village, timezone.localdate())
        client = f.browse(caller)
        (told,) = client.get("/phone/reports/", headers=JSON["headers"]).json()["reports"]
        assert (told["id"], told["url"], told["impossible"]) == (owed.pk, f"/reports/{owed.pk}/zero/", False)
        assert [each["zero"] for each in told["zeros"]] == ["0"] * 4
        assert village.name in told["sentence"]
        for _twice in range(2):
            found = client.post(told["url"], {"key": "0123456789abcdef"}, headers=JSON["headers"])
            assert found.json()["url"].startswith(f"/reports/{owed.pk}/receipt/")
        assert Obligation.objects.get().state == "zero"
        assert Revision.objects.count() == 1
        assert client.get("/phone/reports/").json()["reports"] == []

    def test_a_zero_that_cannot_be_is_refused_in_a_sentence(self, caller, village):
        form = b.form(village, at=f.NOW, zero=False)
        owed = b.obligation(form, village, timezone.localdate())
        found = f.browse(caller).post(
            f"/reports/{owed.pk}/zero/", {"key": "0123456789abcdef"}, headers=JSON["headers"]
        )
        assert found.status_code == 422 and found.json()["why"]

    def test_pages_with_an_outbox_are_never_kept(self, caller, village):
        client = f.browse(caller)
        owed = b.obligation(b.form(village, at=f.NOW), village, timezone.localdate())
        urls = (
            "/situations/",
            "/situations/new/",
            "/reports/",
            f"/reports/{owed.pk}/zero/",
            f"/reports/{owed.pk}/fill/",
        )
        for url in urls:
            page = client.get(url)
            assert "data-holder" in page.content.decode(), url
            assert "no-store" in page["Cache-Control"], url


def test_an_account_without_a_posting_is_told_in_a_sentence(db):
    from chunfeng.core.models import User

    client = Client()
    client.force_login(
        User.objects.create_user(username="bare", password="correct horse 77", name="测试员"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    found = client.get("/census/pack/", headers={"Accept": "application/json"})
    assert found.status_code == 403 and found.json()["why"]


def test_places_are_provinces_and_what_lies_below(caller):
    assert f.browse(caller).get("/phone/places/").json()["places"] == {}
    names = {"420000000000": "测试省", "420100000000": "测试江城", "420102000000": "测试江岸区"}
    for code, name in names.items():
        Area.objects.create(
            code=code, name=name, level=codes.level(code), kind="county", parent_code=codes.ancestors(code)[-1],
            valid_from=date(2019, 1, 1), source="测试",
        )  # fmt: skip
    del names["420102000000"]
    assert f.browse(caller).get("/phone/places/").json()["places"] == names


def test_shells_stand_in_the_list_of_routes():
    assert set(shells.SHELLS) == set(SHELLS)
