"""A notice on its way: uploaded, reviewed in a real browser, issued, received. And a very long one."""

from __future__ import annotations

import pytest

from chunfeng.notices import actions, queries
from chunfeng.notices.models import DeadlineDefault, Dispatch, Notice
from tests import factories
from tests.factories import NOW
from tests.notices import papers

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COUNTIES = ["青禾县", "云溪县", "临港区", "海东区", "平湖县", "高新区"]


@pytest.fixture
def city():
    made = factories.office(
        "320700000000",
        line="hrss",
        name="海州市人力资源和社会保障局",
        short_name="市人社局",
        agency_code="海人社发",
    )
    DeadlineDefault.objects.create(office=made, area_code=made.area_code, phrase="及时", days=3)
    return made


@pytest.fixture
def counties(city):
    return [
        factories.office(f"3207{21 + n}000000", line="hrss", name=f"{name}人力资源和社会保障局", parent=city)
        for n, name in enumerate(COUNTIES)
    ]


@pytest.fixture
def event():
    return factories.emergency(name="2020 年新冠肺炎疫情（测试）")


def long_notice(duties: int = 80) -> str:
    """A made-up notice of about 30,000 characters with one dated or fuzzy duty in each of its points."""
    numerals = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]
    filler = "当前形势复杂，任务繁重，有关工作关系群众切身利益，关系社会大局稳定。" * 9
    points = []
    for n in range(duties):
        if n % 10 == 0:
            points.append(f"{numerals[n // 10]}、第{numerals[n // 10]}方面工作")
        when = f"于3月{n % 28 + 1}日前" if n % 2 else "及时"
        points.append(f"（{numerals[n % 10]}）{filler}各县（区）要{when}上报第{n + 1}项情况。")
    body = "\n\n".join(points)
    return (
        "海州市人力资源和社会保障局\n关于全面做好疫情防控期间各项工作的通知\n\n海人社发〔2020〕30号\n\n"
        f"各县（区）人力资源和社会保障局：\n\n现就有关事项通知如下：\n\n{body}\n\n海州市人力资源和社会保障局\n2020年2月20日\n"
    )


def test_from_upload_to_the_other_office(desktop, sign_in, shoot, city, counties, event, tmp_path):
    page = desktop
    sign_in(page, factories.posting(city, "leader", title="局长"))
    file = tmp_path / "通知.txt"
    file.write_text(papers.CITY, encoding="utf-8")

    page.goto("/notices/new/")
    page.set_input_files("input[type=file]", str(file))
    shoot(page, "notice-new")
    page.get_by_role("button", name="读取").click()
    page.wait_for_url("**/review/**")
    notice = Notice.objects.get()

    # a mark leads to its card, a card to its mark
    page.locator("a.mark").first.click()
    assert page.evaluate("document.activeElement.id").startswith("duty-")
    shoot(page, "notice-review")

    # correct a header field in place
    page.get_by_text("其他要素").click()
    page.locator("#f-signer a.edit").click()
    page.locator("#v-signer").fill("李试例")
    page.locator("#f-signer button").click()
    page.locator("#f-signer .value", has_text="李试例").wait_for()

    # edit the first duty
    first = page.locator("article.duty").first
    identity = first.get_attribute("id")
    first.get_by_role("link", name="修改").click()
    form = page.locator(f"#{identity} form")
    form.locator("textarea[name=action]").fill("上报企业用工情况表")
    form.locator("input[name=due_on]").fill("2020-02-06")
    shoot(page, "notice-review-edit")
    form.get_by_role("button", name="保存").click()
    page.locator(f"#{identity} .what", has_text="上报企业用工情况表").wait_for()

    # the default date is shown as one, and confirmed by a person
    fuzzy = page.locator("article.duty", has=page.locator(".tag.warn")).first
    assert "默认" in fuzzy.inner_text()
    fuzzy_id = fuzzy.get_attribute("id")
    fuzzy.locator(".set-date button.confirm").click()
    page.locator(f"#{fuzzy_id}[data-state=confirmed]").wait_for()

    # drop one with a reason, refused without
    ban = page.locator("article.duty", has_text="不得").first
    ban_id = ban.get_attribute("id")
    ban.get_by_role("link", name="剔除").click()
    page.locator(f"#{ban_id} input[name=reason]").fill("由省里统一发布")
    page.locator(f"#{ban_id} button.danger").click()
    page.locator(f"#{ban_id}[data-state=dropped]").wait_for()

    # mark words in the original: they become a duty
    page.evaluate(
        """words => {
            const pieces = [...document.querySelectorAll('#paper [data-at]')];
            const node = pieces.find(piece => piece.textContent.includes(words)).firstChild;
            const range = document.createRange(), at = node.data.indexOf(words);
            range.setStart(node, at); range.setEnd(node, at + words.length);
            getSelection().removeAllRanges(); getSelection().addRange(range);
        }""",
        "引导求职者使用线上服务",
    )
    page.locator("#add-duty button").click()
    page.wait_for_url("**/review/?on=**")
    added = queries.duties(notice)
    assert any(d.added_by_hand and "引导求职者" in d.quote for d in added)

    # by keyboard: confirm the rest
    page.get_by_role("button", name="完成核对").click()
    page.locator(".flash.error").wait_for()
    page.locator("form[action$=confirm-dated\\/] button").click()
    page.get_by_text("已确认", exact=False).first.wait_for()
    page.get_by_role("button", name="完成核对").click()
    page.wait_for_url(f"**/notices/{notice.pk}/")

    page.get_by_role("link", name="印发").click()
    page.locator("#chosen-count", has_text="6").wait_for()
    page.get_by_label("高新区人力资源和社会保障局").uncheck()
    page.fill("input[name=called]", "高新区")
    page.locator("#found label").wait_for()
    shoot(page, "notice-issue")
    page.get_by_role("button", name="立即印发").click()
    page.locator(".flash.success", has_text="5").wait_for()
    assert Dispatch.objects.filter(notice=notice).count() == 5

    page.context.clear_cookies()
    sign_in(page, factories.posting(counties[0], title="科员"))
    page.goto(f"/notices/{notice.pk}/")
    page.get_by_role("button", name="签收").click()
    page.locator("p.good-ink").wait_for()
    shoot(page, "notice-received")
    assert Dispatch.objects.get(notice=notice, office=counties[0]).received_at is not None


