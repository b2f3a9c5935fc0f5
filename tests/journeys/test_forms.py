"""A data call from the empty page to what every county owes, in a real browser; and all pages of the room."""

from __future__ import annotations

import re
import time

import pytest
from django.utils import timezone

from chunfeng.reporting import actions, queries
from chunfeng.reporting.models import Form, Obligation
from tests import factories
from tests.factories import NOW
from tests.reporting import builders

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COUNTIES = ["青禾县", "云溪县", "临港区", "海东区", "平湖县", "高新区"]
PASTED = "1. 新开工企业数（家）\n2. 返岗人数（人）\n3. 发放稳岗补贴（万元）\n4. 复工率\n5. 存在问题"


@pytest.fixture
def city():
    return factories.office("320700000000", line="hrss", name="海州市人力资源和社会保障局")


@pytest.fixture
def counties(city):
    made = [
        factories.office(f"3207{21 + n}000000", line="hrss", name=f"{name}人力资源和社会保障局", parent=city)
        for n, name in enumerate(COUNTIES)
    ]
    factories.office("320721000000", line="health", name="青禾县卫生健康局")
    return made


@pytest.fixture
def shoot(shoot):
    """As everywhere, between two previews: a screenshot sets style attributes, and htmx would carry them over
    into the next preview, which the content policy forbids."""

    def take(page, name: str) -> None:
        page.wait_for_timeout(900)  # longer than a preview waits for the next key
        page.wait_for_load_state("networkidle")
        shoot(page, name)
        page.evaluate(
            "for (const each of document.querySelectorAll('[style]')) each.removeAttribute('style')"
        )

    return take


class Hands:
    """Counts what a person does: every field written, every click."""

    def __init__(self, page) -> None:
        self.page, self.inputs, self.began = page, 0, time.monotonic()

    def write(self, name: str, text: str) -> None:
        self.inputs += 1
        self.page.locator(f"[name={name}]").fill(text)

    def click(self, what) -> None:
        self.inputs += 1
        what.click()


def test_a_prefecture_asks_all_counties(desktop, sign_in, shoot, city, counties):
    page = desktop
    sign_in(page, factories.posting(city, "officer", title="科长"))
    page.goto("/forms/")
    hands = Hands(page)
    hands.click(page.get_by_role("link", name="发起数据调度"))
    page.wait_for_url("**/forms/call/")
    hands.write("title", "企业复工返岗情况")
    hands.write("paste", PASTED)
    hands.write("document", "《关于做好复工监测的通知》（海人社发〔2020〕12号）")
    hands.write("clause_text", "第三条")
    page.locator("#preview").get_by_text("返岗人数").wait_for()
    assert page.locator(".f-reach b").inner_text() == "6"
    shoot(page, "forms-call")
    hands.click(page.get_by_role("button", name="发送", exact=True))
    page.wait_for_url("**/sent/")
    spent = time.monotonic() - hands.began
    shoot(page, "forms-sent")

    form = Form.objects.get()
    owed = Obligation.objects.filter(form=form)
    assert {each.office_id for each in owed} == {each.pk for each in counties}
    asked = queries.definition_of(queries.current_version(form))
    assert [(each.type.value, each.unit) for each in asked.indicators] == [
        ("count", "家"), ("count", "人"), ("number", "万元"), ("number", "%"), ("long", ""),
    ]  # fmt: skip
    assert form.source == "《关于做好复工监测的通知》（海人社发〔2020〕12号）第三条"
    assert timezone.localtime(owed[0].due_at).hour in (12, 17)
    # twelve seconds for each of them still leave a minute of the three
    assert hands.inputs <= 8, hands.inputs
    assert spent < 60


def test_from_a_duty_only_the_questions_are_missing(phone, sign_in, shoot, city, counties):
    page = phone
    duty = factories.notice(city).duties.get()
    sign_in(page, factories.posting(city, "officer"))
    page.goto(f"/forms/call/?duty={duty.pk}")
    hands = Hands(page)
    hands.write("paste", PASTED)
    page.locator("#preview").get_by_text("返岗人数").wait_for()
    shoot(page, "forms-call-phone")
    page.locator("#c-when label", has_text="其他时间").click()
    page.locator("#c-who label", has_text="指定单位").click()
    page.locator("[name=called]").press_sequentially("云溪")
    page.locator("#c-found").get_by_text("云溪县").click()
    assert page.locator("#c-chosen-list input:checked").count() == 1
    page.locator("#c-who label", has_text="所有县区").click()
    page.locator("#c-when label").first.click()
    hands.click(page.get_by_role("button", name="修改单位和类型"))
    page.wait_for_selector("[name=r5-label]")
    shoot(page, "forms-call-rows-phone")
    hands.click(page.get_by_role("button", name="发送", exact=True))
    page.wait_for_url("**/sent/")
    shoot(page, "forms-sent-phone")
    assert Form.objects.get().duty_id == duty.pk and Obligation.objects.count() == 6
    assert hands.inputs <= 3


