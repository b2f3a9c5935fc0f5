"""Imports through the test client: upload, columns, dry run, verdicts, result file, the same file again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.actions import imports
from chunfeng.people.models import ColumnMap, ImportRun, Person, PossibleDuplicate
from tests import factories as f

COUNTY, VILLAGE = "220184000000", "220184101201"
DOCUMENT, PHONE = "11010519491231002X", "15412345678"
LEDGER = f"""姓名,身份证号,联系电话,区划代码,备注栏
王小明,{DOCUMENT},{PHONE},{VILLAGE},甲
李四,,15487654321,{VILLAGE},
,,,{VILLAGE},没有姓名
王小明,{DOCUMENT},{PHONE},{VILLAGE},甲
赵六,123,,{VILLAGE},
"""


@pytest.fixture
def county(db):
    return f.office(COUNTY, line="hrss", name="测试市人社局")


@pytest.fixture
def dataset(county):
    return actions.make_dataset(
        name="返乡人员登记",
        purpose="联系返乡务工人员",
        source="测人社发〔2020〕1号 第二条",
        keep_until=timezone.localdate() + timedelta(days=200),
        by=f.actor(county),
        at=timezone.now(),
    )


@pytest.fixture
def client(county):
    return f.browse(f.posting(county))


@pytest.fixture
def upload(client, dataset):
    def send(text=LEDGER, *, encoding="gb18030", name="台账.csv", **more):
        file = SimpleUploadedFile(name, text.encode(encoding), "text/csv")
        return client.post(reverse("people-imports"), {"file": file, "dataset": dataset.pk} | more)

    return send


def taken_in(client, run, **more):
    fields = {f"column-{n}": key for n, key in enumerate(["name", "id_number", "phone", "home", "note"])}
    tried = client.post(reverse("people-import-act", args=[run.pk, "columns"]), fields | more)
    assert tried.status_code == 200, tried.content.decode()[:800]
    assert client.post(reverse("people-import-act", args=[run.pk, "run"])).status_code == 302
    imports.run(run.pk, timezone.now())
    return tried


def test_from_the_file_to_the_result(client, upload):
    answer = upload()
    run = ImportRun.objects.get()
    assert answer.url == reverse("people-import", args=[run.pk])
    assert (run.encoding, run.total, run.state) == ("gb18030", 5, "read")
    body = client.get(answer.url).content.decode()
    assert "GB18030" in body.upper()
    assert '<option value="id_number" selected>' in body
    assert DOCUMENT not in body
    assert PHONE not in body
    assert "110*************2X" in body

    tried = taken_in(client, run)
    trial = {tile["key"]: tile["n"] for tile in tried.context["dry"]["tiles"]}
    assert trial == {"added": "2", "merged": "0", "unchanged": "1", "parked": "0", "rejected": "2"}
    assert [group["rows"] for group in tried.context["dry"]["groups"] if group["n"] == 1]
    assert DOCUMENT not in tried.content.decode()
    assert Person.objects.count() == 2
    assert ColumnMap.objects.get().columns[4] == "note"

    done = client.get(answer.url)
    assert {t["key"]: t["n"] for t in done.context["tiles"]} == trial
    assert [row["number"] for row in done.context["problems"]] == [3, 5]
    assert client.get(answer.url + "?verdict=added").context["problems"][0]["number"] == 1
    assert client.get(answer.url + "?verdict=x").status_code == 200
    for held in (DOCUMENT, PHONE):
        assert held not in done.content.decode()

    result = client.post(reverse("people-import-result", args=[run.pk]))
    text = b"".join(result.streaming_content).decode("gb18030")
    lines = text.splitlines()
    assert len(lines) == 6
    assert lines[1].startswith(f"王小明,{DOCUMENT},{PHONE},{VILLAGE},甲,1,")
    assert Event.objects.get(verb="people.import_result").detail["rows"] == 5
    assert "attachment" in result["Content-Disposition"]


def test_the_same_file_again_changes_nothing(client, upload):
    for _n in range(2):
        upload()
        run = ImportRun.objects.latest("pk")
        taken_in(client, run)
    run.refresh_from_db()
    assert run.counts == {"unchanged": 3, "rejected": 2}
    assert Person.objects.count() == 2
    assert not PossibleDuplicate.objects.exists()
    body = client.get(reverse("people-imports")).content.decode()
    assert body.count("台账.csv") == 2


def test_what_cannot_be_read_is_said_beside_the_file(client, upload):
    for wrong in ({"text": ""}, {"text": "姓名,身份证号\n"}, {"text": LEDGER, "dataset": 999_999}):
        answer = upload(**wrong)
        assert answer.status_code == 422, wrong
        assert 'class="errors"' in answer.content.decode()
    assert client.post(reverse("people-imports"), {}).status_code == 422
    assert not ImportRun.objects.exists()


def test_columns_must_make_sense(client, upload):
    upload()
    run = ImportRun.objects.get()
    url = reverse("people-import-act", args=[run.pk, "columns"])
    for wrong in ({}, {"column-0": "name", "column-1": "name"}, {"column-0": "name", "column-1": "shoe"}):
        answer = client.post(url, wrong)
        assert answer.status_code == 422, wrong
        assert 'role="alert"' in answer.content.decode()
    assert client.post(reverse("people-import-act", args=[run.pk, "burn"])).status_code == 404


def test_a_dropped_file_takes_nobody_in(client, upload):
    upload()
    run = ImportRun.objects.get()
    assert client.post(reverse("people-import-act", args=[run.pk, "drop"])).status_code == 302
    assert client.post(reverse("people-import-act", args=[run.pk, "run"])).status_code == 422
    assert client.get(reverse("people-import", args=[run.pk])).context["run"].state == "dropped"
    assert not Person.objects.exists()


def test_progress_asks_for_the_page_once_it_has_ended(client, upload):
    upload()
    run = ImportRun.objects.get()
    url = reverse("people-import-progress", args=[run.pk])
    ImportRun.objects.update(state="running", done=2)
    part = client.get(url)
    assert "HX-Refresh" not in part
    assert 'hx-trigger="every 2s"' in part.content.decode()
    assert part.context["percent"] == 40
    ImportRun.objects.update(state="stopped", error="停电")
    part = client.get(url)
    assert part["HX-Refresh"] == "true"
    assert "停电" in part.content.decode()
    assert reverse("people-import-act", args=[run.pk, "run"]) in part.content.decode()


def test_another_county_sees_no_import(client, upload):
    upload()
    run = ImportRun.objects.get()
    other = f.browse(f.posting(f.office("220381000000", line="hrss")))
    assert "台账.csv" not in other.get(reverse("people-imports")).content.decode()
    for name in ("people-import", "people-import-progress"):
        assert other.get(reverse(name, args=[run.pk])).status_code == 404
    for move in ("columns", "run", "drop"):
        assert other.post(reverse("people-import-act", args=[run.pk, move])).status_code == 404
    assert other.post(reverse("people-import-result", args=[run.pk])).status_code == 404
    assert f.browse(f.posting(run.office, "caller")).get(reverse("people-imports")).status_code == 403


def test_the_template_can_be_taken_in(client, upload):
    answer = client.get(reverse("people-import-template"))
    assert answer.content[:2] == b"PK"
    assert "attachment" in answer["Content-Disposition"]
