"""Messages on screen: list, one message, templates with preview, to many, and the panel of a person."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.models import Mailing, MessageTemplate, OptOut, PersonAddress, PersonMessage
from tests import factories as f

COUNTY, VILLAGE, SEA = "220184000000", "220184101201", "440000000000"
NUMBER = "13800000001"


@pytest.fixture
def county(db):
    return f.office(COUNTY, line="hrss", name="测试市人社局")


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def dataset(county, by):
    return actions.make_dataset(
        name="返乡人员登记", purpose="联系返乡务工人员", source="测人社发〔2020〕1号 第二条",
        keep_until=timezone.localdate() + timedelta(200), by=by, at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def wang(by, dataset):
    return add(by, dataset, "王小明", NUMBER)


def add(by, dataset, name, phone=""):
    return actions.add_person(
        dataset=dataset, values={"name": name, "area_code": VILLAGE}, phones=[phone] if phone else [],
        by=by, at=timezone.now(),
    )  # fmt: skip


def template(by, text="{name}您好，{office}{phone}", **values):
    given = {"name": "提醒", "occasion": "returned", "channel": "sms", "text": text, "source": "测一"}
    return actions.add_template(values=given | values, by=by, at=timezone.now())


def write(by, person, **more):
    given = {"occasion": "returned", "dedupe": "d"} | more
    return actions.queue_message(person=person, by=by, at=timezone.now(), **given)


@pytest.fixture
def client(county):
    return f.browse(f.posting(county))


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


def test_the_list_counts_finds_and_exports_without_numbers(client, by, dataset, wang):
    template(by)
    write(by, wang)
    other = add(by, dataset, "李四")
    write(by, other)
    body = page(client, reverse("people-messages"))
    assert "王小明" in body and "李四" in body and NUMBER not in body
    assert 'href="?state=queued"' in body
    assert "李四" not in page(client, reverse("people-messages") + "?state=queued")
    found = client.post(reverse("people-messages-find"), {"text": "李", "state": "failed"})
    assert "李" not in found.url and "state=failed" in found.url
    assert "王小明" not in page(client, found.url)
    answer = client.get(reverse("people-messages") + "?export=xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 3 and NUMBER not in str(rows) and "138******01" in str(rows)
    assert Event.objects.filter(verb="people_messages.export", detail__rows=2).exists()


def test_one_message_is_read_with_a_trace_and_sent_again_once_failed(client, by, wang):
    template(by)
    made = write(by, wang)
    body = page(client, reverse("people-message", args=[made.pk]))
    assert "王小明您好" in body and "138******01" in body and NUMBER not in body
    assert Event.objects.filter(verb="message.open", object_id=str(made.pk)).exists()
    assert client.post(reverse("people-message-again", args=[made.pk])).status_code == 302
    PersonMessage.objects.update(state="failed", attempts=6, error="NotAccepted: code=7")
    assert "code=7" in page(client, reverse("people-message", args=[made.pk]))
    client.post(reverse("people-message-again", args=[made.pk]))
    made.refresh_from_db()
    assert (made.state, made.attempts, made.error) == ("queued", 0, "")


def test_neither_list_nor_message_nor_template_of_a_neighbour(by, wang):
    template(by)
    made = write(by, wang)
    far = f.browse(f.posting(f.office("220122000000")))
    assert "王小明" not in page(far, reverse("people-messages"))
    page(far, reverse("people-message", args=[made.pk]), 404)
    page(far, reverse("message-template", args=[made.template_id]), 404)
    assert (
        far.post(reverse("person-message-send", args=[wang.pk]), {"occasion": "returned"}).status_code == 404
    )


def test_a_template_is_previewed_saved_used_and_ended(client, by, wang):
    form = {
        "name": "返乡提醒", "occasion": "returned", "channel": "sms", "home": "", "destination": "",
        "text": "{姓名}，最早{release_on}解除", "source": "测人社发〔2020〕1号", "valid_from": timezone.localdate(),
        "valid_to": "",
    }  # fmt: skip
    url = reverse("message-template-new")
    shown = client.post(url, form | {"preview": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "王样例，最早2020-02-15解除" in shown and "<html" not in shown
    assert not MessageTemplate.objects.exists()
    stray = client.post(url, form | {"text": "{名字}", "source": "", "preview": "1"})
    assert stray.status_code == 200 and "{name}" in stray.content.decode()
    wrong = client.post(url, form | {"text": "{名字}"})
    assert wrong.status_code == 422 and "{name}" in wrong.content.decode()
    assert client.post(url, form).status_code == 302
    made = MessageTemplate.objects.get()
    assert "王样例" in page(client, reverse("message-templates"))
    write(by, wang, extra={"release_on": "2020-02-15"})
    used = page(client, reverse("message-template", args=[made.pk]))
    assert 'name="preview"' not in used
    again = client.post(reverse("message-template", args=[made.pk]), form | {"text": "别的"})
    assert again.status_code == 422
    assert "王样例" in page(client, url + f"?from={made.pk}") or "解除" in page(
        client, url + f"?from={made.pk}"
    )
    MessageTemplate.objects.update(valid_from=timezone.localdate() - timedelta(3))
    client.post(reverse("message-template-end", args=[made.pk]))
    made.refresh_from_db()
    assert made.valid_to == timezone.localdate()


def test_shipped_templates_are_taken_over(client):
    assert "source unverified" in page(client, reverse("message-templates-shipped")) or "待核" in page(
        client, reverse("message-templates-shipped")
    )
    client.post(reverse("message-templates-shipped"), {"code": ["travel", "nonsense"]})
    assert MessageTemplate.objects.get().occasion == "travel"


def test_many_are_counted_confirmed_and_written(client, by, dataset, wang):
    template(by, occasion="travel")
    actions.state_fact(
        person=wang, kind="intention", value="leaves", said="self", on=timezone.localdate(), place=SEA,
        by=by, at=timezone.now(),
    )  # fmt: skip
    add(by, dataset, "李四", "13800000002")
    url = reverse("mailing-new")
    assert SEA in page(client, url + f"?occasion=travel&going_to={SEA}")
    form = {"occasion": "travel", "whose": "self", "going_to": SEA}
    answer = client.post(url, form)
    row = Mailing.objects.get()
    assert answer.url == reverse("mailing", args=[row.pk]) and row.expected == 1
    body = page(client, answer.url)
    assert "王样例您好" in body
    wrong = client.post(reverse("mailing-act", args=[row.pk, "confirm"]), {"expected": "2"})
    assert wrong.status_code == 422
    client.post(reverse("mailing-act", args=[row.pk, "confirm"]), {"expected": "1"})
    assert actions.run_mailings(now=timezone.now()) == 1
    done = page(client, reverse("mailing", args=[row.pk]))
    assert f"mailing={row.pk}" in done and PersonMessage.objects.get().mailing == row
    assert reverse("mailing", args=[row.pk]) in page(client, reverse("mailings"))
    assert client.post(url, {"occasion": "student", "whose": "self"}).status_code == 422
    assert client.post(reverse("mailing-act", args=[row.pk, "sing"])).status_code == 404


def test_the_panel_of_a_person(client, by, wang):
    template(by)
    url = reverse("person", args=[wang.pk])
    for _twice in range(2):
        client.post(reverse("person-message-send", args=[wang.pk]), {"occasion": "returned", "whose": "self"})
    made = PersonMessage.objects.get()
    assert reverse("people-message", args=[made.pk]) in page(client, url)
    client.post(reverse("person-message-decline", args=[wang.pk]), {"channel": "sms", "source": "来电"})
    assert OptOut.objects.get().source == "来电" and "来电" in page(client, url)
    client.post(reverse("person-message-send", args=[wang.pk]), {"occasion": "returned", "whose": "family"})
    assert PersonMessage.objects.filter(state="declined").count() == 1
    client.post(reverse("person-message-allow", args=[wang.pk]), {"channel": "sms", "source": "来电"})
    assert not OptOut.objects.exists()
    client.post(
        reverse("person-message-address", args=[wang.pk]), {"kind": "email:self", "address": "a@b.cn"}
    )
    assert PersonAddress.objects.get().address == "a@b.cn" and "a@b.cn" not in page(client, url)
    wrong = client.post(
        reverse("person-message-address", args=[wang.pk]), {"kind": "sms:family", "address": "1"}
    )
    assert wrong.status_code == 422
    client.post(reverse("person-message-address", args=[wang.pk]), {"kind": "email:self", "address": ""})
    assert not PersonAddress.objects.exists()


def test_callers_may_note_and_not_send(county, by, wang):
    caller = f.browse(f.posting(county, "caller"))
    template(by)
    assert caller.post(reverse("person-message-send", args=[wang.pk]), {}).status_code == 403
    assert caller.get(reverse("mailings")).status_code == 403
    assert caller.get(reverse("message-template-new")).status_code == 403
    assert caller.get(reverse("people-messages")).status_code == 200
    caller.post(reverse("person-message-decline", args=[wang.pk]), {"channel": "sms", "source": "口头"})
    assert OptOut.objects.exists()


def test_an_auditor_reads_and_nothing_else(county, by, wang):
    template(by)
    auditor = f.browse(f.posting(county, "auditor"))
    assert page(auditor, reverse("people-messages")) and page(auditor, reverse("message-templates"))
    assert auditor.post(reverse("person-message-decline", args=[wang.pk]), {}).status_code == 403
