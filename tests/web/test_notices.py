"""The screens of the notices room: who may open and do what, and what the pages say."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chunfeng.core.models import Event
from chunfeng.notices import actions, queries
from chunfeng.notices.models import Dispatch, Notice, NoticeContact
from tests import factories
from tests.factories import NOW
from tests.notices import papers

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def city():
    return factories.office(
        "320700000000", line="hrss", name="海州市人力资源和社会保障局", agency_code="海人社发"
    )


@pytest.fixture
def county(city):
    return factories.office("320722000000", line="hrss", name="青禾县人力资源和社会保障局", parent=city)


@pytest.fixture
def officer(city):
    return factories.browse(factories.posting(city))


@pytest.fixture
def leader(city):
    return factories.browse(factories.posting(city, "leader"))


@pytest.fixture
def read(city):
    """A notice that was read and waits for its review."""
    by = factories.actor(city)
    event = factories.emergency()
    return actions.register(emergency=event, data=None, text=papers.CITY, name="", by=by, at=NOW)[0]


def settle(notice, city):
    """Confirm everything, so that the review can be finished."""
    by = factories.actor(city)
    for duty in queries.duties(notice):
        if duty.deadline_kind == "fuzzy" and not duty.due_on:
            duty = actions.correct_duty(duty=duty, no_date=True, by=by, at=NOW)
        actions.confirm(duty=duty, by=by, at=NOW)
    return actions.finish_review(notice=notice, by=by, at=NOW)


def test_a_file_is_uploaded_and_opens_for_review(officer, city):
    event = factories.emergency()
    upload = SimpleUploadedFile("通知.txt", papers.CITY.strip().encode(), content_type="text/plain")
    answer = officer.post(reverse("notice-new"), {"emergency": event.pk, "file": upload, "text": ""})
    notice = Notice.objects.get()
    assert answer.headers["Location"] == reverse("notice-review", args=[notice.pk])
    page = officer.get(answer.headers["Location"]).content.decode()
    assert "海人社发〔2020〕7号" in page and "上报企业用工情况" in page
    again = officer.post(
        reverse("notice-new"), {"emergency": event.pk, "text": papers.CITY.strip()}, HTTP_X_PROGRESS="1"
    )
    assert again.json() == {"to": reverse("notice-review", args=[notice.pk])}
    assert "已经登记" in officer.get(again.json()["to"]).content.decode()


def test_a_file_that_cannot_be_read_is_kept_and_shown(officer):
    event = factories.emergency()
    upload = SimpleUploadedFile("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100)
    answer = officer.post(reverse("notice-new"), {"emergency": event.pk, "file": upload}, follow=True)
    page = answer.content.decode()
    assert "旧.doc" in page and Notice.objects.get().state == "unreadable"
    typed = officer.post(answer.redirect_chain[-1][0], {"text": papers.CITY})
    assert typed.headers["Location"] == reverse("notice-review", args=[Notice.objects.get().pk])


def test_every_value_is_corrected_in_place(officer, read):
    url = reverse("notice-field", args=[read.pk, "number"])
    form = officer.get(url, **HTMX).content.decode()
    assert f'name="version" value="{read.version}"' in form
    saved = officer.post(
        url, {"value": "海人社发(2020) 8号", "version": read.version}, **HTMX
    ).content.decode()
    assert "海人社发〔2020〕8号" in saved and "海人社发〔2020〕7号" in saved  # and what the reader had
    assert 'id="counters"' in saved
    refused = officer.post(url, {"value": "海人社发〔2020〕"}, **HTMX)
    assert refused.status_code == 422 and "顺序号" in refused.content.decode()


def test_the_second_reviewer_is_told_who_changed_what(officer, read):
    url = reverse("notice-field", args=[read.pk, "title"])
    officer.post(url, {"value": "甲改的标题", "version": 1}, **HTMX)
    answer = officer.post(url, {"value": "乙改的标题", "version": 1}, **HTMX)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "测试员" in page and "甲改的标题" in page
    read.refresh_from_db()
    assert read.title == "甲改的标题"


def test_duties_are_edited_dated_dropped_split_and_added(officer, read):
    first, fuzzy = queries.duties(read)[:2]
    card = officer.post(
        reverse("duty-edit", args=[first.pk]),
        {"action": "上报企业用工情况表", "force": "must", "lead": "各县（区）局",
         "partners": "市财政局、市商务局", "deadline_kind": "by",
         "due_on": "2020-02-06", "due_time": "18:00", "version": first.version},
        **HTMX,
    ).content.decode()  # fmt: skip
    assert "上报企业用工情况表" in card and "2020-02-06 18:00" in card and "市商务局" in card
    dated = officer.post(
        reverse("duty-date", args=[fuzzy.pk]), {"act": "date", "due_on": "2020-02-09"}, **HTMX
    )
    assert 'data-state="confirmed"' in dated.content.decode()
    fuzzy.refresh_from_db()
    assert (fuzzy.due_on, fuzzy.state) == (date(2020, 2, 9), "confirmed")
    nothing = officer.post(reverse("duty-drop", args=[first.pk]), {"reason": " "}, **HTMX)
    assert nothing.status_code == 422
    dropped = officer.post(reverse("duty-drop", args=[first.pk]), {"reason": "重复"}, **HTMX).content.decode()
    assert "重复" in dropped and "gone" in dropped
    back = officer.post(reverse("duty-restore", args=[first.pk]), **HTMX)
    assert 'data-state="proposed"' in back.content.decode()
    both = officer.post(
        reverse("duty-split", args=[first.pk]), {"lead": "市财政局", "action": "安排资金"}, **HTMX
    ).content.decode()
    assert both.count("<article") == 2 and "安排资金" in both
    at = read.text.index("不得组织现场招聘活动")
    added = officer.post(reverse("notice-duty-add", args=[read.pk]), {"start": at, "end": at + 10}, **HTMX)
    assert added.status_code == 204 and "on=" in added.headers["HX-Redirect"]


def test_the_review_finishes_only_when_all_is_decided(officer, read, city):
    refused = officer.post(reverse("notice-finish", args=[read.pk]), follow=True).content.decode()
    assert "尚未确认" in refused
    settle(read, city)
    read.refresh_from_db()
    assert read.state == "reviewed"
    page = officer.get(reverse("notice", args=[read.pk])).content.decode()
    assert reverse("notice-reopen", args=[read.pk]) in page
    assert reverse("notice-issue", args=[read.pk]) not in page  # an officer does not issue


def test_issuing_resolves_addressees_and_puts_tasks_on_desks(leader, read, city, county):
    settle(read, city)
    url = reverse("notice-issue", args=[read.pk])
    page = leader.get(url).content.decode()
    assert county.name in page and "海人社发〔2020〕7号" in page
    ticks = re.findall(r'name="office" value="([^"]+)"', page)
    assert ticks == [f"{county.pk}~0"]
    for _ in range(2):
        leader.post(url, {"office": ticks, "openness": "internal"})
    read.refresh_from_db()
    assert read.state == "issued" and read.issuing_office == city
    assert [d.office for d in Dispatch.objects.all()] == [county]
    assert Dispatch.objects.get().addressee == "各县（区）人力资源和社会保障局"
    assert county.tasks.count() >= 2
    receiver = factories.browse(factories.posting(county, "caller"))
    detail = receiver.get(reverse("notice", args=[read.pk])).content.decode()
    assert "签收" in detail
    receiver.post(reverse("notice-receive", args=[read.pk]))
    assert Dispatch.objects.get().received_by_name
    assert "1</b> / 1" in leader.get(reverse("notice", args=[read.pk])).content.decode()


def test_an_unresolved_phrase_is_chosen_by_hand(leader, read, city, county):
    actions.correct(notice=read, field="addressees", value="各有关协作单位", by=factories.actor(city), at=NOW)
    settle(read, city)
    found = leader.get(reverse("notice-offices", args=[read.pk]), {"called": "青禾"}, **HTMX).content.decode()
    assert f'value="{county.pk}~"' in found
    empty = leader.post(reverse("notice-issue", args=[read.pk]), {"openness": "internal"})
    assert empty.status_code == 422
    read.refresh_from_db()
    assert read.state == "reviewed"
    leader.post(reverse("notice-issue", args=[read.pk]), {"office": f"{county.pk}~", "openness": "public"})
    assert Dispatch.objects.get().office == county


def test_a_county_forwards_and_both_go_down(leader, read, city, county):
    town = factories.office("320722100000", line="employment", name="平山镇人社服务所", parent=county)
    settle(read, city)
    leader.post(reverse("notice-issue", args=[read.pk]), {"office": f"{county.pk}~0", "openness": "internal"})
    head = factories.posting(county, "leader")
    below = factories.browse(head)
    assert "现将《" in below.get(reverse("notice-forward", args=[read.pk])).content.decode()
    answer = below.post(reverse("notice-forward", args=[read.pk]), {"text": papers.COVER})
    cover = Notice.objects.get(forwards=read)
    assert answer.headers["Location"] == reverse("notice-review", args=[cover.pk])
    settle(cover, county)
    issued = below.post(
        reverse("notice-issue", args=[cover.pk]), {"office": f"{town.pk}~0", "openness": "internal"}
    )
    assert issued.status_code == 302
    assert {d.notice_id for d in Dispatch.objects.filter(office=town)} == {cover.pk, read.pk}
    assert {t.duty.notice_id for t in town.tasks.select_related("duty")} == {cover.pk, read.pk}


def test_contacts_are_masked_until_a_reason_is_given(officer, read, city):
    page = officer.get(reverse("notice", args=[read.pk])).content.decode()
    assert "王试例" in page and "85550101" not in page
    assert officer.post(reverse("notice-contacts", args=[read.pk]), {"reason": ""}, **HTMX).status_code == 422
    clear = officer.post(reverse("notice-contacts", args=[read.pk]), {"reason": "核对上报情况"}, **HTMX)
    assert "0518-85550101" in clear.content.decode()
    assert Event.objects.get(verb="notice.contacts").reason == "核对上报情况"
    auditor = factories.browse(factories.posting(city, "auditor"))
    seen = auditor.get(reverse("notice", args=[read.pk])).content.decode()
    assert 'id="contacts"' not in seen and "85550101" not in seen


def test_the_original_is_downloaded_through_the_notice_and_recorded(officer, read):
    answer = officer.get(reverse("notice-original", args=[read.pk]))
    assert answer.content.decode() == papers.CITY.strip()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert Event.objects.filter(verb="notice.original", kind="read").count() == 1


def test_questions_have_versions(officer, read, city):
    settle(read, city)
    clause = queries.clauses(read)[1]
    url = reverse("notice-explain", args=[read.pk])
    officer.post(url, {"clause": clause.pk, "question": "企业指哪些？", "answer": "规模以上。"})
    first = read.explanations.get()
    officer.post(
        url, {"clause": clause.pk, "question": "企业指哪些？", "answer": "全部企业。", "replaces": first.pk}
    )
    page = officer.get(reverse("notice", args=[read.pk])).content.decode()
    assert page.index("全部企业") < page.index("规模以上") and re.search(r"第 ?2 ?版", page)
    stale = officer.post(url, {"clause": clause.pk, "question": "x", "answer": "y", "replaces": first.pk})
    assert stale.status_code == 422


def test_the_graph_shows_levels_relations_and_what_replaces_what(officer, read, city):
    by = factories.actor(city)
    register = {"emergency": read.emergency, "data": None, "name": "", "by": by, "at": NOW}
    (state,) = actions.register(text=papers.STATE, **register)
    (later,) = actions.register(text=papers.NEXT, **register)
    page = officer.get(reverse("notice-graph", args=[read.pk])).content.decode()
    for notice in (state, later):
        assert reverse("notice-graph", args=[notice.pk]) in page
    assert page.index("人社厅明电〔2020〕2号") < page.index("海人社发〔2020〕19号")
    assert re.search(r"<del>海人社发〔2020〕7号</del> → 海人社发〔2020〕19号", page)
    assert {n.pk for n in queries.depends_on(state)} == {read.pk, later.pk}


def test_the_register_filters_searches_and_exports(officer, read, city):
    other = factories.notice(city, emergency=read.emergency, title="防控值班制度", internal_rule=True,
                             state="issued",
                             issued_at=NOW, valid_to=date(2020, 3, 1), openness="public")  # fmt: skip
    url = reverse("notices")
    assert "防控值班制度" in officer.get(url).content.decode()
    assert "防控值班制度" not in officer.get(url, {"q": "用工台账"}).content.decode()
    assert "海人社发" in officer.get(url, {"q": "海人社发[2020]7号"}).content.decode()
    rules = officer.get(url, {"rules": "all"}).content.decode()
    assert "防控值班制度" in rules and "海人社发" not in rules
    assert "防控值班制度" not in officer.get(url, {"rules": "in_force"}).content.decode()
    assert "海人社发" not in officer.get(url, {"state": "issued"}).content.decode()
    book = officer.get(url, {"export": "xlsx"})
    assert book.content[:2] == b"PK" and Event.objects.filter(verb="notices.export").count() == 1
    assert other.pk


def test_emergencies_are_opened_and_ended(officer):
    url = reverse("emergencies")
    officer.post(url, {"name": "测试洪水", "began_on": "2020-07-01", "areas": "3207, 320722"})
    event = queries.emergencies().get(name="测试洪水")
    assert event.areas == ["320700000000", "320722000000"]
    assert officer.post(url, {"name": "测试洪水", "began_on": "2020-07-01"}).status_code == 422
    unknown = {"name": "测试地震", "began_on": "2020-07-01", "areas": "无此地"}
    assert officer.post(url, unknown).status_code == 422
    officer.post(url, {"end": event.pk, "ended_on": "2020-08-01"})
    event.refresh_from_db()
    assert event.ended_on == date(2020, 8, 1)


def test_defaults_are_set_and_removed(officer, city):
    url = reverse("deadline-defaults")
    officer.post(url, {"phrase": "及时", "days": "3"})
    assert city.deadline_defaults.get().days == 3
    officer.post(url, {"phrase": "及时", "days": "0"})
    assert not city.deadline_defaults.exists()


PAGES = ["notice", "notice-review", "notice-issue", "notice-forward", "notice-graph", "notice-original"]


@pytest.mark.parametrize("name", PAGES)
def test_another_area_sees_nothing(name, read, city):
    stranger = factories.browse(factories.posting(factories.office("440100000000"), "leader"))
    assert stranger.get(reverse(name, args=[read.pk])).status_code == 404


@pytest.mark.parametrize("role", ["employer", "worker", "system_admin", "security_admin", "audit_admin"])
def test_roles_without_the_ability_are_refused(role, read, city):
    client = factories.browse(factories.posting(city, role))
    for name in PAGES:
        assert client.get(reverse(name, args=[read.pk])).status_code == 403
    assert client.get(reverse("notices")).status_code == 403


def test_a_received_notice_is_not_changed_by_the_receiver(read, city, county):
    settle(read, city)
    by = factories.actor(city, "leader")
    actions.issue(notice=read, dispatches=[(county, "")], openness="internal", by=by, at=NOW)
    below = factories.browse(factories.posting(county, "leader"))
    assert below.get(reverse("notice", args=[read.pk])).status_code == 200
    duty = queries.duties(read)[0]
    for name, args in [
        ("notice-field", [read.pk, "title"]),
        ("duty-drop", [duty.pk]),
        ("notice-withdraw", [read.pk]),
    ]:
        answer = below.post(reverse(name, args=args), {"value": "改", "reason": "改"})
        assert answer.status_code in {403, 422}
    read.refresh_from_db()
    assert read.state == "issued" and read.title.startswith("海州市")


def test_an_issued_notice_is_frozen(officer, leader, read, city, county):
    settle(read, city)
    leader.post(reverse("notice-issue", args=[read.pk]), {"office": f"{county.pk}~0", "openness": "internal"})
    answer = officer.post(reverse("notice-field", args=[read.pk, "title"]), {"value": "新标题"}, **HTMX)
    assert answer.status_code == 422 and "替代" in answer.content.decode()
    leader.post(reverse("notice-withdraw", args=[read.pk]), {"reason": "发文有误"})
    read.refresh_from_db()
    assert read.state == "withdrawn"
    receiver = factories.browse(factories.posting(county))
    assert "发文有误" in receiver.get(reverse("notice", args=[read.pk])).content.decode()


@pytest.mark.parametrize("name", ["notice-review", "notice", "notice-issue", "notice-graph", "notices"])
def test_queries_do_not_grow_with_duties(name, leader, city, county):
    counts = []
    for duties in (1, 3):
        made = factories.notice(city, duties=duties, addressees=["各县（区）人力资源和社会保障局"])
        url = reverse(name, args=[] if name == "notices" else [made.pk])
        leader.get(url)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert leader.get(url).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] and counts[1] < 40


def test_pages_work_without_scripts(officer, read):
    duty = queries.duties(read)[0]
    for name, args in [("duty-edit", [duty.pk]), ("duty-drop", [duty.pk]), ("duty-split", [duty.pk]),
                       ("notice-field", [read.pk, "date"])]:  # fmt: skip
        page = officer.get(reverse(name, args=args)).content.decode()
        assert "<html" in page and "<form" in page
    answer = officer.post(reverse("duty-drop", args=[duty.pk]), {"reason": "重复"})
    assert answer.headers["Location"].endswith(f"/review/#duty-{duty.pk}")


def test_raw_sql_shows_another_area_nothing_of_a_notice(read, city, county):
    from chunfeng.core import scope

    settle(read, city)
    actions.issue(
        notice=read,
        dispatches=[(county, "")],
        openness="internal",
        by=factories.actor(city, "leader"),
        at=NOW,
    )
    clause = queries.clauses(read)[0]
    actions.explain(clause=clause, question="问", answer="答", by=factories.actor(city), at=NOW)
    tables = [
        "notice",
        "clause",
        "duty",
        "citation",
        "noticecontact",
        "explanation",
        "dispatch",
        "noticeentry",
    ]
    stranger = factories.actor(factories.office("440100000000", line="hrss"), "leader")
    for who, sees in [(stranger, False), (factories.actor(county), True)]:
        with scope.applied(who), connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM notices_{table}")
                seen = cursor.fetchone()[0] > 0
                assert seen is (sees and table != "noticeentry"), (who.office_name, table)
    with scope.applied(factories.actor(city, "auditor")):
        assert NoticeContact.objects.count() == 0


def test_cancel_brings_the_card_back(officer, read):
    duty = queries.duties(read)[1]
    page = officer.get(reverse("duty-edit", args=[duty.pk]), {"show": "1"}, **HTMX).content.decode()
    assert page.strip().startswith("<article") and 'class="acts"' in page and "counters" not in page
