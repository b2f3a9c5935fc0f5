"""The province reads the day: map, table, curve, from a number to the filing; the same on a phone."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from chunfeng.areas.models import BEGINNING, Area
from chunfeng.reporting import values
from chunfeng.reporting.models import Obligation
from tests import factories as f
from tests.reporting import builders

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PROVINCE = "220000000000"
CITIES = ["春申市", "河阳市", "南岭市", "东屏市", "白沙市", "青石市", "柳河市", "云台市", "海沟朝鲜族自治州"]
LAST = date(2020, 2, 14)
INDICATORS = [
    {"code": "checked", "label": {"zh": "检查人数", "en": "Persons checked"}, "unit": "人"},
    {"code": "vehicles", "label": {"zh": "检查车辆", "en": "Vehicles"}, "unit": "辆"},
    {"code": "isolated", "label": {"zh": "新隔离", "en": "Newly isolated"}, "unit": "人"},
    {"code": "released", "label": {"zh": "解除隔离", "en": "Released"}, "unit": "人"},
    {
        "code": "still",
        "label": {"zh": "仍在隔离", "en": "Still isolated"},
        "unit": "人",
        "aggregate": "last",
    },
    {
        "code": "share",
        "label": {"zh": "解除隔离占比", "en": "Share released"},
        "type": "ratio",
        "of": "released",
        "to": "isolated",
    },
]


@pytest.fixture
def scene():
    """A made-up province: nine cities, in each three counties with two villages; fourteen days of figures."""
    rows = [(PROVINCE, "测试省", 1, "province", "000000000000")]
    codes = []
    for n, city in enumerate(CITIES, start=1):
        code = f"22{n:02d}00000000"
        rows.append((code, city, 2, "city", PROVINCE))
        for m in range(1, 4):
            rows.append((f"22{n:02d}{m:02d}000000", f"{city[:2]}第{m}县", 3, "county", code))
            codes += [f"22{n:02d}{m:02d}100{v:03d}" for v in (201, 202)]
    Area.objects.bulk_create(
        [
            Area(code=c, name=name, level=level, kind=kind, parent_code=up, valid_from=BEGINNING, source="made up")
            for c, name, level, kind, up in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    top = f.office(PROVINCE, name="测试省就业服务局")
    form = builders.form(top, at=timezone.now(), indicators=INDICATORS, checks=[])
    offices = [f.office(code, name=f"测试检查点{code[2:6]}-{code[-1]}") for code in codes]
    Obligation.objects.bulk_create(_reports(form, offices))
    return top, form


def _reports(form, offices):
    some = random.Random(7)
    version = form.versions.get()
    for n, office in enumerate(offices):
        for back in range(14):
            day = LAST - timedelta(days=back)
            due = timezone.make_aware(datetime.fromisoformat(f"{day}T17:00"))
            silent = (office.area_code.startswith("2205") and back == 0) or some.random() < 0.06
            scale = 1 + n // 6
            numbers = {
                "checked": some.randint(40, 120) * scale,
                "vehicles": some.randint(10, 60) * scale,
                "isolated": some.randint(0, 6),
                "released": some.randint(0, 4),
                "still": some.randint(4, 20) * scale,
            }
            filed = due + timedelta(minutes=some.choice((-50, -20, -5, 90)))
            yield Obligation(
                form=form, version=version, office=office, area_code=office.area_code,
                period_start=day, period_end=day, due_at=due, closes_at=due + timedelta(hours=1),
                **({} if silent else {
                    "state": "filed", "revision": 1, "numbers": values.in_slots(numbers, form.slots),
                    "first_filed_at": filed, "filed_at": filed, "filed_by_name": "测试员",
                }),
            )  # fmt: skip


def test_the_province_reads_the_day(desktop, sign_in, shoot, scene):
    top, form = scene
    sign_in(desktop, f.posting(top))
    desktop.goto("/figures/")
    shoot(desktop, "figures-home")
    desktop.get_by_role("link", name=form.title).click()
    desktop.wait_for_selector("section.curves polyline")
    shoot(desktop, "figures-table")
    desktop.get_by_role("link", name="春申市").first.click()
    desktop.wait_for_selector("section.curves polyline")
    assert "春申第1县" in desktop.content()
    shoot(desktop, "figures-city")
    desktop.locator("table.figures tbody tr").nth(1).locator("td a").last.click()
    shoot(desktop, "figures-offices")
    desktop.go_back()
    desktop.goto(f"/figures/{form.pk}/?against=2020-02-13&today=1&cell=still")
    desktop.wait_for_selector("section.curves polyline")
    shoot(desktop, "figures-compared")
    desktop.goto(f"/figures/{form.pk}/pivot/?rows=below&columns=day&first=2020-02-08&last=2020-02-14")
    shoot(desktop, "figures-pivot")
    desktop.goto(f"/figures/{form.pk}/quality/?first=2020-02-08&last=2020-02-14")
    desktop.locator("details.panel summary").click()
    shoot(desktop, "figures-quality")
    desktop.goto(f"/figures/{form.pk}/curves/?curve=checked&curve=vehicles&curve=isolated&curve=released")
    shoot(desktop, "figures-curves")


def test_the_same_on_a_phone(phone, sign_in, shoot, scene):
    top, form = scene
    sign_in(phone, f.posting(top))
    phone.goto("/figures/")
    shoot(phone, "figures-home-phone")
    phone.goto(f"/figures/{form.pk}/")
    phone.wait_for_selector("section.curves polyline")
    shoot(phone, "figures-table-phone")
    phone.goto(f"/figures/{form.pk}/pivot/?first=2020-02-08&last=2020-02-14")
    shoot(phone, "figures-pivot-phone")
    phone.goto(f"/figures/{form.pk}/quality/")
    shoot(phone, "figures-quality-phone")
    phone.goto(f"/figures/{form.pk}/offices/?area=220100000000&cell=checked")
    shoot(phone, "figures-offices-phone")