def test_the_keys_lead_through_the_duties(desktop, sign_in, city, event):
    by = factories.actor(city)
    notice = actions.register(emergency=event, data=None, text=papers.CITY, name="", by=by, at=NOW)[0]
    page = desktop
    sign_in(page, factories.posting(city))
    page.goto(f"/notices/{notice.pk}/review/")
    first, second = [f"duty-{d.pk}" for d in queries.duties(notice)[:2]]
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == first
    page.keyboard.press("c")
    page.locator(f"#{first}[data-state=confirmed]").wait_for()
    page.locator(f"#{second}:focus").wait_for()
    page.keyboard.press("d")
    page.locator(f"#{second}:not(.htmx-added):not(.htmx-settling) input[name=reason]:focus").wait_for()
    page.keyboard.press("Escape")
    page.locator(f"#{second} .acts").wait_for()
    assert queries.counters(notice).confirmed == 1


def test_the_second_reviewer_sees_what_the_first_changed(desktop, sign_in, city, event):
    by = factories.actor(city)
    notice = actions.register(emergency=event, data=None, text=papers.CITY, name="", by=by, at=NOW)[0]
    page = desktop
    sign_in(page, factories.posting(city))
    page.goto(f"/notices/{notice.pk}/review/")
    duty = queries.duties(notice)[0]
    page.locator(f"#duty-{duty.pk}").get_by_role("link", name="修改").click()
    page.locator(f"#duty-{duty.pk} form textarea").wait_for()
    actions.correct_duty(duty=duty, by=by, at=NOW, due_on="2020-02-09")
    page.locator(f"#duty-{duty.pk} textarea[name=action]").fill("另一种写法")
    page.locator(f"#duty-{duty.pk}").get_by_role("button", name="保存").click()
    page.locator(f"#duty-{duty.pk} .flash", has_text=by.name).wait_for()
    assert "2020-02-09" in page.locator(f"#duty-{duty.pk}").inner_text()


def test_after_a_duty_of_a_long_notice_comes_the_next(desktop, sign_in, shoot, city, event):
    text = long_notice()
    by = factories.actor(city)
    notice = actions.register(emergency=event, data=None, text=text, name="", by=by, at=NOW)[0]
    assert len(text) > 25_000 and len(queries.duties(notice)) >= 80
    page = desktop
    sign_in(page, factories.posting(city))
    page.goto(f"/notices/{notice.pk}/review/")
    page.locator("article.duty").nth(79).wait_for(state="attached")
    page.locator("article.duty").nth(41).locator("button.confirm").click()
    page.locator("article.duty").nth(41).locator("xpath=self::*[@data-state='confirmed']").wait_for()
    # the next open duty has the focus, and its words stand in view on the left
    page.locator("article.duty").nth(42).locator("xpath=self::*").and_(page.locator(":focus")).wait_for()
    in_view = """() => { const mark = document.querySelector('a.mark.on').getBoundingClientRect();
        const box = document.getElementById('original').getBoundingClientRect();
        return mark.top >= box.top && mark.bottom <= box.bottom; }"""
    assert page.evaluate(in_view)
    page.screenshot(path=str(shoot(page, "notice-review-long")), full_page=False)


