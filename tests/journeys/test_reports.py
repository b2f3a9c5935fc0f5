"""A village files zero and fills in figures on a phone; a county sees who is silent and chases. All made up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from chunfeng.areas.models import Area
from chunfeng.reporting.models import Obligation, Revision, Suggestion
from tests import factories as f
from tests.reporting import builders as b

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
COUNTY = "220102000000"
TOWNSHIPS = {"101": "柳树镇", "102": "青石镇", "103": "白沙乡"}
NAMES = [
    "柳树村",
    "东岭村",
    "河湾村",
    "石桥村",
    "红旗村",
    "长青村",
    "北沟村",
    "新民村",
    "兴隆村",
    "太平村",
    "前进村",
    "双井村",
]
SOURCE = {"number": "春申防指〔2020〕12号", "title": "关于实行返乡人员日报告零报告的通知", "clause": "第三条"}
RETURNED: dict = {
    "code": "returned-daily",
    "title": {"zh": "返乡人员排查日报表", "en": "Daily report of returned workers"},
    "source": SOURCE,
    "dimensions": [
        {"code": "origin", "label": {"zh": "来源"},
         "categories": {"hit": {"zh": "疫情重点地区"}, "other": {"zh": "省外其他地区"}, "here": {"zh": "省内"}}}
    ],
    "indicators": [
        {"code": "back", "label": {"zh": "当日新返乡人数"}, "unit": "人", "by": ["origin"],
         "help": {"zh": "以到村时间为准，当日零时至二十四时。"}},
        {"code": "checked", "label": {"zh": "上门排查户数"}, "unit": "户",
         "source": SOURCE | {"clause": "第四条第二款"}},
        {"code": "isolated", "label": {"zh": "新增居家隔离"}, "unit": "人"},
        {"code": "released", "label": {"zh": "解除隔离"}, "unit": "人"},
        {"code": "still", "label": {"zh": "现有居家隔离"}, "unit": "人", "aggregate": "last",
         "jump": 50, "jump_from": 5},
        {"code": "fever", "label": {"zh": "是否发现发热人员"}, "type": "yesno"},
        {"code": "way", "label": {"zh": "主要排查方式"}, "type": "choice", "required": False,
         "choices": {"door": {"zh": "逐户上门"}, "phone": {"zh": "电话"}, "list": {"zh": "名单比对"}}},
        {"code": "remark", "label": {"zh": "需要说明的情况"}, "type": "long", "required": False},
    ],
    "checks": [
        {"code": "flow", "rule": "previous(still) + isolated == released + still", "strength": "soft", "identity": True,
         "message": {"zh": "昨日在隔离人数加新增，应等于解除加现有"}}
    ],
}  # fmt: skip
TEMPERATURE: dict = {
    "code": "station-temperature", "title": {"zh": "卡点体温登记"}, "every": "event", "zero": False, "checks": [],
    "source": SOURCE | {"clause": "第五条"}, "reporters": [{"level": "village"}],
    "indicators": [
        {"code": "name", "label": {"zh": "姓名"}, "type": "name"},
        {"code": "phone", "label": {"zh": "手机号码"}, "type": "phone"},
        {"code": "plate", "label": {"zh": "车牌"}, "type": "text", "required": False},
        {"code": "temp", "label": {"zh": "体温"}, "type": "number", "decimals": 1, "unit": "℃", "aggregate": "max"},
        {"code": "sent", "label": {"zh": "是否劝返"}, "type": "yesno"},
    ],
}  # fmt: skip


def figures(n, *, back):
    """What the village with this number states."""
    parts = {"back.hit": 0, "back.other": back // 2, "back.here": back - back // 2, "back": back}
    return parts | {"checked": 20 + n, "isolated": 1, "released": 1, "still": 12, "fever": 0}


@pytest.fixture
def scene():
    """A made-up county, three townships, twelve villages, fourteen days of reports; today's cut-off is over."""
    county = f.office(COUNTY, name="东河区就业服务中心", short_name="东河区")
    villages = []
    for n, name in enumerate(NAMES):
        town = list(TOWNSHIPS)[n % 3]
        office = f.office(
            f"220102{town}{201 + n}", name=f"{TOWNSHIPS[town]}{name}村委会", short_name=name, parent=county
        )
        villages.append(office)
    for town, name in TOWNSHIPS.items():
        Area.objects.create(
            code=f"220102{town}000", name=name, level=4, kind="town", parent_code=COUNTY,
            valid_from=date(2019, 1, 1), source="测试",
        )  # fmt: skip
    form = b.form(county, at=f.NOW, **RETURNED)
    b.form(county, at=f.NOW, **TEMPERATURE)
    now, today = timezone.now(), timezone.localdate()
    for back in range(13, 0, -1):
        day = today - timedelta(days=back)
        for n, office in enumerate(villages):
            at = now - timedelta(days=back)
            when = {"due_at": at, "closes_at": at + timedelta(minutes=30)}
            first = at + timedelta(hours=2 if (n + back) % 7 == 3 else -1)
            if (n * 5 + back) % 11 == 0:
                b.obligation(form, office, day, **when)
                continue
            of = b.filed(
                form, office, day, first, back=3, checked=20 + n, isolated=1, released=1, still=12, fever=0
            )
            state = "zero" if (n + back) % 5 == 0 else "filed"
            Obligation.objects.filter(pk=of.pk).update(state=state, **when)
    quiet = {0, 4, 7, 10}
    for n, office in enumerate(villages):
        when = {"due_at": now - timedelta(minutes=70), "closes_at": now - timedelta(minutes=40)}
        if n in quiet:
            b.obligation(form, office, today, **when)
            continue
        of = b.filed(
            form,
            office,
            today,
            now - timedelta(hours=2),
            back=n,
            checked=18 + n,
            isolated=n % 3,
            released=1,
            still=11 + n % 3,
            fever=0,
        )
        Obligation.objects.filter(pk=of.pk).update(**when, filed_by_name="测试员")
    return county, villages, form


