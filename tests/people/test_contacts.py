"""One contact, written down once: by key, sealed, never changed, on the record that stands."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.models import ContactRecord, PossibleDuplicate
from chunfeng.people.queries import register
from chunfeng.people.scripts import BadAnswers, library
from tests import factories as f
from tests.people.builders import FAR, NEAR, VILLAGE, dataset, person

ANSWERS = {"where": "returned", "symptoms": ["cough", "fever"], "temperature": 37.6}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def by(db):
    return f.actor(f.office(NEAR), "caller")


@pytest.fixture
def wang(by):
    return person(by, dataset(f.office(NEAR)))


def write(person, by, *, key="phone-7:1", kind="visit", **more):
    return actions.record_contact(person=person, kind=kind, key=key, by=by, **({"at": f.NOW} | more))


@pytest.mark.django_db
def test_sent_again_under_its_key_it_stands_once(by, wang):
    first, new = write(wang, by, answers=ANSWERS, note="门口交谈", place="一组7号")
    assert new and (first.area_code, first.office_id, first.by_name) == (VILLAGE, by.office_id, by.name)
    again, new = write(
        wang, by, answers=ANSWERS, note=" 门口交谈", place="一组7号", at=f.NOW + timedelta(hours=2)
    )
    assert (again, new) == (first, False)
    for other in (
        {"note": "没人"},
        {"answers": {**ANSWERS, "where": "away"}},
        {"kind": "call"},
        {"place": ""},
    ):
        with pytest.raises(Refused, match="same key"):
            write(wang, by, **({"answers": ANSWERS, "note": "门口交谈", "place": "一组7号"} | other))
    assert ContactRecord.objects.count() == Event.objects.filter(verb="contact.record").count() == 1


@pytest.mark.django_db
def test_a_key_of_another_person_is_refused(by, wang):
    other = person(by, register.datasets(by)[0], name="李测试")
    write(wang, by)
    with pytest.raises(Refused, match="same key"):
        write(other, by)


@pytest.mark.django_db
def test_answers_and_note_are_sealed_and_read_back(by, wang):
    made, _new = write(wang, by, answers={**ANSWERS, "empty": "", "none": None, "zero": 0}, note="三十七度六")
    assert json.loads(ContactRecord.objects.get().answers) == {**ANSWERS, "zero": 0}
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers, note FROM people_contactrecord")
        raw = b"".join(bytes(value) for value in cursor.fetchone())
    assert b"cough" not in raw and "三十七".encode() not in raw
    detail = Event.objects.get(verb="contact.record").detail
    assert detail == {"kind": "visit", "outcome": "reached", "person": wang.pk}
    assert made.script == made.branch == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "party"}, "not a kind"),
        ({"outcome": "asleep"}, "not a kind or outcome"),
        ({"outcome": "no_answer", "answers": ANSWERS}, "no answers"),
        ({"key": " "}, "key"),
        ({"key": "k" * 81}, "81 characters"),
        ({"note": "很" * 1001}, "1001 characters"),
        ({"place": "很" * 121}, "121 characters"),
        ({"origin": "there"}, "Check the code"),
        ({"moves_in": "12"}, "Check the code"),
        ({"answers": {"words": "很" * 20_001}}, "too long"),
    ],
)
def test_what_is_refused(by, wang, values, said):
    with pytest.raises(Refused, match=said):
        write(wang, by, **values)
    assert not ContactRecord.objects.exists()


@pytest.mark.django_db
def test_only_an_office_in_sight_writes(by, wang):
    with pytest.raises(NotAllowed):
        write(wang, f.actor(f.office(FAR)))
    with pytest.raises(NotAllowed):
        write(wang, f.actor(f.office(VILLAGE), "auditor"))
    with scope.applied(stranger := f.actor(f.office(FAR))), pytest.raises(Refused, match="out of your sight"):
        write(wang, stranger)


@pytest.mark.django_db
def test_a_key_that_stands_out_of_sight_says_so(by, wang):
    far = f.actor(f.office(FAR))
    other = person(far, dataset(f.office(FAR)), area_code="220122100201")
    write(wang, by)
    with scope.applied(far), pytest.raises(Refused, match="out of your sight"):
        write(other, far)


@pytest.mark.django_db
def test_it_counts_where_the_person_is_the_actors_concern(by, wang):
    actions.change_person(person=wang, version=1, values={"work_area": "220122100000"}, by=by, at=f.NOW)
    made, _new = write(wang, f.actor(f.office(FAR)), kind="service")
    assert made.area_code == "220122100000"


@pytest.mark.django_db
def test_a_clock_that_runs_ahead_is_set_to_ours(by, wang):
    made, _new = write(wang, by, at=f.NOW + timedelta(days=3), received_at=f.NOW)
    assert (made.at, made.received_at) == (f.NOW, f.NOW)
    late, _new = write(wang, by, key="2", at=f.NOW - timedelta(hours=5), received_at=f.NOW)
    assert (late.at, late.received_at) == (f.NOW - timedelta(hours=5), f.NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE people_contactrecord SET outcome = 'wrong'",
        "DELETE FROM people_contactrecord",
        "TRUNCATE people_contactrecord CASCADE",
    ],
)
def test_the_database_keeps_it_from_everybody_in_office(by, wang, sql):
    write(wang, by)
    try:
        with scope.applied(by), connection.cursor() as cursor:
            cursor.execute(sql)
            assert cursor.rowcount == 0
    except DatabaseError as error:
        assert "permission denied" in str(error)
    assert ContactRecord.objects.get().outcome == "reached"


@pytest.mark.django_db
def test_after_a_merge_it_goes_to_the_record_that_stands(by, wang):
    first, _new = write(wang, by)
    other = person(by, register.datasets(by)[0], note="另一份")
    pair = PossibleDuplicate.objects.create(
        kept=wang, other=other, area_code=VILLAGE, keys=["name"], found_at=f.NOW
    )
    actions.merge(pair=pair, keep=other, by=by_desk(by), at=f.NOW)
    assert write(wang, by) == (first, False)  # the phone sends again what it sent before the merge
    assert write(wang, by, key="2")[0].person_id == other.pk
    assert ContactRecord.objects.filter(person__in=register.family(other)).count() == 2


def by_desk(actor):
    from dataclasses import replace

    return replace(actor, role="officer")


@pytest.mark.django_db(transaction=True)
def test_ten_phones_send_one_contact():
    by = f.actor(f.office(NEAR), "caller")
    rows = [person(by, dataset(f.office(NEAR)), name=name) for name in ("王测试", "李测试")]

    def send(n: int) -> str:
        try:
            with scope.applied(by):
                return str(write(rows[n % 2], by, note="同一次")[1])
        except Refused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        told = list(pool.map(send, range(10)))
    # one person's five agree on one record, the other's five are told that the key is taken
    assert sorted(told) == ["False"] * 4 + ["True"] + ["refused"] * 5
    assert ContactRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_contact_sent_during_a_merge_is_never_lost():
    by = f.actor(f.office(NEAR))
    into = dataset(f.office(NEAR))
    one, two = person(by, into), person(by, into, note="二")
    pair = PossibleDuplicate.objects.create(
        kept=one, other=two, area_code=VILLAGE, keys=["name"], found_at=f.NOW
    )

    def send(n: int) -> None:
        try:
            with scope.applied(by):
                if n == 4:
                    actions.merge(pair=pair, keep=one, by=by, at=f.NOW)
                else:
                    write(two, by, key=f"k{n}")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(12)))
    with scope.applied(SYSTEM):
        assert ContactRecord.objects.filter(person__in=register.family(one)).count() == 11


@pytest.mark.django_db
def test_answers_are_walked_through_the_script(by, wang):
    questions = library.script("returnee-call")
    with pytest.raises(BadAnswers, match="no answer yet"):
        write(wang, by, kind="call", script=questions, answers={"where": "returned"})
    with pytest.raises(BadAnswers, match="know no"):
        write(wang, by, kind="call", script=questions, answers={"nonsense": "yes"})
    answers = {"symptoms": "fever", "where": "returned", "need": "no"}
    made, _new = write(wang, by, kind="call", script=questions, answers=answers)
    assert (made.script, made.branch) == ("returnee-call", "symptoms")
    assert json.loads(made.answers) == answers
    missed, _new = write(wang, by, kind="call", key="0", script=questions, outcome="no_answer")
    assert (missed.script, missed.branch, missed.answers) == ("returnee-call", "", None)