def test_on_a_phone(phone, sign_in, shoot, city, counties, event):
    by, leader = factories.actor(city), factories.actor(city, "leader")
    register = {"emergency": event, "data": None, "name": "", "by": by, "at": NOW}
    (notice,) = actions.register(text=papers.CITY, **register)
    actions.register(text=papers.STATE, **register)
    actions.register(text=papers.NEXT, **register)
    page = phone
    sign_in(page, factories.posting(city, "leader", title="局长"))
    page.goto("/notices/")
    shoot(page, "notices-phone")
    page.goto(f"/notices/{notice.pk}/review/")
    assert not page.locator("#original").is_visible()
    shoot(page, "notice-review-phone")
    page.locator("article.duty").first.get_by_text("看原文").click()
    assert page.locator("#original").is_visible()
    shoot(page, "notice-review-phone-text")
    page.locator("a.mark").first.click()
    assert not page.locator("#original").is_visible()
    page.locator("article.duty").first.get_by_role("link", name="修改").click()
    page.locator("article.duty form textarea").wait_for()
    shoot(page, "notice-review-phone-edit")
    for duty in queries.duties(notice):
        actions.confirm(duty=duty, by=by, at=NOW)
    actions.finish_review(notice=notice, by=by, at=NOW)
    page.goto(f"/notices/{notice.pk}/issue/")
    shoot(page, "notice-issue-phone")
    actions.issue(
        notice=notice, dispatches=[(o, "") for o in counties], openness="internal", by=leader, at=NOW
    )
    page.goto(f"/notices/{notice.pk}/")
    shoot(page, "notice-phone")
    for name, path in [("graph", f"/notices/{notice.pk}/graph/"),
                       ("forward", f"/notices/{notice.pk}/forward/"),
                       ("emergencies", "/notices/emergencies/"), ("defaults", "/notices/deadline-defaults/"),
                       ("new", "/notices/new/"), ("send", f"/notices/{notice.pk}/send/")]:  # fmt: skip
        page.goto(path)
        shoot(page, f"notice-{name}-phone")


def test_the_wide_pages(desktop, sign_in, shoot, city, counties, event):
    by, leader = factories.actor(city), factories.actor(city, "leader")
    register = {"emergency": event, "data": None, "name": "", "by": by, "at": NOW}
    (notice,) = actions.register(text=papers.CITY, **register)
    actions.register(text=papers.STATE, **register)
    actions.register(text=papers.NEXT, **register)
    for duty in queries.duties(notice):
        actions.confirm(duty=duty, by=by, at=NOW)
    actions.finish_review(notice=notice, by=by, at=NOW)
    actions.issue(
        notice=notice, dispatches=[(o, "") for o in counties], openness="internal", by=leader, at=NOW
    )
    head = factories.actor(counties[0], "leader")
    actions.receive(dispatch=queries.own_dispatch(notice, counties[0].pk), by=head, at=NOW)
    actions.forward(notice=notice, text=papers.COVER, by=head, at=NOW)
    clause = queries.clauses(notice)[1]
    actions.explain(
        clause=clause,
        question="企业用工情况包括哪些企业？",
        answer="规模以上工业企业和重点服务业企业。",
        by=by,
        at=NOW,
    )
    page = desktop
    sign_in(page, factories.posting(city, "leader", title="局长"))
    for name, path in [("register", "/notices/"), ("detail", f"/notices/{notice.pk}/"),
                       ("graph", f"/notices/{notice.pk}/graph/"),
                       ("forward", f"/notices/{notice.pk}/forward/"),
                       ("emergencies", "/notices/emergencies/"),
                       ("defaults", "/notices/deadline-defaults/")]:  # fmt: skip
        page.goto(path)
        shoot(page, f"notice-{name}")


def test_real_pages_on_the_review_page(desktop, sign_in, shoot, seeds, city, event):
    by = factories.actor(city)
    sign_in(desktop, factories.posting(city))
    for number, path in enumerate(sorted(seeds.glob("*.txt"))):
        made = actions.register(
            emergency=event, data=path.read_bytes(), text="", name=path.name, by=by, at=NOW
        )
        desktop.goto(f"/notices/{made[0].pk}/review/")
        desktop.locator("#paper").wait_for()
        shoot(desktop, f"notice-real-{number}")