def tap(page, name, text):
    """Choose one of the taps."""
    page.locator(f".taps label:has([name='{name}'])").filter(has_text=text).click()


def test_a_village_files_zero_on_a_phone(scene, phone, sign_in, shoot):
    _county, _villages, form = scene
    today = timezone.localdate()
    fresh = f.office("220102101301", name="柳树镇新立村村委会", parent=_county)
    due = timezone.now() + timedelta(hours=2, minutes=10)
    of = b.obligation(form, fresh, today, due_at=due, closes_at=due + timedelta(hours=1))
    sign_in(phone, f.posting(fresh, "caller"))
    phone.goto("/reports/")
    shoot(phone, "reports-village-phone")
    phone.get_by_role("link", name="无情况").click()
    shoot(phone, "reports-zero-phone")
    phone.get_by_role("button", name="签名零报告").click()
    phone.get_by_role("heading", name="零报告已报送").wait_for()
    shoot(phone, "reports-zero-receipt-phone")
    of.refresh_from_db()
    assert of.state == "zero" and of.revision == 1
    phone.get_by_role("link", name="全部报完").click()
    phone.get_by_text("今天该报的都报了").wait_for()
    shoot(phone, "reports-village-done-phone")


def test_a_village_fills_in_a_jump_and_must_say_why(scene, phone, sign_in, shoot):
    _county, villages, _form = scene
    village = villages[0]
    of = Obligation.objects.get(office=village, period_start=timezone.localdate())
    Suggestion.objects.create(
        obligation=of, area_code=of.area_code, cell="checked", value=26, source="返乡人员登记册", at=f.NOW
    )
    sign_in(phone, f.posting(village, "caller"))
    phone.goto("/reports/")
    shoot(phone, "reports-overdue-phone")
    phone.get_by_role("link", name="填报", exact=True).first.click()
    shoot(phone, "reports-fill-phone")
    for name, value in {
        "back.hit": "18",
        "back.other": "2",
        "back.here": "0",
        "isolated": "20",
        "released": "0",
    }.items():
        phone.locator(f"[name='v-{name}']").fill(value)
    assert phone.locator("output[data-total]").inner_text() == "20"
    phone.get_by_role("button", name="采用").click()
    assert phone.locator("[name='v-checked']").input_value() == "26"
    tap(phone, "v-fever", "否")
    phone.locator("[name='v-still']").fill("32")
    phone.locator("[name='v-still']").blur()
    phone.locator("textarea[name='comment-jump:still']").wait_for()
    phone.locator("textarea[name='comment-jump:still']").fill("大巴返乡")
    phone.locator("[data-draft-note]").wait_for()
    phone.wait_for_timeout(400)
    shoot(phone, "reports-jump-phone")

    # the figures survive a way back and a page opened anew
    phone.goto("/reports/")
    phone.goto(f"/reports/{of.pk}/fill/")
    phone.locator("[data-restored]").wait_for()
    assert phone.locator("[name='v-still']").input_value() == "32"
    box = phone.locator("textarea[name='comment-jump:still']")
    box.wait_for()
    assert box.input_value() == "大巴返乡", "the comment is back with its figure"
    shoot(phone, "reports-restored-phone")
    box.fill("")

    phone.get_by_role("button", name="签名报送").click()
    phone.locator(".flash.error").first.wait_for()
    assert phone.locator("[name='v-back.hit']").input_value() == "18"
    shoot(phone, "reports-refused-phone")
    for box in phone.locator("textarea[name^='comment-']").all():
        box.fill("一辆返乡大巴到村，20人全部居家隔离")
    phone.get_by_role("button", name="签名报送").click()
    phone.get_by_role("heading", name="已报送").wait_for()
    shoot(phone, "reports-receipt-phone")
    made = Revision.objects.get(obligation=of)
    assert made.doubts and made.by_name
    kept = "Object.keys(sessionStorage).filter((name) => name.startsWith('chunfeng:'))"
    assert phone.evaluate(kept) == [], "what was acknowledged is not kept"

    phone.get_by_role("link", name="查看").click()
    shoot(phone, "report-filed-phone")
    phone.get_by_role("link", name="更正").click()
    phone.locator("[name='v-released']").fill("1")
    phone.locator("[name='v-still']").fill("31")
    phone.locator("[name='v-checked']").fill("")
    phone.locator("[name='v-checked']").blur()
    shoot(phone, "reports-correct-phone")


