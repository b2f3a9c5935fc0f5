from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.views.defaults import server_error

from chunfeng.core.models import Event, StoredFile
from chunfeng.tasking import actions, outbox
from chunfeng.tasking.models import ChaseRule, CoordinationIssue, Message, OfficeChannel, Task
from tests import factories as f
from tests.tasking.builders import CITY, COUNTIES, TOWNSHIP, tasks


@pytest.fixture
def city(db):
    return f.office(CITY, name="测试市就业服务局")


@pytest.fixture
def counties(city):
    return [f.office(c, parent=city) for c in COUNTIES]


@pytest.fixture
def task(city, counties):
    return tasks(city, counties, duties=2)[0]


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:400]
    return response.content.decode()


def test_tiles_lead_to_what_they_count(task, counties):
    now = timezone.now()
    mine = Task.objects.filter(office=counties[0]).order_by("pk")
    late, today = mine
    Task.objects.filter(pk=late.pk).update(due_at=now - timedelta(days=2))
    Task.objects.filter(pk=today.pk).update(
        due_at=timezone.localtime(now).replace(hour=23, minute=59, second=59)
    )
    client = f.browse(f.posting(counties[0]))
    response = client.get(reverse("desk"))
    numbers = {tile["name"]: tile["number"] for tile in response.context["tiles"]}
    assert numbers == {"new": "2", "today": "1", "overdue": "1", "open": "2", "done": "0"}
    for name, number in numbers.items():
        shown = client.get(reverse("desk"), {"show": name}).context["page"].rows
        assert len(shown) == int(number)
    assert [t.pk for t in response.context["page"].rows] == [late.pk, today.pk]


def test_search_filter_and_export(task, counties):
    client = f.browse(f.posting(counties[0]))
    assert len(client.get(reverse("desk"), {"q": "第2项"}).context["page"].rows) == 1
    assert len(client.get(reverse("desk"), {"notice": task.notice_id}).context["page"].rows) == 2
    assert len(client.get(reverse("desk"), {"part": "with"}).context["page"].rows) == 0
    export = client.get(reverse("desk"), {"export": "xlsx"})
    assert export.content[:2] == b"PK"
    assert Event.objects.filter(verb="desk.export", kind="export").exists()


def test_desk_shows_only_the_own_office(task, city, counties):
    assert f.browse(f.posting(city)).get(reverse("desk")).context["page"].rows == []


def test_queries_do_not_grow(city, counties):
    client = f.browse(f.posting(counties[0]))
    counts = []
    for size in (1, 6):
        tasks(city, counties, duties=size)
        client.get(reverse("desk"))
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("desk"))
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_report_with_files_and_again_with_the_same_key(task, counties):
    client = f.browse(f.posting(counties[0], "caller"))
    url = reverse("task-act", args=[task.pk, "report"])
    for _ in range(2):
        files = [SimpleUploadedFile("名单.xlsx", b"one"), SimpleUploadedFile("照片.jpg", b"two")]
        response = client.post(url, {"text": "全部完成", "key": "k1", "files": files})
        if response.status_code != 302:
            break
    task.refresh_from_db()
    assert task.state == "done"
    assert task.entries.count() == 1
    entry = task.entries.get()
    assert entry.evidence.count() == 2
    seen = page(client, reverse("task", args=[task.pk]))
    assert "名单.xlsx" in seen
    got = client.get(reverse("evidence", args=[entry.evidence.first().pk]))
    assert got.content == b"one"
    assert Event.objects.filter(verb="evidence.read", kind="read").count() == 1


