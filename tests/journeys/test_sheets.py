"""A county takes one sheet for its villages, fills it in a spreadsheet program and hands it in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from chunfeng.reporting.models import Obligation
from chunfeng.reporting.sheets.templates import layout_of
from tests import factories as f
from tests.reporting import builders as b
from tests.reporting.test_sheets import refilled

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
GOOD = {"checked": 120, "isolated": 2, "released": 1, "still": 5}


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_one_sheet_for_a_county(screen, request, sign_in, shoot, tmp_path):
    page = request.getfixturevalue(screen)
    now = timezone.now()
    today = timezone.localdate()
    posting = f.posting(f.office("220102000000", name="示例区人力资源和社会保障局"))
    form = b.form(posting.office, at=now)
    names = ["演示村", "样板村", "测试新村", "示范屯", "试点社区"]
    for n, name in enumerate(names, start=1):
        village = f.office(f"2201021002{n:02d}", name=f"{name}就业服务站")
        b.filed(
            form,
            village,
            today - timedelta(days=1),
            now,
            checked=90 + n,
            isolated=1,
            released=0,
            still=3 + 40 * (n == 4),
        )
        b.obligation(
            form, village, today, due_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2)
        )
    sign_in(page, posting)
    page.goto(f"/reports/sheets/{form.pk}/?day={today}")
    shoot(page, f"sheet-start-{screen}")
    with page.expect_download() as taken:
        page.get_by_role("link", name="5").click()
    empty = Path(taken.value.path()).read_bytes()
    plan = layout_of(form, today, None, at=now)
    lines = {0: GOOD | {"still": 5, "isolated": 3}, 1: {"checked": 88, "isolated": 0, "released": 0, "still": 3},
             2: {"checked": "八十", "isolated": 0, "released": 0, "still": 3},
             3: {"checked": 90, "isolated": 0, "released": 40, "still": 3}}  # fmt: skip
    data = refilled(
        empty,
        {
            plan.address(2 + n, plan.fields.index(code)): v
            for n, row in lines.items()
            for code, v in row.items()
        },
    )
    filled = tmp_path / "filled.xlsx"
    filled.write_bytes(data)
    page.set_input_files("#file", filled)
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector(".sheet-rows")
    shoot(page, f"sheet-review-{screen}")
    page.locator("button[name=only_good]").click()
    page.wait_for_selector(".flash.success")
    shoot(page, f"sheet-filed-{screen}")
    assert Obligation.objects.filter(state="filed", period_start=today).count() == 2
