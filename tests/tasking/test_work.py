from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from chunfeng.core import actions as core
from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.tasking import actions, moves
from chunfeng.tasking.models import Task, TaskEntry
from tests import factories as f
from tests.tasking.builders import CITY, COUNTIES, TOWNSHIP, VILLAGE, at, tasks

NOW = f.NOW


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def city(db):
    return f.office(CITY, name="测试市就业服务局")


@pytest.fixture
def county(city):
    return f.office(COUNTIES[0], parent=city)


@pytest.fixture
def task(city, county):
    return tasks(city, [county])[0]


def fresh(task):
    return Task.objects.get(pk=task.pk)


def report(task, by, **more):
    given = {"text": "已完成", "files": [], "period": "", "key": "", "at": NOW} | more
    return actions.report_done(task=task, by=by, **given)


def test_from_new_to_done_and_back(task, city, county):
    officer, chief = f.actor(county), f.actor(city)
    actions.accept(task=task, by=officer, at=NOW)
    assert fresh(task).state == "accepted"
    file = core.store_file(
        data=b"evidence", name="名单.xlsx", media_type="x", area_code=county.area_code, by=officer, at=NOW
    )
    entry = report(task, officer, files=[file])
    assert (fresh(task).state, fresh(task).done_at) == ("done", NOW)
    assert list(entry.files.all()) == [file]
    actions.send_back(task=task, reason="缺三个村", by=chief, at=NOW)
    assert (fresh(task).state, fresh(task).done_at) == ("returned", None)
    report(task, officer)
    kinds = list(TaskEntry.objects.filter(task=task).values_list("kind", flat=True))
    assert kinds == ["accepted", "reported", "returned", "reported"]
    verbs = list(Event.objects.filter(object_type="tasking.task").values_list("verb", flat=True))
    assert verbs == [f"task.{kind}" for kind in kinds]


def test_the_second_of_two_is_told_what_the_first_did(task, county):
    first, second = f.actor(county), f.actor(county)
    report(task, first)
    with pytest.raises(Refused, match=f"already “Done”: {first.name}"):
        report(task, second)


def test_the_same_key_is_the_same_report(task, county):
    officer = f.actor(county)
    assert report(task, officer, key="k1") == report(task, officer, key="k1", text="again")
    assert TaskEntry.objects.count() == 1


def test_a_report_says_something(task, county):
    with pytest.raises(Refused, match="Say in a sentence"):
        report(task, f.actor(county), text="  ")


def test_only_the_office_itself_works_on_it(task, city, county):
    other = f.office(COUNTIES[1])
    for by in (f.actor(city), f.actor(other)):
        for act in (actions.accept, lambda **k: report(k["task"], k["by"])):
            with pytest.raises(NotAllowed):
                act(task=task, by=by, at=NOW)
    with pytest.raises(NotAllowed):
        report(task, f.actor(county, "auditor"))
    report(task, f.actor(county, "caller"))


def test_another_area_does_not_even_find_it(task):
    stranger = f.actor(f.office(COUNTIES[1]))
    with scope.applied(stranger), pytest.raises(NotAllowed, match="not in the area"):
        actions.accept(task=task, by=stranger, at=NOW)


def test_only_above_sends_back(task, city, county):
    report(task, f.actor(county))
    with pytest.raises(NotAllowed):
        actions.send_back(task=task, reason="x", by=f.actor(county, "leader"), at=NOW)
    province = f.actor(f.office("220000000000"))
    with pytest.raises(Refused, match="Say what is missing"):
        actions.send_back(task=task, reason=" ", by=province, at=NOW)
    actions.send_back(task=task, reason="重报", by=province, at=NOW)


def test_refuse_with_reason_then_sent_back(task, city, county):
    with pytest.raises(Refused, match="Say why"):
        actions.refuse(task=task, reason="", by=f.actor(county), at=NOW)
    actions.refuse(task=task, reason="不属本单位职责", by=f.actor(county), at=NOW)
    assert fresh(task).state == "refused"
    actions.send_back(task=task, reason="请办理", by=f.actor(city), at=NOW)
    assert fresh(task).state == "returned"


