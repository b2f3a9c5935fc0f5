"""Important situations: the way up, receipts, merging, silence, and two people at once (C2, C3, C12, C13)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.offices.models import Office
from chunfeng.reporting import actions, situations_limits
from chunfeng.reporting.models import Situation, SituationHop, SituationNews
from chunfeng.reporting.queries import situations as queries
from chunfeng.tasking.models import Message
from tests import factories as f

AT = f.NOW


def minutes(n: int):
    return AT + timedelta(minutes=n)


@dataclass
class Line:
    """Two villages, their township, county, prefecture, province."""

    village: Office
    other: Office
    town: Office
    county: Office
    city: Office
    province: Office


@pytest.fixture
def line(db) -> Line:
    province = f.office("220000000000", line="hrss")
    city = f.office("220100000000", line="hrss", parent=province)
    county = f.office("220184000000", line="hrss", parent=city)
    town = f.office("220184101000", line="government", parent=county)
    village = f.office("220184101201", line="government", parent=town)
    other = f.office("220184101202", line="government", parent=town)
    return Line(village, other, town, county, city, province)


def report(at_office: Office, role: str = "caller", **given_) -> Situation:
    by = f.actor(at_office, role)
    fields = {"what": "三名返乡人员同车发热", "happened_at": AT, "by": by, "at": AT} | given_
    with scope.applied(by):
        return actions.report_situation(**fields)


def act(name: str, at_office: Office, role: str = "officer", at=AT, **given_):
    by = f.actor(at_office, role)
    with scope.applied(by):
        return getattr(actions, name)(by=by, at=at, **given_)


def hops(of: Situation) -> list[SituationHop]:
    return list(SituationHop.objects.filter(situation=of).order_by("position"))


def told(office: Office, **narrow) -> list[str]:
    return list(
        Message.objects.filter(office=office, **narrow).order_by("pk").values_list("subject", flat=True)
    )


def test_goes_up_hop_by_hop_with_times_and_receipts(line):
    made = report(line.village, people=3, place="村口", contact="王某 13812345678")
    first = hops(made)[0]
    assert (first.sender, first.receiver, first.sent_at) == (line.village, line.town, AT)
    assert first.due_at == AT + timedelta(minutes=situations_limits.MINUTES["township"])
    assert first.received_at is None
    assert len(told(line.town)) == 1

    receipt = act("take_in_situation", line.town, at=minutes(5), situation_id=made.pk)
    assert receipt.received_at == minutes(5)
    assert receipt.received_by_name
    assert len(hops(made)) == 1, "taking in does not pass on"

    act("pass_on_situation", line.town, at=minutes(6), situation_id=made.pk, note="已派人到现场")
    second = hops(made)[1]
    assert (second.sender, second.receiver, second.note) == (line.town, line.county, "已派人到现场")
    assert second.due_at == minutes(6 + situations_limits.MINUTES["county"])
    assert [e.verb for e in Event.objects.order_by("id")] == [
        "situation.report", "situation.take_in", "situation.pass_on",
    ]  # fmt: skip


def test_messages_and_the_trail_carry_no_words_of_the_report(line):
    made = report(line.village, what="赵某某发热", contact="13812345678", place="赵家院")
    act("take_in_situation", line.town, situation_id=made.pk)
    act("add_situation_news", line.village, role="caller", situation_id=made.pk, text="赵某某已送医")
    texts = [m.subject + m.body for m in Message.objects.all()]
    texts += [f"{e.object_label}{e.detail}{e.reason}" for e in Event.objects.all()]
    assert len(texts) >= 5
    assert not [text for text in texts if "赵" in text or "138" in text]


def test_the_contact_is_sealed_and_masked(line):
    made = report(line.village, contact="王某 13812345678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM reporting_situation WHERE id = %s", [made.pk])
        assert b"138" not in bytes(cursor.fetchone()[0])
    assert queries.shown_contact(made) == "王某 138******78"
    assert (
        queries.shown("身份证11010519491231002X，电话13812345678")
        == "身份证110*************2X，电话138******78"
    )
    opened = act("reveal_situation", line.county, situation_id=made.pk, reason="核实", role="officer")
    assert opened.contact == "王某 13812345678"
    assert Event.objects.filter(verb="situation.read", reason="核实").count() == 1
    with pytest.raises(Refused):
        act("reveal_situation", line.county, situation_id=made.pk, reason=" ")


def test_the_same_key_reports_once_and_another_office_may_use_it(line):
    first = report(line.village, key="a")
    assert report(line.village, key="a").pk == first.pk
    assert report(line.other, key="a").pk != first.pk
    assert report(line.village).pk != report(line.village).pk
    assert SituationHop.objects.filter(situation=first).count() == 1


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"what": "  "}, "What happened"),
        ({"happened_at": minutes(60)}, "future"),
        ({"people": -1}, "0 up"),
        ({"place": "长" * 201}, "Where"),
    ],
)
def test_what_cannot_be_right_is_refused_in_words(line, wrong, word):
    with translation.override("en"), pytest.raises(Refused, match=word):
        report(line.village, **wrong)
    assert not Situation.objects.exists()


def test_only_the_receiver_takes_in_and_only_once(line):
    made = report(line.village)
    with pytest.raises(NotAllowed):
        act("take_in_situation", line.county, situation_id=made.pk)
    with pytest.raises(Refused):
        act("pass_on_situation", line.town, situation_id=made.pk)
    first = act("take_in_situation", line.town, at=minutes(1), situation_id=made.pk)
    again = act("take_in_situation", line.town, at=minutes(9), situation_id=made.pk)
    assert (again.received_at, again.received_by_name) == (first.received_at, first.received_by_name)
    one = act("pass_on_situation", line.town, situation_id=made.pk)
    two = act("pass_on_situation", line.town, situation_id=made.pk)
    assert one.pk == two.pk


def test_out_of_sight_out_of_reach(line):
    far = f.office("220381000000", line="hrss")
    made = report(line.village)
    for move, more in (("take_in_situation", {}), ("settle_situation", {"outcome": "好"})):
        with pytest.raises(NotAllowed):
            act(move, far, situation_id=made.pk, **more)
    stranger = f.actor(far)
    assert queries.situation(stranger, made.pk) is None
    with scope.applied(stranger):
        assert not Situation.objects.exists()
        assert not SituationHop.objects.exists()


def up_to_county(line: Line, *villages: Office) -> list[Situation]:
    made = []
    for n, village in enumerate(villages):
        each = report(village, people=n + 1, what=f"情况{n + 1}", happened_at=AT - timedelta(hours=n))
        act("take_in_situation", line.town, situation_id=each.pk)
        act("pass_on_situation", line.town, situation_id=each.pk)
        act("take_in_situation", line.county, situation_id=each.pk, at=minutes(10))
        made.append(each)
    return made


def test_merged_into_one_that_goes_up_and_the_senders_see_on(line):
    parts = up_to_county(line, line.village, line.other)
    county = f.actor(line.county)
    assert {p.pk for p in queries.mergeable(county)} == {p.pk for p in parts}
    draft = queries.draft_of_merged(parts)
    assert (draft["people"], draft["happened_at"]) == (3, AT - timedelta(hours=1))
    merged = act(
        "merge_situations", line.county, at=minutes(20), situation_ids=[p.pk for p in parts], key="m",
        what="两村共三人发热", happened_at=draft["happened_at"], people=draft["people"],
    )  # fmt: skip
    assert merged.office == line.county
    assert [h.receiver for h in hops(merged)] == [line.city]
    assert not queries.mergeable(county)
    act("take_in_situation", line.city, situation_id=merged.pk, at=minutes(25))
    act("add_situation_news", line.village, role="caller", situation_id=parts[0].pk, text="已送医")
    assert "续报" in told(line.city)[-1] or "news" in told(line.city)[-1]
    act("settle_situation", line.city, situation_id=merged.pk, outcome="均为普通感冒", at=minutes(90))

    village = f.actor(line.village, "caller")
    with scope.applied(village):
        seen = queries.situation(village, parts[0].pk)
        links = queries.chain(seen, minutes(100))
        assert not Situation.objects.filter(pk=merged.pk).exists(), "the report above is out of its sight"
    assert [link.kind for link in links] == ["origin", "hop", "hop", "merged", "hop", "settled"]
    assert [link.office for link in links[-3:]] == [line.county.name, line.city.name, line.city.name]
    assert links[-1].note == "均为普通感冒"
    with pytest.raises(Refused):
        act("add_situation_news", line.village, role="caller", situation_id=parts[0].pk, text="又有一人")
    assert told(line.village)[-1] == told(line.other)[-1]
    assert len(told(line.village)) == 1


def test_merging_refuses_what_is_not_in_hand(line):
    one, two = up_to_county(line, line.village, line.other)
    words = {"what": "合并", "happened_at": AT}
    with pytest.raises(Refused):
        act("merge_situations", line.county, situation_ids=[one.pk], **words)
    with pytest.raises(NotAllowed):
        act("merge_situations", line.county, role="caller", situation_ids=[one.pk, two.pk], **words)
    act("pass_on_situation", line.county, situation_id=two.pk)
    with pytest.raises(Refused):
        act("merge_situations", line.county, situation_ids=[one.pk, two.pk], **words)
    assert Situation.objects.filter(state="open").count() == 2


def test_merging_again_with_the_same_key_gives_the_first(line):
    parts = up_to_county(line, line.village, line.other)
    given_ = {"situation_ids": [p.pk for p in parts], "what": "合并", "happened_at": AT, "key": "m"}
    assert (
        act("merge_situations", line.county, **given_).pk == act("merge_situations", line.county, **given_).pk
    )
    with pytest.raises(Refused):
        act("merge_situations", line.county, **(given_ | {"key": "n"}))


def test_settling_needs_the_report_in_hand_and_an_outcome(line):
    made = report(line.village)
    for office, role in ((line.village, "caller"), (line.town, "officer")):
        with pytest.raises(Refused):
            act("settle_situation", office, role=role, situation_id=made.pk, outcome="误报")
    act("take_in_situation", line.town, situation_id=made.pk)
    with pytest.raises(Refused):
        act("settle_situation", line.town, situation_id=made.pk, outcome=" ")
    act("settle_situation", line.town, situation_id=made.pk, outcome="误报")
    act("settle_situation", line.town, situation_id=made.pk, outcome="误报")  # a retry
    with pytest.raises(Refused):
        act("add_situation_news", line.village, role="caller", situation_id=made.pk, text="又有")
    assert Event.objects.filter(verb="situation.settle").count() == 1


def test_at_the_top_it_stays_with_the_office(line):
    made = report(line.province, role="officer")
    assert hops(made) == []
    by = f.actor(line.province)
    assert "settle" in queries.possible(by, made, AT)
    with pytest.raises(Refused):
        act("pass_on_situation", line.province, situation_id=made.pk)
    act("settle_situation", line.province, situation_id=made.pk, outcome="已处置")


def test_silence_is_told_once_to_office_leader_and_sender(line):
    made = report(line.village)
    limit = situations_limits.MINUTES["township"]
    assert actions.escalate_situations(now=minutes(limit)) == 0
    assert actions.escalate_situations(now=minutes(limit + 1)) == 1
    assert actions.escalate_situations(now=minutes(limit + 2)) == 0
    assert len(told(line.town, for_leader=False)) == 2
    assert len(told(line.town, for_leader=True)) == 1
    assert len(told(line.village)) == 1
    assert hops(made)[0].escalated_at == minutes(limit + 1)
    closed = report(line.other)
    act("take_in_situation", line.town, situation_id=closed.pk)
    assert actions.escalate_situations(now=minutes(600)) == 0


def test_a_silent_office_is_passed_over_and_may_still_sign(line):
    made = report(line.village)
    given_ = {"situation_id": made.pk, "reason": "电话无人接"}
    with pytest.raises(Refused):
        act("pass_over_silent", line.village, role="caller", at=minutes(5), **given_)
    late = minutes(situations_limits.MINUTES["township"] + 1)
    with pytest.raises(Refused):
        act("pass_over_silent", line.village, role="caller", at=late, situation_id=made.pk, reason="")
    with pytest.raises(Refused):
        act("pass_over_silent", line.county, at=late, **given_)
    made_hop = act("pass_over_silent", line.village, role="caller", at=late, **given_)
    assert act("pass_over_silent", line.village, role="caller", at=late, **given_).pk == made_hop.pk
    first, second = hops(made)
    assert (second.sender, second.receiver) == (line.village, line.county)
    assert (first.skipped_at, first.skip_reason) == (late, "电话无人接")
    assert actions.escalate_situations(now=late + timedelta(minutes=1)) == 0, "the passed-over hop is over"
    act("take_in_situation", line.town, at=late + timedelta(minutes=3), situation_id=made.pk)
    assert hops(made)[0].received_at is not None
    with pytest.raises(Refused):
        act("pass_on_situation", line.town, at=late, situation_id=made.pk)


def test_news_is_added_once_and_told_to_who_has_it(line):
    made = report(line.village)
    act("take_in_situation", line.town, situation_id=made.pk)
    before = len(told(line.town))
    for _n in range(2):
        act("add_situation_news", line.village, role="caller", situation_id=made.pk, text="已送医", key="k")
    assert SituationNews.objects.count() == 1
    assert len(told(line.town)) == before + 1
    with pytest.raises(Refused):
        act("add_situation_news", line.county, situation_id=made.pk, text="外人")
    with scope.applied(f.actor(line.village)), pytest.raises(Exception, match="permission denied"):
        SituationNews.objects.update(text="改")


def test_the_next_office_above(line):
    assert queries.next_office(line.village) == line.town
    Office.objects.filter(pk=line.town.pk).update(active=False)
    assert queries.next_office(line.village) == line.county
    alone = f.office("220184102000", line="health")
    assert queries.next_office(alone) == line.county
    health = f.office("220184000000", line="health")
    assert queries.next_office(alone) == health
    assert queries.next_office(health) == line.city
    assert queries.next_office(line.province) is None
    assert queries.next_office(line.village, taken={line.county.pk}) == line.city


@given(st.integers(0, 4), st.booleans())
def test_possible_moves_follow_the_hand_that_holds_it(taken, waits):
    """Of all offices at most one has the report in hand, and nobody may both take it in and pass it on."""
    ids = {name: n for n, name in enumerate(["village", "town", "county", "city", "province"], 1)}
    names = list(ids)
    made = Situation(pk=1, office_id=1, state="open")
    made._prefetched_objects_cache = {
        "hops": [
            SituationHop(
                pk=n, position=n, sender_id=n, receiver_id=n + 1, due_at=AT,
                received_at=AT if n <= taken else None,
            )
            for n in range(1, min(taken + waits, 4) + 1)
        ]
    }  # fmt: skip
    moves = {
        name: queries.possible(Actor(name="测", role="officer", office_id=ids[name]), made, minutes(1))
        for name in names
    }
    assert sum("pass_on" in each for each in moves.values()) == (0 if waits and taken < 4 else 1)
    assert not [name for name, each in moves.items() if {"take_in", "pass_on"} <= each]
    assert sum("pass_over" in each for each in moves.values()) == (1 if waits and taken < 4 else 0)


def test_the_database_is_the_last_guard(line):
    made = report(line.village)
    hop = hops(made)[0]
    for broken in (
        lambda: Situation.objects.filter(pk=made.pk).update(state="merged"),
        lambda: Situation.objects.filter(pk=made.pk).update(state="closed"),
        lambda: SituationHop.objects.filter(pk=hop.pk).update(skipped_at=AT),
        lambda: SituationHop.objects.create(
            situation=made, area_code=made.area_code, position=2, sender=line.village, receiver=line.town,
            sent_at=AT, sent_by_name="x", due_at=AT,
        ),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_report_one_receipt_one_hop():
    county = f.office("220184000000", line="hrss")
    town = f.office("220184101000", line="government", parent=county)
    village = f.office("220184101201", line="government", parent=town)
    caller, clerks = f.actor(village, "caller"), [f.actor(town) for _n in range(3)]

    def at_once(work, n=12):
        def one(i):
            try:
                return work(i)
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(one, range(n)))

    def send(_i):
        with scope.applied(caller):
            return actions.report_situation(what="测试", happened_at=AT, by=caller, at=AT, key="one").pk

    keys = set(at_once(send))
    assert len(keys) == 1
    (pk,) = keys
    assert SituationHop.objects.count() == 1

    def take(i):
        by = clerks[i % 3]
        with scope.applied(by):
            return actions.take_in_situation(situation_id=pk, by=by, at=minutes(i)).received_by_name

    names = set(at_once(take))
    assert names == {SituationHop.objects.get().received_by_name}
    assert Event.objects.filter(verb="situation.take_in").count() == 1

    def on(i):
        by = clerks[i % 3]
        with scope.applied(by):
            return actions.pass_on_situation(situation_id=pk, by=by, at=AT).pk

    assert len(set(at_once(on))) == 1
    assert SituationHop.objects.count() == 2
    assert at_once(lambda _i: actions.escalate_situations(now=minutes(600))).count(1) == 1
    assert Message.objects.filter(office=county, for_leader=True).count() == 1
