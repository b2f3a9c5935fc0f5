"""The room of people through the test client: masks, reasons, walls, entering, statements, duplicates."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from python_calamine import CalamineWorkbook

from chunfeng.core.models import Event
from chunfeng.people import actions
from chunfeng.people.models import Dataset, Fact, Person, PersonCategory, PossibleDuplicate
from tests import factories as f

COUNTY, VILLAGE = "220184000000", "220184101201"
DOCUMENT, PHONE = "11010519491231002X", "13812345678"


@pytest.fixture
def county(db):
    return f.office(COUNTY, line="hrss", name="测试市人社局")


@pytest.fixture
def dataset(county):
    return actions.make_dataset(
        name="返乡人员登记",
        purpose="联系返乡务工人员",
        source="测人社发〔2020〕1号 第二条",
        keep_until=timezone.localdate() + timedelta(days=200),
        by=f.actor(county),
        at=timezone.now(),
    )


@pytest.fixture
def enter(county, dataset):
    def add(name="王小明", *, phones=(PHONE,), **values):
        given = {"name": name, "area_code": VILLAGE, "id_number": DOCUMENT} | values
        return actions.add_person(
            dataset=dataset, values=given, phones=list(phones), by=f.actor(county), at=timezone.now()
        )

    return add


@pytest.fixture
def client(county):
    return f.browse(f.posting(county))


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


def test_the_list_masks_and_finds_without_a_word_in_the_address(client, enter):
    wanted, other = enter(), enter("李四", id_number="", phones=["13987654321"])
    body = page(client, reverse("people"))
    assert "王小明" in body
    assert DOCUMENT not in body
    assert PHONE not in body
    assert "138******78" in body
    for typed, found in (
        (DOCUMENT, [wanted]),
        (DOCUMENT.lower(), [wanted]),
        (PHONE, [wanted]),
        ("李", [other]),
        ("赵", []),
    ):
        answer = client.post(reverse("people-find"), {"text": typed, "sex": "m"})
        assert answer.status_code == 302
        assert typed not in answer.url
        query = parse_qs(urlsplit(answer.url).query)
        assert query["sex"] == ["m"]
        shown = client.get(reverse("people"), {"q": query["q"][0]})
        assert shown.context["page"].rows == found, typed


def test_a_search_belongs_to_the_one_who_typed_it(client, county, enter):
    enter()
    url = client.post(reverse("people-find"), {"text": PHONE}).url
    page(client, url)
    page(f.browse(f.posting(county)), url, 422)
    for token in ("zzz", "%25%27", "A" * 80):
        page(client, reverse("people") + "?q=" + token, 422)


def test_filters(client, enter):
    here = enter(current_area="420100000000")
    away = enter("李四", id_number="", area_code="420104001002", work_area=VILLAGE, sex="f")
    actions.set_category(person=here, category="returning", by=f.actor(f.office(COUNTY)), at=timezone.now())

    def rows(**query):
        return client.get(reverse("people"), query).context["page"].rows

    assert rows() == [away, here]
    assert rows(tie="home") == [here]
    assert rows(tie="work") == [away]
    assert rows(tie="current") == []
    assert rows(category="returning") == [here]
    assert rows(category="student") == []
    assert rows(sex="f") == [away, here]
    assert rows(sex="m") == []


@pytest.mark.parametrize("query", ["", "tie=work", "sex=m"])
def test_page_after_page_everybody_comes_once(client, query):
    people = Person.objects.bulk_create(
        Person(
            name=f"测试{n}",
            sex="m" if n % 9 else "f",
            area_code=VILLAGE if n % 3 else "110101001001",
            current_area=COUNTY if n % 5 == 0 else "",
            work_area=VILLAGE if n % 7 else "",
            made_at=f.NOW,
            changed_at=f.NOW,
        )
        for n in range(140)
    )
    wanted = [
        p.pk
        for p in reversed(people)
        if any(code.startswith(COUNTY[:6]) for code in (p.area_code, p.current_area, p.work_area))
        and (query != "tie=work" or p.work_area)
        and (query != "sex=m" or p.sex == "m")
    ]
    seen, url = [], reverse("people") + f"?{query}"
    while url:
        found = client.get(url).context["page"]
        seen += [person.pk for person in found.rows]
        url = found.next_query and reverse("people") + found.next_query
    assert seen == wanted
    assert len(seen) > 100


def test_the_export_is_masked_and_recorded(client, enter):
    enter()
    answer = client.get(reverse("people"), {"export": "xlsx"})
    cells = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert "王小明" in str(cells)
    assert DOCUMENT not in str(cells)
    assert PHONE not in str(cells)
    assert "138******78" in str(cells)
    assert Event.objects.get(verb="people.export").detail["rows"] == 1
    page(f.browse(f.posting(f.office(COUNTY), "caller")), reverse("people") + "?export=xlsx", 403)


def test_another_county_finds_nobody(enter):
    person = enter()
    client = f.browse(f.posting(f.office("220381000000", line="hrss")))
    assert client.get(reverse("people")).context["page"].rows == []
    url = client.post(reverse("people-find"), {"text": DOCUMENT}).url
    assert client.get(url).context["page"].rows == []
    for name in ("person", "person-change", "person-phones"):
        page(client, reverse(name, args=[person.pk]), 404)
    for name in ("person-show", "person-own", "person-erase", "person-fact", "person-category"):
        answer = client.post(reverse(name, args=[person.pk]), {"field": "phones", "reason": "看看"})
        assert answer.status_code == 404, name
    assert Person.objects.filter(pk=person.pk).exists()
    assert not Event.objects.filter(verb="person.unmask").exists()


def test_numbers_open_one_at_a_time_for_a_recorded_reason(client, county, enter):
    person = enter(household_number="12", address="三合村一组")
    body = page(client, reverse("person", args=[person.pk]))
    for secret in (DOCUMENT, PHONE, "三合村一组", "1949"):
        assert secret not in body
    url = reverse("person-show", args=[person.pk])
    assert client.post(url, {"field": "phones", "reason": " "}).status_code == 422
    assert client.post(url, {"field": "name", "reason": "核对"}).status_code == 422
    part = client.post(url, {"field": "phones", "reason": ""}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert 'role="alert"' in part.content.decode()
    opened = client.post(url, {"field": "phones", "reason": "联系返岗"}).content.decode()
    assert PHONE in opened
    assert DOCUMENT not in opened
    assert DOCUMENT in client.post(url, {"field": "id_number", "reason": "核对"}).content.decode()
    assert "三合村一组" in client.post(url, {"field": "address", "reason": "入户"}).content.decode()
    events = Event.objects.filter(verb="person.unmask").order_by("pk")
    assert [event.reason for event in events] == ["联系返岗", "核对", "入户"]
    auditor = f.browse(f.posting(county, "auditor"))
    assert url not in page(auditor, reverse("person", args=[person.pk]))
    assert auditor.post(url, {"field": "phones", "reason": "看看"}).status_code == 403


def new_person(dataset, **more):
    return {
        "dataset": dataset.pk,
        "name": "张三",
        "id_number": "１１０１０５１９４９１２３１００２ｘ",
        "area_code": VILLAGE,
        "phones": "138 1234 5678\n+86 13987654321",
    } | more


def test_entering_a_person(client, dataset):
    assert "form" in page(client, reverse("person-new"))
    made = client.post(reverse("person-new"), new_person(dataset))
    person = Person.objects.get()
    assert made.url == reverse("person", args=[person.pk])
    assert (person.id_number, person.birth, person.sex) == (DOCUMENT, date(1949, 12, 31), "f")
    assert [phone.number for phone in person.phones.order_by("position")] == [PHONE, "13987654321"]
    again = client.post(reverse("person-new"), new_person(dataset, name="张三三"))
    assert again.status_code == 422
    assert reverse("person", args=[person.pk]) in again.content.decode()
    for wrong in ({"phones": "12"}, {"id_number": "abc"}, {"area_code": "没有这个地方"}, {"name": ""}):
        answer = client.post(reverse("person-new"), new_person(dataset, **wrong))
        assert answer.status_code == 422, wrong
        assert "flash error" in answer.content.decode() or 'class="errors"' in answer.content.decode()
    assert Person.objects.count() == 1


def test_without_a_dataset_nobody_is_entered(client):
    page(client, reverse("person-new"), 422)
    form = {
        "name": "返乡登记",
        "purpose": "联系",
        "source": "第二条",
        "keep_until": (timezone.localdate() + timedelta(days=9)).isoformat(),
        "by_duty": "on",
    }
    assert client.post(reverse("people-dataset-new"), form | {"purpose": ""}).status_code == 422
    assert client.post(reverse("people-dataset-new"), form | {"keep_until": "2020-01-01"}).status_code == 422
    assert client.post(reverse("people-dataset-new"), form).status_code == 302
    assert Dataset.objects.get().by_duty
    assert "返乡登记" in page(client, reverse("people-datasets"))
    page(client, reverse("person-new"))


def test_changing_leaves_what_is_not_typed(client, enter):
    person = enter(household_number="12", address="三合村一组")
    url = reverse("person-change", args=[person.pk])
    body = page(client, url)
    for secret in (DOCUMENT, "三合村一组", "1949-12-31"):
        assert secret not in body
    typed = {"name": "王小明", "area_code": VILLAGE, "employer": "演示工厂", "household_number": "12"}
    assert client.post(url, typed | {"version": 1}).status_code == 302
    person.refresh_from_db()
    assert (person.employer, person.id_number, person.birth) == ("演示工厂", DOCUMENT, date(1949, 12, 31))
    assert person.household.address == "三合村一组"
    assert person.sex == "f"
    stale = client.post(url, typed | {"version": 1, "employer": "别的工厂"})
    assert stale.status_code == 422
    assert (
        client.post(reverse("person-phones", args=[person.pk]), {"phones": "13700000000"}).status_code == 302
    )
    assert [phone.number for phone in person.phones.all()] == ["13700000000"]


def test_statements_are_compared(client, enter):
    person = enter()
    url = reverse("person-fact", args=[person.pk])
    today = timezone.localdate().isoformat()
    stated = {"on": today, "statement": "return:returned", "said": "family"}
    assert client.post(url, stated | {"detail": "密切接触"}).status_code == 302
    assert client.post(url, stated | {"statement": "return:away", "said": "village"}).status_code == 302
    assert client.post(url, stated | {"on": "2999-01-01"}).status_code == 422
    assert client.post(url, stated | {"statement": "return:fever"}).status_code == 422
    assert Fact.objects.count() == 2
    response = client.get(reverse("person", args=[person.pk]))
    assert [row["agree"] for row in response.context["compared"]] == [False]
    assert "密切接触" not in response.content.decode()


def test_a_category_begins_and_ends(client, enter):
    person = enter()
    form = {"category": "hardship", "valid_from": "2020-02-01", "source": "残疾证"}
    assert client.post(reverse("person-category", args=[person.pk]), form).status_code == 302
    held = PersonCategory.objects.get()
    assert "残疾证" in page(client, reverse("person", args=[person.pk]))
    end = reverse("person-category-end", args=[person.pk, held.pk])
    assert end in page(client, reverse("person", args=[person.pk]))
    assert client.post(end).status_code == 302
    held.refresh_from_db()
    assert held.valid_to == timezone.localdate()


def test_the_own_data_are_given_out_whole_for_a_reason(client, enter):
    person = enter(household_number="12", address="三合村一组")
    url = reverse("person-own", args=[person.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    body = client.post(url, {"reason": "本人持身份证到窗口"}).content.decode()
    for held in (DOCUMENT, PHONE, "三合村一组", "1949-12-31", "返乡人员登记"):
        assert held in body
    assert Event.objects.get(verb="person.own_view").reason == "本人持身份证到窗口"


def test_a_request_to_be_deleted(client, dataset, enter):
    person = enter()
    url = reverse("person-erase", args=[person.pk])
    assert client.post(url, {"reason": "本人申请"}).status_code == 422
    assert Person.objects.exists()
    Dataset.objects.update(by_duty=False)
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "本人申请"}).url == reverse("people")
    assert not Person.objects.exists()
    event = Event.objects.get(verb="person.erase")
    assert event.reason == "本人申请"
    assert "王小明" not in event.object_label


@pytest.fixture
def pair(enter, county):
    first = enter(birth=date(1949, 12, 31))
    second = enter(
        "王小明", id_number="", phones=["13987654321"], employer="演示工厂", area_code="220184101202"
    )
    return PossibleDuplicate.objects.create(
        kept=first, other=second, area_code=VILLAGE, keys=["birth"], found_at=timezone.now()
    )


def test_a_pair_is_merged_and_parted_again(client, pair):
    assert reverse("people-duplicate", args=[pair.pk]) in page(client, reverse("people-duplicates"))
    body = page(client, reverse("people-duplicate", args=[pair.pk]))
    for secret in (DOCUMENT, PHONE, "1949-12-31", "13987654321"):
        assert secret not in body
    merge = reverse("people-duplicate-act", args=[pair.pk, "merge"])
    assert client.post(merge, {"keep": 999_999}).status_code == 422
    assert client.post(merge, {"keep": pair.kept_id}).status_code == 302
    pair.kept.refresh_from_db()
    assert pair.kept.employer == "演示工厂"
    assert client.get(reverse("people")).context["page"].rows == [pair.kept]
    gone = client.get(reverse("person", args=[pair.other_id]))
    assert gone.url == reverse("person", args=[pair.kept_id])
    undo = reverse("people-duplicate-act", args=[pair.pk, "undo"])
    assert undo in page(client, reverse("people-duplicate", args=[pair.pk]))
    assert client.post(undo).status_code == 302
    assert client.post(undo).status_code == 422
    assert len(client.get(reverse("people")).context["page"].rows) == 2


def test_two_persons_stay_two(client, pair):
    apart = reverse("people-duplicate-act", args=[pair.pk, "apart"])
    assert client.post(apart, {"reason": "同名"}).url == reverse("people-duplicates")
    assert client.get(reverse("people-duplicates")).context["pairs"] == []
    assert "同名" in page(client, reverse("people-duplicate", args=[pair.pk]))
    assert client.post(reverse("people-duplicate-act", args=[pair.pk, "burn"])).status_code == 404


def test_as_many_queries_for_one_as_for_five(client, enter):
    counts = []
    for n in range(5):
        enter(f"王{n}", id_number="", phones=[f"1380000000{n}"], area_code=f"22018410120{n + 1}")
        with CaptureQueriesContext(connection) as taken:
            page(client, reverse("people"))
        counts.append(len(taken))
    assert counts[0] == counts[4]


def test_the_pages_speak_english_too(client, enter):
    person = enter()
    client.post(reverse("language"), {"language": "en"})
    with translation.override("en"):
        assert "Register of people" in page(client, reverse("people"))
        assert "Document and phones" in page(client, reverse("person", args=[person.pk]))


PARTS = {
    "people": "people", "households": "people", "people-datasets": "people", "contacts": "contacts",
    "points": "contacts", "people-imports": "people-imports", "people-duplicates": "people-imports",
    "ledgers": "ledgers", "ledger-departures": "ledgers", "people-messages": "people-messages",
    "message-templates": "people-messages", "registrations": "registrations", "data-requests": "registrations",
}  # fmt: skip


@pytest.mark.parametrize("role", ["officer", "caller"])
def test_the_room_has_at_most_six_parts_and_says_where_one_is(county, role):
    client = f.browse(f.posting(county, role))
    reached = set()
    for name, part in PARTS.items():
        response = client.get(reverse(name))
        if response.status_code == 403:
            continue
        nav = re.search(r'<nav class="groups".*?</nav>', response.content.decode(), re.S)[0]
        links = re.findall(r'href="([^"]+)"( aria-current="true")?', nav)
        assert len(links) <= 6 and [url for url, here in links if here] == [reverse(part)]
        reached |= {url for url, _here in links}
    assert len(reached) == (6 if role == "officer" else 5)
