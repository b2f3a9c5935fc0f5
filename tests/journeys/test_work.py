"""Work injuries and epidemic work days in a browser: taken in, told, decided; typed, checked, published."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chunfeng.areas.models import BEGINNING, Area
from chunfeng.benefits.actions import injuries
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
COUNTY = "220184000000"


@pytest.fixture
def county(db):
    rows = [("220000000000", "吉林省", 1, "province", "000000000000"),
            ("220100000000", "长春市", 2, "city", "220000000000"),
            (COUNTY, "公主岭市", 3, "county_city", "220100000000")]  # fmt: skip
    Area.objects.bulk_create(
        [
            Area(code=c, name=n, level=v, kind=k, parent_code=up, valid_from=BEGINNING, source="made up")
            for c, n, v, k, up in rows
        ],
        ignore_conflicts=True,
    )
    office = f.office(COUNTY, line="hrss", name="公主岭市人力资源和社会保障局")
    for code in ("work-injury-epidemic-staff", "work-injury-clock", "work-injury-application"):
        b.shipped(office, code, subject="person")
    b.shipped(office, "temporary-work-subsidy", fund="地方财政")
    b.shipped(office, "work-injury-clock-green-channel-a", area=COUNTY)
    return office


def test_taken_in_told_decided_and_a_list_to_the_public(desktop, phone, sign_in, shoot, county):
    taker, officer, today = f.posting(county, "caller"), f.posting(county), timezone.localdate()
    sign_in(desktop, taker)
    sign_in(phone, officer)
    desktop.goto("/injuries/new/")
    fields = {"name": "演示护士", "document": people.number(1), "employer": "演示市人民医院", "occupation": "护士",
              "happened_on": (today - timedelta(days=3)).isoformat()}  # fmt: skip
    for name, value in fields.items():
        desktop.fill(f"[name={name}]", value)
    shoot(desktop, "injury-new-1280")
    desktop.locator("form.panel button").click()
    url = desktop.url
    desktop.locator("input[name=missing]").last.check()
    desktop.locator("#check form").first.locator("button").click()
    proves = desktop.locator("aside li").first.inner_text()
    desktop.get_by_role("link", name="打印").or_(desktop.locator("a[href$='told/']")).first.click()
    shoot(desktop, "injury-told-1280")
    desktop.goto(url)
    desktop.set_input_files(
        "input[name=files]", {"name": "证明.txt", "mimeType": "text/plain", "buffer": b"3"}
    )
    desktop.select_option("select[name=proves]", proves)
    desktop.locator("#papers button").click()
    for name, value in (("duty_role", "medical"), ("infected", "yes"), ("on_duty", "yes"), ("injury_insured", "no"),
                        ("finance_supported", "yes")):  # fmt: skip
        desktop.select_option(f"[name=fact-{name}]", value)
    desktop.locator("#facts button").click()
    desktop.select_option("[name=clear]", "yes")
    desktop.locator("#check button").click()
    shoot(desktop, "injury-case-1280")
    phone.goto(url)
    shoot(phone, "injury-case-360")
    phone.locator("button[name=outcome][value=yes]").click()
    assert phone.locator("#decision .tag.good").count()
    phone.goto(url + "decision/")
    shoot(phone, "injury-decision-360")
    by = f.actor(county)
    old = today - timedelta(days=20)
    injuries.apply(
        name="演示医生", document=people.number(2), employer="演示镇卫生院", applicant="worker", happened_on=old,
        applied_on=old, key="late", by=by, at=timezone.now(),
    )  # fmt: skip
    for page, width in ((desktop, 1280), (phone, 360)):
        page.goto("/injuries/")
        shoot(page, f"injuries-{width}")
        page.goto("/injuries/areas/")
        shoot(page, f"injuries-areas-{width}")

    desktop.goto("/worklists/new/")
    month = (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    desktop.fill("[name=unit]", "演示市人民医院")
    desktop.fill("[name=month]", month)
    desktop.locator("form.panel button").click()
    url = desktop.url
    for n, (name, days, minutes) in enumerate(
        (("演示护士", "1-12, 15", "8h"), ("演示医生", "2-20", "480"), ("演示保洁", "99", "60"))
    ):
        desktop.fill(f"[name=name-{n}]", name)
        desktop.fill(f"[name=document-{n}]", people.number(n + 1))
        desktop.fill(f"[name=on-{n}]", days)
        desktop.fill(f"[name=minutes-{n}]", minutes)
        desktop.select_option(f"[name=work_class-{n}]", "direct" if n < 2 else "other")
    desktop.locator("#enter form button").first.click()
    shoot(desktop, "worklist-refused-1280")
    desktop.fill("[name=on-0]", "4-6")
    desktop.locator("#enter form button").first.click()
    desktop.locator("details.wk-person summary").first.click()
    shoot(desktop, "worklist-open-1280")
    desktop.locator("form[action$='submit/'] button").click()
    phone.goto(url)
    phone.locator("form[action$='check/'] button").click()
    shoot(phone, "worklist-checked-360")
    phone.fill("[name=source]", "财社〔2020〕2号 二")
    phone.fill("[name=phone]", "0434-0000000")
    phone.locator("form[action$='publish/'] button").click()
    assert phone.locator("a[href^='/publicity/']").count()
    shoot(phone, "worklist-published-360")
    for page, width in ((desktop, 1280), (phone, 360)):
        page.goto(f"/worklists/?month={month}")
        shoot(page, f"worklists-{width}")
