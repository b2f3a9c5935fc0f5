"""How far a notice reaches: who reads which part of it, who explains it, who ends an emergency."""

from __future__ import annotations

import re
import threading
from datetime import date

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices import actions, masking, pages, queries, reader
from chunfeng.notices.actions import issuing
from chunfeng.notices.actions.register import office_defaults
from chunfeng.notices.models import DeadlineDefault, Dispatch, Emergency, Explanation, Notice, NoticeEntry
from chunfeng.notices.models.notice import HIDDEN_FROM_SEARCH
from tests import factories
from tests.factories import NOW
from tests.notices import papers
from tests.tasking.builders import tasks

pytestmark = pytest.mark.django_db
PHONE = "0518-85550101"

TWO = papers.COVER.replace("企业名单", "内部名单暗号") + "\n" + papers.CITY


@pytest.fixture
def city():
    return factories.office(
        "320700000000", line="hrss", name="海州市人力资源和社会保障局", agency_code="海人社发"
    )


@pytest.fixture
def county(city):
    return factories.office(
        "320722000000", line="hrss", name="青禾县人力资源和社会保障局", agency_code="青人社发"
    )


@pytest.fixture
def far():
    return factories.office("440100000000", line="hrss", name="远方市人力资源和社会保障局")


def registered(text, by):
    return actions.register(emergency=factories.emergency(), data=None, text=text, name="", by=by, at=NOW)


def public(notice):
    Notice.objects.filter(pk=notice.pk).update(state="issued", issued_at=NOW, openness="public")
    notice.refresh_from_db()
    return notice


class TestContacts:
    def test_masking_keeps_every_other_character_in_its_place(self):
        text = f"电话：{PHONE}，139 1234 5678，邮箱 zhang.san@example.cn。"
        hidden = masking.masked(text)
        assert len(hidden) == len(text)
        for secret in (PHONE, "1234 5678", "zhang.san@example.cn"):
            assert secret not in hidden

    @given(st.text(alphabet="0013９４5 -－转）(（〔年电a.@中", max_size=40))
    def test_whatever_is_masked_is_hidden_from_the_search(self, text):
        hidden = re.sub(HIDDEN_FROM_SEARCH.replace("[:space:]", r"\s"), lambda m: "\0" * len(m[0]), text)
        for shown, original, searched in zip(masking.masked(text), text, hidden, strict=True):
            assert searched == "\0" or shown == original

    def test_the_api_masks_for_everyone_and_gives_no_raw_text(self, city):
        notice = registered(papers.CITY, factories.actor(city))[0]
        duty = notice.duties.first()
        type(duty).objects.filter(pk=duty.pk).update(action=f"请致电{PHONE}", quote=f"请致电{PHONE}")
        answer = factories.browse(factories.posting(city, "leader")).get(f"/api/v1/notices/{notice.pk}")
        assert answer.status_code == 200
        assert "raw_text" not in answer.json() and "85550101" not in answer.content.decode()
        assert len(answer.json()["text"]) == len(notice.text)

    def test_the_tasks_of_the_api_are_masked_too(self, city, county):
        (task,) = tasks(city, [county], duties=1)
        words = f"请致电{PHONE}上报"
        type(task.duty).objects.filter(pk=task.duty_id).update(action=words, quote=words)
        client = factories.browse(factories.posting(county))
        for url in ("/api/v1/tasks", f"/api/v1/tasks/{task.pk}"):
            answer = str(client.get(url).json())
            assert "上报" in answer and "85550101" not in answer

    def test_what_the_reader_found_holds_no_contact_in_clear(self, city):
        notice = registered(papers.CITY, factories.actor(city))[0]
        assert notice.contacts.exists()
        assert "85550101" not in str(notice.reading) and "王试例" not in str(notice.reading)

    @pytest.mark.parametrize("words", ["85550101", "5555", "0518-8", "0101", "58550"])
    def test_the_register_cannot_be_asked_for_hidden_digits(self, city, words):
        by = factories.actor(city)
        registered(papers.CITY, by)
        assert not queries.search(queries.register_list(by), words).exists()

    @pytest.mark.parametrize("words", ["zhang.san", "zhang", "@example", "example.cn"])
    def test_the_register_cannot_be_asked_for_mail_addresses(self, city, words):
        by = factories.actor(city)
        registered(papers.CITY.replace(PHONE, PHONE + "，邮箱：zhang.san@example.cn"), by)
        assert not queries.search(queries.register_list(by), words).exists()

    @pytest.mark.parametrize(
        "words", ["企业用工台账", "2月5日17时", "人社厅明电〔2020〕2号", "海人社发〔2020〕7号"]
    )
    def test_words_numbers_and_days_are_still_found(self, city, words):
        by = factories.actor(city)
        registered(papers.CITY, by)
        assert queries.search(queries.register_list(by), words).count() == 1

    def test_the_original_with_contacts_is_for_those_who_may_read_contacts(self, city):
        held = registered(papers.CITY, factories.actor(city))[0]
        plain = registered(papers.NEXT, factories.actor(city))[0]
        auditor = factories.browse(factories.posting(city, "auditor"))
        caller = factories.browse(factories.posting(city, "caller"))
        url = reverse("notice-original", args=[held.pk])
        assert auditor.get(url).status_code == 403 and caller.get(url).status_code == 200
        assert auditor.get(reverse("notice-original", args=[plain.pk])).status_code == 200
        assert url not in auditor.get(reverse("notice", args=[held.pk])).content.decode()
        assert url in caller.get(reverse("notice", args=[held.pk])).content.decode()


