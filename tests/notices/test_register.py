"""From a file or pasted text to notices in the register."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.core import actions as core
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.notices import actions, pages, queries, reader
from chunfeng.notices.models import DeadlineDefault, Notice
from tests import factories
from tests.factories import NOW
from tests.notices import papers

FIXTURES = Path(__file__).parent / "fixtures"
pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return factories.office(
        "320700000000", line="hrss", name="海州市人力资源和社会保障局", agency_code="海人社发"
    )


@pytest.fixture
def event():
    return factories.emergency()


def register(text, by, emergency, at=NOW, name=""):
    return actions.register(emergency=emergency, data=None, text=text, name=name, by=by, at=at)


def test_pasted_text_is_laid_out_for_review(city, event):
    by = factories.actor(city)
    (notice,) = register(papers.CITY, by, event)
    assert notice.number == "海人社发〔2020〕7号"
    assert notice.date == date(2020, 1, 31)
    assert notice.kind == "通知" and notice.state == "read" and notice.openness == "internal"
    assert notice.issuer_level == "prefecture"
    assert [c.label for c in queries.clauses(notice)][1:] == ["一、", "二、", "三、", "四、"]
    for clause in queries.clauses(notice):
        assert notice.text[clause.start : clause.end] == clause.text
    duties = queries.duties(notice)
    assert {d.state for d in duties} == {"proposed"}
    for duty in duties:
        assert notice.text[duty.start : duty.end] == duty.quote
    dated = next(d for d in duties if d.due_on)
    assert (dated.due_on, str(dated.due_time)) == (date(2020, 2, 5), "17:00:00")
    assert notice.original is not None
    assert core.read_file(notice.original).decode() == papers.CITY.strip()


def test_contacts_are_sealed_and_kept(city, event):
    (notice,) = register(papers.CITY, factories.actor(city), event)
    contact = notice.contacts.get()
    assert contact.name == "王试例" and contact.phones == "0518-85550101"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT phones FROM notices_noticecontact WHERE id = %s", [contact.pk])
        assert b"85550101" not in bytes(cursor.fetchone()[0])


def test_the_same_file_again_opens_what_is_there(city, event):
    by = factories.actor(city)
    (first,) = register(papers.CITY, by, event)
    again = register(papers.CITY, factories.actor(city), event, at=NOW + timedelta(hours=1))
    assert again == [first] and again[0].registered_at == NOW
    assert Notice.objects.count() == 1
    other_event = register(papers.CITY, by, factories.emergency())
    other_office = register(papers.CITY, factories.actor(factories.office("320800000000")), event)
    assert len({first.pk, other_event[0].pk, other_office[0].pk}) == 3


def test_every_document_of_a_compound_page_becomes_a_notice(city, event):
    by = factories.actor(city)
    data = (FIXTURES / "page_three_documents.txt").read_bytes()
    made = actions.register(emergency=event, data=data, text="", name="page.txt", by=by, at=NOW)
    assert [n.number for n in made] == ["海政办发〔2003〕63号", "海人社办〔2020〕27号", ""]
    assert [n.place for n in made] == [0, 1, 2]
    for notice in made:
        for duty in queries.duties(notice):
            assert notice.text[duty.start : duty.end] == duty.quote
        for clause in queries.clauses(notice):
            assert notice.text[clause.start : clause.end] == clause.text
    assert "第二篇" in made[1].text and "第二篇" not in made[0].text
    assert len(actions.register(emergency=event, data=data, text="", name="b.txt", by=by, at=NOW)) == 3
    assert Notice.objects.count() == 3


def test_a_forwarding_notice_points_at_the_original_inside(city, event):
    data = (FIXTURES / "forwarding_2020.txt").read_bytes()
    by = factories.actor(city)
    outer, inner = actions.register(emergency=event, data=data, text="", name="f.txt", by=by, at=NOW)
    assert outer.forwards == inner and inner.forwards is None
    assert inner.number == "云人社明电〔2020〕3号"
    assert inner.text.lstrip().startswith("云泽市人力资源和社会保障局")


def test_citations_find_notices_held_in_both_orders(city, event):
    by = factories.actor(city)
    (citing,) = register(papers.CITY, by, event)
    assert citing.citations.get().target is None
    (state,) = register(papers.STATE, by, event)
    assert citing.citations.get().target == state
    assert citing.citations.get().relation == "basis"
    (later,) = register(papers.NEXT, by, event)
    found = {c.target_id: c.relation for c in later.citations.all()}
    assert found == {state.pk: "implements", citing.pk: "replaces"}


def test_a_file_that_cannot_be_read_is_kept_and_can_be_typed(city, event):
    by = factories.actor(city)
    scan = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
    (kept,) = actions.register(emergency=event, data=scan, text="", name="旧文.doc", by=by, at=NOW)
    assert kept.state == "unreadable" and "旧文.doc" in kept.unreadable_because
    assert core.read_file(kept.original) == scan
    (typed,) = actions.retype(notice=kept, text=papers.CITY, by=by, at=NOW)
    assert typed.pk == kept.pk and typed.state == "read" and typed.number == "海人社发〔2020〕7号"
    assert core.read_file(typed.original) == scan
    with pytest.raises(Refused, match="文本"):
        actions.retype(notice=typed, text="x", by=by, at=NOW)


def test_nothing_to_read_is_refused(city, event):
    with pytest.raises(Refused):
        register("  \n ", factories.actor(city), event)


@pytest.mark.parametrize("role", ["caller", "auditor", "system_admin", "worker"])
def test_only_officers_and_leaders_register(city, event, role):
    with pytest.raises(NotAllowed):
        register(papers.CITY, factories.actor(city, role), event)


def test_an_offices_default_dates_a_fuzzy_deadline_and_says_so(city, event):
    DeadlineDefault.objects.create(office=city, area_code=city.area_code, phrase="及时", days=3)
    (notice,) = register(papers.CITY, factories.actor(city), event)
    fuzzy = next(d for d in queries.duties(notice) if d.deadline_kind == "fuzzy")
    assert fuzzy.due_on == date(2020, 2, 3) and fuzzy.date_by_default


def test_registering_is_audited_and_has_a_history(city, event):
    by = factories.actor(city)
    (notice,) = register(papers.CITY, by, event)
    event_row = Event.objects.get(verb="notice.registered")
    assert event_row.object_id == str(notice.pk) and event_row.actor_name == by.name
    assert [e.act for e in queries.history(notice)] == ["registered"]


def test_real_pages_are_cut_into_their_documents(seeds, city, event):
    by = factories.actor(city)
    for path in sorted(seeds.glob("*.txt")):
        made = actions.register(
            emergency=event, data=path.read_bytes(), text="", name=path.name, by=by, at=NOW
        )
        assert made and all(n.text for n in made)
        for notice in made:
            for duty in queries.duties(notice):
                assert notice.text[duty.start : duty.end] == duty.quote


def test_a_failing_reader_loses_nothing(city, event, monkeypatch):
    def stumble(data, name):
        raise ZeroDivisionError

    monkeypatch.setattr(reader, "read", stumble)
    (kept,) = register(papers.CITY, factories.actor(city), event, name="a.txt")
    assert kept.state == "unreadable" and "a.txt" in kept.unreadable_because
    assert core.read_file(kept.original).decode() == papers.CITY.strip()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(["page_three_documents", "forwarding_2020", "city_telegram_2020"]), max_size=3),
    st.text(alphabet="关于做好的通知。，：一二、（）\n 2020年月日号〔〕发", max_size=200),
)
def test_the_parts_of_a_page_cover_it(names, more):
    text = (
        "\n\n".join((FIXTURES / f"{name}.txt").read_text(encoding="utf-8") for name in names) + more + "通知"
    )
    reading = reader.read_pasted(text)
    found = pages.parts(reading)
    assert "".join(part.text for part in found) == reading.text
    for part in found:
        for clause in part.document.clauses:
            assert part.text[clause.start - part.start : clause.end - part.start] == clause.text


def test_odd_characters_do_not_break_the_register(city, event):
    text = papers.CITY.replace("上报", "上\x00报\ufffe\u200b") + "\U00020bb7"
    made = register(text, factories.actor(city), event)
    assert made[0].state == "read" and "\x00" not in made[0].text
