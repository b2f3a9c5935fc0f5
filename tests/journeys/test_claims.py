"""Money in a browser: claimed at the counter, decided, shown to everybody, sent to the bank, answered, paid again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from chunfeng.areas.models import BEGINNING, Area
from chunfeng.benefits.actions import decisions
from chunfeng.benefits.models import PaymentBatch
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
COUNTY = "220184000000"


@pytest.fixture
def county(db):
    rows = [("220000000000", "吉林省", 1, "province", "000000000000"),
            ("220100000000", "长春市", 2, "city", "220000000000"),
            (COUNTY, "公主岭市", 3, "county_city", "220100000000"),
            ("220184100000", "范家屯镇", 4, "town", COUNTY),
            (people.VILLAGE, "三合村民委员会", 5, "villagers", "220184100000")]  # fmt: skip
    Area.objects.bulk_create(
        [
            Area(code=c, name=n, level=v, kind=k, parent_code=up, valid_from=BEGINNING, source="made up")
            for c, n, v, k, up in rows
        ],
        ignore_conflicts=True,
    )
    return f.office(COUNTY, line="hrss", name="公主岭市人力资源和社会保障局")


def test_from_the_counter_to_the_bank_and_back(desktop, phone, sign_in, shoot, county, tmp_path):
    b.version(county)
    by = f.actor(county)
    into = people.dataset(county, keep_until=timezone.localdate() + timedelta(days=90))
    people.person(by, into, id_number=people.number(1), name="演示甲")
    other = b.submitted(by, b.payee(by, into, 2), key="other")
    decisions.decide(claim=other, outcome="granted", by=by, at=timezone.now())

    officer, leader = f.posting(county), f.posting(county, "leader")
    sign_in(desktop, officer)
    desktop.goto("/claims/new/")
    desktop.get_by_role("link", name="测试补贴").click()
    shoot(desktop, "claims-new-1280")
    desktop.fill("input[name=on]", "2020-02-01")
    desktop.fill("input[name=who]", "演示甲")
    desktop.locator("form button[type=submit]").last.click()
    desktop.locator(".cl-people button").click()
    desktop.fill("input[name=fact-worked]", "3")
    desktop.locator("button[name=submit]").click()
    assert "900" in desktop.locator("#rules").inner_text()
    desktop.set_input_files(
        "input[name=files]", {"name": "考勤表.txt", "mimeType": "text/plain", "buffer": b"3"}
    )
    desktop.locator("#papers button").click()
    shoot(desktop, "claims-proposal-1280")
    claim = desktop.url
    sign_in(phone, officer)
    phone.goto(claim)
    shoot(phone, "claims-proposal-360")
    desktop.locator("button[name=outcome][value=granted]").click()
    desktop.locator("aside details summary").first.click()
    desktop.fill("input[name=account]", "6222000000000077")
    desktop.fill("input[name=bank]", "演示银行")
    desktop.locator("aside details button").first.click()
    assert "6222000000000077" not in desktop.content()

    desktop.goto("/claims/")
    shoot(desktop, "claims-list-1280")
    phone.goto("/claims/")
    shoot(phone, "claims-list-360")

    desktop.goto("/payments/")
    shoot(desktop, "payments-1280")
    desktop.locator(".cl-go button").click()
    batch = desktop.url
    sign_in(desktop, leader)
    desktop.goto(batch)
    desktop.locator(".cl-turn button").click()
    digest = desktop.locator("p.cl-digest").inner_text()
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    desktop.fill("input[name=sha256]", digest)
    desktop.locator(".cl-turn button").click()
    reply = tmp_path / "reply.csv"
    reply.write_text("行号,金额,日期,原因\n1,900.00,2020-02-05,\n2,900.00,,\n", encoding="utf-8")
    desktop.set_input_files("input[name=file]", str(reply))
    desktop.locator(".cl-turn button").click()
    assert "3" in desktop.locator(".cl-problems li").inner_text()
    shoot(desktop, "payments-batch-problems-1280")
    reply.write_text("行号,金额,日期,原因\n1,900.00,2020-02-05,\n2,900.00,,户名不符\n", encoding="utf-8")
    desktop.set_input_files("input[name=file]", str(reply))
    desktop.locator(".cl-turn button").click()
    assert not desktop.locator(".cl-problems").count(), desktop.locator(".cl-problems").inner_text()
    assert PaymentBatch.objects.get().state == "reconciled"
    shoot(desktop, "payments-batch-1280")
    phone.goto(batch)
    shoot(phone, "payments-batch-360")
    desktop.goto("/payments/")
    assert "户名不符" in desktop.content()
    phone.goto("/payments/")
    shoot(phone, "payments-360")

    desktop.goto("/claims/lists/")
    desktop.fill("input[name=title]", "测试补贴公示")
    desktop.fill("input[name=source]", "测试通知 一")
    desktop.fill("input[name=phone]", "0434-0000000")
    shoot(desktop, "claims-lists-1280")
    desktop.locator("form.panel button").click()
    phone.context.clear_cookies()
    phone.goto("/publicity/")
    phone.get_by_role("link", name="测试补贴公示").click()
    assert "演*甲" in phone.content()
    assert "演示甲" not in phone.content()
    shoot(phone, "publicity-360")
