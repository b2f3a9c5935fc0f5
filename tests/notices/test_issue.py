"""Issuing: numbers without gaps, dispatches once, receipts, forwarding, withdrawing."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices import actions, queries
from chunfeng.notices.models import Dispatch, Notice, NumberSeries
from tests import factories
from tests.factories import NOW
from tests.notices import papers


@pytest.fixture
def city():
    return factories.office(
        "320700000000", line="hrss", name="海州市人力资源和社会保障局", agency_code="海人社发"
    )


@pytest.fixture
def county():
    return factories.office(
        "320722000000", line="hrss", name="青禾县人力资源和社会保障局", agency_code="青人社发"
    )


def issue(notice, offices, by, **more):
    return actions.issue(
        notice=notice, dispatches=[(o, "各县区") for o in offices], openness="internal", by=by, at=NOW, **more
    )


@pytest.mark.django_db
class TestIssue:
    def test_a_notice_without_number_gets_the_next_one(self, city, county):
        leader = factories.actor(city, "leader")
        for serial in (1, 2):
            made = factories.notice(city, number="", issuing_office=None, date=None)
            assert queries.next_number(city, date(2020, 2, 1)) == f"海人社发〔2020〕{serial}号"
            issued = issue(made, [county], leader)
            assert issued.number == f"海人社发〔2020〕{serial}号" and issued.state == "issued"
            assert issued.date == date(2020, 2, 1) and issued.issuers == [city.name]

    def test_a_number_printed_on_the_paper_moves_the_series(self, city, county):
        leader = factories.actor(city, "leader")
        printed = issue(
            factories.notice(city, number="海人社发〔2020〕7号", issuing_office=None), [county], leader
        )
        assert printed.number == "海人社发〔2020〕7号" and printed.issuing_office == city
        assert queries.next_number(city, date(2020, 2, 1)) == "海人社发〔2020〕8号"
        twin = factories.notice(city, number="海人社发〔2020〕7号", issuing_office=None)
        with pytest.raises(Refused, match="海人社发〔2020〕7号"):
            issue(twin, [county], leader)

    def test_a_paper_from_above_keeps_its_number_and_issuer(self, city, county):
        paper = factories.notice(
            city, number="人社厅明电〔2020〕5号", issuing_office=None, issuers=["部办公厅"]
        )
        issued = issue(paper, [county], factories.actor(city, "leader"))
        assert (issued.number, issued.issuing_office, issued.issuers) == (
            "人社厅明电〔2020〕5号",
            None,
            ["部办公厅"],
        )
        assert not NumberSeries.objects.exists()

    def test_issuing_twice_is_issuing_once(self, city, county):
        made = factories.notice(city, number="", issuing_office=None)
        leader = factories.actor(city, "leader")
        first = issue(made, [county, county], leader)
        again = issue(made, [county], leader)
        assert (again.number, again.issued_at) == (first.number, first.issued_at)
        assert Dispatch.objects.count() == 1 and NumberSeries.objects.get().last == 1

    @pytest.mark.parametrize("role", ["officer", "caller", "auditor"])
    def test_only_leaders_issue(self, city, county, role):
        with pytest.raises(NotAllowed):
            issue(factories.notice(city), [county], factories.actor(city, role))

    def test_nothing_goes_out_unreviewed_to_nobody_or_outside(self, city, county):
        leader = factories.actor(city, "leader")
        with pytest.raises(Refused, match="完成核对"):
            issue(factories.notice(city, state="read"), [county], leader)
        with pytest.raises(Refused, match="至少选择"):
            issue(factories.notice(city), [], leader)
        away = factories.office("440100000000", name="外地就业中心")
        with pytest.raises(NotAllowed, match="外地就业中心"):
            issue(factories.notice(city), [county, away], leader)

    def test_more_offices_can_be_added_and_none_twice(self, city, county):
        leader = factories.actor(city, "leader")
        issued = issue(factories.notice(city, issuing_office=None), [county], leader)
        other = factories.office("320723000000")
        assert actions.send(notice=issued, dispatches=[(county, ""), (other, "")], by=leader, at=NOW) == 1
        assert queries.receipts(issued).sent == 2

    def test_receipts_show_who_is_silent(self, city, county):
        leader = factories.actor(city, "leader")
        other = factories.office("320723000000")
        issued = issue(factories.notice(city, issuing_office=None), [county, other], leader)
        receiver = factories.actor(county, "caller")
        mine = queries.own_dispatch(issued, county.pk)
        first = actions.receive(dispatch=mine, by=receiver, at=NOW)
        actions.receive(dispatch=mine, by=factories.actor(county), at=NOW + timedelta(hours=1))
        first.refresh_from_db()
        assert (first.received_at, first.received_by_name) == (NOW, receiver.name)
        count = queries.receipts(issued)
        assert (count.sent, count.received, count.silent) == (2, 1, 1)
        assert [d.office for d in queries.dispatches(issued, silent=True)] == [other]
        with pytest.raises(NotAllowed):
            actions.receive(dispatch=queries.own_dispatch(issued, other.pk), by=receiver, at=NOW)

    def test_forwarding_takes_the_original_down(self, city, county):
        town = factories.office("320722100000")
        original = issue(
            factories.notice(city, issuing_office=None), [county], factories.actor(city, "leader")
        )
        head = factories.actor(county, "leader")
        with scope.applied(head):
            cover = actions.forward(notice=original, text=papers.COVER, by=head, at=NOW)
            assert actions.forward(notice=original, text=papers.COVER, by=head, at=NOW) == cover
            assert (cover.forwards_id, cover.issuer_level) == (original.pk, "county")
            actions.confirm_dated(notice=cover, by=head, at=NOW)
            actions.finish_review(notice=cover, by=head, at=NOW)
            issued = issue(cover, [town], head)
        assert issued.number == "青人社发〔2020〕1号"
        assert {d.notice_id for d in Dispatch.objects.filter(office=town)} == {cover.pk, original.pk}
        assert [n.pk for n in queries.bundle(issued)] == [cover.pk, original.pk]

    def test_an_unreviewed_or_withdrawn_original_holds_the_cover_back(self, city, county):
        leader = factories.actor(city, "leader")
        inner = factories.notice(city, state="read", issuing_office=None)
        cover = factories.notice(city, forwards=inner, issuing_office=None)
        with pytest.raises(Refused, match="尚未核对"):
            issue(cover, [county], leader)
        Notice.objects.filter(pk=inner.pk).update(state="withdrawn", withdrawn_because="误发")
        with pytest.raises(Refused, match="已被撤回"):
            issue(cover, [county], leader)

    def test_withdrawing_needs_a_reason_and_leaves_the_notice_in_sight(self, city, county):
        leader = factories.actor(city, "leader")
        issued = issue(factories.notice(city, issuing_office=None), [county], leader)
        with pytest.raises(Refused):
            actions.withdraw(notice=issued, reason="", by=leader, at=NOW)
        assert actions.withdraw(notice=issued, reason="误发", by=leader, at=NOW).state == "withdrawn"
        below = factories.actor(county)
        with scope.applied(below):
            assert queries.one(below, issued.pk).withdrawn_because == "误发"

    def test_public_notices_are_read_everywhere_internal_ones_are_not(self, city, county):
        leader = factories.actor(city, "leader")
        issued = issue(factories.notice(city, issuing_office=None), [county], leader)
        stranger = factories.actor(factories.office("440100000000"))
        with scope.applied(stranger):
            assert queries.one(stranger, issued.pk) is None and not Notice.objects.exists()
        actions.classify(notice=issued, openness="public", by=leader, at=NOW)
        with scope.applied(stranger):
            assert queries.one(stranger, issued.pk) == issued


@pytest.mark.django_db(transaction=True)
class TestNumbers:
    def test_parallel_issuing_leaves_no_gap_and_no_double(self, city, county):
        """Real connections; every third transaction fails after it took its number."""
        leader = factories.actor(city, "leader")
        made = [factories.notice(city, number="", issuing_office=None) for _ in range(12)]
        trouble: list[BaseException] = []

        def work(notices, fails):
            try:
                for n, notice in enumerate(notices):
                    with scope.applied(leader):
                        if fails and n % 3 == 0:
                            with pytest.raises(RuntimeError), transaction.atomic():
                                issue(notice, [county], leader)
                                raise RuntimeError("the machine stops between number and commit")
                        issue(notice, [county], leader)
            except BaseException as error:
                trouble.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(made[i::4], i % 2)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not trouble
        numbers = sorted(int(n.split("〕")[1][:-1]) for n in Notice.objects.values_list("number", flat=True))
        assert numbers == list(range(1, 13))
        assert NumberSeries.objects.get().last == 12

    def test_a_killed_connection_gives_its_number_back(self, city):
        with transaction.atomic():
            assert (
                actions.allot_number(office=city, agency_code="海人社发", year=2020) == "海人社发〔2020〕1号"
            )
        taken = threading.Event()

        def crash():
            with pytest.raises(Exception), transaction.atomic():  # noqa: B017
                actions.allot_number(office=city, agency_code="海人社发", year=2020)
                taken.set()
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            connection.close()

        thread = threading.Thread(target=crash)
        thread.start()
        thread.join(30)
        assert taken.is_set()
        assert actions.allot_number(office=city, agency_code="海人社发", year=2020) == "海人社发〔2020〕2号"

    def test_the_same_file_registered_at_once_is_one_notice(self, city):
        event = factories.emergency()
        actors = [factories.actor(city) for _ in range(4)]
        found: list[list[int]] = []
        trouble: list[BaseException] = []

        def work(by):
            try:
                with scope.applied(by):
                    made = actions.register(
                        emergency=event, data=None, text=papers.CITY, name="", by=by, at=NOW
                    )
                    found.append([n.pk for n in made])
            except BaseException as error:
                trouble.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(by,)) for by in actors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not trouble and len(found) == 4 and len({tuple(x) for x in found}) == 1
        assert Notice.objects.count() == 1
