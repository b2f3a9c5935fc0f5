"""The province's bulletin: drafted in one tap, edited, issued, every figure clicked to its source, downloaded."""

from __future__ import annotations

import io
import re

import docx
import pypdf
import pytest

from chunfeng.reporting.actions import draft_bulletin, edit_bulletin
from chunfeng.reporting.models import Bulletin
from tests import factories
from tests.reporting import bulletin_scene as scenes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made():
    found = scenes.scene()
    scenes.situation(found)
    return found


def test_the_province_opens_the_bulletin_and_clicks_a_figure_to_its_source(desktop, sign_in, shoot, made):
    page = desktop
    sign_in(page, factories.posting(made.office, "leader", title="厅长"))
    page.goto("/bulletins/")
    page.get_by_role("link", name="日报", exact=True).click()
    shoot(page, "bulletin-series-new")
    page.get_by_label("编发依据").fill(scenes.SOURCE)
    page.get_by_label("报送范围").fill("报：省政府办公厅。　送：各市（州）人民政府。")
    page.get_by_role("button", name="建立").click()
    page.wait_for_url(re.compile(r"/bulletins/series/\d+/$"))
    shoot(page, "bulletin-series")

    page.get_by_label("起始日").fill(scenes.DAY.isoformat())
    page.get_by_label("截止日").fill(scenes.DAY.isoformat())
    page.get_by_role("button", name="拟下一期").click()
    page.wait_for_url(re.compile(r"/bulletins/\d+/$"))
    assert page.locator(".figure", has_text="13,195").count() >= 1
    shoot(page, "bulletin-draft")

    page.get_by_role("link", name="修改", exact=True).click()
    line = page.locator(".edit-block.line textarea").first
    line.fill(line.input_value().replace("[13,195|", "[13,200|"))
    shoot(page, "bulletin-edit")
    page.get_by_role("button", name="保存并查看").click()
    page.wait_for_url(re.compile(r"/bulletins/\d+/$"))
    assert page.locator(".figure.hand").inner_text() == "13,200"
    page.get_by_role("button", name="印发", exact=True).click()
    page.locator(".tag.good").wait_for()
    assert "第1期" in page.locator(".issue-no").inner_text()
    shoot(page, "bulletin-issued")

    with page.expect_download() as word:
        page.get_by_role("link", name="Word").click()
    lines = [p.text for p in docx.Document(str(word.value.path())).paragraphs]
    assert any("13,200" in line for line in lines)
    assert any("报表数为13,195人" in line for line in lines)
    with page.expect_download() as paper:
        page.get_by_role("link", name="PDF").click()
    text = "".join(
        p.extract_text() for p in pypdf.PdfReader(io.BytesIO(paper.value.path().read_bytes())).pages
    )
    assert "疫情防控工作日报" in "".join(text.split())

    page.locator("td .figure", has_text="1,938").click()
    page.wait_for_url(re.compile(r"/figures/\d+/\?"))
    assert "1,938" in page.content()


def test_a_phone_reads_the_bulletin(phone, sign_in, shoot, made):
    made_series = scenes.series(made, "analysis")
    who = factories.actor(made.office, "leader")
    first = scenes.DAY.replace(month=1, day=28)
    held = draft_bulletin(series=made_series, first_day=first, last_day=scenes.DAY, by=who, at=scenes.NOW)
    text = held.content["blocks"][-1]["id"]
    edit_bulletin(
        bulletin=held, version=1, lines={text: "继续做好返岗服务，组织包车120辆。"}, by=who, at=scenes.NOW
    )
    sign_in(phone, factories.posting(made.office, "officer"))
    phone.goto("/bulletins/")
    shoot(phone, "bulletins-phone")
    phone.get_by_role("link", name="松山省情况分析报告").first.click()
    phone.locator(".sheet").wait_for()
    phone.wait_for_load_state("networkidle")
    widths = phone.evaluate("[...document.querySelectorAll('.sheet-curve img')].map(i => i.naturalWidth)")
    assert len(widths) == 2 and min(widths) > 600
    shoot(phone, "bulletin-phone")
    pk = Bulletin.objects.get().pk
    phone.goto(f"/bulletins/{pk}/edit/")
    shoot(phone, "bulletin-edit-phone")
    phone.goto(f"/bulletins/series/{made_series.pk}/change/")
    shoot(phone, "bulletin-plan-phone")