class TestOnePageSeveralNotices:
    def test_the_raw_text_is_cut_like_the_text(self, city):
        cover, inner = registered(TWO, factories.actor(city))
        assert "暗号" in cover.raw_text and "暗号" not in inner.raw_text
        assert (cover.raw_text, inner.raw_text) == (cover.text, inner.text)
        assert "企业用工台账" in inner.raw_text and "企业用工台账" not in cover.raw_text
        assert cover.shares_page and inner.shares_page

    def test_damaged_text_is_cut_through_its_repairs(self):
        reading = reader.Reading("", "", "甲乙x一丙丁", "甲乙丙丁", [reader.Repair(2, "x一", "", "test")], [])
        assert pages.raw_between(reading, 0, 2) == "甲乙"
        assert pages.raw_between(reading, 2, 4) == "x一丙丁"

    def test_a_text_whose_repairs_do_not_lead_back_is_kept_whole_or_not_at_all(self):
        reading = reader.Reading("", "", "甲乙丙丁戊", "甲乙丁", [], [])
        assert pages.raw_between(reading, 0, 3) == "甲乙丙丁戊"
        assert pages.raw_between(reading, 0, 2) == ""

    def test_the_page_is_given_only_to_those_who_see_all_of_it(self, city, county):
        _cover, inner = registered(TWO, factories.actor(city))
        public(inner)
        Dispatch.objects.create(notice=inner, office=county, area_code=county.area_code, sent_at=NOW)
        url = reverse("notice-original", args=[inner.pk])
        below = factories.browse(factories.posting(county))
        assert below.get(reverse("notice", args=[inner.pk])).status_code == 200
        assert below.get(url).status_code in {403, 422}
        assert factories.browse(factories.posting(city)).get(url).status_code == 200


class TestHistory:
    def test_only_the_keeping_area_reads_it(self, city, county, far):
        by = factories.actor(city)
        notice = registered(papers.CITY, by)[0]
        notice = actions.correct(notice=notice, field="title", value="改过的标题", by=by, at=NOW)
        public(notice)
        for who, sees in [(by, True), (factories.actor(county), False), (factories.actor(far), False)]:
            with scope.applied(who):
                assert bool(queries.history(notice)) is sees
        page = factories.browse(factories.posting(far)).get(reverse("notice", args=[notice.pk]))
        assert page.status_code == 200 and by.name not in page.content.decode()

    def test_a_receiver_adds_a_line_it_does_not_read(self, city, county):
        notice = public(factories.notice(city))
        sent = Dispatch.objects.create(notice=notice, office=county, area_code=county.area_code, sent_at=NOW)
        who = factories.actor(county)
        with scope.applied(who):
            actions.receive(dispatch=sent, by=who, at=NOW)
            assert not NoticeEntry.objects.exists()
        assert NoticeEntry.objects.get().act == "received"

    def test_a_line_is_never_changed(self, city):
        assert NoticeEntry.append_only
        by = factories.actor(city)
        registered(papers.CITY, by)
        for sql in ("UPDATE notices_noticeentry SET new = 'x'", "DELETE FROM notices_noticeentry"):
            try:
                with scope.applied(by), connection.cursor() as cursor:
                    cursor.execute(sql)
                    assert cursor.rowcount == 0
            except DatabaseError:
                pass

    def test_dropped_duties_are_for_the_keeping_area(self, city, county, far):
        by = factories.actor(city)
        notice = registered(papers.CITY, by)[0]
        duty = actions.drop(duty=queries.duties(notice)[0], reason="内部理由", by=by, at=NOW)
        public(notice)
        keys = {d.pk for d in queries.duties_for(by, notice)}
        assert duty.pk in keys
        for office in (county, far):
            who = factories.actor(office)
            assert {d.pk for d in queries.duties_for(who, notice)} == keys - {duty.pk}
            assert queries.duty(who, duty.pk) is None
            with scope.applied(who):
                assert duty.pk not in {d.pk for d in queries.duties(notice)}
            client = factories.browse(factories.posting(office))
            answer = client.get(f"/api/v1/notices/{notice.pk}").json()
            assert duty.pk not in {d["id"] for d in answer["duties"]}
            assert "内部理由" not in client.get(reverse("notice-review", args=[notice.pk])).content.decode()


