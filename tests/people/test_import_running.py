"""What becomes of a file: verdicts, gaps filled, nothing overwritten, nobody twice, nothing written down outside."""

from __future__ import annotations

import logging

import pytest
from django.db import connection
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.errors import Refused
from chunfeng.core.models import Event
from chunfeng.people import keys
from chunfeng.people.actions import imports
from chunfeng.people.models import (
    Fact,
    Household,
    ImportRow,
    ImportRun,
    Person,
    PersonCategory,
    PersonDataset,
    PersonPhone,
    PossibleDuplicate,
)
from demo import ledger
from tests import factories as f
from tests.people import builders as b
from tests.people.importing import HEADER, as_csv, as_xlsx, reasons, taken, verdicts

pytestmark = pytest.mark.django_db
PHONE = "15400000001"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def by():
    return f.actor(f.office(b.NEAR))


@pytest.fixture
def into(by):
    from chunfeng.offices.models import Office

    return b.dataset(Office.objects.get(pk=by.office_id))


def row(name="王测试", number="", phone="", home=b.VILLAGE, employer="", category="", note=""):
    return [name, number, phone, home, employer, category, note]


def state() -> list[object]:
    """Everything an import may write, in the open, without the keys the database gives out."""
    names = dict(Person.objects.values_list("pk", "name"))
    return [
        sorted((p.name, p.id_number or "", p.id_hash or "", p.area_code, p.current_area, p.work_area, str(p.birth),
                p.sex, p.employer, p.occupation, p.note, p.version,
                p.household.number if p.household else "") for p in Person.objects.all()),
        sorted((names[p.person_id], p.number, p.number_hash, p.position) for p in PersonPhone.objects.all()),
        sorted((names[c.person_id], c.category, str(c.valid_from)) for c in PersonCategory.objects.all()),
        sorted((names[k.person_id], k.kind, k.value) for k in Fact.objects.all()),
        sorted((h.area_code, h.number) for h in Household.objects.all()),
        sorted((sorted((names[d.kept_id], names[d.other_id])), d.keys) for d in PossibleDuplicate.objects.all()),
        PersonDataset.objects.count(),
    ]  # fmt: skip


def test_a_person_with_everything(by, into):
    run = taken(as_csv([row(number=b.number(1), phone=f"{PHONE}、0431-81234567", employer="测试厂",
                            category="返乡人员、贫困户", note="测试")]), by, into)  # fmt: skip
    person = Person.objects.get()
    assert verdicts(run) == ["added"]
    assert (person.name, person.id_number, person.sex, str(person.birth)) == (
        "王测试",
        b.number(1),
        "m",
        "1980-05-15",
    )
    assert person.id_hash == keys.document_hash(b.number(1))
    assert [p.number for p in person.phones.order_by("position")] == [PHONE, "043181234567"]
    assert {c.category for c in person.categories.all()} == {"returning", "poor"}
    assert person.datasets.get().dataset == into
    assert (run.state, run.done, run.total, run.counts) == ("done", 1, 1, {"added": 1})
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM people_person")
        assert b.number(1).encode() not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "gb18030", "xlsx"])
def test_every_form_of_a_file_gives_the_same(form, by, into):
    cells = [[str(c) if c is not None else "" for c in r.cells] for r in ledger.rows(150, seed=3, share=0.6)]
    taken(as_csv(cells, header=ledger.HEADER), by, into, name="first.csv")
    wanted, first = state(), sorted(ImportRow.objects.values_list("number", "verdict", "reasons"))
    assert len(wanted[0]) > 80
    for model in (
        ImportRow,
        ImportRun,
        PossibleDuplicate,
        Fact,
        PersonPhone,
        PersonCategory,
        PersonDataset,
        Person,
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
    Household.objects.all().delete()
    data = (
        as_xlsx(cells, header=ledger.HEADER)
        if form == "xlsx"
        else as_csv(cells, header=ledger.HEADER, encoding=form)
    )
    taken(data, by, into, name=f"again.{'xlsx' if form == 'xlsx' else 'csv'}")
    assert state() == wanted
    assert sorted(ImportRow.objects.values_list("number", "verdict", "reasons")) == first


def test_the_same_file_again_changes_nothing(by, into):
    cells = [[str(c) if c is not None else "" for c in r.cells] for r in ledger.rows(300, seed=5, share=0.7)]
    data = as_csv(cells, header=ledger.HEADER)
    first = taken(data, by, into)
    before = state()
    again = taken(data, by, into)
    assert state() == before
    assert set(again.counts) == {"unchanged", "rejected"}
    assert again.counts["rejected"] == first.counts["rejected"]


def test_changed_since_the_same_file_still_changes_nothing(by, into):
    data = as_csv([row(phone=PHONE)])
    taken(data, by, into)
    PersonPhone.objects.all().delete()
    Person.objects.update(name="王改名", employer="新厂")
    run = taken(data, by, into)
    assert Person.objects.count() == 1
    assert reasons(run, 1) == ["differs:name"]


def test_what_is_stated_is_never_overwritten(by, into):
    taken(as_csv([row(number=b.number(1), employer="旧厂", phone=PHONE)]), by, into)
    run = taken(as_csv([row(name="王别名", number=b.number(1), employer="新厂", note="补充",
                            phone="15400000002")]), by, into)  # fmt: skip
    person = Person.objects.get()
    assert verdicts(run) == ["merged"]
    assert (person.name, person.employer, person.note, person.version) == ("王测试", "旧厂", "补充", 2)
    assert [p.number for p in person.phones.order_by("position")] == [PHONE, "15400000002"]
    assert reasons(run, 1) == ["differs:name", "differs:employer"]


def test_a_home_within_the_known_one_is_more_exact_another_is_not(by, into):
    taken(
        as_csv([row(number=b.number(1), home=b.NEAR), row("李测试", b.number(2), home=b.VILLAGE)]), by, into
    )
    run = taken(as_csv([row(number=b.number(1)), row("李测试", b.number(2), home="220184100202")]), by, into)
    assert list(Person.objects.order_by("pk").values_list("area_code", flat=True)) == [b.VILLAGE] * 2
    assert (verdicts(run), reasons(run, 2)) == (["merged", "unchanged"], ["differs:home"])


def test_the_same_document_twice_in_a_file_is_one_person(by, into):
    fifteen = b.number(1)[:6] + b.number(1)[8:17]
    run = taken(
        as_csv([row(number=b.number(1)), row(number=fifteen, note="再次"), row(number=b.number(1).lower())]),
        by,
        into,
    )
    assert verdicts(run) == ["added", "merged", "unchanged"]
    assert Person.objects.get().note == "再次"
    assert reasons(run, 3) == ["same_as:1"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (row(name=""), "name_missing"),
        (row(name="王3"), "name_wrong"),
        (row(number="不是号码"), "document_bad"),
        (row(number="2201041980****0012"), "document_masked"),
        (row(number="2.20184198005150E+17"), "document_rounded"),
        (row(home="没有这个地方"), "home_unknown"),
        (row(home=b.FAR_VILLAGE), "outside"),
        ([""] * 7, "empty"),
        (list(HEADER), "header_again"),
    ],
)
def test_rows_that_cannot_be_taken(cells, reason, by, into):
    run = taken(as_csv([cells, row("李测试", b.number(9))]), by, into)
    assert verdicts(run) == ["rejected", "added"]
    assert reasons(run, 1) == [reason]
    assert Person.objects.count() == 1


