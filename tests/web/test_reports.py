"""The room of reports: what is due, filling in, zero, receipt, entries, the ledger and its moves."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import python_calamine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chunfeng.core.models import Event
from chunfeng.reporting.actions import accept, unlock
from chunfeng.reporting.choices import State
from chunfeng.reporting.models import Acceptance, Obligation, Revision, Suggestion
from chunfeng.tasking.models import Message
from tests import factories as f
from tests.reporting import builders as b

COUNTY, VILLAGES = "220102000000", [f"2201021012{n:02d}" for n in range(1, 8)]
FIGURES = {"v-checked": "42", "v-isolated": "0", "v-released": "3", "v-still": "9"}


@pytest.fixture
def county(db):
    return f.office(COUNTY, name="东河区就业服务中心")


@pytest.fixture
def village(county):
    return f.office(VILLAGES[0], name="柳树村村委会", parent=county)


@pytest.fixture
def form(county):
    return b.form(county, at=f.NOW)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def owed(form, village, today):
    """Due in three hours; yesterday 12 were still isolated."""
    b.filed(
        form, village, today - timedelta(days=1), timezone.now(), checked=40, isolated=1, released=0, still=12
    )
    return open_report(form, village, today)


def open_report(form, office, day, hours=3, **more):
    due = timezone.now() + timedelta(hours=hours)
    return b.obligation(form, office, day, due_at=due, closes_at=due + timedelta(hours=1), **more)


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


def key(client, url):
    return client.get(url).context["key"]


def test_a_village_sees_what_is_due_and_what_it_filed(owed, form, village, today):
    late = open_report(form, village, today - timedelta(days=2), hours=-30)
    client = f.browse(f.posting(village, "caller"))
    response = client.get(reverse("reports"))
    assert [card.row.pk for card in response.context["open"]] == [late.pk, owed.pk], "overdue first"
    html = response.content.decode()
    assert reverse("report-zero", args=[owed.pk]) in html
    assert response.context["done"][0].figures[0] == ("检查人数", "40", "人")
    assert "按地区" not in html and not response.context["area_forms"]


def test_filling_in_shows_yesterday_and_the_suggestion(owed, village):
    Suggestion.objects.create(
        obligation=owed, area_code=owed.area_code, cell="checked", value=41, source="检查点台账", at=f.NOW
    )
    html = page(f.browse(f.posting(village, "caller")), reverse("report", args=[owed.pk]))
    assert 'inputmode="numeric"' in html
    assert 'data-value="12" data-stock' in html, "the stock of yesterday is offered"
    assert 'data-value="40"' not in html, "a flow of yesterday is shown, never offered"
    assert 'data-value="41"' in html and "检查点台账" in html
    assert "style=" not in html and "onclick" not in html


def test_filing_ends_at_a_receipt_and_twice_is_once(owed, village):
    client = f.browse(f.posting(village, "caller"))
    url = reverse("report-fill", args=[owed.pk])
    sent = FIGURES | {"key": key(client, url)}
    first, second = client.post(url, sent), client.post(url, sent)
    assert first.status_code == second.status_code == 302 and first.url == second.url
    assert Revision.objects.filter(obligation=owed).count() == 1
    receipt = client.get(first.url)
    made = Revision.objects.get(obligation=owed)
    assert made.digest[:12] in receipt.content.decode()
    assert receipt.context["keys"] == sent["key"], "the draft on the device is laid down"


def test_the_same_page_with_other_figures_is_no_retry(owed, village):
    client = f.browse(f.posting(village, "caller"))
    url = reverse("report-fill", args=[owed.pk])
    sent = FIGURES | {"key": key(client, url)}
    client.post(url, sent)
    again = client.post(url, sent | {"v-checked": "43"})
    assert again.status_code == 422, "a change without a reason is refused, not swallowed"
    assert 'value="43"' in again.content.decode()
    changed = client.post(url, sent | {"v-checked": "43", "reason": "漏计一人"})
    assert changed.status_code == 302
    assert Revision.objects.filter(obligation=owed).count() == 2


def test_a_refusal_keeps_everything_that_was_typed(owed, village):
    client = f.browse(f.posting(village, "caller"))
    url = reverse("report-fill", args=[owed.pk])
    sent = FIGURES | {"v-still": "30", "v-checked": "x1", "v-remark": "今天风大", "key": "k"}
    response = client.post(url, sent)
    html = response.content.decode()
    assert response.status_code == 422
    for text in ("x1", "30", "今天风大", 'name="key" value="k"'):
        assert text in html
    assert not Revision.objects.filter(obligation=owed).exists()


def test_a_jump_is_seen_while_typing_and_needs_a_comment(owed, village):
    client = f.browse(f.posting(village, "caller"))
    sent = FIGURES | {"v-still": "30", "v-isolated": "18", "v-released": "0", "key": "k"}
    seen = client.post(reverse("report-check", args=[owed.pk]), sent)
    assert seen.status_code == 200 and 'name="comment-jump:still"' in seen.content.decode()
    assert 'hx-swap-oob="true"' in seen.content.decode()
    assert owed.revisions.count() == 0
    url = reverse("report-fill", args=[owed.pk])
    refused = client.post(url, sent)
    assert refused.status_code == 422 and 'name="comment-jump:still"' in refused.content.decode()
    done = client.post(url, sent | {"comment-jump:still": "一辆大巴返乡十八人"})
    assert done.status_code == 302
    assert Revision.objects.get(obligation=owed).doubts[0]["comment"] == "一辆大巴返乡十八人"


def test_a_value_that_does_not_fit_is_said_at_its_cell(owed, village):
    client = f.browse(f.posting(village, "caller"))
    html = client.post(reverse("report-check", args=[owed.pk]), {"v-checked": "-3"}).content.decode()
    mark = html.split('id="e0"')[1].split("</p>")[0]
    assert "-3" in mark


def test_what_cannot_be_is_said_at_its_cell_and_refused(owed, village):
    client = f.browse(f.posting(village, "caller"))
    sent = FIGURES | {"v-still": "12", "key": "k"}  # 12 + 0 is not 3 + 12
    seen = client.post(reverse("report-check", args=[owed.pk]), sent).content.decode()
    assert "隔离进出不平" in seen.split('id="e3"')[1].split("</p>")[0]
    assert "comment-flow" not in seen, "no comment makes it right"
    refused = client.post(reverse("report-fill", args=[owed.pk]), sent | {"comment-flow": "就是这样"})
    assert refused.status_code == 422
    assert "隔离进出不平" in refused.content.decode().split('id="e3"')[1].split("</p>")[0]
    assert not owed.revisions.exists()


def test_an_emptied_figure_is_not_taken_back_in_silence(form, village, today):
    of = b.filed(form, village, today, timezone.now(), checked=40, isolated=0, released=0, still=12)
    client = f.browse(f.posting(village, "caller"))
    url = reverse("report-fill", args=[of.pk])
    sent = {
        "v-checked": "",
        "v-isolated": "0",
        "v-released": "0",
        "v-still": "12",
        "reason": "重报",
        "key": "k",
    }
    refused = client.post(url, sent)
    assert refused.status_code == 422 and 'name="clear" value="checked"' in refused.content.decode()
    of.refresh_from_db()
    assert of.numbers[0] == 40


def test_zero_is_a_signed_act_and_says_what_will_stand(form, village, today):
    of = open_report(form, village, today)
    client = f.browse(f.posting(village, "caller"))
    url = reverse("report-zero", args=[of.pk])
    response = client.get(url)
    assert [str(line["label"]) for line in response.context["zeros"]] == [
        "检查人数",
        "新隔离",
        "解除隔离",
        "仍在隔离",
    ]
    of.refresh_from_db()
    assert of.state == State.DUE, "looking is not signing"
    done = client.post(url, {"key": response.context["key"]})
    assert done.status_code == 302
    of.refresh_from_db()
    assert of.state == State.ZERO and of.numbers[:4] == [0, 0, 0, 0]


def test_zero_asks_where_yesterdays_people_are(owed, village):
    client = f.browse(f.posting(village, "caller"))
    url = reverse("report-zero", args=[owed.pk])
    html = page(client, url)
    assert "12" in html and ("comment-" in html or "impossible" in html or "doubt hard" in html)
    refused = client.post(url, {"key": "k"})
    assert refused.status_code == 422
    owed.refresh_from_db()
    assert owed.state == State.DUE


def test_a_filed_report_shows_its_history(owed, village):
    client = f.browse(f.posting(village, "caller"))
    url = reverse("report-fill", args=[owed.pk])
    client.post(url, FIGURES | {"key": "a"})
    client.post(url, FIGURES | {"v-checked": "44", "reason": "补计两人", "key": "b"})
    response = client.get(reverse("report", args=[owed.pk]))
    newest = response.context["history"][0]
    assert (newest["revision"].number, newest["changes"][0].old, newest["changes"][0].new) == (2, "42", "44")
    assert "补计两人" in response.content.decode()


def personal_form(owner):
    indicators = [
        {"code": "name", "label": {"zh": "姓名"}, "type": "name"},
        {"code": "phone", "label": {"zh": "电话"}, "type": "phone"},
        {"code": "temp", "label": {"zh": "体温"}, "type": "number", "decimals": 1, "aggregate": "max"},
        {"code": "fever", "label": {"zh": "是否发热"}, "type": "yesno"},
    ]  # fmt: skip
    return b.form(
        owner, at=f.NOW, code="traveller", title={"zh": "过往人员健康登记"}, every="event", zero=False,
        indicators=indicators, checks=[], reporters=[{"level": "village"}],
    )  # fmt: skip


def test_entries_are_added_one_after_another_and_listed(county, village, today):
    form = personal_form(county)
    client = f.browse(f.posting(village, "caller"))
    url = reverse("entry-new", args=[form.pk])
    assert reverse("entry-new", args=[form.pk]) in page(client, reverse("reports"))
    sent = {
        "v-name": "张三",
        "v-phone": "13800001234",
        "v-temp": "36.5",
        "v-fever": "0",
        "on": today.isoformat(),
    }
    more = client.post(url, sent | {"key": "a", "more": "1"})
    assert more.status_code == 302 and more.url.startswith(url)
    assert client.post(url, sent | {"key": "a", "more": "1"}).status_code == 302
    last = client.post(url, sent | {"key": "b", "v-temp": "37.8", "v-fever": "1"})
    assert "/receipt/" in last.url
    response = client.get(reverse("entries", args=[form.pk]))
    rows = response.context["page"].rows
    assert [row.sequence for row in rows] == [2, 1], "a double tap is one entry"
    html = response.content.decode()
    assert "13800001234" not in html and "张三" not in html
    assert "37.8" in html


def test_personal_data_is_masked_until_a_reason_is_given(county, village, today):
    form = personal_form(county)
    client = f.browse(f.posting(village, "caller"))
    sent = {
        "v-name": "张三",
        "v-phone": "13800001234",
        "v-temp": "36.5",
        "v-fever": "0",
        "on": today.isoformat(),
    }
    client.post(reverse("entry-new", args=[form.pk]), sent | {"key": "a"})
    of = Obligation.objects.get(form=form)
    assert "13800001234" not in page(client, reverse("report", args=[of.pk]))
    assert "13800001234" not in page(client, reverse("report-fill", args=[of.pk]))
    unmask = reverse("report-unmask", args=[of.pk])
    assert client.post(unmask, {"reason": " "}).status_code == 422
    assert "13800001234" in client.post(unmask, {"reason": "密接排查"}).content.decode()
    event = Event.objects.filter(verb="report.unmask").get()
    assert event.reason == "密接排查"


def test_an_entry_on_a_wrong_day_is_refused_with_what_was_typed(county, village):
    form = personal_form(county)
    client = f.browse(f.posting(village, "caller"))
    response = client.post(reverse("entry-new", args=[form.pk]), {"on": "2020-13-45", "v-temp": "36.9"})
    assert response.status_code == 422 and 'value="36.9"' in response.content.decode()


@pytest.fixture
def board(form, county, village, today):
    """Seven villages: filed, zero, late, missing, returned, exempt, due."""
    offices = [
        village,
        *(f.office(code, name=f"第{n}村村委会", parent=county) for n, code in enumerate(VILLAGES[1:], 2)),
    ]
    now = timezone.now()
    past = {"due_at": now - timedelta(hours=3), "closes_at": now - timedelta(hours=2)}
    signed = {"revision": 1, "filed_at": now, "filed_by_name": "测试", "numbers": [1, 0, 0, 0]}
    early = now - timedelta(hours=4)
    made = [
        b.obligation(form, offices[0], today, **past, state="filed", first_filed_at=early, **signed),
        b.obligation(form, offices[1], today, **past, state="zero", first_filed_at=early, **signed),
        b.obligation(form, offices[2], today, **past, state="filed", first_filed_at=now, **signed),
        b.obligation(form, offices[3], today, **past),
        b.obligation(form, offices[4], today, **past, state="returned", first_filed_at=early, **signed),
        b.obligation(form, offices[5], today, **past, state="exempt", exempt_reason="已撤站"),
        open_report(form, offices[6], today),
    ]  # fmt: skip
    return dict(zip(("filed", "zero", "late", "missing", "returned", "exempt", "due"), made, strict=True))


def test_every_count_leads_to_its_rows(board, form, county, today):
    client = f.browse(f.posting(county))
    response = client.get(reverse("ledger", args=[form.pk]))
    assert response.context["rows"][0].row.pk == board["missing"].pk, "silence first"
    tiles = response.context["tiles"]
    assert {tile["number"] for tile in tiles} == {1, 7}
    for tile in tiles:
        shown = client.get(reverse("ledger", args=[form.pk]) + "?" + tile["query"])
        assert len(shown.context["rows"]) == tile["number"], tile["label"]
    home = client.get(reverse("reports")).context["area_forms"]
    assert [(each["form"].pk, each["due"], each["answered"]) for each in home] == [(form.pk, 6, 3)]


def test_chasing_reaches_the_desk_once_a_day(board, form, county, today):
    client = f.browse(f.posting(county))
    url = reverse("ledger-act", args=[form.pk, "chase"])
    sent = {"day": today.isoformat(), "office": board["missing"].office_id}
    assert client.post(url, {"day": today.isoformat()}).status_code == 422, "nobody ticked"
    assert client.post(url, sent).status_code == 302
    assert Message.objects.filter(office=board["missing"].office_id).count() == 1
    assert client.post(url, sent).status_code == 422, "not twice a day"
    rows = client.get(reverse("ledger", args=[form.pk])).context["rows"]
    assert rows[0].reminded is not None


def test_return_exempt_and_owe_again_by_the_office_above(board, form, county, village):
    client, own = f.browse(f.posting(county)), f.browse(f.posting(village, "officer"))
    of = board["filed"]
    url = reverse("report-act", args=[of.pk, "return"])
    assert url not in page(own, reverse("report", args=[of.pk])), "no button for the office itself"
    assert own.post(url, {"text": "x"}).status_code == 403
    assert client.post(url, {"text": " "}).status_code == 422
    assert client.post(url, {"text": "请核对解除隔离人数"}).status_code == 302
    card = own.get(reverse("reports")).context["open"][0]
    assert card.returned.text == "请核对解除隔离人数"
    due = board["due"]
    assert (
        client.post(reverse("report-act", args=[due.pk, "exempt"]), {"text": "全村外出"}).status_code == 302
    )
    assert "全村外出" in page(client, reverse("report", args=[due.pk]))
    assert client.post(reverse("report-act", args=[due.pk, "owe"]), {"text": "已返村"}).status_code == 302
    due.refresh_from_db()
    assert due.state == State.DUE


def test_ticked_offices_are_exempted_all_or_none(board, form, county, today):
    client = f.browse(f.posting(county))
    url = reverse("ledger-act", args=[form.pk, "exempt"])
    both = [board["missing"].office_id, board["filed"].office_id]
    refused = client.post(url, {"day": today.isoformat(), "office": both, "text": "封村"})
    assert refused.status_code == 422
    board["missing"].refresh_from_db()
    assert board["missing"].state == State.DUE, "nothing half done"
    assert client.post(url, {"day": today.isoformat(), "office": both[:1], "text": "封村"}).status_code == 302


def test_accepting_names_who_is_missing_and_locks(board, form, county, village, today):
    client = f.browse(f.posting(county))
    html = page(client, reverse("ledger", args=[form.pk]))
    assert "第4村村委会" in html.split('class="doubt soft"')[1].split("</p>")[0]
    url = reverse("ledger-act", args=[form.pk, "accept"])
    assert client.post(url, {"day": today.isoformat()}).status_code == 422
    assert client.post(url, {"day": today.isoformat(), "text": "电话核实无情况"}).status_code == 302
    taken = Acceptance.objects.get()
    own = f.browse(f.posting(village, "caller"))
    assert reverse("report-fill", args=[board["filed"].pk]) not in page(
        own, reverse("report", args=[board["filed"].pk])
    )
    assert own.get(reverse("report-fill", args=[board["filed"].pk])).status_code == 302
    unlock = reverse("ledger-act", args=[form.pk, "unlock"])
    assert client.post(unlock, {"day": today.isoformat(), "acceptance": taken.pk}).status_code == 422
    done = client.post(unlock, {"day": today.isoformat(), "acceptance": taken.pk, "text": "漏报更正"})
    assert done.status_code == 302
    taken.refresh_from_db()
    assert taken.released_at is not None


def test_a_county_files_for_a_village_on_the_telephone(board, form, county):
    client = f.browse(f.posting(county))
    of = board["missing"]
    url = reverse("report-fill", args=[of.pk])
    assert url in page(client, reverse("report", args=[of.pk]))
    done = client.post(url, FIGURES | {"reason": "村主任电话报送", "key": "k"})
    assert done.status_code == 302
    assert Revision.objects.get(obligation=of).office_id == county.pk
    seen = page(client, done.url)
    assert county.name in seen and reverse("ledger", args=[form.pk]) + "?day=" in seen


def test_what_the_system_did_is_signed_in_chinese(board, county):
    of = board["missing"]
    of.steps.create(
        kind="reminded", text="尚未报送", by_name="system", at=timezone.now(), area_code=of.area_code
    )
    seen = page(f.browse(f.posting(county)), reverse("report", args=[of.pk]))
    assert "已催报" in seen and "系统 · " in seen and "system ·" not in seen


def test_the_ledger_as_a_file_has_every_office_and_figure(board, form, county):
    client = f.browse(f.posting(county))
    response = client.get(reverse("ledger", args=[form.pk]) + "?export=xlsx&standing=filed")
    rows = (
        python_calamine.CalamineWorkbook.from_filelike(BytesIO(response.content))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert len(rows) == 2 and rows[1][0] == "柳树村村委会"
    assert rows[0][8:] == ["检查人数", "新隔离", "解除隔离", "仍在隔离"] and rows[1][8] in (1, "1")
    assert Event.objects.filter(verb=f"ledger-{form.code}.export").exists()


def test_the_ledger_pages_by_key(form, county, today):
    offices = [f.office(f"2201021{n // 100:02d}2{n % 100:02d}", parent=county) for n in range(120)]
    for office in offices:
        open_report(form, office, today)
    client = f.browse(f.posting(county))
    seen, url = [], reverse("ledger", args=[form.pk])
    while url:
        response = client.get(url)
        seen += [row.row.pk for row in response.context["rows"]]
        query = response.context["page"].next_query
        url = reverse("ledger", args=[form.pk]) + query if query else ""
    assert len(seen) == len(set(seen)) == 120


def queries(client, url):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("name", ["reports", "ledger"])
def test_queries_do_not_grow_with_the_rows(form, county, today, name):
    client = f.browse(f.posting(county))
    url = reverse(name, args=[form.pk] if name == "ledger" else [])
    counts = []
    for wave in range(2):
        for n in range(1 + wave):
            code = f"2201021{wave}1{n + 1:03d}"
            office = f.office(code, parent=county)
            open_report(form, office, today)
            b.filed(form, office, today - timedelta(days=1), timezone.now(), checked=n)
        counts.append(queries(client, url))
    assert counts[0] == counts[1]


def test_a_villages_page_does_not_grow_with_its_reports(form, village, today):
    client = f.browse(f.posting(village, "caller"))
    counts = []
    for n in range(3):
        open_report(form, village, today - timedelta(days=n))
        b.filed(form, village, today - timedelta(days=n + 5), timezone.now(), checked=n)
        counts.append(queries(client, reverse("reports")))
    assert counts[0] == counts[2]


def test_a_page_does_not_grow_with_the_forms_on_events(county, village):
    client = f.browse(f.posting(village, "caller"))
    counts = []
    for n in range(3):
        b.form(county, at=f.NOW, code=f"event-{n}", every="event", zero=False, checks=[])
        counts.append(queries(client, reverse("reports")))
    assert counts[0] == counts[2]


def test_another_countys_reports_are_not_there(board, form):
    stranger = f.browse(f.posting(f.office("220202000000")))
    for of in board.values():
        for name in ("report", "report-fill", "report-zero", "report-receipt"):
            assert stranger.get(reverse(name, args=[of.pk])).status_code == 404
    assert stranger.get(reverse("ledger", args=[form.pk])).status_code == 404


def test_an_auditor_reads_and_moves_nothing(board, form, county):
    client = f.browse(f.posting(county, "auditor"))
    html = page(client, reverse("ledger", args=[form.pk]))
    assert 'name="office"' not in html and reverse("ledger-act", args=[form.pk, "accept"]) not in html
    html = page(client, reverse("report", args=[board["filed"].pk]))
    assert reverse("report-act", args=[board["filed"].pk, "return"]) not in html
    assert reverse("report-fill", args=[board["filed"].pk]) not in html


def test_the_desk_says_what_is_owed_and_leads_there(owed, form, village, today):
    client = f.browse(f.posting(village, role="caller"))
    assert "1份报表待报" in page(client, reverse("desk"))
    open_report(form, village, today - timedelta(days=3), hours=-48)
    seen = page(client, reverse("desk"))
    assert "2份报表待报" in seen and "1份已过截止时间" in seen and f'href="{reverse("reports")}"' in seen
    assert "份报表待报" not in page(f.browse(f.posting(f.office("220200000000"))), reverse("desk"))


def test_accepting_and_unlocking_stand_in_the_history(board, form, county, today):
    of = board["filed"]
    by, now = f.actor(county), timezone.now()
    taken = accept(
        form=form, period_start=of.period_start, by=by, at=now, incomplete_reason="其余单位电话核实"
    )
    unlock(acceptance_id=taken.pk, reason="两村补报", by=by, at=now)
    seen = page(f.browse(f.posting(county)), reverse("report", args=[of.pk]))
    assert "已审定" in seen and "其余单位电话核实" in seen and "已解锁" in seen and "两村补报" in seen
