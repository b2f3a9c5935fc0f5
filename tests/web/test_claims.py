"""Claims and payments through the test client: at the counter, decided by two, published, paid, answered."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from chunfeng.benefits import files
from chunfeng.benefits.actions import decisions
from chunfeng.benefits.choices import BatchState, ClaimState, PaymentState
from chunfeng.benefits.models import Claim, Objection, Payment, PaymentBatch, PublicityList, Recovery
from chunfeng.core.models import Event
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = pytest.mark.django_db
COUNTY = "220184000000"


@pytest.fixture
def county(db):
    return f.office(COUNTY, name="测试市人社局")


@pytest.fixture
def into(county):
    b.version(county)
    return people.dataset(county, keep_until=timezone.localdate() + timedelta(days=100))


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def officer(county):
    return f.browse(f.posting(county))


@pytest.fixture
def leader(county):
    return f.browse(f.posting(county, "leader"))


def granted(by, into, n=1):
    claim = b.submitted(by, b.payee(by, into, n), key=f"k{n}")
    decisions.decide(claim=claim, outcome="granted", by=by, at=f.NOW)
    return Claim.objects.get(pk=claim.pk)


def sent(client, url, status=302, **data):
    response = client.post(url, data)
    assert response.status_code == status, response.content.decode()[:800]
    return response


def text(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:800]
    return response.content.decode()


def test_a_claim_at_the_counter(officer, by, into):
    person = people.person(by, into, id_number=people.number(1), name="测试一")
    chosen = {"measure": "test-allowance", "on": "2020-02-01", "key": "abc"}
    assert "test-allowance" in text(officer, "/claims/new/")
    found = sent(officer, "/claims/new/", 200, move="find", who="测试一", **chosen).content.decode()
    assert person.id_number not in found and f'value="{person.pk}"' in found
    for _twice in range(2):
        answer = sent(officer, "/claims/new/", person=person.pk, **chosen)
    claim = Claim.objects.get()
    assert answer.url == f"/claims/{claim.pk}/"
    url = f"/claims/{claim.pk}/act"
    sent(officer, f"{url}/facts/", 422, **{"fact-worked": "x"})
    sent(officer, f"{url}/facts/", submit="1", **{"fact-worked": "3"})
    claim.refresh_from_db()
    assert (claim.state, claim.amount) == (ClaimState.PROPOSED, 90_000)
    page = text(officer, f"/claims/{claim.pk}/")
    assert "900.00" in page and person.id_number not in page
    sent(officer, f"{url}/decide/", 422, outcome="granted", amount="100")  # against the rule without a reason
    sent(officer, f"{url}/decide/", outcome="granted")
    sent(officer, f"{url}/account/", account="6222000000000001", bank="测试银行")
    claim.refresh_from_db()
    assert claim.state == ClaimState.GRANTED and Payment.objects.get().amount == 90_000
    assert "6222000000000001" not in text(officer, f"/claims/{claim.pk}/")


def test_papers_are_kept_and_their_opening_is_written_down(officer, by, into):
    claim = b.submitted(by, b.payee(by, into), key="k")
    file = SimpleUploadedFile("考勤表.txt", b"3")
    sent(officer, f"/claims/{claim.pk}/act/paper/", files=file, fact="worked")
    paper = claim.papers.get()
    assert officer.get(f"/claims/{claim.pk}/papers/{paper.pk}/").content == b"3"
    assert Event.objects.filter(verb="claim.paper_open").exists()


def test_two_officers(officer, by, into, county):
    measure = b.Measure.objects.get()
    measure.second_above = 0
    measure.save()
    claim = b.submitted(by, b.payee(by, into), key="k")
    sent(officer, f"/claims/{claim.pk}/act/decide/", outcome="granted")
    sent(officer, f"/claims/{claim.pk}/act/confirm/", 403)
    sent(f.browse(f.posting(county)), f"/claims/{claim.pk}/act/confirm/")
    claim.refresh_from_db()
    assert claim.state == ClaimState.GRANTED


def test_search_words_stay_out_of_the_address(officer, by, into):
    granted(by, into)
    answer = sent(officer, "/claims/find/", text=people.number(1))
    assert people.number(1) not in answer.url
    assert "测试1" in text(officer, answer.url)
    assert "测试1" not in text(officer, sent(officer, "/claims/find/", text=people.number(2)).url)
    book = CalamineWorkbook.from_filelike(io.BytesIO(officer.get("/claims/?export=xlsx").content))
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 2 and people.number(1) not in str(rows)


def test_a_list_for_everybody_without_a_log_in(officer, by, into):
    claim, today = granted(by, into), timezone.localdate()
    days = {"from_on": today.isoformat(), "last_on": (today + timedelta(days=5)).isoformat()}
    given = {"measure": claim.measure_id, "title": "测试公示", "source": "测试一", "phone": "0434-1"}
    sent(
        officer,
        "/claims/lists/",
        422,
        **(given | days | {"last_on": (today - timedelta(days=1)).isoformat()}),
    )
    sent(officer, "/claims/lists/", **given, **days)
    made = PublicityList.objects.get()
    assert "测试公示" in text(Client(), "/publicity/")
    page = text(Client(), f"/publicity/{made.pk}/")
    assert "测*1" in page and "900.00" in page
    assert "测试1" not in page and people.number(1) not in page and "6222" not in page
    PublicityList.objects.update(from_on=today - timedelta(days=5), until_on=today)
    assert "测*1" not in text(Client(), f"/publicity/{made.pk}/")
    PublicityList.objects.update(from_on=today + timedelta(days=1), until_on=today + timedelta(days=2))
    assert Client().get(f"/publicity/{made.pk}/").status_code == 404


def test_an_objection_brings_it_up_again(officer, by, into):
    claim = granted(by, into)
    url = f"/claims/{claim.pk}/act"
    sent(officer, f"{url}/object/", text="未到岗", raised_by="邻居", raised_on="2020-02-01")
    assert "未到岗" in text(officer, f"/claims/{claim.pk}/")
    sent(officer, "/payments/make/")
    assert not PaymentBatch.objects.exists()
    sent(officer, f"{url}/answer/", objection=Objection.objects.get().pk, upheld="yes", text="查实")
    claim.refresh_from_db()
    assert claim.state == ClaimState.SUBMITTED


def test_to_the_bank_and_back(officer, leader, by, into):
    for n in (1, 2):
        granted(by, into, n)
    assert "1,800.00" in text(officer, "/payments/")
    url = sent(officer, "/payments/make/").url
    sent(officer, f"{url}act/send/", 403)
    sent(leader, f"{url}act/send/", form="csv")
    batch = PaymentBatch.objects.get()
    assert officer.get(f"{url}file/").status_code == 405
    assert b"900.00" in sent(officer, f"{url}file/", 200).content
    assert Event.objects.filter(verb="batch.download").exists()
    assert "6222000000000001" not in text(officer, url)
    sent(officer, f"{url}act/acknowledge/", 422, sha256="0" * 64)
    sent(officer, f"{url}act/acknowledge/", sha256=batch.sha256.upper())
    wrong = SimpleUploadedFile("r.csv", "行号,金额,日期,原因\n1,900.01,2020-02-05,\n2,x,,\n".encode())
    page = sent(officer, f"{url}act/reply/", 422, file=wrong).content.decode()
    assert "3" in page and Payment.objects.filter(state=PaymentState.BATCHED).count() == 2
    right = SimpleUploadedFile(
        "r.csv", "行号,金额,日期,原因\n1,900.00,2020-02-05,\n2,900.00,,户名不符\n".encode("gb18030")
    )
    sent(officer, f"{url}act/reply/", file=right)
    batch.refresh_from_db()
    assert batch.state == BatchState.RECONCILED and batch.reply.name == "r.csv"
    assert "户名不符" in text(officer, "/payments/") and "户名不符" in text(officer, url)
    late = Payment.objects.get(state=PaymentState.BOUNCED)
    sent(officer, f"/payments/{late.pk}/again/")
    assert "户名不符" in text(officer, url)  # still known with its batch
    paid = Payment.objects.get(state=PaymentState.PAID)
    back = {"amount": "900", "reason": "重复", "source": "规定"}
    sent(officer, f"/payments/{paid.pk}/", 403, **back)
    sent(leader, f"/payments/{paid.pk}/", 422, **(back | {"amount": "900.01"}))
    sent(leader, f"/payments/{paid.pk}/", **back)
    sent(leader, f"/payments/recoveries/{Recovery.objects.get().pk}/close/", back="yes", closing="转账")
    assert Recovery.objects.get().state == "back"
    assert "900.00" in text(officer, "/payments/all/?state=paid")


FOUND = (
    b.TEXT.replace("test-allowance", "test-poor")
    .replace("once_per: month", "once_per: once")
    .replace("fen/day", "fen")
)
FOUND = (
    FOUND[: FOUND.index("facts:")]
    + """