def test_odd_values_are_remarks_and_never_rejections(by, into):
    wrong = b.number(1)[:17] + ("0" if b.number(1)[17] != "0" else "1")
    run = taken(as_csv([row(number=wrong, phone="12", category="不认识的类")]), by, into)
    assert verdicts(run) == ["added"]
    assert set(reasons(run, 1)) == {"doubt:id_number", "not_read:phone", "not_read:category"}
    assert "check" in Person.objects.get().id_doubt


def test_without_a_home_the_area_of_the_office_is_taken(by, into):
    run = taken(as_csv([row(home="")]), by, into)
    assert (Person.objects.get().area_code, reasons(run, 1)) == (b.NEAR, ["home_assumed"])


def test_every_row_has_one_verdict(by, into):
    cells = [[str(c) if c is not None else "" for c in r.cells] for r in ledger.rows(200, seed=7, share=0.9)]
    run = taken(as_csv(cells, header=ledger.HEADER), by, into)
    numbers = list(ImportRow.objects.filter(run=run).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, run.total + 1))
    assert sum(run.counts.values()) == run.total == run.done


def test_a_trial_says_the_same_and_writes_nothing(by, into):
    cells = [[str(c) if c is not None else "" for c in r.cells] for r in ledger.rows(200, seed=11, share=0.8)]
    with scope.applied(by):
        run = imports.start(
            source=as_csv(cells, header=ledger.HEADER), name="a.csv", dataset=into, by=by, at=f.NOW
        )
        trial = imports.dry_run(run=run, by=by, at=f.NOW)
    assert Person.objects.count() == ImportRow.objects.count() == 0
    done = imports.run(run.pk, f.NOW)
    assert {k: v for k, v in trial.counts.items() if v} == done.counts
    assert trial.tried == done.total
    assert all(len(rows) <= imports.PROBLEMS for rows in trial.rows.values())


def test_no_personal_data_outside_the_register(by, into, caplog):
    caplog.set_level(logging.DEBUG)
    number = b.number(1)
    run = taken(
        as_csv([row("欧阳测试", number, PHONE, note="私事"), row("欧阳测试", "x")]), by, into, name="a.csv"
    )
    outside = [caplog.text, str(run.error)]
    outside += [f"{e.verb} {e.object_label} {e.detail} {e.reason}" for e in Event.objects.all()]
    outside += [str(r) for r in ImportRow.objects.values_list("reasons", flat=True)]
    assert Event.objects.filter(verb="people.import").get().detail["added"] == 1
    for secret in ("欧阳测试", number, PHONE, "私事"):
        assert not any(secret in text for text in outside), secret


def test_a_failure_says_nothing_about_the_row(by, into, monkeypatch, caplog):
    from chunfeng.people.imports import writing

    def fails(*_args):
        raise ValueError("DETAIL: Failing row contains (欧阳测试)")

    monkeypatch.setattr(writing, "verdicts", fails)
    with pytest.raises(Refused) as said:
        taken(as_csv([row("欧阳测试", b.number(1))]), by, into)
    run = ImportRun.objects.get()
    assert (run.state, run.done) == ("stopped", 0)
    assert Person.objects.count() == 0
    assert "欧阳测试" not in f"{said.value} {run.error} {caplog.text}"
    assert said.value.__cause__ is None
    monkeypatch.undo()
    assert imports.run(run.pk, f.NOW).counts == {"added": 1}


def test_a_dropped_import_does_not_run(by, into):
    with scope.applied(by):
        run = imports.start(source=as_csv([row()]), name="a.csv", dataset=into, by=by, at=f.NOW)
        imports.drop(run=run, by=by, at=f.NOW)
    with pytest.raises(Refused, match="over"):
        imports.run(run.pk, f.NOW)
    assert Person.objects.count() == 0
