"""The officer's side of a census in a browser: a round made, watched, gone through again, two answers weighed."""

from __future__ import annotations

import random
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from chunfeng.areas.models import BEGINNING, Area
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.offices import queries as offices
from chunfeng.people import actions
from chunfeng.people.actions import syncing
from chunfeng.people.models import CallItem, Campaign
from demo import ledger
from tests import factories as f

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COUNTY = "220184000000"
TOWNS = {"220184001000": "河南街道", "220184101000": "响水镇", "220184102000": "大岭镇"}
NAMES = ("三合村民委员会", "兴隆村民委员会", "向阳村民委员会", "朝阳坡村民委员会")
VILLAGES = {f"{town[:9]}20{n}": name for town in TOWNS for n, name in enumerate(NAMES, start=1)}
AWAY = {"where": "away", "symptoms": "none", "need": "no"}
BACK = {"where": "returned", "symptoms": "none", "need": "no"}
ILL = {"where": "returned", "symptoms": "fever", "need": "yes", "what": "想请村里帮忙买退烧药"}


@pytest.fixture
def county():
    rows = [
        ("220000000000", "吉林省", 1, "province", "000000000000"),
        ("220100000000", "长春市", 2, "city", "220000000000"),
        (COUNTY, "公主岭市", 3, "county_city", "220100000000"),
        *((code, name, 4, "town", COUNTY) for code, name in TOWNS.items()),
        *((code, name, 5, "villagers", code[:9] + "000") for code, name in VILLAGES.items()),
    ]
    Area.objects.bulk_create(
        [
            Area(code=c, name=n, level=level, kind=kind, parent_code=up, valid_from=BEGINNING, source="made up")
            for c, n, level, kind, up in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return f.office(COUNTY, line="hrss", name="公主岭市人力资源和社会保障局")


@pytest.fixture
def callers(county):
    """Two callers in each village of two townships; the third has one at the town."""
    posted = []
    for code, name in VILLAGES.items():
        if code.startswith("220184102"):
            continue
        office = f.office(code, name=name)
        posted += [f.posting(office, "caller") for _n in range(2)]
    posted.append(f.posting(f.office("220184102000", name="大岭镇人民政府"), "caller"))
    for n, posting in enumerate(posted, start=1):
        posting.user.name = f"演示联络员{n:02d}"
        posting.user.save(update_fields=["name"])
    return posted


@pytest.fixture
def people(county):
    by, at = f.actor(county), timezone.now()
    data = actions.make_dataset(
        name="2020年春节返乡务工人员登记", purpose="掌握返乡务工人员去向，做好防疫提醒和返岗服务",
        source="测人社明电〔2020〕1号 第三条", keep_until=timezone.localdate() + timedelta(days=180), by=by, at=at,
    )  # fmt: skip
    places = [ledger.Village(code, name) for code, name in VILLAGES.items()]
    for n, row in enumerate(ledger.rows(96, seed=5, places=places, share=0)):
        person = actions.add_person(
            dataset=data, values={"name": row.cells[1], "sex": "mf"[n % 2], "area_code": row.cells[8],
                                  "household_number": row.cells[10], "id_number": row.cells[4]},
            phones=[row.cells[6]] if n % 19 else [], by=by, at=at,
        )  # fmt: skip
        if n % 6:
            actions.set_category(person=person, category="returning", by=by, at=at)
    f.notice(county, title="关于开展返乡务工人员电话摸排的紧急通知", number="测人社明电〔2020〕1号")
    return data


def entry(item, answers=None, *, n=0, outcome="", hours=1):
    return {
        "key": f"journey-{item.pk}-{n}", "item": item.pk, "version": 1, "answers": answers or {}, "note": "",
        "outcome": outcome or ("reached" if answers else "no_answer"),
        "at": (timezone.now() - timedelta(hours=hours)).isoformat(),
    }  # fmt: skip


def answered(callers) -> None:
    """What the telephones send: most have answered, some are not reached, one twice and differently."""
    luck, at = random.Random(3), timezone.now()
    by = {posting.user_id: offices.actor_for(posting) for posting in callers}
    with scope.applied(SYSTEM):
        Campaign.objects.update(started_at=at - timedelta(days=2))
        rows = list(CallItem.objects.filter(caller__isnull=False).order_by("area_code", "pk"))
    for n, item in enumerate(rows):
        fate = luck.random()
        sent = []
        if n == 0:
            sent = [entry(item, AWAY)]
        elif fate < 0.1:
            sent = [entry(item, n=k, hours=9 - k) for k in range(3)]
        elif fate < 0.15:
            sent = [entry(item, outcome="wrong")]
        elif fate < 0.85:
            sent = [entry(item, luck.choices((BACK, AWAY, ILL), (60, 35, 5))[0])]
        with scope.applied(by[item.caller_id]):
            syncing.sync(entries=sent, by=by[item.caller_id], at=at)
    other = next(
        actor for key, actor in by.items() if actor.sees(rows[0].area_code) and key != rows[0].caller_id
    )
    with scope.applied(other):
        syncing.sync(entries=[entry(rows[0], ILL, n=7)], by=other, at=at)


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_a_round_from_its_making_to_the_second_round(
    request, device, sign_in, shoot, county, callers, people
):
    page = request.getfixturevalue(device)
    sign_in(page, f.posting(county))
    page.goto("/census/")
    shoot(page, f"census-empty-{device}")
    page.locator("main a.button").first.click()
    page.locator("#id_name").fill("春节返乡人员电话摸排")
    page.locator("#id_clause option").nth(1).wait_for(state="attached")
    page.locator("#id_clause").select_option(index=1)
    page.locator("#id_target_on").fill((timezone.localdate() + timedelta(days=3)).isoformat())
    page.locator("#count b", has_text="96").wait_for()
    page.locator("input[name=categories][value=returning]").check()
    page.locator("#count b", has_text="80").wait_for()
    page.locator("details.cs-preview summary").first.click()
    shoot(page, f"census-new-{device}")
    page.locator("form.cs-new button:not([name])").click()
    page.wait_for_url(re.compile(r"/census/\d+/$"))
    shoot(page, f"census-draft-{device}")
    page.locator("form[action$='/start/'] button").click()
    page.locator("#board").wait_for()
    shoot(page, f"census-begun-{device}")
    row = Campaign.objects.get()
    assert CallItem.objects.filter(campaign=row, caller__isnull=False).count() == 80

    answered(callers)
    # the open board asks again by itself
    page.locator(".cs-legend li:first-child b", has_text=re.compile("^[1-9]")).wait_for(timeout=30_000)
    shoot(page, f"census-board-{device}")
    page.locator(".cs-area").nth(1).click()
    page.locator(".cs-path").wait_for()
    shoot(page, f"census-town-{device}")
    page.goto(f"/census/{row.pk}/entries/")
    shoot(page, f"census-entries-{device}")
    page.goto(f"/census/{row.pk}/conflicts/")
    shoot(page, f"census-conflicts-{device}")
    page.locator(".cs-conflict a.button").click()
    page.locator(".cs-both").wait_for()
    shoot(page, f"census-entry-{device}")
    page.locator(".cs-both input[type=radio]").nth(1).check()
    page.locator("input[name=reason]").first.fill("电话回访本人，确已返乡并发热")
    page.locator("form[action$='/decide/'] button").click()
    page.wait_for_url(re.compile("/conflicts/$"))
    assert not CallItem.objects.filter(state="contested").exists()
    missed = CallItem.objects.filter(state="unreached").count()
    page.goto(f"/census/{row.pk}/entries/?state=unreached")
    shoot(page, f"census-unreached-{device}")
    page.goto(f"/census/{row.pk}/")
    page.locator("#again summary").click()
    shoot(page, f"census-again-{device}")
    page.locator("#again button").click()
    page.locator(".flash.success").wait_for()
    assert CallItem.objects.filter(round=2, state="waiting").count() == missed > 0
    page.goto("/census/")
    shoot(page, f"census-rounds-{device}")