def test_a_form_is_composed_with_a_living_preview(desktop, sign_in, shoot, city, counties):
    page = desktop
    sign_in(page, factories.posting(city, "officer"))
    page.goto("/forms/new/")
    page.locator("[name=title_zh]").fill("隔离点日报")
    page.locator("[name=source_number]").fill("演示发〔2020〕7号")
    page.locator("[name=source_clause]").fill("第四条")
    page.locator("[name=i1-label_zh]").fill("新增隔离")
    page.locator("[name=i1-unit]").fill("人")
    for n, label in enumerate(("解除隔离", "现有隔离"), start=2):
        page.get_by_role("button", name="添加指标").click()
        page.wait_for_selector(f"[name=i{n}-label_zh]:focus")
        page.keyboard.type(label)
    page.locator("[name=p1-level]").select_option("county")
    page.locator("[name=p1-line]").select_option("hrss")
    page.get_by_role("button", name="添加校验").click()
    page.wait_for_selector("[name=c1-rule]:focus")
    page.keyboard.type("xian_you_ge_li >= 0 and")
    page.locator("#c1-said .errors").wait_for()
    page.locator("[name=c1-rule]").fill(
        "previous(xian_you_ge_li) + xin_zeng_ge_li == jie_chu_ge_li + xian_you_ge_li"
    )
    page.locator("#c1-said .f-good").wait_for()
    assert "上期" in page.locator("#c1-said").inner_text()
    page.get_by_role("button", name="保存草稿").click()
    page.locator("#row-c1 .errors").first.wait_for()  # the check says nothing to the officer yet
    assert page.locator("[name=title_zh]").input_value() == "隔离点日报"
    shoot(page, "forms-editor")
    page.locator("[name=c1-message_zh]").fill("隔离进出不平")
    page.locator("#row-i3").get_by_role("button", name="上移").click()
    page.wait_for_selector("#row-i3:has(~ #row-i2)")
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url(re.compile(r"/forms/\d+/$"))
    shoot(page, "forms-form-draft")
    form = Form.objects.get()
    labels = [str(each.label) for each in queries.definition_of(queries.draft_of(form)).indicators]
    assert labels == ["新增隔离", "现有隔离", "解除隔离"]
    page.get_by_role("button", name="发布", exact=True).click()
    page.get_by_text("自").first.wait_for()
    assert Form.objects.get().state == "active"


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_every_page_of_the_room_fits(width, request, sign_in, shoot, city, counties):
    page = request.getfixturevalue(width)
    posting = factories.posting(city, "leader")
    by = factories.actor(city, "leader")
    duty = factories.notice(city).duties.get()
    form = builders.form(
        city, at=NOW, reporters=[{"level": "county", "line": "hrss"}], peak_every="day",
        dimensions=[{"code": "sex", "label": "性别", "categories": {"m": "男", "f": "女"}}],
        indicators=[
            *builders.DAILY["indicators"],
            {"code": "staff", "label": "在岗工作人员", "unit": "人", "by": ["sex"]},
            {"code": "kind", "label": "检查点类型", "type": "choice", "choices": {"a": "高速出口", "b": "火车站"}},
            {"code": "rate", "label": "解除率", "type": "ratio", "of": "released", "to": "still", "target": 90},
        ],
    )  # fmt: skip
    form.clause, form.duty = duty.clause, duty
    form.save()
    data = dict(form.versions.get().definition)
    data["indicators"] = [{**data["indicators"][0], "label": "检查总人数"}, *data["indicators"][1:]]
    data["grace"] = 90
    actions.save_draft(form=form, definition=data, by=by, at=NOW)
    today = timezone.localdate()
    actions.add_peak_period(
        area_code=city.area_code, name="春节后返岗高峰", first_day=today, last_day=today, by=by, at=NOW,
        source="《关于做好返岗高峰期服务的通知》（演示发〔2020〕9号）第一条",
    )  # fmt: skip
    sign_in(page, posting)
    code = queries.library()[0][0]
    for name, url in {
        "list": "/forms/", "form": f"/forms/{form.pk}/", "version": f"/forms/{form.pk}/?version=2",
        "edit": f"/forms/{form.pk}/edit/", "yaml": f"/forms/{form.pk}/edit/yaml/", "import": "/forms/new/file/",
        "library": "/forms/library/", "use": f"/forms/library/use/?form={code}", "peaks": "/forms/peaks/",
        "call-empty": "/forms/call/",
    }.items():  # fmt: skip
        page.goto(url)
        shoot(page, f"forms-{name}-{width}")