def test_extension_is_the_giver_leaders_alone(task, city, county):
    later = at("2020-02-05 17:00")
    for by in (
        f.actor(county, "leader"),
        f.actor(city, "officer"),
        f.actor(f.office("220000000000"), "leader"),
    ):
        with pytest.raises(NotAllowed):
            actions.extend(task=task, new_due=later, reason="雪", by=by, at=NOW)
    leader = f.actor(city, "leader")
    with pytest.raises(Refused, match="in the past"):
        actions.extend(task=task, new_due=NOW - timedelta(hours=1), reason="雪", by=leader, at=NOW)
    with pytest.raises(Refused, match="not later"):
        actions.extend(task=task, new_due=task.due_at, reason="雪", by=leader, at=NOW)
    entry = actions.extend(task=task, new_due=later, reason="雪", by=leader, at=NOW)
    assert (entry.old_due_at, entry.new_due_at, fresh(task).due_at) == (task.due_at, later, later)


def test_delegation(task, county):
    officer = f.actor(county)
    township = f.office(TOWNSHIP, parent=county)
    centre = f.office(COUNTIES[0], parent=county)
    children = actions.delegate(
        task=task, offices=[township, centre, township], note="今晚报", by=officer, at=NOW
    )
    assert {c.office for c in children} == {township, centre}
    child = Task.objects.get(office=township)
    assert (child.parent, child.recipient, child.due_at, child.state) == (task, county, task.due_at, "new")
    assert fresh(task).state == "accepted"
    actions.delegate(task=task, offices=[township], note="", by=officer, at=NOW)
    assert Task.objects.count() == 3
    report(child, f.actor(township, "caller"))
    assert fresh(task).state == "accepted"  # the office itself answers for it
    report(task, officer)


def test_delegation_goes_down_only(task, city, county):
    officer = f.actor(county)
    for wrong in (city, county, f.office(COUNTIES[1]), f.office(COUNTIES[0])):
        with pytest.raises(Refused, match="not a lower office"):
            actions.delegate(task=task, offices=[wrong], note="", by=officer, at=NOW)
    with pytest.raises(Refused, match="Choose at least one"):
        actions.delegate(task=task, offices=[], note="", by=officer, at=NOW)
    with pytest.raises(NotAllowed):
        actions.delegate(
            task=task, offices=[f.office(VILLAGE)], note="", by=f.actor(county, "caller"), at=NOW
        )


def test_delegation_adopts_a_task_already_there(city, county):
    township = f.office(TOWNSHIP, parent=county)
    upper, lower = tasks(city, [county, township])
    actions.delegate(task=upper, offices=[township], note="", by=f.actor(county), at=NOW)
    assert fresh(lower).parent == upper


def test_a_repeated_duty_closes_period_after_period(city, county):
    task = tasks(city, [county], every="day")[0]
    officer = f.actor(county)
    assert task.due_at == at("2020-02-01 23:59:59")
    entry = report(task, officer, period="2020-02-01")
    assert entry.period == "2020-02-01"
    assert (fresh(task).state, fresh(task).due_at) == ("accepted", at("2020-02-02 23:59:59"))
    with pytest.raises(Refused, match="2020-02-02, not 2020-02-01"):
        report(task, officer, period="2020-02-01")
    report(task, officer)
    actions.send_back(task=task, reason="数字不对", by=f.actor(city), at=NOW)
    assert (fresh(task).state, fresh(task).due_at) == ("returned", at("2020-02-02 23:59:59"))
    assert report(task, officer).period == "2020-02-02"


def test_notes_from_both_sides(task, city, county):
    actions.note(task=task, text="已联系", by=f.actor(city), at=NOW)
    actions.note(task=task, text="收到", by=f.actor(county, "caller"), at=NOW)
    with pytest.raises(NotAllowed):
        actions.note(task=task, text="?", by=f.actor(f.office(COUNTIES[1])), at=NOW)


def test_possible_moves_are_what_the_actions_allow(task, city, county):
    def may(by):
        return moves.possible(by, fresh(task))

    assert may(f.actor(county)) == {"accept", "delegate", "report", "refuse", "note"}
    assert may(f.actor(county, "caller")) == {"accept", "report", "note"}
    assert may(f.actor(county, "auditor")) == set()
    assert may(f.actor(city)) == {"remind", "note"}
    assert may(f.actor(city, "leader")) == {"remind", "note", "extend"}
    assert may(f.actor(f.office(COUNTIES[1]))) == set()
    report(task, f.actor(county))
    assert may(f.actor(city)) == {"send_back", "note"}


def test_every_move_ends_in_a_state_that_has_a_way_on():
    sources = {s for m in moves.MOVES.values() for s in m.source}
    assert {m.to for m in moves.MOVES.values() if m.to} <= sources