class TestExplaining:
    def test_only_an_office_that_keeps_or_received_it_explains(self, city, county, far):
        notice = public(factories.notice(city))
        clause = notice.clauses.get()
        say = {"clause": clause, "question": "问？", "answer": "答。", "at": NOW}
        for office in (far, county):
            with pytest.raises(NotAllowed, match="收到"):
                actions.explain(by=factories.actor(office), **say)
        Dispatch.objects.create(notice=notice, office=county, area_code=county.area_code, sent_at=NOW)
        for office in (county, city):
            assert actions.explain(by=factories.actor(office), **say).area_code == office.area_code
        page = factories.browse(factories.posting(far)).get(reverse("notice", args=[notice.pk]))
        assert reverse("notice-explain", args=[notice.pk]) not in page.content.decode()

    def test_an_explanation_is_read_below_and_above_its_office_and_not_beside(self, city, county, far):
        notice = public(factories.notice(city))
        Dispatch.objects.create(notice=notice, office=county, area_code=county.area_code, sent_at=NOW)
        made = actions.explain(
            clause=notice.clauses.get(), question="问？", answer="答。", by=factories.actor(county), at=NOW
        )
        beside = factories.office("320723000000")
        town = factories.office("320722100000")
        for office, sees in [(city, True), (county, True), (town, True), (beside, False), (far, False)]:
            with scope.applied(factories.actor(office)):
                assert Explanation.objects.filter(pk=made.pk).exists() is sees, office.area_code
            assert bool(queries.explanations(factories.actor(office), notice)) is sees, office.area_code


class TestEmergencies:
    def test_only_the_opening_office_or_one_above_ends_it(self, city, county, far):
        made = actions.add_emergency(name="测试洪水", began_on="2020-07-01", by=factories.actor(city), at=NOW)
        assert (made.opened_by, made.area_code) == (city, city.area_code)
        peer = factories.office(city.area_code)
        for office in (county, far, peer, factories.office("320722100201")):
            with pytest.raises(NotAllowed, match=city.name):
                actions.end_emergency(
                    emergency=made, ended_on="2020-08-01", by=factories.actor(office), at=NOW
                )
            client = factories.browse(factories.posting(office))
            client.post(reverse("emergencies"), {"end": made.pk, "ended_on": "2020-08-01"})
            assert f'name="end" value="{made.pk}"' not in client.get(reverse("emergencies")).content.decode()
            made.refresh_from_db()
            assert made.ended_on is None
        above = factories.office("320000000000")
        for office in (above, city):
            who = factories.actor(office)
            with scope.applied(who):
                actions.end_emergency(emergency=made, ended_on="2020-08-01", by=who, at=NOW)
                actions.end_emergency(emergency=made, ended_on="", by=who, at=NOW)
        made.refresh_from_db()
        assert made.ended_on is None

    def test_one_opened_by_the_system_is_ended_by_nobody_in_an_office(self, city):
        made = factories.emergency()
        with pytest.raises(NotAllowed):
            actions.end_emergency(emergency=made, ended_on="2020-08-01", by=factories.actor(city), at=NOW)

    def test_the_wall_says_the_same(self, city, county):
        made = actions.add_emergency(name="测试洪水", began_on="2020-07-01", by=factories.actor(city), at=NOW)
        with scope.applied(factories.actor(county)):
            assert Emergency.objects.filter(pk=made.pk).update(ended_on=date(2020, 8, 1)) == 0


