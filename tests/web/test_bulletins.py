"""The bulletins room: who sees and does what, the plan's editor, the draft's editor, files, the command line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from typer.testing import CliRunner

from chunfeng.cli import app
from chunfeng.core.models import Event
from chunfeng.reporting.actions import draft_bulletin, issue_bulletin
from chunfeng.reporting.models import Bulletin, BulletinSeries
from chunfeng.reporting.queries import bulletins as common
from chunfeng.web.bulletins.common import next_days as days
from tests import factories
from tests.reporting import bulletin_scene as scenes
from tests.reporting.bulletin_scene import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return scenes.scene(cities=2, per_city=2, days=2)


@pytest.fixture
def leader(made):
    return factories.actor(made.office, "leader")


@pytest.fixture
def series(made):
    return scenes.series(made)


@pytest.fixture
def held(series, leader):
    return draft_bulletin(series=series, first_day=DAY, last_day=DAY, by=leader, at=NOW)


@pytest.fixture
def browser(made):
    return factories.browse(factories.posting(made.office, "leader"))


def plan_fields(parts: list[dict], **more) -> dict:
    fields: dict = {"count": len(parts), "title": "日报", "source": "某文件第一条", "active": "1"}
    for n, part in enumerate(parts):
        fields |= {f"{key}-{n}": value for key, value in part.items()}
    return fields | more


def test_one_tap_makes_a_series_and_another_a_draft(made, browser):
    page = browser.get("/bulletins/")
    assert "/bulletins/series/new/?kind=weekly" in page.content.decode()
    answer = browser.post(
        "/bulletins/series/new/", {"kind": "weekly", "title": "一周情况", "source": "某文件第一条"}
    )
    series = BulletinSeries.objects.get()
    assert answer["Location"] == reverse("bulletin-series", args=[series.pk]) and len(series.plan) > 5
    answer = browser.post(
        reverse("bulletin-draft", args=[series.pk]),
        {"first": (DAY - timedelta(days=1)).isoformat(), "last": DAY.isoformat()},
    )
    assert answer["Location"] == reverse("bulletin", args=[Bulletin.objects.get().pk])


def test_every_figure_of_the_page_leads_to_its_roll_up(held, browser, made):
    page = browser.get(reverse("bulletin", args=[held.pk])).content.decode()
    address = f"/figures/{made.form.pk}/?first=2020-02-03&amp;last=2020-02-03&amp;area=220000000000&amp;cell=checked"
    assert page.count(address) >= 2
    assert page.count('class="figure"') >= 30
    assert "演示发〔2020〕1号第二条" in page and "送审稿" in page
    behind = browser.get(address.replace("&amp;", "&"))
    assert behind.status_code == 200
    total = held.content["figures"]["f1"]["shown"]
    assert total in behind.content.decode()


def test_an_edit_is_saved_and_a_stale_page_refused(held, browser):
    address = reverse("bulletin-edit", args=[held.pk])
    page = browser.get(address).content.decode()
    line = next(b for b in held.content["blocks"] if b["kind"] == "line")
    shown = held.content["figures"]["f1"]["shown"]
    assert f"[{shown}|f1]" in page
    fields = {
        "version": 1,
        "title": "改过的标题",
        f"line-{line['id']}": "检查[9,999|f1]人。",
        "add-b1": "说明。",
    }
    assert browser.post(address, fields).status_code == 302
    now = browser.get(reverse("bulletin", args=[held.pk])).content.decode()
    assert "改过的标题" in now and "9,999" in now and "hand" in now and "人工" not in now.split("数据来源")[0]
    stale = browser.post(address, fields | {"title": "再改"})
    assert stale.status_code == 422
    assert Bulletin.objects.get().content["title"] == "改过的标题"


def test_issue_download_and_correct(held, browser):
    answer = browser.post(reverse("bulletin-issue", args=[held.pk]), {"version": 1}, follow=True)
    assert "2020年第1期" not in answer.content.decode(), "the number is of the year of issue"
    issued = Bulletin.objects.get()
    assert issued.number == 1
    for format, head in (("docx", b"PK"), ("pdf", b"%PDF")):
        file = browser.get(reverse(f"bulletin-{format}", args=[held.pk]))
        assert file.content.startswith(head) and "filename" in file["Content-Disposition"]
    assert Event.objects.filter(verb="bulletin.file", kind="export").count() == 2
    assert browser.get(reverse("bulletin-edit", args=[held.pk])).status_code == 302
    browser.post(
        reverse("bulletin-draft", args=[held.series_id]),
        {"corrects": held.pk, "first": DAY.isoformat(), "last": DAY.isoformat(), "reason": "漏计一市"},
    )
    correction = Bulletin.objects.get(corrects=held)
    assert "本期更正" in browser.get(reverse("bulletin", args=[correction.pk])).content.decode()
    browser.post(reverse("bulletin-issue", args=[correction.pk]), {"version": 1})
    assert "漏计一市" in browser.get(reverse("bulletin", args=[held.pk])).content.decode()


def test_refresh_and_discard(held, browser):
    browser.post(reverse("bulletin-refresh", args=[held.pk]), {"version": 1})
    assert Bulletin.objects.get().version == 2
    browser.post(reverse("bulletin-discard", args=[held.pk]), {"version": 2})
    assert Bulletin.objects.count() == 0


def test_curves_are_pictures(made, leader, browser):
    weekly = scenes.series(made, "weekly")
    held = draft_bulletin(series=weekly, first_day=DAY, last_day=DAY, by=leader, at=NOW)
    page = browser.get(reverse("bulletin", args=[held.pk])).content.decode()
    address = page.split('<img src="')[-1].split('"')[0]
    assert browser.get(address).content.startswith(b"\x89PNG")
    assert browser.get(reverse("bulletin-curve", args=[held.pk, 0])).status_code == 404


class TestPlan:
    def test_parts_are_added_moved_and_taken_out_before_saving(self, series, browser, made):
        address = reverse("bulletin-series-change", args=[series.pk])
        before = list(series.plan)
        parts = [{"kind": "text", "text": "甲"}, {"kind": "text", "text": "乙"}]
        page = browser.post(address, plan_fields(parts, do="add", add="table")).content.decode()
        assert page.count("fieldset") // 2 == 3
        page = browser.post(address, plan_fields(parts, do="down:0")).content.decode()
        assert page.index("乙</textarea>") < page.index("甲</textarea>")
        page = browser.post(address, plan_fields(parts, do="drop:0")).content.decode()
        assert "甲</textarea>" not in page and "乙</textarea>" in page
        series.refresh_from_db()
        assert series.plan == before, "nothing is saved until it is said"

    def test_a_plan_is_saved_or_its_problems_told(self, series, browser, made):
        address = reverse("bulletin-series-change", args=[series.pk])
        wrong = plan_fields([{"kind": "sentence", "form": made.form.pk, "text": "{nobody}"}], do="save")
        page = browser.post(address, wrong)
        assert page.status_code == 422 and "nobody" in page.content.decode()
        right = [
            {"kind": "sentence", "form": made.form.pk, "text": "{day}检查{checked}人。", "heading": "总体"},
            {"kind": "table", "form": made.form.pk, "cells": ["checked", "still"]},
        ]
        assert browser.post(address, plan_fields(right, do="save")).status_code == 302
        series.refresh_from_db()
        assert [part["kind"] for part in series.plan] == ["sentence", "table"] and series.title == "日报"

    @pytest.mark.parametrize(
        "noise", [{"count": "²"}, {"count": "99999"}, {"do": "up:zzz"}, {"kind-0": "<b>"}]
    )
    def test_broken_fields_break_nothing(self, series, browser, noise):
        fields = plan_fields([{"kind": "text", "text": "甲"}], do="render") | noise
        page = browser.post(reverse("bulletin-series-change", args=[series.pk]), fields)
        assert page.status_code in (200, 422)


class TestWalls:
    def test_the_county_below_reads_issues_and_writes_nothing(self, made, series, held, leader):
        city = factories.browse(factories.posting(made.cities[0], "leader"))
        assert city.get(reverse("bulletin", args=[held.pk])).status_code == 404
        assert city.get(reverse("bulletin-pdf", args=[held.pk])).status_code == 404
        issue_bulletin(bulletin=held, version=1, by=leader, at=NOW)
        page = city.get(reverse("bulletin", args=[held.pk]))
        assert page.status_code == 200 and "拟更正" not in page.content.decode()
        assert city.get(reverse("bulletin-pdf", args=[held.pk])).status_code == 200
        answer = city.post(
            reverse("bulletin-draft", args=[series.pk]), {"first": "2020-02-03", "last": "2020-02-03"}
        )
        assert answer.status_code == 403
        assert (
            city.post(reverse("bulletin-series-change", args=[series.pk]), plan_fields([])).status_code == 403
        )

    def test_another_province_sees_nothing(self, series, held):
        other = factories.browse(factories.posting(factories.office("330000000000"), "leader"))
        assert other.get(reverse("bulletin", args=[held.pk])).status_code == 404
        assert other.get(reverse("bulletin-series", args=[series.pk])).status_code == 404
        assert series.title not in other.get("/bulletins/").content.decode()

    def test_an_officer_drafts_and_does_not_issue(self, made, held):
        officer = factories.browse(factories.posting(made.office, "officer"))
        page = officer.get(reverse("bulletin", args=[held.pk])).content.decode()
        assert reverse("bulletin-issue", args=[held.pk]) not in page
        assert officer.post(reverse("bulletin-issue", args=[held.pk]), {"version": 1}).status_code == 403


def test_the_list_is_searched_and_exported(held, browser):
    assert held.content["title"] in browser.get("/bulletins/?q=松山").content.decode()
    assert held.content["title"] not in browser.get("/bulletins/?q=无此简报").content.decode()
    assert browser.get("/bulletins/?export=xlsx").content.startswith(b"PK")


def test_the_command_line_drafts_issues_and_exports(series, tmp_path):
    run = CliRunner().invoke
    drafted = run(app, ["bulletin", "draft", str(series.pk), "--first", "2020-02-03", "--last", "2020-02-03"])
    assert drafted.exit_code == 0, drafted.output
    pk = drafted.output.strip()
    assert f"{pk}\tdraft" in run(app, ["bulletin", "list"]).output
    assert run(app, ["bulletin", "issue", pk]).output.strip().endswith("-1")
    out = tmp_path / "a.pdf"
    assert run(app, ["bulletin", "export", pk, str(out)]).exit_code == 0
    assert out.read_bytes().startswith(b"%PDF")
    assert run(app, ["bulletin", "export", pk, str(tmp_path / "a.odt")]).exit_code == 1
    assert run(app, ["bulletin", "issue", "999999"]).exit_code == 1
    assert run(app, ["bulletin", "draft", str(series.pk), "--last", "gestern"]).exit_code == 1


def test_the_day_offered_for_a_daily_bulletin_was_not_issued(series, held, leader, browser):
    """Yesterday is offered until it is issued, then today."""
    found = common.series_by_id(leader, series.pk)
    assert days(found, DAY + timedelta(days=1)) == (DAY, DAY)
    issue_bulletin(bulletin=held, version=held.version, by=leader, at=NOW)
    found = common.series_by_id(leader, series.pk)
    after = DAY + timedelta(days=1)
    assert days(found, after) == (after, after)
    assert days(found, DAY + timedelta(days=4)) == (DAY + timedelta(days=3),) * 2


def test_a_plan_is_shown_without_english(series, browser):
    page = browser.get(reverse("bulletin-series", args=[series.pk])).content.decode()
    assert "〔数值〕" in page and "〔figure〕" not in page