facts:
  poor_worker:
    is: yes_no
    label: {zh: 贫困劳动力, en: poor worker}
    ask: {zh: 是否贫困？, en: Is the person poor?}
    register: people
conditions:
  poor:
    rule: poor_worker
    says: {zh: 是贫困劳动力, en: The person is poor.}
    clause: 一
gives:
  allowance:
    label: {zh: 补贴, en: allowance}
    is: fen
    value: standard
    clause: 一
cases:
  - name: {zh: 是, en: Yes}
    on: 2020-02-01
    given: {poor_worker: yes}
    expect: eligible
    gives: {allowance: 300 yuan}
changes:
  1.0.0: {zh: 首次录入, en: First version}
"""
)


def test_policy_finds_people(officer, by, into, county):
    from chunfeng.people import actions

    b.version(county, FOUND, code="test-poor")
    rich = people.person(by, into, id_number=people.number(9), name="测试九")
    poor = [people.person(by, into, id_number=people.number(n), name=f"测试贫{n}") for n in (1, 2)]
    unknown = people.person(by, into, name="测试无证", birth=date(1980, 1, 1))
    for person in (*poor, unknown):
        actions.set_category(person=person, category="poor", valid_from=date(2020, 1, 1), by=by, at=f.NOW)
    url = "/claims/register/?measure=test-poor&on=2020-02-01"
    page = text(officer, url)
    assert "测试贫1" in page and "600.00" in page and rich.name not in page
    given = {"measure": "test-poor", "on": "2020-02-01"}
    for _twice in range(2):
        sent(
            officer,
            "/claims/register/",
            200,
            move="propose",
            person=[p.pk for p in (*poor, unknown)],
            **given,
        )
    claims = list(Claim.objects.order_by("pk"))
    assert [(c.state, c.amount, c.channel) for c in claims] == [("proposed", 30_000, "register")] * 2
    for _twice in range(2):
        sent(officer, "/claims/register/", 200, move="confirm", claim=[c.pk for c in claims], **given)
    assert list(Payment.objects.values_list("amount", flat=True)) == [30_000, 30_000]
    assert "测试贫1" not in text(officer, url)


def test_another_county_sees_nothing(by, into):
    claim = granted(by, into)
    far = f.browse(f.posting(f.office("220122000000")))
    assert far.get(f"/claims/{claim.pk}/").status_code == 404
    assert far.get(f"/payments/{Payment.objects.get().pk}/").status_code == 404
    assert "测试1" not in text(far, "/claims/")


@pytest.mark.parametrize("url", ["/claims/", "/payments/", "/payments/all/"])
def test_as_many_queries_for_three_as_for_one(officer, by, into, url):
    counts = []
    for n in (1, 2, 3):
        granted(by, into, n)
        text(officer, url)
        with CaptureQueriesContext(connection) as caught:
            text(officer, url)
        counts.append(len(caught))
    assert counts[0] == counts[2]


def shipped_claim(county, by, into, code, facts, *, on=date(2020, 2, 1), **more):
    text = files.shipped()[code].replace("990500000000", COUNTY)
    b.version(county, text, code, title=code)
    return b.submitted(by, b.payee(by, into), key="s", code=code, on=on, facts=facts, **more)


def test_benefit_and_medical_contribution_are_told_apart(officer, by, into, county):
    facts = {
        "insured_months": 24, "left_by_own_will": False, "unemployed": True, "benefit_months": 1,
        "benefit_standard": 144_000, "medical_contribution": 30_050,
    }  # fmt: skip
    claim = shipped_claim(county, by, into, "unemployment-benefit", facts)
    assert claim.amount == 174_050
    decisions.decide(claim=claim, outcome="granted", by=by, at=f.NOW)
    payment = Payment.objects.get()
    assert payment.amount == 174_050
    for page in (f"/claims/{claim.pk}/", f"/payments/{payment.pk}/"):
        shown = text(officer, page)
        assert "1,440.00" in shown and "300.50" in shown and "医疗保险费" in shown, page
    today = timezone.localdate()
    days = {"from_on": today.isoformat(), "last_on": (today + timedelta(days=5)).isoformat()}
    given = {"measure": claim.measure_id, "title": "公示", "source": "一", "phone": "0434-1"}
    sent(officer, "/claims/lists/", **given, **days)
    shown = text(Client(), f"/publicity/{PublicityList.objects.get().pk}/")
    assert "1,740.50" in shown and "1,440.00" in shown and "300.50" in shown


def test_an_amount_against_the_rule_has_no_parts(officer, by, into, county):
    facts = {
        "insured_months": 24, "left_by_own_will": False, "unemployed": True, "benefit_months": 1,
        "benefit_standard": 144_000, "medical_contribution": 30_050,
    }  # fmt: skip
    claim = shipped_claim(county, by, into, "unemployment-benefit", facts)
    decisions.decide(claim=claim, outcome="granted", amount=100_000, reasons="只发一部分", by=by, at=f.NOW)
    assert "300.50" not in text(officer, f"/payments/{Payment.objects.get().pk}/")


def test_a_referral_slip(officer, by, into, county):
    facts = {
        "unemployed": True, "in_need": True, "income_a_head": 59_999, "minimum_income_line": 60_000,
        "sudden_hardship": False,
    }  # fmt: skip
    claim = shipped_claim(county, by, into, "living-aid-referral", facts, case="测试困难")
    page = text(officer, f"/claims/{claim.pk}/")
    assert f"/claims/{claim.pk}/referral/" in page and "转介最低生活保障" in page
    slip = text(officer, f"/claims/{claim.pk}/referral/")
    assert "转介最低生活保障" in slip and "转介临时救助" not in slip and people.number(1) not in slip
    other = b.submitted(by, b.payee(by, into, 2), key="k2")
    assert "/referral/" not in text(officer, f"/claims/{other.pk}/")
