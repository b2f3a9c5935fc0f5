"""The end of personal data: at a person's request, and on the day a dataset is deleted."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from chunfeng.cli.people import app
from chunfeng.config.pipeline import STEPS
from chunfeng.core import scope
from chunfeng.core.actions import file_path, store_file
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event, StoredFile
from chunfeng.people import actions, jobs
from chunfeng.people.actions import Expired, erasing
from chunfeng.people.models import Household, ImportRow, ImportRun, Person, PersonDataset, PossibleDuplicate
from tests import factories as f
from tests.people.builders import FAR, KEEP, NEAR, dataset, number, person

pytestmark = pytest.mark.django_db
THE_DAY = datetime(2020, 12, 30, 16, 0, tzinfo=UTC)  # midnight in China


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def into(county):
    return dataset(county)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def whole(by, into, **values):
    """A person with something in every table."""
    row = person(
        by,
        into,
        id_number=number(1),
        phones=("13912345678",),
        household_number="12",
        address="一组",
        **values,
    )
    actions.set_category(person=row, category="poor", by=by, at=f.NOW)
    actions.state_fact(
        person=row, kind="return", value="away", said="self", on=date(2020, 1, 30), by=by, at=f.NOW
    )
    return row


def left() -> dict[str, int]:
    """Rows of this app that hold something about people."""
    kept = {"Dataset", "ColumnMap", "ImportRun", "ImportRow"}
    models = [m for m in apps.get_app_config("people").get_models() if m.__name__ not in kept]
    return {m.__name__: m.objects.count() for m in models if m.objects.exists()}


def imported(into, row, by):
    with scope.applied(SYSTEM):
        file = store_file(
            data=f"姓名\n王测试{os.getpid()}".encode(),  # parallel runs share the folder of files
            name="a.csv",
            media_type="text/csv",
            area_code=NEAR,
            by=SYSTEM,
            at=f.NOW,
        )
    run = ImportRun.objects.create(
        office=into.owner, area_code=NEAR, dataset=into, file=file, by_name=by.name, at=f.NOW
    )
    ImportRow.objects.create(run=run, number=1, verdict="added", person=row, reasons=["王测试"])
    return run


def test_a_request_waits_while_a_duty_needs_the_record(by, into):
    row = whole(by, into)
    with pytest.raises(Refused, match=f"until {KEEP}.*返乡人员.*测人社发"):
        actions.erase(person=row, reason="本人申请", by=by, at=f.NOW)
    assert Person.objects.get() == row


def test_a_duty_out_of_sight_counts(by, county):
    row = whole(by, dataset(county, by_duty=False))
    row.datasets.create(dataset=dataset(f.office(FAR), name="外县台账"), since=f.NOW)
    with scope.applied(by), pytest.raises(Refused, match="外县台账"):
        actions.erase(person=row, reason="本人申请", by=by, at=f.NOW)


def test_held_on_consent_a_person_goes_with_everything(by, county):
    consent = dataset(county, by_duty=False)
    row = whole(by, consent)
    imported(consent, row, by)
    other = person(by, consent, name="李测试", household_number="13")
    PossibleDuplicate.objects.create(kept=row, other=other, area_code=NEAR, found_at=f.NOW)
    merged = person(by, consent, name="王测试", note="二")
    pair = PossibleDuplicate.objects.create(kept=row, other=merged, area_code=NEAR, found_at=f.NOW)
    actions.merge(pair=pair, keep=row, by=by, at=f.NOW)
    row.refresh_from_db()
    with scope.applied(by):
        actions.erase(person=row, reason="本人申请", by=by, at=f.NOW)
    assert left() == {"Person": 1, "PersonDataset": 1, "Household": 1}
    assert Person.objects.get() == other and ImportRow.objects.get().reasons == []
    event = Event.objects.get(verb="person.erase")
    assert (event.object_label, event.reason, event.area_code) == (f"#{row.pk}", "本人申请", row.area_code)
    trail = " ".join(f"{e.object_label} {e.detail}" for e in Event.objects.all())
    assert "王测试" not in trail and number(1) not in trail
    with pytest.raises(Refused, match="no longer in the register"):
        actions.erase(person=row, reason="本人申请", by=by, at=f.NOW)


def test_erasing_needs_a_reason_and_sight(by, county):
    row = whole(by, dataset(county, by_duty=False))
    with pytest.raises(Refused, match="reason"):
        actions.erase(person=row, reason="", by=by, at=f.NOW)
    with pytest.raises(NotAllowed):
        actions.erase(person=row, reason="x", by=f.actor(f.office(FAR)), at=f.NOW)
    assert Person.objects.exists()


def test_a_household_with_others_in_it_stays(by, county):
    consent = dataset(county, by_duty=False)
    row = whole(by, consent)
    person(by, consent, name="李测试", household_number="12")
    actions.erase(person=row, reason="本人申请", by=by, at=f.NOW)
    assert Household.objects.get().address == "一组"


def test_on_its_day_a_dataset_goes_with_its_people_and_files(by, into, django_capture_on_commit_callbacks):
    row = whole(by, into)
    run = imported(into, row, by)
    path = file_path(run.file.sha256)
    assert actions.expire(now=THE_DAY - timedelta(minutes=1)) == Expired()
    assert path.exists() and Person.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.expire(now=THE_DAY) == Expired(people=1, places=0, files=1)
    assert left() == {} and not path.exists()
    assert not ImportRun.objects.exists() and not StoredFile.objects.exists()
    assert Event.objects.get(verb="person.expire").detail == {"n": 1}
    assert actions.expire(now=THE_DAY) == Expired()
    assert Event.objects.filter(verb__in=["person.expire", "dataset.expire"]).count() == 2


def test_a_file_still_kept_elsewhere_stays(by, into, county, django_capture_on_commit_callbacks):
    row = whole(by, into)
    run = imported(into, row, by)
    imported(dataset(county, name="长期", keep_until=KEEP + timedelta(400)), row, by)
    with django_capture_on_commit_callbacks(execute=True):
        actions.expire(now=THE_DAY)
    assert StoredFile.objects.count() == 1 and file_path(run.file.sha256).exists()


def test_who_is_needed_elsewhere_stays_and_leaves_the_dataset(by, into, county):
    row = whole(by, into)
    later = dataset(county, name="长期", keep_until=KEEP + timedelta(400))
    row.datasets.create(dataset=later, since=f.NOW)
    assert actions.expire(now=THE_DAY) == Expired(people=0, places=1, files=0)
    assert PersonDataset.objects.get().dataset == later


def test_merged_records_go_and_stay_with_their_survivor(by, into, county):
    one, two = whole(by, into), person(by, into, note="二")
    pair = PossibleDuplicate.objects.create(kept=one, other=two, area_code=NEAR, found_at=f.NOW)
    later = dataset(county, name="长期", keep_until=KEEP + timedelta(400))
    two.datasets.create(dataset=later, since=f.NOW)
    actions.merge(pair=pair, keep=one, by=by, at=f.NOW)
    actions.expire(now=THE_DAY)
    assert Person.objects.count() == 2
    actions.expire(now=THE_DAY + timedelta(days=400))
    assert left() == {}


def test_the_job_and_the_pipeline_run_it(by, into, monkeypatch):
    whole(by, into)
    monkeypatch.setattr("django.utils.timezone.now", lambda: THE_DAY)
    assert jobs.expire() == 1 and jobs.expire() == 0
    assert [step.run(THE_DAY) for step in STEPS if "deletion" in step.title] == [Expired()]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=1, max_size=8),
    st.integers(0, 50),
    st.integers(1, 3),
)
def test_nobody_goes_early_and_nobody_stays_late(by, county, monkeypatch, memberships, passed, batch):
    monkeypatch.setattr(erasing, "BATCH", batch)
    with scope.applied(SYSTEM):
        Person.objects.exists() and erasing._remove(list(Person.objects.values_list("pk", flat=True)))
    sets = [dataset(county, name=f"台账{n}", keep_until=KEEP + timedelta(n * 10)) for n in range(4)]
    expected = 0
    for n, held in enumerate(memberships):
        row = person(by, sets[0], name=f"王测试{n}")
        row.datasets.all().delete()
        for place in held:
            row.datasets.create(dataset=sets[place], since=f.NOW)
        expected += max(held) * 10 > passed
    actions.expire(now=THE_DAY + timedelta(days=passed))
    assert Person.objects.count() == expected
    over = [s.pk for place, s in enumerate(sets) if place * 10 <= passed]
    assert not PersonDataset.objects.filter(dataset__in=over).exists()


def test_an_ordinary_office_cannot_delete_statements(by, into):
    whole(by, into)
    with scope.applied(by), connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_fact")
        assert cursor.rowcount == 0


def test_the_command_says_what_it_did(by, into, monkeypatch):
    whole(by, into)
    monkeypatch.setattr("django.utils.timezone.now", lambda: THE_DAY)
    assert "people deleted: 1, places in datasets: 0, files: 0" in CliRunner().invoke(app, ["expire"]).output


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (number(1), 0, "area 220184, born 1980-05-15, sex m"),
        (number(1)[:17] + ("0" if number(1)[17] != "0" else "1"), 0, "Check digit does not fit"),
        ("+86 13912345678", 0, "13912345678: mobile"),
        ("91110000600037341L", 0, "credit code, area 110000"),
        ("abc", 1, "is not an identity number"),
    ],
)
def test_the_command_that_checks_a_number(typed, code, said):
    answer = CliRunner().invoke(app, ["check", typed])
    assert answer.exit_code == code and said in answer.output
