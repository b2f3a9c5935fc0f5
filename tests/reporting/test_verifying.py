"""The nightly check: what stands in the ledger against what was signed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from chunfeng.core.models import Event
from chunfeng.reporting import actions
from chunfeng.reporting.actions import verifying
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.queries import ledger
from chunfeng.tasking.models import Message
from tests import factories
from tests.reporting import builders

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 2)
AT = factories.NOW + timedelta(days=1)
NIGHT = AT + timedelta(hours=16)
FIGURES = {"checked": 12, "isolated": 3, "released": 0, "still": 3, "remark": "早班"}


@pytest.fixture
def county():
    return factories.office("220184000000")


@pytest.fixture
def filed(county):
    village = factories.office("220184100201", parent=county)
    row = builders.obligation(builders.form(county, at=factories.NOW), village, DAY)
    clerk = factories.actor(village)
    actions.file_zero(obligation_id=row.pk, by=clerk, at=AT)
    actions.file_report(obligation_id=row.pk, values=FIGURES, by=clerk, at=AT, reason="补报")
    row.refresh_from_db()
    return row


def tamper(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past triggers, as an intruder would
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = origin")


def check(*, fix: bool = False) -> list[tuple[str, bool]]:
    return [(each.what, each.fixed) for each in actions.verify(now=NIGHT, days=7, fix=fix)]


def test_an_honest_ledger_has_no_findings(filed):
    assert check() == []
    assert not Message.objects.exists()


def test_a_figure_changed_behind_the_back_is_found_told_and_put_right(filed, county):
    tamper("UPDATE reporting_obligation SET numbers[1] = 99 WHERE id = %s", filed.pk)
    assert check() == [("differs", False)]
    assert Obligation.objects.get(pk=filed.pk).numbers[0] == 99
    assert Message.objects.get().office == county
    assert check(fix=True) == [("differs", True)]
    row = Obligation.objects.get(pk=filed.pk)
    assert (row.numbers, row.state) == ([12, 3, 0, 3], "filed")
    assert [step.kind for step in ledger.steps(row)] == ["corrected"]
    assert check() == []
    assert Message.objects.count() == 1  # told once a day
    assert Event.objects.filter(verb="report.correct").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "state = 'zero'",
        "revision = 1",
        "texts = '{}'",
        "filed_at = filed_at - interval '1 hour'",
        "numbers = numbers[1:3]",
    ],
)
def test_every_stored_part_is_compared(filed, change):
    tamper(f"UPDATE reporting_obligation SET {change} WHERE id = %s", filed.pk)
    assert check(fix=True) == [("differs", True)]
    assert check() == []


def test_a_filing_that_was_changed_is_found_and_never_used_to_put_right(filed):
    tamper("UPDATE reporting_revision SET numbers[1] = 99 WHERE obligation_id = %s AND number = 2", filed.pk)
    assert check(fix=True) == [("digest", False)]
    assert Obligation.objects.get(pk=filed.pk).numbers[0] == 12


def test_a_filing_that_is_gone_is_found(filed):
    tamper("DELETE FROM reporting_revision WHERE obligation_id = %s AND number = 1", filed.pk)
    assert check() == [("gap", False)]


def test_figures_nobody_signed_are_found(filed, county):
    other = builders.obligation(filed.form, factories.office("220184100202", parent=county), DAY)
    tamper("UPDATE reporting_obligation SET numbers = '{5,0,0,0}' WHERE id = %s", other.pk)
    assert check(fix=True) == [("unsigned", False)]


def test_what_was_accepted_is_compared_with_what_stands_now(filed, county):
    actions.accept(form=filed.form, period_start=DAY, by=factories.actor(county), at=AT)
    assert check() == []
    tamper("UPDATE reporting_obligation SET numbers[1] = 99 WHERE id = %s", filed.pk)
    assert check() == [("differs", False), ("accepted", False)]


def test_personal_data_is_compared_too_and_survives_a_change_of_cipher(county, settings):
    indicators = [
        {"code": "n", "label": {"zh": "人数", "en": "People"}},
        {"code": "who", "label": {"zh": "姓名", "en": "Name"}, "type": "name", "required": False},
    ]
    village = factories.office("220184100201", parent=county)
    form = builders.form(county, at=factories.NOW, indicators=indicators, checks=[])
    row = builders.obligation(form, village, DAY)
    clerk = factories.actor(village)
    actions.file_report(obligation_id=row.pk, values={"n": 1, "who": "测试甲"}, by=clerk, at=AT)
    settings.FIELD_CIPHER = "sm4"
    assert check() == []
    Obligation.objects.filter(pk=row.pk).update(sealed='{"who": "测试乙"}')
    assert check(fix=True) == [("differs", True)]
    row.refresh_from_db()
    assert ledger.stated(row).sealed == {"who": "测试甲"}


def test_a_filing_between_the_two_reads_of_the_check_is_no_finding(filed, monkeypatch):
    clerk, read = factories.actor(filed.office), verifying._compared

    def filed_meanwhile(batch, fix, now):
        actions.file_report(
            obligation_id=filed.pk, values={"checked": 13}, by=clerk, at=NIGHT, reason="夜间补报"
        )
        return read(batch, fix, now)

    monkeypatch.setattr(verifying, "_compared", filed_meanwhile)
    assert check() == []
    assert not Message.objects.exists()


def test_a_late_correction_of_an_old_period_is_checked_and_older_filings_are_left(filed):
    later = NIGHT + timedelta(days=60)
    tamper("UPDATE reporting_obligation SET numbers[1] = 99 WHERE id = %s", filed.pk)
    assert actions.verify(now=later, days=7) == []
    clerk = factories.actor(filed.office)
    actions.file_report(obligation_id=filed.pk, values={"checked": 14}, by=clerk, at=later, reason="更正")
    assert actions.verify(now=later, days=7) == []
    tamper("UPDATE reporting_obligation SET numbers[1] = 99 WHERE id = %s", filed.pk)
    assert [each.what for each in actions.verify(now=later, days=7)] == ["differs"]


def test_what_was_filed_lately_is_found_by_index(filed):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Obligation.objects.filter(verifying._touched(AT)).explain()
    assert "filed_lately" in plan and "owed_by_close" in plan and "Seq Scan" not in plan


def test_filing_and_reminding_touch_no_index(filed):
    """PostgreSQL 16 and later: a row is written anew within its page, whatever BRIN says of it."""
    if connection.pg_version < 160000:
        pytest.skip("before PostgreSQL 16 a BRIN is touched like any index")
    stayed = []
    for serial in ("220184100202", "220184100203", "220184100204"):  # one of them may end its page
        other = builders.obligation(filed.form, factories.office(serial), DAY)
        before = updates()
        actions.file_report(obligation_id=other.pk, values=FIGURES, by=factories.actor(other.office), at=AT)
        Obligation.objects.filter(pk=filed.pk).update(told=len(stayed) + 1)
        after = updates()
        assert after[0] - before[0] == 2
        stayed.append(after[1] - before[1])
    assert 2 in stayed


def updates() -> tuple[int, int]:
    """Rows of the ledger this transaction has updated, and those among them that stayed in their page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'reporting_obligation'"
        )
        return cursor.fetchone()