def test_a_refusal_keeps_what_was_typed(task, city, counties):
    client = f.browse(f.posting(city, "leader"))
    response = client.post(
        reverse("task-act", args=[task.pk, "extend"]), {"text": "大雪封路", "new_due": "2001-01-01T10:00"}
    )
    assert response.status_code == 422
    assert "大雪封路" in response.content.decode()
    assert 'role="alert"' in response.content.decode()
    response = client.post(reverse("task-act", args=[task.pk, "extend"]), {"text": "大雪", "new_due": "bad"})
    assert response.status_code == 422
    later = (timezone.localtime() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    response = client.post(reverse("task-act", args=[task.pk, "extend"]), {"text": "大雪", "new_due": later})
    assert response.status_code == 302


def test_buttons_by_role(task, city, counties):
    def acts(client):
        text = page(client, reverse("task", args=[task.pk]))
        moves = ("accept", "report", "delegate", "refuse", "send_back", "extend", "note")
        return {m for m in moves if reverse("task-act", args=[task.pk, m]) in text}

    f.office(TOWNSHIP, parent=counties[0])
    assert acts(f.browse(f.posting(counties[0]))) == {"accept", "report", "delegate", "refuse", "note"}
    assert acts(f.browse(f.posting(counties[0], "caller"))) == {"accept", "report", "note"}
    assert acts(f.browse(f.posting(counties[0], "auditor"))) == set()
    assert acts(f.browse(f.posting(city, "leader"))) == {"extend", "note"}


def test_out_of_sight_is_not_there(task, counties):
    client = f.browse(f.posting(counties[1]))
    page(client, reverse("task", args=[task.pk]), 404)
    assert client.post(reverse("task-act", args=[task.pk, "accept"])).status_code == 404
    assert client.post(reverse("task-remind", args=[task.pk])).status_code == 404


def test_admins_have_no_desk(task, counties):
    page(f.browse(f.posting(counties[0], "system_admin")), reverse("desk"), 403)


def test_delegation_by_the_form(task, counties):
    township = f.office(TOWNSHIP, parent=counties[0])
    client = f.browse(f.posting(counties[0]))
    assert township.name in page(client, reverse("task", args=[task.pk]))
    response = client.post(
        reverse("task-act", args=[task.pk, "delegate"]), {"text": "今晚", "office": [township.pk]}
    )
    assert response.status_code == 302
    child = Task.objects.get(office=township)
    assert reverse("task", args=[child.pk]) in page(client, reverse("task", args=[task.pk]))
    below = page(f.browse(f.posting(township, "caller")), reverse("task", args=[child.pk]))
    assert reverse("task", args=[task.pk]) not in below  # the parent lies above the wall


def test_matrix_shows_marks_and_goes_deeper(task, city, counties):
    officer = f.posting(counties[0])
    f.browse(officer).post(reverse("task-act", args=[task.pk, "report"]), {"text": "完成"})
    client = f.browse(f.posting(city))
    response = client.get(reverse("matrix", args=[task.notice_id]))
    matrix = response.context["matrix"]
    assert [c.office for c in matrix.columns] == counties
    assert [(c.done, c.due) for c in matrix.columns] == [(1, 2), (0, 2), (0, 2)]
    assert [(row.done, row.due) for row in matrix.lines] == [(1, 3), (0, 3)]
    assert '<a class="cell done"' in response.content.decode()
    township = f.office(TOWNSHIP, parent=counties[0])
    f.browse(officer).post(reverse("task-act", args=[task.pk, "note"]), {"text": "x"})
    second = Task.objects.filter(office=counties[0]).exclude(pk=task.pk).get()
    f.browse(officer).post(reverse("task-act", args=[second.pk, "delegate"]), {"office": [township.pk]})
    deeper = client.get(reverse("matrix", args=[task.notice_id]), {"area": COUNTIES[0]})
    assert [c.office for c in deeper.context["matrix"].columns] == [township]
    # an area outside the own range falls back to the own
    county_view = f.browse(officer).get(reverse("matrix", args=[task.notice_id]), {"area": CITY})
    assert [c.office for c in county_view.context["matrix"].columns] == [township]
    assert county_view.context["place"] is None


def test_who_is_behind_and_remind_once_a_day(task, city, counties):
    client = f.browse(f.posting(city))
    url = reverse("behind", args=[task.notice_id])
    assert len(client.get(url).context["page"].rows) == 6
    remind = reverse("task-remind", args=[task.pk])
    assert client.post(remind, {"next": url}).url == url
    assert client.post(remind, {"next": "https://elsewhere.example/"}).status_code == 422
    assert Message.objects.count() == 1
    assert task.pk in client.get(url).context["reminded"]
    desk = f.browse(f.posting(counties[0], "caller"))
    assert Message.objects.get().subject in page(desk, reverse("desk"))
    desk.post(reverse("inbox-read"), {"message": [Message.objects.get().pk], "next": "inbox"})
    assert Message.objects.get().read_at is not None
    assert Message.objects.get().subject in page(desk, reverse("inbox"))
    assert f.browse(f.posting(counties[1], "caller")).post(remind).status_code == 403


def test_channels_are_masked(counties):
    leader, officer = f.browse(f.posting(counties[0], "leader")), f.browse(f.posting(counties[0]))
    assert (
        leader.post(reverse("channels"), {"channel": "email", "address": "wang@example.org"}).status_code
        == 302
    )
    assert leader.post(reverse("channels"), {"channel": "email", "address": "x"}).status_code == 422
    actions.add_channel(
        channel="webhook",
        address="https://hooks.example.org/services/secretpath",
        by=f.actor(counties[0]),
        at=f.NOW,
    )
    seen = page(officer, reverse("channels"))
    assert "wang@" not in seen
    assert "secretpath" not in seen
    hook = OfficeChannel.objects.get(channel="webhook")
    key = outbox.secret(hook)
    assert key not in page(officer, reverse("channels") + f"?secret={hook.pk}")
    assert key in page(leader, reverse("channels") + f"?secret={hook.pk}")
    assert Event.objects.filter(verb="channel.secret", kind="read").count() == 1
    assert officer.post(reverse("channel-stop", args=[hook.pk])).status_code == 302
    assert f.browse(f.posting(counties[0], "caller")).get(reverse("channels")).status_code == 403


def test_an_issue_from_a_task_to_its_outcome(task, city, counties):
    county, above = f.browse(f.posting(counties[0])), f.browse(f.posting(city))
    form = page(county, reverse("issue-new") + f"?task={task.pk}")
    assert city.name in form
    found = county.post(
        reverse("issue-new"), {"task": task.pk, "problem": "缺口罩", "find": "1", "office_text": "就业服务局"}
    )
    assert "缺口罩" in found.content.decode()
    assert county.post(reverse("issue-new"), {"problem": "缺口罩"}).status_code == 422
    made = county.post(
        reverse("issue-new"), {"task": task.pk, "problem": "缺口罩", "owner": city.pk, "due_on": ""}
    )
    issue = CoordinationIssue.objects.get()
    assert made.url == reverse("issue", args=[issue.pk])
    assert "缺口罩" in page(above, reverse("issues"))
    assert "缺口罩" in page(county, reverse("task", args=[task.pk]))
    url = reverse("issue", args=[issue.pk])
    assert above.post(url, {"act": "settle", "outcome": ""}).status_code == 422
    assert above.post(url, {"act": "settle", "outcome": "已调拨五百只"}).status_code == 302
    assert county.post(url, {"act": "drop", "outcome": "晚了"}).status_code == 422
    assert "已调拨五百只" in page(county, url)
    page(f.browse(f.posting(counties[1])), url, 404)
    assert county.get(reverse("issues"), {"export": "xlsx"}).content[:2] == b"PK"


def test_an_issue_handed_on_to_another_owner(city, counties):
    issue = actions.raise_issue(
        problem="车辆不足", owner=counties[1], due_on=None, task=None, by=f.actor(counties[0]), at=f.NOW
    )
    url = reverse("issue", args=[issue.pk])
    client = f.browse(f.posting(counties[1]))
    assert client.post(url, {"act": "change", "owner": city.pk, "due_on": "2001-01-01"}).status_code == 422
    day = (timezone.localdate() + timedelta(days=2)).isoformat()
    assert client.post(url, {"act": "change", "owner": city.pk, "due_on": day}).status_code == 302
    issue.refresh_from_db()
    assert (issue.owner, issue.owner_area_code) == (city, CITY)
    assert page(f.browse(f.posting(city)), url)
    page(client, url, 404)  # it is no longer theirs


def test_a_repeated_duty_reported_up_to_date_counts_as_done(city, counties):
    task = tasks(city, counties[:1], every="day")[0]
    client = f.browse(f.posting(city))

    def cell():
        response = client.get(reverse("matrix", args=[task.notice_id]))
        return response.context["matrix"].columns[0].done, '<a class="cell kept"' in response.content.decode()

    Task.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert cell() == (0, False)
    actions.report_done(
        task=task, text="零报告", files=[], period="", key="", by=f.actor(counties[0]), at=timezone.now()
    )
    assert cell() == (1, True)


def test_the_leader_sets_the_chasing_rule(counties):
    leader, officer = f.browse(f.posting(counties[0], "leader")), f.browse(f.posting(counties[0]))
    given = {
        "before": "3、1", "after": "2 1", "every": "5", "escalate": "4", "hour": "9", "before_means": "eve",
    }  # fmt: skip
    url = reverse("chase-rule")
    assert leader.post(url, given).status_code == 302
    rule = ChaseRule.objects.get(office=counties[0])
    assert (rule.before_days, rule.after_days, rule.then_every) == ([3, 1], [1, 2], 5)
    assert (rule.escalate_after, rule.hour, rule.before_means) == (4, 9, "eve")
    for wrong in (
        {"hour": "24"},
        {"before": "x"},
        {"every": "-1"},
        {"before_means": "?"},
        {"after": "1 2 3 4 5 6"},
    ):
        assert leader.post(url, given | wrong).status_code == 422
    assert officer.post(url, given).status_code == 403
    assert 'value="3、1"' in page(leader, reverse("channels"))
    assert "3、1" in page(officer, reverse("channels"))


def test_numbers_that_are_none_get_an_answer(task, city, counties):
    client = f.browse(f.posting(counties[0], "leader"))
    huge = "9" * 30
    for wrong in ("²", "１", huge, "-1", ""):
        assert client.get(reverse("issue-new"), {"task": wrong}).status_code == 200
        assert client.post(reverse("inbox-read"), {"message": [wrong, "1"]}).status_code == 302
        given = {"problem": "缺口罩", "owner": wrong, "task": wrong}
        assert client.post(reverse("issue-new"), given).status_code == 422
        delegate = reverse("task-act", args=[task.pk, "delegate"])
        assert client.post(delegate, {"office": [wrong]}).status_code == 422
        assert client.post(reverse("chase-rule"), {"before": wrong, "hour": wrong}).status_code == 422
    day = {"problem": "缺口罩", "owner": city.pk, "due_on": "2020-13-45"}
    assert client.post(reverse("issue-new"), day).status_code == 422
    assert client.post(reverse("chase-rule"), {"before_means": "end", "hour": "9" * 5000}).status_code == 422
    assert not CoordinationIssue.objects.exists()


def test_an_area_that_is_none_has_no_matrix(task, city):
    client = f.browse(f.posting(city))
    url = reverse("matrix", args=[task.notice_id])
    for wrong in ("220184zzz", "²", "2201", "x" * 300):
        assert client.get(url, {"area": wrong}).status_code == 404
    assert client.get(url, {"area": COUNTIES[0]}).status_code == 200
    assert client.get(url, {"line": "x"}).status_code == 200


@pytest.mark.parametrize("due", ["0001-01-01T00:00", "9999-12-31T23:59-12:00", "2020-02-30T10:00", "²"])
def test_a_deadline_out_of_all_reason_is_refused(task, city, due):
    client = f.browse(f.posting(city, "leader"))
    url = reverse("task-act", args=[task.pk, "extend"])
    assert client.post(url, {"new_due": due, "text": "延后"}).status_code == 422


def test_a_refused_report_leaves_no_file(task, counties):
    client = f.browse(f.posting(counties[0]))
    events = Event.objects.count()
    files = [SimpleUploadedFile("名单.txt", b"one")]
    url = reverse("task-act", args=[task.pk, "report"])
    response = client.post(url, {"text": "完成情况", "period": "2020-99", "files": files})
    assert response.status_code == 422
    assert "完成情况" in response.content.decode()
    assert StoredFile.objects.count() == 0
    assert Event.objects.count() == events


def test_a_phone_number_inside_an_order_is_masked_and_not_found(task, counties):
    duty = task.duty
    duty.action = duty.quote = "报送情况，联系13912345678"
    duty.save(update_fields=["action", "quote"])
    client = f.browse(f.posting(counties[0]))
    mine = Task.objects.get(duty=duty, office=counties[0])
    assert "13912345678" not in page(client, reverse("desk"))
    assert "13912345678" not in page(client, reverse("task", args=[mine.pk]))
    for words in ("139", "1391234", "13912345678"):
        assert client.get(reverse("desk"), {"q": words}).context["page"].rows == []
    assert len(client.get(reverse("desk"), {"q": "报送情况"}).context["page"].rows) == 1


def test_a_reminder_leads_to_what_it_is_about(counties):
    """A report, a situation, the ledger of a form: never a sentence without a door."""
    office, now = counties[0], timezone.now()
    about = {"report:41:returned:1": "/reports/41/", "situation:7:hop:2": "/situations/7/",
             "verify:3:2020-02-03": "/reports/form/3/", "report:x:odd": ""}  # fmt: skip
    for number, key in enumerate(about):
        actions.tell(
            office_id=office.pk,
            area_code=office.area_code,
            subject=f"提醒{number}",
            body="。",
            dedupe=key,
            at=now,
        )
    client = f.browse(f.posting(office))
    for url in (reverse("desk"), reverse("inbox")):
        seen = page(client, url)
        for number, to in enumerate(about.values()):
            assert (f'<a href="{to}">提醒{number}</a>' in seen) is bool(to), (url, to)


def test_an_address_that_is_none_is_said_in_chinese(counties):
    seen = page(f.browse(f.posting(counties[0])), "/no/such/page/", status=404)
    assert "找不到该页面" in seen and "返回首页" in seen
    assert "找不到该页面" in page(Client(), "/no/such/page/", status=404)


def test_a_form_of_an_older_session_is_refused_in_chinese(counties):
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("login-password"), {"username": "a"})
    assert response.status_code == 403 and "页面停留过久" in response.content.decode()


def test_the_page_for_a_failure_needs_nothing(settings):
    request = RequestFactory().get("/")
    assert "系统出错" in server_error(request).content.decode()