def test_a_county_sees_the_silent_and_chases_them(scene, desktop, phone, sign_in, shoot):
    county, villages, form = scene
    sign_in(desktop, f.posting(county))
    desktop.goto("/reports/")
    shoot(desktop, "reports-county")
    desktop.get_by_role("link", name="返乡人员排查日报表").first.click()
    shoot(desktop, "ledger-county")
    desktop.get_by_role("link", name="逾时未报").click()
    rows = desktop.locator("table.ledger tbody tr")
    assert rows.count() == 4
    rows.first.locator("input[type=checkbox]").check()
    desktop.get_by_role("button", name="催报所选").click()
    desktop.locator(".flash.success").wait_for()
    desktop.get_by_text("已催报", exact=False).first.wait_for()
    shoot(desktop, "ledger-chased")
    desktop.get_by_role("button", name="催报全部4个未报单位").click()
    desktop.locator(".flash.success").wait_for()

    sign_in(phone, f.posting(villages[0], "caller"))
    phone.goto("/desk/")
    phone.locator("details.reminders").get_by_text("返乡人员排查日报表").first.wait_for()
    shoot(phone, "desk-village-chased-phone")

    desktop.goto(f"/reports/form/{form.pk}/")
    filed = desktop.locator("table.ledger a.open").nth(6)
    filed.click()
    desktop.locator("details > summary", has_text="退回").click()
    desktop.locator("details[open] textarea").fill("上门排查户数与户籍册不符，请核对后重报")
    shoot(desktop, "report-return")
    desktop.locator("details[open] button[type=submit]").click()
    desktop.locator(".flash.success").wait_for()
    shoot(desktop, "report-returned")

    desktop.goto(f"/reports/form/{form.pk}/")
    desktop.locator(".lock summary").click()
    shoot(desktop, "ledger-accepting")
    desktop.set_viewport_size({"width": 360, "height": 740})
    desktop.goto(f"/reports/form/{form.pk}/")
    shoot(desktop, "ledger-county-phone")
    desktop.goto("/reports/")
    shoot(desktop, "reports-county-phone")


def test_a_station_adds_entries_one_after_another(scene, phone, desktop, sign_in, shoot):
    _county, villages, _form = scene
    sign_in(phone, f.posting(villages[1], "caller"))
    phone.goto("/reports/")
    phone.get_by_role("link", name="登记一条").click()
    for n, (who, temp) in enumerate([("张三", "36.5"), ("李四", "37.9")]):
        phone.locator("[name='v-name']").fill(who)
        phone.locator("[name='v-phone']").fill(f"1380000123{n}")
        phone.locator("[name='v-temp']").fill(temp)
        tap(phone, "v-sent", "是" if n else "否")
        shoot(phone, "entry-new-phone")
        with phone.expect_navigation():  # a script sends it
            phone.get_by_role("button", name="保存并继续登记").click()
        phone.locator(".flash.success").wait_for()
        assert phone.locator("[name='v-temp']").input_value() == ""
    phone.goto("/reports/")
    phone.get_by_role("link", name="当日记录").first.click()
    shoot(phone, "entries-phone")
    sign_in(desktop, f.posting(villages[4], "officer"))
    desktop.goto("/reports/")
    shoot(desktop, "reports-village")
    for link, name in (("填报", "reports-fill"), ("无情况", "reports-zero")):
        desktop.goto("/reports/")
        desktop.get_by_role("link", name=link).first.click()
        shoot(desktop, name)
    sign_in(desktop, f.posting(villages[1], "officer"))
    desktop.goto(phone.url)
    shoot(desktop, "entries")
    desktop.locator("table.list tbody a").first.click()
    shoot(desktop, "entry-filed")
    desktop.locator("input[name=reason]").fill("发热人员跟踪")
    desktop.locator("form[action$='/unmask/'] button").click()
    desktop.get_by_text("李四").wait_for()