class TestAtOnce:
    @pytest.mark.django_db(transaction=True)
    def test_two_people_forward_the_same_notice(self, city, county, monkeypatch):
        notice = public(factories.notice(city))
        Dispatch.objects.create(notice=notice, office=county, area_code=county.area_code, sent_at=NOW)
        both, really, made = threading.Barrier(2), reader.read, []

        def together(data, name):
            both.wait(timeout=20)
            return really(data, name)

        def run(who):
            try:
                with scope.applied(who):
                    made.append(actions.forward(notice=notice, text=papers.COVER, by=who, at=NOW).pk)
            finally:
                connection.close()

        monkeypatch.setattr(issuing.reader, "read", together)
        people = [threading.Thread(target=run, args=[factories.actor(county)]) for _ in range(2)]
        for each in people:
            each.start()
        for each in people:
            each.join()
        assert len(made) == 2 and len(set(made)) == 1

    def test_an_original_withdrawn_in_this_moment_is_not_issued_along(self, city, county, monkeypatch):
        leader = factories.actor(city, "leader")
        inner = factories.notice(city)
        cover = factories.notice(city, forwards=inner)
        really = issuing.lock

        def meanwhile(notice):
            if notice.pk == inner.pk:
                Notice.objects.filter(pk=inner.pk).update(
                    state="withdrawn", withdrawn_at=NOW, withdrawn_because="有误"
                )
            return really(notice)

        monkeypatch.setattr(issuing, "lock", meanwhile)
        with pytest.raises(Refused):
            actions.issue(notice=cover, dispatches=[(county, "")], openness="internal", by=leader, at=NOW)

    def test_one_signature_is_for_the_whole_bundle(self, city, county):
        leader, who = factories.actor(city, "leader"), factories.actor(county)
        inner = factories.notice(city)
        cover = factories.notice(city, forwards=inner)
        actions.issue(notice=cover, dispatches=[(county, "")], openness="internal", by=leader, at=NOW)
        sent = Dispatch.objects.get(notice=cover)
        with scope.applied(who):
            actions.receive(dispatch=sent, by=who, at=NOW)
        assert [d.received_by_name for d in Dispatch.objects.all()] == [who.name, who.name]
        assert NoticeEntry.objects.filter(act="received").count() == 2


class TestBadRequests:
    @pytest.mark.parametrize("number", ["²", "１", "9" * 30, "x", ""])
    def test_what_is_no_number_is_refused_in_words(self, city, number):
        notice = public(factories.notice(city))
        client = factories.browse(factories.posting(city, "leader"))
        for name, args, data in [
            ("notice-explain", [notice.pk], {"clause": number, "question": "问", "answer": "答"}),
            ("emergencies", [], {"end": number or "x", "ended_on": "2020-02-02"}),
            ("notice-new", [], {"emergency": number, "text": papers.CITY}),
            ("notice-send", [notice.pk], {"office": f"{number}~"}),
            ("notice-send", [notice.pk], {"phrase": number}),
            ("deadline-defaults", [], {"phrase": "及时", "days": number}),
        ]:
            assert client.post(reverse(name, args=args), data).status_code == 422, (name, number)

    def test_a_tick_with_a_strange_phrase_is_refused(self, city, county):
        notice = public(factories.notice(city))
        client = factories.browse(factories.posting(city, "leader"))
        for index in ("²", "9" * 30):
            data = {"office": f"{county.pk}~{index}"}
            assert client.post(reverse("notice-send", args=[notice.pk]), data).status_code == 422


def test_readings_of_fuzzy_deadlines_come_from_the_own_office_and_those_above(city, county, far):
    province, peer = factories.office("320000000000"), factories.office(county.area_code)
    for office, days in [(county, 1), (city, 2), (province, 3), (far, 4), (peer, 5)]:
        DeadlineDefault.objects.create(office=office, area_code=office.area_code, phrase="及时", days=days)
    below = factories.notice(county)
    assert [d.days for d in office_defaults(below)] == [1, 2, 3]
    assert sorted(d.days for d in queries.deadline_defaults(factories.actor(county))) == [1, 2, 3]
    assert sorted(d.days for d in queries.deadline_defaults(factories.actor(city))) == [2, 3]
