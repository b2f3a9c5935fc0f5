"""A measure without a line of code: uploaded, its cases pass, tried out, put in force, checked by the public."""

from __future__ import annotations

import re

import pytest

from chunfeng.benefits.actions import measures, simulating
from chunfeng.benefits.models import MeasureVersion, Simulation
from tests import factories as f
from tests.benefits import builders as b
from tests.journeys.line import until
from tests.people import builders as people

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def county():
    return f.office("220184000000", line="hrss", name="公主岭市人力资源和社会保障局")


def test_from_the_file_to_the_first_answer(desktop, phone, sign_in, shoot, county, tmp_path):
    officer, leader = f.posting(county), f.posting(county, "leader")
    sign_in(desktop, officer)
    desktop.goto("/measures/new/")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(b.TEXT.replace("worked >= least", "worked >= leest"), encoding="utf-8")
    desktop.locator("input[type=file]").set_input_files(wrong)
    desktop.locator("main form button[type=submit]").click()
    desktop.get_by_text("该文件尚不能使用").wait_for()
    shoot(desktop, "measure-wrong")
    right = tmp_path / "right.yaml"
    right.write_text(b.TEXT, encoding="utf-8")
    desktop.locator("input[type=file]").set_input_files(right)
    desktop.locator("main form button[type=submit]").click()
    desktop.wait_for_url(re.compile(r"/measures/version/\d+/$"))
    desktop.get_by_text("2个全部通过").wait_for()
    shoot(desktop, "measure-draft")
    version = MeasureVersion.objects.get()
    assert version.state == "draft"

    by, into = f.actor(county), people.dataset(county)
    desktop.context.clear_cookies()
    sign_in(desktop, leader)
    desktop.goto(f"/measures/version/{version.pk}/")
    desktop.locator("input[name=valid_from]").fill("2020-01-01")
    desktop.get_by_role("button", name="生效").click()
    desktop.get_by_text("自2020-01-01起执行").wait_for()
    for n, worked in enumerate((1, 2, 5), 1):
        b.submitted(by, b.payee(by, into, n), key=f"k{n}", facts={"worked": worked})

    desktop.context.clear_cookies()
    sign_in(desktop, officer)
    desktop.goto(f"/measures/version/{version.pk}/what-if/new/")
    desktop.locator("input[name=name]").fill("标准提高到四百元")
    area = desktop.locator("textarea[name=text]")
    area.fill(area.input_value().replace("300 yuan", "400 yuan"))
    desktop.get_by_role("button", name="测算").click()
    desktop.wait_for_url(re.compile(r"/measures/what-if/\d+/$"))
    simulating.run(Simulation.objects.get().pk)  # what a worker does; the page finds out by itself
    desktop.get_by_text("3,200.00").first.wait_for()
    until(desktop, lambda: desktop.evaluate("document.querySelector('.ms-chart').naturalWidth > 0"))
    shoot(desktop, "measure-what-if")
    desktop.goto("/measures/")
    shoot(desktop, "measures")

    phone.goto("/policies/")
    shoot(phone, "policies-phone")
    phone.get_by_role("link", name="看看我是否符合").first.click()
    shoot(phone, "policy-check-ask-phone")
    phone.locator("input[name=f-worked]").fill("3")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_text("符合条件", exact=True).wait_for()
    assert "900" in phone.locator("main").inner_text()
    shoot(phone, "policy-check-yes-phone")
    phone.goto("/policies/test-allowance/")
    shoot(phone, "policy-phone")


def test_a_long_measure_reads_well(desktop, phone, sign_in, shoot, county):
    leader = f.actor(county, "leader")
    for code in ("pay-in-stoppage", "social-insurance-relief-2020", "temporary-work-subsidy"):
        version = measures.take_shipped(code=code, by=leader, at=f.NOW)
        first = version.valid_from or b.ON
        found = measures.files.read(version.text).contents
        measures.put_in_force(version=version, valid_from=found.first or first, by=leader, at=f.NOW)
    for page, size in ((desktop, "desktop"), (phone, "phone")):
        sign_in(page, f.posting(county, "leader"))
        page.goto(f"/measures/version/{version.pk}/")
        shoot(page, f"measure-version-{size}")
        page.goto("/policies/")
        shoot(page, f"policies-many-{size}")
