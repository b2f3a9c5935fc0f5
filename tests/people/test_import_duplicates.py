"""Who may be one person: pairs by phone, birth and village; nobody outside the office's sight is told of."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chunfeng.people import actions
from chunfeng.people.imports import pairs
from chunfeng.people.models import Person, PossibleDuplicate
from tests import factories as f
from tests.people import builders as b
from tests.people.importing import as_csv, reasons, taken, verdicts
from tests.people.test_import_running import PHONE, row

pytestmark = pytest.mark.django_db
BIRTH_HEADER = ("姓名", "身份证号", "联系电话", "户籍地区划代码", "出生日期", "人员类别", "备注")


@pytest.fixture
def near():
    return f.office(b.NEAR)


@pytest.fixture
def into(near):
    return b.dataset(near)


def found() -> list[list[str]]:
    return [pair.keys for pair in PossibleDuplicate.objects.order_by("pk")]


def test_the_same_name_and_phone(near, into):
    taken(as_csv([row(number=b.number(1), phone=PHONE)]), f.actor(near), into)
    run = taken(as_csv([row(phone=PHONE, home="220184100202")]), f.actor(near), into)
    assert (verdicts(run), reasons(run, 1), found()) == (["added"], ["maybe_phone"], [["phone"]])


def test_a_shared_phone_alone_is_nothing(near, into):
    taken(as_csv([row("王测试", phone=PHONE), row("李测试", phone=PHONE)]), f.actor(near), into)
    assert found() == []


def test_the_same_name_and_birth(near, into):
    taken(as_csv([row(number=b.number(1))]), f.actor(near), into)
    given = ["王测试", "", "", "220184100202", "1980-05-15", "", ""]
    taken(as_csv([given], header=BIRTH_HEADER), f.actor(near), into)
    assert found() == [["birth"]]


def test_the_same_name_and_village(near, into):
    taken(as_csv([row(number=b.number(1)), row()]), f.actor(near), into)
    assert found() == [["village"]]


def test_different_clean_documents_are_two_people_wrong_ones_may_be_one(near, into):
    clean, other = b.number(1), b.number(3)
    wrong = other[:17] + ("0" if other[17] != "0" else "1")
    taken(as_csv([row(number=clean), row(number=b.number(5))]), f.actor(near), into)
    assert found() == []
    taken(as_csv([row(number=wrong)]), f.actor(near), into)
    assert found() == [["birth"], ["birth"]]


def test_a_county_is_no_village(near, into):
    taken(as_csv([row(number=b.number(1), home=b.NEAR), row(home=b.NEAR)]), f.actor(near), into)
    assert found() == []


def test_what_was_decided_stays_decided(near, into):
    by = f.actor(near)
    data = as_csv([row(number=b.number(1), phone=PHONE), row(phone=PHONE)])
    taken(data, by, into)
    pair = PossibleDuplicate.objects.get()
    actions.keep_apart(pair=pair, by=by, at=f.NOW)
    taken(data, by, into)
    pair.refresh_from_db()
    assert (pair.state, PossibleDuplicate.objects.count()) == ("distinct", 1)


def test_after_a_merge_the_same_file_changes_nothing(near, into):
    by = f.actor(near)
    data = as_csv([row(number=b.number(1), phone=PHONE), row(phone=PHONE)])
    taken(data, by, into)
    pair = PossibleDuplicate.objects.get()
    actions.merge(pair=pair, keep=Person.objects.get(id_hash__isnull=False), by=by, at=f.NOW)
    run = taken(data, by, into)
    assert (verdicts(run), Person.objects.filter(merged_into=None).count()) == (["unchanged"] * 2, 1)


def test_a_document_known_elsewhere_is_parked_and_tells_nothing(near, into):
    far = f.office(b.FAR)
    b.person(f.actor(far), b.dataset(far), name="赵别处", area_code=b.FAR_VILLAGE, id_number=b.number(1))
    run = taken(as_csv([row("赵别处", b.number(1)), row("李测试", b.number(2))]), f.actor(near), into)
    assert (verdicts(run), reasons(run, 1)) == (["parked", "added"], ["elsewhere"])
    assert PossibleDuplicate.objects.count() == 0
    assert Person.objects.get(name="赵别处").area_code == b.FAR_VILLAGE


def test_homonyms_do_not_multiply(near, into):
    rows = [row(note=str(n), employer=f"测试厂{n}") for n in range(40)]
    run = taken(as_csv(rows), f.actor(near), into)
    assert run.counts["added"] == 40
    assert PossibleDuplicate.objects.count() <= 40 * pairs.MOST


def test_homonyms_with_one_phone_do_not_multiply(near, into):
    rows = [row(number=b.number(n), phone=PHONE) for n in range(1, 80, 2)]
    taken(as_csv(rows), f.actor(near), into)
    first = list(Person.objects.order_by("pk").values_list("pk", flat=True)[: pairs.MOST])
    pairs_of_last = PossibleDuplicate.objects.filter(other=Person.objects.latest("pk"))
    assert sorted(pairs_of_last.values_list("kept", flat=True)) == first


def test_two_shared_phones_are_one_pair(near, into):
    both = f"{PHONE}、15400000077"
    taken(as_csv([row(number=b.number(1), phone=both)]), f.actor(near), into)
    taken(as_csv([row(number=b.number(3), phone=both)]), f.actor(near), into)
    assert found() == [["phone"]]


def test_queries_do_not_grow_with_the_rows(near, into):
    def asked(count: int, first: int) -> int:
        data = as_csv([row("王测试", b.number(n), f"154000{n:05}") for n in range(first, first + count)])
        with CaptureQueriesContext(
            connection,
        ) as seen:
            taken(data, f.actor(near), into)
        return len(seen)

    asked(2, 900)
    assert asked(3, 1) == asked(300, 100)
